"""The book of one subject (总账、明细账): its turnover by month or by day, and its lines with the balance after each.

Each is one query over the lines of the ledger. Details beneath a subject are in its book. Amounts are fen.
"""

# ruff: noqa: S608  statements are joined from this file's constants; every value is a parameter
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from anju.database.sql import rows
from anju.ledger.types import VoucherKind

# The subject and all beneath it, with every line up to the last day that is asked for.
_MOVED = """
WITH RECURSIVE beneath AS (
    SELECT code FROM subject WHERE code = %(subject)s
    UNION ALL
    SELECT s.code FROM beneath b JOIN subject s ON s.parent = b.code
), moved AS (
    SELECT v.business_date, v.id AS voucher_id, v.number, v.kind, v.known_at, v.reverses_id, l.n, l.subject,
           l.unit_id, l.bank_account_id, l.debit_fen, l.credit_fen
      FROM gl_line l JOIN voucher v ON v.centre_id = l.centre_id AND v.id = l.voucher_id
     WHERE l.centre_id = %(centre)s AND l.subject IN (SELECT code FROM beneath) AND v.business_date <= %(to)s
)
"""
_TURNOVER = _MOVED + """
SELECT CASE WHEN business_date >= %(from)s THEN date_trunc(%(step)s, business_date)::date END AS on_day,
       count(DISTINCT voucher_id) AS vouchers, sum(debit_fen)::bigint AS debit_fen,
       sum(credit_fen)::bigint AS credit_fen
  FROM moved GROUP BY 1 ORDER BY 1 NULLS FIRST
"""
_LINES = _MOVED + """
SELECT *, sum(debit_fen - credit_fen) OVER (ORDER BY business_date, voucher_id, n)::bigint
           + (SELECT coalesce(sum(debit_fen - credit_fen), 0) FROM moved WHERE business_date < %(from)s)::bigint
           AS balance_fen
  FROM moved WHERE business_date >= %(from)s
 ORDER BY business_date, voucher_id, n LIMIT %(limit)s OFFSET %(offset)s
"""


class Step(StrEnum):
    """How finely a subject's turnover is told."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True)
class Turnover:
    """One day, or one month by its first day: what moved, and the balance after it, debit less credit."""

    on_day: date
    vouchers: int
    debit_fen: int
    credit_fen: int
    balance_fen: int


@dataclass(frozen=True)
class SubjectBook:
    """A subject over a span of business days, both included; ``opening_fen`` is debit less credit before them."""

    subject: str
    from_date: date
    to_date: date
    opening_fen: int
    turnovers: tuple[Turnover, ...]

    @property
    def debit_fen(self) -> int:
        """Turnover of the span on the debit side."""
        return sum(one.debit_fen for one in self.turnovers)

    @property
    def credit_fen(self) -> int:
        """Turnover of the span on the credit side."""
        return sum(one.credit_fen for one in self.turnovers)

    @property
    def closing_fen(self) -> int:
        """Balance after the span, debit less credit."""
        return self.opening_fen + self.debit_fen - self.credit_fen


@dataclass(frozen=True)
class BookLine:
    """One line of a subject's book with the balance after it, debit less credit."""

    voucher_id: int
    number: int | None
    business_date: date
    known_at: datetime
    kind: VoucherKind
    reverses_id: int | None
    n: int
    subject: str
    unit_id: int | None
    bank_account_id: int | None
    debit_fen: int
    credit_fen: int
    balance_fen: int


def subject_book(centre_id: int, subject: str, *, from_date: date, to_date: date, step: Step) -> SubjectBook:
    """Turnover of a subject and all beneath it, day by day or month by month, with the running balance.

    Days or months in which nothing moved are left out. A code that is not in the chart has an empty book.
    """
    found = rows(
        _TURNOVER, {"centre": centre_id, "subject": subject, "from": from_date, "to": to_date, "step": str(step)}
    )
    opening = sum(line["debit_fen"] - line["credit_fen"] for line in found if line["on_day"] is None)
    balance, turnovers = opening, []
    for line in found:
        if line["on_day"] is not None:
            balance += line["debit_fen"] - line["credit_fen"]
            turnovers.append(Turnover(**line, balance_fen=balance))
    return SubjectBook(subject, from_date, to_date, opening, tuple(turnovers))


def subject_lines(
    centre_id: int, subject: str, *, from_date: date, to_date: date, limit: int, offset: int = 0
) -> list[BookLine]:
    """Lines of a subject and all beneath it in the order of their business dates, each with the balance after it."""
    found = rows(
        _LINES,
        {"centre": centre_id, "subject": subject, "from": from_date, "to": to_date, "limit": limit, "offset": offset},
    )
    return [BookLine(**line | {"kind": VoucherKind(line["kind"])}) for line in found]
