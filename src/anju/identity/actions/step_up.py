"""Step-up: the person proves again, within minutes of the act, and for an operation over exactly that operation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anju.identity.actions.codes import NOTHING_CONFIRMED, consume_code, send_code
from anju.identity.actions.sessions import renew_session
from anju.identity.limits import LIMITS, Limits
from anju.identity.models import Login
from anju.identity.types import Browser, CodeSent, OpenedSession, Purpose


def confirm_digest(content: Mapping[str, Any]) -> bytes:
    """Digest of what is confirmed (kind, amount, payee's tail …): JSON values by name, order of no matter."""
    raw = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(raw.encode()).digest()


def send_step_up_code(
    browser: Browser, login_id: int, *, at: datetime, confirm: bytes = NOTHING_CONFIRMED, detail: str = "",
    limits: Limits = LIMITS,
) -> CodeSent:  # fmt: skip
    """A code to the own phone. With ``confirm`` it fits that operation alone; ``detail`` says it in the SMS."""
    login = Login.objects.get(login_id=login_id)
    return send_code(
        browser, purpose=_purpose(confirm), subject=_subject(login_id), phone=login.phone, login_id=login_id,
        confirm=confirm, detail=detail, at=at, limits=limits,
    )  # fmt: skip


def step_up(
    browser: Browser, login_id: int, code: str, *, at: datetime, confirm: bytes = NOTHING_CONFIRMED,
    limits: Limits = LIMITS,
) -> OpenedSession:  # fmt: skip
    """The code raises the session for five minutes, under a new key. Refuses every code that was not for just this."""
    login = Login.objects.only("phone_digest").get(login_id=login_id)
    consume_code(
        browser, code, purpose=_purpose(confirm), subject=_subject(login_id), phone=bytes(login.phone_digest),
        confirm=confirm, at=at, limits=limits,
    )  # fmt: skip
    return renew_session(browser, at=at, stepped_up=True)


def _purpose(confirm: bytes) -> Purpose:
    return Purpose.OPERATION if confirm else Purpose.STEP_UP


def _subject(login_id: int) -> bytes:
    return str(login_id).encode()
