"""Reading the journal (银行存款日记账) and the bank's statements out of the tables, and reconciling them.

A fixed number of statements whatever the number of lines. Where a day was agreed before, its lines are compared by one
print a side and not read: only what stood alone then and what came later is (docs/decisions/0022).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from anju.database.sql import row, rows
from anju.kernel.clock import ZONE
from anju.ledger.queries import bank_movements, movements_print
from anju.ledger.types import BankMovement
from anju.treasury.reconciliation import (
    BankLine,
    BankReconciliation,
    BankSide,
    BooksComparison,
    JournalLine,
    Left,
    Start,
    compare_books,
    reconcile,
)
from anju.treasury.types import Direction, NoticeState, PaymentState

_NOTICES = """
SELECT n.bank_account_id, n.notice_id, n.order_id, n.original_notice_id, n.host_serial, n.entry_date, n.direction,
       n.amount_fen, n.reversal, n.state, o.direction AS original_direction
  FROM bank_notice n LEFT JOIN bank_notice o ON o.centre_id = n.centre_id AND o.notice_id = n.original_notice_id
 WHERE n.centre_id = %(centre)s AND (%(account)s::bigint IS NULL OR n.bank_account_id = %(account)s)
   AND n.entry_date <= %(on)s AND NOT n.bank_account_id = ANY(%(skip)s)
   AND (%(after)s::date IS NULL OR n.entry_date > %(after)s OR n.notice_id = ANY(%(notices)s))
 ORDER BY n.entry_date, n.notice_id
"""
# Whether the bank told of a payment's debit, and of its return, by a notice.
_DEBIT_TOLD = """EXISTS (SELECT 1 FROM bank_notice n WHERE n.centre_id = p.centre_id AND n.order_id = p.order_id
                AND n.direction = 1 AND NOT n.reversal)"""
_RETURN_TOLD = """(EXISTS (SELECT 1 FROM bank_notice n WHERE n.centre_id = p.centre_id AND n.order_id = p.order_id
                AND n.direction = 2 AND NOT n.reversal)
       OR EXISTS (SELECT 1 FROM bank_notice r WHERE r.centre_id = p.centre_id AND r.reversal AND r.state = 3
                   AND r.bank_account_id = p.bank_account_id AND r.original_host_serial = p.host_serial
                   AND p.host_serial <> '')
       OR EXISTS (SELECT 1 FROM bank_notice r JOIN bank_notice d ON d.centre_id = r.centre_id
                   AND d.notice_id = r.original_notice_id WHERE r.centre_id = p.centre_id AND r.reversal
                   AND r.state = 3 AND d.order_id = p.order_id))"""
_PAID = """
  FROM payment_order p
 WHERE p.centre_id = %(centre)s AND (%(account)s::bigint IS NULL OR p.bank_account_id = %(account)s)
   AND p.value_on <= %(on)s AND p.state IN (4, 5)
"""
# A payment the bank confirmed without a notice of its debit, or sent back without a notice of the return.
_PAYMENTS = f"""
SELECT p.bank_account_id, p.order_id, p.amount_fen, p.value_on, p.host_serial, p.state, p.final_at,
       {_DEBIT_TOLD} AS debit_told, {_RETURN_TOLD} AS return_told {_PAID}
   AND NOT p.bank_account_id = ANY(%(skip)s) AND (%(after)s::date IS NULL OR p.value_on > %(after)s
        OR p.order_id = ANY(%(orders)s) OR p.state = 5 AND p.final_at >= %(after)s)
 ORDER BY p.value_on, p.order_id
"""  # noqa: S608  (constants)
_PRINTS = f"""
SELECT 'cover' AS side, 0::bigint AS n, concat_ws('|', min(first_on), min(opening_fen) FILTER (WHERE first_on = (
       SELECT min(first_on) FROM bank_statement f WHERE f.centre_id = %(centre)s AND f.bank_account_id = %(account)s)))
       AS hash FROM bank_statement WHERE centre_id = %(centre)s AND bank_account_id = %(account)s AND first_on <= %(on)s
UNION ALL
SELECT 'entries', count(*), sum(hashtextextended(concat_ws('|', entry_id, position, host_serial, entry_date, direction,
       amount_fen, balance_after_fen), 0)::numeric)::text
  FROM bank_entry WHERE centre_id = %(centre)s AND bank_account_id = %(account)s AND entry_date <= %(on)s
UNION ALL
SELECT 'notices', count(*), sum(hashtextextended(concat_ws('|', n.notice_id, n.host_serial, n.entry_date, n.direction,
       n.amount_fen, n.order_id, n.reversal, CASE WHEN n.reversal THEN n.state END, n.original_notice_id, o.direction),
       0)::numeric)::text
  FROM bank_notice n LEFT JOIN bank_notice o ON o.centre_id = n.centre_id AND o.notice_id = n.original_notice_id
 WHERE n.centre_id = %(centre)s AND n.bank_account_id = %(account)s AND n.entry_date <= %(on)s
