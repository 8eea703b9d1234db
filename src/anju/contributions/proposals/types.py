"""What is known about money in suspense, and the words of a proposal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from anju.kernel.month import Month


class Act(StrEnum):
    """What accepting a proposal does; each is one of the treasurer's own acts."""

    ALLOCATE = "allocate"
    WAIT = "wait"
    REFUND = "refund"
    COVER = "cover"

    @property
    def zh(self) -> str:
        return {"allocate": "分摊", "wait": "等待", "refund": "退款", "cover": "抵补"}[self.value]


class Reason(StrEnum):
    """Why money may be meant for something. The points are weighed against one another in docs/decisions/0026."""

    NUMBER = "number"
    NUMBER_NEAR = "number_near"
    ACCOUNT = "account"
    NAME = "name"
    NAME_FORMER = "name_former"
    NAME_NEAR = "name_near"
    AMOUNT = "amount"
    AMOUNT_SEVERAL = "amount_several"
    AMOUNT_LEFT_OUT = "amount_left_out"
    AMOUNT_ONLY_ONE = "amount_only_one"
    MONTH_NAMED = "month_named"
    TAKEN_BACK = "taken_back"
    PAID_TWICE = "paid_twice"
    SHORT = "short"
    OVER = "over"
    REFUSED_BEFORE = "refused_before"
    OWED = "owed"

    @property
    def points(self) -> int:
        return _POINTS[self]


_POINTS = {
    Reason.NUMBER: 60, Reason.NUMBER_NEAR: 45, Reason.ACCOUNT: 40, Reason.NAME: 30, Reason.NAME_FORMER: 25,
    Reason.NAME_NEAR: 15, Reason.AMOUNT: 40, Reason.AMOUNT_SEVERAL: 30, Reason.AMOUNT_LEFT_OUT: 20,
    Reason.AMOUNT_ONLY_ONE: 15, Reason.MONTH_NAMED: 10, Reason.TAKEN_BACK: 20, Reason.PAID_TWICE: 55,
    Reason.SHORT: 0, Reason.OVER: 0, Reason.REFUSED_BEFORE: -60, Reason.OWED: 60,
}  # fmt: skip
WHO = frozenset(
    {Reason.NUMBER, Reason.NUMBER_NEAR, Reason.ACCOUNT, Reason.NAME, Reason.NAME_FORMER, Reason.NAME_NEAR}
)
"""Reasons that say whose money it is; an amount alone never does."""
LIKELY = 60
"""From here on a proposal may be accepted together with others, by a tick."""


@dataclass(frozen=True)
class Money:
    """One item in suspense. `fen` is what is open of it; `payer` the digest of the account it came from."""

    suspense_id: int
    fen: int
    value_on: date
    summary: str = ""
    payer_name: str = ""
    payer: bytes | None = None
    payer_tail: str = ""
    unit_id: int | None = None


@dataclass(frozen=True)
class Payable:
    """A unit's month. `missing_fen`: due, less what waits for it; `paid_on` where its money has come."""

    remittance_id: int
    unit_id: int
    unit_name: str
    month: Month
    number: str
    headcount: int
    total_fen: int
    missing_fen: int
    approved: bool = True
    paid_on: date | None = None
    payer: bytes | None = None
    taken_back: bool = False
    problem: str = ""
    """Why the accounts refused it the last time."""

    @property
    def open(self) -> bool:
        """Whether money may still be allocated to it."""
        return self.paid_on is None and self.missing_fen > 0

    @property
    def zh(self) -> str:
        return f"{self.unit_name}{self.month.zh}"


@dataclass(frozen=True)
class KnownPayer:
    """An account a unit pays from: how many of its months came from there, and whether the unit registered it."""

    unit_id: int
    months: int = 0
    registered: bool = False


@dataclass(frozen=True)
class Owed:
    """Money a unit owes since the bank took back what had been used."""

    suspense_id: int
    unit_id: int | None
    fen: int


@dataclass(frozen=True)
class Evidence:
    """Everything the proposals of some items rest on; all of one centre."""

    months: tuple[Payable, ...] = ()
    payers: Mapping[bytes, tuple[KnownPayer, ...]] = field(default_factory=dict)
    names: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """A unit's name, then its former ones."""
    lines: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """Of a month, the sums of single people that equal what some money lacks for it."""
    owed: tuple[Owed, ...] = ()


@dataclass(frozen=True)
class Clue:
    """One reason with its words."""

    reason: Reason
    text: str


@dataclass(frozen=True)
class Weighed:
    """A proposal before it is known who else asks for the same months."""

    act: Act
    targets: tuple[int, ...]
    clues: tuple[Clue, ...]

    @property
    def score(self) -> int:
        return sum(clue.reason.points for clue in self.clues)


@dataclass(frozen=True)
class Proposal:
    """What could be done with an item, in words. `used_fen` never exceeds what is open of the item.

    `targets`: the months of an allocation in their order, or the debt that is covered; none for a refund.
    """

    act: Act
    targets: tuple[int, ...]
    title: str
    effect: str
    used_fen: int
    score: int
    clues: tuple[Clue, ...]
    certain: bool = False

    @property
    def key(self) -> str:
        """Names act and target, so that what is accepted is what was shown."""
        return f"{self.act.value}-{self.targets[0] if self.targets else 0}"

    @property
    def likely(self) -> bool:
        return self.score >= LIKELY

    @property
    def sureness(self) -> str:
        """How sure, in words."""
        if self.score >= 80:
            return "把握很大"
        return "把握较大" if self.likely else "供参考"
