"""Remembering which days of an account agree, so that a later table need not read them again.

Nothing of money changes here. What is remembered is used only while a print over every line of that time is the same.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from anju.database.sql import execute, row
from anju.treasury.journal import read_sides, side_print, starts
from anju.treasury.reconciliation import agreed_through, reconcile

MOST_LEFT = 5000
"""More lines than these standing alone are no starting point; they want a person."""

_KEEP = """
INSERT INTO reconciled_day (centre_id, bank_account_id, on_day, balance_fen, paired_fen, before_fen, print, agreed_at,
    entry_ids, notice_ids, order_ids, voucher_ids)
VALUES (%(centre)s, %(account)s, %(on)s, %(balance)s, %(paired)s, %(before)s, %(print)s, %(at)s, %(entries)s,
    %(notices)s, %(orders)s, %(vouchers)s)
ON CONFLICT (centre_id, bank_account_id, on_day) DO UPDATE SET balance_fen = EXCLUDED.balance_fen,
    paired_fen = EXCLUDED.paired_fen, before_fen = EXCLUDED.before_fen, print = EXCLUDED.print,
    agreed_at = EXCLUDED.agreed_at, entry_ids = EXCLUDED.entry_ids, notice_ids = EXCLUDED.notice_ids,
    order_ids = EXCLUDED.order_ids, voucher_ids = EXCLUDED.voucher_ids
"""


def agree_day(centre_id: int, bank_account_id: int, on: date, *, at: datetime) -> bool:
    """Remember the table of a day as the starting point of later ones; whether it was.

    Only a table that closes and contradicts nothing, and only as far as the statements reach. Outstanding items are
    carried on. When a line of that time arrives meanwhile, nothing is remembered. Twice is once.
    """
    before = side_print(centre_id, bank_account_id, on)
    left = starts(centre_id, on, bank_account_id=bank_account_id).get(bank_account_id)
    bank, journal, books = read_sides(centre_id, bank_account_id, on, left)
    if bank is None or bank.through < on:
        return False
    if not reconcile(bank_account_id, on=on, bank=bank, journal=journal, books=books).balanced:
        return False
    kept = agreed_through(on, bank=bank, journal=journal, books=books)
    # The same print before and after reading: what was read lies between, and is what the print stands for.
    if kept.count > MOST_LEFT or side_print(centre_id, bank_account_id, on) != before:
        return False
    with transaction.atomic():
        execute(
            _KEEP,
            {"centre": centre_id, "account": bank_account_id, "on": on, "balance": kept.start.balance_fen,
             "paired": kept.start.paired_fen, "before": kept.start.before_fen, "print": before, "at": at,
             "entries": list(kept.entry_ids), "notices": list(kept.notice_ids), "orders": list(kept.order_ids),
             "vouchers": list(kept.voucher_ids)},
        )  # fmt: skip
    return True


def agree_last_day(centre_id: int, bank_account_id: int, *, at: datetime) -> bool:
    """Agree the last day before today that the statements of an account reach."""
    found = row(
        "SELECT max(last_on) AS through FROM bank_statement WHERE centre_id = %s AND bank_account_id = %s"
        " AND first_on < %s",
        [centre_id, bank_account_id, at.date()],
    )
    if found is None or found["through"] is None:
        return False
    yesterday = date.fromordinal(at.date().toordinal() - 1)
    return agree_day(centre_id, bank_account_id, min(found["through"], yesterday), at=at)
