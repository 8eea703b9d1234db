"""Keeping what the bank tells (到账通知) and passing it on once.

Called by the HTTP door, by the fetching of missed entries, and by the demo's building. Refuses an account that is
not the centre's. A repeated notice changes nothing; one that repeats a serial with other content is kept as a
contradiction for the treasurer and changes nothing either.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from anju.database.encryption import digest, seal, unseal
from anju.database.sql import execute, row
from anju.kernel.events import publish
from anju.kernel.refusal import Refusal
from anju.ledger.actions import enter_gate
from anju.treasury.actions.accounts import NUMBER_KIND
from anju.treasury.actions.bookings import take_back_booking
from anju.treasury.actions.contradictions import keep_contradiction
from anju.treasury.bank import bank
from anju.treasury.machine import plan_look, return_settled
from anju.treasury.messages import notice_digest
from anju.treasury.move_machine import plan_move
from anju.treasury.sql import insert_once, wait_turn
from anju.treasury.types import (
    OPEN_STATES,
    Direction,
    EntryNotice,
    MoneyReceived,
    NoticeKept,
    NoticeState,
    PaymentState,
    ReceiptReversed,
)


@dataclass(frozen=True)
class _Kept:
    """A notice just inserted, before it is known what it means."""

    centre_id: int
    notice_id: int
    bank_account_id: int
    notice: EntryNotice
    at: datetime


def receive_notice(notice: EntryNotice, *, at: datetime, centre_id: int | None = None) -> NoticeKept:
    """Keep one entry and tell the business: one transaction, one voucher or none.

    Money in → `MoneyReceived`; a reversal → `ReceiptReversed`, or it waits for its original; a debit or a return of
    our own payment → recognised, no receipt; a debit nobody ordered → for two people to book (`bookings`).
    """
    centre_id = settings.ANJU_CENTRE_ID if centre_id is None else centre_id
    account = row(
        "SELECT bank_account_id FROM bank_account WHERE centre_id = %s AND number_digest = %s",
        [centre_id, digest(NUMBER_KIND, notice.account)],
    )
    if account is None:
        raise Refusal("bank_account_unknown", "通知中的账号不是本中心的存款专户。", status=422)
    bank_account_id = int(account["bank_account_id"])
    with transaction.atomic():
        enter_gate(centre_id)
        # An entry and its reversal meet here, whichever comes first, so that neither misses the other.
        wait_turn(f"entry:{centre_id}:{bank_account_id}:{notice.original_host_serial or notice.host_serial}")
        notice_id = insert_once("bank_notice", _columns(centre_id, bank_account_id, notice, at), "notice_id")
        if notice_id is None:
            return _replayed(centre_id, bank_account_id, notice, at)
        kept = _Kept(centre_id, notice_id, bank_account_id, notice, at)
        return NoticeKept(notice_id, _understand(kept), False)


def fetch_entries(centre_id: int, bank_account_id: int, first: date, last: date, *, at: datetime) -> int:
    """Ask the bank for its entries (BDC113) and keep those that never arrived; how many were new.

    Raises `BankDown` when the bank does not answer. Outside any transaction.
    """
    account = row(
        "SELECT number_sealed FROM bank_account WHERE centre_id = %s AND bank_account_id = %s",
        [centre_id, bank_account_id],
    )
    assert account is not None
    number = unseal(account["number_sealed"], where="bank_account‖number_sealed")
    entries = bank().entries(number, first, last, at=at)
    return sum(not receive_notice(entry, at=at, centre_id=centre_id).replayed for entry in entries)


# ------------------------------------------------------------------------------------- what a notice means


def _understand(kept: _Kept) -> NoticeState:
    if kept.notice.reversal:
        state = _reverse(kept)
        _set_state(kept.centre_id, kept.notice_id, state)
        return state
    return _met(kept, _entry_itself(kept))


def _entry_itself(kept: _Kept) -> NoticeState:
    """What an entry is that reverses nothing."""
    if (order := _own_payment(kept)) is not None:
        return _recognise(kept, order)
    if (move_id := _own_move(kept)) is not None:
        _set_state(kept.centre_id, kept.notice_id, NoticeState.OWN_PAYMENT)
        plan_move(kept.centre_id, move_id)
        return NoticeState.OWN_PAYMENT
    if kept.notice.direction is Direction.CREDIT:
        return _money_in(kept)
    _set_state(kept.centre_id, kept.notice_id, NoticeState.UNEXPECTED)
    return NoticeState.UNEXPECTED


def _money_in(kept: _Kept) -> NoticeState:
    notice = kept.notice
    publish(
        MoneyReceived(
            receipt_id=kept.notice_id, centre_id=kept.centre_id, bank_account_id=kept.bank_account_id,
            amount_fen=notice.amount_fen, payer_name=notice.counter_name,
            payer_account=notice.counter_account, summary=notice.summary, value_on=notice.entry_date, at=kept.at,
        )
    )  # fmt: skip
    return NoticeState.RECEIVED


def _met(kept: _Kept, state: NoticeState) -> NoticeState:
    """Apply the reversal that was told before its original, if one waits; what the original is then."""
    notice = kept.notice
    waiting = row(
        "SELECT notice_id, entry_date FROM bank_notice WHERE centre_id = %s AND bank_account_id = %s AND reversal"
        " AND original_host_serial = %s AND amount_fen = %s AND state = %s AND entry_date >= %s"
        " ORDER BY notice_id LIMIT 1",
        [kept.centre_id, kept.bank_account_id, notice.host_serial, notice.amount_fen, NoticeState.WAITING,
         notice.entry_date],
    )  # fmt: skip
    if waiting is None or not notice.host_serial:
        return state
    earlier = replace(
        notice, reversal=True, original_host_serial=notice.host_serial, entry_date=waiting["entry_date"]
    )
    earlier_kept = replace(kept, notice_id=waiting["notice_id"], notice=earlier)
    _set_state(kept.centre_id, waiting["notice_id"], _reverse(earlier_kept))
    now = row(
        "SELECT state FROM bank_notice WHERE centre_id = %s AND notice_id = %s", [kept.centre_id, kept.notice_id]
    )
    assert now is not None
    return NoticeState(now["state"])


def _reverse(kept: _Kept) -> NoticeState:
    """Apply a reversal to its original, or let it wait for it."""
    notice = kept.notice
    # Some banks write a reversal on the side of its original, others on the opposite one; the serial tells.
    original = row(
        "SELECT notice_id, direction, amount_fen, state, order_id FROM bank_notice WHERE centre_id = %s"
        " AND bank_account_id = %s AND host_serial = %s AND entry_date <= %s AND NOT reversal"
        " ORDER BY entry_date DESC LIMIT 1",
        [kept.centre_id, kept.bank_account_id, notice.original_host_serial, notice.entry_date],
    )
    if original is None:
        # Debits are seldom notified; the payment itself carries the serial.
        original = row(
            "SELECT NULL::bigint AS notice_id, %s AS direction, amount_fen, %s AS state, order_id"
            " FROM payment_order WHERE centre_id = %s AND bank_account_id = %s AND host_serial = %s"
            " AND host_serial <> ''",
            [int(Direction.DEBIT), int(NoticeState.OWN_PAYMENT), kept.centre_id, kept.bank_account_id,
             notice.original_host_serial],
        )  # fmt: skip
    if original is None:
        return NoticeState.WAITING
    if original["amount_fen"] != notice.amount_fen:
        return NoticeState.UNEXPECTED
    if original["state"] == NoticeState.RECEIVED:
        take_back_booking(kept.centre_id, original["notice_id"], at=kept.at)
        _take_back(kept, original["notice_id"])
    elif original["direction"] == Direction.DEBIT and original["order_id"] is not None:
        return_settled(kept.centre_id, original["order_id"], value_on=notice.entry_date, at=kept.at)
    elif original["state"] in (NoticeState.UNEXPECTED, NoticeState.BOOKED):
        take_back_booking(kept.centre_id, original["notice_id"], at=kept.at)
        _set_state(kept.centre_id, original["notice_id"], NoticeState.REVERSED)
    else:
        return NoticeState.UNEXPECTED
    _set_state(kept.centre_id, kept.notice_id, NoticeState.REVERSAL, original=original["notice_id"])
    return NoticeState.REVERSAL


def _take_back(kept: _Kept, receipt_id: int) -> None:
    """The bank's reversal of money that came in: whoever used the receipt undoes it."""
    _set_state(kept.centre_id, receipt_id, NoticeState.REVERSED)
    publish(
        ReceiptReversed(
            receipt_id, kept.centre_id, kept.bank_account_id, kept.notice.amount_fen, kept.notice.entry_date, kept.at
        )
    )


