"""Gathering, checking, releasing and taking back payment batches. What the bank is told lies in `batch_machine`.

Every action is one transaction and calls nobody outside. The three people of a batch are three natural persons, none
of whom made or checked a payment in it; the row refuses it too. A signature covers the digest of what was shown.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anju.audit.actions import record
from anju.database.sql import execute, row
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal
from anju.treasury.actions.mandates import require_treasurer
from anju.treasury.batch_machine import plan_batch, plan_names
from anju.treasury.batch_queries import gatherable
from anju.treasury.batch_rows import (
    Batch,
    BatchLine,
    drop_gone,
    end_empty,
    keep_digest,
    live_lines,
    read_batch,
    take_out,
)
from anju.treasury.batch_types import UNSENT_BATCHES, BatchState, BatchTold, NameState
from anju.treasury.sql import insert_once, wait_turn
from anju.treasury.types import PaymentState

_OFFICES = ("treasurer", "accountant")


@transaction.atomic
def gather_batch(bank_account_id: int, *, digest: str, actor: Actor, at: datetime) -> int:
    """Make a batch of every payment `batch_queries.gatherable` offers this person; its id. Plans the name check.

    `digest` is that of the list that was shown: another list is refused (409). The same list sent twice by the same
    person is one batch.
    """
    person_id = _require_office(actor)
    centre_id = actor.centre_id
    wait_turn(f"gather:{centre_id}:{bank_account_id}")
    replayed = row(
        "SELECT batch_id FROM payment_batch WHERE centre_id = %s AND bank_account_id = %s AND maker_person_id = %s"
        " AND state = %s AND encode(content_digest, 'hex') = %s",
        [centre_id, bank_account_id, person_id, BatchState.GATHERED, digest],
    )
    if replayed is not None:
        return int(replayed["batch_id"])
    offer = gatherable(centre_id, bank_account_id, person_id=person_id, on=at.date(), lock=True)
    if not offer.lines:
        raise Refusal("batch_empty", "现在没有可以进批次的付款。", status=409)
    if offer.digest != digest:
        raise Refusal("batch_changed", "待付款清单与您看到的不一致，请核对新的清单后再组成批次。", status=409)
    chosen = [line.order_id for line in offer.lines]
    content = bytes.fromhex(offer.digest)
    batch_id = insert_once(
        "payment_batch",
        {
            "centre_id": centre_id, "bank_account_id": bank_account_id, "state": BatchState.GATHERED,
            "content_digest": content, "maker_person_id": person_id, "gathered_at": at, "waits_for": "",
            "batch_serial": "", "sent_count": 0, "sent_lines": 0, "sent_fen": 0, "asked_count": 0,
            "last_answer": "", "reason_text": "",
        },
        "batch_id",
    )  # fmt: skip
    assert batch_id is not None
    execute(
        "INSERT INTO payment_batch_line (centre_id, batch_id, line_no, order_id, amount_fen, order_digest, name_state,"
        " name_serial, signed, sent, taken_out_text)"
        " SELECT centre_id, %s, row_number() OVER (ORDER BY reserved_at, order_id), order_id, amount_fen,"
        " request_digest, %s, '', FALSE, FALSE, '' FROM payment_order WHERE centre_id = %s AND order_id = ANY(%s)",
        [batch_id, NameState.NOT_ASKED, centre_id, chosen],
    )
    taken = execute(
        "UPDATE payment_order SET batch_id = %s WHERE centre_id = %s AND order_id = ANY(%s) AND state = %s"
        " AND batch_id IS NULL AND releaser_person_id IS NULL",
        [batch_id, centre_id, chosen, PaymentState.RESERVED],
    )
    assert taken == len(chosen), "the payments were locked while the list was compared"
    plan_names(centre_id, batch_id)
    record(
        "treasury.gather_batch", actor=actor, at=at, subject="payment_batch", subject_id=batch_id,
        details={"count": len(chosen), "total_fen": offer.total_fen, "digest": offer.digest},
    )  # fmt: skip
    return batch_id


def check_batch(batch_id: int, *, digest: str, actor: Actor, at: datetime) -> None:
    """The second person has compared the batch. Refused while a payee's name is not confirmed by the bank.

    What was cancelled or declined meanwhile leaves the batch first and for good, so that a refused check shows it.
    """
    _require_office(actor)
    _tidy(actor.centre_id, batch_id, at)
    _check(batch_id, digest, actor, at)


@transaction.atomic
def _tidy(centre_id: int, batch_id: int, at: datetime) -> None:
    batch = read_batch(centre_id, batch_id, lock=True)
    if batch.state is BatchState.GATHERED:
        lines = drop_gone(batch, live_lines(centre_id, batch_id), at, keep=PaymentState.RESERVED)
        if lines:
            keep_digest(batch, lines)
        else:
            end_empty(batch, at)


@transaction.atomic
def _check(batch_id: int, digest: str, actor: Actor, at: datetime) -> None:
    person_id = _require_office(actor)
    batch = read_batch(actor.centre_id, batch_id, lock=True)
    if batch.state is BatchState.CHECKED and batch.checker_person_id == person_id:
        return
    if batch.state is not BatchState.GATHERED:
        raise _not_waiting(batch, "复核")
    lines = _own_lines(batch, person_id, at)
    if not lines:
        end_empty(batch, at)
        return
    if keep_digest(batch, lines).hex() != digest:
        raise Refusal("batch_changed", "批次的内容与您看到的不一致，请刷新后重新核对。", status=409)
    if any(line.name_state is not NameState.SAME for line in lines):
        raise Refusal("batch_names", "银行还没有核验完收款户名，请稍等片刻再复核。", status=409)
    execute(
        "UPDATE payment_batch SET state = %s, checker_person_id = %s, checked_at = %s"
        " WHERE centre_id = %s AND batch_id = %s",
        [BatchState.CHECKED, person_id, at, batch.centre_id, batch_id],
    )
    execute(
        "UPDATE payment_batch_line SET signed = TRUE WHERE centre_id = %s AND batch_id = %s AND taken_out_at IS NULL",
        [batch.centre_id, batch_id],
    )
    _record("treasury.check_batch", actor, batch, lines, digest, at)


@transaction.atomic
def release_batch(batch_id: int, *, digest: str, actor: Actor, at: datetime) -> None:
    """The third person signs, and the batch leaves when window and day limit allow. Twice is once."""
    person_id = require_treasurer(actor)
    batch = read_batch(actor.centre_id, batch_id, lock=True)
    if batch.releaser_person_id == person_id:
        return
    if batch.state is not BatchState.CHECKED:
        raise _not_waiting(batch, "签发")
    lines = _own_lines(batch, person_id, at)
    if batch.content_digest.hex() != digest:
        raise Refusal("batch_changed", "批次的内容与您看到的不一致，请刷新后重新核对。", status=409)
    if not lines:
        end_empty(batch, at)
        return
    execute(
        "UPDATE payment_batch SET state = %s, releaser_person_id = %s, released_at = %s"
        " WHERE centre_id = %s AND batch_id = %s",
        [BatchState.RELEASED, person_id, at, batch.centre_id, batch_id],
    )
    plan_batch(batch.centre_id, batch_id)
    _record("treasury.release_batch", actor, batch, lines, digest, at)


@transaction.atomic
def cancel_batch(batch_id: int, *, reason: str, actor: Actor, at: datetime) -> None:
    """Undo a batch before the bank is told: its payments wait for a signature again. Cancelled twice is once."""
    _require_office(actor)
    if not reason.strip():
        raise Refusal("reason_missing", "请写明为什么取消这个批次。", field="reason")
    batch = read_batch(actor.centre_id, batch_id, lock=True)
    if batch.state is BatchState.CANCELLED:
        return
    if batch.state not in UNSENT_BATCHES:
        raise Refusal("batch_instructed", "这个批次已经发给银行，不能取消。请等银行结果。", status=409)
    lines = live_lines(batch.centre_id, batch_id)
    take_out(batch.centre_id, batch_id, [line.order_id for line in lines], "批次已取消", at)
    execute(
        "UPDATE payment_batch SET state = %s, final_at = %s, reason_text = %s, waits_for = '', waits_until = NULL"
        " WHERE centre_id = %s AND batch_id = %s",
        [BatchState.CANCELLED, at, reason.strip()[:400], batch.centre_id, batch_id],
    )
    _record("treasury.cancel_batch", actor, batch, lines, batch.content_digest.hex(), at)


@transaction.atomic
def send_batch_again(batch_id: int, *, actor: Actor, at: datetime) -> None:
    """A person who asked the bank lets a batch it never saw leave again, under its own serial.

    The machine asks once more before it sends. Refused to the people who made or checked it.
    """
    batch = _never_seen(batch_id, actor)
    execute(
        "UPDATE payment_batch SET state = %s, asked_count = 0 WHERE centre_id = %s AND batch_id = %s",
        [BatchState.INSTRUCTED, batch.centre_id, batch_id],
    )
    plan_batch(batch.centre_id, batch_id)
    record("treasury.send_batch_again", actor=actor, at=at, subject="payment_batch", subject_id=batch_id)


@transaction.atomic
def dissolve_batch(batch_id: int, *, actor: Actor, at: datetime) -> None:
    """A person who asked the bank gives up a batch it never saw: each payment is then decided upon by itself.

    They stay unknown, and the bank is asked for each before anything of it is sent again.
    """
    batch = _never_seen(batch_id, actor)
    lines = live_lines(batch.centre_id, batch_id)
    execute(
        "UPDATE payment_order SET state = %s, last_answer = %s WHERE centre_id = %s AND batch_id = %s"
        " AND state = ANY(%s)",
        [PaymentState.PENDING, str(BatchTold.NONE), batch.centre_id, batch_id,
         [int(PaymentState.INSTRUCTED), int(PaymentState.PENDING)]],
    )  # fmt: skip
    take_out(batch.centre_id, batch_id, [line.order_id for line in lines], "银行没有见过这个批次，已解散", at)
    execute(
        "UPDATE payment_batch SET state = %s, final_at = %s, reason_text = %s WHERE centre_id = %s AND batch_id = %s",
        [BatchState.DISSOLVED, at, "银行答复没有见过这个批次", batch.centre_id, batch_id],
    )
    _record("treasury.dissolve_batch", actor, batch, lines, batch.content_digest.hex(), at)


def _require_office(actor: Actor) -> int:
    if actor.role not in _OFFICES or actor.person_id is None:
        raise Refusal("not_treasurer", "只有资金人员和会计可以组成和复核付款批次。", status=403)
    return actor.person_id


def _own_lines(batch: Batch, person_id: int, at: datetime) -> list[BatchLine]:
    """The batch's payments after those taken back meanwhile are out; refuses whoever has a part in it already."""
    if person_id in (batch.maker_person_id, batch.checker_person_id):
        raise Refusal("four_eyes", "组成、复核和签发批次须是三个人。这个批次您已经手，请转给另一位同事。", status=403)
    lines = drop_gone(batch, live_lines(batch.centre_id, batch.batch_id), at, keep=PaymentState.RESERVED)
    if any(person_id in (line.maker_person_id, line.checker_person_id) for line in lines):
        raise Refusal("four_eyes", "批次里有您经办或复核过的业务，请转给另一位同事。", status=403)
    return lines


