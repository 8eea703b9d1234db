"""Words of the members' accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum
from typing import Any

from anju.kernel.month import Month
from anju.ledger.posting_rules import PostingRule


class AccountState(IntEnum):
    """Personal account status (个人账户状态)."""

    NORMAL = 1
    SEALED = 2
    MERGED = 3
    TRANSFERRED_OUT = 4
    WITHDRAWN = 5

    @property
    def zh(self) -> str:
        """Name in Chinese."""
        return ("正常", "封存", "合并销户", "外部转出销户", "提取销户")[self - 1]


#: Members' savings, the one product of the rate index.
PRODUCT = 1
#: Posting state in the balance row of an account that may neither receive nor pay (不收不付).
FROZEN = 6
#: Posting state in the balance row of an account that is being closed: its payment is on the way, no money may come.
CLOSING = 7
#: Added to the state of a balance row once it has been carried into the next interest year.
CARRIED = 10


class LineKind(IntEnum):
    """Kind of a member line: the national standard's transaction kinds that move money."""

    REMITTANCE = 1  # 汇缴
    SUPPLEMENT = 2  # 补缴
    TRANSFER_OUT = 7  # 外部转出
    TRANSFER_IN = 8  # 外部转入
    INTEREST = 9  # 年终结息
    WITHDRAWAL = 11  # 部分提取
    CLOSING = 12  # 销户提取
    OTHER = 99

    @property
    def zh(self) -> str:
        """Name in Chinese."""
        return _KIND_ZH[self]


_KIND_ZH = {
    LineKind.REMITTANCE: "汇缴",
    LineKind.SUPPLEMENT: "补缴",
    LineKind.TRANSFER_OUT: "外部转出",
    LineKind.TRANSFER_IN: "外部转入",
    LineKind.INTEREST: "结息",
    LineKind.WITHDRAWAL: "部分提取",
    LineKind.CLOSING: "销户提取",
    LineKind.OTHER: "其他",
}


class FreezeKind(IntEnum):
    """How far a freeze (冻结) goes."""

    AMOUNT = 1  # 部分冻结
    RECEIVE_ONLY = 2  # 只收不付
    FULL = 3  # 不收不付

    @property
    def zh(self) -> str:
        """Name in Chinese."""
        return ("部分冻结", "只收不付", "不收不付")[self - 1]


class HoldOutcome(IntEnum):
    """What became of a hold."""

    OPEN = 0
    POSTED = 1
    RELEASED = 2


@dataclass(frozen=True)
class ClosingHold:
    """A hold on everything an account has, before it is closed, and what is to be paid (销户本息), in fen.

    ``earned_fen`` is the interest up to, not including, ``closes_on``; less than zero where a late correction takes
    back more than was earned, never more than the balance.
    """

    hold_id: int
    account_id: int
    closes_on: date
    balance_fen: int
    earned_fen: int

    @property
    def principal_fen(self) -> int:
        """Paid from subject 201."""
        return self.balance_fen + min(self.earned_fen, 0)

    @property
    def interest_fen(self) -> int:
        """Paid from subject 211."""
        return max(self.earned_fen, 0)

    @property
    def amount_fen(self) -> int:
        """What the bank pays."""
        return self.balance_fen + self.earned_fen


@dataclass(frozen=True)
class CloseOut:
    """What was paid when an account was closed (销户结算), in fen; interest counts up to the day before ``closes_on``.

    ``corrected_fen`` was credited to the balance (or taken from it) with the closing: interest taken back, or, when
    the interest year had turned before the bank paid, the difference to what the settlement had credited.
    """

    account_id: int
    voucher_id: int
    seq: int | None
    principal_fen: int
    interest_fen: int
    corrected_fen: int
    known_at: datetime
    closes_on: date
    paid_on: date
    interest_year: int

    @property
    def amount_fen(self) -> int:
        """What the bank paid."""
        return self.principal_fen + self.interest_fen


@dataclass(frozen=True)
class MemberRows:
    """A SELECT of the calling room giving ``account_id, own_fen, unit_fen``, one row an account."""

    sql: str
    params: Sequence[Any] | Mapping[str, Any] = ()


