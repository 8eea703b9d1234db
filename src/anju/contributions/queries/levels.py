"""What this room knows of units' money at the end of a day, to be held against the books; each one statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from anju.contributions.types import RemittanceState
from anju.database.sql import row, rows

# What lies in suspense now, and what each move booked since then did to it taken off again.
_SUSPENSE = """
SELECT ((SELECT coalesce(sum(CASE WHEN owed THEN -open_fen ELSE open_fen + refunding_fen END), 0)
           FROM suspense WHERE centre_id = %(centre)s)
      - (SELECT coalesce(sum(CASE WHEN m.kind IN (1, 4, 12) THEN m.amount_fen
                    WHEN m.kind IN (3, 6, 8, 9, 11) THEN -m.amount_fen
                    WHEN m.kind = 7 AND m.voucher_id IS NOT NULL THEN m.amount_fen ELSE 0 END
                    * CASE WHEN s.owed THEN -1 ELSE 1 END), 0)
           FROM suspense_move m JOIN suspense s ON s.centre_id = m.centre_id AND s.suspense_id = m.suspense_id
           LEFT JOIN voucher v ON v.centre_id = m.centre_id AND v.id = m.voucher_id
          WHERE m.centre_id = %(centre)s
            AND coalesce(v.business_date, (m.at AT TIME ZONE 'Asia/Shanghai')::date) > %(day)s))::bigint AS fen
"""
# One statement, one moment: by unit an item cannot be followed back, for it may have been named for another since.
_BY_UNIT = """
SELECT coalesce(s.unit_id, g.unit_id) AS unit_id, coalesce(s.fen, 0)::bigint AS suspense_fen,
       coalesce(g.fen, 0)::bigint AS books_fen
  FROM (SELECT unit_id, sum(CASE WHEN owed THEN -open_fen ELSE open_fen + refunding_fen END) AS fen
          FROM suspense WHERE centre_id = %(centre)s GROUP BY unit_id) s
  FULL JOIN (SELECT l.unit_id, sum(l.credit_fen - l.debit_fen) AS fen FROM gl_line l WHERE l.centre_id = %(centre)s
                AND (l.subject = '219' OR l.subject BETWEEN '219-01' AND '219-03') GROUP BY l.unit_id) g
    ON coalesce(g.unit_id, 0) = coalesce(s.unit_id, 0)
 WHERE coalesce(s.fen, 0) <> coalesce(g.fen, 0) ORDER BY 1
"""


@dataclass(frozen=True)
class UnitSuspense:
    """A unit whose money in suspense is not what its lines of 219 say, in fen; None: money nobody is named for."""

    unit_id: int | None
    suspense_fen: int
    books_fen: int


@dataclass(frozen=True)
class MonthWaiting:
    """A unit's month whose money has come and which its members do not have yet."""

    remittance_id: int
    number: str
    total_fen: int


def suspense_through(centre_id: int, day: date) -> int:
    """Money in suspense at the end of a day, less what units owe."""
    found = row(_SUSPENSE, {"centre": centre_id, "day": day})
    assert found is not None
    return int(found["fen"])


def unlike_units(centre_id: int) -> tuple[UnitSuspense, ...]:
    """Units whose unallocated money differs from the books at this moment; none is good."""
    return tuple(UnitSuspense(**line) for line in rows(_BY_UNIT, {"centre": centre_id}))


def months_waiting(centre_id: int, *, before: datetime) -> tuple[MonthWaiting, ...]:
    """Months matched before a moment and not posted yet."""
    found = rows(
        "SELECT remittance_id, number, total_fen FROM remittance WHERE centre_id = %s AND state = %s"
        " AND matched_at < %s ORDER BY remittance_id",
        [centre_id, int(RemittanceState.MATCHED), before],
    )
    return tuple(MonthWaiting(**line) for line in found)


def units_of(centre_id: int, remittance_ids: Iterable[int]) -> dict[int, int]:
    """Whose months these are."""
    found = rows(
        "SELECT remittance_id, unit_id FROM remittance WHERE centre_id = %s AND remittance_id = ANY(%s)",
        [centre_id, list(remittance_ids)],
    )
    return {line["remittance_id"]: line["unit_id"] for line in found}
