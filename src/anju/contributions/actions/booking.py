"""Money in suspense that was no contribution: two people at the treasury's say that it is the bank's own.

Called in the treasury's transaction, which holds gate and entry. The item leaves suspense whole, by a voucher that
names both people, or not at all; taken back, it lies open in suspense as before.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from anju.audit.actions import record
from anju.contributions.actions.items import close_item, read_item, tell_settled, write_move
from anju.contributions.actions.receiving import machine
from anju.contributions.types import MoveKind, SuspenseState
from anju.database.sql import execute, row
from anju.kernel.refusal import Refusal
from anju.ledger.actions import post_voucher, request_digest
from anju.ledger.posting_rules import pair
from anju.ledger.types import VoucherDraft, VoucherKind
from anju.treasury.types import ReceiptBooked, ReceiptUnbooked


@transaction.atomic
def on_receipt_booked(event: ReceiptBooked) -> None:
    """Post it out of suspense (Dr 219). Refuses money that is matched, allocated, waiting or on its way back."""
    item = _item(event.centre_id, event.receipt_id)
    if item is None or item["state"] != SuspenseState.OPEN or item["open_fen"] != event.amount_fen:
        raise Refusal(
            "receipt_in_use", "这笔来款已经对上汇缴书、等待补足、分摊或退款，不在暂收里，不能按银行的钱记账。",
            status=409,
        )  # fmt: skip
    voucher_id = post_voucher(_voucher(event, item), at=event.at).voucher_id
    _write(item, MoveKind.BOOKED, event.amount_fen, voucher_id, at=event.at)
    close_item(item, at=event.at)
    tell_settled(item, MoveKind.BOOKED, event.amount_fen, at=event.at)


@transaction.atomic
def on_receipt_unbooked(event: ReceiptUnbooked) -> None:
    """Its voucher is reversed: open again, on the detail of 219 and under the unit where it lay."""
    item = _item(event.centre_id, event.receipt_id)
    assert item is not None and item["state"] == SuspenseState.SETTLED, "what was booked lay in suspense"
    execute(
        "UPDATE suspense SET state = %s, open_fen = %s, settled_at = NULL WHERE centre_id = %s AND suspense_id = %s",
        [SuspenseState.OPEN, event.amount_fen, event.centre_id, item["suspense_id"]],
    )
    _write(item, MoveKind.BOOKING_UNDONE, event.amount_fen, event.voucher_id, at=event.at)


def _item(centre_id: int, receipt_id: int) -> dict[str, Any] | None:
    found = row(
        "SELECT suspense_id FROM suspense WHERE centre_id = %s AND receipt_id = %s AND NOT owed",
        [centre_id, receipt_id],
    )
    return None if found is None else read_item(centre_id, found["suspense_id"])


def _voucher(event: ReceiptBooked, item: dict[str, Any]) -> VoucherDraft:
    lines = pair(event.rule, amount_fen=event.amount_fen, unit_id=item["unit_id"], source=item["subject"])
    return VoucherDraft(
        centre_id=event.centre_id, idempotency_key=event.key, kind=VoucherKind.SUSPENSE,
        request_digest=request_digest(key=event.key, amount=event.amount_fen, rule=event.rule.name),
        business_date=event.business_date, maker_person_id=event.maker_person_id,
        checker_person_id=event.checker_person_id, event_id=event.receipt_id, lines=lines,
    )  # fmt: skip


def _write(item: dict[str, Any], kind: MoveKind, fen: int, voucher_id: int, *, at: datetime) -> None:
    actor = machine(item["centre_id"])
    write_move(item, kind, fen, at=at, actor=actor, voucher_id=voucher_id)
    record(
        f"contributions.suspense_{kind.name.lower()}", actor=actor, at=at, subject="suspense",
        subject_id=item["suspense_id"], unit_id=item["unit_id"], details={"fen": fen, "voucher_id": voucher_id},
    )  # fmt: skip
