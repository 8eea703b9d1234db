"""Deadlines (期限). The day of the event is not counted.

The law's limits are in days (日), not working days; a centre's promises are in working days. Both are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from anju.kernel.month import add_months
from anju.policy.book import Book
from anju.policy.calendar import Calendar
from anju.policy.formulas.wording import day
from anju.policy.types import CalendarUnknown


class Counting(StrEnum):
    CALENDAR_DAYS = "CALENDAR_DAYS"
    CALENDAR_DAYS_ROLLED = "CALENDAR_DAYS_ROLLED"
    WORKING_DAYS = "WORKING_DAYS"
    MONTHS = "MONTHS"
    YEARS = "YEARS"


def due_on(start: date, count: int, *, counting: Counting, calendar: Calendar) -> date:
    """The last day of a limit. ROLLED moves a last day off work on to the next working day."""
    if counting is Counting.WORKING_DAYS:
        return calendar.add_working_days(start, count)
    if counting is Counting.MONTHS:
        return add_months(start, count)
    if counting is Counting.YEARS:
        return add_months(start, 12 * count)
    return calendar.add_days(start, count, roll=counting is Counting.CALENDAR_DAYS_ROLLED)


@dataclass(frozen=True)
class Promise:
    """Both dates of a case. `promised_on` is None when no official calendar covers it; `text` then says so."""

    legal_due_on: date | None
    promised_on: date | None
    text: str


def promise(accepted_on: date, *, legal: str, promised: str, book: Book) -> Promise:
    """The legal due date (handle of a number of days, or "") and the promised one (handle of working days).

    The legal date is rolled to a working day where the calendar is official; else it stays on the calendar day,
    which is never later.
    """
    legal_due_on = None
    if legal:
        legal_days = book.integer(legal, accepted_on)
        legal_due_on = book.calendar.add_days(accepted_on, legal_days)
        if book.calendar.knows(legal_due_on.year):
            try:
                legal_due_on = book.calendar.next_working_day(legal_due_on)
            except CalendarUnknown:
                legal_due_on = book.calendar.add_days(accepted_on, legal_days)
    working_days = book.integer(promised, accepted_on)
    try:
        promised_on = book.calendar.add_working_days(accepted_on, working_days)
    except CalendarUnknown as unknown:
        return Promise(legal_due_on, None, f"承诺 {working_days} 个工作日内办好。{unknown.text}")
    return Promise(legal_due_on, promised_on, f"{day(promised_on)}前办好（{working_days} 个工作日）")
