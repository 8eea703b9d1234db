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
from anju.policy.examples.shapes import Inputs, Shape, ShapeUnknown

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
