"""What happens when the bank credits the centre, and when it takes a credit back.

Called in the treasury's transaction, which keeps each notice once. An exact match marks the month and plans its
posting; all other money is posted to suspense at once, so the books hold every fen the bank has told of, except
for the moment between an exact match and its posting.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from anju import jobs
from anju.accounts import actions as accounts
from anju.audit.actions import record
from anju.contributions.actions.matching import Meaning, meaning_of
from anju.contributions.actions.suspending import open_owed, open_suspense, restore_items, take_back
from anju.contributions.ground import payer_digest
from anju.contributions.types import (
    BANK_TOOK_BACK,
    MoveKind,
    RemittanceReversed,
    RemittanceState,
    SuspenseReason,
    SuspenseState,
)
from anju.database.sql import execute, row, rows
from anju.kernel import clock
from anju.kernel.actor import Actor
from anju.kernel.events import publish
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.ledger.actions import enter_gate
from anju.treasury.types import MoneyReceived, ReceiptReversed

POST_JOB = "contributions.post_remittance"
WAITS_AT_ONCE = (SuspenseReason.NOT_APPROVED, SuspenseReason.COMPLETES)


def machine(centre_id: int) -> Actor:
    """Who matches and posts: the rule, not a person."""
    return Actor.machine(centre_id, "contributions")


@transaction.atomic
def on_money_received(money: MoneyReceived, *, at: datetime | None = None) -> None:
    """Match a credit to a declared month, or put it into suspense with its reason. Told twice, it acts once."""
    now = at or money.at or clock.now()
    enter_gate(money.centre_id)
    if _known(money.centre_id, money.receipt_id):
        return
    meaning = meaning_of(money)
    if meaning.reason is None:
        assert meaning.remittance_id is not None
        _match(money, meaning.remittance_id, at=now)
        return
    waits = meaning.reason in WAITS_AT_ONCE
    open_suspense(
        money, meaning, at=now, actor=machine(money.centre_id),
        state=SuspenseState.WAITING if waits else SuspenseState.OPEN,
    )  # fmt: skip
    if meaning.reason is SuspenseReason.COMPLETES:
        assert meaning.remittance_id is not None
        mark_matched(money.centre_id, meaning.remittance_id, at=now)


def _known(centre_id: int, receipt_id: int) -> bool:
    return row(
        "SELECT 1 AS one FROM remittance WHERE centre_id = %(centre)s AND receipt_id = %(receipt)s"
        " UNION ALL SELECT 1 FROM suspense WHERE centre_id = %(centre)s AND receipt_id = %(receipt)s LIMIT 1",
        {"centre": centre_id, "receipt": receipt_id},
    ) is not None  # fmt: skip


def _match(money: MoneyReceived, remittance_id: int, *, at: datetime) -> None:
    execute(
        "UPDATE remittance SET receipt_id = %s, bank_account_id = %s, value_on = %s, payer_digest = %s"
        " WHERE centre_id = %s AND remittance_id = %s",
        [money.receipt_id, money.bank_account_id, money.value_on, payer_digest(money.payer_account), money.centre_id,
         remittance_id],
    )  # fmt: skip
    mark_matched(money.centre_id, remittance_id, at=at)


def mark_matched(centre_id: int, remittance_id: int, *, at: datetime) -> None:
    """The month's money is complete: its posting is planned in the same transaction."""
    done = execute(
        "UPDATE remittance SET state = %s, matched_at = %s, problem = '' WHERE centre_id = %s"
        " AND remittance_id = %s AND state = %s",
        [RemittanceState.MATCHED, at, centre_id, remittance_id, RemittanceState.CONFIRMED],
    )
    assert done == 1, remittance_id
    jobs.plan(
        POST_JOB, queue="posting", lock=f"remittance:{centre_id}:{remittance_id}", centre_id=centre_id,
        remittance_id=remittance_id,
    )  # fmt: skip
    record("contributions.match", actor=machine(centre_id), at=at, subject="remittance", subject_id=remittance_id)


# ------------------------------------------------------------------------------------------------ reversal


@transaction.atomic
def on_receipt_reversed(reversal: ReceiptReversed) -> None:
    """Undo what a receipt did: the match, the posting, or the money in suspense.

    Where members or the unit have the money already, the notice is still taken and the unit is shown as owing it.
    """
    now = reversal.at
    enter_gate(reversal.centre_id)
    matched = row(
        "SELECT * FROM remittance WHERE centre_id = %s AND receipt_id = %s FOR UPDATE",
        [reversal.centre_id, reversal.receipt_id],
    )
    if matched is not None:
        _undo_match(matched, reversal, at=now)
        return
    item = row(
        "SELECT * FROM suspense WHERE centre_id = %s AND receipt_id = %s AND NOT owed FOR UPDATE",
        [reversal.centre_id, reversal.receipt_id],
    )
    if item is not None and item["state"] != SuspenseState.REVERSED:
        _undo_suspense(item, reversal, at=now)


