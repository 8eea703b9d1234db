"""All writes of the withdrawals room.

``pay_out`` promises: a hold on the account and a reserved payment order, in the caller's transaction. The bank's
answer comes back as a treasury event: paid money is posted and the hold ends; returned money is available again, or
waits to be paid once more where the account was closed meanwhile (``returns``). The bank's answer is never refused.
``close_out`` does the same with a whole account and its interest.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from anju.accounts import actions as accounts
from anju.accounts import queries as account_queries
from anju.audit.actions import record
from anju.database.sql import execute, row
from anju.kernel.actor import Actor
from anju.kernel.events import publish
from anju.kernel.refusal import Refusal
from anju.ledger import queries as books
from anju.ledger.posting_rules import PostingRule
from anju.ledger.types import PostedVoucher
from anju.treasury import actions as treasury
from anju.treasury.types import PaymentDraft, PaymentReturned, PaymentSettled
from anju.withdrawals import queries
from anju.withdrawals.close_outs import close_out as close_out
from anju.withdrawals.close_outs import renew_close_outs as renew_close_outs
from anju.withdrawals.models import WithdrawalRow
from anju.withdrawals.queries import seen
from anju.withdrawals.returns import keep_waiting, on_again_returned, on_paid_again
from anju.withdrawals.returns import pay_again as pay_again
from anju.withdrawals.types import (
    CAME_BACK,
    SOURCE_KIND,
    PayOut,
    Reason,
    Shared,
    Withdrawal,
    WithdrawalPaid,
    WithdrawalReturned,
    WithdrawalState,
)


@transaction.atomic
def pay_out(order: PayOut, *, at: datetime) -> Withdrawal:
    """Hold the amount and order its payment; called once by a granted case, twice answers the same.

    Refuses a period that is taken already, an expense the other account has been paid for meanwhile, and whatever the
    account refuses (not available, frozen, closed).
    """
    known = WithdrawalRow.objects.filter(account_id=order.account_id, case_id=order.case_id).first()
    if known is not None:
        return seen(known)
    if order.shared is not None:
        _refuse_beyond(order, order.shared)
    number = row("SELECT nextval('withdrawal_id_seq') AS n")
    assert number is not None
    withdrawal_id = int(number["n"])
    hold_id = accounts.hold(
        order.account_id, order.amount_fen, purpose=SOURCE_KIND, source_id=withdrawal_id, at=at
    )
    order_id = treasury.order_payment(_payment(order, withdrawal_id), at=at)
    try:
        with transaction.atomic():
            made = WithdrawalRow.objects.create(
                account_id=order.account_id, withdrawal_id=withdrawal_id, centre_id=order.centre_id,
                person_id=order.person_id, case_id=order.case_id, reason=order.reason.value,
                period=order.period.number, amount_fen=order.amount_fen, hold_id=hold_id, order_id=order_id,
                maker_person_id=order.maker_person_id, checker_person_id=order.checker_person_id,
                card_tail=order.card_tail, state=WithdrawalState.RESERVED, asked_at=at,
            )  # fmt: skip
    except IntegrityError as error:
        if "withdrawal_period_once" in str(error):
            raise Refusal(
                "withdrawals.period_taken",
                f"{order.period.zh}的{order.reason.zh}已经申请过，不能重复提取：可以在“进度”里看那一笔。", status=409,
            ) from error  # fmt: skip
        raise
    record(
        "withdrawals.pay_out", actor=Actor.machine(order.centre_id, order.checker_release), at=at,
        subject="withdrawal", subject_id=withdrawal_id, person_id=order.person_id, case_id=order.case_id,
        details={"amount_fen": order.amount_fen, "order_id": order_id, "hold_id": hold_id},
    )  # fmt: skip
    return seen(made)


def _refuse_beyond(order: PayOut, shared: Shared) -> None:
    """Both accounts' requests for one month meet at this lock, so neither is granted on what the other just took."""
    pair = "-".join(str(account) for account in sorted((order.account_id, shared.account_id)))
    execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
        [f"{SOURCE_KIND}:{order.reason.value}:{order.period.number}:{pair}"],
    )
    taken_fen = queries.taken_fen(shared.account_id, order.reason, order.period)
    if taken_fen + order.amount_fen > shared.expense_fen:
        raise Refusal(
            "withdrawals.expense_shared",
            f"配偶刚刚提取了{order.period.zh}的房租，两人合计不能超过实际房租。请重新核对金额。", status=409,
        )  # fmt: skip


