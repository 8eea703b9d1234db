"""The bank sends a withdrawal back when its account is closed: the money waits in 219-04, and is paid again once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from anju.accounts import actions as accounts
from anju.accounts import queries as account_queries
from anju.accounts.tests import world as members
from anju.accounts.types import AccountState, FreezeKind
from anju.database.sql import row, rows
from anju.kernel.actor import Actor
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.ledger import queries as books
from anju.ledger.checks import CHECKS as BOOK_CHECKS
from anju.policy import book
from anju.treasury import actions as treasury
from anju.treasury import queries as money
from anju.treasury.bank import using
from anju.treasury.checks import CHECKS as BANK_CHECKS
from anju.treasury.fake_bank import FakeBank, PayMood
from anju.treasury.tests.statement_files import Line, ledger_csv
from anju.treasury.tests.test_cards import OK, OTHER
from anju.treasury.tests.world import (
    AT,
    CENTRE,
    MEMBER,
    TREASURER_2,
    draft,
    later,
    member,
    notice,
    open_world,
    treasurer,
)
from anju.treasury.types import BankResult, Direction, EntryNotice, PaymentReturned, PaymentState, ResultState
from anju.withdrawals import actions, queries
from anju.withdrawals.checks import CHECKS
from anju.withdrawals.types import (
    Again,
    CloseAccount,
    PayOut,
    Reason,
    ReturnSeen,
    Withdrawal,
    WithdrawalPaidAgain,
    WithdrawalReturned,
    WithdrawalState,
    WithdrawalWaits,
)

pytestmark = pytest.mark.django_db(transaction=True)
BALANCE, TAKEN = 500_000, 180_000
NEXT = AT + timedelta(days=1)
RETURNED = "219-04"


@dataclass
class Taken:
    """A rent that was paid, and the bank that paid it."""

    made: Withdrawal
    bank: FakeBank

    @property
    def account_id(self) -> int:
        return self.made.account_id

    @property
    def serial(self) -> str:
        return self.bank.sent[0].business_serial

    @property
    def state(self) -> WithdrawalState:
        found = queries.of_case(self.account_id, self.made.case_id)
        assert found is not None
        return found.state

    def order_again(self, card: Again = Again.SAME, *, by: int = TREASURER_2, at: datetime = NEXT) -> int:
        return actions.pay_again(self.account_id, self.made.withdrawal_id, card=card, actor=treasurer(by), at=at)

    def pay(self, order_id: int, *, at: datetime = NEXT) -> None:
        with using(self.bank):
            treasury.advance(CENTRE, order_id, at=at)


@pytest.fixture
def taken(heard: list[object]) -> Taken:
    """An account of 5,000 yuan, 1,800 of them paid for rent; a bank that pays by mandate."""
    open_world()
    accounts.load_rates(book("anju"), centre_id=CENTRE, at=AT)
    account_id = accounts.open_accounts([MEMBER], centre_id=CENTRE, unit_id=7, opened_on=date(2026, 11, 1), at=AT)[0]
    members.contribute([(account_id, BALANCE // 2, BALANCE // 2)], on=date(2026, 11, 2))
    order = PayOut(
        account_id=account_id, centre_id=CENTRE, person_id=MEMBER, case_id=1, reason=Reason.RENT,
        period=Month.parse("2026-11"), amount_fen=TAKEN, payee=draft().payee, card_tail="6620",
        maker_person_id=MEMBER, checker_person_id=None, checker_release="2026.11-test",
    )  # fmt: skip
    found = Taken(actions.pay_out(order, at=AT), FakeBank())
    found.pay(found.made.order_id, at=later(10))
    return found


def closing(taken: Taken) -> Withdrawal:
    """The close-out of the account, ordered."""
    order = CloseAccount(
        account_id=taken.account_id, centre_id=CENTRE, person_id=MEMBER, case_id=2, reason=Reason.RETIREMENT,
        payee=draft().payee, card_tail="6620", maker_person_id=MEMBER, checker_person_id=None,
        checker_release="2026.11-test",
    )  # fmt: skip
    return actions.close_out(order, at=later(60))


def close(taken: Taken) -> Withdrawal:
    made = closing(taken)
    taken.pay(made.order_id, at=later(70))
    assert account_queries.overview(taken.account_id).state is AccountState.WITHDRAWN
    return made


def came_back(taken: Taken, *, at: datetime = NEXT) -> None:
    """The bank's notice of the money that came back."""
    treasury.receive_notice(returning(taken), at=at, centre_id=CENTRE)


