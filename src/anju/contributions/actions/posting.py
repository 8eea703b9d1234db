"""Posting a matched month to its members: one voucher, one set statement, once.

The job may run any number of times and in any number of processes: the month's row is locked, and only a matched
month is posted. What cannot be posted goes to suspense with the reason; nothing is ever half posted.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from anju import policy
from anju.accounts import actions as accounts
from anju.accounts.types import ContributionBatch, LineKind, MemberRows
from anju.audit.actions import record
from anju.contributions.actions.items import name_unit, waiting_items
from anju.contributions.actions.matching import Meaning
from anju.contributions.actions.receiving import machine
from anju.contributions.actions.suspending import open_suspense, restore_items, taken_from, use_waiting
from anju.contributions.types import RemittancePosted, RemittanceState, SuspenseReason, SuspenseState
from anju.database.sql import execute, row
from anju.kernel.events import publish
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.ledger import queries as books
from anju.ledger.actions import enter_gate
from anju.ledger.posting_rules import PostingRule
from anju.parties import actions as parties
from anju.parties import queries as party_queries
from anju.parties.types import UnitState
from anju.treasury import queries as treasury
from anju.treasury.types import MoneyReceived

LINES = "SELECT account_id, own_fen, unit_fen FROM remittance_line WHERE remittance_id = %s"


@transaction.atomic
def post_remittance(centre_id: int, remittance_id: int, *, at: datetime) -> bool:
    """Post a matched month; False when there is nothing to post (posted already, taken back, or refused)."""
    enter_gate(centre_id)
    found = row(
        "SELECT * FROM remittance WHERE centre_id = %s AND remittance_id = %s FOR UPDATE", [centre_id, remittance_id]
    )
    assert found is not None, remittance_id
    if found["state"] != RemittanceState.MATCHED:
        return False
    try:
        with transaction.atomic():
            voucher_id = _post(found, at=at)
    except Refusal as refusal:
        _put_aside(found, refusal, at=at)
        return False
    _finish(found, voucher_id, at=at)
    return True


def _post(found: dict[str, Any], *, at: datetime) -> int:
    """Members' lines and voucher; from the receipt itself, or from the money that waits in suspense."""
    actor = machine(found["centre_id"])
    today = books.business_date(found["centre_id"], at)
    by_receipt = found["receipt_id"] is not None
    credited_on, taken = found["value_on"], None
    if not by_receipt:
        items = waiting_items(found)
        for item in items:
            name_unit(item, found["unit_id"], at=at, actor=actor)
        credited_on = max(item["value_on"] for item in items)
        taken = taken_from(items, found["total_fen"])
    batch = ContributionBatch(
        centre_id=found["centre_id"], key=f"remittance:{found['remittance_id']}:{found['attempt']}",
        total_fen=found["total_fen"], unit_id=found["unit_id"], month=Month.from_number(found["month"]),
        source_id=found["remittance_id"], value_on=_value_date(credited_on, today), kind=LineKind.REMITTANCE,
        rule=PostingRule.REMITTANCE_MATCHED if by_receipt else PostingRule.SUSPENSE_ALLOCATED,
        maker_person_id=found["declared_by_person_id"], checker_person_id=found["approved_by_person_id"],
        bank_account_id=found["bank_account_id"], event_id=found["receipt_id"] or found["remittance_id"],
        suspense_fen=taken,
    )  # fmt: skip
    posted = accounts.post_contributions(MemberRows(LINES, [found["remittance_id"]]), batch=batch, at=at, actor=actor)
    if not by_receipt:
        use_waiting(found, voucher_id=posted.voucher_id, at=at, actor=actor)
    return posted.voucher_id


def _value_date(credited_on: date, today: date) -> date:
    """From when the money bears interest: the posting day, or the bank's day where the centre has decided so."""
    rule = policy.book(settings.ANJU_CITY).text("interest.value_date", today)
    assert rule in ("POSTING", "BANK_CREDIT"), rule
    return credited_on if rule == "BANK_CREDIT" else today


def _finish(found: dict[str, Any], voucher_id: int, *, at: datetime) -> None:
    centre_id, unit_id = found["centre_id"], found["unit_id"]
    actor = machine(centre_id)
    execute(
        "UPDATE remittance SET state = %s, posted_at = %s, voucher_id = %s, problem = ''"
        " WHERE centre_id = %s AND remittance_id = %s",
        [RemittanceState.POSTED, at, voucher_id, centre_id, found["remittance_id"]],
    )
    unit = party_queries.unit(centre_id, unit_id, on=Month.from_number(found["month"]))
    if unit is not None and unit.state is UnitState.OPENED:
        parties.set_unit_state(centre_id, unit_id, UnitState.NORMAL, actor=actor, at=at)
    record(
        "contributions.post_remittance", actor=actor, at=at, subject="remittance",
        subject_id=found["remittance_id"], unit_id=unit_id, case_id=found["case_id"],
        details={"voucher_id": voucher_id, "total_fen": found["total_fen"], "headcount": found["headcount"]},
    )  # fmt: skip
    publish(
        RemittancePosted(
            centre_id,
            found["remittance_id"],
            unit_id,
            Month.from_number(found["month"]),
            found["number"],
            found["headcount"],
            found["total_fen"],
            voucher_id,
            books.business_date(centre_id, at),
            found["case_id"],
            at,
        )  # fmt: skip
    )


def _put_aside(found: dict[str, Any], refusal: Refusal, *, at: datetime) -> None:
    """The members' accounts cannot take the month as it stands: its money is shown as suspense, with why."""
    actor = machine(found["centre_id"])
    execute(
        "UPDATE remittance SET state = %s, matched_at = NULL, receipt_id = NULL, bank_account_id = NULL,"
        " value_on = NULL, payer_digest = NULL, problem = %s WHERE centre_id = %s AND remittance_id = %s",
        [RemittanceState.CONFIRMED, refusal.text, found["centre_id"], found["remittance_id"]],
    )
    if found["receipt_id"] is None:
        restore_items(found, at=at, actor=actor, why=f"入账没有成功：{refusal.text}")
        return
    receipt = treasury.receipt(found["receipt_id"], centre_id=found["centre_id"])
    assert receipt is not None, found["receipt_id"]
    money = MoneyReceived(
        receipt.receipt_id, found["centre_id"], receipt.bank_account_id, receipt.amount_fen, receipt.payer.name,
        receipt.payer.account, receipt.summary, receipt.value_on,
    )  # fmt: skip
    meaning = Meaning(
        SuspenseReason.POSTING_REFUSED, f"已收到，尚未入账，因为{refusal.text}", found["remittance_id"],
        found["unit_id"],
    )  # fmt: skip
    open_suspense(money, meaning, state=SuspenseState.OPEN, at=at, actor=actor)
