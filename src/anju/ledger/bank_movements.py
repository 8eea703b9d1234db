"""What the books say of money at the bank: one line a voucher that moved an account, for the treasury to compare."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from anju.database.sql import row, rows
from anju.ledger.types import BankMovement

# Deposits stand on 101 and 102 and their sub-codes; every such line names its bank account. A time deposit has left
# the current account: its own sub-code is compared with the register of deposits instead.
_OF_ONE = """
SELECT l.bank_account_id, v.id AS voucher_id, v.business_date AS on_day, v.event_id, v.reverses_id,
       sum(l.debit_fen - l.credit_fen)::bigint AS effect_fen
  FROM gl_line l JOIN voucher v ON v.centre_id = l.centre_id AND v.id = l.voucher_id
 WHERE l.centre_id = %(centre)s AND l.bank_account_id IS NOT NULL AND left(l.subject, 3) IN ('101', '102')
   AND l.subject <> '101-03' AND (%(account)s::bigint IS NULL OR l.bank_account_id = %(account)s)
   AND v.business_date <= %(on)s
"""
_A_VOUCHER = (
    " GROUP BY l.bank_account_id, v.centre_id, v.id, v.business_date, v.event_id, v.reverses_id"
    " HAVING sum(l.debit_fen - l.credit_fen) <> 0"
)
_MOVEMENTS = f"""{_OF_ONE} AND NOT l.bank_account_id = ANY(%(skip)s)
   AND (%(after)s::date IS NULL OR v.business_date > %(after)s OR v.id = ANY(%(also)s))
 {_A_VOUCHER} ORDER BY v.business_date, v.id
"""  # noqa: S608  (constants)
_PRINT = f"""
SELECT count(*) AS n, coalesce(sum(effect_fen), 0)::text AS fen, coalesce(sum(hashtextextended(
       concat_ws('|', voucher_id, on_day, event_id, reverses_id, effect_fen), 0)::numeric), 0)::text AS hash
  FROM ({_OF_ONE} {_A_VOUCHER}) m
"""  # noqa: S608  (constants)


def bank_movements(
    centre_id: int, *, on: date, bank_account_id: int | None = None, skip: Sequence[int] = (),
    after: date | None = None, also: Sequence[int] = (),
) -> list[BankMovement]:  # fmt: skip
    """Every voucher up to a business date that moved one account, or any but those to skip; in order of dates.

    With `after` only those of later dates, and the vouchers named by `also`.
    """
    params = {"centre": centre_id, "account": bank_account_id, "on": on, "skip": list(skip), "after": after,
              "also": list(also)}  # fmt: skip
    return [BankMovement(**line) for line in rows(_MOVEMENTS, params)]


def movements_print(centre_id: int, bank_account_id: int, *, on: date) -> str:
    """What tells whether any movement of an account up to a date has come, gone or changed since it was asked."""
    found = row(_PRINT, {"centre": centre_id, "account": bank_account_id, "on": on})
    assert found is not None
    return f"{found['n']}:{found['fen']}:{found['hash']}"


def events_posted(centre_id: int, event_ids: Iterable[int]) -> set[int]:
    """Which of these events have a voucher that moved money at the bank."""
    found = rows(
        "SELECT DISTINCT v.event_id FROM voucher v JOIN gl_line l ON l.centre_id = v.centre_id AND l.voucher_id = v.id"
        " WHERE v.centre_id = %s AND v.event_id = ANY(%s) AND l.bank_account_id IS NOT NULL",
        [centre_id, list(event_ids)],
    )
    return {int(line["event_id"]) for line in found}