def returning(taken: Taken, serial: str = "B1", n: int = 0) -> EntryNotice:
    return notice(
        serial, amount_fen=TAKEN, entry_date=NEXT.date(), original_serial=taken.bank.sent[n].business_serial,
        counter_name="林晓雨", counter_account="6217000010000006620", summary="退汇",
    )  # fmt: skip


def waiting() -> ReturnSeen:
    (found,) = queries.returns_waiting(CENTRE, limit=9)
    return found


def on_returned() -> int:
    return -books.subject_balance(CENTRE, RETURNED)


def in_order() -> None:
    """Every invariant beneath, and the bank's journal beside the books, entry by entry."""
    assert {one.name: lines for one in (*CHECKS, *BOOK_CHECKS, *BANK_CHECKS) if (lines := rows(one.sql))} == {}
    assert members.broken() == {}
    (compared,) = money.journal_against_books(CENTRE, NEXT.date() + timedelta(days=3))
    assert [one.effect_fen for one in (*compared.unbooked, *compared.unjournaled)] == []


def by_notice(taken: Taken) -> None:
    came_back(taken)


def by_statement(taken: Taken) -> None:
    closing_fen = taken.bank.sent[1].amount_fen
    lines = [
        Line("H1", BALANCE, name="", account="", summary="转入"),
        Line("W1", -TAKEN, own=taken.bank.sent[0].business_serial),
        Line("W2", -closing_fen, own=taken.bank.sent[1].business_serial),
        Line("B1", TAKEN, NEXT.date(), own=taken.bank.sent[0].business_serial, summary="退汇"),
    ]
    treasury.import_statement(ledger_csv(lines), "a.csv", actor=treasurer(), at=NEXT)


def by_query(taken: Taken) -> None:
    said = BankResult(state=ResultState.SUCCESS, host_serial="H", value_on=AT.date(), returned_on=NEXT.date())
    treasury.record_result(CENTRE, taken.made.order_id, said, at=NEXT)


def by_reversal(taken: Taken) -> None:
    """The bank writes it as the taking back of its own debit."""
    order = row("SELECT host_serial FROM payment_order WHERE order_id = %s", [taken.made.order_id])
    assert order is not None
    undone = notice("R1", amount_fen=TAKEN, entry_date=NEXT.date(), direction=Direction.CREDIT, reversal=True,
                    original_host_serial=order["host_serial"], counter_name="", counter_account="")  # fmt: skip
    treasury.receive_notice(undone, at=NEXT, centre_id=CENTRE)


@pytest.mark.parametrize("told", [by_notice, by_statement, by_query, by_reversal])
def test_the_banks_word_is_taken_though_the_account_is_closed(
    taken: Taken, heard: list[object], told: Callable[[Taken], None]
) -> None:
    close(taken)
    told(taken)
    assert taken.state is WithdrawalState.WAITING and on_returned() == TAKEN
    seen = waiting()
    assert (seen.amount_fen, seen.came_on, seen.card_tail, seen.again_order_id) == (TAKEN, NEXT.date(), "6620", None)
    voucher = books.voucher(seen.voucher_id, centre_id=CENTRE)
    assert [(one.subject, one.debit_fen, one.credit_fen) for one in voucher.lines] == [
        ("101", TAKEN, 0), (RETURNED, 0, TAKEN)
    ]  # fmt: skip
    assert voucher.event_id == taken.made.order_id, "it stands beside the bank's entry"
    news = heard[-1]
    assert isinstance(news, WithdrawalWaits) and news.came_back and news.amount_fen == TAKEN
    account = account_queries.overview(taken.account_id)
    assert (account.state, account.balance_fen) == (AccountState.WITHDRAWN, 0)
    assert queries.taken_fen(taken.account_id, Reason.RENT, taken.made.period) == TAKEN, "the month stays taken"
    if told is not by_statement:  # which tells of money in that nobody here listens to
        in_order()