@dataclass(frozen=True, kw_only=True)
class ContributionBatch:
    """What all rows of one contribution posting share.

    ``total_fen`` is the money that pays for them; ``month`` the month they are paid for; ``rule`` says where the
    money comes from; ``value_on`` from when it bears interest. ``request_digest`` is made from these when not given.
    ``suspense_fen``: how much stands on which detail of 219, where the money comes from suspense.
    """

    centre_id: int
    key: str
    total_fen: int
    unit_id: int | None
    month: Month | None
    source_id: int | None
    value_on: date
    rule: PostingRule = PostingRule.REMITTANCE_MATCHED
    kind: LineKind = LineKind.REMITTANCE
    maker_person_id: int | None = None
    checker_person_id: int | None = None
    bank_account_id: int | None = None
    event_id: int | None = None
    request_digest: bytes | None = None
    suspense_fen: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Overview:
    """One account at one glance; parts are sums since opening, ``withdrawn_fen`` what left it."""

    account_id: int
    centre_id: int
    person_id: int
    unit_id: int | None
    opened_on: date
    state: AccountState
    state_since: date
    frozen: bool
    interest_year: int
    balance_fen: int
    carried_fen: int
    held_fen: int
    frozen_fen: int
    available_fen: int
    own_paid_fen: int
    unit_paid_fen: int
    interest_fen: int
    last_seq: int
    paid_to: Month | None

    @property
    def withdrawn_fen(self) -> int:
        """What was paid in and earned, less what is there."""
        return self.own_paid_fen + self.unit_paid_fen + self.interest_fen - self.balance_fen


@dataclass(frozen=True)
class Movement:
    """One line of the member's sub-ledger."""

    account_id: int
    seq: int
    voucher_id: int
    kind: LineKind
    booked_on: date
    value_on: date
    known_at: datetime
    debit_fen: int
    credit_fen: int
    own_fen: int
    unit_fen: int
    balance_after_fen: int
    month: Month | None
    source_id: int | None
    reverses_seq: int | None
    period: int

    @property
    def change_fen(self) -> int:
        """Credit less debit."""
        return self.credit_fen - self.debit_fen


@dataclass(frozen=True)
class Statement:
    """An account over a span of booking days, both ends included.

    ``close_out``: the closing among its movements, if one; its interest was paid beside them and is in no line.
    """

    account_id: int
    from_date: date
    to_date: date
    opening_fen: int
    closing_fen: int
    movements: tuple[Movement, ...]
    close_out: CloseOut | None = field(default=None, kw_only=True)

    @property
    def credit_fen(self) -> int:
        """All that came in."""
        return sum(line.credit_fen for line in self.movements)

    @property
    def debit_fen(self) -> int:
        """All that went out."""
        return sum(line.debit_fen for line in self.movements)


@dataclass(frozen=True)
class KnownStatement(Statement):
    """A statement as it was known at an instant."""

    known_at: datetime


@dataclass(frozen=True)
class LearnedLine:
    """A line that became known later; a reversal tells when the line it takes back was known and booked."""

    movement: Movement
    reverses_known_at: datetime | None
    reverses_booked_on: date | None


@dataclass(frozen=True)
class AccruedInterest:
    """Interest earned but not yet credited: from the start of the interest year up to, not including, ``on``."""

    account_id: int
    balance_fen: int
    since: date
    on: date
    rate_bp: int
    day_base: int
    fen: int


@dataclass(frozen=True)
class ContributionMonths:
    """Months an account was paid for, and how many of them run on without a gap up to the last."""

    months: tuple[Month, ...]
    continuous: int

    @property
    def count(self) -> int:
        """How many months in all."""
        return len(self.months)

    @property
    def last(self) -> Month | None:
        """The latest month paid for."""
        return self.months[-1] if self.months else None


@dataclass(frozen=True, slots=True)
class PersonAccount:
    """The account of one person as a list is compared with it."""

    person_id: int
    account_id: int
    unit_id: int | None
    state: AccountState
    paid_to: Month | None


@dataclass(frozen=True)
class UnitAccount:
    """One account of a unit's roster."""

    account_id: int
    person_id: int
    state: AccountState
    opened_on: date
    paid_to: Month | None
    balance_fen: int
    frozen: bool


