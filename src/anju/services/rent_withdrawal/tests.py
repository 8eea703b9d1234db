"""Rent withdrawal through casework, the account and the bank."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import connections

from anju import jobs
from anju.accounts import actions as accounts
from anju.accounts import queries as account_queries
from anju.accounts.types import FreezeKind
from anju.casework import actions as cases
from anju.casework import registry
from anju.casework.types import CaseState, Outcome, Proposal
from anju.exchange.types import Kind
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.refusal import Refusal
from anju.ledger import actions as books
from anju.notices import queries as notices
from anju.policy import book
from anju.services.rent_withdrawal import service
from anju.services.rent_withdrawal.form import RentForm
from anju.services.tests.world import AT, CENTRE, CLERK, RENTER_ID, REVIEWER, SPOUSE_ID, Renter, bind_card, renter
from anju.treasury import actions as treasury
from anju.treasury.fake_bank import PayMood
from anju.treasury.types import BankResult, ResultState
from anju.withdrawals import actions as withdrawal_actions
from anju.withdrawals import queries as withdrawals
from anju.withdrawals.types import Again, WithdrawalState

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> Iterator[Renter]:
    with renter() as made:
        yield made


def cap_fen() -> int:
    return book("anju").fen("withdraw.rent.monthly_cap", AT.date())


def refused(made: Renter, **filing: object) -> tuple[str, str]:
    """Article and text of a refusal."""
    case = made.case(made.ask_rent(**filing))  # type: ignore[arg-type]
    assert case.state is CaseState.REFUSED, case.steps[-1]
    assert case.decision is not None and case.decision.to_do
    return case.decision.article, case.decision.text


def pay(world: Renter, case_id: int) -> None:
    """The worker's part: the bank is told and asked."""
    assert jobs.run_all(until=timedelta(hours=1)) > 0


def test_a_rent_is_granted_in_one_submission_and_the_money_is_held_until_the_bank_pays(world: Renter) -> None:
    before = account_queries.overview(world.account_id)
    made = world.ask_rent()
    case = world.case(made)
    assert case.state is CaseState.IN_EFFECT
    assert case.decision is not None and case.decision.amount_fen == cap_fen()
    assert case.decision.working is not None and case.decision.working.result_fen == cap_fen()
    held = account_queries.overview(world.account_id)
    assert (held.balance_fen, held.held_fen) == (before.balance_fen, cap_fen())
    pay(world, made.case_id)
    paid = account_queries.overview(world.account_id)
    assert (paid.balance_fen, paid.held_fen) == (before.balance_fen - cap_fen(), 0)
    done = world.case(made)
    assert done.state is CaseState.CLOSED and "尾号 6620" in done.steps[-2].text
    assert len(world.bank.executed) == 1
    kinds = [message.kind for message in notices.inbox(person_id=world.person_id, login_id=world.actor.login_id)]
    assert "withdrawal_paid" in kinds


def test_the_same_rent_is_answered_by_the_law_of_its_day() -> None:
    """Income 8,600, rent 2,000: under 30 %. Refused on the last day of the 2019 text, granted a day later."""
    with renter(on=date(2026, 9, 19)) as old:
        at = datetime(2026, 9, 19, 9, 0, tzinfo=ZONE)
        article, text = refused(old, yuan=2000, at=at)
        assert article == "regulation.24.6"
        assert book("anju").article(article, at.date()).law_title == "住房公积金管理条例"
        assert "没有超过" in text
        new = old.case(old.ask_rent(yuan=2000, at=at + timedelta(days=1), key="next day"))
        assert new.decision is not None
        assert (new.decision.outcome, new.decision.article) == (Outcome.GRANT, "regulation.24.1")
        titles = [condition.title for condition in new.decision.working.conditions] if new.decision.working else []
        assert "房租超出家庭工资收入的规定比例" not in titles


def test_a_dead_registry_sends_the_case_to_people_who_establish_the_fact(world: Renter) -> None:
    world.agencies.down(Kind.HOMES)
    made = world.ask_rent()
    case = world.case(made)
    assert case.state is CaseState.REVIEW and case.verdict is not None and case.verdict.unknown == ("homes_own",)
    with pytest.raises(Refusal, match="not_ready"):
        cases.propose(made.case_id, Proposal.AGREE, reasons="看着没问题", actor=CLERK, at=AT)
    cases.establish_fact(made.case_id, "homes_own", 0, evidence="登记中心窗口查询结果", actor=CLERK, at=AT)
    cases.propose(made.case_id, Proposal.AGREE, reasons="已核实", actor=CLERK, at=AT)
    seen = cases.open_case(made.case_id, actor=REVIEWER, at=AT)
    cases.approve(made.case_id, seen_digest=seen.seen_digest, actor=REVIEWER, at=AT)
    decided = world.case(made)
    assert decided.state is CaseState.IN_EFFECT and decided.decision is not None
    assert decided.decision.amount_fen == cap_fen()


