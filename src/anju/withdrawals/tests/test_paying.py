"""A withdrawal from promise to its end: held, paid once, taken back, returned before or after it was posted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from anju.accounts import actions as accounts
from anju.accounts import queries as account_queries
from anju.accounts.tests import world as members
from anju.database.sql import rows
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.ledger.checks import CHECKS as BOOK_CHECKS
from anju.policy import book
from anju.treasury import actions as treasury
from anju.treasury.bank import using
from anju.treasury.fake_bank import FakeBank, PayMood
from anju.treasury.tests.world import AT, CENTRE, MEMBER, draft, later, member, open_world
from anju.treasury.types import PaymentReturned, PaymentSettled
from anju.withdrawals import actions, queries
from anju.withdrawals.checks import CHECKS
from anju.withdrawals.types import (
    PayOut,
    Reason,
    Shared,
    Withdrawal,
    WithdrawalPaid,
    WithdrawalReturned,
    WithdrawalState,
)

pytestmark = pytest.mark.django_db(transaction=True)
NOVEMBER = Month.parse("2026-11")
BALANCE, ASKED = 500_000, 180_000
Order = Callable[..., PayOut]


@pytest.fixture
def order() -> Order:
    """An account with 5,000 yuan, a bank that pays by mandate, and the form of a withdrawal from it."""
    open_world()
    accounts.load_rates(book("anju"), centre_id=CENTRE, at=AT)
    account_id = accounts.open_accounts([MEMBER], centre_id=CENTRE, unit_id=7, opened_on=date(2026, 11, 1), at=AT)[0]
    members.contribute([(account_id, BALANCE // 2, BALANCE // 2)], on=date(2026, 11, 2))
    base = PayOut(
        account_id=account_id, centre_id=CENTRE, person_id=MEMBER, case_id=1, reason=Reason.RENT, period=NOVEMBER,
        amount_fen=ASKED, payee=draft().payee, card_tail="6620", maker_person_id=MEMBER, checker_person_id=None,
        checker_release="2026.11-test",
    )  # fmt: skip
    return lambda **changes: replace(base, **changes)


def purse(made: Withdrawal) -> tuple[int, int]:
    """Balance and what is held."""
    seen = account_queries.overview(made.account_id)
    return seen.balance_fen, seen.held_fen


def state(made: Withdrawal) -> WithdrawalState:
    found = queries.of_case(made.account_id, made.case_id)
    assert found is not None
    return found.state


def in_order() -> None:
    """Every invariant of the room, of the accounts and of the books."""
    assert {check.name: found for check in (*CHECKS, *BOOK_CHECKS) if (found := rows(check.sql))} == {}
    assert members.broken() == {}


def settled(made: Withdrawal) -> PaymentSettled:
    return PaymentSettled(order_id=made.order_id, source_kind="withdrawal", source_id=made.withdrawal_id,
                          amount_fen=made.amount_fen, value_on=AT.date(), centre_id=CENTRE, at=AT)  # fmt: skip


def returned(made: Withdrawal) -> PaymentReturned:
    return PaymentReturned(order_id=made.order_id, source_kind="withdrawal", source_id=made.withdrawal_id,
                           reason_text="收款账户已销户", centre_id=CENTRE, at=AT)  # fmt: skip


def test_a_case_that_comes_twice_is_one_withdrawal(order: Order, heard: list[object]) -> None:
    made = actions.pay_out(order(), at=AT)
    assert actions.pay_out(order(), at=later(5)) == made
    assert purse(made) == (BALANCE, ASKED) and state(made) is WithdrawalState.RESERVED
    in_order()


def test_a_month_is_taken_once_and_a_refusal_leaves_nothing(order: Order, heard: list[object]) -> None:
    made = actions.pay_out(order(), at=AT)
    with pytest.raises(Refusal) as refused:
        actions.pay_out(order(case_id=2), at=later(5))
    assert refused.value.code == "withdrawals.period_taken" and "2026年11月" in refused.value.text
    assert purse(made) == (BALANCE, ASKED)
    assert len(rows("SELECT order_id FROM payment_order")) == 1
    assert actions.pay_out(order(case_id=2, period=NOVEMBER + 1), at=AT).case_id == 2
    in_order()


def test_more_than_is_there_is_refused_and_leaves_nothing(order: Order, heard: list[object]) -> None:
    with pytest.raises(Refusal):
        actions.pay_out(order(amount_fen=BALANCE + 1), at=AT)
    assert rows("SELECT 1 FROM payment_order") == [] and rows("SELECT 1 FROM withdrawal") == []
    in_order()


def test_an_expense_two_may_be_paid_for_is_paid_once(order: Order, heard: list[object]) -> None:
    first = actions.pay_out(order(), at=AT)
    hired = date(2026, 11, 1)
    other = accounts.open_accounts([MEMBER + 1], centre_id=CENTRE, unit_id=7, opened_on=hired, at=AT)[0]
    members.contribute([(other, BALANCE, 0)], on=date(2026, 11, 3), key="other")
    shared = Shared(account_id=first.account_id, expense_fen=260_000)
    asked = order(account_id=other, person_id=MEMBER + 1, maker_person_id=MEMBER + 1, case_id=3, shared=shared)
    with pytest.raises(Refusal) as refused:
        actions.pay_out(replace(asked, amount_fen=80_001), at=AT)
    assert refused.value.code == "withdrawals.expense_shared"
    assert actions.pay_out(replace(asked, amount_fen=80_000), at=AT).amount_fen == 80_000
    in_order()


def test_the_banks_word_heard_twice_posts_once(order: Order, heard: list[object]) -> None:
    made = actions.pay_out(order(), at=AT)
    with using(FakeBank()):
        treasury.advance(CENTRE, made.order_id, at=later(10))
    actions.on_payment_settled(settled(made))
    assert purse(made) == (BALANCE - ASKED, 0) and state(made) is WithdrawalState.PAID
    (paid,) = heard
    assert isinstance(paid, WithdrawalPaid) and paid.balance_fen == BALANCE - ASKED
    assert queries.taken_fen(made.account_id, Reason.RENT, NOVEMBER) == ASKED
    in_order()


def test_money_the_bank_refuses_is_free_again_and_so_is_the_month(order: Order, heard: list[object]) -> None:
    made = actions.pay_out(order(), at=AT)
    with using(FakeBank().will(PayMood.REFUSE)):
        treasury.advance(CENTRE, made.order_id, at=later(10))
    actions.on_payment_returned(returned(made))
    assert purse(made) == (BALANCE, 0) and state(made) is WithdrawalState.RETURNED
    assert [type(one) for one in heard] == [WithdrawalReturned]
    assert queries.periods_taken(made.account_id, Reason.RENT) == frozenset()
    assert actions.pay_out(order(case_id=2), at=later(60)).period == NOVEMBER
    in_order()


def test_money_that_comes_back_after_it_was_posted_is_given_back_by_a_counter_entry(
    order: Order, heard: list[object]
) -> None:
    made = actions.pay_out(order(), at=AT)
    with using(FakeBank().will(PayMood.EXECUTE_THEN_SILENT)) as bank:
        treasury.advance(CENTRE, made.order_id, at=later(10))
        bank.returned[bank.sent[0].business_serial] = AT.date()
        treasury.advance(CENTRE, made.order_id, at=later(60))
    actions.on_payment_returned(replace(returned(made), after_settlement=True))
    assert purse(made) == (BALANCE, 0) and state(made) is WithdrawalState.PAID_BACK
    lines = rows("SELECT credit_fen, debit_fen FROM member_line WHERE account_id = %s ORDER BY seq", [made.account_id])
    assert [(line["credit_fen"], line["debit_fen"]) for line in lines][-2:] == [(0, ASKED), (ASKED, 0)]
    assert [type(one) for one in heard] == [WithdrawalPaid, WithdrawalReturned]
    in_order()


def test_it_is_taken_back_until_the_bank_was_told(order: Order, heard: list[object]) -> None:
    made = actions.pay_out(order(), at=AT)
    actions.cancel(made.account_id, made.case_id, actor=member(), at=later(5))
    actions.cancel(made.account_id, made.case_id, actor=member(), at=later(6))
    assert purse(made) == (BALANCE, 0) and state(made) is WithdrawalState.CANCELLED
    with using(FakeBank()) as bank:
        treasury.advance(CENTRE, made.order_id, at=later(10))
    assert bank.sent == []
    told = actions.pay_out(order(case_id=2), at=later(20))
    with using(FakeBank().will(PayMood.LATE)):
        treasury.advance(CENTRE, told.order_id, at=later(30))
    with pytest.raises(Refusal) as refused:
        actions.cancel(told.account_id, told.case_id, actor=member(), at=later(31))
    assert refused.value.status == 409 and purse(told) == (BALANCE, ASKED)
    with pytest.raises(Refusal):
        actions.cancel(told.account_id, 99, actor=member(), at=later(31) + timedelta(seconds=1))
    in_order()


def test_other_payments_are_none_of_its_business(order: Order, heard: list[object]) -> None:
    made = actions.pay_out(order(), at=AT)
    actions.on_payment_settled(replace(settled(made), source_kind="refund"))
    actions.on_payment_returned(replace(returned(made), source_kind="refund"))
    assert state(made) is WithdrawalState.RESERVED and heard == []
