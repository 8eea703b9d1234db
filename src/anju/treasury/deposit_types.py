"""The words of deposits (定期、通知、协定存款) and of moves of the centre's own money (资金调拨)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum


class DepositKind(IntEnum):
    """What kind of deposit. An agreement deposit (协定) stays on its account; only the bank's rate differs."""

    TIME = 1
    NOTICE = 2
    AGREEMENT = 3

    @property
    def zh(self) -> str:
        return {1: "定期", 2: "通知", 3: "协定"}[self]


class Rollover(IntEnum):
    """What the bank does with a time deposit on its last day."""

    NONE = 0
    PRINCIPAL = 1
    WITH_INTEREST = 2

    @property
    def zh(self) -> str:
        return {0: "到期不转存", 1: "本金自动转存", 2: "本息自动转存"}[self]


class DepositState(IntEnum):
    """PROPOSED until the bank has it; DRAWN when principal and interest are back; GIVEN_UP when it never came to be."""

    PROPOSED = 1
    IN_FORCE = 2
    DRAWN = 3
    GIVEN_UP = 4

    @property
    def zh(self) -> str:
        return {1: "待存入", 2: "存期中", 3: "已支取", 4: "未存入"}[self]


class MoveKind(IntEnum):
    """What moves: into a deposit, back out of it, between two accounts; or an agreement that moves nothing."""

    MAKE = 1
    DRAW = 2
    TRANSFER = 3
    AGREE = 4

    @property
    def zh(self) -> str:
        return {1: "存入", 2: "支取", 3: "专户划转", 4: "签订协定"}[self]


class MoveState(IntEnum):
    """Like a payment's: marked and committed before the bank hears of it; PENDING is only asked for."""

    PROPOSED = 1
    CHECKED = 2
    INSTRUCTED = 3
    PENDING = 4
    DONE = 5
    FAILED = 6
    CANCELLED = 7

    @property
    def zh(self) -> str:
        return _MOVE_ZH[self]


_MOVE_ZH = {
    MoveState.PROPOSED: "待复核",
    MoveState.CHECKED: "已复核，待发送",
    MoveState.INSTRUCTED: "已发银行",
    MoveState.PENDING: "银行结果未知，查询中",
    MoveState.DONE: "已办妥",
    MoveState.FAILED: "未办成",
    MoveState.CANCELLED: "已取消",
}
OPEN_MOVES = (MoveState.INSTRUCTED, MoveState.PENDING)


@dataclass(frozen=True, kw_only=True)
class DepositTerms:
    """What is agreed with the bank. `rate` is a year's; a time deposit has its last day, a notice deposit its days."""

    kind: DepositKind
    bank_account_id: int
    amount_fen: int
    rate: Decimal
    starts_on: date
    ends_on: date | None = None
    rollover: Rollover = Rollover.NONE
    notice_days: int = 0


@dataclass(frozen=True)
class MoveInstruction:
    """What the bank is told: BDC109, 114, 115, 117 or 118. Complete in itself."""

    business_serial: str
    kind: MoveKind
    account: str
    other_account: str
    amount_fen: int
    deposit_kind: DepositKind | None
    deposit_number: str
    rate: Decimal | None
    starts_on: date | None
    ends_on: date | None
    rollover: Rollover
    notice_days: int


@dataclass(frozen=True)
class DepositSeen:
    """A line of the register."""

    deposit_id: int
    bank_account_id: int
    kind: DepositKind
    amount_fen: int
    rate: Decimal
    starts_on: date
    ends_on: date | None
    rollover: Rollover
    notice_days: int
    state: DepositState
    deposit_number: str
    interest_fen: int | None
    drawn_on: date | None
    drawing: bool
    """Whether a drawing of it is on its way."""


@dataclass(frozen=True)
class MoveSeen:
    """A move of the centre's own money, for staff."""

    move_id: int
    kind: MoveKind
    deposit_id: int | None
    bank_account_id: int
    to_account_id: int | None
    amount_fen: int
    interest_fen: int
    state: MoveState
    digest: str
    maker_person_id: int
    proposed_at: datetime
    checker_person_id: int | None
    business_serial: str
    value_on: date | None
    voucher_id: int | None
    asked_count: int
    last_answer: str
    reason_text: str
    final_at: datetime | None

    @property
    def never_seen(self) -> bool:
        """The bank says it never saw it: a person may give it up."""
        return self.state is MoveState.PENDING and self.last_answer == "none"
