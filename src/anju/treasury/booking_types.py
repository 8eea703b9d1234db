"""The words of booking what the bank did by itself (银行流水记账): fees it took, interest it paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

from anju.ledger.posting_rules import PostingRule
from anju.treasury.types import Direction

DEBIT, CREDIT = Direction.DEBIT, Direction.CREDIT


class BookingPurpose(IntEnum):
    """What two people say an entry of the bank was. `UNDO` takes back what was said before."""

    BANK_FEE = 1
    TO_RECOVER = 2
    INTEREST = 3
    ACCRUED_INTEREST = 4
    RECOVERED = 5
    UNDO = 9

    @property
    def zh(self) -> str:
        return _ZH[self]

    @property
    def rule(self) -> PostingRule | None:
        """How it is posted; None for taking back, which reverses a voucher."""
        return _RULES.get(self)

    @property
    def direction(self) -> Direction | None:
        """On which side of the account such an entry stands."""
        if self is BookingPurpose.UNDO:
            return None
        return DEBIT if self in (BookingPurpose.BANK_FEE, BookingPurpose.TO_RECOVER) else CREDIT

    @property
    def needs_reason(self) -> bool:
        """Whether the bank's own words do not say enough."""
        return self in (BookingPurpose.TO_RECOVER, BookingPurpose.RECOVERED, BookingPurpose.UNDO)


_P = BookingPurpose
_ZH = {
    _P.BANK_FEE: "银行手续费、工本费", _P.TO_RECOVER: "银行扣错了，要追回", _P.INTEREST: "存款利息，没有计提过",
    _P.ACCRUED_INTEREST: "存款利息，已经计提过", _P.RECOVERED: "追回的银行扣款", _P.UNDO: "冲销已记的账",
}  # fmt: skip
_RULES = {
    _P.BANK_FEE: PostingRule.BANK_FEE_TAKEN, _P.TO_RECOVER: PostingRule.BANK_DEBIT_TO_RECOVER,
    _P.INTEREST: PostingRule.SUSPENSE_IS_INTEREST, _P.ACCRUED_INTEREST: PostingRule.SUSPENSE_IS_ACCRUED_INTEREST,
    _P.RECOVERED: PostingRule.SUSPENSE_IS_RECOVERED,
}  # fmt: skip


class BookingState(IntEnum):
    """One person proposes; a second one books it or sends it back; the first may withdraw it until then."""

    PROPOSED = 1
    BOOKED = 2
    REJECTED = 3
    WITHDRAWN = 4
    UNDONE = 5

    @property
    def zh(self) -> str:
        return {1: "待确认", 2: "已记账", 3: "已退回", 4: "已撤回", 5: "已冲销"}[self]


@dataclass(frozen=True)
class BookingSeen:
    """One proposal and what became of it. `digest` is what a confirmation binds to."""

    booking_id: int
    notice_id: int
    purpose: BookingPurpose
    amount_fen: int
    reason_text: str
    state: BookingState
    maker_person_id: int
    proposed_at: datetime
    checker_person_id: int | None
    decided_at: datetime | None
    answer_text: str
    voucher_id: int | None
    undoes_id: int | None
    digest: str


@dataclass(frozen=True)
class BookingWaiting:
    """A proposal that waits, with what the bank said of its entry."""

    booking: BookingSeen
    host_serial: str
    entry_date: date
    direction: Direction
    summary: str
