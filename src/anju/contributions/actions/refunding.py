"""Refunds of money in suspense (暂收退款): to the account it came from and nowhere else.

The treasury's payment order has its own four eyes; its result settles the item or opens it again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from anju import policy
from anju.audit.actions import record
from anju.contributions.actions.items import close_item, read_item, suspense_voucher, tell_settled, write_move
from anju.contributions.actions.receiving import machine
from anju.contributions.actions.settling import open_item
from anju.contributions.types import MoveKind, SuspenseState
from anju.database.sql import execute, row
from anju.kernel import clock
from anju.kernel.actor import Actor
from anju.kernel.money import format_fen
from anju.kernel.refusal import Refusal
from anju.ledger.actions import enter_gate
from anju.ledger.posting_rules import PostingRule, pair
from anju.ledger.types import VoucherKind
from anju.treasury import queries as treasury
from anju.treasury.actions.mandates import require_treasurer
from anju.treasury.actions.payments import order_payment
from anju.treasury.types import BusinessKind, PaymentDraft, PaymentReturned, PaymentSettled

REFUND = "suspense_refund"


@transaction.atomic
def refund(suspense_id: int, *, reason: str, actor: Actor, at: datetime, amount_fen: int | None = None) -> int:
    """Send money in suspense back to the account it came from; the payment order's id.

    One refund of an item at a time. The order is maker's work: another treasurer, or a mandate somebody else signed,
    releases it.
    """
    require_treasurer(actor)
    if not reason.strip():
        raise Refusal("refund_reason", "请写明退款原因，单位会看到。", field="reason")
    enter_gate(actor.centre_id)
    item = open_item(actor.centre_id, suspense_id)
    amount = item["open_fen"] if amount_fen is None else amount_fen
    if not 0 < amount <= item["open_fen"]:
        raise Refusal("refund_amount", f"最多可退 {format_fen(item['open_fen'])} 元，请改小退款金额。", field="amount")
    if item["refunding_fen"]:
        raise Refusal("refund_running", "这笔暂收款已有一笔退款在办理，请等它完成。", status=409)
    order_id = _order(item, amount, actor=actor, at=at)
    execute(
        "UPDATE suspense SET open_fen = open_fen - %s, refunding_fen = %s, refund_order_id = %s"
        " WHERE centre_id = %s AND suspense_id = %s",
        [amount, amount, order_id, actor.centre_id, suspense_id],
    )
    write_move(item, MoveKind.REFUND_ORDERED, amount, at=at, actor=actor, order_id=order_id, note=reason.strip())
    record(
        "contributions.refund_suspense", actor=actor, at=at, subject="suspense", subject_id=suspense_id,
        unit_id=item["unit_id"], details={"fen": amount, "order_id": order_id},
    )  # fmt: skip
    return order_id


def _order(item: dict[str, Any], amount_fen: int, *, actor: Actor, at: datetime) -> int:
    receipt = treasury.receipt(item["receipt_id"], centre_id=item["centre_id"])
    if receipt is None or not receipt.payer.account:
        raise Refusal("refund_payer_unknown", "银行没有告知付款账户，不能退款，请先与银行核实。", status=409)
    moves = row(
        "SELECT count(*) AS n FROM suspense_move WHERE centre_id = %s AND suspense_id = %s",
        [item["centre_id"], item["suspense_id"]],
    )
    assert moves is not None
    draft = PaymentDraft(
        centre_id=item["centre_id"], idempotency_key=f"{REFUND}:{item['suspense_id']}:{moves['n']}",
        source_kind=REFUND, source_id=item["suspense_id"], amount_fen=amount_fen, payee=receipt.payer,
        summary="退回多缴或错缴住房公积金", maker_person_id=actor.person_id,
        checker_release=policy.book(settings.ANJU_CITY).release, business_kind=BusinessKind.OTHER,
        bank_account_id=item["bank_account_id"],
    )  # fmt: skip
    return order_payment(draft, at=at)


@transaction.atomic
def on_payment_settled(event: PaymentSettled) -> None:
    """The bank has paid a refund: the money leaves suspense (Dr 219, Cr 101). Told twice, it acts once."""
    if event.source_kind != REFUND:
        return
    at = event.at or clock.now()
    enter_gate(event.centre_id)
    item = read_item(event.centre_id, event.source_id)
    if item["refund_order_id"] != event.order_id:
        return
    actor = machine(event.centre_id)
    voucher_id = suspense_voucher(
        centre_id=event.centre_id, key=f"{REFUND}:{event.order_id}", kind=VoucherKind.SUSPENSE,
        lines=pair(
            PostingRule.SUSPENSE_REFUNDED, amount_fen=event.amount_fen, unit_id=item["unit_id"], source=item["subject"],
            bank_account_id=event.bank_account_id or item["bank_account_id"],
        ),
        event_id=event.order_id, at=at, actor=actor,
    )  # fmt: skip
    write_move(item, MoveKind.REFUNDED, event.amount_fen, at=at, actor=actor, order_id=event.order_id,
               voucher_id=voucher_id)  # fmt: skip
    if item["open_fen"]:
        execute(
            "UPDATE suspense SET refunding_fen = 0, refund_order_id = NULL WHERE centre_id = %s AND suspense_id = %s",
            [event.centre_id, event.source_id],
        )
    else:
        close_item(item, at=at)
    tell_settled(item, MoveKind.REFUNDED, event.amount_fen, at=at)


@transaction.atomic
def on_payment_returned(event: PaymentReturned) -> None:
    """A refund did not arrive: the money is open in suspense again, also when it had been counted as paid."""
    if event.source_kind != REFUND:
        return
    at = event.at or clock.now()
    enter_gate(event.centre_id)
    item = read_item(event.centre_id, event.source_id)
    actor = machine(event.centre_id)
    amount, voucher_id = item["refunding_fen"], None
    if item["refund_order_id"] != event.order_id:
        amount = _refunded(item, event.order_id)
        if not event.after_settlement or not amount:
            return
        voucher_id = suspense_voucher(
            centre_id=event.centre_id, key=f"{REFUND}-returned:{event.order_id}", kind=VoucherKind.SUSPENSE,
            lines=pair(
                PostingRule.RECEIPT_UNMATCHED, amount_fen=amount, unit_id=item["unit_id"], source=item["subject"],
                bank_account_id=event.bank_account_id or item["bank_account_id"],
            ),
            event_id=event.order_id, at=at, actor=actor,
        )  # fmt: skip
        back = "open_fen = open_fen + %s"
    else:
        back = "open_fen = open_fen + %s, refunding_fen = 0, refund_order_id = NULL"
    # What waits for a month goes on waiting with what came back: its posting may be planned already.
    kept = "state = CASE state WHEN %s THEN state ELSE %s END"
    execute(
        f"UPDATE suspense SET {back}, {kept}, settled_at = NULL"  # noqa: S608  (constants above)
        " WHERE centre_id = %s AND suspense_id = %s",
        [amount, SuspenseState.WAITING, SuspenseState.OPEN, event.centre_id, event.source_id],
    )
    write_move(item, MoveKind.REFUND_RETURNED, amount, at=at, actor=actor, order_id=event.order_id,
               voucher_id=voucher_id, note=event.reason_text[:200])  # fmt: skip


def _refunded(item: dict[str, Any], order_id: int) -> int:
    """What a paid refund had taken, unless its return was written down already."""
    found = row(
        "SELECT coalesce(sum(CASE kind WHEN %(paid)s THEN amount_fen WHEN %(back)s THEN -amount_fen ELSE 0 END),"
        " 0)::bigint AS fen FROM suspense_move"
        " WHERE centre_id = %(centre)s AND suspense_id = %(item)s AND order_id = %(order)s",
        {"paid": int(MoveKind.REFUNDED), "back": int(MoveKind.REFUND_RETURNED), "centre": item["centre_id"],
         "item": item["suspense_id"], "order": order_id},
    )  # fmt: skip
    return max(int(found["fen"]), 0) if found else 0