def _undo_match(found: dict[str, Any], reversal: ReceiptReversed, *, at: datetime) -> None:
    if found["state"] == RemittanceState.POSTED:
        try:
            with transaction.atomic():
                accounts.reverse_contributions(
                    found["voucher_id"], centre_id=reversal.centre_id, key=f"receipt-reversed:{reversal.receipt_id}",
                    maker=None, checker=None, reason="银行冲回来款", at=at, actor=machine(reversal.centre_id),
                    event_id=reversal.receipt_id,
                )  # fmt: skip
        except Refusal as refusal:
            open_owed(reversal, unit_id=found["unit_id"], remittance_id=found["remittance_id"],
                      why=refusal.text, at=at, actor=machine(reversal.centre_id))  # fmt: skip
            return
    reopen(found, at=at, actor=machine(reversal.centre_id))


def reopen(found: dict[str, Any], *, at: datetime, actor: Actor) -> None:
    """The month is unpaid again; a later payment posts under a key of its own."""
    execute(
        "UPDATE remittance SET state = %s, receipt_id = NULL, bank_account_id = NULL, value_on = NULL,"
        " payer_digest = NULL, voucher_id = NULL, matched_at = NULL, posted_at = NULL, attempt = attempt + 1,"
        " problem = %s WHERE centre_id = %s AND remittance_id = %s",
        [RemittanceState.CONFIRMED, BANK_TOOK_BACK, found["centre_id"], found["remittance_id"]],
    )
    record("contributions.reopen", actor=actor, at=at, subject="remittance", subject_id=found["remittance_id"],
           unit_id=found["unit_id"], details={"voucher_id": found["voucher_id"]})  # fmt: skip
    publish(
        RemittanceReversed(
            found["centre_id"],
            found["remittance_id"],
            found["unit_id"],
            Month.from_number(found["month"]),
            found["number"],
            found["total_fen"],
            found["case_id"],
            at,
        )  # fmt: skip
    )


def _undo_suspense(item: dict[str, Any], reversal: ReceiptReversed, *, at: datetime) -> None:
    actor = machine(reversal.centre_id)
    for paid in _remittances_paid_from(item):
        try:
            with transaction.atomic():
                give_back(paid, at=at, actor=actor, reason="银行冲回来款")
        except Refusal as refusal:
            open_owed(reversal, unit_id=paid["unit_id"], remittance_id=paid["remittance_id"], why=refusal.text,
                      at=at, actor=actor)  # fmt: skip
            return
    fresh = row(
        "SELECT * FROM suspense WHERE centre_id = %s AND suspense_id = %s", [item["centre_id"], item["suspense_id"]]
    )
    assert fresh is not None
    if fresh["open_fen"] < fresh["amount_fen"]:
        open_owed(reversal, unit_id=item["unit_id"], remittance_id=None, why="这笔款项已经退款或正在退款",
                  at=at, actor=actor)  # fmt: skip
        return
    take_back(fresh, reversal, at=at, actor=actor)


def _remittances_paid_from(item: dict[str, Any]) -> list[dict[str, Any]]:
    """Months that stand on this item's money, and the one whose posting is planned with it."""
    return rows(
        "SELECT * FROM remittance r WHERE r.centre_id = %(centre)s AND ("
        " r.state = %(matched)s AND r.receipt_id IS NULL AND EXISTS (SELECT 1 FROM suspense s"
        "   WHERE s.centre_id = r.centre_id AND s.suspense_id = %(item)s AND s.state = %(waiting)s"
        "   AND s.remittance_id = r.remittance_id)"
        " OR r.state = %(posted)s AND EXISTS (SELECT 1 FROM suspense_move m WHERE m.centre_id = r.centre_id"
        "   AND m.suspense_id = %(item)s AND m.kind = %(allocated)s AND m.voucher_id = r.voucher_id)) FOR UPDATE",
        {"centre": item["centre_id"], "item": item["suspense_id"], "matched": int(RemittanceState.MATCHED),
         "posted": int(RemittanceState.POSTED), "waiting": int(SuspenseState.WAITING),
         "allocated": int(MoveKind.ALLOCATED)},
    )  # fmt: skip


def give_back(found: dict[str, Any], *, at: datetime, actor: Actor, reason: str) -> None:
    """Undo a posting that was paid from suspense: members' lines reversed, the money open in suspense again."""
    if found["state"] == RemittanceState.POSTED:
        accounts.reverse_contributions(
            found["voucher_id"], centre_id=found["centre_id"],
            key=f"remittance-back:{found['remittance_id']}:{found['attempt']}", maker=None, checker=None,
            reason=reason, at=at, actor=actor, event_id=found["remittance_id"],
        )  # fmt: skip
    restore_items(found, at=at, actor=actor, why=f"{reason}，原入账已撤销。")
    reopen(found, at=at, actor=actor)


__all__ = ["Meaning", "give_back", "machine", "mark_matched", "on_money_received", "on_receipt_reversed", "reopen"]
