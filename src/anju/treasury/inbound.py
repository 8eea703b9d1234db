"""The door for the bank's notices: bytes and signature in, bytes out. Portals give it an address.

Any answer but 2xx makes the bank send again, so a `Refusal` here carries the HTTP status: 403 for a wrong
signature, 400 for bytes that are no message, 422 for an account that is not the centre's.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from anju.kernel.refusal import Refusal
from anju.treasury.actions.notices import receive_notice
from anju.treasury.messages import MessageUnreadable, read, read_notice, signature_right, write_reply


def handle_notice(body: bytes, signature: str, *, at: datetime) -> bytes:
    """Check, keep once, pass on; the reply is the same for the first and every repeated delivery."""
    key = bytes.fromhex(settings.ANJU_BANK_KEY) if settings.ANJU_BANK_KEY else b""
    if not signature_right(body, signature, key):
        raise Refusal("bank_signature", "签名不符。", status=403)
    try:
        message = read(body)
        if message.head.get("code") != "SBDC100":
            raise MessageUnreadable("not a notice")
        notice = read_notice(message.body)
    except MessageUnreadable as error:
        raise Refusal("bank_message", f"报文无法识别：{error}", status=400) from error
    receive_notice(notice, at=at)
    return write_reply(message.head, at=at)


def refusal_reply(refusal: Refusal, *, at: datetime) -> bytes:
    """The body that goes with a refusal's status."""
    return write_reply({}, refused=refusal.text, code="E1002", at=at)
