"""Registration: who one is and a phone, the code, then a password. It resumes in the same browser.

A log-in made here is tied to nobody: it may only apply. Whoever merely knows an identity number gets nothing.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction

from anju.identity import words
from anju.identity.actions.activity import note_activity
from anju.identity.actions.codes import clean_phone, consume_code, send_code
from anju.identity.actions.pending import drop_pending, need_pending, put_pending
from anju.identity.actions.sessions import open_session
from anju.identity.digests import id_digest, phone_digest
from anju.identity.limits import LIMITS, Limits
from anju.identity.models import Login
from anju.identity.names import clean_person_name
from anju.identity.passwords import check_password_rules
from anju.identity.types import (
    ACCOUNT_NAME,
    UNIT_CODE_KIND,
    Browser,
    CodeSent,
    OpenedSession,
    PendingRegistration,
    Purpose,
)
from anju.kernel.identifiers import IdKind, check_document, check_uscc, normalise_id
from anju.kernel.refusal import Refusal

_STEP = "register"
_REASONS = {
    "LENGTH": "应为 18 位，请检查是否多填或少填。",
    "ILLEGAL_CHARACTER": "里有不该出现的字符，请检查。",
    "CHECK_DIGIT": "最后一位校验不对，请逐位核对，可能有一位填错。",
    "BIRTH_DATE": "里的出生日期不存在，请检查第 7 到 14 位。",
    "BIRTH_IN_FUTURE": "里的出生日期晚于今天，请检查第 7 到 14 位。",
    "KIND": "与所选证件类型不符，请改选证件类型。",
}


def clean_number(kind: str, number: str, *, today: datetime, field: str = "id_number") -> str:
    """The document number or unit code in its one spelling, or a Refusal that says which part is wrong."""
    if kind == UNIT_CODE_KIND:
        check, title, spelled = check_uscc(number), "统一社会信用代码", normalise_id(IdKind.OTHER, number)
    else:
        try:
            id_kind = IdKind(kind)
        except ValueError:
            raise Refusal("id_kind", "请选择证件类型。", field="id_kind") from None
        check = check_document(id_kind, number, today=today.date())
        title, spelled = f"{id_kind.zh}号码", normalise_id(id_kind, number)
    if not check.valid:
        reason = _REASONS.get(check.reason, "格式不对，请检查。")
        raise Refusal("id_number", f"{title}{reason}", field=field)
    return spelled


def begin_registration(
    browser: Browser, *, name: str, id_kind: str, id_number: str, phone: str, at: datetime, limits: Limits = LIMITS
) -> CodeSent:
    """Keep what was typed and send the code. Known and unknown phones and numbers get the same answer.

    Everything typed is kept even when no SMS may be sent now, so nothing is typed twice.
    """
    cleaned = {
        "name": clean_person_name(name), "id_kind": id_kind,
        "id_number": clean_number(id_kind, id_number, today=at), "phone": clean_phone(phone),
    }  # fmt: skip
    put_pending(browser.session_id, _STEP, at=at, proved=False, known=False, **cleaned)
    return _send(browser, cleaned["id_kind"], cleaned["id_number"], cleaned["phone"], at=at, limits=limits)


def resend_registration_code(
    browser: Browser, *, at: datetime, phone: str = "", limits: Limits = LIMITS
) -> CodeSent:
    """Another code; with ``phone`` to a mended number (更正手机号)."""
    kept = need_pending(browser.session_id, _STEP)
    if phone:
        kept["phone"] = clean_phone(phone)
        kept["proved"] = False
        _keep(browser, kept, at=at)
    return _send(browser, kept["id_kind"], kept["id_number"], kept["phone"], at=at, limits=limits)


def prove_registration_phone(
    browser: Browser, code: str, *, at: datetime, limits: Limits = LIMITS
) -> PendingRegistration:
    """The code proves the phone; only now may one learn that this phone already has a log-in."""
    kept = need_pending(browser.session_id, _STEP)
    consume_code(
        browser, code, purpose=Purpose.REGISTER, subject=id_digest(kept["id_kind"], kept["id_number"]),
        phone=kept["phone"], at=at, limits=limits,
    )  # fmt: skip
    kept["proved"] = True
    kept["known"] = Login.objects.filter(phone_digest=phone_digest(kept["phone"])).exists()
    _keep(browser, kept, at=at)
    if kept["known"]:
        raise Refusal("phone_known", words.PHONE_KNOWN, field="phone", status=409)
    return _pending(kept)


def finish_registration(browser: Browser, password: str, *, at: datetime) -> OpenedSession:
    """The password makes the log-in and opens its first session. Refuses a weak password; nothing typed is lost."""
    kept = need_pending(browser.session_id, _STEP)
    if not kept["proved"]:
        raise Refusal("phone_not_proved", "请先输入短信验证码核验手机号。", field="code", status=409)
    with transaction.atomic():
        login_id = register(
            name=kept["name"], id_kind=kept["id_kind"], id_number=kept["id_number"], phone=kept["phone"],
            password=password, at=at,
        )  # fmt: skip
        drop_pending(browser.session_id)
        opened = open_session(login_id, browser=browser, at=at)
        here = Browser(opened.session_id, browser.address, browser.agent)
        note_activity(login_id, "registered", "注册并登录", at=at, browser=here)
    return opened


def register(
    *, name: str, id_kind: str, id_number: str, phone: str, at: datetime, password: str | None = None,
    account_name: str = "", staff: bool = False, password_set_at: datetime | None = None,
) -> int:  # fmt: skip
    """Make a log-in whose phone has been proved (or, for staff and the demo, was entered by the centre).

    Without ``password`` the log-in opens only after 找回密码; ``password_set_at`` is for a log-in that is older than
    its password. Refuses a phone or account name in use.
    """
    number, account = clean_phone(phone), account_name.strip().lower() or f"u{secrets.token_hex(8)}"
    if not ACCOUNT_NAME.fullmatch(account):
        text = "登录名用字母开头，3 到 40 位小写字母、数字、点、横线或下划线。"
        raise Refusal("account_name", text, field="account_name")
    cleaned = clean_person_name(name)
    login = Login(
        account_name=account, name=cleaned, id_kind=id_kind,
        id_sealed=id_number, id_digest=id_digest(id_kind, id_number), phone_sealed=number,
        phone_digest=phone_digest(number), registered_at=at,
    )  # fmt: skip
    if password is None:
        login.set_unusable_password()
    else:
        about = (number, id_number, cleaned, account_name)
        login.set_password(check_password_rules(password, staff=staff, about=about))
        login.password_set_at = password_set_at or at
    try:
        with transaction.atomic():
            login.save(force_insert=True)
    except IntegrityError as error:
        if "account_name" in str(error):
            raise Refusal("account_name_taken", "这个登录名已有人使用，请换一个。", field="account_name") from error
        raise Refusal("phone_known", words.PHONE_KNOWN, field="phone", status=409) from error
    return int(login.login_id)


def _send(browser: Browser, kind: str, number: str, phone: str, *, at: datetime, limits: Limits) -> CodeSent:
    return send_code(
        browser, purpose=Purpose.REGISTER, subject=id_digest(kind, number), phone=phone, at=at, limits=limits
    )


def _keep(browser: Browser, kept: dict[str, object], *, at: datetime) -> None:
    content = {name: value for name, value in kept.items() if name not in ("step", "at")}
    put_pending(browser.session_id, _STEP, at=at, **content)


def _pending(kept: dict[str, object]) -> PendingRegistration:
    return PendingRegistration(
        str(kept["name"]), str(kept["id_kind"]), str(kept["id_number"]), str(kept["phone"]), bool(kept["proved"]),
        bool(kept["known"]),
    )  # fmt: skip