def _own_payment(kept: _Kept) -> dict[str, Any] | None:
    """The payment order this entry belongs to: its debit, or the money that came back."""
    notice = kept.notice
    by_serial = "business_serial = %(serial)s AND business_serial <> ''"
    by_host = "host_serial = %(host)s AND host_serial <> ''"
    which = f"(({by_serial}) OR ({by_host}))" if notice.direction is Direction.DEBIT else f"({by_serial})"
    return row(
        "SELECT order_id, state FROM payment_order WHERE centre_id = %(centre)s"  # noqa: S608  (constants)
        f" AND bank_account_id = %(account)s AND amount_fen = %(amount)s AND {which} LIMIT 1",
        {
            "centre": kept.centre_id, "account": kept.bank_account_id, "amount": notice.amount_fen,
            "serial": notice.original_serial, "host": notice.host_serial,
        },
    )  # fmt: skip


def _own_move(kept: _Kept) -> int | None:
    """The move of the centre's own money this entry belongs to, on whichever of its two accounts it stands."""
    notice = kept.notice
    found = row(
        "SELECT move_id FROM own_move WHERE centre_id = %(centre)s AND %(account)s IN (bank_account_id, to_account_id)"
        " AND ((business_serial = %(serial)s AND business_serial <> '') OR (host_serial = %(host)s AND"
        " host_serial <> '' AND bank_account_id = %(account)s))"
        " AND (%(amount)s IN (amount_fen, amount_fen + interest_fen) OR (kind = 2 AND state < 5)) LIMIT 1",
        {"centre": kept.centre_id, "account": kept.bank_account_id, "serial": notice.original_serial,
         "host": notice.host_serial, "amount": notice.amount_fen},
    )  # fmt: skip
    return None if found is None else int(found["move_id"])


