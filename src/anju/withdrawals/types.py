"""Words of withdrawals (提取)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum

from anju.kernel.month import Month
from anju.treasury.types import Payee

SOURCE_KIND = "withdrawal"
AGAIN_KIND = "withdrawal_again"
"""Source of the orders that pay once more what came back; their source is the withdrawal, too."""


class Reason(StrEnum):
    """Why money is taken out (提取原因); own codes, mapped outward where a national list asks for others."""

    RENT = "rent"
    RETIREMENT = "retirement"

    @property
    def zh(self) -> str:
        """Name in Chinese."""
        return {"rent": "租房提取", "retirement": "退休销户提取"}[self.value]


class WithdrawalState(IntEnum):
    """A withdrawal moves only forward; money that came back to a closed account may wait and be paid several times.

    WAITING (退回待付): the bank sent the money back when the account took none any more. It lies in 219-04 付款退回,
    bears no interest there, and belongs to the person it was granted to.
    """

    RESERVED = 1
    PAID = 2
    RETURNED = 3
    CANCELLED = 4
    PAID_BACK = 5
    WAITING = 6
    PAYING_AGAIN = 7
    PAID_AGAIN = 8

    @property
    def zh(self) -> str:
        """Name in Chinese."""
        return (
            "待付款", "已付款", "已退回", "已撤销", "付款后退回", "退回待付", "退回后付款中", "退回后已付款",
        )[self - 1]  # fmt: skip


CAME_BACK = (WithdrawalState.WAITING, WithdrawalState.PAYING_AGAIN, WithdrawalState.PAID_AGAIN)
"""The money came back to the centre and not to the account: it is the person's all the same."""
COUNTS = (WithdrawalState.RESERVED, WithdrawalState.PAID, *CAME_BACK)
"""In these states a period is taken."""


class Again(StrEnum):
    """To which card money that came back is paid: the one of the first order, or the one the person has bound now."""

    SAME = "same"
    BOUND = "bound"


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
class ReturnSeen:
    """Money that came back and waits, or was paid once more (退回款). `again_…`: the payment under way or made.

    `order_id` is the payment that came back; `failed_text` why the last try to pay again did not leave the centre.
    """

    account_id: int
    withdrawal_id: int
    n: int
    case_id: int
    person_id: int
    reason: Reason
    period: Month
    amount_fen: int
    state: WithdrawalState
    order_id: int
    voucher_id: int
    card_tail: str
    came_on: date
    came_at: datetime
    reason_text: str
    again_order_id: int | None
    again_by_person_id: int | None
    again_tail: str
    failed_text: str
    repaid_voucher_id: int | None
    repaid_on: date | None


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


@dataclass(frozen=True)
class WithdrawalWaits:
    """The money came back and the account takes none any more: it waits at the centre until it is paid again.

    ``came_back``: the bank sent it back. Otherwise a try to pay it again ended before the money left.
    """

    withdrawal_id: int
    account_id: int
    centre_id: int
    case_id: int
    person_id: int
    reason: Reason
    amount_fen: int
    card_tail: str
    reason_text: str
    came_back: bool
    at: datetime


@dataclass(frozen=True)
class WithdrawalPaidAgain:
    """The bank paid what had waited."""

    withdrawal_id: int
    account_id: int
    centre_id: int
    case_id: int
    person_id: int
    reason: Reason
    amount_fen: int
    card_tail: str
    value_on: date
    at: datetime
