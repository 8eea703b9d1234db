"""Words of contributions: how a remittance and money in suspense stand, and the news this room publishes.

The words of checked lists stand in `roster.types` and are repeated here for callers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum

from anju.contributions.roster.types import (
    ChangeKind,
    CheckedList,
    Field,
    Problem,
    RosterLine,
    SealReason,
)
from anju.kernel.month import Month
from anju.parties.types import UnitFacts

__all__ = [
    "ActiveElsewhereFound", "AppliedList", "Arrears", "ChangeKind", "CheckedList", "Declaration", "Difference",
    "DifferenceKind", "DifferenceSum", "Field", "ListSource", "MonthSeen", "MoveKind", "PaymentNotice", "Problem",
    "RemittanceDeclared", "RemittanceLineSeen", "RemittancePosted", "RemittanceReversed", "RemittanceSeen",
    "RemittanceState", "RosterLine", "RosterPerson", "SealReason", "SuspenseMoveSeen", "SuspenseOpened",
    "SuspenseReason", "SuspenseSeen", "SuspenseSettled", "SuspenseState", "UnitMonth",
]  # fmt: skip


class RemittanceState(IntEnum):
    """How far a unit's month has come."""

    AWAITING_APPROVAL = 1
    CONFIRMED = 2
    MATCHED = 3
    POSTED = 4
    CANCELLED = 5

    @property
    def zh(self) -> str:
        return ("待复核", "待缴款", "已到账，正在入账", "已入账", "已撤回")[self - 1]


TAKEN_BACK = "经办人撤回"
"""What a declaration is cancelled for when the agent takes it back; anything else is a second person's reason."""
BANK_TOOK_BACK = "来款被银行冲回，请重新缴款。"
"""The problem of a month that is unpaid again because the bank took its money back."""


class SuspenseState(IntEnum):
    """How money in suspense stands."""

    OPEN = 1
    WAITING = 2
    SETTLED = 3
    REVERSED = 4

    @property
    def zh(self) -> str:
        return ("待处理", "等待补足", "已处理", "已被银行冲回")[self - 1]


class MoveKind(IntEnum):
    """What was done with money in suspense."""

    OPENED = 1
    WAITED = 2
    ALLOCATED = 3
    GIVEN_BACK = 4
    REFUND_ORDERED = 5
    REFUNDED = 6
    REFUND_RETURNED = 7
    REVERSED = 8
    COVERED = 9
    RELABELLED = 10
    BOOKED = 11
    BOOKING_UNDONE = 12

    @property
    def zh(self) -> str:
        return (
            "挂账", "等待补足", "分摊到汇缴书", "入账撤销，退回暂收", "已申请退款", "已退款", "退款被退回",
            "银行冲回", "抵补欠款", "认定付款单位", "查明是银行的钱，转出暂收", "转出已冲销，退回暂收",
        )[self - 1]  # fmt: skip


class SuspenseReason(StrEnum):
    """Why money was not matched."""

    NO_REFERENCE = "no_reference"
    WRONG_REFERENCE = "wrong_reference"
    UNKNOWN_REFERENCE = "unknown_reference"
    SEVERAL_REFERENCES = "several_references"
    SHORT = "short"
    OVER = "over"
    DOUBLE = "double"
    CANCELLED = "cancelled"
    NOT_APPROVED = "not_approved"
    COMPLETES = "completes"
    POSTING_REFUSED = "posting_refused"
    REVERSAL_STUCK = "reversal_stuck"


class ListSource(StrEnum):
    """How a change list came in."""

    FORM = "form"
    FILE = "file"
    PASTE = "paste"
    OPENING = "opening"


@dataclass(frozen=True)
class AppliedList:
    """What applying a change list did; `replayed` when the same list had been applied before."""

    list_id: int
    month: Month
    joins: int
    leaves: int
    base_changes: int
    replayed: bool


@dataclass(frozen=True)
class Declaration:
    """The answer to declaring a month; `replayed` when it had been declared before."""

    remittance_id: int
    number: str
    state: RemittanceState
    headcount: int
    total_fen: int
    due_on: date
    replayed: bool


