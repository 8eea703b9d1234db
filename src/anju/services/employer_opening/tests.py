"""A unit opens: the legal representative at once, an agent through the desk; signing registers the unit."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from anju.casework import actions as cases
from anju.casework import queries, registry, texts
from anju.casework.types import CaseState, Proposal
from anju.exchange.fakes import FakeAgencies
from anju.exchange.types import Kind
from anju.identity import queries as identity
from anju.identity.types import Role
from anju.kernel.actor import Actor
from anju.kernel.identifiers import IdKind, check_uscc
from anju.kernel.refusal import Refusal
from anju.parties import queries as parties
from anju.policy.book import CITIES, load_book
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
            {"name": "安居市云栖软件有限公司", "legal_person_name": BOSS, "address": "安和路1号", "state": "normal",
             "nature": "33"},
            uscc=CODE,
        )
        made.knows(Kind.IDENTITY, {"match": True, "phone_match": True}, name=BOSS, id_number=BOSS_ID, phone=BOSS_PHONE)
        made.knows(Kind.IDENTITY, {"match": True, "phone_match": True}, name=AGENT, id_number=AGENT_ID)
        yield made


def answers(**changes: Any) -> dict[str, Any]:
    return {
        "uscc": CODE, "id_number": BOSS_ID, "payday": 10, "first_month": "2026-11", "ratio": 12, "person_ratio": 12,
        "nature": "", **changes,
    }  # fmt: skip


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
    assert (unit.name, unit.payday, str(unit.unit_ratio), str(unit.person_ratio), str(unit.first_month)) == (
        "安居市云栖软件有限公司", 10, "0.1200", "0.1200", "2026-11",
    )  # fmt: skip
    assert (unit.nature, unit.nature_zh) == ("33", "城镇私营企业")
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
     ("payday", "9" * 30), ("ratio", "4"), ("ratio", "13"), ("ratio", "5.5"), ("ratio", "NaN"),
     ("ratio", "1E400"), ("ratio", "5.123"),
     ("nature", "企业"), ("nature", "99"), ("first_month", "2026-13"),
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
    assert (filled["uscc"], filled["first_month"], filled["ratio"]) == (CODE, "2026-11", "5")
    filled = cases.begin(
        "employer_opening", actor=log_in(AGENT, IdKind.ID18, AGENT_ID, AGENT_PHONE), at=AT
    ).prefilled
    assert filled["id_number"] == AGENT_ID and "uscc" not in filled


# ---------------------------------------------------------------------------------------- nature and ratios


def known_company(agencies: FakeAgencies, code: str, **more: str) -> None:
    facts = {"name": "安居市第一小学", "legal_person_name": BOSS, "address": "安和路2号", "state": "normal", **more}
    agencies.knows(Kind.COMPANY, facts, uscc=code)


def public_body(number: int) -> str:
    body = f"12700100MB{number:07d}"
    return body + (check_uscc(body + "0").correct_char or "")


def test_a_public_institution_is_known_by_its_code_and_nobody_types_its_nature(agencies: FakeAgencies) -> None:
    code = public_body(5)
    known_company(agencies, code)
    actor = unit_log_in(BOSS, code, BOSS_PHONE)
    case_id = apply(actor, uscc=code)
    fact = queries.case_for(actor, case_id).facts.by_name["nature"]
    assert (fact.value, fact.source) == ("20", "统一社会信用代码")
    sign(actor, case_id)
    unit = parties.unit_by_uscc(CENTRE, code, on=AT.date())
    assert unit is not None and unit.nature_zh == "事业单位"


def test_where_no_register_says_it_the_unit_s_own_word_holds(agencies: FakeAgencies) -> None:
    known_company(agencies, CODE)
    actor = boss()
    case_id = apply(actor, nature="30")
    sign(actor, case_id)
    unit = parties.unit_by_uscc(CENTRE, CODE, on=AT.date())
    assert unit is not None and unit.nature_zh == "国有企业"


def test_where_nobody_says_it_a_clerk_establishes_it(agencies: FakeAgencies) -> None:
    known_company(agencies, CODE)
    actor = boss()
    case_id = apply(actor)
    case = queries.case_for(actor, case_id)
    assert case.state is CaseState.REVIEW and case.verdict is not None and not case.verdict.can_be_agreed
    cases.establish_fact(case_id, "nature", "31", evidence="看了章程", actor=CLERK, at=AT)
    cases.propose(case_id, Proposal.AGREE, reasons="已核实", actor=CLERK, at=AT)
    seen = cases.open_case(case_id, actor=REVIEWER, at=AT)
    cases.approve(case_id, seen_digest=seen.seen_digest, actor=REVIEWER, at=AT)
    sign(actor, case_id)
    unit = parties.unit_by_uscc(CENTRE, CODE, on=AT.date())
    assert unit is not None and unit.nature_zh == "城镇集体企业"


def test_a_nature_that_differs_from_the_register_goes_to_people_who_see_both(agencies: FakeAgencies) -> None:
    actor = boss()
    case = queries.case_for(actor, apply(actor, nature="30"))
    fact = case.facts.by_name["nature"]
    assert case.state is CaseState.REVIEW and fact.differs
    assert (fact.text, fact.stated) == ("城镇私营企业", "国有企业")


@pytest.fixture
def sides_differ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo city, had it decided that unit and person may pay at different ratios."""
    folder = tmp_path / "cities"
    shutil.copytree(CITIES, folder)
    path = folder / "anju/parameters/contribution.ratio_sides.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace('"SAME"', '"MAY_DIFFER"'), encoding="utf-8")
    rules = load_book("anju", folder=folder)
    for module in ("services.employer_opening.form", "casework.actions.advancing", "casework.actions.deciding"):
        monkeypatch.setattr(f"anju.{module}.book", lambda: rules)


