"""An account as it was known on a day of the past: two axes of time, when a line counts and when it became known.

The books only grow, so the past is read from what stands: lines that were not known yet are left out. A line is booked
on the day it became known or later, except yearly interest, which is booked on 30 June and known when it was settled;
this is why the lines before an interest year need not be read to know what it opened with. ``known_at`` is the instant
the act was done with, not the one its transaction ended with.
"""

# ruff: noqa: S608  statements are joined from this room's constants; every value is a parameter
from __future__ import annotations

from datetime import date, datetime
from typing import Any

from anju.accounts.queries.lines import COLUMNS, as_movement, closing_among, refuse_span
from anju.accounts.types import KnownStatement, LearnedLine
from anju.database.sql import rows
from anju.kernel.clock import ZONE
from anju.kernel.month import interest_year

_FIRST_YEAR = 2022  # the first that has partitions
_LINES = f"SELECT {COLUMNS} FROM member_line WHERE account_id = %(account)s"

# What the interest year opened with, less interest that was settled only after the instant.
_OPENED = """
SELECT coalesce((SELECT CASE WHEN interest_year = %(year)s THEN opening_fen ELSE balance_fen END FROM balance
                  WHERE account_id = %(account)s AND interest_year <= %(year)s ORDER BY interest_year DESC LIMIT 1), 0)
     - coalesce((SELECT sum(credit_fen - debit_fen) FROM member_line WHERE account_id = %(account)s
                    AND period = ANY(%(interest)s) AND known_at > %(known_at)s), 0)::bigint AS opened_fen
"""
_KNOWN = f"""
SELECT o.opened_fen, l.* FROM ({_OPENED}) o
  LEFT JOIN ({_LINES} AND period BETWEEN %(p1)s AND %(p2)s AND known_at <= %(known_at)s AND booked_on <= %(to)s) l
    ON true ORDER BY l.seq
"""
_LEARNED = f"""
SELECT l.*, o.seq AS o_seq, o.known_at AS o_known_at, o.booked_on AS o_booked_on
  FROM ({_LINES} AND known_at > %(known_at)s AND (period >= %(p1)s OR period = ANY(%(interest)s))
           AND (booked_on BETWEEN %(from)s AND %(to)s OR value_on BETWEEN %(from)s AND %(to)s)) l
  LEFT JOIN member_line o ON o.account_id = l.account_id AND o.seq = l.reverses_seq ORDER BY l.seq
"""


def statement_as_known(account_id: int, *, from_date: date, to_date: date, known_at: datetime) -> KnownStatement:
    """The statement of a span of booking days as it would have been drawn at ``known_at``; amounts in fen.

    Opening and closing are what was known then. One statement; beside the span, at most the lines of the interest year
    it begins in are read, and those years' interest. Refuses a span that ends before it begins.
    """
    refuse_span(from_date, to_date)
    known_on = known_at.astimezone(ZONE).date()
    year = min(interest_year(from_date), interest_year(known_on))
    # Booking runs ahead of the clock by days at most, when a day was closed early.
    last = max(min(interest_year(to_date), interest_year(known_on) + 1), year)
    found = rows(
        _KNOWN,
        {"account": account_id, "year": year, "interest": _interest_before(year), "known_at": known_at, "to": to_date,
         "p1": year * 100 + 7, "p2": (last + 1) * 100 + 6},
    )  # fmt: skip
    opening = int(found[0]["opened_fen"])
    lines = [as_movement(_own(line)) for line in found if line["seq"] is not None]
    opening += sum(line.change_fen for line in lines if line.booked_on < from_date)
    inside = tuple(line for line in lines if line.booked_on >= from_date)
    closing = opening + sum(line.change_fen for line in inside)
    return KnownStatement(
        account_id, from_date, to_date, opening, closing, inside, known_at, close_out=closing_among(inside)
    )


def learned_later(
    account_id: int, *, from_date: date, to_date: date, known_at: datetime
) -> tuple[LearnedLine, ...]:
    """Lines that bear on a span of days, by their booking or their value day, and became known after ``known_at``.

    In their order, each reversal with the line it takes back. One statement. Refuses a span that ends before it begins.
    """
    refuse_span(from_date, to_date)
    known_on = known_at.astimezone(ZONE).date()
    found = rows(
        _LEARNED,
        {"account": account_id, "known_at": known_at, "from": from_date, "to": to_date,
         "p1": known_on.year * 100 + known_on.month, "interest": _interest_before(interest_year(known_on) + 1)},
    )  # fmt: skip
    return tuple(
        LearnedLine(
            as_movement(_own(line)), reverses_known_at=line["o_known_at"], reverses_booked_on=line["o_booked_on"]
        )
        for line in found
    )


def _interest_before(year: int) -> list[int]:
    """Partitions of the interest of all earlier years; a year's own has a smaller number than its last months."""
    return [one * 100 + 13 for one in range(_FIRST_YEAR, year)]


def _own(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name != "opened_fen" and not name.startswith("o_")}
