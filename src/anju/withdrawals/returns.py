"""Money of a withdrawal that came back to an account that takes none any more (退回待付), and paying it again.

The bank's word is taken whatever became of the account meanwhile: the money lies in 219-04 付款退回 until it is paid
once more to the person's own card, by a treasurer's order that a second person signs. It bears no interest there:
closing the account settled interest without it, and 219 is no member's account. No rule is known that says otherwise.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from anju import policy
from anju.accounts import queries as account_queries
from anju.audit.actions import record
from anju.database.sql import execute, row
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.events import publish
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.ledger import queries as books
from anju.ledger.actions import enter_gate, enter_gate_on, post_voucher, request_digest
from anju.ledger.posting_rules import PostingRule, pair
from anju.ledger.types import VoucherDraft, VoucherKind
from anju.treasury import actions as treasury
from anju.treasury import queries as payments
from anju.treasury.actions.mandates import require_treasurer
from anju.treasury.types import Payee, PaymentReturned, PaymentSettled
from anju.withdrawals.models import WithdrawalReturnRow, WithdrawalRow
from anju.withdrawals.types import (
    AGAIN_KIND,
    SOURCE_KIND,
    Again,
    Reason,
    WithdrawalPaidAgain,
    WithdrawalState,
    WithdrawalWaits,
)


def keep_waiting(
    found: WithdrawalRow, event: PaymentReturned, *, card_tail: str, maker: int, checker: int | None
) -> None:
    """The money is in the bank account again, and the account it came from is closed: Dr 101, Cr 219-04.

    ``found`` was paid, and its order is locked by the treasury, so the same return is not told twice at a time.
    """
    assert event.at is not None
    before = WithdrawalReturnRow.objects.filter(account_id=found.account_id, withdrawal_id=found.withdrawal_id)
    if before.filter(order_id=event.order_id).exists():
        return
    key = f"{SOURCE_KIND}:{found.withdrawal_id}:waits:{event.order_id}"
    voucher_id = _post(
        PostingRule.PAYMENT_RETURNED, found, key=key, event=event, maker=maker, checker=checker, at=event.at
    )
    came_on, text = event.value_on or event.at.astimezone(ZONE).date(), _what_happened(event.reason_text)
    WithdrawalReturnRow.objects.create(
        account_id=found.account_id, withdrawal_id=found.withdrawal_id, n=before.count() + 1,
        centre_id=found.centre_id, amount_fen=found.amount_fen, order_id=event.order_id, voucher_id=voucher_id,
        booked_on=books.voucher(voucher_id, centre_id=found.centre_id).business_date, came_on=came_on,
        came_at=event.at, reason_text=text[:400], card_tail=card_tail,
    )  # fmt: skip
    _move(found, WithdrawalState.WAITING, text=text)
    _record("withdrawals.keep_waiting", found, event.at, order_id=event.order_id, voucher_id=voucher_id)
    publish(_waits(found, card_tail, text, came_back=True, at=event.at))


@transaction.atomic
def pay_again(account_id: int, withdrawal_id: int, *, card: Again, actor: Actor, at: datetime) -> int:
    """Order what came back to be paid once more, to the person's own card; the order's id.

    The treasurer who orders is its maker: another one signs it, or a mandate somebody else signed covers it. Asked
    again by the same treasurer for the same card it answers the same order. Refuses what does not wait, what a
    colleague has ordered already, an account under a freeze, and a card that is not bound or not usable yet.
    """
    person_id = require_treasurer(actor)
    enter_gate(actor.centre_id)
    found, waiting = _waiting(actor.centre_id, account_id, withdrawal_id)
    if found.state == WithdrawalState.PAYING_AGAIN:
        return _ordered_before(found, waiting, card, person_id, at=at)
    _refuse_frozen(account_id, at)
    bound = _bound(found.person_id, at) if card is Again.BOUND else None
    tail = waiting["card_tail"] if bound is None else bound.account[-4:]
    order_id = treasury.order_repeated(
        waiting["order_id"], centre_id=actor.centre_id, payee=bound, source_kind=AGAIN_KIND, source_id=withdrawal_id,
        idempotency_key=f"{AGAIN_KIND}:{withdrawal_id}:{waiting['n']}:{waiting['tries'] + 1}",
        summary=f"{Month.from_number(found.period).zh}{Reason(found.reason).zh}（退回后再付）",
        maker_person_id=person_id, checker_release=policy.book(settings.ANJU_CITY).release, at=at,
    )  # fmt: skip
    execute(
        "UPDATE withdrawal_return SET tries = tries + 1, again_order_id = %s, again_by_person_id = %s, again_tail = %s,"
        " failed_text = '' WHERE account_id = %s AND withdrawal_id = %s AND n = %s",
        [order_id, person_id, tail, account_id, withdrawal_id, waiting["n"]],
    )
    _move(found, WithdrawalState.PAYING_AGAIN, text=waiting["reason_text"])
    record(
        "withdrawals.pay_again", actor=actor, at=at, subject="withdrawal", subject_id=withdrawal_id,
        person_id=found.person_id, case_id=found.case_id,
        details={"amount_fen": found.amount_fen, "order_id": order_id, "card": card.value},
    )  # fmt: skip
    return order_id


def _waiting(centre_id: int, account_id: int, withdrawal_id: int) -> tuple[WithdrawalRow, dict[str, Any]]:
    """The withdrawal, locked, and its money that waits or is being paid; refuses any other."""
    found = (
        WithdrawalRow.objects.select_for_update()
        .filter(account_id=account_id, withdrawal_id=withdrawal_id, centre_id=centre_id)
        .first()
    )
    if found is None:
        raise Refusal("withdrawals.unknown", "没有找到这笔提取。请返回列表重新选择。", status=404)
    waiting = _open_return(found)
    if waiting is None:
        text = WithdrawalState(found.state).zh
        raise Refusal(
            "withdrawals.not_waiting", f"这笔提取现在是“{text}”，没有退回待付的款项。请刷新后查看。", status=409
        )
    return found, waiting


def _open_return(found: WithdrawalRow) -> dict[str, Any] | None:
    return row(
        "SELECT * FROM withdrawal_return WHERE account_id = %s AND withdrawal_id = %s AND repaid_voucher_id IS NULL"
        " FOR UPDATE",
        [found.account_id, found.withdrawal_id],
    )


def _ordered_before(
    found: WithdrawalRow, waiting: dict[str, Any], card: Again, person_id: int, *, at: datetime
) -> int:
    """The order that is on its way, where the same treasurer asks for the same card again; refuses anybody else."""
    bound = payments.bound_card(found.person_id, at=at) if card is Again.BOUND else None
    tail = waiting["card_tail"] if card is Again.SAME else bound.tail if bound else ""
    if (waiting["again_by_person_id"], waiting["again_tail"]) == (person_id, tail):
        return int(waiting["again_order_id"])
    raise Refusal(
        "withdrawals.being_paid_again",
        f"这笔退回款已有一笔付往尾号 {waiting['again_tail']} 的付款在办理。请在“付款”里签发，或不予付款后重新办理。",
        status=409,
    )


def _refuse_frozen(account_id: int, at: datetime) -> None:
    """A court's freeze binds this money, too: it was the account's, and paying it would go around the freeze."""
    today = at.astimezone(ZONE).date()
    for one in account_queries.freezes(account_id):
        if one.ended_at is None and (one.until_on is None or one.until_on >= today):
            raise Refusal(
                "withdrawals.frozen",
                f"{one.authority}的冻结还没有解除，退回的款项不能再付。请先按解除冻结的文书办理，再付款。", status=409,
            )  # fmt: skip


def _bound(person_id: int, at: datetime) -> Payee:
    """The person's own card as the bank confirmed it; refuses none, and one still in its wait."""
    card = payments.bound_card(person_id, at=at)
    if card is None:
        raise Refusal(
            "withdrawals.no_card", "本人还没有绑定银行卡。请通知本人先绑定自己的银行卡，再付款。", status=409,
            field="card",
        )  # fmt: skip
    if not card.usable:
        usable = card.usable_from.astimezone(ZONE)
        raise Refusal(
            "withdrawals.card_waits",
            f"本人新绑定的银行卡（尾号 {card.tail}）{usable:%-m月%-d日 %H:%M} 起才能收款。请到时再付。", status=409,
            field="card",
        )  # fmt: skip
    return card.payee


