"""Ordering, releasing and taking back payments. What the bank is told lies in `machine`.

Every action here is one transaction and calls nobody outside. The order is written in the transaction of the
business act that needs it, together with its job. Refuses: a second order under the same key with other
content, a release by maker or checker, and any change once the bank may hold the instruction.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from anju import jobs
from anju.audit.actions import record
from anju.database.encryption import seal
from anju.database.sql import execute, row, rows
from anju.kernel.actor import Actor
from anju.kernel.events import publish
from anju.kernel.refusal import Refusal
from anju.treasury.actions.mandates import policy_limit_fen, require_treasurer, still_in_office
from anju.treasury.batch_rows import batch_answered, take_out
from anju.treasury.machine import INSTRUCT_JOB, give_up, job_lock
from anju.treasury.orders import Order, order_digest, read_order
from anju.treasury.sql import insert_once
from anju.treasury.types import PaymentDraft, PaymentReturned, PaymentState

_SENT = "这笔付款已经发给银行，不能再撤销。银行的结果会在办理进度里告诉您。"


@transaction.atomic
def order_payment(draft: PaymentDraft, *, at: datetime) -> int:
    """Reserve a payment; under a mandate its job starts at commit, else it waits for the treasurer.

    The same key with the same content answers the same order; with other content it is refused (409).
    """
    assert draft.amount_fen > 0 and 0 <= draft.interest_fen <= draft.amount_fen, "the caller checks the amount"
    assert draft.checker_person_id is not None or draft.checker_release, "a payment has a checker"
    digest = order_digest(draft)
    order_id = insert_once("payment_order", _columns(draft, digest, at), "order_id")
    if order_id is None:
        return _replayed(draft, digest)
    mandate = _mandate_for(draft, at)
    if mandate is not None:
        mandate_id, signer = mandate
        _release(draft.centre_id, order_id, signer, mandate_id, at)
    record(
        "treasury.order_payment", actor=_machine(draft.centre_id), at=at, subject="payment_order",
        subject_id=order_id,
        details={"amount_fen": draft.amount_fen, "source": draft.source_kind, "source_id": draft.source_id,
                 "mandate_id": mandate[0] if mandate else None},
    )  # fmt: skip
    return order_id


@transaction.atomic
def release_payment(order_id: int, *, actor: Actor, at: datetime, digest: str | None = None) -> None:
    """Sign one payment. `digest` is the content the treasurer saw; another content is refused. Twice is once."""
    person_id = require_treasurer(actor)
    order = read_order(actor.centre_id, order_id, lock=True)
    if digest is not None and digest != order.digest.hex():
        raise Refusal("payment_changed", "这笔付款的内容与您看到的不一致，请刷新后重新核对。", status=409)
    if person_id in (order.maker_person_id, order.checker_person_id):
        raise Refusal(
            "four_eyes", "这笔付款由您经办或复核，付款须由另一位资金人员签发。请转给另一位资金人员。", status=403
        )
    if order.state is not PaymentState.RESERVED:
        raise Refusal("payment_not_waiting", f"这笔付款现在是“{order.state.zh}”，不需要签发。", status=409)
    if order.batch_id is not None:
        raise Refusal(
            "payment_in_batch", f"这笔付款已在第 {order.batch_id} 号付款批次里，随批次签发，不能单笔签发。", status=409
        )
    if order.releaser_person_id is not None:
        return
    _release(actor.centre_id, order_id, person_id, None, at)
    record(
        "treasury.release_payment", actor=actor, at=at, subject="payment_order", subject_id=order_id,
        details={"amount_fen": order.amount_fen, "digest": order.digest.hex()},
    )  # fmt: skip


@transaction.atomic
def release_payments(order_ids: Iterable[int], *, actor: Actor, at: datetime) -> int:
    """Sign several payments, all or none; how many were signed."""
    chosen = sorted(set(order_ids))
    for order_id in chosen:
        release_payment(order_id, actor=actor, at=at)
    return len(chosen)


@transaction.atomic
def cancel_payment(order_id: int, *, centre_id: int, actor: Actor, at: datetime) -> None:
    """Take an order back before the bank is told. The business room undoes its own part in the same transaction.

    Refused (409) from the moment the order is marked instructed. Cancelled twice is cancelled once.
    """
    cancelled = execute(
        "UPDATE payment_order SET state = %s, final_at = %s, reason_text = %s"
        " WHERE centre_id = %s AND order_id = %s AND state = %s",
        [PaymentState.CANCELLED, at, "申请人撤销", centre_id, order_id, PaymentState.RESERVED],
    )
    if not cancelled:
        order = read_order(centre_id, order_id)
        if order.state is PaymentState.CANCELLED:
            return
        raise Refusal("payment_instructed", _SENT, status=409)
    record("treasury.cancel_payment", actor=actor, at=at, subject="payment_order", subject_id=order_id)


@transaction.atomic
def decline_payment(order_id: int, *, reason: str, actor: Actor, at: datetime) -> None:
    """The treasurer does not sign: the order is returned to the business with the reason the member will read."""
    require_treasurer(actor)
    if not reason.strip():
        raise Refusal("reason_missing", "请写明不予付款的原因，申请人会看到它。", field="reason")
    declined = execute(
        "UPDATE payment_order SET state = %s, final_at = %s, reason_text = %s"
        " WHERE centre_id = %s AND order_id = %s AND state = %s",
        [PaymentState.RETURNED, at, reason.strip()[:400], actor.centre_id, order_id, PaymentState.RESERVED],
    )
    order = read_order(actor.centre_id, order_id)
    if not declined:
        raise Refusal("payment_not_waiting", f"这笔付款现在是“{order.state.zh}”，不能退回。", status=409)
    publish(_returned(order, at))
    record("treasury.decline_payment", actor=actor, at=at, subject="payment_order", subject_id=order_id)


@transaction.atomic
def send_again(order_id: int, *, actor: Actor, at: datetime) -> None:
    """A person who asked the bank lets an unknown payment leave again, under its own serial.

    Allowed only while the bank's last answer was that it never saw the serial; the machine asks once more before
    it sends. Refused to maker and checker.
    """
    person_id = require_treasurer(actor)
    order = read_order(actor.centre_id, order_id, lock=True)
    _refuse_unless_never_seen(order, person_id)
    _leave_batch(order, at)
    execute(
        "UPDATE payment_order SET state = %s, asked_count = 0, batch_id = NULL WHERE centre_id = %s AND order_id = %s",
        [PaymentState.INSTRUCTED, actor.centre_id, order_id],
    )
    _plan(actor.centre_id, order_id)
    record("treasury.send_again", actor=actor, at=at, subject="payment_order", subject_id=order_id)


@transaction.atomic
def give_up_payment(order_id: int, *, actor: Actor, at: datetime) -> None:
    """A person who asked the bank declares that an unknown payment was never made; the money is returned."""
    person_id = require_treasurer(actor)
    order = read_order(actor.centre_id, order_id, lock=True)
    _refuse_unless_never_seen(order, person_id)
    give_up(order, at=at)
    record("treasury.give_up_payment", actor=actor, at=at, subject="payment_order", subject_id=order_id)


def _columns(draft: PaymentDraft, digest: bytes, at: datetime) -> dict[str, object]:
    payee = draft.payee
    return {
        "centre_id": draft.centre_id, "idempotency_key": draft.idempotency_key, "request_digest": digest,
        "source_kind": draft.source_kind, "source_id": draft.source_id,
        "bank_account_id": draft.bank_account_id or _first_account(draft.centre_id),
        "business_kind": str(draft.business_kind), "amount_fen": draft.amount_fen,
        "interest_fen": draft.interest_fen,
        "payee_name": seal(payee.name, where="payment_order‖payee_name"),
        "payee_account": seal(payee.account, where="payment_order‖payee_account"),
        "payee_tail": payee.account[-4:], "payee_bank_name": payee.bank_name,
        "payee_bank_code": payee.bank_code, "payee_corporate": payee.corporate, "summary": draft.summary,
        "maker_person_id": draft.maker_person_id, "checker_person_id": draft.checker_person_id,
        "checker_release": draft.checker_release, "state": PaymentState.RESERVED, "business_serial": "",
        "reserved_at": at, "sent_count": 0, "asked_count": 0, "last_answer": "", "host_serial": "",
        "reason_code": "", "reason_text": "",
    }  # fmt: skip


def _first_account(centre_id: int) -> int:
    found = row(
        "SELECT bank_account_id FROM bank_account WHERE centre_id = %s AND closed_at IS NULL"
        " ORDER BY bank_account_id LIMIT 1",
        [centre_id],
    )
    if found is None:
        raise Refusal("no_bank_account", "中心还没有登记存款专户，不能付款。请管理员先登记账户。", status=409)
    return int(found["bank_account_id"])


def _replayed(draft: PaymentDraft, digest: bytes) -> int:
    found = row(
        "SELECT order_id, request_digest FROM payment_order WHERE centre_id = %s AND idempotency_key = %s",
        [draft.centre_id, draft.idempotency_key],
    )
    assert found is not None
    if bytes(found["request_digest"]) != digest:
        raise Refusal("key_reused", "同一笔业务已有一笔内容不同的付款，不能重复提交。", status=409)
    return int(found["order_id"])


def _mandate_for(draft: PaymentDraft, at: datetime) -> tuple[int, int] | None:
    """A live mandate that covers this payment, of somebody still treasurer who neither made nor checked it."""
    today = at.date()
    if draft.amount_fen > policy_limit_fen(today):
        return None
    found = rows(
        "SELECT mandate_id, signed_by_person_id, signed_by_login_id, office_mandate_id FROM treasury_mandate"
        " WHERE centre_id = %s AND starts_on <= %s AND ends_on >= %s AND signed_at <= %s"
        " AND ended_at IS NULL AND limit_fen >= %s"
        " AND signed_by_person_id IS DISTINCT FROM %s AND signed_by_person_id IS DISTINCT FROM %s"
        " ORDER BY mandate_id",
        [draft.centre_id, today, today, at, draft.amount_fen, draft.maker_person_id, draft.checker_person_id],
    )
    for mandate in found:
        if still_in_office(mandate["signed_by_login_id"], mandate["office_mandate_id"]):
            return int(mandate["mandate_id"]), int(mandate["signed_by_person_id"])
    return None


def _release(centre_id: int, order_id: int, person_id: int, mandate_id: int | None, at: datetime) -> None:
    execute(
        "UPDATE payment_order SET releaser_person_id = %s, mandate_id = %s, released_at = %s"
        " WHERE centre_id = %s AND order_id = %s AND state = %s",
        [person_id, mandate_id, at, centre_id, order_id, PaymentState.RESERVED],
    )
    _plan(centre_id, order_id)


def _plan(centre_id: int, order_id: int) -> None:
    jobs.plan(INSTRUCT_JOB, queue="bank", lock=job_lock(centre_id, order_id), centre_id=centre_id, order_id=order_id)


def _refuse_unless_never_seen(order: Order, person_id: int) -> None:
    if person_id in (order.maker_person_id, order.checker_person_id):
        raise Refusal("four_eyes", "这笔付款由您经办或复核，请由另一位资金人员处理。", status=403)
    if order.state is not PaymentState.PENDING or order.last_answer != "none":
        raise Refusal(
            "payment_may_be_paid",
            "银行还没有明确答复“查无此笔”，这笔钱可能已经付出。请等待查询结果，或先与银行核实。",
            status=409,
        )
    if order.batch_id is not None and not batch_answered(order.centre_id, order.batch_id):
        raise Refusal(
            "batch_running", f"这笔付款在第 {order.batch_id} 号批次里，银行还没有办完。请等批次结果。", status=409
        )


def _leave_batch(order: Order, at: datetime) -> None:
    """A payment that is sent alone stands in no batch any more; the batch keeps its line and says why."""
    if order.batch_id is not None:
        take_out(order.centre_id, order.batch_id, [order.order_id], "银行没有见过这一笔，由资金人员单笔重新发送", at)


def _returned(order: Order, at: datetime) -> PaymentReturned:
    return PaymentReturned(
        order.order_id, order.source_kind, order.source_id, order.reason_text, order.centre_id,
        order.bank_account_id, order.amount_fen, None, False, at,
    )  # fmt: skip


def _machine(centre_id: int) -> Actor:
    return Actor.machine(centre_id, "treasury")


__all__ = [
    "cancel_payment", "decline_payment", "give_up_payment", "order_payment", "release_payment",
    "release_payments", "send_again",
]  # fmt: skip
