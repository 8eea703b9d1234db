"""What a shape is, and how an answer is compared with what was expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from anju.kernel.money import Money
from anju.policy.examples.inputs import Inputs, ShapeUnknown, as_decimal, as_fen, short


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
        return [f"{name}: no row {short(row)}"]
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
