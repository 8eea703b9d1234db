"""Closing an account through the bank: principal and interest in one payment, taken back, made anew day by day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from anju.accounts import actions as accounts
from anju.accounts import queries as account_queries
from anju.accounts.tests import world as members
from anju.accounts.types import AccountState, FreezeKind
from anju.database.sql import row, rows
from anju.ledger import queries as books
from anju.ledger.checks import CHECKS as BOOK_CHECKS
from anju.policy import book
from anju.treasury import actions as treasury
from anju.treasury import queries as money
from anju.treasury.bank import using
from anju.treasury.checks import CHECKS as BANK_CHECKS
from anju.treasury.fake_bank import FakeBank
from anju.treasury.tests.world import AT, CENTRE, MEMBER, draft, in_office, later, open_world
from anju.withdrawals import actions, queries
from anju.withdrawals.checks import CHECKS
from anju.withdrawals.types import CloseAccount, Reason, Withdrawal, WithdrawalPaid, WithdrawalReturned, WithdrawalState

pytestmark = pytest.mark.django_db(transaction=True)
BALANCE = 500_000
EARNED = 438  # 5,000.00 from 2 to 22 November: 21 days at 1.5 % of 360
Asked = Callable[..., CloseAccount]


@pytest.fixture
def asked(request: pytest.FixtureRequest) -> Asked:
    """An account with 5,000 yuan; a bank that pays by mandate, unless the test wants signatures."""
    open_world(mandate_fen=getattr(request, "param", 5_000_000))
    accounts.load_rates(book("anju"), centre_id=CENTRE, at=AT)
    account_id = accounts.open_accounts([MEMBER], centre_id=CENTRE, unit_id=7, opened_on=date(2026, 11, 1), at=AT)[0]
    members.contribute([(account_id, BALANCE // 2, BALANCE // 2)], on=date(2026, 11, 2))
    base = CloseAccount(
        account_id=account_id, centre_id=CENTRE, person_id=MEMBER, case_id=1, reason=Reason.RETIREMENT,
        payee=draft().payee, card_tail="6620", maker_person_id=MEMBER, checker_person_id=None,
        checker_release="2026.11-test",
    )  # fmt: skip
    return lambda **changes: replace(base, **changes)


def state(made: Withdrawal) -> WithdrawalState:
    found = queries.of_case(made.account_id, made.case_id)
    assert found is not None
    return found.state


def in_order() -> None:
    """Every invariant of the rooms beneath."""
    assert {one.name: lines for one in (*CHECKS, *BOOK_CHECKS, *BANK_CHECKS) if (lines := rows(one.sql))} == {}
    assert members.broken() == {}


def test_the_bank_is_told_principal_and_interest_and_the_voucher_names_the_payment(
    asked: Asked, heard: list[object]
) -> None:
    made = actions.close_out(asked(), at=AT)
    assert actions.close_out(asked(), at=later(5)) == made
    assert (made.amount_fen, made.interest_fen, made.closes_on) == (BALANCE + EARNED, EARNED, AT.date())
    with using(FakeBank()) as bank:
        treasury.advance(CENTRE, made.order_id, at=later(10))
    (sent,) = bank.sent
    assert (sent.business_kind, sent.amount_fen, sent.interest_fen) == ("03", BALANCE + EARNED, EARNED)
    found = row("SELECT voucher_id FROM withdrawal WHERE withdrawal_id = %s", [made.withdrawal_id])
    assert found is not None
    assert books.voucher(found["voucher_id"], centre_id=CENTRE).event_id == made.order_id
    (paid,) = heard
    assert isinstance(paid, WithdrawalPaid) and (paid.interest_fen, paid.balance_fen) == (EARNED, 0)
    assert account_queries.overview(made.account_id).state is AccountState.WITHDRAWN
    (compared,) = money.journal_against_books(CENTRE, AT.date())
    assert [(one.effect_fen, one.text) for one in compared.unbooked] == [], "the payment pairs with its voucher"
    in_order()


def test_money_that_comes_back_later_reopens_the_account(asked: Asked, heard: list[object]) -> None:
    made = actions.close_out(asked(), at=AT)
    with using(FakeBank()):
        treasury.advance(CENTRE, made.order_id, at=later(10))
    treasury.record_result(CENTRE, made.order_id, _came_back(), at=later(86_400))
    assert state(made) is WithdrawalState.PAID_BACK
    seen = account_queries.overview(made.account_id)
    assert (seen.balance_fen, seen.state) == (BALANCE, AccountState.NORMAL)
    assert [type(one) for one in heard] == [WithdrawalPaid, WithdrawalReturned]
    assert books.subject_balance(CENTRE, "411-01") == 0
    in_order()


def _came_back() -> object:
    from anju.treasury.types import BankResult, ResultState

    return BankResult(
        state=ResultState.SUCCESS, host_serial="H", value_on=AT.date(), returned_on=AT.date() + timedelta(days=1)
    )


@pytest.mark.parametrize("asked", [None], indirect=True)
def test_what_nobody_signed_is_ordered_anew_with_the_next_days_interest(asked: Asked, heard: list[object]) -> None:
    made = actions.close_out(asked(), at=AT)
    tomorrow = later(86_400)
    assert actions.renew_close_outs(CENTRE, today=AT.date(), at=later(60)) == 0
    assert actions.renew_close_outs(CENTRE, today=tomorrow.date(), at=tomorrow) == 1
    assert actions.renew_close_outs(CENTRE, today=tomorrow.date(), at=tomorrow) == 0
    renewed = queries.of_case(made.account_id, made.case_id)
    assert renewed is not None and renewed.order_id != made.order_id
    assert (renewed.interest_fen, renewed.closes_on) == (458, tomorrow.date())
    in_order()
    treasury.release_payment(renewed.order_id, actor=in_office(), at=tomorrow)
    assert actions.renew_close_outs(CENTRE, today=tomorrow.date() + timedelta(days=1), at=later(172_800)) == 0
    with using(FakeBank()) as bank:
        treasury.advance(CENTRE, made.order_id, at=later(172_900))
        treasury.advance(CENTRE, renewed.order_id, at=later(172_900))
    assert [(one.amount_fen, one.interest_fen) for one in bank.sent] == [(BALANCE + 458, 458)]
    assert account_queries.overview(made.account_id).balance_fen == 0 and state(made) is WithdrawalState.PAID
    in_order()


@pytest.mark.parametrize("asked", [None], indirect=True)
def test_an_account_that_a_court_froze_meanwhile_is_not_ordered_anew(asked: Asked, heard: list[object]) -> None:
    made = actions.close_out(asked(), at=AT)
    accounts.freeze(made.account_id, kind=FreezeKind.RECEIVE_ONLY, authority="法院", document="1", at=later(60))
    tomorrow = later(86_400)
    assert actions.renew_close_outs(CENTRE, today=tomorrow.date(), at=tomorrow) == 0
    assert state(made) is WithdrawalState.CANCELLED
    (told,) = heard
    assert isinstance(told, WithdrawalReturned) and "冻结" in told.reason_text
    assert account_queries.overview(made.account_id).held_fen == 0
    in_order()


def test_a_closing_is_taken_back_until_the_bank_was_told(asked: Asked, heard: list[object]) -> None:
    from anju.treasury.tests.world import member

    made = actions.close_out(asked(), at=AT)
    actions.cancel(made.account_id, made.case_id, actor=member(), at=later(5))
    assert account_queries.overview(made.account_id).available_fen == BALANCE
    members.contribute([(made.account_id, 100, 100)], on=date(2026, 11, 24))
    in_order()
