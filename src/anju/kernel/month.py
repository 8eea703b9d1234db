"""Month (年月), the period of a contribution, a rent or an instalment, and the interest year (结息年度)."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import overload

_TEXT = re.compile(r"(\d{4})-?(\d{2})", re.ASCII)
_ZH = re.compile(r"(\d{4})年(\d{1,2})月", re.ASCII)


@dataclass(frozen=True, order=True)
class Month:
    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1 <= self.month <= 12 and 1 <= self.year <= 9999):
            raise ValueError(f"no such month: {self.year}-{self.month}")

    @classmethod
    def parse(cls, text: str) -> Month:
        """Reads 2026-11, 202611 and 2026年11月; anything else is a ValueError."""
        found = _TEXT.fullmatch(text.strip()) or _ZH.fullmatch(text.strip())
        if not found:
            raise ValueError(f"not a month: {text!r}")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @classmethod
    def from_number(cls, number: int) -> Month:
        return cls(*divmod(number, 100))

    @property
    def number(self) -> int:
        return self.year * 100 + self.month

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    @property
    def zh(self) -> str:
        return f"{self.year}年{self.month}月"

    @property
    def _ordinal(self) -> int:
        return self.year * 12 + self.month - 1

    def __add__(self, months: int) -> Month:
        year, index = divmod(self._ordinal + months, 12)
        return Month(year, index + 1)

    @overload
    def __sub__(self, other: Month) -> int: ...
    @overload
    def __sub__(self, other: int) -> Month: ...
    def __sub__(self, other: Month | int) -> int | Month:
        if isinstance(other, Month):
            return self._ordinal - other._ordinal
        return self + -other

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def months_between(first: Month, last: Month) -> tuple[Month, ...]:
    """Every month from first to last, both included; empty when last comes before first."""
    return tuple(first + n for n in range(last - first + 1))


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day when it is shorter."""
    month = Month.of(day) + months
    return date(month.year, month.month, min(day.day, month.last_day.day))


def interest_year(day: date) -> int:
    """The year in which the interest year (1 July to 30 June) of this day began: 2026-06-30 → 2025."""
    return day.year if day.month >= 7 else day.year - 1
