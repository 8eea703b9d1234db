"""The list of vouchers (记账凭证), newest first, and whole vouchers for printing; each is one statement."""

# ruff: noqa: S608  statements are joined from this file's constants; every value is a parameter
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from anju.database.sql import rows
from anju.ledger.types import GlLine, Voucher, VoucherKind

_HAS_LINE = "EXISTS (SELECT 1 FROM gl_line l WHERE l.centre_id = v.centre_id AND l.voucher_id = v.id AND {})"
# One condition for each thing a search may name; those that are not named are left out of the statement.
_CONDITIONS = {
    "number": "v.number = %(number)s",
    "voucher_id": "v.id = %(voucher_id)s",
    "first": "v.business_date >= %(first)s",
    "last": "v.business_date <= %(last)s",
    "kind": "v.kind = %(kind)s",
    "event_id": "v.event_id = %(event_id)s",
    "keys": "v.idempotency_key LIKE ANY(%(keys)s)",
    "makers": "(v.maker_person_id = ANY(%(makers)s) OR v.checker_person_id = ANY(%(makers)s))",
    "unit_id": _HAS_LINE.format("l.unit_id = %(unit_id)s"),
    "bank_account_id": _HAS_LINE.format("l.bank_account_id = %(bank_account_id)s"),
    "subject": _HAS_LINE.format("(l.subject = %(subject)s OR starts_with(l.subject, %(subject)s || '-'))"),
    "amount_fen": "(" + _HAS_LINE.format("%(amount_fen)s IN (l.debit_fen, l.credit_fen)")
    + " OR (SELECT sum(l.debit_fen) FROM gl_line l WHERE l.centre_id = v.centre_id AND l.voucher_id = v.id)"
    " = %(amount_fen)s)",
    "before": "v.id < %(before)s",
}  # fmt: skip
_LIST = """
SELECT v.id AS voucher_id, v.number, v.business_date, v.known_at, v.kind, v.member_count, v.reverses_id, v.event_id,
       v.maker_person_id, v.checker_person_id, v.idempotency_key, t.total_fen, t.subjects
  FROM (SELECT * FROM voucher v WHERE {} ORDER BY v.id DESC LIMIT %(limit)s) v
  CROSS JOIN LATERAL (SELECT sum(l.debit_fen)::bigint AS total_fen, array_agg(DISTINCT l.subject) AS subjects
                        FROM gl_line l WHERE l.centre_id = v.centre_id AND l.voucher_id = v.id) t
 ORDER BY v.id DESC
"""
_WHOLE = """
SELECT v.centre_id, v.id AS voucher_id, v.idempotency_key, v.kind, v.business_date, v.known_at, v.maker_person_id,
       v.checker_person_id, v.reverses_id, v.event_id, v.member_count, v.member_debit_fen, v.member_credit_fen,
       v.number, v.public_ref,
       (SELECT json_agg(json_build_array(l.subject, l.debit_fen, l.credit_fen, l.unit_id, l.bank_account_id)
                        ORDER BY l.n)
          FROM gl_line l WHERE l.centre_id = v.centre_id AND l.voucher_id = v.id) AS lines
  FROM voucher v WHERE v.centre_id = %s AND v.id = ANY(%s) ORDER BY v.business_date, v.id
"""


@dataclass(frozen=True)
class VoucherSearch:
    """What a search names; None means anything. Days are business dates; ``amount_fen`` is a line's or the total.

    ``makers`` are natural persons who made or checked; ``subject`` takes in its details.
    """

    number: int | None = None
    voucher_id: int | None = None
    first: date | None = None
    last: date | None = None
    kind: VoucherKind | None = None
    event_id: int | None = None
    makers: tuple[int, ...] | None = None
    unit_id: int | None = None
    bank_account_id: int | None = None
    subject: str | None = None
    amount_fen: int | None = None
    keys: tuple[str, ...] | None = None
    """Patterns of idempotency keys, one of which fits."""


@dataclass(frozen=True)
class VoucherLine:
    """One voucher of the list; ``total_fen`` is its debit total."""

    voucher_id: int
    number: int | None
    business_date: date
    known_at: datetime
    kind: VoucherKind
    member_count: int
    reverses_id: int | None
    event_id: int | None
    maker_person_id: int | None
    checker_person_id: int | None
    idempotency_key: str
    total_fen: int
    subjects: tuple[str, ...]


def vouchers(centre_id: int, wanted: VoucherSearch, *, limit: int, before: int | None = None) -> list[VoucherLine]:
    """The newest vouchers that a search names, ``before`` the id where the last page ended; one statement."""
    values: dict[str, Any] = {**vars(wanted), "before": before}
    named = {name: value for name, value in values.items() if value is not None}
    if "kind" in named:
        named["kind"] = int(named["kind"])
    for several in named.keys() & {"makers", "keys"}:
        named[several] = list(named[several])
    conditions = " AND ".join(["v.centre_id = %(centre)s", *(_CONDITIONS[name] for name in named)])
    found = rows(_LIST.format(conditions), {**named, "centre": centre_id, "limit": limit})
    return [
        VoucherLine(**line | {"kind": VoucherKind(line["kind"]), "subjects": tuple(sorted(line["subjects"]))})
        for line in found
    ]


def whole_vouchers(centre_id: int, voucher_ids: Sequence[int]) -> list[Voucher]:
    """Vouchers with their lines, in the order of their business dates; unknown ones are left out; one statement."""
    return [
        Voucher(
            **line | {"kind": VoucherKind(line["kind"]), "lines": tuple(GlLine(*of) for of in line["lines"])}
        )
        for line in rows(_WHOLE, [centre_id, list(voucher_ids)])
    ]  # fmt: skip
