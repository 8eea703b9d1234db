"""Which months an account was paid for."""

from __future__ import annotations

from anju.accounts.types import ContributionMonths, LineKind
from anju.database.sql import rows
from anju.kernel.month import Month

# A month counts while some payment for it stands, whatever was paid and reversed for it before.
_MONTHS = """
SELECT DISTINCT l.month FROM member_line l
 WHERE l.account_id = %(account)s AND l.kind = ANY(%(kinds)s) AND l.credit_fen > 0 AND l.month IS NOT NULL
   AND l.month >= %(since)s AND l.period >= %(period)s AND l.reverses_seq IS NULL
   AND NOT EXISTS (SELECT 1 FROM member_line r
        WHERE r.account_id = l.account_id AND r.period >= %(period)s AND r.reverses_seq = l.seq)
 ORDER BY l.month
"""


def contribution_months(account_id: int, *, since: Month | None = None) -> ContributionMonths:
    """Months paid for by remittance or supplement that stand, oldest first, and the unbroken run up to the last.

    ``since`` leaves out earlier months, and the partitions before them: money for a month is not booked earlier than a
    year ahead of it.
    """
    found = rows(
        _MONTHS,
        {
            "account": account_id,
            "kinds": [int(LineKind.REMITTANCE), int(LineKind.SUPPLEMENT)],
            "since": since.number if since else 0,
            "period": (since - 12).number if since else 0,
        },
    )
    months = tuple(Month.from_number(line["month"]) for line in found)
    return ContributionMonths(months, continuous=_run(months))


def _run(months: tuple[Month, ...]) -> int:
    run = 0
    for later, month in zip((None, *reversed(months)), reversed(months), strict=False):
        if later is not None and later - month != 1:
            break
        run += 1
    return run
