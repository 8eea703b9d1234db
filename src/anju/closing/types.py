"""Words of closing: a run and its steps, a difference between two figures, and what was said about it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum
from typing import Any

from anju.kernel.money import format_fen
from anju.kernel.month import Month


class RunKind(IntEnum):
    """What a run closes."""

    DAY = 1
    MONTH = 2

    @property
    def zh(self) -> str:
        """Name in Chinese."""
        return ("日结", "月结")[self - 1]


class RunState(IntEnum):
    """How far a run is. A signed one stands; a reopened one stays to be read."""

    RUNNING = 1
    TO_SIGN = 2
    SIGNED = 3
    REOPENED = 4

    @property
    def zh(self) -> str:
        """Name in Chinese."""
        return ("办理中", "待签署", "已签署", "已撤回")[self - 1]


class StepState(IntEnum):
    """How far a step is. RUNNING with nobody at it means that whoever was at it broke off: it is done again."""

    WAITING = 1
    RUNNING = 2
    BLOCKED = 3
    DONE = 4

    @property
    def zh(self) -> str:
        """Name in Chinese."""
        return ("未办", "正在办", "停在这里", "已办")[self - 1]


class StepKind(IntEnum):
    """The steps of a day and of a month, in their order."""

    CUT = 1
    NOTICES = 2
    PAYMENTS = 3
    DUE = 4
    RECONCILE = 5
    REPORT = 6
    DAYS = 11
    INTEREST_YEAR = 12
    ACCRUE = 13
    CLOSE = 14
    STATEMENTS = 15

    @property
    def zh(self) -> str:
        """Name in Chinese."""
        return _STEP_ZH[self]


_STEP_ZH = {
    StepKind.CUT: "停止记当日账",
    StepKind.NOTICES: "到账通知都有着落",
    StepKind.PAYMENTS: "付款和批次结果",
    StepKind.DUE: "到期事项都已办",
    StepKind.RECONCILE: "七级对账",
    StepKind.REPORT: "日结报告",
    StepKind.DAYS: "当月每天都已日结",
    StepKind.INTEREST_YEAR: "年度结息已入账",
    StepKind.ACCRUE: "计提职工利息",
    StepKind.CLOSE: "结转收入和支出",
    StepKind.STATEMENTS: "月结报表",
}
DAY_STEPS = (
    StepKind.CUT, StepKind.NOTICES, StepKind.PAYMENTS, StepKind.DUE, StepKind.RECONCILE, StepKind.REPORT,
)  # fmt: skip
MONTH_STEPS = (StepKind.DAYS, StepKind.ACCRUE, StepKind.CLOSE, StepKind.STATEMENTS)
JUNE_STEPS = (StepKind.DAYS, StepKind.INTEREST_YEAR, *MONTH_STEPS[1:])


class LevelState(IntEnum):
    """What a level of reconciliation (对账) came to."""

    AGREES = 1
    DIFFERS = 2
    NOT_APPLICABLE = 3

    @property
    def zh(self) -> str:
        """Name in Chinese."""
        return ("相符", "不符", "不适用")[self - 1]


@dataclass(frozen=True)
class Difference:
    """Two figures that should be one, in fen, and where; ``item`` names a single thing, if it is one.

    ``level`` is 1 to 7 of the reconciliation, 0 where a step before it found something. ``page`` and ``page_id``: the
    page of the desk where it is mended.
    """

    level: int
    subject: str
    where: str
    left_fen: int
    right_fen: int
    text: str
    item: str = ""
    page: str = ""
    page_id: int | None = None

    @property
    def digest(self) -> str:
        """What an explanation is attached to: the thing itself, or the place and by how much it differs.

        The day is no part of it: what is explained and still there the next day needs no second explanation; another
        sum, another place or another thing does. What the days moved, and does not stand, names its days as its item.
        """
        what = self.item or f"{self.level}|{self.subject}|{self.where}|{self.left_fen - self.right_fen}"
        return hashlib.sha256(what.encode()).hexdigest()

    @property
    def apart_fen(self) -> int:
        """Left less right."""
        return self.left_fen - self.right_fen

    @property
    def said(self) -> str:
        """One line for a report."""
        return f"{self.where}：{self.text}，相差 {format_fen(self.apart_fen)} 元"


@dataclass(frozen=True)
class LevelResult:
    """One level of the reconciliation of a day; ``text`` says what was compared, or why nothing could be."""

    number: int
    title: str
    state: LevelState
    text: str
    left_fen: int | None = None
    right_fen: int | None = None
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """What an accountant said about a difference (差异说明): who, when, in which run.

    ``unsigned``: no run of the kind that is looked at was signed since, so its author did a part of this one.
    """

    digest: str
    run_id: int
    words: str
    person_id: int
    at: datetime
    unsigned: bool = True


@dataclass(frozen=True)
class Step:
    """One step of a run; ``figures`` are what it counted, for the page and the report; ``claims``: how often begun."""

    n: int
    kind: StepKind
    state: StepState
    text: str = ""
    began_at: datetime | None = None
    took_ms: int | None = None
    by_person_id: int | None = None
    findings: tuple[Difference, ...] = ()
    figures: dict[str, Any] = field(default_factory=dict)
    claims: int = 0

    @property
    def levels(self) -> tuple[LevelResult, ...]:
        """The levels of a reconciliation, where this step was one."""
        return tuple(level_of(one, self.findings) for one in self.figures.get("levels", ()))


def level_of(kept: dict[str, Any], findings: tuple[Difference, ...]) -> LevelResult:
    """A level as it was kept, with its differences."""
    return LevelResult(
        kept["number"], kept["title"], LevelState(kept["state"]), kept["text"], kept["left_fen"], kept["right_fen"],
        tuple(one for one in findings if one.level == kept["number"]),
    )  # fmt: skip


@dataclass(frozen=True)
class Run:
    """The closing of some days (one as a rule) or of a month."""

    centre_id: int
    run_id: int
    kind: RunKind
    first_on: date
    last_on: date
    state: RunState
    started_at: datetime
    started_by_person_id: int | None
    submitted_at: datetime | None
    submitted_by_person_id: int | None
    signed_at: datetime | None
    signed_by_person_id: int | None
    reopened_at: datetime | None
    reopened_by_person_id: int | None
    reason: str
    report: dict[str, Any]
    report_digest: str
    steps: tuple[Step, ...] = ()

    @property
    def title(self) -> str:
        """2026年11月24日, a stretch of days, or 2026年11月."""
        if self.kind is RunKind.MONTH:
            return Month.of(self.last_on).zh
        last = f"{self.last_on.year}年{self.last_on.month}月{self.last_on.day}日"
        if self.first_on == self.last_on:
            return last
        return f"{self.first_on.year}年{self.first_on.month}月{self.first_on.day}日至{last}"

    @property
    def digests(self) -> list[str]:
        """Those of all its differences."""
        return [one.digest for step in self.steps for one in step.findings]

    @property
    def live(self) -> bool:
        """Whether it is neither signed nor reopened."""
        return self.state in (RunState.RUNNING, RunState.TO_SIGN)

    @property
    def next_step(self) -> Step | None:
        """The step at which it stands; None when all are done."""
        return next((step for step in self.steps if step.state is not StepState.DONE), None)

    @property
    def ready(self) -> bool:
        """Whether all steps are done and an accountant may hand it over to be signed."""
        return self.state is RunState.RUNNING and self.next_step is None


@dataclass(frozen=True)
class OpenStretch:
    """The days that a next run would close; ``quiet`` when nothing happened on any of them."""

    first_on: date
    last_on: date
    quiet: bool
    open_days: int
    """How many days are over and not closed, these included."""


@dataclass(frozen=True)
class InterestOrder:
    """The posting of a year's interest: ordered from a trial run by one person, signed by another."""

    interest_year: int
    trial_run_id: int
    accounts: int
    interest_fen: int
    ordered_by_person_id: int
    ordered_at: datetime
    signed_by_person_id: int | None
    signed_at: datetime | None
