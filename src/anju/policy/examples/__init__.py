"""Worked examples run through the product's own formulas: area by area, shape by shape.

A shape is the set of keys an input has. An input of a shape nobody knows is a failure, never skipped.
"""

from __future__ import annotations

from collections.abc import Mapping
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
from anju.policy.examples.shapes import Inputs, Shape, ShapeUnknown, mismatches

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


def compute(area: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Everything the formula of this shape can answer; the caller compares what the example expects."""
    if area not in AREAS:
        raise ShapeUnknown(f"unknown area {area!r}")
    for shape in AREAS[area]:
        if shape.fits(given):
            return shape.run(Inputs(given))
    raise ShapeUnknown(f"unknown shape in {area}: {', '.join(sorted(given))}")


def problems_of(case: Any) -> list[str]:
    """What is wrong with one case; empty when every expected figure is what the formula gives."""
    try:
        expected = case["expected"]
        if not isinstance(expected, Mapping) or not expected:
            return ["nothing is expected"]
        return mismatches(expected, compute(case["area"], case["input"]))
    except Exception as error:  # an example that cannot be computed is a failed example, whatever the reason
        return [f"{type(error).__name__}: {error}"]
