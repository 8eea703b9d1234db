"""What members' accounts say at the end of a day, to be held against the books; each one statement.

A balance row is of now. What is booked after the day is taken off in the same statement, so that postings of the days
that follow never stand between two figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from anju.accounts.types import LineKind
from anju.database.sql import row, rows
from anju.kernel.month import interest_year

# The settlement's line of 30 June belongs to 30 June, whenever it was posted.
_MEMBERS = """
WITH later AS (
    SELECT coalesce(sum(credit_fen - debit_fen), 0)::bigint AS fen FROM member_line
     WHERE centre_id = %(centre)s AND (period >= %(period)s OR period = %(interest)s) AND booked_on > %(day)s
), latest AS (
    SELECT count(*) FILTER (WHERE b.balance_fen > 0) AS accounts, coalesce(sum(b.balance_fen), 0)::bigint AS fen
      FROM balance b LEFT JOIN balance n ON n.account_id = b.account_id AND n.interest_year = b.interest_year + 1
     WHERE b.centre_id = %(centre)s AND n.account_id IS NULL
)
SELECT latest.accounts, latest.fen - later.fen AS fen FROM latest, later
"""
_BY_SOURCE = """
SELECT source_id, sum(credit_fen - debit_fen)::bigint AS fen FROM member_line
 WHERE centre_id = %(centre)s AND period BETWEEN %(from)s AND %(to)s AND booked_on BETWEEN %(first)s AND %(last)s
   AND kind = ANY(%(kinds)s)
 GROUP BY source_id
"""
_ACCRUED = """
SELECT coalesce(sum(amount_fen), 0)::bigint AS fen FROM interest_accrual
 WHERE centre_id = %(centre)s AND CASE month %% 100 WHEN 13 THEN make_date(month / 100 + 1, 6, 30)
       ELSE (make_date(month / 100, month %% 100, 1) + interval '1 month' - interval '1 day')::date END <= %(day)s
"""


@dataclass(frozen=True)
class MembersTotal:
    """Accounts that have money, and what all accounts have together, in fen."""

    accounts: int
    fen: int


def members_total(centre_id: int, day: date) -> MembersTotal:
    """What all members have at the end of a day. The number of accounts is of now."""
    interest = interest_year(day) * 100 + 13  # its line of 30 June stands before the months of its second half
    found = row(_MEMBERS, {"centre": centre_id, "day": day, "period": _period(day), "interest": interest})
    assert found is not None
    return MembersTotal(**found)


def contributed_by_source(centre_id: int, first: date, last: date) -> dict[int | None, int]:
    """What each remittance (``source_id``) brought to members in days, less what was taken back."""
    kinds = [int(LineKind.REMITTANCE), int(LineKind.SUPPLEMENT)]
    values: dict[str, Any] = {
        "centre": centre_id, "first": first, "last": last, "from": _period(first), "to": _period(last), "kinds": kinds,
    }  # fmt: skip
    return {line["source_id"]: line["fen"] for line in rows(_BY_SOURCE, values) if line["fen"]}


def accrued_through(centre_id: int, day: date) -> int:
    """Interest accrued for members and not yet credited, by the register, at the end of a day."""
    found = row(_ACCRUED, {"centre": centre_id, "day": day})
    assert found is not None
    return int(found["fen"])


def lapsed_freezes(centre_id: int, day: date) -> int:
    """Freezes whose last day is the day or earlier and that nobody has ended."""
    found = row(
        "SELECT count(*) AS n FROM account_freeze f JOIN account a ON a.account_id = f.account_id"
        " WHERE a.centre_id = %s AND f.ended_at IS NULL AND f.until_on <= %s",
        [centre_id, day],
    )
    return int(found["n"]) if found else 0


def year_settled(centre_id: int, interest_year: int) -> bool:
    """Whether every account of an interest year has been carried into the next one and its accrual was given back."""
    found = row(
        "SELECT NOT EXISTS (SELECT 1 FROM balance b LEFT JOIN balance n ON n.account_id = b.account_id"
        " AND n.interest_year = %(year)s + 1 WHERE b.interest_year = %(year)s AND b.centre_id = %(centre)s"
        " AND b.state IN (1, 2, 6) AND n.account_id IS NULL)"
        " AND (SELECT coalesce(sum(amount_fen), 0) = 0 FROM interest_accrual"
        " WHERE centre_id = %(centre)s AND interest_year = %(year)s) AS settled",
        {"centre": centre_id, "year": interest_year},
    )
    return bool(found and found["settled"])


def _period(day: date) -> int:
    return day.year * 100 + day.month
