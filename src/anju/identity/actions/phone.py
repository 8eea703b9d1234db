"""Change of phone: a code on the old number and one on the new, and word to both."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from anju.identity import words
from anju.identity.actions.activity import note_activity
from anju.identity.actions.codes import clean_phone, consume_code, send_code
from anju.identity.actions.pending import need_pending, put_pending
from anju.identity.actions.sessions import end_sessions, renew_session
from anju.identity.digests import phone_digest
from anju.identity.limits import LIMITS, Limits
from anju.identity.models import Login
from anju.identity.types import Browser, CodeSent, OpenedSession, PhoneChanged, Purpose
from anju.kernel import events
from anju.kernel.identifiers import mask_phone
from anju.kernel.refusal import Refusal
from anju.notices.actions import send, send_sms

_STEP = "phone"


def begin_phone_change(
    browser: Browser, login_id: int, new_phone: str, *, at: datetime, limits: Limits = LIMITS
) -> tuple[CodeSent, CodeSent]:
    """Send a code to the old and one to the new number. A number in use is told only once it is proved."""
    login, number = Login.objects.get(login_id=login_id), clean_phone(new_phone, field="new_phone")
    if phone_digest(number) == bytes(login.phone_digest):
        raise Refusal("phone_same", words.PHONE_SAME, field="new_phone")
    put_pending(browser.session_id, _STEP, at=at, login_id=login_id, phone=number, old_proved=False)
    old = _send_old(browser, login, number, at=at, limits=limits)
    return old, _send_new(browser, login, number, at=at, limits=limits)


def resend_phone_codes(
    browser: Browser, login_id: int, *, which: Purpose, at: datetime, limits: Limits = LIMITS
) -> CodeSent:
    """Another code to one of the two numbers."""
    kept, login = need_pending(browser.session_id, _STEP), Login.objects.get(login_id=login_id)
    sender = _send_old if which is Purpose.PHONE_OLD else _send_new
    return sender(browser, login, kept["phone"], at=at, limits=limits)


def finish_phone_change(
    browser: Browser, login_id: int, *, old_code: str, new_code: str, at: datetime, limits: Limits = LIMITS
) -> OpenedSession:
    """Both codes change the number; other sessions end; both numbers are told. A proved old number stays proved."""
    kept, login = need_pending(browser.session_id, _STEP), Login.objects.get(login_id=login_id)
    number, old_number = kept["phone"], login.phone
    subject, confirm = _subject(login_id), phone_digest(number)
    if not kept["old_proved"]:
        consume_code(browser, old_code, purpose=Purpose.PHONE_OLD, subject=subject, phone=old_number, confirm=confirm,
                     at=at, limits=limits, field="old_code")  # fmt: skip
        put_pending(browser.session_id, _STEP, at=at, login_id=login_id, phone=number, old_proved=True)
    consume_code(browser, new_code, purpose=Purpose.PHONE_NEW, subject=subject, phone=number, confirm=confirm, at=at,
                 limits=limits, field="new_code")  # fmt: skip
    with transaction.atomic():
        _store(login, number)
        end_sessions(login_id, why="phone", at=at, but=browser.session_id)
        note_activity(login_id, "phone", f"手机号更换为 {mask_phone(number)}", at=at, browser=browser)
        _tell(login, old_number, number, at=at)
        events.publish(PhoneChanged(login_id, login.person_id, number, at))
        return renew_session(browser, at=at, stepped_up=True)


def _store(login: Login, number: str) -> None:
    login.phone_sealed, login.phone_digest = number, phone_digest(number)
    try:
        with transaction.atomic():
            login.save(update_fields=["phone_sealed", "phone_digest"])
    except IntegrityError as error:
        raise Refusal("phone_of_another", words.PHONE_OF_ANOTHER, field="new_phone", status=409) from error


def _tell(login: Login, old: str, new: str, *, at: datetime) -> None:
    tail = {"day": words.day_zh(at), "tail": new[-4:]}
    send("phone_changed", login_id=login.login_id, at=at, phone=old, values=tail)
    send_sms(new, f"本手机号（尾号{new[-4:]}）已绑定为网上业务登录手机号。如非本人操作，请致电12329。",
             purpose="phone_changed", at=at)  # fmt: skip


def _send_old(browser: Browser, login: Login, number: str, *, at: datetime, limits: Limits) -> CodeSent:
    return send_code(
        browser, purpose=Purpose.PHONE_OLD, subject=_subject(login.login_id), phone=login.phone,
        confirm=phone_digest(number), detail=f"将手机号更换为尾号{number[-4:]}", login_id=login.login_id, at=at,
        limits=limits,
    )  # fmt: skip


def _send_new(browser: Browser, login: Login, number: str, *, at: datetime, limits: Limits) -> CodeSent:
    return send_code(
        browser, purpose=Purpose.PHONE_NEW, subject=_subject(login.login_id), phone=number,
        confirm=phone_digest(number), login_id=login.login_id, at=at, limits=limits,
    )  # fmt: skip


def _subject(login_id: int) -> bytes:
    return str(login_id).encode()