@dataclass(frozen=True)
class RemittanceSeen:
    """One remittance as the unit and the desk see it."""

    centre_id: int
    remittance_id: int
    unit_id: int
    month: Month
    number: str
    state: RemittanceState
    headcount: int
    own_fen: int
    unit_fen: int
    total_fen: int
    clamped: int
    due_on: date
    declared_at: datetime
    declared_by_person_id: int | None
    approved_by_person_id: int | None
    approved_at: datetime | None
    matched_at: datetime | None
    posted_at: datetime | None
    voucher_id: int | None
    case_id: int | None
    problem: str
    cancel_reason: str

    @property
    def unpaid(self) -> bool:
        return self.state in (RemittanceState.AWAITING_APPROVAL, RemittanceState.CONFIRMED)

    @property
    def sent_back(self) -> bool:
        """Whether the unit's second person sent it back, and `cancel_reason` says why."""
        return self.state is RemittanceState.CANCELLED and self.cancel_reason != TAKEN_BACK


@dataclass(frozen=True)
class RemittanceLineSeen:
    """One person's line of a frozen list."""

    account_id: int
    base_fen: int
    unit_ratio: Decimal
    person_ratio: Decimal
    own_fen: int
    unit_fen: int


@dataclass(frozen=True)
class RosterPerson:
    """One person of the unit's roster with the base in force and both shares."""

    account_id: int
    person_id: int
    base_fen: int | None
    own_fen: int | None
    unit_fen: int | None
    paid_to: Month | None
    sealed: bool


@dataclass(frozen=True)
class PaymentNotice:
    """What the agent needs to pay (缴款通知): to which account, how much, with which words."""

    remittance_id: int
    number: str
    unit_name: str
    month: Month
    headcount: int
    own_fen: int
    unit_fen: int
    total_fen: int
    total_in_words: str
    due_on: date
    account_name: str
    account_number: str
    bank_name: str
    summary: str
    """What to write into the payment's summary, ready to copy."""


@dataclass(frozen=True)
class MonthSeen:
    """One month of a unit in the overview of what is due."""

    month: Month
    state: RemittanceState | None
    due_on: date
    total_fen: int | None
    overdue_days: int


@dataclass(frozen=True)
class Arrears:
    """Months of a unit that are due and not posted."""

    months: tuple[MonthSeen, ...]

    @property
    def known_fen(self) -> int:
        """The sum of those that have been declared."""
        return sum(month.total_fen or 0 for month in self.months)


class DifferenceKind(StrEnum):
    """How a person's month differs from the one declared before."""

    JOINED = "joined"
    LEFT = "left"
    BASE = "base"
    RATIO = "ratio"

    @property
    def zh(self) -> str:
        return {"joined": "新增", "left": "减少", "base": "基数变化", "ratio": "比例变化"}[self.value]


@dataclass(frozen=True)
class Difference:
    """One person whose month differs from the one declared before; amounts are of this month, or changes of them."""

    account_id: int
    kind: DifferenceKind
    base_fen: int | None
    last_base_fen: int | None
    own_fen: int
    unit_fen: int
    """What this person adds to the month's sums, below zero for what falls away."""
    how: str
    """What brought it about, such as «转入» or «封存：退休»; empty when no list of the unit did."""

    @property
    def what(self) -> str:
        return self.kind.zh


@dataclass(frozen=True)
class DifferenceSum:
    """All differences of one kind: how many people, and what they add to the month."""

    kind: DifferenceKind
    people: int
    own_fen: int
    unit_fen: int

    @property
    def total_fen(self) -> int:
        return self.own_fen + self.unit_fen

    @property
    def headcount(self) -> int:
        """What this kind does to the number of people."""
        return {DifferenceKind.JOINED: self.people, DifferenceKind.LEFT: -self.people}.get(self.kind, 0)


