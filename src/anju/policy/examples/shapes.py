"""What a shape is, how its inputs are read, and how an answer is compared with what was expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from anju.kernel.money import Money, yuan_to_fen
from anju.kernel.month import Month


class ShapeUnknown(ValueError):
    """No formula takes an input of this shape."""


@dataclass(frozen=True)
class Inputs:
    """The input of one example. Figures are text in it; binary floating point is refused."""

    given: Mapping[str, Any]

    def __contains__(self, key: str) -> bool:
        return self.given.get(key) is not None

    def text(self, *keys: str, default: str = "") -> str:
        for key in keys:
            if key in self:
                return str(self.given[key])
        return default

    def items(self, key: str) -> Sequence[Any]:
        found = self.given.get(key) or ()
        return found if isinstance(found, list | tuple) else (found,)

    def inputs(self, key: str) -> tuple[Inputs, ...]:
        return tuple(Inputs(item) for item in self.items(key))

    def _first(self, keys: tuple[str, ...]) -> Any:
        for key in keys:
            if key in self:
                return self.given[key]
        raise ShapeUnknown(f"none of {', '.join(keys)} is given")

    def fen(self, *keys: str) -> int:
        return as_fen(self._first(keys))

    def decimal(self, *keys: str) -> Decimal:
        return as_decimal(self._first(keys))

    def integer(self, *keys: str) -> int:
        number = as_decimal(self._first(keys))
        if number != number.to_integral_value():
            raise ValueError(f"not a whole number: {number}")
        return int(number)

    def day(self, *keys: str) -> date:
        return date.fromisoformat(str(self._first(keys)))

    def month(self, *keys: str) -> Month:
        return Month.parse(str(self._first(keys))[:7])


def as_decimal(value: Any) -> Decimal:
    if isinstance(value, float):
        raise TypeError("binary floating point is refused; write figures as text")
    return Decimal(value)


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
        keys = set(given)
        if not self.required <= keys <= self.required | self.optional:
            return False
        return all(given.get(key) in allowed for key, allowed in (self.where or {}).items())


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
    if not isinstance(row, Mapping) or row.get("period") not in got:
        return [f"{name}: no row {row!r}"]
    return mismatches(row, got[row["period"]], at=f"{name}[{row['period']}].")


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