def _payment(order: PayOut, withdrawal_id: int) -> PaymentDraft:
    return PaymentDraft(
        centre_id=order.centre_id, idempotency_key=f"{SOURCE_KIND}:{withdrawal_id}", source_kind=SOURCE_KIND,
        source_id=withdrawal_id, amount_fen=order.amount_fen, payee=order.payee,
        summary=f"{order.period.zh}{order.reason.zh}", maker_person_id=order.maker_person_id,
        checker_person_id=order.checker_person_id, checker_release=order.checker_release,
    )  # fmt: skip


@transaction.atomic
def cancel(account_id: int, case_id: int, *, actor: Actor, at: datetime) -> None:
    """Take a withdrawal back before the bank is instructed; the hold ends. Refused by the treasury when too late."""
    found = WithdrawalRow.objects.filter(account_id=account_id, case_id=case_id).first()
    if found is None:
        raise Refusal("withdrawals.unknown", "没有找到这笔提取。", status=404)
    if found.state == WithdrawalState.CANCELLED:
        return
    if found.state != WithdrawalState.RESERVED:
        state = WithdrawalState(found.state)
        raise Refusal("withdrawals.ended", f"这笔提取{state.zh}，不能再撤销。", status=409)
    treasury.cancel_payment(found.order_id, centre_id=found.centre_id, actor=actor, at=at)
    accounts.release_hold(account_id, found.hold_id, at=at, actor=actor)
    _end(found, WithdrawalState.CANCELLED, at=at, reason_text="申请人撤销")
    record("withdrawals.cancel", actor=actor, at=at, subject="withdrawal", subject_id=found.withdrawal_id,
           person_id=found.person_id, case_id=case_id)  # fmt: skip


def _end(found: WithdrawalRow, state: WithdrawalState, *, at: datetime, reason_text: str) -> None:
    done = execute(
        "UPDATE withdrawal SET state = %s, ended_at = %s, reason_text = %s"
        " WHERE account_id = %s AND withdrawal_id = %s AND state = %s",
        [state, at, reason_text[:400], found.account_id, found.withdrawal_id, found.state],
    )
    assert done == 1, "the row was locked by its account"


def _of_source(source_id: int) -> WithdrawalRow:
    return WithdrawalRow.objects.get(withdrawal_id=source_id)


@transaction.atomic
def on_payment_settled(event: PaymentSettled) -> None:
    """The bank paid: post with the bank's value date and end the hold. Heard twice, done once."""
    on_paid_again(event)
    if event.source_kind != SOURCE_KIND:
        return
    assert event.at is not None
    found = _of_source(event.source_id)
    if found.state in (WithdrawalState.PAID, WithdrawalState.PAID_BACK, *CAME_BACK):
        return
    posted = _post(found, event, at=event.at)
    voucher = books.voucher(posted.voucher_id, centre_id=found.centre_id)
    execute(
        "UPDATE withdrawal SET state = %s, paid_on = %s, ended_at = %s, voucher_id = %s, booked_on = %s"
        " WHERE account_id = %s AND withdrawal_id = %s",
        [WithdrawalState.PAID, event.value_on, event.at, posted.voucher_id, voucher.business_date,
         found.account_id, found.withdrawal_id],
    )  # fmt: skip
    publish(
        WithdrawalPaid(
            withdrawal_id=found.withdrawal_id, account_id=found.account_id, centre_id=found.centre_id,
            case_id=found.case_id, person_id=found.person_id, reason=Reason(found.reason),
            amount_fen=found.amount_fen, balance_fen=account_queries.overview(found.account_id).balance_fen,
            card_tail=found.card_tail, value_on=event.value_on, at=event.at, interest_fen=found.interest_fen,
        )
    )  # fmt: skip


