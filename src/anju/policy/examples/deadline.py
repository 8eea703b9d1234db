"""Examples of deadlines, by the national calendar."""

from __future__ import annotations

from typing import Any

from anju.policy.book import book
from anju.policy.examples.inputs import Inputs
from anju.policy.examples.shapes import shape
from anju.policy.formulas.deadline import Counting, due_on
from anju.policy.types import CalendarUnknown

_MOST = 40_000
_ROLLS = ("roll", "roll_to_working_day", "roll_if_holiday", "move_to_working_day")


def _due(given: Inputs) -> dict[str, Any]:
    counting = Counting(given.text("calendar", default=_by_unit(given)))
    if counting is Counting.CALENDAR_DAYS and any(given.flag(key) for key in _ROLLS):
        counting = Counting.CALENDAR_DAYS_ROLLED
    count = given.integer("days", "working_days", "months", "years", most=_MOST)
    try:
        due = due_on(given.day("start"), count, counting=counting, calendar=book("national").calendar)
    except CalendarUnknown:
        # An example may expect the refusal: no date, and why.
        return {"due": None, "end": None, "refused": True, "reason": "CALENDAR_UNKNOWN"}
    return {"due": due, "end": due, "refused": False}


def _by_unit(given: Inputs) -> str:
    units = {"working_days": Counting.WORKING_DAYS, "months": Counting.MONTHS, "years": Counting.YEARS}
    return next((unit.value for key, unit in units.items() if key in given), Counting.CALENDAR_DAYS.value)


SHAPES = (
    shape("start days calendar", _due, optional=" ".join(_ROLLS), where={"calendar": " ".join(Counting)}),
    *(shape(f"start {unit}", _due) for unit in ("days", "working_days", "months", "years")),
)
