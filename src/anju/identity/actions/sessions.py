"""Sessions: opening, changing the key, ending. A key is made here and never taken from outside."""

from __future__ import annotations

import ipaddress
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from anju.identity import words
from anju.identity.actions.activity import note_activity
from anju.identity.digests import address_digest, key_digest
from anju.identity.limits import LIMITS
from anju.identity.models import Login, Mandate, Session
from anju.identity.types import STAFF_ROLES, Browser, OpenedSession, Role
from anju.kernel.refusal import Refusal


def open_anonymous_session(*, address: str, agent: str, at: datetime) -> OpenedSession:
    """A session for a browser nobody has logged in with; codes and half-done registrations hang on it."""
    return _insert(None, None, address=address, agent=agent, life=LIMITS.anonymous_life,
                   idle=LIMITS.anonymous_life, stepped_up_at=None, at=at)  # fmt: skip


def open_session(login_id: int, *, browser: Browser, at: datetime) -> OpenedSession:
    """A logged-in session under a new key; the browser's old session ends. For the room's own log-in steps."""
    with transaction.atomic():
        _end(browser.session_id, why="replaced", at=at)
        return _insert(
            login_id, None, address=browser.address, agent=browser.agent, life=LIMITS.absolute,
            idle=_idle(login_id, None), stepped_up_at=None, at=at,
        )  # fmt: skip


def renew_session(
    browser: Browser, *, at: datetime, stepped_up: bool = False, capacity_id: int | None = None
) -> OpenedSession:
    """The same log-in under a new key (after step-up or a change of capacity); the absolute end stays."""
    with transaction.atomic():
        old = Session.objects.select_for_update(of=("self",)).get(session_id=browser.session_id)
        if old.ended_at is not None or old.login_id is None:
            raise Refusal("session_ended", words.STEP_LOST, status=409)
        _end(old.session_id, why="renewed", at=at)
        chosen = capacity_id if capacity_id is not None else old.capacity_id
        return _insert(
            old.login_id, chosen, address=browser.address, agent=browser.agent, life=old.expires_at - at,
            idle=_idle(old.login_id, chosen), stepped_up_at=at if stepped_up else old.stepped_up_at, at=at,
        )  # fmt: skip


def switch_capacity(browser: Browser, mandate_id: int, *, at: datetime) -> OpenedSession:
    """Act in another capacity one holds. A mandate that is another's, ended or unknown answers 404."""
    with transaction.atomic():
        session = Session.objects.get(session_id=browser.session_id)
        if session.login_id is None:
            raise Refusal("mandate_unknown", words.NOT_FOUND, status=404)
        held = Mandate.objects.filter(
            mandate_id=mandate_id, login_id=session.login_id, ended_at__isnull=True
        ).first()
        if held is None:
            raise Refusal("mandate_unknown", words.NOT_FOUND, status=404)
        opened = renew_session(browser, at=at, capacity_id=mandate_id)
        note_activity(session.login_id, "capacity", f"切换身份：{Role(held.role).zh}", at=at, browser=browser)
        return opened


def log_out(browser: Browser, *, at: datetime) -> None:
    """End this session. Logging out twice changes nothing."""
    session = Session.objects.filter(session_id=browser.session_id).first()
    if session is None or session.ended_at is not None:
        return
    with transaction.atomic():
        _end(browser.session_id, why="log_out", at=at)
        if session.login_id is not None:
            note_activity(session.login_id, "log_out", "退出登录", at=at, browser=browser)


def end_sessions(login_id: int, *, why: str, at: datetime, but: int | None = None) -> int:
    """End every session of a log-in (except one); how many."""
    live = Session.objects.filter(login_id=login_id, ended_at__isnull=True)
    if but is not None:
        live = live.exclude(session_id=but)
    return live.update(ended_at=at, ended_why=why, pending=None)


def _end(session_id: int, *, why: str, at: datetime) -> None:
    Session.objects.filter(session_id=session_id, ended_at__isnull=True).update(
        ended_at=at, ended_why=why, pending=None
    )


def _idle(login_id: int, capacity_id: int | None) -> timedelta:
    """Staff sit longer over a case than a member over a page."""
    held = Mandate.objects.filter(login_id=login_id, ended_at__isnull=True)
    if capacity_id is not None:
        held = held.filter(mandate_id=capacity_id)
    roles = set(held.values_list("role", flat=True))
    return LIMITS.idle_staff if roles and roles <= STAFF_ROLES else LIMITS.idle_member


def _insert(
    login_id: int | None, capacity_id: int | None, *, address: str, agent: str, life: timedelta, idle: timedelta,
    stepped_up_at: datetime | None, at: datetime,
) -> OpenedSession:  # fmt: skip
    key = secrets.token_urlsafe(32)
    session = Session.objects.create(
        key_digest=key_digest(key), login_id=login_id, capacity_id=capacity_id, started_at=at, seen_at=at,
        idle_seconds=int(idle.total_seconds()), expires_at=at + life, stepped_up_at=stepped_up_at,
        address_digest=address_digest(address), place=place_of(address), device=device_of(agent),
    )  # fmt: skip
    if login_id is not None:
        Login.objects.filter(login_id=login_id).update(last_login=at)
    return OpenedSession(session.session_id, key, session.expires_at, login_id)


def place_of(address: str) -> str:
    """A network address shortened so that its owner recognises it and nobody is traced by it."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if found.is_loopback:
        return "本机"
    if found.version == 4:
        return ".".join(address.split(".")[:2]) + ".*.*"
    return ":".join(found.exploded.split(":")[:3]) + ":*"


_SYSTEMS = (("Android", "安卓"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("HarmonyOS", "鸿蒙"), ("Windows", "Windows"),
            ("Mac OS", "Mac"), ("Linux", "Linux"))  # fmt: skip
_PROGRAMS = (("MicroMessenger", "微信"), ("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"),
             ("Safari/", "Safari"))  # fmt: skip


def device_of(agent: str) -> str:
    """System and program in a few words, for the activity log."""
    system = next((zh for mark, zh in _SYSTEMS if mark in agent), "")
    program = next((zh for mark, zh in _PROGRAMS if mark in agent), "")
    return " · ".join(part for part in (system, program) if part) or "未知设备"
