"""How the input of an example is read: strictly, and with words for whoever wrote what cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from anju.kernel.money import yuan_to_fen
from anju.kernel.month import Month

_PLACES = 18
_PLAIN = re.compile(rf"[+-]?\d{{1,{_PLACES}}}(\.\d{{1,{_PLACES}}})?", re.ASCII)


class ShapeUnknown(ValueError):
    """No formula takes an input of this shape."""


class InputWrong(ValueError):
    """A value of the input cannot be read; names the key."""


@dataclass(frozen=True)
class Inputs:
    """The input of one example. Figures are text in it; binary floating point is refused.

    `as_of` is the day the examples speak from; `at` is where a nested input stands.
    """

    given: Mapping[str, Any]
    as_of: date | None = None
    at: str = ""

    def __contains__(self, key: str) -> bool:
        return self.given.get(key) is not None

    def text(self, *keys: str, default: str = "") -> str:
        key = next((key for key in keys if key in self), None)
        if key is None:
            return default
        value = self.given[key]
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise self._wrong(key, "text")
        return str(value)

    def flag(self, key: str) -> bool:
        value = self.given.get(key, False)
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false")
        return value

    def items(self, key: str) -> Sequence[Any]:
        found = self.given.get(key)
        if found is None:
            return ()
        if not isinstance(found, list | tuple):
            raise self._wrong(key, "a list")
        return found

    def fens(self, key: str) -> list[int]:
        return [one.fen(name) for name, one in self._each(key)]

    def decimals(self, key: str) -> list[Decimal]:
        return [one.decimal(name) for name, one in self._each(key)]

    def _each(self, key: str) -> list[tuple[str, Inputs]]:
        names = ((f"{key}[{n}]", item) for n, item in enumerate(self.items(key), start=1))
        return [(name, Inputs({name: item}, self.as_of, self.at)) for name, item in names]

    def inputs(self, key: str) -> tuple[Inputs, ...]:
        """The nested inputs of a list; one that stands alone counts as a list of one."""
        one = self.given.get(key)
        found = (one,) if isinstance(one, Mapping) else self.items(key)
        if not all(isinstance(item, Mapping) for item in found):
            raise self._wrong(key, "a list of keys and values")
        return tuple(Inputs(item, self.as_of, f"{self.at}{key}[{n}].") for n, item in enumerate(found, start=1))

    def fen(self, *keys: str, signed: bool = False) -> int:
        key = self._first(keys)
        return self._read(key, as_fen, "an amount in yuan with at most two places", least=None if signed else 0)

    def decimal(self, *keys: str, signed: bool = False) -> Decimal:
        key = self._first(keys)
        return self._read(key, as_decimal, "a plain number", least=None if signed else 0)

    def integer(self, *keys: str, least: int = 0, most: int = 1_000_000) -> int:
        key = self._first(keys)
        number = self._read(key, as_decimal, "a whole number", least=least)
        if number != number.to_integral_value() or number > most:
            raise self._wrong(key, f"a whole number from {least} to {most}")
        return int(number)

    def day(self, *keys: str) -> date:
        return self._read(self._first(keys), _as_day, "a date like 2026-09-20")

    def month(self, *keys: str) -> Month:
        return self._read(self._first(keys), _as_month, "a month like 2026-09")

    def _first(self, keys: tuple[str, ...]) -> str:
        for key in keys:
            if key in self:
                return key
        raise ShapeUnknown(f"missing {self.at}{' or '.join(keys)}")

    def _read(self, key: str, read: Callable[[Any], Any], wanted: str, *, least: int | None = None) -> Any:
        try:
            value = read(self.given[key])
        except (ValueError, TypeError, InvalidOperation):
            raise self._wrong(key, wanted) from None
        if least is not None and value < least:
            raise self._wrong(key, f"{wanted} of at least {least}")
        return value

    def _wrong(self, key: str, wanted: str) -> InputWrong:
        return InputWrong(f"{self.at}{key} must be {wanted}, not {short(self.given[key])}")


def short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:60]}…"


def _as_day(value: Any) -> date:
    return date.fromisoformat(value)


def _as_month(value: Any) -> Month:
    if not isinstance(value, str):
        raise TypeError("a month is written as text")
    return Month.of(date.fromisoformat(value)) if len(value) > 7 else Month.parse(value)


def as_decimal(value: Any) -> Decimal:
    """An exact number as people write it: no exponent that would fill the memory, no infinity, no binary float."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise TypeError("figures are written as text")
    if isinstance(value, Decimal) and not (value.is_finite() and abs(value.adjusted()) <= _PLACES):
        raise ValueError("out of bounds")
    text = format(value, "f") if isinstance(value, Decimal) else str(value).strip()
    if not _PLAIN.fullmatch(text):
        raise ValueError("not a plain number")
    return Decimal(text)


def as_fen(value: Any) -> int:
    return yuan_to_fen(value if isinstance(value, str) else as_decimal(value))