@dataclass(frozen=True)
class UnitMonth:
    """The employer's month at one glance."""

    centre_id: int
    unit_id: int
    month: Month
    """The month to declare next, or the declared one that is not yet posted."""
    remittance: RemittanceSeen | None
    headcount: int
    own_fen: int
    unit_fen: int
    total_fen: int
    without_base: int
    due_on: date
    joined: int
    left: int
    base_changed: int
    unchanged: int
    sums: tuple[DifferenceSum, ...]
    """What leads from the last month's total to this one's, by kind; kinds nobody has are left out."""
    changed: tuple[Difference, ...]
    """Who differs, as far as the caller asked for them."""
    last: RemittanceSeen | None
    returned: RemittanceSeen | None
    """The declaration of this month that was taken or sent back last, while none stands in its place."""
    arrears: Arrears
    suspense_fen: int
    second_approval: bool
    can_declare: bool
    why_not: str
    unit: UnitFacts
    """The unit with the terms of this month."""

    @property
    def as_before(self) -> bool:
        """Everybody and every amount is as in the last month."""
        return self.last is not None and not self.sums

    @property
    def changes(self) -> int:
        """How many people differ."""
        return sum(one.people for one in self.sums)


@dataclass(frozen=True)
class SuspenseSeen:
    """Money in suspense as agent and treasurer see it; the payer's name is for the treasurer."""

    suspense_id: int
    receipt_id: int
    unit_id: int | None
    remittance_id: int | None
    amount_fen: int
    open_fen: int
    refunding_fen: int
    reason: SuspenseReason
    text: str
    """«已收到，尚未匹配，因为…»"""
    state: SuspenseState
    owed: bool
    value_on: date
    received_at: datetime
    summary: str
    payer_name: str
    payer_tail: str
    remittance_number: str
    remittance_total_fen: int | None
    missing_fen: int | None
    """What the candidate remittance still lacks when all that waits for it is counted."""
    payer_digest: bytes | None = field(default=None, repr=False, compare=False)
    """By what the paying account is found again."""
    subject: str = ""
    """The detail of 219 it lies on."""


@dataclass(frozen=True)
class SuspenseMoveSeen:
    n: int
    kind: MoveKind
    amount_fen: int
    remittance_id: int | None
    order_id: int | None
    voucher_id: int | None
    at: datetime
    note: str


# ------------------------------------------------------------------------------------------------- events


@dataclass(frozen=True)
class RemittanceDeclared:
    """A unit's month was declared; `confirmed` is false while a second person of the unit must approve."""

    centre_id: int
    remittance_id: int
    unit_id: int
    month: Month
    number: str
    headcount: int
    total_fen: int
    due_on: date
    confirmed: bool
    case_id: int | None
    at: datetime


@dataclass(frozen=True)
class RemittancePosted:
    """A unit's month stands on its members' accounts."""

    centre_id: int
    remittance_id: int
    unit_id: int
    month: Month
    number: str
    headcount: int
    total_fen: int
    voucher_id: int
    posted_on: date
    case_id: int | None
    at: datetime


@dataclass(frozen=True)
class RemittanceReversed:
    """The bank took the money of a posted month back; the month is unpaid again."""

    centre_id: int
    remittance_id: int
    unit_id: int
    month: Month
    number: str
    total_fen: int
    case_id: int | None
    at: datetime


@dataclass(frozen=True)
class SuspenseOpened:
    """Money was received that could not be matched; `text` says why, for agent and treasurer."""

    centre_id: int
    suspense_id: int
    unit_id: int | None
    remittance_id: int | None
    amount_fen: int
    reason: SuspenseReason
    text: str
    at: datetime


@dataclass(frozen=True)
class SuspenseSettled:
    """Money in suspense was dealt with: allocated, refunded, covered or taken back by the bank."""

    centre_id: int
    suspense_id: int
    unit_id: int | None
    remittance_id: int | None
    amount_fen: int
    how: MoveKind
    at: datetime


@dataclass(frozen=True)
class ActiveElsewhereFound:
    """A person added while other centres could not be asked turned out to have an active account there."""

    centre_id: int
    list_id: int
    unit_id: int
    account_id: int
    person_id: int
    at: datetime
