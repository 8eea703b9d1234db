"""Interest that was credited, as a list to be told: by ranges of account numbers, never one by one."""

from __future__ import annotations

from datetime import date

from anju.accounts.actions.carrying import CHUNK
from anju.accounts.types import PRODUCT, LineKind, MemberRows
from anju.database.sql import row, rows

# One line an account: accounts that were touched before their chunk have theirs in the same partition.
_CREDITED = """
SELECT a.person_id, l.seq AS line_seq, l.credit_fen - l.debit_fen AS fen, l.balance_after_fen AS balance_fen
  FROM member_line l JOIN account a ON a.account_id = l.account_id
 WHERE l.centre_id = %(of_centre)s AND l.period = %(period)s AND l.kind = %(interest_kind)s
   AND l.account_id >= %(first)s AND l.account_id < %(after)s
"""


def interest_parts(centre_id: int, interest_year: int) -> tuple[int, int] | None:
    """The first and the last part (ranges of account numbers) that a year's accounts lie in; None without accounts."""
    found = row(
        "SELECT min(account_id) / %(chunk)s AS first, max(account_id) / %(chunk)s AS last FROM balance"
        " WHERE interest_year = %(year)s AND centre_id = %(centre)s",
        {"chunk": CHUNK, "year": interest_year, "centre": centre_id},
    )
    return None if found is None or found["first"] is None else (int(found["first"]), int(found["last"]))


def interest_credited(centre_id: int, interest_year: int, part: int) -> MemberRows:
    """A SELECT of ``person_id, line_seq, fen, balance_fen`` of one part: what each member was credited for the year."""
    return MemberRows(
        _CREDITED,
        {"of_centre": centre_id, "period": interest_year * 100 + 13, "interest_kind": int(LineKind.INTEREST),
         "first": part * CHUNK, "after": (part + 1) * CHUNK},
    )  # fmt: skip


def rates_of_year(interest_year: int) -> tuple[tuple[date, int], ...]:
    """The rates in force within an interest year, each from its first day in it, in basis points."""
    first = date(interest_year, 7, 1)
    found = rows(
        "SELECT greatest(day, %(first)s) AS day, rate_bp FROM rate_index WHERE product = %(product)s AND day < %(end)s"
        " AND day >= coalesce((SELECT max(day) FROM rate_index WHERE product = %(product)s AND day <= %(first)s),"
        " %(first)s) ORDER BY 1",
        {"first": first, "end": date(interest_year + 1, 7, 1), "product": PRODUCT},
    )
    return tuple((line["day"], int(line["rate_bp"])) for line in found)