def test_where_the_city_wants_one_ratio_only_one_is_asked() -> None:
    one = form()
    assert one.is_valid(), one.errors
    assert "person_ratio" not in one.fields
    assert one.cleaned_data["person_ratio"] == one.cleaned_data["ratio"] == 12


def test_where_the_city_lets_them_differ_both_are_asked_and_registered(
    agencies: FakeAgencies, sides_differ: None
) -> None:
    both = form(ratio="12", person_ratio="7")
    assert both.is_valid(), both.errors
    wrong = form(ratio="12", person_ratio="4")
    assert not wrong.is_valid() and "person_ratio" in wrong.errors and "ratio" not in wrong.errors
    actor = boss()
    case_id = apply(actor, ratio=12, person_ratio=7)
    sign(actor, case_id)
    unit = parties.unit_by_uscc(CENTRE, CODE, on=AT.date())
    assert unit is not None and (str(unit.unit_ratio), str(unit.person_ratio)) == ("0.1200", "0.0700")


def test_a_mended_ratio_shows_the_reviewer_before_and_after(agencies: FakeAgencies) -> None:
    actor = log_in(AGENT, IdKind.ID18, AGENT_ID, AGENT_PHONE)
    case_id = apply(actor, id_number=AGENT_ID, ratio=5, person_ratio=5)
    cases.request_correction(case_id, items=["ratio", "authorisation"], note="", actor=CLERK, at=AT)
    mended = answers(id_number=AGENT_ID, ratio=12)
    cases.supplement(case_id, answers=mended, papers={"authorisation": 3}, actor=actor, at=AT)
    seen = cases.open_case(case_id, actor=REVIEWER, at=AT)
    assert [(one.label, one.before, one.after) for one in seen.corrections[0].changes] == [
        ("缴存比例", "单位 5%，职工 5%", "单位 12%，职工 12%")
    ]


# -------------------------------------------------------------------------------------------- signing again


def test_a_newer_agreement_is_signed_again_and_nothing_takes_effect_twice(
    agencies: FakeAgencies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = boss()
    case_id = apply(actor)
    sign(actor, case_id)
    assert not queries.case_for(actor, case_id).signs_again and queries.signed_before(actor) is None
    old = registry.service("employer_opening")
    for path in old.folder.glob("agreement-*.md"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "agreement-1.1.md").write_text("# 新版\n" + "说明" * 200, encoding="utf-8")
    monkeypatch.setitem(registry._SERVICES, "employer_opening", replace(old, folder=tmp_path))
    assert queries.case_for(actor, case_id).signs_again and queries.signed_before(actor) == case_id
    newer = texts.agreement(registry.service("employer_opening"))
    with pytest.raises(Refusal, match="agreement_changed"):
        cases.sign_again(case_id, version="1.0", text_digest=newer.text_digest, actor=actor, at=AT)
    cases.sign_again(case_id, version="1.1", text_digest=newer.text_digest, actor=actor, at=AT)
    case = queries.case_for(actor, case_id)
    assert [one.version for one in case.signatures] == ["1.0", "1.1"] and not case.signs_again
    assert case.state is CaseState.CLOSED and case.steps[-1].title == "签订新版协议"
    with pytest.raises(Refusal, match="nothing_to_sign"):
        cases.sign_again(case_id, version="1.1", text_digest=newer.text_digest, actor=actor, at=AT)
    assert len(identity.mandates_of(actor.login_id or 0)) == 1


def test_what_was_never_signed_is_not_signed_again(agencies: FakeAgencies) -> None:
    actor = boss()
    case_id = apply(actor)
    in_force = texts.agreement(registry.service("employer_opening"))
    with pytest.raises(Refusal, match="nothing_to_sign"):
        cases.sign_again(
            case_id, version=in_force.version, text_digest=in_force.text_digest, actor=actor, at=AT
        )