def _post(found: WithdrawalRow, event: PaymentSettled, *, at: datetime) -> PostedVoucher:
    """Post what was paid; the voucher names the payment order as its event."""
    key = f"{SOURCE_KIND}:{found.withdrawal_id}"
    if found.closes_on is not None:
        return accounts.post_close_out(
            found.account_id, hold_id=found.hold_id, amount_fen=found.amount_fen, interest_fen=found.interest_fen,
            key=key, paid_on=event.value_on, reason=Reason(found.reason).zh, source_id=found.withdrawal_id,
            maker=found.maker_person_id, checker=found.checker_person_id, at=at,
            bank_account_id=event.bank_account_id or None, event_id=event.order_id,
        )  # fmt: skip
    return accounts.post_withdrawal(
        found.account_id, hold_id=found.hold_id, amount_fen=found.amount_fen, key=key, value_on=event.value_on,
        reason=found.reason, source_id=found.withdrawal_id, maker=found.maker_person_id,
        checker=found.checker_person_id, at=at, bank_account_id=event.bank_account_id or None,
        event_id=event.order_id,
    )  # fmt: skip


@transaction.atomic
def on_payment_returned(event: PaymentReturned) -> None:
    """The money came back: the hold ends, or, had it been posted, a counter-entry gives it back. Once.

    An account that takes no money any more does not get it: then it waits for the person.
    """
    on_again_returned(event)
    if event.source_kind != SOURCE_KIND:
        return
    assert event.at is not None
    found = _of_source(event.source_id)
    if found.state in (WithdrawalState.RETURNED, WithdrawalState.PAID_BACK, WithdrawalState.CANCELLED, *CAME_BACK):
        return
    if found.state == WithdrawalState.PAID and not _goes_back(found, event.at):
        keep_waiting(
            found, event, card_tail=found.card_tail, maker=found.maker_person_id, checker=found.checker_person_id
        )
        return
    if found.state == WithdrawalState.PAID:
        _give_back(found, event)
        ended = WithdrawalState.PAID_BACK
    else:
        accounts.release_hold(found.account_id, found.hold_id, at=event.at)
        ended = WithdrawalState.RETURNED
    _end(found, ended, at=event.at, reason_text=event.reason_text)
    publish(
        WithdrawalReturned(
            withdrawal_id=found.withdrawal_id, account_id=found.account_id, centre_id=found.centre_id,
            case_id=found.case_id, person_id=found.person_id, amount_fen=found.amount_fen,
            card_tail=found.card_tail, reason_text=event.reason_text, at=event.at, reason=Reason(found.reason),
        )
    )  # fmt: skip


def _goes_back(found: WithdrawalRow, at: datetime) -> bool:
    """Whether the account takes the money; a close-out that comes back opens its account again."""
    return found.closes_on is not None or accounts.may_come_back(found.account_id, at=at)


def _give_back(found: WithdrawalRow, event: PaymentReturned) -> None:
    assert found.voucher_id is not None and found.booked_on is not None and event.at is not None
    key = f"{SOURCE_KIND}:{found.withdrawal_id}:returned"
    if found.closes_on is not None:
        accounts.reverse_close_out(
            found.account_id, found.voucher_id, key=key, maker=found.maker_person_id,
            checker=found.checker_person_id, reason=event.reason_text, at=event.at, event_id=event.order_id,
        )  # fmt: skip
        return
    lines = account_queries.source_lines(found.voucher_id, booked_on=found.booked_on)
    line = next(line for line in lines if line.account_id == found.account_id)
    accounts.reverse_line(
        found.account_id, line.seq, key=key, rule=PostingRule.WITHDRAWAL_RETURNED, maker=found.maker_person_id,
        checker=found.checker_person_id, reason=event.reason_text, at=event.at,
        bank_account_id=event.bank_account_id or None, event_id=event.order_id,
    )  # fmt: skip
