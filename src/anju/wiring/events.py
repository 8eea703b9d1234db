"""Who listens to whom: the one table. News travels up the stack; the listener acts in the news' transaction."""

from __future__ import annotations

from anju.accounts import actions as accounts
from anju.accounts import queries as account_queries
from anju.accounts.types import FreezeKind
from anju.casework import actions as cases
from anju.contributions import actions as contributions
from anju.contributions.types import RemittancePosted
from anju.identity.queries import login_of_person
from anju.identity.types import NotMe
from anju.identity.words import day_zh
from anju.kernel.events import listen
from anju.kernel.money import format_fen
from anju.kernel.refusal import Refusal
from anju.notices.actions import send
from anju.treasury.types import MoneyReceived, PaymentReturned, PaymentSettled, ReceiptReversed
from anju.withdrawals import actions as withdrawals
from anju.withdrawals.types import WithdrawalPaid, WithdrawalReturned


def withdrawal_paid(event: WithdrawalPaid) -> None:
    """The case is done, and the member is told: in the inbox with the balance, by SMS without it."""
    amount = format_fen(event.amount_fen)
    cases.complete(
        event.case_id, text=f"银行已付款 {amount} 元，转入尾号 {event.card_tail}", at=event.at,
        result={"paid_on": event.value_on.isoformat()},
    )  # fmt: skip
    login = login_of_person(event.person_id)
    send(
        "withdrawal_paid", person_id=event.person_id, at=event.at, case_id=event.case_id,
        phone=login.phone if login else None, centre_id=event.centre_id,
        values={"reason": "租房", "amount": amount, "day": day_zh(event.at), "tail": event.card_tail,
                "principal": amount, "interest": "0.00", "balance": format_fen(event.balance_fen)},
    )  # fmt: skip


def withdrawal_returned(event: WithdrawalReturned) -> None:
    """The case ends without effect; the member reads why and what to do."""
    amount = format_fen(event.amount_fen)
    cases.end_without_effect(
        event.case_id, title="银行退回了这笔付款",
        text=f"{event.reason_text} 钱已回到您的账户，可以重新申请。", at=event.at,
    )  # fmt: skip
    login = login_of_person(event.person_id)
    send(
        "withdrawal_returned", person_id=event.person_id, at=event.at, case_id=event.case_id,
        phone=login.phone if login else None, centre_id=event.centre_id,
        values={"reason": "租房", "amount": amount, "tail": event.card_tail, "reason_text": event.reason_text},
    )  # fmt: skip


def not_me(event: NotMe) -> None:
    """«不是我操作»: nothing leaves the account until a person has spoken with its owner."""
    if event.person_id is None:
        return
    account_id = account_queries.account_of_person(event.person_id)
    if account_id is None:
        return
    try:
        accounts.freeze(
            account_id, kind=FreezeKind.RECEIVE_ONLY, authority="本人报告非本人操作",
            document=f"账户动态 {event.activity_id}", at=event.at,
        )  # fmt: skip
    except Refusal:
        # Closed already: nothing can leave it.
        return


def connect() -> None:
    """Register every listener; calling twice changes nothing."""
    listen(MoneyReceived, contributions.on_money_received)
    listen(ReceiptReversed, contributions.on_receipt_reversed)
    listen(PaymentSettled, contributions.on_payment_settled)
    listen(PaymentReturned, contributions.on_payment_returned)
    listen(PaymentSettled, withdrawals.on_payment_settled)
    listen(PaymentReturned, withdrawals.on_payment_returned)
    listen(WithdrawalPaid, withdrawal_paid)
    listen(WithdrawalReturned, withdrawal_returned)
    listen(RemittancePosted, contributions_posted)
    listen(NotMe, not_me)


def contributions_posted(event: RemittancePosted) -> None:
    """The unit's case of the month is done, and the unit is told."""
    if event.case_id is not None:
        cases.complete(event.case_id, text=f"{event.month.zh}已记入 {event.headcount} 人账户", at=event.at)
