"""The port to the entrusted bank (受托银行), and its adapter over HTTP.

Called outside any transaction only. Owns the reading of silence: whatever is not a clear, matching answer is
UNKNOWN, because the money may have moved. Refuses to guess a result.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

import httpx
from django.conf import settings
from django.db import connection

from anju.kernel.money import yuan_to_fen
from anju.treasury import batch_messages, deposit_messages, messages
from anju.treasury.batch_types import BatchAnswer, BatchFile, BatchInstruction, BatchTold
from anju.treasury.deposit_types import MoveInstruction
from anju.treasury.messages import Answer, MessageUnreadable
from anju.treasury.types import BankResult, CardCheck, CardStatus, EntryNotice, Instruction, ResultState

# Technical patience of one call, not a promise to anybody: after it the order is pending and asked for.
_TIMEOUT = httpx.Timeout(10.0, connect=3.0)
_SENT_ANSWERS = (BatchTold.ACCEPTED, BatchTold.REFUSED, BatchTold.UNKNOWN)
_ASKED_ANSWERS = (BatchTold.NONE, BatchTold.PROCESSING, BatchTold.FINISHED, BatchTold.REFUSED)
_NOT_RECORDED = frozenset({"E1001", "E1002", "E1003", "E1004"})


class BankDown(Exception):
    """The bank gave no usable answer to a question that moves no money."""


@dataclass(frozen=True)
class Balance:
    book_fen: int
    available_fen: int


class Bank(Protocol):
    """What the treasury needs of a bank. What pays and asks for payments never raises for a bank that misbehaves."""

    def pay(self, payment: Instruction, *, at: datetime) -> BankResult: ...

    def ask(self, business_serial: str, *, amount_fen: int, at: datetime) -> BankResult: ...

    def pay_batch(self, batch: BatchInstruction, *, at: datetime) -> BatchAnswer: ...

    def move(self, move: MoveInstruction, *, at: datetime) -> BankResult: ...

    def ask_batch(self, batch_serial: str, *, at: datetime) -> BatchAnswer: ...

    def batch_file(self, batch_serial: str, *, at: datetime) -> BatchFile | None: ...

    def card_owner(self, account: str, name: str, id_number: str, *, id_kind: str, at: datetime) -> CardCheck: ...

    def balance(self, account: str, *, at: datetime) -> Balance: ...

    def entries(self, account: str, first: date, last: date, *, at: datetime) -> Sequence[EntryNotice]: ...


class HttpBank:
    """Speaks the messages of docs/bank-messages.md with the gateway at `url`."""

    def __init__(self, url: str, key: bytes, *, node: str, transport: httpx.BaseTransport | None = None) -> None:
        self._url, self._key, self._node, self._transport = url.rstrip("/"), key, node, transport

    def pay(self, payment: Instruction, *, at: datetime) -> BankResult:
        fields = messages.payment_fields(payment)
        return self._instruct("BDC101", fields, payment.business_serial, payment.amount_fen, at)

    def move(self, move: MoveInstruction, *, at: datetime) -> BankResult:
        code, fields = deposit_messages.move_code(move), deposit_messages.move_fields(move)
        return self._instruct(code, fields, move.business_serial, move.amount_fen, at)

    def _instruct(
        self, code: str, fields: Sequence[messages.Field], serial: str, amount_fen: int, at: datetime
    ) -> BankResult:
        """Tell the bank to move money, and read what is known of it afterwards."""
        try:
            answer = self._call("/settlement", code, fields, at)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.PoolTimeout) as error:
            return BankResult(state=ResultState.UNSENT, reason=type(error).__name__)
        except httpx.HTTPStatusError as error:
            # Sent again only after the bank was asked and did not know it, so a wrong guess here does no harm.
            refused = error.response.status_code in (403, 404, 503)
            return BankResult(state=ResultState.UNSENT if refused else ResultState.UNKNOWN)
        except (httpx.HTTPError, MessageUnreadable) as error:
            return BankResult(state=ResultState.UNKNOWN, reason=type(error).__name__)
        if answer.head.get("status") == "1" and answer.head.get("code") in _NOT_RECORDED:
            return BankResult(state=ResultState.UNSENT, reason_code=answer.head["code"])
        return _result(answer, answer.body.get("business_serial"), serial, amount_fen)

    def ask(self, business_serial: str, *, amount_fen: int, at: datetime) -> BankResult:
        try:
            answer = self._call("/settlement", "BDC110", (("original_serial", business_serial),), at)
        except (httpx.HTTPError, MessageUnreadable) as error:
            return BankResult(state=ResultState.SILENT, reason=type(error).__name__)
        if answer.head.get("status") != "0" or answer.body.get("original_serial") != business_serial:
            return BankResult(state=ResultState.SILENT, reason_code=answer.head.get("code", ""))
        return _result(answer, business_serial, business_serial, amount_fen)

    def pay_batch(self, batch: BatchInstruction, *, at: datetime) -> BatchAnswer:
        try:
            answer = self._call("/settlement", "BDC103", batch_messages.batch_fields(batch), at)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.PoolTimeout) as error:
            return BatchAnswer(state=BatchTold.UNSENT, reason=type(error).__name__)
        except httpx.HTTPStatusError as error:
            refused = error.response.status_code in (403, 404, 503)
            return BatchAnswer(state=BatchTold.UNSENT if refused else BatchTold.UNKNOWN)
        except (httpx.HTTPError, MessageUnreadable) as error:
            return BatchAnswer(state=BatchTold.UNKNOWN, reason=type(error).__name__)
        if answer.head.get("status") == "1" and answer.head.get("code") in _NOT_RECORDED:
            return BatchAnswer(state=BatchTold.UNSENT, reason_code=answer.head["code"])
        told = batch_messages.read_batch_answer(answer)
        mine = answer.body.get("batch_serial") == batch.batch_serial
        return told if mine and told.state in _SENT_ANSWERS else BatchAnswer(state=BatchTold.UNKNOWN)

    def ask_batch(self, batch_serial: str, *, at: datetime) -> BatchAnswer:
        answer = self._asked("BDC107", batch_serial, at)
        told = None if answer is None else batch_messages.read_batch_answer(answer)
        return told if told is not None and told.state in _ASKED_ANSWERS else BatchAnswer(state=BatchTold.SILENT)

    def batch_file(self, batch_serial: str, *, at: datetime) -> BatchFile | None:
        """The downloaded results, or None when none can be read."""
        answer = self._asked("BDC108", batch_serial, at)
        try:
            return None if answer is None else batch_messages.read_batch_file(answer)
        except MessageUnreadable:
            return None

    def _asked(self, code: str, batch_serial: str, at: datetime) -> Answer | None:
        """A usable answer that speaks of this batch, or None."""
        try:
            answer = self._call("/settlement", code, (("batch_serial", batch_serial),), at)
        except (httpx.HTTPError, MessageUnreadable):
            return None
        usable = answer.head.get("status") == "0" and answer.body.get("batch_serial") == batch_serial
        return answer if usable else None

    def card_owner(self, account: str, name: str, id_number: str, *, id_kind: str, at: datetime) -> CardCheck:
        fields = (("account", account), ("name", name), ("id_kind", id_kind), ("id_number", id_number))
        try:
            answer = self._call("/account-check", "ACC001", fields, at)
        except (httpx.HTTPError, MessageUnreadable):
            return CardCheck(status=CardStatus.DOWN, serial="", read_at=at, reason=_CARD_DOWN)
        serial = answer.head.get("system_serial", "")[:60]
        result = answer.body.get("result", "")
        if answer.head.get("status") != "0" or result not in ("match", *_CARD_NO):
            return CardCheck(status=CardStatus.DOWN, serial=serial, read_at=at, reason=_CARD_DOWN)
        if result != "match":
            return CardCheck(status=CardStatus.DIFFERS, serial=serial, read_at=at, reason=_CARD_NO[result])
        return CardCheck(
            status=CardStatus.OK, serial=serial, read_at=at,
            bank_name=answer.body.get("bank_name", "")[:100], bank_code=answer.body.get("bank_code", "")[:20],
        )  # fmt: skip

    def balance(self, account: str, *, at: datetime) -> Balance:
        body = self._question("BDC123", (("account", account),), at).body
        try:
            return Balance(yuan_to_fen(body["book_balance"]), yuan_to_fen(body["available_balance"]))
        except (KeyError, ValueError) as error:
            raise BankDown("the balance cannot be read") from error

    def entries(self, account: str, first: date, last: date, *, at: datetime) -> Sequence[EntryNotice]:
        fields = (("account", account), ("from_date", f"{first:%Y%m%d}"), ("to_date", f"{last:%Y%m%d}"))
        answer = self._question("BDC113", fields, at)
        try:
            return tuple(messages.read_notice({"account": account, **entry}) for entry in answer.entries)
        except MessageUnreadable as error:
            raise BankDown(str(error)) from error

    def _question(self, code: str, fields: Sequence[tuple[str, str]], at: datetime) -> Answer:
        try:
            answer = self._call("/settlement", code, fields, at)
        except (httpx.HTTPError, MessageUnreadable) as error:
            raise BankDown(type(error).__name__) from error
        if answer.head.get("status") != "0":
            raise BankDown(answer.head.get("code", ""))
        return answer

    def _call(self, path: str, code: str, fields: Sequence[messages.Field], at: datetime) -> Answer:
        """One request. Redirects are errors, and proxies of the environment are not used: the line is private."""
        serial = f"M{at:%Y%m%d%H%M%S}{secrets.token_hex(6)}"
        body = messages.write(code, serial, fields, node=self._node, at=at)
        headers = {"Content-Type": "application/xml; charset=utf-8", "X-Anju-Signature": messages.sign(body, self._key)}
        with httpx.Client(timeout=_TIMEOUT, trust_env=False, transport=self._transport) as client:
            response = client.post(self._url + path, content=body, headers=headers)
        if response.status_code != 200:
            raise httpx.HTTPStatusError("no answer", request=response.request, response=response)
        answer = messages.read(response.content)
        if answer.head.get("serial") != serial or answer.head.get("transaction") != code:
            raise MessageUnreadable("the answer belongs to another message")
        return answer


_CARD_DOWN = "银行现在没有回答，卡片无法核验。请稍后再试，已填内容会保留。"
_CARD_NO = {
    "mismatch": "银行核验：这张卡的户名或证件号码与您不一致。请换成您本人的卡，或到开户银行更新资料后再试。",
    "not_found": "银行核验：没有查到这个卡号。请对照卡面重新填写。",
    "closed": "银行核验：这张卡已经销户。请换一张您本人正在使用的卡。",
}


def _result(answer: Answer, serial: str | None, expected: str, amount_fen: int) -> BankResult:
    """The result, if the answer speaks of this payment and this amount; else unknown."""
    result = messages.read_result(answer)
    if serial != expected:
        return BankResult(state=ResultState.UNKNOWN, reason="another payment")
    amount = answer.body.get("amount", "")
    if result.state is ResultState.SUCCESS and (amount != messages.yuan(amount_fen) or result.value_on is None):
        return BankResult(state=ResultState.UNKNOWN, reason="another amount or no date")
    return result


_chosen: Bank | None = None


def bank() -> Bank:
    """The bank of this installation. Refuses to be asked inside a transaction."""
    in_transaction = connection.in_atomic_block and not settings.ANJU_TESTING_ATOMIC
    assert not in_transaction, "the outside world is never called inside a transaction"
    if _chosen is not None:
        return _chosen
    key = bytes.fromhex(settings.ANJU_BANK_KEY) if settings.ANJU_BANK_KEY else b""
    return HttpBank(settings.ANJU_BANK_URL, key, node=f"A{settings.ANJU_CENTRE_ID}")


@contextmanager
def using(other: Bank) -> Iterator[Bank]:
    """Speak to another bank for a while: tests, the demo's building, the simulation."""
    global _chosen
    before, _chosen = _chosen, other
    try:
        yield other
    finally:
        _chosen = before
