"""Daily heads (每日封存头): how long each month's chain is, where it ends and what it sums to, given out of the house.

Whoever holds the database could make a chain anew; he cannot take back the heads that others keep. Owns ``books_head``
and ``books_head_sent``. Refuses nothing: a place that cannot be written is told, and written the next time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction

from anju.database.sql import execute, rows
from anju.ledger.head_targets import Target

# The month of the day always, every other month when its chain has grown: late vouchers lengthen older chains.
_MAKE = """
WITH ends AS (
    SELECT s.period, max(s.n) AS n FROM voucher_seal s WHERE s.centre_id = %(centre)s GROUP BY s.period
    UNION ALL SELECT %(period)s, 0 WHERE NOT EXISTS (
        SELECT 1 FROM voucher_seal s WHERE s.centre_id = %(centre)s AND s.period = %(period)s)
), last AS (
    SELECT DISTINCT ON (h.period) h.period, h.n, h.debit_fen FROM books_head h
     WHERE h.centre_id = %(centre)s ORDER BY h.period, h.n DESC
)
INSERT INTO books_head (centre_id, n, debit_fen, made_at, day, period, digest)
SELECT %(centre)s, e.n, coalesce(last.debit_fen, 0) + coalesce((
           SELECT sum(l.debit_fen) FROM voucher_seal s
             JOIN gl_line l ON l.centre_id = s.centre_id AND l.voucher_id = s.voucher_id
            WHERE s.centre_id = %(centre)s AND s.period = e.period AND s.n > coalesce(last.n, 0) AND s.n <= e.n), 0),
       %(at)s, %(day)s, e.period, coalesce(s.digest, decode(repeat('00', 32), 'hex'))
  FROM ends e
  LEFT JOIN last ON last.period = e.period
  LEFT JOIN voucher_seal s ON s.centre_id = %(centre)s AND s.period = e.period AND s.n = e.n
 WHERE (e.period = %(period)s OR e.n > coalesce(last.n, 0))
   AND NOT EXISTS (SELECT 1 FROM books_head h WHERE h.centre_id = %(centre)s AND h.day = %(day)s)
ON CONFLICT ON CONSTRAINT books_head_pk DO NOTHING
"""
_WAITING = """
SELECT h.centre_id, h.day, h.period, h.n, h.debit_fen, encode(h.digest, 'hex') AS digest FROM books_head h
 WHERE h.centre_id = %s AND NOT EXISTS (SELECT 1 FROM books_head_sent s WHERE s.centre_id = h.centre_id
       AND s.day = h.day AND s.period = h.period AND s.target = %s)
 ORDER BY h.day, h.period
"""


@dataclass(frozen=True)
class Head:
    """The end of one month's chain: its count of vouchers ``n``, the sum of their debits, and the last digest (hex)."""

    centre_id: int
    day: date
    period: int
    n: int
    debit_fen: int
    digest: str

    @property
    def line(self) -> str:
        """One line of JSON, as it is given out."""
        return json.dumps(asdict(self) | {"day": self.day.isoformat()})


@dataclass(frozen=True)
class NotWritten:
    """A place that could not be written, and why; what waits for it stays waiting."""

    target: str
    reason: str
    waiting: int


@transaction.atomic
def make_heads(centre_id: int, *, day: date, at: datetime) -> int:
    """Keep the heads of a day that is over; how many were new. Made once: a second call changes nothing."""
    return execute(
        _MAKE, {"centre": centre_id, "day": day, "period": day.year * 100 + day.month, "at": at}
    )


def waiting_heads(centre_id: int, target: str) -> list[Head]:
    """Heads that a place has not been given yet, oldest first."""
    return [Head(**line) for line in rows(_WAITING, [centre_id, target])]


def latest_heads(centre_id: int, *, limit: int = 5) -> list[Head]:
    """The heads made last."""
    found = rows(
        "SELECT centre_id, day, period, n, debit_fen, encode(digest, 'hex') AS digest FROM books_head"
        " WHERE centre_id = %s ORDER BY day DESC, period DESC LIMIT %s",
        [centre_id, limit],
    )
    return [Head(**line) for line in found]


def give_out_heads(centre_id: int, *, targets: Sequence[Target], at: datetime) -> list[NotWritten]:
    """Give every place the heads it has not got; the places that could not be written.

    Call it outside a transaction. A place may be given a head twice when the machine dies in between, never not at all.
    """
    failed = []
    for target in targets:
        heads = waiting_heads(centre_id, target.name)
        if not heads:
            continue
        try:
            target.write([head.line for head in heads])
        except Exception as error:  # whatever another machine or disk does, the other places are still written
            failed.append(NotWritten(target.name, f"{type(error).__name__}: {error}".strip(), len(heads)))
            continue
        _remember(heads, target.name, at)
    return failed


@transaction.atomic
def _remember(heads: Sequence[Head], target: str, at: datetime) -> None:
    execute(
        "INSERT INTO books_head_sent (centre_id, sent_at, day, period, target)"
        " SELECT %s, %s, d, p, %s FROM unnest(%s::date[], %s::integer[]) AS t (d, p) ON CONFLICT DO NOTHING",
        [heads[0].centre_id, at, target, [head.day for head in heads], [head.period for head in heads]],
    )