def test_all_agencies_dead_is_never_a_refusal(world: Renter) -> None:
    world.agencies.down()
    assert world.ask_rent().state is CaseState.REVIEW


def test_a_clerk_asks_again_when_the_registry_is_back(world: Renter) -> None:
    world.agencies.down(Kind.MARRIAGE)
    made = world.ask_rent()
    world.agencies.up()
    assert cases.ask_again(made.case_id, actor=CLERK, at=AT).outcome is Outcome.GRANT


def test_a_home_of_one_s_own_or_the_spouse_s_is_refused_with_its_article(world: Renter) -> None:
    home = {"homes": 1, "items": [{"address": "安居市", "area": "80", "since": "2020-01-01"}]}
    world.agencies.knows(Kind.MARRIAGE, {"status": "married", "spouse": {"name": "周明", "id_number": SPOUSE_ID}})
    world.agencies.knows(Kind.HOMES, home, id_number=SPOUSE_ID)
    article, text = refused(world)
    assert article == "regulation.24.1" and "住房 1 套" in text
    case = world.case(world.ask_rent(key="again"))
    assert SPOUSE_ID not in str(case.facts) and "周明" not in str(case.facts)


def test_the_same_month_is_paid_once(world: Renter) -> None:
    made = world.ask_rent()
    with pytest.raises(Refusal, match="case_running"):
        world.ask_rent(key="second")
    pay(world, made.case_id)
    article, text = refused(world, key="third")
    assert article == "withdrawal_measure.8.3" and "已经提取过" in text


def test_a_rent_is_taken_back_until_the_bank_is_told_and_the_month_is_free_again(world: Renter) -> None:
    made = world.ask_rent()
    cases.withdraw(made.case_id, actor=world.actor, at=AT)
    assert world.case(made).state is CaseState.WITHDRAWN
    assert account_queries.overview(world.account_id).held_fen == 0
    assert jobs.run_all(until=timedelta(hours=1)) >= 1
    assert not world.bank.executed
    again = world.ask_rent(key="again")
    assert again.state is CaseState.IN_EFFECT
    pay(world, again.case_id)
    with pytest.raises(Refusal):
        cases.withdraw(again.case_id, actor=world.actor, at=AT)


def test_a_rent_at_the_bank_is_not_taken_back(world: Renter) -> None:
    world.bank.will(PayMood.LATE)
    made = world.ask_rent()
    jobs.run_all()
    with pytest.raises(Refusal, match="不能再撤销"):
        cases.withdraw(made.case_id, actor=world.actor, at=AT)
    assert world.case(made).state is CaseState.IN_EFFECT


def test_money_the_bank_returns_is_available_again_and_the_member_reads_what_to_do(world: Renter) -> None:
    world.bank.will(PayMood.REFUSE)
    made = world.ask_rent()
    pay(world, made.case_id)
    case = world.case(made)
    assert case.state is CaseState.CLOSED and "可以重新申请" in case.steps[-1].text
    withdrawal = withdrawals.of_case(world.account_id, made.case_id)
    assert withdrawal is not None and withdrawal.state is WithdrawalState.RETURNED
    assert account_queries.overview(world.account_id).held_fen == 0
    assert world.ask_rent(key="again").state is CaseState.IN_EFFECT


def test_money_that_comes_back_to_a_closing_account_waits_and_the_member_reads_what_to_do(world: Renter) -> None:
    made = world.ask_rent()
    pay(world, made.case_id)
    accounts.hold_for_close_out(world.account_id, purpose="test", source_id=1, at=AT)
    paid = withdrawals.of_case(world.account_id, made.case_id)
    assert paid is not None
    said = BankResult(state=ResultState.SUCCESS, host_serial="H", value_on=AT.date(), returned_on=AT.date())
    treasury.record_result(CENTRE, paid.order_id, said, at=AT)
    case, told = world.case(made), notices.inbox(person_id=world.person_id, login_id=world.actor.login_id)
    assert case.state is CaseState.CLOSED and "由中心保管" in case.steps[-1].text
    assert "重新提交" not in case.steps[-1].text, "a closed account asks for nothing"
    (waits,) = [message for message in told if message.kind == "withdrawal_waits"]
    assert "不计利息" in waits.text and "更换本人的银行卡" in waits.text and "。。" not in waits.text
    again = withdrawal_actions.pay_again(
        world.account_id, paid.withdrawal_id, card=Again.BOUND, at=AT,
        actor=Actor(909, 909, "treasurer", None, "出纳", CENTRE),
    )  # fmt: skip
    found = withdrawals.of_case(world.account_id, made.case_id)
    assert found is not None and found.state is WithdrawalState.PAYING_AGAIN
    treasury.advance(CENTRE, again, at=AT)
    told = notices.inbox(person_id=world.person_id, login_id=world.actor.login_id)
    assert "withdrawal_paid_again" in [message.kind for message in told]
    assert world.case(made).steps[-1].title == "退回的款项已再次付出"


