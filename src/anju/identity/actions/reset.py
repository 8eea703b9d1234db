"""找回密码: phone and document number, the code, then a new password; and changing it when logged in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import check_password
from django.db import transaction

from anju.identity import words
from anju.identity.actions.activity import note_activity
from anju.identity.actions.codes import clean_phone, consume_code, send_code
from anju.identity.actions.pending import drop_pending, need_pending, put_pending
from anju.identity.actions.sessions import end_sessions, renew_session
from anju.identity.actions.tries import forgive_tries, take_password_try
from anju.identity.digests import id_digest, kind_of_number, phone_digest
from anju.identity.limits import LIMITS, Limits
from anju.identity.models import Login, Mandate
from anju.identity.passwords import check_password_rules, normal_form
from anju.identity.types import Browser, CodeSent, OpenedSession, Purpose, Role
from anju.identity.words import day_zh
from anju.kernel.identifiers import IdKind, normalise_id
from anju.kernel.refusal import Refusal
from anju.notices.actions import send

_STEP = "reset"


def begin_reset(
    browser: Browser, *, phone: str, id_number: str, at: datetime, limits: Limits = LIMITS
) -> CodeSent:
    """Send a code if phone and number belong to one log-in; else the same answer, and an SMS that says so."""
    number, document = clean_phone(phone), normalise_id(IdKind.OTHER, id_number)
    if not 5 <= len(document) <= 30:
        raise Refusal("id_number", "请填写注册时的证件号码（单位用户填统一社会信用代码）。", field="id_number")
    put_pending(browser.session_id, _STEP, at=at, phone=number, document=document)
    return _send(browser, number, document, at=at, limits=limits)


def resend_reset_code(browser: Browser, *, at: datetime, limits: Limits = LIMITS) -> CodeSent:
    """Another code for the same phone and number."""
    kept = need_pending(browser.session_id, _STEP)
    return _send(browser, kept["phone"], kept["document"], at=at, limits=limits)


def finish_reset(
    browser: Browser, code: str, password: str, *, at: datetime, limits: Limits = LIMITS
) -> None:
    """Code and new password together. Every session of the log-in ends, wrong tries are forgiven, its owner is told.

    The rules that hold for everybody are looked at before the code; those that depend on whose log-in it is only
    after it, and then the code need not be asked for again.
    """
    kept = need_pending(browser.session_id, _STEP)
    phone, document = kept["phone"], kept["document"]
    check_password_rules(password, staff=False, about=(phone, document))
    if not _proved(kept, at=at, limits=limits):
        consume_code(
            browser, code, purpose=Purpose.RESET, subject=_subject(document), phone=phone, at=at, limits=limits
        )
        put_pending(browser.session_id, _STEP, at=at, phone=phone, document=document, proved=True)
    login = _find(phone, document)
    if login is None:  # changed since the code was sent; a decoy fits no code
        raise Refusal("code_wrong", words.CODE_WRONG, field="code")
    about = (phone, document, login.full_name, login.account_name)
    text = check_password_rules(password, staff=is_staff_or_agent(login.login_id), about=about)
    with transaction.atomic():
        set_password(login, text, at=at)
        end_sessions(login.login_id, why="reset", at=at)
        drop_pending(browser.session_id)
        for name in (phone, document, login.account_name):
            forgive_tries(name)
        note_activity(login.login_id, "reset", "用手机验证码重设了密码，其他登录已退出", at=at, browser=browser)


def _proved(kept: dict[str, Any], *, at: datetime, limits: Limits) -> bool:
    return bool(kept.get("proved")) and datetime.fromisoformat(kept["at"]) + limits.code_life > at


def change_password(
    browser: Browser, login_id: int, *, old: str, new: str, at: datetime, limits: Limits = LIMITS
) -> OpenedSession:
    """Change it knowing the old one; other sessions end, this one goes on under a new key, the owner is told."""
    login = Login.objects.get(login_id=login_id)
    take_password_try(f"change:{login_id}", address=browser.address, at=at, limits=limits)
    if not check_password(normal_form(old), login.password):
        raise Refusal("password_wrong", f"原密码不正确。{words.CAPS_HINT}", field="old")
    about = (login.phone, str(login.id_sealed), login.full_name, login.account_name)
    text = check_password_rules(new, staff=is_staff_or_agent(login_id), about=about, field="new")
    if text == normal_form(old):
        raise Refusal("password_same", "新密码与原密码相同，请换一个。", field="new")
    with transaction.atomic():
        forgive_tries(f"change:{login_id}", address=browser.address)
        set_password(login, text, at=at)
        end_sessions(login_id, why="password", at=at, but=browser.session_id)
        note_activity(login_id, "password", "修改了密码，其他登录已退出", at=at, browser=browser)
        return renew_session(browser, at=at)


def set_password(login: Login, text: str, *, at: datetime) -> None:
    """Store a password that passed the rules and tell its owner, in the caller's transaction."""
    login.set_password(text)
    login.password_set_at, login.password_peace_until = at, None
    login.save(update_fields=["password", "password_set_at", "password_peace_until"])
    send("password_changed", login_id=login.login_id, at=at, phone=login.phone, values={"day": day_zh(at)})


def is_staff_or_agent(login_id: int) -> bool:
    """Whether the longer password is due: any live mandate other than a member's."""
    return Mandate.objects.filter(login_id=login_id, ended_at__isnull=True).exclude(role=Role.MEMBER).exists()


def _send(browser: Browser, phone: str, document: str, *, at: datetime, limits: Limits) -> CodeSent:
    login = _find(phone, document)
    return send_code(
        browser, purpose=Purpose.RESET, subject=_subject(document), phone=phone, decoy=login is None, at=at,
        limits=limits,
    )  # fmt: skip


def _find(phone: str, document: str) -> Login | None:
    digest = id_digest(kind_of_number(document), document)
    return Login.objects.filter(
        phone_digest=phone_digest(phone), id_digest=digest, disabled_at__isnull=True
    ).first()


def _subject(document: str) -> bytes:
    return id_digest(kind_of_number(document), document)
