"""Words of withdrawals (提取)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum

from anju.kernel.month import Month
from anju.treasury.types import Payee

SOURCE_KIND = "withdrawal"


class Reason(StrEnum):
    """Why money is taken out (提取原因); own codes, mapped outward where a national list asks for others."""

    RENT = "rent"
    RETIREMENT = "retirement"

    @property
    def zh(self) -> str:
        """Name in Chinese."""
        return {"rent": "租房提取", "retirement": "退休销户提取"}[self.value]


class WithdrawalState(IntEnum):
    """A withdrawal moves only forward."""

    RESERVED = 1
    PAID = 2
    RETURNED = 3
    CANCELLED = 4
    PAID_BACK = 5

    @property
    def zh(self) -> str:
        """Name in Chinese."""
        return ("待付款", "已付款", "已退回", "已撤销", "付款后退回")[self - 1]


COUNTS = (WithdrawalState.RESERVED, WithdrawalState.PAID)
"""In these states a period is taken."""


@dataclass(frozen=True)
class Shared:
    """An expense two accounts may be paid for: together never more than it."""

    account_id: int
    expense_fen: int


@dataclass(frozen=True, kw_only=True)
class PayOut:
    """What a granted case asks to pay. Maker is the applicant; checker a person or the policy release.

    `shared`: the account that may be paid for the same expense of the same month (the spouse's).
    """

    account_id: int
    centre_id: int
    person_id: int
    case_id: int
    reason: Reason
    period: Month
    amount_fen: int
    payee: Payee
    card_tail: str
    maker_person_id: int
    checker_person_id: int | None
    checker_release: str
    shared: Shared | None = None


@dataclass(frozen=True, kw_only=True)
class CloseAccount:
    """What a granted case asks to close: the account is paid out whole, with its interest, and ends.

    What is paid follows from the account on the day; maker and checker as in `PayOut`.
    """

    account_id: int
    centre_id: int
    person_id: int
    case_id: int
    reason: Reason
    payee: Payee
    card_tail: str
    maker_person_id: int
    checker_person_id: int | None
    checker_release: str


@dataclass(frozen=True)
class Withdrawal:
    """One withdrawal as others may see it. `interest_fen` is part of `amount_fen`; a close-out has `closes_on`."""

    account_id: int
    withdrawal_id: int
    case_id: int
    person_id: int
    reason: Reason
    period: Month
    amount_fen: int
    order_id: int
    card_tail: str
    state: WithdrawalState
    asked_at: datetime
    paid_on: date | None
    reason_text: str
    interest_fen: int = 0
    closes_on: date | None = None


@dataclass(frozen=True)
class WithdrawalPaid:
    """The bank paid and the account is posted. `interest_fen` is part of `amount_fen`."""

    withdrawal_id: int
    account_id: int
    centre_id: int
    case_id: int
    person_id: int
    reason: Reason
    amount_fen: int
    balance_fen: int
    card_tail: str
    value_on: date
    at: datetime
    interest_fen: int = 0


@dataclass(frozen=True)
class WithdrawalReturned:
    """The money did not arrive; it is available on the account again."""

    withdrawal_id: int
    account_id: int
    centre_id: int
    case_id: int
    person_id: int
    amount_fen: int
    card_tail: str
    reason_text: str
    at: datetime
    reason: Reason = Reason.RENT
