"""The treasurer's acts on money in suspense (暂收款处理): allocate, wait for the rest, cover what is owed.

Each is one transaction behind the gate. Allocation never splits a person's month (CON-34).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from anju.audit.actions import record
from anju.contributions.actions.items import (
    close_item,
    name_unit,
    read_item,
    suspense_voucher,
    tell_settled,
    write_move,
)
from anju.contributions.actions.receiving import mark_matched
from anju.contributions.ground import unknown_remittance
from anju.contributions.types import MoveKind, RemittanceState, SuspenseState
from anju.database.sql import execute, row
from anju.kernel.actor import Actor
from anju.kernel.money import format_fen
from anju.kernel.refusal import Refusal
from anju.ledger.actions import enter_gate
from anju.ledger.types import GlLine, VoucherKind
from anju.treasury.actions.mandates import require_treasurer

_PAYABLE = (RemittanceState.AWAITING_APPROVAL, RemittanceState.CONFIRMED)


@transaction.atomic
def allocate(suspense_id: int, remittance_id: int, *, actor: Actor, at: datetime) -> None:
    """Pay a month from this item, together with what already waits for it; a rest stays in suspense.

    Refuses when it does not reach, saying what is missing.
    """
    require_treasurer(actor)
    enter_gate(actor.centre_id)
    item = open_item(actor.centre_id, suspense_id)
    month = _payable(actor.centre_id, remittance_id)
    missing = month["total_fen"] - month["waiting_fen"] - item["open_fen"]
    if missing > 0:
        raise Refusal(
            "suspense_short",
            f"还差 {format_fen(missing)} 元，不能入账。可以选“等待补足”，差额到账后自动入账。",
            status=409,
        )
    _wait(item, month, actor=actor, at=at)
    settle_if_complete(actor.centre_id, remittance_id, at=at)


@transaction.atomic
def wait_for_rest(suspense_id: int, remittance_id: int, *, actor: Actor, at: datetime) -> None:
    """Keep this item for a month until the missing money comes; when it is complete the month is posted by itself."""
    require_treasurer(actor)
    enter_gate(actor.centre_id)
    item = open_item(actor.centre_id, suspense_id)
    month = _payable(actor.centre_id, remittance_id)
    _wait(item, month, actor=actor, at=at)
    settle_if_complete(actor.centre_id, remittance_id, at=at)


@transaction.atomic
def stop_waiting(suspense_id: int, *, actor: Actor, at: datetime) -> None:
    """Open an item again that waits for a month; refused once the month's posting is on its way."""
    require_treasurer(actor)
    enter_gate(actor.centre_id)
    item = read_item(actor.centre_id, suspense_id)
    if item["state"] == SuspenseState.OPEN:
        return
    if item["state"] != SuspenseState.WAITING or _month(item)["state"] not in _PAYABLE:
        raise Refusal("suspense_not_waiting", "这笔暂收款现在不在等待中，请刷新后查看。", status=409)
    execute(
        "UPDATE suspense SET state = %s WHERE centre_id = %s AND suspense_id = %s",
        [SuspenseState.OPEN, actor.centre_id, suspense_id],
    )
    record("contributions.stop_waiting", actor=actor, at=at, subject="suspense", subject_id=suspense_id)


def settle_if_complete(centre_id: int, remittance_id: int, *, at: datetime) -> bool:
    """Plan the posting of a confirmed month once what waits for it reaches what is due."""
    month = _payable(centre_id, remittance_id, quiet=True)
    if month is None or month["state"] != RemittanceState.CONFIRMED or month["waiting_fen"] < month["total_fen"]:
        return False
    mark_matched(centre_id, remittance_id, at=at)
    return True


def _wait(item: dict[str, Any], month: dict[str, Any], *, actor: Actor, at: datetime) -> None:
    name_unit(item, month["unit_id"], at=at, actor=actor)
    execute(
        "UPDATE suspense SET state = %s, remittance_id = %s WHERE centre_id = %s AND suspense_id = %s",
        [SuspenseState.WAITING, month["remittance_id"], item["centre_id"], item["suspense_id"]],
    )
    write_move(item, MoveKind.WAITED, item["open_fen"], at=at, actor=actor, remittance_id=month["remittance_id"])
    record(
        "contributions.wait_for_rest", actor=actor, at=at, subject="suspense", subject_id=item["suspense_id"],
        unit_id=month["unit_id"], details={"fen": item["open_fen"], "remittance_id": month["remittance_id"]},
    )  # fmt: skip


