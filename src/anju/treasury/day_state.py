"""What the treasury leaves open at the end of a day: entries nobody has understood, payments without a final result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from anju.database.sql import rows
from anju.treasury.types import NoticeState, PaymentState

_ODD = """
SELECT notice_id, host_serial, entry_date, state, bank_account_id, summary,
       CASE direction WHEN 2 THEN amount_fen ELSE -amount_fen END AS effect_fen
  FROM bank_notice WHERE centre_id = %s AND entry_date <= %s AND state = ANY(%s) ORDER BY notice_id
"""
_CONTRADICTIONS = """
SELECT c.contradiction_id, n.host_serial, n.entry_date, c.amount_fen, n.bank_account_id
  FROM bank_contradiction c JOIN bank_notice n ON n.centre_id = c.centre_id AND n.notice_id = c.notice_id
 WHERE c.centre_id = %s AND c.settled_at IS NULL AND n.entry_date <= %s ORDER BY c.contradiction_id
"""
_OPEN = """
SELECT order_id, amount_fen, state, reserved_at, instructed_at, summary FROM payment_order
 WHERE centre_id = %s AND reserved_at < %s AND state = ANY(%s) ORDER BY order_id
"""
_NOT_FINAL = (PaymentState.RESERVED, PaymentState.INSTRUCTED, PaymentState.PENDING)


@dataclass(frozen=True)
class OddNotice:
    """An entry that is neither matched nor in suspense: a debit nobody ordered, or a reversal without its original."""

    notice_id: int
    host_serial: str
    entry_date: date
    state: NoticeState
    effect_fen: int
    bank_account_id: int
    summary: str


@dataclass(frozen=True)
class OpenContradiction:
    """One serial told twice in different words, and nobody has the bank's answer yet."""

    contradiction_id: int
    host_serial: str
    entry_date: date
    amount_fen: int
    bank_account_id: int


@dataclass(frozen=True)
class OpenPayment:
    """A payment that has no final result."""

    order_id: int
    amount_fen: int
    state: PaymentState
    reserved_at: datetime
    instructed_at: datetime | None
    summary: str


def odd_notices(centre_id: int, *, through: date) -> tuple[OddNotice, ...]:
    """Entries of a day or earlier that nobody has understood."""
    states = [int(NoticeState.UNEXPECTED), int(NoticeState.WAITING)]
    return tuple(
        OddNotice(**line | {"state": NoticeState(line["state"])}) for line in rows(_ODD, [centre_id, through, states])
    )


def open_contradictions_through(centre_id: int, *, through: date) -> tuple[OpenContradiction, ...]:
    """Contradictions about entries of a day or earlier that are not settled."""
    return tuple(OpenContradiction(**line) for line in rows(_CONTRADICTIONS, [centre_id, through]))


def payments_open(centre_id: int, *, before: datetime) -> tuple[OpenPayment, ...]:
    """Payments ordered before a moment that have no final result."""
    states = [int(state) for state in _NOT_FINAL]
    return tuple(
        OpenPayment(**line | {"state": PaymentState(line["state"])})
        for line in rows(_OPEN, [centre_id, before, states])
    )


def notices_between(centre_id: int, first: date, last: date) -> dict[date, int]:
    """How many entries the bank told of each day."""
    found = rows(
        "SELECT entry_date, count(*) AS n FROM bank_notice WHERE centre_id = %s AND entry_date BETWEEN %s AND %s"
        " GROUP BY entry_date",
        [centre_id, first, last],
    )
    return {line["entry_date"]: line["n"] for line in found}
