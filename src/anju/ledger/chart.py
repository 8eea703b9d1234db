"""The chart of subjects (会计科目表): data, ``chart.yaml``. Pure; knows no database.

A code of three digits is a subject of the accounting method, one with a dash a detail beneath it. The table ``subject``
holds the same; a test compares them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml


class Section(StrEnum):
    """Where a subject stands in the statements; assets and expense have their balance on the debit side."""

    ASSET = "asset"
    LIABILITY = "liability"
    NET_ASSETS = "net_assets"
    INCOME = "income"
    EXPENSE = "expense"

    @property
    def zh(self) -> str:
        """Name in Chinese."""
        return _SECTION_ZH[self]

    @property
    def debit_side(self) -> bool:
        """Whether a balance of this section normally stands on the debit side."""
        return self in (Section.ASSET, Section.EXPENSE)


_SECTION_ZH = {
    Section.ASSET: "资产",
    Section.LIABILITY: "负债",
    Section.NET_ASSETS: "净资产",
    Section.INCOME: "收入",
    Section.EXPENSE: "支出",
}


class Asks(StrEnum):
    """Whom a line of a subject names, where it is known."""

    UNIT = "unit"
    BANK = "bank"


@dataclass(frozen=True)
class ChartSubject:
    """One subject: its place, its parent, whom its lines name. ``local``: a detail of ours, not of the method."""

    code: str
    name: str
    section: Section
    from_date: date
    asks: Asks | None = None
    member_control: bool = False
    local: bool = False

    @property
    def parent(self) -> str | None:
        """Code of the subject above, if this is a detail."""
        above, dash, _ = self.code.rpartition("-")
        return above if dash else None


@dataclass(frozen=True)
class Chart:
    """One edition of the chart, with its date and its source."""

    edition: date
    source: str
    subjects: tuple[ChartSubject, ...]

    def find(self, code: str) -> ChartSubject:
        """The subject of a code; a code that is not in the chart is a mistake of the program (KeyError)."""
        return _by_code()[code]

    def details_of(self, code: str) -> tuple[str, ...]:
        """Codes of the subjects beneath one, in the order of the chart."""
        return tuple(one.code for one in self.subjects if one.parent == code)


@cache
def chart() -> Chart:
    """The chart in force."""
    raw = yaml.safe_load(Path(__file__).with_name("chart.yaml").read_text(encoding="utf-8"))
    since = date.fromisoformat(raw["from"])
    return Chart(
        date.fromisoformat(raw["edition"]), raw["source"], tuple(_subject(one, since) for one in raw["subjects"])
    )


def _subject(raw: dict[str, Any], since: date) -> ChartSubject:
    return ChartSubject(
        code=raw["code"], name=raw["name"], section=Section(raw["section"]),
        from_date=date.fromisoformat(raw["from"]) if "from" in raw else since,
        asks=Asks(raw["asks"]) if "asks" in raw else None, member_control=raw.get("member_control", False),
        local=raw.get("local", False),
    )  # fmt: skip


@cache
def _by_code() -> dict[str, ChartSubject]:
    return {one.code: one for one in chart().subjects}
