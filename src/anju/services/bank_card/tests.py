"""Binding one's own card: the bank's word, the wait, and telling both channels."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from anju.casework import actions as cases
from anju.casework.types import CaseState, Outcome
from anju.database.sql import rows
from anju.services.bank_card.form import CardForm
from anju.services.tests.world import AT, CLERK, NAME, RENTER_ID, Renter, bind_card, renter
from anju.treasury import queries as treasury

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "6217000010000007777"


@pytest.fixture
def world() -> Iterator[Renter]:
    with renter() as made:
        made.bank.cards[NEW] = (NAME, RENTER_ID)
        yield made


def test_an_own_card_is_bound_at_once_and_usable_after_the_wait(world: Renter) -> None:
    made = bind_card(world.actor, card=NEW, key="new")
    assert made.state is CaseState.CLOSED
    card = treasury.bound_card(world.person_id, at=AT)
    assert card is not None and (card.tail, card.usable) == ("7777", False)
    assert card.usable_from == AT + timedelta(hours=24)
    assert "24 小时后可以收款" in world.case(made).decision.text  # type: ignore[union-attr]


def test_another_s_card_is_refused_and_the_card_before_stays(world: Renter) -> None:
    world.bank.cards[NEW] = ("别人", RENTER_ID)
    made = bind_card(world.actor, card=NEW, key="new")
    case = world.case(made)
    assert case.state is CaseState.REFUSED and case.decision is not None and case.decision.to_do
    card = treasury.bound_card(world.person_id, at=AT)
    assert card is not None and card.tail == "6620"


def test_a_silent_bank_sends_the_case_to_people_who_ask_again(world: Renter) -> None:
    world.bank.down = True
    made = bind_card(world.actor, card=NEW, key="new")
    assert made.state is CaseState.REVIEW
    world.bank.down = False
    assert cases.ask_again(made.case_id, actor=CLERK, at=AT).outcome is Outcome.GRANT


def test_the_phone_of_the_log_in_and_the_one_the_centre_knows_are_both_told(world: Renter) -> None:
    from anju.parties import actions as parties
    from anju.parties.types import ContactSource

    parties.set_contact(world.person_id, "phone", "16000009999", source=ContactSource.EMPLOYER, at=AT)
    before = len(rows("SELECT 1 FROM sms WHERE purpose = 'card_bound'"))
    bind_card(world.actor, card=NEW, key="new")
    assert len(rows("SELECT 1 FROM sms WHERE purpose = 'card_bound'")) == before + 2


def test_the_card_number_is_nowhere_in_plain(world: Renter) -> None:
    bind_card(world.actor, card=NEW, key="new")
    for table in ("casework_case", "case_decision", "case_step", "audit_record", "notice", "member_card"):
        assert not rows(f"SELECT 1 FROM {table} t WHERE t::text LIKE %s", [f"%{NEW}%"]), table  # noqa: S608


def test_the_form_refuses_what_is_no_card_number() -> None:
    for typed in ("", "123", "6217 0000 1000 000x", "6" * 22, "62170000\x0010000006620"):
        assert not CardForm({"card": typed}).is_valid(), typed
    form = CardForm({"card": "6217 0000 1000 0006 620"})
    assert form.is_valid() and form.cleaned_data["card"] == "6217000010000006620"