def test_a_return_told_by_notice_statement_and_query_is_one(taken: Taken, heard: list[object]) -> None:
    close(taken)
    for told in (by_notice, by_query, by_notice, by_statement):
        told(taken)
    actions.on_payment_returned(
        PaymentReturned(order_id=taken.made.order_id, source_kind="withdrawal", source_id=taken.made.withdrawal_id,
                        reason_text="退汇", centre_id=CENTRE, amount_fen=TAKEN, after_settlement=True, at=NEXT)
    )  # fmt: skip
    assert on_returned() == TAKEN and len(queries.returns_of(CENTRE, taken.made.withdrawal_id)) == 1
    assert sum(isinstance(one, WithdrawalWaits) for one in heard) == 1


def test_money_comes_back_while_the_account_is_being_closed_and_the_closing_goes_on(
    taken: Taken, heard: list[object]
) -> None:
    made = closing(taken)
    came_back(taken, at=later(65))
    assert on_returned() == TAKEN and taken.state is WithdrawalState.WAITING
    taken.pay(made.order_id, at=later(70))
    assert account_queries.overview(taken.account_id).state is AccountState.WITHDRAWN
    taken.pay(taken.order_again())
    assert taken.state is WithdrawalState.PAID_AGAIN and on_returned() == 0
    in_order()


def test_a_court_that_froze_the_account_keeps_nothing_from_coming_back_to_it(
    taken: Taken, heard: list[object]
) -> None:
    accounts.freeze(taken.account_id, kind=FreezeKind.FULL, authority="法院", document="1", at=later(30))
    came_back(taken)
    seen = account_queries.overview(taken.account_id)
    assert (seen.balance_fen, seen.available_fen, seen.frozen) == (BALANCE, 0, True)
    assert taken.state is WithdrawalState.PAID_BACK and on_returned() == 0
    assert isinstance(heard[-1], WithdrawalReturned)
    in_order()


def test_what_waits_of_a_frozen_account_is_not_paid_around_the_freeze(taken: Taken, heard: list[object]) -> None:
    closing(taken)
    n = accounts.freeze(taken.account_id, kind=FreezeKind.FULL, authority="安居市法院", document="1", at=later(62))
    came_back(taken, at=later(65))
    assert taken.state is WithdrawalState.WAITING, "its closing is under way behind the freeze"
    with pytest.raises(Refusal) as refused:
        taken.order_again()
    assert refused.value.code == "withdrawals.frozen" and "安居市法院" in refused.value.text
    accounts.unfreeze(taken.account_id, n, document="2", at=NEXT)
    taken.pay(taken.order_again())
    assert on_returned() == 0
    in_order()


def test_it_is_paid_again_by_a_second_person_and_leaves_219(taken: Taken, heard: list[object]) -> None:
    close(taken)
    came_back(taken)
    order_id = taken.order_again()
    assert taken.order_again() == order_id, "asked again it answers the same"
    order = money.payment(order_id, centre_id=CENTRE)
    assert order is not None and (order.maker_person_id, order.payee_tail) == (TREASURER_2, "6620")
    assert order.releaser_person_id not in (None, TREASURER_2) and order.amount_fen == TAKEN
    assert taken.state is WithdrawalState.PAYING_AGAIN and waiting().again_order_id == order_id
    taken.pay(order_id)
    assert taken.state is WithdrawalState.PAID_AGAIN and on_returned() == 0
    assert queries.returns_waiting(CENTRE, limit=9) == []
    (kept,) = queries.returns_of(CENTRE, taken.made.withdrawal_id)
    assert kept.repaid_voucher_id is not None and kept.repaid_on is not None
    voucher = books.voucher(kept.repaid_voucher_id, centre_id=CENTRE)
    assert (voucher.event_id, voucher.maker_person_id) == (order_id, TREASURER_2)
    assert voucher.checker_person_id == order.releaser_person_id
    assert isinstance(heard[-1], WithdrawalPaidAgain) and heard[-1].card_tail == "6620"
    in_order()


def test_it_is_paid_to_the_card_the_member_has_bound_since(taken: Taken, heard: list[object]) -> None:
    close(taken)
    came_back(taken)
    with pytest.raises(Refusal) as refused:
        taken.order_again(Again.BOUND)
    assert refused.value.code == "withdrawals.no_card" and refused.value.field == "card"
    treasury.bind_card(MEMBER, card=OTHER, holder="林晓雨", check=OK, actor=member(), at=NEXT)
    with pytest.raises(Refusal) as refused:
        taken.order_again(Again.BOUND)
    assert refused.value.code == "withdrawals.card_waits" and "2230" in refused.value.text
    usable = NEXT + timedelta(hours=24)
    taken.pay(taken.order_again(Again.BOUND, at=usable), at=usable)
    assert taken.bank.sent[-1].payee.account == OTHER and taken.bank.sent[-1].payee.name == "林晓雨"
    assert isinstance(heard[-1], WithdrawalPaidAgain) and heard[-1].card_tail == "2230"
    in_order()


