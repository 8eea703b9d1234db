"""What a shape is, how its inputs are read, and how an answer is compared with what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from anju.kernel.money import Money, yuan_to_fen
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
        return InputWrong(f"{self.at}{key} must be {wanted}, not {_short(self.given[key])}")


def _short(value: Any) -> str:
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


@dataclass(frozen=True)
class Shape:
    """Keys that must be there, keys that may be, and the values a key must have; and the formula behind it."""

    required: frozenset[str]
    run: Callable[[Inputs], dict[str, Any]]
    optional: frozenset[str] = frozenset()
    where: Mapping[str, frozenset[str]] | None = None

    def fits(self, given: Mapping[str, Any]) -> bool:
        return not self.distance(given)

    def distance(self, given: Mapping[str, Any]) -> int:
        """How many keys are missing, too many or of a value nobody knows."""
        keys = set(given)
        return len(self.required - keys) + len(keys - self.required - self.optional) + len(self._unknown_values(given))

    def explain(self, given: Mapping[str, Any], known: Mapping[str, set[str]]) -> str:
        """What would have to change for the input to be of this shape; `known` are the values any shape takes."""
        keys = set(given)
        missing, unknown = self.required - keys, keys - self.required - self.optional
        words = [f"missing {', '.join(sorted(missing))}"] if missing else []
        words += [f"does not know {', '.join(sorted(unknown))}"] if unknown else []
        words += [f"{key} must be one of {', '.join(sorted(known[key]))}" for key in self._unknown_values(given)]
        return "; ".join(words)

    def _unknown_values(self, given: Mapping[str, Any]) -> list[str]:
        return [key for key, allowed in (self.where or {}).items() if key in given and str(given[key]) not in allowed]


def shape(
    required: str,
    run: Callable[[Inputs], dict[str, Any]],
    *,
    optional: str = "",
    where: Mapping[str, str] | None = None,
) -> Shape:
    """`required`, `optional` and the allowed values of `where` are words separated by blanks."""
    allowed = {key: frozenset(values.split()) for key, values in (where or {}).items()}
    return Shape(frozenset(required.split()), run, frozenset(optional.split()), allowed)


def fitting(shapes: Sequence[Shape], given: Mapping[str, Any]) -> Shape:
    """The shape of an input; without one, `ShapeUnknown` says what the nearest would have wanted."""
    nearest = min(shapes, key=lambda one: one.distance(given))
    if nearest.fits(given):
        return nearest
    known: dict[str, set[str]] = {}
    for one in shapes:
        for key, allowed in (one.where or {}).items():
            known.setdefault(key, set()).update(allowed)
    raise ShapeUnknown(nearest.explain(given, known))


def mismatches(expected: Mapping[str, Any], computed: Mapping[str, Any], *, at: str = "") -> list[str]:
    """One line for each expected figure that is not what the formula gave."""
    wrong = []
    for key, wanted in expected.items():
        if key not in computed:
            wrong.append(f"{at}{key}: expected {wanted}, nothing computed")
        else:
            wrong += _differences(f"{at}{key}", wanted, computed[key])
    return wrong


def _differences(name: str, wanted: Any, got: Any) -> list[str]:
    if isinstance(wanted, Mapping | list) and not wanted and got:
        return [f"{name}: nothing is expected"]
    if isinstance(wanted, Mapping) and isinstance(got, Mapping):
        return mismatches(wanted, got, at=f"{name}.")
    if isinstance(wanted, list) and isinstance(got, Mapping):
        # Rows are named by their period, so that an example may list some of them.
        return [line for row in wanted for line in _row_differences(name, row, got)]
    if isinstance(wanted, list) and isinstance(got, list | tuple):
        if len(wanted) != len(got):
            return [f"{name}: expected {len(wanted)} entries, got {len(got)}"]
        pairs = enumerate(zip(wanted, got, strict=True), start=1)
        return [line for n, (one, other) in pairs for line in _differences(f"{name}[{n}]", one, other)]
    return [] if _same(wanted, got) else [f"{name}: expected {wanted}, got {_shown(got)}"]


def _row_differences(name: str, row: Any, got: Mapping[Any, Any]) -> list[str]:
    period = row.get("period") if isinstance(row, Mapping) else None
    if not isinstance(period, int) or isinstance(period, bool) or period not in got:
        return [f"{name}: no row {_short(row)}"]
    return mismatches(row, got[period], at=f"{name}[{period}].")


def _same(wanted: Any, got: Any) -> bool:
    if isinstance(wanted, bool) or isinstance(got, bool) or got is None or wanted is None:
        return wanted is got
    try:
        if isinstance(got, Money):
            return as_fen(wanted) == got.fen
        if isinstance(got, Decimal | int):
            return as_decimal(wanted) == got
    except (ValueError, TypeError, InvalidOperation):
        return False
    return bool(wanted == str(got))


def _shown(got: Any) -> str:
    return str(got.yuan) if isinstance(got, Money) else str(got)
