"""SMS codes: sending one, and consuming it by one conditional UPDATE that also counts wrong tries."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction

from anju.database.encryption import digest
from anju.database.sql import execute, row
from anju.identity import words
from anju.identity.actions.sending import take_sending_turn
from anju.identity.digests import address_digest, phone_digest
from anju.identity.limits import LIMITS, Limits
from anju.identity.types import Browser, CodeSent, Purpose
from anju.kernel.identifiers import IdKind, check_mobile, mask_phone, normalise_id
from anju.kernel.refusal import Refusal
from anju.notices.actions import send_sms

NOTHING_CONFIRMED = b""

_CONSUME = """
UPDATE identity_code SET
  tries = tries + CASE WHEN code_hash = %(hash)s THEN 0 ELSE 1 END,
  consumed_at = CASE WHEN code_hash = %(hash)s THEN %(at)s::timestamptz END
WHERE session_id = %(session)s AND purpose = %(purpose)s AND live
  AND subject_digest = %(subject)s AND phone_digest = %(phone)s AND confirm_digest = %(confirm)s
  AND consumed_at IS NULL AND tries < %(most)s AND sent_at <= %(at)s AND expires_at > %(at)s
RETURNING consumed_at IS NOT NULL AS fits
"""


def clean_phone(phone: str, *, field: str = "phone") -> str:
    """The mobile number without the spaces people type, or a Refusal."""
    number = normalise_id(IdKind.OTHER, phone)
    if not check_mobile(number):
        raise Refusal("phone_bad", words.PHONE_BAD, field=field)
    return number


def send_code(
    browser: Browser,
    *,
    purpose: Purpose,
    subject: bytes,
    phone: str,
    at: datetime,
    login_id: int | None = None,
    confirm: bytes = NOTHING_CONFIRMED,
    detail: str = "",
    decoy: bool = False,
    limits: Limits = LIMITS,
) -> CodeSent:
    """Send a code for one purpose to one phone, bound to this browser's session, the subject and what it confirms.

    An earlier code of the same purpose in this session dies. ``detail`` is what the person confirms, in the SMS
    ("提取 3,000.00 元至尾号 6620"). With ``decoy`` everything is written and an SMS goes out just the same, but no
    code exists that fits. Refuses when a sending limit is reached (429).
    """
    number = clean_phone(phone)
    phone_key = phone_digest(number)
    code = f"{secrets.randbelow(1_000_000):06d}"
    bound = _bound(browser, purpose, subject, phone_key, confirm)
    stored = secrets.token_bytes(32) if decoy else _hash(bound, code)
    expires_at = at + limits.code_life
    with transaction.atomic():
        take_sending_turn(
            purpose, phone=phone_key, address=address_digest(browser.address), login_id=login_id,
            limits=limits, at=at,
        )  # fmt: skip
        text = _sms_text(purpose, code, detail) if not decoy else words.DECOY_SMS[purpose.value]
        sms_id = send_sms(number, text, purpose=f"code_{purpose.value}", at=at, valid_until=expires_at)
        _keep(bound, stored, sms_id=sms_id, at=at, expires_at=expires_at)
    return CodeSent(mask_phone(number), at + limits.phone_pause, expires_at, sms_id)


def consume_code(
    browser: Browser,
    code: str,
    *,
    purpose: Purpose,
    subject: bytes,
    phone: str | bytes,
    at: datetime,
    confirm: bytes = NOTHING_CONFIRMED,
    limits: Limits = LIMITS,
    field: str = "code",
) -> None:
    """Consume the code or refuse. The count of wrong tries is committed before the refusal is raised.

    Must not be called inside a transaction: a rolled-back count would give an attacker endless tries.
    """
    key = phone if isinstance(phone, bytes) else phone_digest(phone)
    bound = _bound(browser, purpose, subject, key, confirm)
    spelled = normalise_id(IdKind.OTHER, code)
    with transaction.atomic(durable=True):
        found = row(
            _CONSUME, {**bound, "hash": _hash(bound, spelled), "at": at, "most": limits.code_tries}
        )
    if found is None or not found["fits"]:
        raise Refusal("code_wrong", words.CODE_WRONG, field=field)


def _bound(
    browser: Browser, purpose: Purpose, subject: bytes, phone: bytes, confirm: bytes
) -> dict[str, Any]:
    return {"session": browser.session_id, "purpose": purpose.value, "subject": subject, "phone": phone,
            "confirm": confirm}  # fmt: skip


def _hash(bound: dict[str, Any], code: str) -> bytes:
    # Everything the code is bound to is in the hash as well, so a row moved to another session fits nothing.
    parts = (str(bound["session"]), bound["purpose"], bound["subject"].hex(), bound["phone"].hex(),
             bound["confirm"].hex(), code)  # fmt: skip
    return digest("sms-code", "|".join(parts))


def _keep(
    bound: dict[str, Any], stored: bytes, *, sms_id: int, at: datetime, expires_at: datetime
) -> None:
    execute(
        "UPDATE identity_code SET live = false WHERE session_id = %(session)s AND purpose = %(purpose)s AND live",
        bound,
    )
    execute(
        "INSERT INTO identity_code (session_id, purpose, subject_digest, phone_digest, confirm_digest, code_hash,"
        " sent_at, expires_at, tries, live, sms_id) VALUES (%(session)s, %(purpose)s, %(subject)s, %(phone)s,"
        " %(confirm)s, %(hash)s, %(at)s, %(ends)s, 0, true, %(sms)s)",
        {**bound, "hash": stored, "at": at, "ends": expires_at, "sms": sms_id},
    )


def _sms_text(purpose: Purpose, code: str, detail: str) -> str:
    what = detail or purpose.zh
    return f"验证码{code}，用于{what}，5分钟内有效。工作人员不会索要验证码。"