@dataclass(frozen=True)
class Spell:
    """A span in one state under one unit; ``ended_on`` is the first day of the next."""

    n: int
    state: AccountState
    unit_id: int | None
    started_on: date
    ended_on: date | None
    reason: str


@dataclass(frozen=True)
class Freeze:
    """A freeze record."""

    n: int
    kind: FreezeKind
    amount_fen: int | None
    authority: str
    document: str
    started_at: datetime
    until_on: date | None
    ended_at: datetime | None


@dataclass(frozen=True)
class InterestRun:
    """Totals of a yearly settlement (年度结息): what this run carried, and of how many accounts."""

    interest_year: int
    accounts: int
    lines: int
    interest_fen: int
    vouchers: int


@dataclass(frozen=True)
class InterestSettled:
    """A year's settlement has come to its end; heard again when it is run again."""

    centre_id: int
    interest_year: int


@dataclass(frozen=True)
class TrialRun:
    """Totals of a trial run (结息试算), amounts in fen; ``settled_accounts`` were carried before and are not in it.

    ``zero_accounts`` and ``negative_accounts`` hold money or held it, and would be credited nothing or less.
    """

    centre_id: int
    run_id: int
    interest_year: int
    made_at: datetime
    accounts: int
    settled_accounts: int
    zero_accounts: int
    negative_accounts: int
    balance_fen: int
    credited_fen: int
    taken_fen: int
    last_year_fen: int

    @property
    def interest_fen(self) -> int:
        """What the settlement would credit, less what it would take back."""
        return self.credited_fen - self.taken_fen


@dataclass(frozen=True)
class TrialLine:
    """One account of a trial run: its interest beside last year's, and what it stands on."""

    account_id: int
    interest_fen: int
    last_year_fen: int
    balance_fen: int

    @property
    def change_fen(self) -> int:
        """More or less than last year."""
        return self.interest_fen - self.last_year_fen


@dataclass(frozen=True)
class Trial:
    """A trial run explained: its totals, the accounts that change most, and those that get nothing or less."""

    run: TrialRun
    largest_changes: tuple[TrialLine, ...]
    nothing: tuple[TrialLine, ...]


@dataclass(frozen=True)
class TrialDifference:
    """An account credited otherwise than its trial said, because something was posted in between."""

    account_id: int
    trial_fen: int
    settled_fen: int


@dataclass(frozen=True)
class ReceiptPiece:
    """Days over which balance and rate did not change; ``to_day`` is the first day that no longer counts.

    Days outside the interest year stand for money that came late: its balance alone earns there.
    """

    from_day: date
    to_day: date
    balance_fen: int
    rate_bp: int

    @property
    def days(self) -> int:
        """How many days the balance lay there."""
        return (self.to_day - self.from_day).days

    @property
    def rate_zh(self) -> str:
        """1.50%, as it is printed."""
        return f"{self.rate_bp // 100}.{self.rate_bp % 100:02d}%"

    @property
    def product(self) -> int:
        """积数: fen times days."""
        return self.balance_fen * self.days


@dataclass(frozen=True)
class InterestReceipt:
    """How the interest of an account and interest year comes about, to be added up by hand.

    The sum of product times rate over ``day_base`` and 10,000, rounded half up to the fen once, is ``earned_fen``.
    ``interest_fen`` is what is credited: the same, unless a correction would take more than is free. The year of a
    closed account ends on the day it was closed, ``closed_on``, and its interest was paid with the principal.
    """

    account_id: int
    interest_year: int
    opening_fen: int
    balance_fen: int
    day_base: int
    pieces: tuple[ReceiptPiece, ...]
    earned_fen: int
    interest_fen: int
    closed_on: date | None = None

    @property
    def product(self) -> int:
        """积数合计, fen times days."""
        return sum(piece.product for piece in self.pieces)


@dataclass(frozen=True)
class Accrual:
    """One accrual of members' interest (计提): ``month`` YYYYMM, or YYYY13 for the release at the year's settlement.

    ``accrued_fen`` is what all unsettled accounts had earned by then, ``amount_fen`` what was posted to get there:
    greater than zero to 211, less than zero back; no voucher where nothing moved.
    """

    centre_id: int
    month: int
    interest_year: int
    accrued_fen: int
    amount_fen: int
    voucher_id: int | None
    made_at: datetime
