"""Which months an account was paid for."""

from __future__ import annotations

from anju.accounts.types import ContributionMonths, LineKind
from anju.database.sql import row, rows
from anju.kernel.month import Month

_LINES = """
SELECT seq, month, kind, credit_fen, reverses_seq FROM member_line
 WHERE account_id = %(account)s AND period BETWEEN %(first)s AND %(last)s AND month IS NOT NULL
"""
_SPAN = """
SELECT min(interest_year) * 100 + 7 AS first, (max(interest_year) + 1) * 100 + 6 AS last FROM balance
 WHERE account_id = %(account)s
"""
_PAYING_IN = (LineKind.REMITTANCE, LineKind.SUPPLEMENT)


def contribution_months(account_id: int, *, since: Month | None = None) -> ContributionMonths:
    """Months paid for by remittance or supplement that stand, oldest first, and the unbroken run up to the last.

    A month counts while some payment for it stands, whatever was paid and reversed for it before. ``since`` leaves out
    earlier months, and the partitions before them: money for a month is not booked earlier than a year ahead of it.
    """
    span = row(_SPAN, {"account": account_id})
    if span is None or span["first"] is None:
        return ContributionMonths((), 0)
    first = max(span["first"], (since - 12).number) if since else span["first"]
    lines = rows(_LINES, {"account": account_id, "first": first, "last": span["last"]})
    gone = {line["reverses_seq"] for line in lines}
    standing = {
        line["month"]
        for line in lines
        if line["kind"] in _PAYING_IN and line["credit_fen"] > 0 and line["seq"] not in gone
    }
    months = tuple(Month.from_number(one) for one in sorted(standing) if since is None or one >= since.number)
    return ContributionMonths(months, continuous=_run(months))


def _run(months: tuple[Month, ...]) -> int:
    run = 0
    for later, month in zip((None, *reversed(months)), reversed(months), strict=False):
        if later is not None and later - month != 1:
            break
        run += 1
    return run
