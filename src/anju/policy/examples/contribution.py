"""Examples of contribution amounts, bases and first months."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from anju.kernel.money import Money
from anju.kernel.rounding import Rounding
from anju.policy.examples.inputs import Inputs
from anju.policy.examples.shapes import Shape, shape
from anju.policy.formulas.contribution import (
    MonthlyAmounts,
    StartCase,
    base_cap,
    clamp_base,
    difference,
    first_contribution_month,
    monthly_amounts,
)

_WAGES = ("last_year_average_monthly_wage", "average_monthly_wage", "monthly_wage", "wage")
_CASES = {
    "FIRST_JOB": StartCase.FIRST_JOB,
    "NEW_IN_WORK": StartCase.FIRST_JOB,
    "TRANSFER_IN": StartCase.TRANSFER_IN,
    "TRANSFERRED_IN": StartCase.TRANSFER_IN,
    "NEW_TRANSFER": StartCase.TRANSFER_IN,
    "TRANSFER": StartCase.TRANSFER_IN,
}


def _answers(amounts: MonthlyAmounts) -> dict[str, Any]:
    return {
        "unit_amount": Money(amounts.unit_fen),
        "person_amount": Money(amounts.person_fen),
        "monthly_total": Money(amounts.total_fen),
    }


def _amounts(given: Inputs) -> dict[str, Any]:
    return _answers(_monthly(given, given.fen("base"))) | {"base": Money(given.fen("base"))}


def _monthly(given: Inputs, base_fen: int) -> MonthlyAmounts:
    return monthly_amounts(
        base_fen,
        unit_ratio=given.decimal("unit_ratio"),
        person_ratio=given.decimal("person_ratio"),
        rounding=_rounding(given),
    )


def _rounding(given: Inputs) -> Rounding:
    """An example that names no mode is to the fen, half up."""
    named = given.text("rounding", default=Rounding.CENT_HALF_UP.value)
    return Rounding(named)


def _clamped(given: Inputs) -> dict[str, Any]:
    base_fen = clamp_base(
        given.fen(*_WAGES, "base"), floor_fen=given.fen("base_floor"), cap_fen=given.fen("base_cap")
    )
    answers: dict[str, Any] = {"base": Money(base_fen)}
    return answers | _answers(_monthly(given, base_fen)) if "unit_ratio" in given else answers


def _cap(given: Inputs) -> dict[str, Any]:
    yearly = [key for key in ("average_yearly_wage", "average_annual_wage") if key in given]
    average = Fraction(given.decimal(*yearly)) / 12 if yearly else Fraction(given.decimal("average_monthly_wage"))
    return {"base_cap": Money(base_cap(average * 100, multiple=given.decimal("multiple")))}


def _difference(given: Inputs) -> dict[str, Any]:
    due = difference(
        given.fen("old_base"),
        given.fen("new_base"),
        unit_ratio=given.decimal("unit_ratio"),
        person_ratio=given.decimal("person_ratio"),
        rounding=_rounding(given),
        months=given.integer("months"),
    )
    return {
        "supplementary_total": Money(due.total_fen),
        "supplementary_unit": Money(due.unit_fen),
        "supplementary_person": Money(due.person_fen),
    }


def _first_month(given: Inputs) -> dict[str, Any]:
    started = given.day("started_work", "started_on", "transferred_in", "first_wage")
    return {"first_contribution_month": first_contribution_month(started, _CASES[given.text("case")])}


def _rounded(required: str, run: Callable[[Inputs], dict[str, Any]]) -> Shape:
    return shape(required, run, optional="rounding", where={"rounding": " ".join(Rounding)})


_RATIOS = "unit_ratio person_ratio"
SHAPES = (
    _rounded(f"base {_RATIOS}", _amounts),
    *(_rounded(f"{wage} base_floor base_cap {_RATIOS}", _clamped) for wage in (*_WAGES, "base")),
    *(shape(f"{wage} base_floor base_cap", _clamped) for wage in (*_WAGES, "base")),
    *(
        shape(f"{wage} multiple", _cap)
        for wage in ("average_monthly_wage", "average_yearly_wage", "average_annual_wage")
    ),
    _rounded(f"old_base new_base {_RATIOS} months", _difference),
    *(
        shape(f"{start} case", _first_month, where={"case": " ".join(_CASES)})
        for start in ("started_work", "started_on", "transferred_in", "first_wage")
    ),
)
