"""Log-in in two steps: name and password, then the code sent to the log-in's phone."""

from __future__ import annotations

import re
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from anju.identity import words
from anju.identity.actions.activity import note_activity
from anju.identity.actions.codes import consume_code, send_code
from anju.identity.actions.pending import need_pending, put_pending
from anju.identity.actions.sessions import device_of, open_session
from anju.identity.actions.tries import forgive_tries, take_password_try, typed_name
from anju.identity.digests import id_digest, kind_of_number, phone_digest
from anju.identity.limits import LIMITS, Limits
from anju.identity.models import Code, Login, Session
from anju.identity.passwords import normal_form
from anju.identity.types import (
    ACCOUNT_NAME,
    UNIT_CODE_KIND,
    Browser,
    CodeSent,
    LogInStep,
    OpenedSession,
    Purpose,
)
from anju.kernel.refusal import Refusal
from anju.notices.actions import send

_STEP = "log_in"
_PHONE = re.compile(r"1[0-9]{10}", re.ASCII)
_NO_ACCOUNT = ""


def begin_log_in(
    browser: Browser, *, name: str, password: str, at: datetime, limits: Limits = LIMITS
) -> LogInStep:
    """Check the password; when it is right, show the greeting and send the code.

    ``name`` is a phone, a document number or an account name. Wrong name and wrong password answer the same words
    after the same work. Refuses with 429 when the name or the address has no tries left, or no SMS may be sent.
    """
    take_password_try(name, address=browser.address, at=at, limits=limits)
    login = _find(name)
    if not _password_fits(login, password):
        raise Refusal("log_in_wrong", words.WRONG_NAME_OR_PASSWORD, field="password")
    assert login is not None
    forgive_tries(name, address=browser.address)
    put_pending(browser.session_id, _STEP, at=at, login_id=login.login_id)
    try:
        return LogInStep(login.greeting, _send(browser, login, at=at, limits=limits))
    except Refusal as refusal:
        if refusal.code == "code_too_soon" and _has_code(browser, login, at=at):
            return LogInStep(login.greeting, None)
        raise


def resend_log_in_code(browser: Browser, *, at: datetime, limits: Limits = LIMITS) -> CodeSent:
    """Another code for a log-in whose password was right."""
    return _send(browser, _half_logged_in(browser, at=at, limits=limits), at=at, limits=limits)


def finish_log_in(browser: Browser, code: str, *, at: datetime, limits: Limits = LIMITS) -> OpenedSession:
    """The code opens a session under a new key. Refuses a wrong code, and a step that is too old."""
    login = _half_logged_in(browser, at=at, limits=limits)
    consume_code(
        browser, code, purpose=Purpose.LOG_IN, subject=_subject(login), phone=bytes(login.phone_digest), at=at,
        limits=limits,
    )  # fmt: skip
    with transaction.atomic():
        is_new = _is_new_device(login, browser)
        opened = open_session(login.login_id, browser=browser, at=at)
        here = Browser(opened.session_id, browser.address, browser.agent)
        note_activity(login.login_id, "log_in", "在新设备上登录" if is_new else "登录", at=at, browser=here)
        if is_new:
            send("new_device", login_id=login.login_id, at=at, phone=login.phone,
                 values={"time": words.time_zh(at)})  # fmt: skip
    return opened


def _is_new_device(login: Login, browser: Browser) -> bool:
    """Another system or program than any before; the very first log-in is none."""
    before = Session.objects.filter(login_id=login.login_id)
    return before.exists() and not before.filter(device=device_of(browser.agent)).exists()


def _send(browser: Browser, login: Login, *, at: datetime, limits: Limits) -> CodeSent:
    return send_code(
        browser, purpose=Purpose.LOG_IN, subject=_subject(login), phone=login.phone, login_id=login.login_id,
        at=at, limits=limits,
    )  # fmt: skip


def _has_code(browser: Browser, login: Login, *, at: datetime) -> bool:
    """Whether the last code of this browser can still be typed: whoever went back a page need not wait for another."""
    return Code.objects.filter(
        session_id=browser.session_id, purpose=Purpose.LOG_IN, live=True, subject_digest=_subject(login),
        phone_digest=login.phone_digest, consumed_at__isnull=True, expires_at__gt=at,
    ).exists()  # fmt: skip


def _half_logged_in(browser: Browser, *, at: datetime, limits: Limits) -> Login:
    kept = need_pending(browser.session_id, _STEP)
    login = Login.objects.filter(login_id=kept["login_id"], disabled_at__isnull=True).first()
    if login is None or datetime.fromisoformat(kept["at"]) + limits.half_log_in_life <= at:
        raise Refusal("step_lost", words.STEP_LOST, status=409)
    return login


def _subject(login: Login) -> bytes:
    return str(login.login_id).encode()


def _find(name: str) -> Login | None:
    typed = typed_name(name)
    live = Login.objects.filter(disabled_at__isnull=True)
    if _PHONE.fullmatch(typed):
        return live.filter(phone_digest=phone_digest(typed)).first()
    kind = kind_of_number(typed)
    if kind == UNIT_CODE_KIND or len(typed) == 18:
        # Anybody can claim a number; only a log-in that was bound to its person goes by it.
        return live.filter(id_digest=id_digest(kind, typed), person_id__isnull=False).first()
    account = name.strip().lower()
    return live.filter(account_name=account if ACCOUNT_NAME.fullmatch(account) else _NO_ACCOUNT).first()


def _password_fits(login: Login | None, password: str) -> bool:
    """One hash is computed whether or not the name exists."""
    spelled = normal_form(password)[: LIMITS.password_max]
    if login is None:
        make_password(spelled)
        return False
    return check_password(spelled, login.password, setter=lambda raw: _rehash(login, raw))


def _rehash(login: Login, raw: str | None) -> None:
    login.set_password(raw)
    login.save(update_fields=["password"])
