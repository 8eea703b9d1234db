"""Reads of business days (会计日): which are closed or cut, which had anything booked on them."""

from __future__ import annotations

from datetime import date

from anju.database.sql import row, rows
from anju.ledger.types import DayState


def closed_through(centre_id: int) -> date | None:
    """The last business day that is closed for good; None before the first one."""
    return _last(centre_id, (DayState.CLOSED,))


def cut_through(centre_id: int) -> date | None:
    """The last business day that takes no posting any more, closed or cut; None before the first one."""
    return _last(centre_id, (DayState.CLOSED, DayState.CUT))


def _last(centre_id: int, states: tuple[DayState, ...]) -> date | None:
    found = row(
        "SELECT max(business_date) AS day FROM centre_day WHERE centre_id = %s AND state = ANY(%s)",
        [centre_id, [int(state) for state in states]],
    )
    return found["day"] if found else None


def days_posted(centre_id: int, from_date: date, to_date: date) -> set[date]:
    """The business days of a span on which something was booked, but for what belongs to a period's end."""
    found = rows(
        "SELECT DISTINCT business_date AS day FROM voucher WHERE centre_id = %s AND business_date BETWEEN %s AND %s"
        " AND kind NOT IN (5, 9, 10, 11)",
        [centre_id, from_date, to_date],
    )
    return {line["day"] for line in found}
