"""A unit opens: the legal representative at once, an agent through the desk; signing registers the unit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from anju.casework import actions as cases
from anju.casework import queries
from anju.casework.types import CaseState, Proposal
from anju.exchange.fakes import FakeAgencies
from anju.exchange.types import Kind
from anju.identity import queries as identity
from anju.identity.types import Role
from anju.kernel.actor import Actor
from anju.kernel.identifiers import IdKind
from anju.kernel.refusal import Refusal
from anju.parties import queries as parties
from anju.services.employer_opening.form import EmployerOpeningForm
from anju.services.tests.world import AT, CENTRE, CLERK, REVIEWER, log_in, number, outside, sign, unit_code, unit_log_in

pytestmark = pytest.mark.django_db

CODE, BOSS, BOSS_ID, BOSS_PHONE = unit_code(12), "沈云", number("70010019800215", 33), "16000011111"
AGENT, AGENT_ID, AGENT_PHONE = "赵宁", number("70010019900101", 44), "16000012222"


@pytest.fixture
def agencies() -> Iterator[FakeAgencies]:
    with outside() as (made, _):
        made.knows(
            Kind.COMPANY,
            {"name": "安居市云栖软件有限公司", "legal_person_name": BOSS, "address": "安和路1号", "state": "normal"},
            uscc=CODE,
        )
        made.knows(Kind.IDENTITY, {"match": True, "phone_match": True}, name=BOSS, id_number=BOSS_ID, phone=BOSS_PHONE)
        made.knows(Kind.IDENTITY, {"match": True, "phone_match": True}, name=AGENT, id_number=AGENT_ID)
        yield made


def answers(**changes: Any) -> dict[str, Any]:
    return {"uscc": CODE, "id_number": BOSS_ID, "payday": 10, "first_month": "2026-11", "ratio": 12, **changes}


def apply(actor: Actor, key: str = "k", **changes: Any) -> int:
    return cases.submit("employer_opening", answers(**changes), actor=actor, key=key, at=AT).case_id


def boss() -> Actor:
    return unit_log_in(BOSS, CODE, BOSS_PHONE)


def test_the_legal_representative_is_approved_at_once_and_signing_registers_the_unit(agencies: FakeAgencies) -> None:
    actor = boss()
    case_id = apply(actor)
    assert queries.case_for(actor, case_id).state is CaseState.DECIDED
    assert parties.unit_by_uscc(CENTRE, CODE, on=AT.date()) is None
    sign(actor, case_id)
    unit = parties.unit_by_uscc(CENTRE, CODE, on=AT.date())
    assert unit is not None
    assert (unit.name, unit.payday, str(unit.unit_ratio), str(unit.first_month)) == (
        "安居市云栖软件有限公司", 10, "0.1200", "2026-11",
    )  # fmt: skip
    held = identity.mandates_of(actor.login_id or 0)
    assert [(one.role, one.unit_id) for one in held] == [(Role.UNIT_ADMIN, unit.unit_id)]
    login = identity.login(actor.login_id or 0)
    assert login is not None and login.person_id is not None
    assert queries.case_for(actor, case_id).result["unit_id"] == unit.unit_id


def test_an_agent_is_reviewed_and_gets_in_by_signing(agencies: FakeAgencies) -> None:
    actor = log_in(AGENT, IdKind.ID18, AGENT_ID, AGENT_PHONE)
    case_id = apply(actor, id_number=AGENT_ID)
    case = queries.case_for(actor, case_id)
    assert case.state is CaseState.REVIEW and "授权" in case.steps[-1].text
    cases.request_correction(case_id, items=["authorisation"], note="", actor=CLERK, at=AT)
    cases.supplement(case_id, papers={"authorisation": 3}, actor=actor, at=AT)
    cases.propose(case_id, Proposal.AGREE, reasons="授权书齐全", actor=CLERK, at=AT)
    seen = cases.open_case(case_id, actor=REVIEWER, at=AT)
    cases.approve(case_id, seen_digest=seen.seen_digest, actor=REVIEWER, at=AT)
    assert identity.mandates_of(actor.login_id or 0) == []
    sign(actor, case_id)
    assert [held.role for held in identity.mandates_of(actor.login_id or 0)] == [Role.UNIT_ADMIN]


def test_a_unit_registered_already_is_refused_with_whom_to_ask(agencies: FakeAgencies) -> None:
    first = boss()
    sign(first, apply(first))
    second = log_in(AGENT, IdKind.ID18, AGENT_ID, AGENT_PHONE)
    case = queries.case_for(second, apply(second, id_number=AGENT_ID))
    assert case.state is CaseState.REFUSED and case.decision is not None
    assert "管理员" in case.decision.to_do and case.decision.article == "regulation.14"


def test_two_approved_applications_register_one_unit(agencies: FakeAgencies) -> None:
    first, second = boss(), log_in(BOSS, IdKind.ID18, BOSS_ID, "16000013333")
    agencies.knows(Kind.IDENTITY, {"match": True, "phone_match": True}, id_number=BOSS_ID)
    case_ids = apply(first), apply(second)
    sign(first, case_ids[0])
    with pytest.raises(Refusal, match=r"parties.unit_known"):
        sign(second, case_ids[1])
    assert identity.mandates_of(second.login_id or 0) == []


def test_a_company_the_registry_does_not_answer_for_goes_to_people_who_cannot_agree_yet(
    agencies: FakeAgencies,
) -> None:
    agencies.down(Kind.COMPANY)
    actor = boss()
    case_id = apply(actor)
    with pytest.raises(Refusal, match="not_ready"):
        cases.propose(case_id, Proposal.AGREE, reasons="看过执照", actor=CLERK, at=AT)
    agencies.up()
    cases.ask_again(case_id, actor=CLERK, at=AT)
    cases.propose(case_id, Proposal.AGREE, reasons="已查到", actor=CLERK, at=AT)


def test_a_person_has_one_log_in_also_when_he_opens_for_a_unit(agencies: FakeAgencies) -> None:
    own = log_in(BOSS, IdKind.ID18, BOSS_ID, "16000014444")
    agencies.knows(Kind.IDENTITY, {"match": True, "phone_match": True}, id_number=BOSS_ID)
    opening = cases.submit("member_opening", {}, actor=own, key="own", at=AT)
    sign(own, opening.case_id)
    unit_actor = boss()
    case = queries.case_for(unit_actor, apply(unit_actor))
    assert case.state is CaseState.REVIEW and case.verdict is not None and not case.verdict.can_be_agreed
    login = identity.login(own.login_id or 0)
    assert login is not None
    member = Actor(own.login_id, login.person_id, "member", None, BOSS, CENTRE)
    case_id = apply(member, key="unit")
    sign(member, case_id)
    assert {held.role for held in identity.mandates_of(own.login_id or 0)} == {Role.MEMBER, Role.UNIT_ADMIN}


def form(**typed: str) -> EmployerOpeningForm:
    good = {"uscc": CODE, "id_number": BOSS_ID, "payday": "10", "first_month": "2026-11", "ratio": "12"}
    return EmployerOpeningForm({**good, **typed}, today=date(2026, 11, 23))


def test_the_form_takes_good_values() -> None:
    good = form()
    assert good.is_valid(), good.errors
    assert good.cleaned_data == answers()


@pytest.mark.parametrize(
    ("field", "typed"),
    [("uscc", CODE[:-1] + "0"), ("uscc", "1234"), ("id_number", BOSS_ID[:-1] + "0"), ("payday", "0"), ("payday", "32"),
     ("payday", "9" * 30), ("ratio", "4"), ("ratio", "13"), ("ratio", "5.5"), ("first_month", "2026-13"),
     ("first_month", "2024-01"), ("first_month", "\x00"), ("uscc", "\x00")],
)  # fmt: skip
def test_the_form_refuses_each_wrong_value_beside_its_field(field: str, typed: str) -> None:
    if field == "uscc" and typed == CODE:
        typed = CODE[:-1] + "1"
    wrong = form(**{field: typed})
    assert not wrong.is_valid()
    assert field in wrong.errors


def test_what_registration_asked_is_filled_in(agencies: FakeAgencies) -> None:
    filled = cases.begin("employer_opening", actor=boss(), at=AT).prefilled
    assert (filled["uscc"], filled["first_month"], filled["ratio"]) == (CODE, "2026-11", 5)
    filled = cases.begin(
        "employer_opening", actor=log_in(AGENT, IdKind.ID18, AGENT_ID, AGENT_PHONE), at=AT
    ).prefilled
    assert filled["id_number"] == AGENT_ID and "uscc" not in filled
