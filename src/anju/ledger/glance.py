"""The books at one glance, for whoever begins the day with them: what was booked today, how far seals and heads are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from anju.database.sql import row

# Whole chains are proven by ``anju check``; here each head is held against its place in the chain.
_GLANCE = """
WITH last AS (
    SELECT voucher_id, number FROM voucher_seal WHERE centre_id = %(centre)s ORDER BY number DESC LIMIT 1
)
SELECT t.vouchers, t.fen, (SELECT number FROM last) AS sealed_number, h.heads, h.last_day, h.broken,
       (SELECT count(*) FROM voucher v WHERE v.centre_id = %(centre)s
           AND v.id > coalesce((SELECT voucher_id FROM last), 0)) AS waiting
  FROM (SELECT count(*) AS vouchers, coalesce(sum((SELECT sum(l.debit_fen) FROM gl_line l
                 WHERE l.centre_id = v.centre_id AND l.voucher_id = v.id)), 0)::bigint AS fen
          FROM voucher v WHERE v.centre_id = %(centre)s AND v.business_date = %(on)s) t
 CROSS JOIN (SELECT count(*) AS heads, max(h.day) AS last_day, count(*) FILTER (
                 WHERE coalesce(s.digest, decode(repeat('00', 32), 'hex')) <> h.digest
                    OR (s.n IS NULL AND h.n > 0)) AS broken
               FROM books_head h
               LEFT JOIN voucher_seal s ON s.centre_id = h.centre_id AND s.period = h.period AND s.n = h.n
              WHERE h.centre_id = %(centre)s) h
"""


@dataclass(frozen=True)
class Glance:
    """What was booked on a day (``fen`` is its debit total), how far vouchers are sealed, and whether heads hold.

    ``waiting``: vouchers after the last sealed one. ``broken``: heads that are not at their place in the chain.
    """

    vouchers: int
    fen: int
    sealed_number: int | None
    waiting: int
    heads: int
    last_day: date | None
    broken: int

    @property
    def holds(self) -> bool:
        """Whether every head stands where its chain says."""
        return self.broken == 0


def glance(centre_id: int, *, on: date) -> Glance:
    """The books of a business day; one statement."""
    found = row(_GLANCE, {"centre": centre_id, "on": on})
    assert found is not None, "sums are always one row"
    return Glance(**found)