UNION ALL
SELECT 'payments', count(*), sum(hashtextextended(concat_ws('|', p.order_id, p.amount_fen, p.value_on, p.host_serial,
       {_DEBIT_TOLD}, CASE WHEN p.state = 5 AND (p.final_at AT TIME ZONE %(zone)s)::date <= %(on)s
       THEN {_RETURN_TOLD} END), 0)::numeric)::text {_PAID}
"""  # noqa: S608  (constants)

# A move of own money on each account it touched, where no notice told of it. Money in names its account as `to_side`.
_MOVES = """
SELECT e.* FROM (
  SELECT bank_account_id, move_id, host_serial, business_serial, value_on, state, centre_id,
         CASE WHEN kind = 2 THEN amount_fen + interest_fen ELSE -amount_fen END AS effect_fen
    FROM own_move WHERE kind IN (1, 2, 3)
  UNION ALL
  SELECT to_account_id, move_id, '', business_serial, value_on, state, centre_id, amount_fen
    FROM own_move WHERE kind = 3) e
 WHERE e.centre_id = %(centre)s AND (%(account)s::bigint IS NULL OR e.bank_account_id = %(account)s)
   AND e.state = 5 AND e.value_on <= %(on)s AND NOT e.bank_account_id = ANY(%(skip)s) AND NOT EXISTS (
     SELECT 1 FROM bank_notice n WHERE n.centre_id = e.centre_id AND n.bank_account_id = e.bank_account_id
        AND n.amount_fen = abs(e.effect_fen) AND n.state = 5 AND n.order_id IS NULL AND NOT n.reversal
        AND (n.original_serial = e.business_serial OR (n.host_serial = e.host_serial AND e.host_serial <> '')))
 ORDER BY e.value_on, e.move_id
