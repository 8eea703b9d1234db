"""Payments ordered anew: what nobody signed, with other amounts, for a close-out bears interest day by day; and what
came back, to the card it was for or to another one of the same person."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from anju.audit.actions import record
from anju.database.sql import execute
from anju.kernel.actor import Actor
from anju.treasury.actions.payments import order_payment
from anju.treasury.orders import read_order
from anju.treasury.types import BusinessKind, Payee, PaymentDraft, PaymentState


@transaction.atomic
def withdraw_unsigned(order_id: int, *, centre_id: int, actor: Actor, at: datetime) -> bool:
    """Take back an order that waits for a signature; False when it is signed, stands in a batch, or has ended."""
    done = execute(
        "UPDATE payment_order SET state = %s, final_at = %s, reason_text = %s"
        " WHERE centre_id = %s AND order_id = %s AND state = %s AND releaser_person_id IS NULL"
        " AND batch_id IS NULL",
        [PaymentState.CANCELLED, at, "当日未签发，次日按新的利息重新付款", centre_id, order_id, PaymentState.RESERVED],
    )
    if done:
        record("treasury.withdraw_unsigned", actor=actor, at=at, subject="payment_order", subject_id=order_id)
    return bool(done)


@transaction.atomic
def order_again(
    order_id: int, *, centre_id: int, amount_fen: int, interest_fen: int, idempotency_key: str, at: datetime
) -> int:
    """Order the payment of a cancelled order with other amounts (fen), to the same payee; the new order's id."""
    before = read_order(centre_id, order_id)
    assert before.state is PaymentState.CANCELLED, "the first order must not be paid as well"
    draft = replace(
        before.draft, amount_fen=amount_fen, interest_fen=interest_fen, idempotency_key=idempotency_key,
        bank_account_id=before.bank_account_id,
    )  # fmt: skip
    return order_payment(draft, at=at)


@transaction.atomic
def order_repeated(
    order_id: int, *, centre_id: int, idempotency_key: str, source_kind: str, source_id: int, summary: str,
    maker_person_id: int, checker_release: str, at: datetime, payee: Payee | None = None,
) -> int:  # fmt: skip
    """Order once more what came back of a payment: the same amount from the same account; the new order's id.

    ``payee`` is another card of the person paid before; without it the money goes where it went. The caller knows whose
    card it is. The order waits for a second person's signature, or leaves under a mandate somebody else signed.
    """
    before = read_order(centre_id, order_id)
    assert before.state is PaymentState.RETURNED, "what has not come back is not paid again"
    draft = PaymentDraft(
        centre_id=centre_id, idempotency_key=idempotency_key, source_kind=source_kind, source_id=source_id,
        amount_fen=before.amount_fen, payee=payee or before.payee, summary=summary, maker_person_id=maker_person_id,
        checker_release=checker_release, business_kind=BusinessKind(before.business_kind),
        bank_account_id=before.bank_account_id,
    )  # fmt: skip
    return order_payment(draft, at=at)