def open_item(centre_id: int, suspense_id: int) -> dict[str, Any]:
    item = read_item(centre_id, suspense_id)
    if item["state"] != SuspenseState.OPEN or item["open_fen"] == 0:
        raise Refusal("suspense_not_open", "这笔暂收款已经处理或正在处理，请刷新后查看。", status=409)
    if item["owed"]:
        raise Refusal("suspense_owed", "这是单位须补回的款项，只能用另一笔到账抵补。", status=409)
    return item


def _payable(centre_id: int, remittance_id: int, *, quiet: bool = False) -> Any:
    found = row(
        "SELECT r.*, (SELECT coalesce(sum(s.open_fen), 0)::bigint FROM suspense s WHERE s.centre_id = r.centre_id"
        " AND s.remittance_id = r.remittance_id AND s.state = %s AND NOT s.owed) AS waiting_fen"
        " FROM remittance r WHERE r.centre_id = %s AND r.remittance_id = %s FOR UPDATE OF r",
        [SuspenseState.WAITING, centre_id, remittance_id],
    )
    if found is None:
        raise unknown_remittance()
    if found["state"] in _PAYABLE:
        return found
    if quiet:
        return None
    state = RemittanceState(found["state"]).zh
    raise Refusal("remittance_not_payable", f"这份汇缴书现在是“{state}”，不能再分摊款项。", status=409)


def _month(item: dict[str, Any]) -> dict[str, Any]:
    found = row(
        "SELECT * FROM remittance WHERE centre_id = %s AND remittance_id = %s FOR UPDATE",
        [item["centre_id"], item["remittance_id"]],
    )
    assert found is not None, item["remittance_id"]
    return found


@transaction.atomic
def cover_owed(owed_id: int, suspense_id: int, *, actor: Actor, at: datetime) -> int:
    """Set money in suspense against what a unit owes after the bank took money back; the amount covered."""
    require_treasurer(actor)
    enter_gate(actor.centre_id)
    first, second = sorted((owed_id, suspense_id))
    read_item(actor.centre_id, first)
    read_item(actor.centre_id, second)
    owed, item = read_item(actor.centre_id, owed_id), open_item(actor.centre_id, suspense_id)
    if not owed["owed"] or owed["state"] != SuspenseState.OPEN:
        raise Refusal("not_owed", "选中的不是待补回的款项，请刷新后重新选择。", status=409)
    if item["refunding_fen"]:
        raise Refusal("refund_running", "这笔暂收款有退款在办理，请等它完成。", status=409)
    name_unit(item, owed["unit_id"], at=at, actor=actor)
    amount = min(owed["open_fen"], item["open_fen"])
    voucher_id = _covering(owed, item, amount, at=at, actor=actor)
    for one in (owed, item):
        write_move(one, MoveKind.COVERED, amount, at=at, actor=actor, voucher_id=voucher_id)
        if one["open_fen"] == amount:
            close_item(one, at=at)
        else:
            execute(
                "UPDATE suspense SET open_fen = open_fen - %s WHERE centre_id = %s AND suspense_id = %s",
                [amount, one["centre_id"], one["suspense_id"]],
            )
        tell_settled(one, MoveKind.COVERED, amount, at=at)
    record("contributions.cover_owed", actor=actor, at=at, subject="suspense", subject_id=owed_id,
           unit_id=owed["unit_id"], details={"fen": amount, "with": suspense_id})  # fmt: skip
    return int(amount)


def _covering(
    owed: dict[str, Any], item: dict[str, Any], amount_fen: int, *, at: datetime, actor: Actor
) -> int | None:
    """Move the amount from the detail of 219 the money stands on to the one that is owed; None where both are one."""
    if owed["subject"] == item["subject"]:
        return None
    return suspense_voucher(
        centre_id=item["centre_id"],
        key=f"suspense-cover:{owed['suspense_id']}:{item['suspense_id']}:{owed['open_fen']}:{item['open_fen']}",
        kind=VoucherKind.SUSPENSE, event_id=item["receipt_id"], at=at, actor=actor,
        lines=(
            GlLine(item["subject"], debit_fen=amount_fen, unit_id=owed["unit_id"]),
            GlLine(owed["subject"], credit_fen=amount_fen, unit_id=owed["unit_id"]),
        ),
    )  # fmt: skip