def test_paid_again_and_returned_again_it_waits_again(taken: Taken, heard: list[object]) -> None:
    close(taken)
    came_back(taken)
    taken.pay(taken.order_again())
    treasury.receive_notice(returning(taken, "B2", n=2), at=NEXT, centre_id=CENTRE)
    treasury.receive_notice(returning(taken, "B2", n=2), at=NEXT, centre_id=CENTRE)
    assert taken.state is WithdrawalState.WAITING and on_returned() == TAKEN
    assert [one.n for one in queries.returns_of(CENTRE, taken.made.withdrawal_id)] == [1, 2]
    in_order()
    taken.pay(taken.order_again())
    assert taken.state is WithdrawalState.PAID_AGAIN and on_returned() == 0
    assert [type(one) for one in heard[-4:]] == [WithdrawalWaits, WithdrawalPaidAgain] * 2
    in_order()


def test_a_payment_that_the_bank_refuses_or_nobody_signs_leaves_it_waiting(
    taken: Taken, heard: list[object]
) -> None:
    close(taken)
    came_back(taken)
    taken.bank.will(PayMood.REFUSE)
    taken.pay(taken.order_again())
    assert taken.state is WithdrawalState.WAITING and on_returned() == TAKEN
    assert waiting().failed_text and waiting().again_order_id is None
    news = heard[-1]
    assert isinstance(news, WithdrawalWaits) and not news.came_back
    declined = taken.order_again()
    treasury.decline_payment(declined, reason="卡号要再核对", actor=treasurer(), at=NEXT)
    assert waiting().failed_text == "卡号要再核对。"
    order = money.payment(declined, centre_id=CENTRE)
    assert order is not None and order.state is PaymentState.RETURNED
    assert taken.order_again() != declined
    in_order()


@pytest.mark.race
def test_two_treasurers_at_the_same_moment_order_one_payment(taken: Taken, heard: list[object]) -> None:
    close(taken)
    came_back(taken)
    start = threading.Barrier(2)

    def order(by: int) -> object:
        try:
            connection.ensure_connection()
            start.wait(20)
            return taken.order_again(by=by)
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(order, (TREASURER_2, TREASURER_2 + 1)))
    (refused,) = [one for one in answers if isinstance(one, Refusal)]
    assert refused.code == "withdrawals.being_paid_again" and "签发" in refused.text
    assert len(money.payments_of("withdrawal_again", taken.made.withdrawal_id, centre_id=CENTRE)) == 1
    in_order()


def test_only_a_treasurer_pays_again_and_only_what_waits(taken: Taken, heard: list[object]) -> None:
    def refused(account_id: int = taken.account_id, withdrawal_id: int = taken.made.withdrawal_id,
                actor: Actor | None = None) -> str:  # fmt: skip
        with pytest.raises(Refusal) as caught:
            actions.pay_again(account_id, withdrawal_id, card=Again.SAME, at=NEXT, actor=actor or treasurer())
        return caught.value.code

    assert refused() == "withdrawals.not_waiting"
    assert refused(actor=member()) == "not_treasurer"
    assert refused(withdrawal_id=987654) == "withdrawals.unknown"
    assert refused(actor=replace(treasurer(), centre_id=CENTRE + 1)) == "withdrawals.unknown"


def test_the_close_out_may_come_back_as_well_and_the_rent_still_waits(taken: Taken, heard: list[object]) -> None:
    made = close(taken)
    came_back(taken)
    treasury.record_result(
        CENTRE, made.order_id,
        BankResult(state=ResultState.SUCCESS, host_serial="H", value_on=AT.date(), returned_on=NEXT.date()), at=NEXT,
    )  # fmt: skip
    assert account_queries.overview(taken.account_id).balance_fen == BALANCE - TAKEN
    taken.pay(taken.order_again())
    assert taken.state is WithdrawalState.PAID_AGAIN and on_returned() == 0
    in_order()