# ---------------------------------------------------------------------------------------- the bank's answers


@transaction.atomic
def on_paid_again(event: PaymentSettled) -> None:
    """The bank paid what had waited: Dr 219-04, Cr 101. Heard twice, done once."""
    if event.source_kind != AGAIN_KIND:
        return
    assert event.at is not None
    enter_gate(event.centre_id)
    found = _of_source(event.source_id)
    waiting = _open_return(found)
    if waiting is None or waiting["again_order_id"] != event.order_id:
        return
    order = payments.payment(event.order_id, centre_id=found.centre_id)
    assert order is not None
    key = f"{SOURCE_KIND}:{found.withdrawal_id}:again:{event.order_id}"
    voucher_id = _post(
        PostingRule.PAYMENT_REPEATED, found, key=key, event=event, maker=waiting["again_by_person_id"],
        checker=order.releaser_person_id, at=event.at,
    )  # fmt: skip
    execute(
        "UPDATE withdrawal_return SET repaid_voucher_id = %s, repaid_booked_on = %s, repaid_on = %s"
        " WHERE account_id = %s AND withdrawal_id = %s AND n = %s",
        [voucher_id, books.voucher(voucher_id, centre_id=found.centre_id).business_date, event.value_on,
         found.account_id, found.withdrawal_id, waiting["n"]],
    )  # fmt: skip
    _move(found, WithdrawalState.PAID_AGAIN, text=found.reason_text)
    _record("withdrawals.paid_again", found, event.at, order_id=event.order_id, voucher_id=voucher_id)
    publish(
        WithdrawalPaidAgain(
            withdrawal_id=found.withdrawal_id, account_id=found.account_id, centre_id=found.centre_id,
            case_id=found.case_id, person_id=found.person_id, reason=Reason(found.reason),
            amount_fen=found.amount_fen, card_tail=waiting["again_tail"], value_on=event.value_on, at=event.at,
        )
    )  # fmt: skip


