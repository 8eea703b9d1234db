"""The bank's messages as text: writing BDC101, BDC110, BDC113, BDC123 and ACC001, reading answers and SBDC100.

Batches have their bodies in `batch_messages`.

Pure: no network, no database, no clock. Refuses XML with document types or entities, and anything over 256 KiB.
The fields are those of docs/bank-messages.md.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from anju.kernel.money import yuan_to_fen
from anju.treasury.types import BankResult, Direction, EntryNotice, Instruction, ResultState

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_BYTES = 256 * 1024
# XML 1.0 has no spelling for these, not even as a character reference.
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_AMOUNT = re.compile(r"\d{1,14}\.\d{2}", re.ASCII)


Field = tuple[str, "str | Sequence[tuple[str, str]]"]
"""A name with its text, or with the fields of a group (`entry`)."""


class MessageUnreadable(Exception):
    """The bytes are no message of the agreed form; `str()` says what is wrong, without quoting contents."""


@dataclass(frozen=True)
class Answer:
    """An answer or a notice, taken apart: head and body fields, and the `entry` groups of BDC113 and BDC108."""

    head: Mapping[str, str]
    body: Mapping[str, str]
    entries: tuple[Mapping[str, str], ...] = ()


def sign(body: bytes, key: bytes) -> str:
    return hmac.new(key, body, hashlib.sha256).hexdigest()


def signature_right(body: bytes, signature: str, key: bytes) -> bool:
    """Constant-time comparison; an empty key never signs anything."""
    return bool(key) and hmac.compare_digest(sign(body, key).encode(), signature.strip().lower().encode())


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def write(code: str, serial: str, fields: Iterable[Field], *, node: str, at: datetime) -> bytes:
    head = (("code", code), ("serial", serial), ("date", f"{at:%Y%m%d}"), ("time", f"{at:%H%M%S}"), ("node", node))
    return _envelope(head, fields)


def write_reply(request: Mapping[str, str], *, refused: str = "", code: str = "00000", at: datetime) -> bytes:
    """The answer to a notice; the bank reads the HTTP status, people read this."""
    head = (
        ("status", "1" if refused else "0"), ("code", code), ("text", refused or "已收妥"),
        ("transaction", request.get("code", "")), ("serial", request.get("serial", "")),
        ("received_date", f"{at:%Y%m%d}"), ("received_time", f"{at:%H%M%S}"),
    )  # fmt: skip
    return _envelope(head, ())


def payment_fields(payment: Instruction) -> tuple[tuple[str, str], ...]:
    """Body of BDC101. Settlement mode and inter-bank number are left out where unknown: the bank routes."""
    principal_fen = payment.amount_fen - payment.interest_fen
    return (
        ("business_serial", payment.business_serial), ("business_kind", payment.business_kind),
        ("payer_account", payment.payer_account), ("payer_name", payment.payer_name),
        ("payee_account", payment.payee.account), ("payee_name", payment.payee.name),
        ("payee_bank", payment.payee.bank_code), ("payee_class", "2" if payment.payee.corporate else "1"),
        ("amount", yuan(payment.amount_fen)), ("principal", yuan(principal_fen)),
        ("interest", yuan(payment.interest_fen)), ("summary", payment.summary),
    )  # fmt: skip


def read(content: bytes) -> Answer:
    """Take a message apart, or `MessageUnreadable`."""
    if len(content) > MAX_BYTES:
        raise MessageUnreadable("the message is too long")
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise MessageUnreadable("not well-formed XML") from error
    head, body = root.find("head"), root.find("body")
    if root.tag != "message" or head is None or body is None:
        raise MessageUnreadable("not a message with head and body")
    entries = tuple(_texts(entry) for entry in body.findall("entry"))
    return Answer(_texts(head), _texts(body), entries)


def read_result(answer: Answer) -> BankResult:
    """State of one payment from an answer to BDC101 or BDC110. Without a readable state it is unknown."""
    return read_payment(answer.body)


def read_payment(body: Mapping[str, str]) -> BankResult:
    """State of one payment from the fields that tell it: a body, or a line of BDC108."""
    try:
        state = ResultState(body.get("state", ""))
    except ValueError:
        return BankResult(state=ResultState.UNKNOWN)
    return BankResult(
        state=state,
        host_serial=body.get("host_serial", "")[:40],
        value_on=_date_or_none(body.get("value_date", "")),
        reason_code=body.get("reason_code", "")[:20],
        reason=body.get("reason", "")[:200],
        returned_on=_date_or_none(body.get("returned_date", "")),
        deposit_number=body.get("deposit_number", "")[:40],
        interest_fen=yuan_to_fen(body["interest"]) if is_amount(body.get("interest", "")) else 0,
    )


def read_notice(fields: Mapping[str, str]) -> EntryNotice:
    """One entry from the body of SBDC100 or an `entry` of BDC113."""
    for name in ("account", "host_serial", "direction", "amount", "date"):
        if not fields.get(name):
            raise MessageUnreadable(f"{name} is missing")
    if not _AMOUNT.fullmatch(fields["amount"]):
        raise MessageUnreadable("amount is not yuan with two places")
    amount_fen = yuan_to_fen(fields["amount"])
    directions = {"01": Direction.DEBIT, "02": Direction.CREDIT}
    entry_date = _date_or_none(fields["date"])
    if amount_fen <= 0 or fields["direction"] not in directions or entry_date is None:
        raise MessageUnreadable("amount, direction or date is out of range")
    if fields.get("currency") not in (None, "", "CNY"):
        raise MessageUnreadable("the currency is not CNY")
    limits = {"account": 40, "host_serial": 40, "counter_account": 40, "original_host_serial": 40,
              "original_serial": 40, "counter_bank": 20, "voucher_number": 40, "counter_name": 200,
              "summary": 200, "remark": 200}  # fmt: skip
    for name, limit in limits.items():
        if len(fields.get(name, "")) > limit:
            raise MessageUnreadable(f"{name} is too long")
    return EntryNotice(
        **{name: fields.get(name, "") for name in limits},
        direction=directions[fields["direction"]],
        amount_fen=amount_fen,
        entry_date=entry_date,
        booked_time=fields.get("time", "")[:6],
        reversal=fields.get("reversal", "0") == "1",
    )


def notice_digest(notice: EntryNotice) -> bytes:
    """What a repeated notice is compared by: everything that could move money."""
    parts = (notice.account, notice.host_serial, str(int(notice.direction)), str(notice.amount_fen),
             notice.entry_date.isoformat(), notice.counter_account, str(notice.reversal),
             notice.original_host_serial, notice.original_serial)  # fmt: skip
    return hashlib.sha256("\x1f".join(parts).encode()).digest()


def is_amount(text: str) -> bool:
    """Whether this is yuan with two places, as messages write it."""
    return _AMOUNT.fullmatch(text) is not None


def _envelope(head: Iterable[Field], body: Iterable[Field]) -> bytes:
    def element(value: str | Sequence[tuple[str, str]]) -> str:
        return escape(_UNSPEAKABLE.sub("", value)) if isinstance(value, str) else elements(value)

    def elements(fields: Iterable[Field]) -> str:
        return "".join(f"<{name}>{element(value)}</{name}>" for name, value in fields)

    return (
        f'<?xml version="1.0" encoding="UTF-8"?><message><head>{elements(head)}</head>'
        f"<body>{elements(body)}</body></message>"
    ).encode()


def _texts(element: Element) -> dict[str, str]:
    return {child.tag: (child.text or "").strip() for child in element if len(child) == 0}


def _date_or_none(text: str) -> date | None:
    if not re.fullmatch(r"\d{8}", text, re.ASCII):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
