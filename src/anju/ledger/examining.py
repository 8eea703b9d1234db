"""Stored statements of the audit over the books (审计提问): each is one SELECT that is shown to whoever asks.

A change of a statement raises the version of its question in ``reports.questions``; a test holds the two together.
"""

# ruff: noqa: S608  statements are joined from this file's constants; every value is a parameter
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from anju.database.sql import rows
from anju.ledger.sampling import VoucherMade, as_made

_COLUMNS = """v.id AS voucher_id, v.business_date, v.known_at, v.kind, v.number, v.maker_person_id,
       v.checker_person_id, v.reverses_id, v.member_count, (SELECT sum(l.debit_fen)::bigint FROM gl_line l
        WHERE l.centre_id = v.centre_id AND l.voucher_id = v.id) AS fen"""
_SPAN = "v.centre_id = %(centre)s AND v.business_date BETWEEN %(first)s AND %(last)s"

ONE_PERSON = f"""
SELECT {_COLUMNS} FROM voucher v WHERE {_SPAN} AND v.maker_person_id = v.checker_person_id
 ORDER BY v.id LIMIT %(limit)s
"""
REVERSED_AFTER_CLOSING = f"""
SELECT {_COLUMNS} FROM voucher v
  JOIN voucher o ON o.centre_id = v.centre_id AND o.id = v.reverses_id
  JOIN period p ON p.centre_id = o.centre_id AND p.kind = 1 AND p.closed_at < v.known_at
   AND p.number = (extract(year FROM o.business_date) * 100 + extract(month FROM o.business_date))::integer
 WHERE {_SPAN} ORDER BY v.id LIMIT %(limit)s
"""
# A voucher of a person; what rules and jobs post at night is how the centre works.
AT_NIGHT = f"""
SELECT {_COLUMNS} FROM voucher v
 WHERE {_SPAN} AND v.maker_person_id IS NOT NULL
   AND extract(hour FROM v.known_at AT TIME ZONE 'Asia/Shanghai') NOT BETWEEN 6 AND 21
 ORDER BY v.id LIMIT %(limit)s
"""
MISSING_NUMBERS = """
SELECT before + 1 AS first_missing, number - 1 AS last_missing, voucher_id, business_date
  FROM (SELECT v.number, v.id AS voucher_id, v.business_date, lag(v.number, 1, 0::bigint) OVER (ORDER BY v.number)
               AS before FROM voucher v WHERE v.centre_id = %(centre)s AND v.number IS NOT NULL) numbered
 WHERE number <> before + 1 AND business_date BETWEEN %(first)s AND %(last)s
 ORDER BY number LIMIT %(limit)s
"""


@dataclass(frozen=True)
class MissingNumbers:
    """Voucher numbers nobody has: the first and the last of them, and the voucher that comes after."""

    first_missing: int
    last_missing: int
    voucher_id: int
    business_date: date


def examine(statement: str, centre_id: int, first: date, last: date, *, limit: int) -> list[VoucherMade]:
    """The vouchers that one of this file's statements finds in a span of business days."""
    return [as_made(line) for line in rows(statement, _values(centre_id, first, last, limit))]


def missing_numbers(centre_id: int, first: date, last: date, *, limit: int) -> list[MissingNumbers]:
    """Gaps in the consecutive numbers of vouchers (断号); there are none in books that are whole."""
    return [MissingNumbers(**line) for line in rows(MISSING_NUMBERS, _values(centre_id, first, last, limit))]


def _values(centre_id: int, first: date, last: date, limit: int) -> dict[str, Any]:
    return {"centre": centre_id, "first": first, "last": last, "limit": limit}