"""


def reconcile_bank(centre_id: int, bank_account_id: int, on: date) -> BankReconciliation:
    """Level 1 and the balance reconciliation table of one account as of a day.

    Goes on from the last day up to it that was agreed (`actions.agree_day`), if nothing of that time has changed.
    """
    left = starts(centre_id, on, bank_account_id=bank_account_id).get(bank_account_id)
    bank, journal, books = read_sides(centre_id, bank_account_id, on, left)
    return reconcile(bank_account_id, on=on, bank=bank, journal=journal, books=books)


def journal_against_books(centre_id: int, on: date) -> list[BooksComparison]:
    """Level 2 for every account that has a journal or a voucher, by account."""
    known = starts(centre_id, on)
    compared = [_against_books(centre_id, account, on, left) for account, left in known.items()]
    journal = _journal(centre_id, on, None, skip=tuple(known))
    books: dict[int, list[BankMovement]] = defaultdict(list)
    for book in bank_movements(centre_id, on=on, skip=tuple(known)):
        books[book.bank_account_id].append(book)
    compared += [
        compare_books(account, on=on, journal=journal[account], books=books[account])
        for account in sorted({*journal, *books})
    ]
    return sorted(compared, key=lambda one: one.bank_account_id)


def _against_books(centre_id: int, bank_account_id: int, on: date, left: Left) -> BooksComparison:
    _, journal, books = read_sides(centre_id, bank_account_id, on, left, with_bank=False)
    return compare_books(bank_account_id, on=on, journal=journal, books=books, start=left.start)


def read_sides(
    centre_id: int, bank_account_id: int, on: date, left: Left | None, *, with_bank: bool = True
) -> tuple[BankSide | None, list[JournalLine], list[BankMovement]]:
    """The three sides of an account: all of them, or what an agreed day left and what came later."""
    after = left.start.on if left else None
    journal = _journal(centre_id, on, bank_account_id, left=left)[bank_account_id]
    return (
        _bank_side(centre_id, bank_account_id, on, left) if with_bank else None, journal,
        bank_movements(
            centre_id, on=on, bank_account_id=bank_account_id, after=after, also=left.voucher_ids if left else ()
        ),
    )  # fmt: skip


def starts(centre_id: int, on: date, *, bank_account_id: int | None = None) -> dict[int, Left]:
    """Of each account the last agreed day up to `on` that still stands: every line up to it is as it was then."""
    found = rows(
        "SELECT DISTINCT ON (bank_account_id) * FROM reconciled_day WHERE centre_id = %(centre)s AND on_day <= %(on)s"
        " AND (%(account)s::bigint IS NULL OR bank_account_id = %(account)s) ORDER BY bank_account_id, on_day DESC",
        {"centre": centre_id, "on": on, "account": bank_account_id},
    )
    return {
        one["bank_account_id"]: Left(
            start=Start(on=one["on_day"], balance_fen=one["balance_fen"], paired_fen=one["paired_fen"],
                        before_fen=one["before_fen"]),
            entry_ids=tuple(one["entry_ids"]), notice_ids=tuple(one["notice_ids"]),
            order_ids=tuple(one["order_ids"]), voucher_ids=tuple(one["voucher_ids"]),
        )
        for one in found if one["print"] == side_print(centre_id, one["bank_account_id"], one["on_day"])
    }  # fmt: skip


def side_print(centre_id: int, bank_account_id: int, on: date) -> str:
    """What tells whether any line of an account up to a day has come, gone or changed since it was asked before."""
    found = rows(_PRINTS, {"centre": centre_id, "account": bank_account_id, "on": on, "zone": ZONE.key})
    told = [f"{one['side']}:{one['n']}:{one['hash'] or 0}" for one in found]
    return " ".join([*sorted(told), f"books:{movements_print(centre_id, bank_account_id, on=on)}"])


def _bank_side(centre_id: int, bank_account_id: int, on: date, left: Left | None) -> BankSide | None:
    """The statements up to a day, or None when none reaches back that far."""
    cover = row(
        "SELECT min(first_on) AS first, max(last_on) AS through, coalesce((SELECT s.opening_fen FROM bank_entry e"
        " JOIN bank_statement s USING (centre_id, statement_id) WHERE e.centre_id = %(centre)s AND"
        " e.bank_account_id = %(account)s ORDER BY e.position LIMIT 1), min(opening_fen)) AS opening_fen"
        " FROM bank_statement WHERE centre_id = %(centre)s AND bank_account_id = %(account)s",
        {"centre": centre_id, "account": bank_account_id},
    )
    if cover is None or cover["first"] is None or cover["first"] > on:
        return None
    found = rows(
        "SELECT entry_id, host_serial AS serial, entry_date AS on, balance_after_fen,"
        " CASE direction WHEN 2 THEN amount_fen ELSE -amount_fen END AS effect_fen FROM bank_entry"
        " WHERE centre_id = %(centre)s AND bank_account_id = %(account)s AND entry_date <= %(on)s"
        " AND (%(after)s::date IS NULL OR entry_date > %(after)s OR entry_id = ANY(%(entries)s)) ORDER BY position",
        {"centre": centre_id, "account": bank_account_id, "on": on, "after": left.start.on if left else None,
         "entries": list(left.entry_ids) if left else []},
    )  # fmt: skip
    return BankSide(
        first=cover["first"], through=min(cover["through"], on), opening_fen=cover["opening_fen"],
        lines=tuple(BankLine(**line) for line in found), start=left.start if left else None,
    )  # fmt: skip


def _journal(
    centre_id: int, on: date, bank_account_id: int | None, *, left: Left | None = None, skip: tuple[int, ...] = ()
) -> dict[int, list[JournalLine]]:
    """The journal of one account or of all but some, each in order of days; after an agreed day what it left."""
    after = left.start.on if left else None
    params = {
        "centre": centre_id, "account": bank_account_id, "on": on, "skip": list(skip), "after": after,
        "notices": list(left.notice_ids) if left else [], "orders": list(left.order_ids) if left else [],
    }  # fmt: skip
    journal: dict[int, list[JournalLine]] = defaultdict(list)
    for notice in rows(_NOTICES, params):
        journal[notice["bank_account_id"]].append(_of_notice(notice))
    for payment in rows(_PAYMENTS, params):
        journal[payment["bank_account_id"]] += [
            line for line in _of_payment(payment, on)
            if left is None or line.on > left.start.on or line.order_id in left.order_ids
        ]  # fmt: skip
    # Moves nobody told of are few and have no event: they are read whole and never left behind.
    for move in rows(_MOVES, params):
        journal[move["bank_account_id"]].append(
            JournalLine(serial=move["host_serial"], on=move["value_on"], effect_fen=move["effect_fen"])
        )
    for lines in journal.values():
        lines.sort(key=lambda line: line.on)
    return journal


def _of_notice(notice: dict[str, Any]) -> JournalLine:
    return JournalLine(
        serial=notice["host_serial"], on=notice["entry_date"], effect_fen=_effect(notice),
        notice_id=notice["notice_id"], original_notice_id=notice["original_notice_id"], order_id=notice["order_id"],
    )  # fmt: skip


def _effect(notice: dict[str, Any]) -> int | None:
    """What an entry did to the account. A reversal undoes its original, on whichever side the bank wrote it."""
    amount: int = notice["amount_fen"]
    if not notice["reversal"]:
        return amount if notice["direction"] == Direction.CREDIT else -amount
    if notice["state"] != NoticeState.REVERSAL:
        return None
    # A reversal without a kept original is of one of our payments: their debits are seldom notified.
    return -amount if notice["original_direction"] == Direction.CREDIT else amount


def _of_payment(payment: dict[str, Any], on: date) -> list[JournalLine]:
    lines = []
    if not payment["debit_told"]:
        lines.append(_line(payment, payment["value_on"], -payment["amount_fen"]))
    if payment["state"] == PaymentState.RETURNED and not payment["return_told"]:
        back_on = payment["final_at"].astimezone(ZONE).date()
        if back_on <= on:
            lines.append(_line(payment, back_on, payment["amount_fen"]))
    return lines


def _line(payment: dict[str, Any], on: date, effect_fen: int) -> JournalLine:
    return JournalLine(
        serial=payment["host_serial"], on=on, effect_fen=effect_fen, order_id=payment["order_id"]
    )
