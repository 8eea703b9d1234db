"""Closing an account (销户提取): its whole balance and the interest of the running year, in one payment.

Interest counts up to the day before the payment is ordered. An order that is not signed that day is made anew the next
night, with that day's interest (decision 0028); once the bank may hold it, it stays as it is.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from anju.accounts import actions as accounts
from anju.accounts.types import ClosingHold
from anju.audit.actions import record
from anju.database.sql import execute, row
from anju.kernel.actor import Actor
from anju.kernel.events import publish
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.ledger.actions import enter_gate
from anju.treasury import actions as treasury
from anju.treasury.types import BusinessKind, PaymentDraft
from anju.withdrawals.models import WithdrawalRow
from anju.withdrawals.queries import seen
from anju.withdrawals.types import (
    SOURCE_KIND,
    CloseAccount,
    Reason,
    Withdrawal,
    WithdrawalReturned,
    WithdrawalState,
)


@transaction.atomic
def close_out(order: CloseAccount, *, at: datetime) -> Withdrawal:
    """Hold the whole account, with its interest up to the day before, and order both; twice answers the same.

    The payment carries principal and interest apart (业务类型 03). Refuses whatever the account refuses: frozen,
    closed, a payment on its way, nothing to pay.
    """
    known = WithdrawalRow.objects.filter(account_id=order.account_id, case_id=order.case_id).first()
    if known is not None:
        return seen(known)
    number = row("SELECT nextval('withdrawal_id_seq') AS n")
    assert number is not None
    withdrawal_id = int(number["n"])
    held = accounts.hold_for_close_out(order.account_id, purpose=SOURCE_KIND, source_id=withdrawal_id, at=at)
    order_id = treasury.order_payment(_closing_payment(order, withdrawal_id, held), at=at)
    made = WithdrawalRow.objects.create(
        account_id=order.account_id, withdrawal_id=withdrawal_id, centre_id=order.centre_id,
        person_id=order.person_id, case_id=order.case_id, reason=order.reason.value,
        period=Month.of(held.closes_on).number, amount_fen=held.amount_fen, interest_fen=held.interest_fen,
        closes_on=held.closes_on, hold_id=held.hold_id, order_id=order_id, maker_person_id=order.maker_person_id,
        checker_person_id=order.checker_person_id, card_tail=order.card_tail, state=WithdrawalState.RESERVED,
        asked_at=at,
    )  # fmt: skip
    record(
        "withdrawals.close_out", actor=Actor.machine(order.centre_id, order.checker_release), at=at,
        subject="withdrawal", subject_id=withdrawal_id, person_id=order.person_id, case_id=order.case_id,
        details={"amount_fen": held.amount_fen, "interest_fen": held.interest_fen, "order_id": order_id,
                 "hold_id": held.hold_id},
    )  # fmt: skip
    return seen(made)


def _closing_payment(order: CloseAccount, withdrawal_id: int, held: ClosingHold) -> PaymentDraft:
    return PaymentDraft(
        centre_id=order.centre_id, idempotency_key=f"{SOURCE_KIND}:{withdrawal_id}", source_kind=SOURCE_KIND,
        source_id=withdrawal_id, amount_fen=held.amount_fen, interest_fen=held.interest_fen, payee=order.payee,
        summary=order.reason.zh, maker_person_id=order.maker_person_id, checker_person_id=order.checker_person_id,
        checker_release=order.checker_release, business_kind=BusinessKind.CLOSE_OUT,
    )  # fmt: skip


def renew_close_outs(centre_id: int, *, today: date, at: datetime) -> int:
    """Order anew, with today's interest, what was ordered on an earlier day and nobody has signed; how many.

    Each is its own transaction; a second run the same day finds nothing. Where the account meanwhile refuses to be
    paid (a court froze it), the order is taken back and the member reads why.
    """
    due = WithdrawalRow.objects.filter(
        centre_id=centre_id, state=WithdrawalState.RESERVED, closes_on__lt=today
    ).order_by("withdrawal_id")
    return sum(_renew(one, at=at) for one in due)


@transaction.atomic
def _renew(found: WithdrawalRow, *, at: datetime) -> bool:
    enter_gate(found.centre_id)
    actor = Actor.machine(found.centre_id, "withdrawals")
    if not treasury.withdraw_unsigned(found.order_id, centre_id=found.centre_id, actor=actor, at=at):
        return False
    accounts.release_hold(found.account_id, found.hold_id, at=at, actor=actor)
    try:
        with transaction.atomic():
            held = accounts.hold_for_close_out(
                found.account_id, purpose=SOURCE_KIND, source_id=found.withdrawal_id, at=at, actor=actor
            )
    except Refusal as refusal:
        _give_up(found, refusal.text, at=at)
        return False
    order_id = treasury.order_again(
        found.order_id, centre_id=found.centre_id, amount_fen=held.amount_fen, interest_fen=held.interest_fen,
        idempotency_key=f"{SOURCE_KIND}:{found.withdrawal_id}:{held.closes_on}", at=at,
    )  # fmt: skip
    execute(
        "UPDATE withdrawal SET hold_id = %s, order_id = %s, amount_fen = %s, interest_fen = %s, closes_on = %s,"
        " period = %s WHERE account_id = %s AND withdrawal_id = %s",
        [held.hold_id, order_id, held.amount_fen, held.interest_fen, held.closes_on, Month.of(held.closes_on).number,
         found.account_id, found.withdrawal_id],
    )  # fmt: skip
    record(
        "withdrawals.renew_close_out", actor=actor, at=at, subject="withdrawal", subject_id=found.withdrawal_id,
        person_id=found.person_id, case_id=found.case_id,
        details={"amount_fen": held.amount_fen, "interest_fen": held.interest_fen, "order_id": order_id},
    )  # fmt: skip
    return True


def _give_up(found: WithdrawalRow, text: str, *, at: datetime) -> None:
    execute(
        "UPDATE withdrawal SET state = %s, ended_at = %s, reason_text = %s"
        " WHERE account_id = %s AND withdrawal_id = %s",
        [WithdrawalState.CANCELLED, at, text[:400], found.account_id, found.withdrawal_id],
    )
    publish(
        WithdrawalReturned(
            withdrawal_id=found.withdrawal_id, account_id=found.account_id, centre_id=found.centre_id,
            case_id=found.case_id, person_id=found.person_id, amount_fen=found.amount_fen,
            card_tail=found.card_tail, reason_text=text, at=at, reason=Reason(found.reason),
        )
    )  # fmt: skip
