"""Examples of the statutory retirement age."""

from __future__ import annotations

from datetime import date
from typing import Any

from anju.policy.book import book
from anju.policy.examples.inputs import Inputs
from anju.policy.examples.shapes import shape
from anju.policy.formulas.retirement import Category, age_months, age_text

# The measure has one version so far; it counts by month of birth, not by the day it is asked.
_IN_FORCE = date(2025, 1, 1)


def _age(given: Inputs) -> dict[str, Any]:
    birth = given.month("birth_month")
    months = age_months(birth, category=Category(given.text("category")), book=book("national"), on=_IN_FORCE)
    return {"age_months": months, "age": age_text(months), "retirement_month": birth + months}


SHAPES = (shape("category birth_month", _age, where={"category": " ".join(Category)}),)
