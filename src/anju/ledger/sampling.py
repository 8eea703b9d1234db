"""Vouchers for those who examine the books: counter-entries of a span, and a sample that can be drawn again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from anju.database.sql import rows
from anju.ledger.types import VoucherKind

_COLUMNS = """v.id AS voucher_id, v.business_date, v.known_at, v.kind, v.number, v.maker_person_id,
       v.checker_person_id, v.reverses_id, v.member_count, (SELECT sum(l.debit_fen)::bigint FROM gl_line l
        WHERE l.centre_id = v.centre_id AND l.voucher_id = v.id) AS fen"""
_SPAN = "v.centre_id = %(centre)s AND v.business_date BETWEEN %(first)s AND %(last)s"
_REVERSALS = f"SELECT {_COLUMNS} FROM voucher v WHERE {_SPAN} AND v.kind = %(kind)s ORDER BY v.id LIMIT %(limit)s"  # noqa: S608
# Which vouchers are drawn depends on seed and number alone, so that anybody draws the same ones again.
_SAMPLE = f"""
SELECT {_COLUMNS} FROM voucher v JOIN (
    SELECT v.id FROM voucher v WHERE {_SPAN}
     ORDER BY sha256(int8send(%(seed)s::bigint) || int8send(v.id)), v.id LIMIT %(limit)s) drawn ON drawn.id = v.id
 WHERE v.centre_id = %(centre)s ORDER BY v.id
"""  # noqa: S608


@dataclass(frozen=True)
class VoucherMade:
    """A voucher with who made and who checked it; nobody where a rule did. ``fen`` is its debit total."""

    voucher_id: int
    business_date: date
    known_at: datetime
    kind: VoucherKind
    number: int | None
    maker_person_id: int | None
    checker_person_id: int | None
    reverses_id: int | None
    member_count: int
    fen: int


def reversals(centre_id: int, first: date, last: date, *, limit: int) -> list[VoucherMade]:
    """Counter-entries (冲账) booked in a span, oldest first."""
    values = {"centre": centre_id, "first": first, "last": last, "limit": limit, "kind": int(VoucherKind.REVERSAL)}
    return [as_made(line) for line in rows(_REVERSALS, values)]


def sample(centre_id: int, first: date, last: date, *, seed: int, size: int) -> list[VoucherMade]:
    """A random sample (抽样) of the vouchers booked in a span: the same seed draws the same ones, in their order."""
    values = {"centre": centre_id, "first": first, "last": last, "limit": size, "seed": seed}
    return [as_made(line) for line in rows(_SAMPLE, values)]


def as_made(line: dict[str, object]) -> VoucherMade:
    """A voucher's row, its columns as those of ``VoucherMade``."""
    return VoucherMade(**line | {"kind": VoucherKind(line["kind"])})  # type: ignore[arg-type]
