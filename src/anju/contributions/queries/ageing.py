"""How long money has waited in suspense (暂收款账龄), by its source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from anju.contributions.types import SuspenseReason
from anju.database.sql import rows

# Waiting begins with the bank's day. Money on its way back to the payer still stands in 219.
_AGEING = """
SELECT reason, subject, (%(on)s::date - value_on >= 31)::integer + (%(on)s::date - value_on >= 91)::integer
               + (%(on)s::date - value_on >= 366)::integer AS span,
       count(*) AS items, sum(CASE WHEN owed THEN -open_fen ELSE open_fen + refunding_fen END)::bigint AS fen
  FROM suspense WHERE centre_id = %(centre)s AND open_fen + refunding_fen > 0
 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


class Source(IntEnum):
    """The sources of money in suspense that contributions make; in the order of the details of 219."""

    UNKNOWN = 1
    OVER_OR_SHORT = 2
    UNALLOCATED = 3

    @property
    def zh(self) -> str:
        """Name in Chinese, as the detail of 219 is called."""
        return ("未明来款", "多缴少缴", "单位未分配款")[self - 1]


SOURCE_OF = {
    SuspenseReason.NO_REFERENCE: Source.UNKNOWN, SuspenseReason.WRONG_REFERENCE: Source.UNKNOWN,
    SuspenseReason.UNKNOWN_REFERENCE: Source.UNKNOWN, SuspenseReason.SEVERAL_REFERENCES: Source.UNKNOWN,
    SuspenseReason.SHORT: Source.OVER_OR_SHORT, SuspenseReason.OVER: Source.OVER_OR_SHORT,
    SuspenseReason.DOUBLE: Source.OVER_OR_SHORT, SuspenseReason.COMPLETES: Source.OVER_OR_SHORT,
    SuspenseReason.CANCELLED: Source.UNALLOCATED, SuspenseReason.NOT_APPROVED: Source.UNALLOCATED,
    SuspenseReason.POSTING_REFUSED: Source.UNALLOCATED, SuspenseReason.REVERSAL_STUCK: Source.UNALLOCATED,
}  # fmt: skip
SPANS = ("30 天以内", "31 至 90 天", "91 至 365 天", "一年以上")


@dataclass(frozen=True)
class Waiting:
    """How many items of one source wait within one of ``SPANS``, and how many fen; money owed back counts as less."""

    source: Source
    span: int
    items: int
    fen: int


def _source(subject: str, reason: SuspenseReason) -> Source:
    """By the detail of 219 the money stands on; what stands on 219 itself is older than the details."""
    return Source(int(subject[-2:])) if "-" in subject else SOURCE_OF[reason]


def suspense_ageing(centre_id: int, *, on: date) -> list[Waiting]:
    """What waits now, by source and by how long it has waited on a day; one statement. Only what waits is told."""
    found = rows(_AGEING, {"centre": centre_id, "on": on})
    sums: dict[tuple[Source, int], tuple[int, int]] = {}
    for line in found:
        place = (_source(line["subject"], SuspenseReason(line["reason"])), line["span"])
        items, fen = sums.get(place, (0, 0))
        sums[place] = (items + line["items"], fen + line["fen"])
    return [Waiting(source, span, items, fen) for (source, span), (items, fen) in sorted(sums.items())]
