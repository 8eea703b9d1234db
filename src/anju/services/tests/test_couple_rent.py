"""A couple may both be paid for the rent they pay once: one after the other, and at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta

import pytest
from django.db import connections

from anju import jobs
from anju.accounts import actions as accounts
from anju.accounts import queries as account_queries
from anju.casework import actions as cases
from anju.casework import queries
from anju.casework.types import Case, CaseState, Submitted
from anju.exchange.types import Kind
from anju.identity import actions as identity
from anju.identity.types import Role
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.identifiers import IdKind
from anju.kernel.month import Month, months_between
from anju.parties import actions as parties
from anju.parties.types import PersonDraft
from anju.services.tests.world import AT, CENTRE, NAME, RENTER_ID, SPOUSE_ID, Renter, bind_card, pay_month, renter

pytestmark = pytest.mark.django_db(transaction=True)
SPOUSE, SPOUSE_PHONE, SPOUSE_CARD = "周明", "16000005679", "6217000010000008881"
RENT = 2600


@pytest.fixture
def couple() -> Iterator[tuple[Renter, Renter]]:
    """Both have an account here, a card past its wait, and a registered marriage."""
    with renter() as one:
        other = _spouse(one)
        married = {"status": "married", "spouse": {"name": SPOUSE, "id_number": SPOUSE_ID}}
        one.agencies.knows(Kind.MARRIAGE, married, id_number=RENTER_ID)
        married = {"status": "married", "spouse": {"name": NAME, "id_number": RENTER_ID}}
        one.agencies.knows(Kind.MARRIAGE, married, id_number=SPOUSE_ID)
        yield one, other


def _spouse(one: Renter) -> Renter:
    draft = PersonDraft(SPOUSE, IdKind.ID18, SPOUSE_ID, SPOUSE_PHONE)
    person_id = parties.find_or_create_people([draft], centre_id=CENTRE, at=AT)[0].person_id
    last = Month.of(AT.date()) - 1
    first = last - 11
    account_id = accounts.open_accounts(
        [person_id], centre_id=CENTRE, unit_id=7, opened_on=first.first_day,
        at=datetime.combine(first.first_day, time(10), ZONE),
    )[0]  # fmt: skip
    for month in months_between(first, last):
        pay_month(account_id, month, yuan=1000)
    login_id = identity.register(name=SPOUSE, id_kind=IdKind.ID18, id_number=SPOUSE_ID, phone=SPOUSE_PHONE, at=AT)
    machine = Actor.machine(CENTRE, "test")
    identity.bind_person(login_id, person_id, actor=machine, at=AT)
    identity.grant_mandate(login_id, Role.MEMBER, actor=machine, at=AT)
    actor = Actor(login_id, person_id, Role.MEMBER.value, None, SPOUSE, CENTRE)
    one.bank.cards[SPOUSE_CARD] = (SPOUSE, SPOUSE_ID)
    bind_card(actor, card=SPOUSE_CARD, at=AT - timedelta(days=3), key="spouse's card")
    return Renter(actor, person_id, account_id, one.agencies, one.bank)


def _ask(who: Renter, yuan: int = RENT) -> Case:
    made: Submitted = cases.submit("rent_withdrawal", {"monthly_rent": yuan * 100}, actor=who.actor, key="k", at=AT)
    return queries.case_for(who.actor, made.case_id)


def test_the_second_of_a_couple_gets_the_rest_and_reads_why(couple: tuple[Renter, Renter]) -> None:
    first, second = (_ask(one) for one in couple)
    assert first.decision is not None and first.decision.amount_fen == 180_000
    assert second.decision is not None and second.decision.amount_fen == 80_000
    assert "配偶已提取这个月的房租 1,800.00 元" in second.decision.text
    assert second.decision.working is not None
    assert [term.binding for term in second.decision.working.terms] == [False, True, False]


def test_nothing_is_left_when_the_other_had_the_whole_rent(couple: tuple[Renter, Renter]) -> None:
    _ask(couple[0], 1500)
    second = _ask(couple[1], 1500)
    assert second.state is CaseState.REFUSED and second.decision is not None
    assert second.decision.article == "withdrawal_measure.8.2" and "2026年12月" in second.decision.to_do


def test_a_withdrawal_taken_back_leaves_the_rent_to_the_other(couple: tuple[Renter, Renter]) -> None:
    first = _ask(couple[0])
    cases.withdraw(first.case_id, actor=couple[0].actor, at=AT)
    second = _ask(couple[1])
    assert second.decision is not None and second.decision.amount_fen == 180_000


def test_no_fact_shown_names_the_spouses_account(couple: tuple[Renter, Renter]) -> None:
    second = _ask(couple[1])
    assert second.decision is not None
    assert str(couple[0].account_id) not in " ".join(fact.text for fact in second.decision.facts.items)


@pytest.mark.race
def test_a_couple_asking_at_the_same_moment_takes_the_rent_once(couple: tuple[Renter, Renter]) -> None:
    start = threading.Barrier(2)

    def ask(who: Renter) -> Case:
        try:
            start.wait(timeout=30)
            return _ask(who)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(ask, couple))
    jobs.run_all(until=timedelta(hours=1))
    found = [queries.case_for(who.actor, case.case_id) for who, case in zip(couple, found, strict=True)]
    amounts = sorted(case.decision.amount_fen or 0 for case in found if case.decision is not None)
    assert amounts == [80_000, 180_000], [case.steps[-1] for case in found]
    assert all(account_queries.overview(who.account_id).held_fen == 0 for who in couple)