def _recognise(kept: _Kept, order: dict[str, Any]) -> NoticeState:
    """An entry of our own. The answer of the bank settles an order, never a notice: an open one is asked for."""
    _set_state(kept.centre_id, kept.notice_id, NoticeState.OWN_PAYMENT, order_id=order["order_id"])
    if PaymentState(order["state"]) in OPEN_STATES:
        plan_look(kept.centre_id, order["order_id"])
    elif kept.notice.direction is Direction.CREDIT:
        return_settled(kept.centre_id, order["order_id"], value_on=kept.notice.entry_date, at=kept.at)
    return NoticeState.OWN_PAYMENT


# --------------------------------------------------------------------------------------------------- rows


def _columns(centre_id: int, bank_account_id: int, notice: EntryNotice, at: datetime) -> dict[str, object]:
    credit = notice.direction is Direction.CREDIT and not notice.reversal
    return {
        "centre_id": centre_id, "bank_account_id": bank_account_id, "host_serial": notice.host_serial,
        "entry_date": notice.entry_date, "booked_time": notice.booked_time,
        "direction": int(notice.direction), "amount_fen": notice.amount_fen,
        "counter_name": seal(notice.counter_name, where="bank_notice‖counter_name"),
        "counter_account": seal(notice.counter_account, where="bank_notice‖counter_account"),
        "counter_bank": notice.counter_bank, "summary": notice.summary, "remark": notice.remark,
        "voucher_number": notice.voucher_number, "reversal": notice.reversal,
        "original_host_serial": notice.original_host_serial, "original_serial": notice.original_serial,
        "content_digest": notice_digest(notice),
        "state": int(NoticeState.RECEIVED if credit else NoticeState.UNEXPECTED), "received_at": at,
    }  # fmt: skip


def _replayed(centre_id: int, bank_account_id: int, notice: EntryNotice, at: datetime) -> NoticeKept:
    found = row(
        "SELECT * FROM bank_notice WHERE centre_id = %s AND bank_account_id = %s"
        " AND host_serial = %s AND entry_date = %s",
        [centre_id, bank_account_id, notice.host_serial, notice.entry_date],
    )
    assert found is not None
    if bytes(found["content_digest"]) != notice_digest(notice) and _contradicts(found, notice):
        keep_contradiction(centre_id, int(found["notice_id"]), notice, at=at)
    return NoticeKept(int(found["notice_id"]), NoticeState(found["state"]), True)


def _contradicts(kept: dict[str, Any], told: EntryNotice) -> bool:
    """Whether one entry was told twice in ways that cannot both be true.

    A notice and a line of a statement say the same entry in more and in fewer words: an account that one of them
    leaves out, or the side a reversal is written on, is no contradiction.
    """
    money = (kept["amount_fen"], kept["reversal"], kept["original_host_serial"])
    if money != (told.amount_fen, told.reversal, told.original_host_serial):
        return True
    if not told.reversal and kept["direction"] != told.direction:
        return True
    if kept["state"] != NoticeState.OWN_PAYMENT and told.original_serial not in ("", kept["original_serial"]):
        return True
    account = unseal(kept["counter_account"], where="bank_notice‖counter_account")
    return "" not in (account, told.counter_account) and account != told.counter_account


def _set_state(
    centre_id: int, notice_id: int | None, state: NoticeState, *, original: int | None = None,
    order_id: int | None = None,
) -> None:  # fmt: skip
    execute(
        "UPDATE bank_notice SET state = %s, original_notice_id = coalesce(%s, original_notice_id),"
        " order_id = coalesce(%s, order_id) WHERE centre_id = %s AND notice_id = %s",
        [int(state), original, order_id, centre_id, notice_id],
    )
