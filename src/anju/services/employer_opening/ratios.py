"""Both ratios of an application, and whether the city lets them differ. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from anju.kernel.month import Month

if TYPE_CHECKING:
    from anju.casework.types import Answers
    from anju.policy import Book

SIDES = "contribution.ratio_sides"
MAY_DIFFER = "MAY_DIFFER"


def sides_may_differ(book: Book, on: date) -> bool:
    """Whether unit and person may pay at different ratios; the law does not ask for one ratio, most cities do."""
    return book.text(SIDES, on) == MAY_DIFFER


def ratios(answers: Answers) -> tuple[Decimal, Decimal]:
    """The unit's and the person's ratio; an application that states one states it for both."""
    unit: Any = answers["ratio"]
    return Decimal(unit) / 100, Decimal(answers.get("person_ratio", unit)) / 100


def ratios_zh(answers: Answers) -> str:
    """单位 12%，职工 12%."""
    unit, person = (format((ratio * 100).normalize(), "f") for ratio in ratios(answers))
    return f"单位 {unit}%，职工 {person}%"


def first_day(answers: Answers) -> date:
    """The day whose rules hold for the ratios: the first of the first month."""
    return Month.parse(answers["first_month"]).first_day
