"""What a page of the books is asked for in its address; what is no day, month or amount is said beside its field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from django.http import HttpRequest

from anju.kernel.money import yuan_to_fen
from anju.kernel.month import Month
from anju.portals.desk.pages import id_of

T = TypeVar("T")
LONGEST = 60
FIRST_YEAR, LAST_YEAR = 1990, 2199
WRONG_DAY = "请写成 2026-11-23 这样的日期。"
WRONG_MONTH = "请写成 2026-11 这样的年月。"
WRONG_YEAR = "请写成 2026 这样的年份。"
WRONG_AMOUNT = "请写成 1234.56 这样的金额，单位元。"
WRONG_NUMBER = "请只写数字。"


@dataclass
class Asked:
    """The words of an address's fields, as typed, and what is wrong with them by field."""

    request: HttpRequest
    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """What was typed, without blanks around it and characters nobody can see."""
        raw = "".join(sign for sign in self.request.GET.get(name, "")[:LONGEST] if sign.isprintable())
        self.typed[name] = raw.strip()
        return self.typed[name]

    def day(self, name: str, fallback: date | None = None) -> date | None:
        """A day; what is left out is the fallback, which then stands in the field."""
        return self._read(name, fallback, _day, WRONG_DAY)

    def month(self, name: str, fallback: Month) -> Month:
        """A month."""
        found = self._read(name, fallback, _month, WRONG_MONTH)
        return fallback if found is None else found

    def year(self, name: str, fallback: int) -> int:
        """A year."""
        found = self._read(name, fallback, _year, WRONG_YEAR)
        return fallback if found is None else found

    def fen(self, name: str) -> int | None:
        """An amount typed in yuan, as fen."""
        return self._read(name, None, _fen, WRONG_AMOUNT)

    def number(self, name: str) -> int | None:
        """A whole number of at most 18 digits."""
        return self._read(name, None, _number, WRONG_NUMBER)

    def span(self, first: date, last: date) -> tuple[date, date]:
        """The fields ``first`` and ``last``; a span that ends before it begins is said beside ``last``."""
        found = self.day("first", first) or first, self.day("last", last) or last
        if not self.errors and found[1] < found[0]:
            self.errors["last"] = "截止日期不能早于起始日期：请重新选择。"
        return found

    @property
    def status(self) -> int:
        """422 when something is to be mended."""
        return 422 if self.errors else 200

    def _read(self, name: str, fallback: T | None, read: Callable[[str], T], wrong: str) -> T | None:
        text = self.text(name)
        if not text:
            self.typed[name] = "" if fallback is None else str(fallback)
            return fallback
        try:
            return read(text)
        except (ValueError, TypeError):
            self.errors[name] = wrong
            return fallback


def _day(text: str) -> date:
    found = date.fromisoformat(text)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(text)
    return found


def _month(text: str) -> Month:
    found = Month.parse(text)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(text)
    return found


def _year(text: str) -> int:
    found = id_of(text)
    if not FIRST_YEAR <= found <= LAST_YEAR:
        raise ValueError(text)
    return found


def _fen(text: str) -> int:
    found = yuan_to_fen(text)
    if not 0 < found < 2**63:
        raise ValueError(text)
    return found


def _number(text: str) -> int:
    found = id_of(text)
    if not found:
        raise ValueError(text)
    return found


@dataclass(frozen=True)
class Sided:
    """A balance as books write it: on which side it stands, and how much. ``fen`` is debit less credit."""

    fen: int

    @property
    def side(self) -> str:
        """借, 贷, or 平 for nothing."""
        return "平" if self.fen == 0 else "借" if self.fen > 0 else "贷"

    @property
    def amount_fen(self) -> int:
        """How much, without a sign."""
        return abs(self.fen)
