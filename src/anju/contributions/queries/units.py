"""What a unit's month is measured against: its terms, the next month to declare, the due date, the limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.conf import settings

from anju import policy
from anju.contributions.roster.types import Limits
from anju.contributions.types import RemittanceState
from anju.database.sql import row
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.kernel.rounding import Rounding
from anju.parties import queries as parties
from anju.parties.types import UnitFacts


@dataclass(frozen=True)
class MonthRules:
    """The policy values of one month, read on its first day."""

    limits: Limits
    rounding: Rounding
    release: str


def rules_of(month: Month) -> MonthRules:
    """Limits and rounding for a month in this installation's city."""
    book = policy.book(settings.ANJU_CITY)
    on = month.first_day
    limits = Limits(
        base_floor_fen=book.fen("contribution.base_floor", on), base_cap_fen=book.fen("contribution.base_cap", on),
        ratio_min=book.decimal("contribution.ratio_min", on), ratio_max=book.decimal("contribution.ratio_max", on),
        ratio_step=book.decimal("contribution.ratio_step", on),
    )  # fmt: skip
    return MonthRules(limits, book.rounding("contribution.rounding", on), book.release)


def unit_of(centre_id: int, unit_id: int, *, month: Month) -> UnitFacts:
    """The unit with its terms of a month; a missing one is refused (404)."""
    found = parties.unit(centre_id, unit_id, on=month)
    if found is None:
        raise Refusal("unit_unknown", "没有找到这个单位。", status=404)
    return found


def next_month(centre_id: int, unit_id: int, *, first_month: Month) -> Month:
    """The first month that has not been declared."""
    found = row(
        "SELECT max(month) AS month FROM remittance WHERE centre_id = %s AND unit_id = %s AND state <> %s",
        [centre_id, unit_id, RemittanceState.CANCELLED],
    )
    last = found["month"] if found else None
    return Month.from_number(last) + 1 if last else first_month


def due_date(month: Month, *, payday: int) -> date:
    """Payday of the month plus the days of the Regulation, moved off a day off where the calendar is known.

    A payday the month does not have falls on its last day (CON-15). In a year without an official calendar the
    date stays where the law's calendar days put it.
    """
    book = policy.book(settings.ANJU_CITY)
    paid_on = month.first_day.replace(day=min(payday, month.last_day.day))
    days = book.integer("contribution.remittance_days", paid_on)
    try:
        return book.calendar.add_days(paid_on, days, roll=True)
    except policy.CalendarUnknown:
        return book.calendar.add_days(paid_on, days)
