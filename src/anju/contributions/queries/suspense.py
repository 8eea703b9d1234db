"""Reads of money in suspense, for the treasurer (all of it) and for an agent (the own unit's)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from anju.contributions.ground import unknown_suspense
from anju.contributions.types import (
    MoveKind,
    SuspenseMoveSeen,
    SuspenseReason,
    SuspenseSeen,
    SuspenseState,
)
from anju.database.encryption import unseal
from anju.database.sql import row, rows

OPEN = (SuspenseState.OPEN, SuspenseState.WAITING)

_ITEMS = """
SELECT s.*, r.number, r.total_fen, r.state AS remittance_state, w.fen AS waiting_fen
  FROM suspense s
  LEFT JOIN remittance r ON r.centre_id = s.centre_id AND r.remittance_id = s.remittance_id
  LEFT JOIN LATERAL (SELECT coalesce(sum(o.open_fen), 0)::bigint AS fen FROM suspense o
                      WHERE o.centre_id = s.centre_id AND o.remittance_id = s.remittance_id AND NOT o.owed
                        AND (o.state = 2 OR o.suspense_id = s.suspense_id)) w ON true
 WHERE s.centre_id = %(centre)s AND s.state = ANY(%(states)s)
   AND (%(unit)s::bigint IS NULL OR s.unit_id = %(unit)s) AND (%(item)s::bigint IS NULL OR s.suspense_id = %(item)s)
   AND (%(since)s::date IS NULL OR s.value_on >= %(since)s) AND (%(until)s::date IS NULL OR s.value_on <= %(until)s)
 ORDER BY s.state, s.received_at, s.suspense_id LIMIT %(limit)s
"""


def suspense_items(
    centre_id: int, *, unit_id: int | None = None, states: Sequence[SuspenseState] = OPEN, limit: int = 100,
    since: date | None = None, until: date | None = None,
) -> list[SuspenseSeen]:  # fmt: skip
    """Money in suspense, what waits for a hand first; with `unit_id` that unit's only, with days what came then."""
    return _items(centre_id, unit_id, None, states, limit, since, until)


def suspense_item(centre_id: int, suspense_id: int, *, unit_id: int | None = None) -> SuspenseSeen:
    """One item; a foreign or missing one is refused alike (404)."""
    found = _items(centre_id, unit_id, suspense_id, tuple(SuspenseState), 1)
    if not found:
        raise unknown_suspense()
    return found[0]


def suspense_moves(centre_id: int, suspense_id: int) -> list[SuspenseMoveSeen]:
    """What was done with an item, in order."""
    found = rows(
        "SELECT n, kind, amount_fen, remittance_id, order_id, voucher_id, at, note FROM suspense_move"
        " WHERE centre_id = %s AND suspense_id = %s ORDER BY n",
        [centre_id, suspense_id],
    )
    return [SuspenseMoveSeen(**line | {"kind": MoveKind(line["kind"])}) for line in found]


def suspense_standing(centre_id: int) -> tuple[dict[SuspenseState, tuple[int, int]], int]:
    """How many items, and how many fen, are in each state that waits; and the fen of all together with what is on its
    way back, which the credit balance of 219 has to be.
    """
    found = rows(
        "SELECT state, count(*) AS n, sum(open_fen)::bigint AS fen,"
        " sum(CASE WHEN owed THEN -open_fen ELSE open_fen + refunding_fen END)::bigint AS total FROM suspense"
        " WHERE centre_id = %s AND state IN (1, 2) GROUP BY state",
        [centre_id],
    )
    counts = {SuspenseState(line["state"]): (line["n"], line["fen"]) for line in found}
    return counts, sum(line["total"] for line in found)


@dataclass(frozen=True)
class Span:
    """What has waited in suspense for some days. `last` is None for the oldest."""

    title: str
    first: int
    last: int | None
    items: int = 0
    fen: int = 0

    def days(self, today: date) -> tuple[date | None, date]:
        """Between which days of receipt it came."""
        return (None if self.last is None else today - timedelta(days=self.last)), today - timedelta(days=self.first)


SPANS = (("3 天以内", 0, 3), ("4 至 10 天", 4, 10), ("11 至 30 天", 11, 30), ("30 天以上", 31, None))


def suspense_spans(centre_id: int, *, today: date, states: Sequence[SuspenseState]) -> list[Span]:
    """How long items in these states have waited since the bank's day; all spans, empty ones too. In one statement.

    Money on its way back to the payer counts; what a unit owes counts as less.
    """
    found = rows(
        "SELECT width_bucket(%(today)s::date - value_on, ARRAY[4, 11, 31]) AS n, count(*) AS items,"
        " sum(CASE WHEN owed THEN -open_fen ELSE open_fen + refunding_fen END)::bigint AS fen FROM suspense"
        " WHERE centre_id = %(centre)s AND state = ANY(%(states)s) GROUP BY 1",
        {"today": today, "centre": centre_id, "states": [int(state) for state in states]},
    )
    sums = {line["n"]: (line["items"], line["fen"]) for line in found}
    return [Span(*span, *sums.get(n, (0, 0))) for n, span in enumerate(SPANS)]


def receipt_of(centre_id: int, receipt_id: int) -> tuple[str, int] | None:
    """What became of a receipt: ("remittance", id), ("suspense", id), or None."""
    found = row(
        "SELECT 'remittance' AS what, remittance_id AS id FROM remittance WHERE centre_id = %(centre)s"
        " AND receipt_id = %(receipt)s UNION ALL SELECT 'suspense', suspense_id FROM suspense"
        " WHERE centre_id = %(centre)s AND receipt_id = %(receipt)s AND NOT owed LIMIT 1",
        {"centre": centre_id, "receipt": receipt_id},
    )
    return (found["what"], found["id"]) if found else None


def _items(
    centre_id: int, unit_id: int | None, item: int | None, states: Sequence[SuspenseState], limit: int,
    since: date | None = None, until: date | None = None,
) -> list[SuspenseSeen]:  # fmt: skip
    found = rows(
        _ITEMS,
        {"centre": centre_id, "unit": unit_id, "item": item, "states": [int(state) for state in states],
         "limit": limit, "since": since, "until": until},
    )  # fmt: skip
    return [_item(line) for line in found]


def _item(line: dict[str, Any]) -> SuspenseSeen:
    payable = line["remittance_state"] in (1, 2)
    return SuspenseSeen(
        suspense_id=line["suspense_id"], receipt_id=line["receipt_id"], unit_id=line["unit_id"],
        remittance_id=line["remittance_id"], amount_fen=line["amount_fen"], open_fen=line["open_fen"],
        refunding_fen=line["refunding_fen"], reason=SuspenseReason(line["reason"]), text=line["reason_text"],
        state=SuspenseState(line["state"]), owed=line["owed"], value_on=line["value_on"],
        received_at=line["received_at"], summary=line["summary"],
        payer_name=unseal(line["payer_sealed"], where="suspense‖payer_sealed"), payer_tail=line["payer_tail"],
        remittance_number=line["number"] or "", remittance_total_fen=line["total_fen"],
        missing_fen=max(line["total_fen"] - line["waiting_fen"], 0) if payable else None,
        payer_digest=bytes(line["payer_digest"]) if line["payer_digest"] else None,
        subject=line["subject"],
    )  # fmt: skip
