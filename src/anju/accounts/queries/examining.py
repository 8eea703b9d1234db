"""Stored statements of the audit over members' accounts (审计提问): each is one SELECT, shown to whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from anju.database.sql import rows

# The newest balance of an account that says something although no line ever moved it.
WITHOUT_LINES = """
SELECT a.account_id, a.person_id, a.opened_on, b.interest_year, b.balance_fen
  FROM account a
  JOIN LATERAL (SELECT interest_year, balance_fen FROM balance WHERE account_id = a.account_id
                 ORDER BY interest_year DESC LIMIT 1) b ON true
 WHERE a.centre_id = %(centre)s AND b.balance_fen <> 0
   AND NOT EXISTS (SELECT 1 FROM member_line l WHERE l.account_id = a.account_id)
 ORDER BY a.account_id LIMIT %(limit)s
"""
BACK_DATED = """
SELECT l.account_id, a.person_id, l.voucher_id, l.booked_on, l.value_on, l.known_at,
       (l.credit_fen - l.debit_fen)::bigint AS change_fen
  FROM member_line l JOIN account a ON a.account_id = l.account_id
 WHERE l.period BETWEEN %(p1)s AND %(p2)s AND l.booked_on BETWEEN %(first)s AND %(last)s
   AND l.booked_on - l.value_on > 31 AND a.centre_id = %(centre)s
 ORDER BY l.booked_on, l.account_id, l.seq LIMIT %(limit)s
"""


@dataclass(frozen=True)
class WithoutLines:
    """An account whose balance rests on no line."""

    account_id: int
    person_id: int
    opened_on: date
    interest_year: int
    balance_fen: int


@dataclass(frozen=True)
class BackDated:
    """A line that counts from more than a month before it was booked; ``change_fen`` is credit less debit."""

    account_id: int
    person_id: int
    voucher_id: int
    booked_on: date
    value_on: date
    known_at: datetime
    change_fen: int


def without_lines(centre_id: int, *, limit: int) -> list[WithoutLines]:
    """Accounts with a balance and no line; there are none in books that are whole."""
    return [WithoutLines(**line) for line in rows(WITHOUT_LINES, {"centre": centre_id, "limit": limit})]


def back_dated(centre_id: int, first: date, last: date, *, limit: int) -> list[BackDated]:
    """Lines booked in a span of days whose value day lies more than 31 days before."""
    values = {"centre": centre_id, "first": first, "last": last, "limit": limit,
              "p1": first.year * 100 + first.month, "p2": last.year * 100 + last.month}  # fmt: skip
    return [BackDated(**line) for line in rows(BACK_DATED, values)]
