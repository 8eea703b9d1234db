"""Words of the books: a line, a voucher before and after posting, and the kinds of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum
from uuid import UUID


class VoucherKind(IntEnum):
    """What business event a voucher (记账凭证) records; one event makes one voucher or none."""

    RECEIPT = 1  # 收款暂收
    CONTRIBUTION = 2  # 缴存入账
    SUSPENSE = 3  # 暂收分配、退回
    WITHDRAWAL = 4  # 提取支付
    INTEREST = 5  # 年度结息
    TRANSFER = 6  # 转移
    REVERSAL = 7  # 冲账
    CLOSING = 8  # 销户
    PERIOD_END = 9  # 期末结转: closes income and expense of a month
    YEAR_END = 10  # 年终结转和分配: dated 31 December
    ACCRUAL = 11  # 期末计提: dated a month's last day until the month is closed
    OTHER = 99

    @property
    def zh(self) -> str:
        """Name in Chinese."""
        return _KIND_ZH[self]


_KIND_ZH = {
    VoucherKind.RECEIPT: "收款",
    VoucherKind.CONTRIBUTION: "缴存入账",
    VoucherKind.SUSPENSE: "暂收款处理",
    VoucherKind.WITHDRAWAL: "提取支付",
    VoucherKind.INTEREST: "年度结息",
    VoucherKind.TRANSFER: "转移",
    VoucherKind.REVERSAL: "冲账",
    VoucherKind.CLOSING: "销户",
    VoucherKind.PERIOD_END: "期末结转",
    VoucherKind.YEAR_END: "年终结转和分配",
    VoucherKind.ACCRUAL: "期末计提",
    VoucherKind.OTHER: "其他",
}


class DayState(IntEnum):
    """State of a business day (会计日): open, closed for good, or cut (轧账), which can be taken back."""

    OPEN = 1
    CLOSED = 2
    CUT = 3


class PeriodKind(IntEnum):
    """Which stretch of the books is closed (会计期间)."""

    MONTH = 1
    YEAR = 2


class PeriodState(IntEnum):
    """How far a period is: open; closing, when its entries are posted; signed by a second person, for good."""

    OPEN = 1
    CLOSING = 2
    SIGNED = 3

    @property
    def zh(self) -> str:
        """Name in Chinese."""
        return {1: "未结账", 2: "已结账，待签署", 3: "已签署"}[self]


@dataclass(frozen=True)
class Period:
    """A month (``number`` 202603) or a year (2026) of the books; ``closings``: how often it was closed."""

    kind: PeriodKind
    number: int
    state: PeriodState
    maker_person_id: int | None = None
    checker_person_id: int | None = None
    closed_at: datetime | None = None
    signed_at: datetime | None = None
    closings: int = 0


@dataclass(frozen=True)
class DistributionPlan:
    """How the committee distributes a year's value-added income (FUND-21); ``document`` is its resolution's number.

    ``reserve_rate`` is a share of the income; the three parts are fen and sum to the whole.
    """

    document: str
    reserve_rate: Decimal
    reserve_fen: int
    management_fee_fen: int
    supplement_fen: int

    @property
    def total_fen(self) -> int:
        """Sum of the three parts."""
        return self.reserve_fen + self.management_fee_fen + self.supplement_fen


@dataclass(frozen=True)
class Distribution:
    """A plan for a year's income, proposed by one person; in force when another has signed it."""

    year: int
    income_fen: int
    plan: DistributionPlan
    maker_person_id: int
    proposed_at: datetime
    checker_person_id: int | None
    signed_at: datetime | None


@dataclass(frozen=True)
class GlLine:
    """One line of the general ledger (总账分录): exactly one side is greater than zero."""

    subject: str
    debit_fen: int = 0
    credit_fen: int = 0
    unit_id: int | None = None
    bank_account_id: int | None = None

    def __post_init__(self) -> None:
        assert min(self.debit_fen, self.credit_fen) == 0 < max(self.debit_fen, self.credit_fen), self

    @property
    def reversed(self) -> GlLine:
        """The same line on the other side."""
        return GlLine(self.subject, self.credit_fen, self.debit_fen, self.unit_id, self.bank_account_id)


@dataclass(frozen=True, kw_only=True)
class VoucherDraft:
    """A voucher before posting. ``member_*`` are the control totals of its member lines, if it has any."""

    centre_id: int
    idempotency_key: str
    request_digest: bytes
    kind: VoucherKind
    business_date: date
    maker_person_id: int | None
    checker_person_id: int | None
    lines: tuple[GlLine, ...]
    member_count: int = 0
    member_debit_fen: int = 0
    member_credit_fen: int = 0
    lines_digest: bytes = b""
    event_id: int | None = None
    reverses_id: int | None = None
    voucher_id: int | None = None  # taken beforehand, where the member lines are written first


@dataclass(frozen=True)
class PostedVoucher:
    """The answer to a posting; ``replayed`` when the same request had been posted before."""

    voucher_id: int
    public_ref: UUID
    replayed: bool


@dataclass(frozen=True, kw_only=True)
class VoucherReference:
    """A voucher as it is quoted beside a member's line. ``unit_id``: the unit the voucher names, if one."""

    voucher_id: int
    kind: VoucherKind
    business_date: date
    number: int | None
    public_ref: UUID
    unit_id: int | None


@dataclass(frozen=True)
class Voucher:
    """A posted voucher with its lines."""

    centre_id: int
    voucher_id: int
    idempotency_key: str
    kind: VoucherKind
    business_date: date
    known_at: datetime
    maker_person_id: int | None
    checker_person_id: int | None
    reverses_id: int | None
    event_id: int | None
    member_count: int
    member_debit_fen: int
    member_credit_fen: int
    number: int | None
    public_ref: UUID
    lines: tuple[GlLine, ...]


@dataclass(frozen=True)
class BankMovement:
    """By how many fen a voucher raised (debit of 101/102) or lowered one account, on its business date."""

    bank_account_id: int
    voucher_id: int
    on_day: date
    event_id: int | None
    reverses_id: int | None
    effect_fen: int
