"""The words of policy: a dated parameter, an article of law, a release; and what is refused when they are wrong.

Knows no file format and no formula.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from anju.kernel.explained import ArticleRef, ParameterRef
from anju.kernel.rounding import Rounding

ParameterValue = Decimal | int | str | Rounding | tuple[str, ...]


class Status(StrEnum):
    """How well a value is supported. UNVERIFIED values are shown as such wherever they decide something."""

    OFFICIAL = "official"
    LOCAL = "local"
    UNVERIFIED = "unverified"
    DEMO = "demo"

    @property
    def zh(self) -> str:
        return {"official": "国家规定", "local": "本市规定", "unverified": "待核实", "demo": "演示"}[self.value]


class PolicyFileInvalid(Exception):
    """A policy file breaks a rule of the format; names file and line."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}")
        self.path = path
        self.line = line
        self.problem = problem


class PolicyMissing(LookupError):
    """No value, article or city of that name on that date: the installation lacks a rule it needs."""


class CalendarUnknown(LookupError):
    """No official holiday notice for that year yet, so no working day in it can be promised."""

    def __init__(self, year: int) -> None:
        super().__init__(f"no official calendar for {year}")
        self.year = year
        self.text = f"{year}年的放假安排尚未公布，暂时不能承诺具体日期。"


@dataclass(frozen=True)
class Source:
    title: str
    number: str = ""
    url: str = ""

    @property
    def text(self) -> str:
        return f"{self.title}（{self.number}）" if self.number else self.title


@dataclass(frozen=True)
class Parameter:
    """One parameter with the one value in force on the date asked for."""

    handle: str
    title: str
    unit: str
    value: ParameterValue
    starts_on: date
    ends_on: date | None
    source: Source
    status: Status
    checker: str
    key: str | None = None
    note: str = ""

    @property
    def text(self) -> str:
        """The value as pages print it, without its unit."""
        if isinstance(self.value, Rounding):
            return self.value.zh
        if isinstance(self.value, tuple):
            return "、".join(self.value)
        if self.unit == "元":
            return f"{self.value:,.2f}"
        if self.unit in ("比例", "年利率") and isinstance(self.value, Decimal):
            percent = format((self.value * 100).normalize(), "f")
            return f"{percent}%"
        return str(self.value)

    @property
    def ref(self) -> ParameterRef:
        shown_unit = "" if self.unit in ("比例", "年利率", "取整方式", "选项", "清单", "文字") else self.unit
        return ParameterRef(
            self.handle, self.title, self.text, shown_unit, self.source.text, self.starts_on.isoformat(),
            self.status.value,
        )  # fmt: skip


@dataclass(frozen=True)
class Article:
    """One article (条) of a law in the version of a date, with its gist in our own words."""

    handle: str
    law_title: str
    number_zh: str
    gist: str
    valid_from: date
    valid_to: date | None
    order_no: str
    topic: str = ""
    source: Source | None = None

    @property
    def ref(self) -> ArticleRef:
        return ArticleRef(
            self.handle, self.law_title, self.number_zh, self.gist, self.order_no, self.valid_from.isoformat()
        )

    @property
    def citation(self) -> str:
        return f"《{self.law_title}》{self.number_zh}"


@dataclass(frozen=True)
class Release:
    """A published set of rules: label, digest over every file of the pack chain, and the two who published it."""

    label: str
    digest: str
    published_on: date
    drafted_by: str
    published_by: str
    chain: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"{self.label}-{self.digest[:8]}"
