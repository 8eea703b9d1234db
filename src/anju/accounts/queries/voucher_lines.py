"""Member lines as the books ask for them: of one voucher, page by page; and what units' members have together."""

# ruff: noqa: S608  statements are joined from this room's constants; every value is a parameter
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from anju.accounts.queries.lines import COLUMNS, as_movement
from anju.accounts.types import Movement
from anju.database.sql import rows
from anju.kernel.month import interest_year

_OF_VOUCHER = f"""
SELECT {COLUMNS} FROM member_line
 WHERE voucher_id = %(voucher)s AND booked_on = %(on)s AND period = ANY(%(periods)s)
   AND (account_id, seq) > (%(account)s, %(seq)s)
 ORDER BY account_id, seq LIMIT %(limit)s
"""
_OF_UNITS = """
SELECT a.unit_id, count(*) AS accounts, sum(b.balance_fen)::bigint AS balance_fen
  FROM account a
  JOIN LATERAL (SELECT balance_fen FROM balance WHERE account_id = a.account_id ORDER BY interest_year DESC LIMIT 1) b
    ON true
 WHERE a.unit_id = ANY(%s) AND a.centre_id = %s GROUP BY a.unit_id
"""


@dataclass(frozen=True)
class UnitSum:
    """What the members whose accounts are at a unit have together; ``balance_fen`` in fen."""

    unit_id: int
    accounts: int
    balance_fen: int


def voucher_lines(
    voucher_id: int, *, booked_on: date, limit: int, after: tuple[int, int] = (0, 0)
) -> tuple[Movement, ...]:
    """Member lines of a voucher in the order of accounts, ``after`` (account, line) where the last page ended.

    ``booked_on`` is the voucher's business date: it names the partitions that are opened. One statement.
    """
    found = rows(
        _OF_VOUCHER,
        {"voucher": voucher_id, "on": booked_on, "limit": limit, "account": after[0], "seq": after[1],
         "periods": [booked_on.year * 100 + booked_on.month, interest_year(booked_on) * 100 + 13]},
    )  # fmt: skip
    return tuple(as_movement(line) for line in found)


def unit_sums(centre_id: int, unit_ids: Sequence[int]) -> dict[int, UnitSum]:
    """How many accounts are at each of these units, and what they have together; one statement."""
    found = rows(_OF_UNITS, [list(unit_ids), centre_id])
    return {line["unit_id"]: UnitSum(**line) for line in found}