def test_a_frozen_account_is_refused(world: Renter) -> None:
    accounts.freeze(world.account_id, kind=FreezeKind.RECEIVE_ONLY, authority="某法院", document="1号", at=AT)
    assert "冻结" in refused(world)[1]


def test_a_freeze_that_comes_after_the_facts_stops_the_money(world: Renter) -> None:
    """The first run's effect meets the freeze; the second run finds it among the facts and refuses by the article."""
    gather, calls = service.SERVICE.gather, []

    def freeze_after(asking: object) -> object:
        found = gather(asking)  # type: ignore[arg-type]
        calls.append(1)
        if len(calls) == 1:
            accounts.freeze(world.account_id, kind=FreezeKind.RECEIVE_ONLY, authority="某法院", document="2号", at=AT)
        return found

    changed = replace(service.SERVICE, gather=freeze_after)  # type: ignore[arg-type]
    registry.install(changed)
    try:
        article, text = refused(world)
    finally:
        registry.install(service.SERVICE)
    assert "冻结" in text and article == "withdrawal_measure.6"
    assert account_queries.overview(world.account_id).held_fen == 0


def test_a_new_card_waits_before_it_may_receive(world: Renter) -> None:
    world.bank.cards["6217000010000007777"] = ("林晓雨", RENTER_ID)
    bind_card(world.actor, card="6217000010000007777", key="new card")
    article, text = refused(world)
    assert article == "withdrawal_measure.14" and "等待时间" in text
    assert world.ask_rent(at=AT + timedelta(hours=25), key="tomorrow").state is CaseState.IN_EFFECT


def test_without_a_card_the_refusal_says_to_bind_one(world: Renter) -> None:
    treasury.end_card(world.person_id, actor=world.actor, at=AT)
    assert "收款卡" in refused(world)[1]


def test_too_few_or_interrupted_months_are_refused() -> None:
    with renter(months=2) as made:
        assert refused(made)[0] == "withdrawal_measure.8.1"

def test_months_that_stopped_long_ago_do_not_count(world: Renter) -> None:
    later = datetime(2027, 2, 10, 10, 0, tzinfo=ZONE)
    books.open_days(CENTRE, date(2027, 1, 1), date(2027, 2, 28))
    assert "还差" in refused(world, at=later)[1]


@pytest.mark.race
def test_sixteen_parallel_requests_for_the_whole_balance_pay_once() -> None:
    with renter(months=3, paid_yuan=100) as made:
        start = threading.Barrier(16)

        def ask(n: int) -> CaseState | str:
            try:
                start.wait(timeout=30)
                return made.ask_rent(key=f"k{n}").state
            except Refusal as refusal:
                return refusal.code
            finally:
                connections.close_all()

        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(ask, range(16)))
        assert answers.count(CaseState.IN_EFFECT) == 1, answers
        held = account_queries.overview(made.account_id)
        assert held.held_fen == held.balance_fen - book("anju").fen("withdraw.min_remainder", AT.date())
        assert jobs.run_all(until=timedelta(hours=1)) > 0
        assert sum(made.bank.executed.values()) == 1


def test_a_small_balance_pays_what_is_there_above_the_remainder() -> None:
    with renter(months=3, paid_yuan=100) as made:
        case = made.case(made.ask_rent())
        remainder = book("anju").fen("withdraw.min_remainder", AT.date())
        assert case.decision is not None and case.decision.amount_fen == 30_000 - remainder


def test_the_form_has_one_field_and_refuses_what_is_no_amount() -> None:
    assert list(RentForm.base_fields) == ["monthly_rent"]
    for typed in ("", "abc", "0", "-5", "1.234", "9" * 40, "12\x00", "NaN", "1e5"):
        form = RentForm({"monthly_rent": typed})
        assert not form.is_valid(), typed
        assert str(form.errors["monthly_rent"][0]).endswith("。")
    for typed, fen in (("2600", 260000), ("2,600.50", 260050), (" 2600 元", 260000)):
        form = RentForm({"monthly_rent": typed})
        assert form.is_valid() and form.cleaned_data["monthly_rent"] == fen