def _never_seen(batch_id: int, actor: Actor) -> Batch:
    person_id = require_treasurer(actor)
    batch = read_batch(actor.centre_id, batch_id, lock=True)
    if person_id in (batch.maker_person_id, batch.checker_person_id):
        raise Refusal("four_eyes", "这个批次由您组成或复核，请由另一位资金人员处理。", status=403)
    if batch.state not in (BatchState.ACCEPTED, BatchState.PENDING) or batch.last_answer != BatchTold.NONE:
        raise Refusal(
            "batch_may_be_paid",
            "银行还没有明确答复“查无此批次”，这些钱可能已经付出。请等待查询结果，或先与银行核实。",
            status=409,
        )
    return batch


def _not_waiting(batch: Batch, act: str) -> Refusal:
    return Refusal("batch_not_waiting", f"这个批次现在是“{batch.state.zh}”，不需要{act}。", status=409)


def _record(act: str, actor: Actor, batch: Batch, lines: list[BatchLine], digest: str, at: datetime) -> None:
    record(
        act, actor=actor, at=at, subject="payment_batch", subject_id=batch.batch_id,
        details={"count": len(lines), "total_fen": sum(line.amount_fen for line in lines), "digest": digest},
    )  # fmt: skip


__all__ = [
    "cancel_batch", "check_batch", "dissolve_batch", "gather_batch", "release_batch", "send_batch_again",
]  # fmt: skip
