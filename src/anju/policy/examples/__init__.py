"""Worked examples run through the product's own formulas: area by area, shape by shape.

A shape is the set of keys an input has. An input of a shape nobody knows is a failure, never skipped. An example
may expect a lawful refusal, as of a day no official calendar covers: `{"due": null, "reason": "CALENDAR_UNKNOWN"}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from anju.policy.examples import (
    contribution,
    deadline,
    identifier,
    interest,
    limit,
    loan,
    report,
    retirement,
)
from anju.policy.examples.inputs import Inputs, InputWrong, ShapeUnknown
from anju.policy.examples.shapes import Shape, fitting, mismatches

AREAS: Mapping[str, tuple[Shape, ...]] = {
    "identifier": identifier.SHAPES,
    "contribution": contribution.SHAPES,
    "interest": interest.SHAPES,
    "loan": loan.SHAPES,
    "limit": limit.SHAPES,
    "retirement": retirement.SHAPES,
    "report": report.SHAPES,
    "deadline": deadline.SHAPES,
}


def compute(area: str, given: Mapping[str, Any], *, as_of: date | None = None) -> dict[str, Any]:
    """Everything the formula of this shape can answer; the caller compares what the example expects."""
    if area not in AREAS:
        raise ShapeUnknown(f"unknown area {area!r}; known are {', '.join(AREAS)}")
    # A key without a value is no key: it can neither be read nor change what the example asks.
    told = {key: value for key, value in given.items() if value is not None}
    try:
        found = fitting(AREAS[area], told)
    except ShapeUnknown as unknown:
        keys = ", ".join(sorted(told)) or "no keys"
        raise ShapeUnknown(f"no formula of the area {area} takes {keys} ({unknown})") from None
    return found.run(Inputs(told, as_of))


def problems_of(case: Any, *, as_of: date | None = None) -> list[str]:
    """What is wrong with one case; empty when every expected figure is what the formula gives."""
    if not isinstance(case, Mapping):
        return ["a case is keys and values"]
    area, given, expected = case.get("area"), case.get("input"), case.get("expected")
    if not isinstance(area, str) or not isinstance(given, Mapping):
        return ["a case has an area and an input"]
    if not isinstance(expected, Mapping) or not expected:
        return ["nothing is expected"]
    try:
        return mismatches(expected, compute(area, given, as_of=as_of))
    except (ShapeUnknown, InputWrong) as unusable:
        return [str(unusable)]
    except Exception as error:  # an example that cannot be computed is a failed example, whatever the reason
        return [f"cannot be computed: {error or type(error).__name__} ({type(error).__name__})"]
