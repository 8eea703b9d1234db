"""The list of vouchers (记账凭证), newest first; one statement whatever its length."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from anju.database.sql import rows
from anju.ledger.types import VoucherKind

_LIST = """
SELECT v.id AS voucher_id, v.business_date, v.known_at, v.kind, v.member_count, v.reverses_id,
       sum(l.debit_fen)::bigint AS total_fen, array_agg(DISTINCT l.subject) AS subjects
  FROM voucher v JOIN gl_line l ON l.centre_id = v.centre_id AND l.voucher_id = v.id
 WHERE v.centre_id = %(centre)s AND (%(kind)s::smallint IS NULL OR v.kind = %(kind)s)
   AND (%(on)s::date IS NULL OR v.business_date = %(on)s) AND (%(before)s::bigint IS NULL OR v.id < %(before)s)
 GROUP BY v.centre_id, v.id ORDER BY v.id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True)
class VoucherLine:
    """One voucher of the list."""

    voucher_id: int
    business_date: date
    known_at: datetime
    kind: VoucherKind
    member_count: int
    reverses_id: int | None
    total_fen: int
    subjects: tuple[str, ...]


def vouchers(
    centre_id: int, *, limit: int, kind: VoucherKind | None = None, on: date | None = None, before: int | None = None
) -> list[VoucherLine]:
    """The newest vouchers; of one kind, of one business day, or before one of them."""
    found = rows(
        _LIST,
        {"centre": centre_id, "kind": None if kind is None else int(kind), "on": on, "before": before, "limit": limit},
    )
    return [
        VoucherLine(**line | {"kind": VoucherKind(line["kind"]), "subjects": tuple(sorted(line["subjects"]))})
        for line in found
    ]