@transaction.atomic
def on_again_returned(event: PaymentReturned) -> None:
    """It did not arrive this time either: it waits again, by a voucher where it had been paid. Once."""
    if event.source_kind != AGAIN_KIND:
        return
    assert event.at is not None
    enter_gate(event.centre_id)
    found = _of_source(event.source_id)
    waiting = _open_return(found)
    if waiting is not None:
        if waiting["again_order_id"] == event.order_id:
            _not_paid(found, waiting, event)
        return
    paid = WithdrawalReturnRow.objects.filter(
        account_id=found.account_id, withdrawal_id=found.withdrawal_id, again_order_id=event.order_id
    ).first()
    assert paid is not None and paid.again_by_person_id is not None, "the order was made here"
    order = payments.payment(event.order_id, centre_id=found.centre_id)
    assert order is not None
    keep_waiting(
        found, event, card_tail=paid.again_tail, maker=paid.again_by_person_id, checker=order.releaser_person_id
    )


def _not_paid(found: WithdrawalRow, waiting: dict[str, Any], event: PaymentReturned) -> None:
    """The bank did not pay, or no second person signed: the money has never left."""
    text = _what_happened(event.reason_text)
    execute(
        "UPDATE withdrawal_return SET again_order_id = NULL, again_by_person_id = NULL, again_tail = '',"
        " failed_text = %s WHERE account_id = %s AND withdrawal_id = %s AND n = %s",
        [text[:400], found.account_id, found.withdrawal_id, waiting["n"]],
    )
    assert event.at is not None
    _move(found, WithdrawalState.WAITING, text=text)
    _record("withdrawals.not_paid_again", found, event.at, order_id=event.order_id)
    publish(_waits(found, waiting["again_tail"], text, came_back=False, at=event.at))


# -------------------------------------------------------------------------------------------------- common


def _what_happened(text: str) -> str:
    """The sentences that say what happened: nobody can ask a closed account for the money once more (重新提交)."""
    told = [sentence.strip() for sentence in text.split("。")]
    return "".join(f"{sentence}。" for sentence in told if sentence and "重新提交" not in sentence)


def _of_source(withdrawal_id: int) -> WithdrawalRow:
    return WithdrawalRow.objects.select_for_update().get(withdrawal_id=withdrawal_id)


def _move(found: WithdrawalRow, state: WithdrawalState, *, text: str) -> None:
    done = execute(
        "UPDATE withdrawal SET state = %s, reason_text = %s WHERE account_id = %s AND withdrawal_id = %s"
        " AND state = %s",
        [state, text[:400], found.account_id, found.withdrawal_id, found.state],
    )
    assert done == 1, "its row or its order is locked"


def _post(
    rule: PostingRule, found: WithdrawalRow, *, key: str, event: PaymentSettled | PaymentReturned, maker: int | None,
    checker: int | None, at: datetime,
) -> int:  # fmt: skip
    """One voucher between 101 and 219-04; its event is the payment order, so it stands beside the bank's entry."""
    day = enter_gate_on(found.centre_id, at=at)
    draft = VoucherDraft(
        centre_id=found.centre_id, idempotency_key=key, kind=VoucherKind.SUSPENSE, business_date=day,
        request_digest=request_digest(key=key, fen=found.amount_fen, rule=rule.name), maker_person_id=maker,
        checker_person_id=checker, event_id=event.order_id,
        lines=pair(rule, amount_fen=found.amount_fen, bank_account_id=event.bank_account_id or None),
    )  # fmt: skip
    return post_voucher(draft, at=at).voucher_id


def _waits(found: WithdrawalRow, tail: str, text: str, *, came_back: bool, at: datetime) -> WithdrawalWaits:
    return WithdrawalWaits(
        withdrawal_id=found.withdrawal_id, account_id=found.account_id, centre_id=found.centre_id,
        case_id=found.case_id, person_id=found.person_id, reason=Reason(found.reason), amount_fen=found.amount_fen,
        card_tail=tail, reason_text=text, came_back=came_back, at=at,
    )  # fmt: skip


def _record(act: str, found: WithdrawalRow, at: datetime, **details: object) -> None:
    record(
        act, actor=Actor.machine(found.centre_id, "withdrawals"), at=at, subject="withdrawal",
        subject_id=found.withdrawal_id, person_id=found.person_id, case_id=found.case_id,
        details={"amount_fen": found.amount_fen, **details},
    )  # fmt: skip
