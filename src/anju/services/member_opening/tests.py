"""Apply, approved, sign, permission: in this order for everybody, and nothing for whoever merely knows a number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from anju.casework import actions as cases
from anju.casework import queries, registry, texts
from anju.casework.types import CaseState, Proposal
from anju.database.sql import rows
from anju.exchange.fakes import FakeAgencies
from anju.exchange.types import Kind
from anju.identity import queries as identity
from anju.identity.types import Role
from anju.kernel.actor import Actor
from anju.kernel.identifiers import IdKind
from anju.kernel.refusal import Refusal
from anju.parties import actions as parties
from anju.parties import queries as people
from anju.parties.types import PersonDraft
from anju.services.tests.world import (
    AT,
    CENTRE,
    CLERK,
    NAME,
    PHONE,
    RENTER_ID,
    REVIEWER,
    log_in,
    outside,
    sign,
    unit_code,
    unit_log_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def agencies() -> Iterator[FakeAgencies]:
    with outside() as (made, _):
        yield made


def applicant(phone: str = PHONE, name: str = NAME) -> Actor:
    return log_in(name, IdKind.ID18, RENTER_ID, phone)


def apply(actor: Actor, key: str = "k") -> int:
    return cases.submit("member_opening", {}, actor=actor, key=key, at=AT).case_id


def agree(agencies: FakeAgencies, *, phone: bool = True, match: bool = True) -> None:
    agencies.knows(Kind.IDENTITY, {"match": match, "phone_match": phone})


def roles(actor: Actor) -> list[Role]:
    assert actor.login_id is not None
    return [held.role for held in identity.mandates_of(actor.login_id)]


def test_strong_proof_is_approved_at_once_and_the_signature_itself_creates_the_permission(
    agencies: FakeAgencies,
) -> None:
    agree(agencies)
    actor = applicant()
    case_id = apply(actor)
    case = queries.case_for(actor, case_id)
    assert case.state is CaseState.DECIDED and case.needs_signature
    assert roles(actor) == []
    login = identity.login(actor.login_id or 0)
    assert login is not None and login.person_id is None
    sign(actor, case_id)
    assert roles(actor) == [Role.MEMBER]
    login = identity.login(actor.login_id or 0)
    assert login is not None and login.person_id is not None
    found = people.person(login.person_id)
    assert found is not None and (found.name, found.id_number) == (NAME, RENTER_ID)
    assert [step.title for step in queries.case_for(actor, case_id).steps] == [
        "提交申请", "受理", "决定：同意", "签订协议", "开始办理", "已办好", "办结",
    ]  # fmt: skip


def test_the_phone_the_employer_enrolled_is_strong_even_when_the_agency_is_down(agencies: FakeAgencies) -> None:
    agencies.down()
    parties.find_or_create_people(
        [PersonDraft(NAME, IdKind.ID18, RENTER_ID, PHONE)], centre_id=CENTRE, at=AT, unit_id=7
    )
    actor = applicant()
    assert queries.case_for(actor, apply(actor)).state is CaseState.DECIDED


def test_whoever_merely_knows_a_number_waits_for_people_and_gets_nothing(agencies: FakeAgencies) -> None:
    parties.find_or_create_people(
        [PersonDraft(NAME, IdKind.ID18, RENTER_ID, PHONE)], centre_id=CENTRE, at=AT, unit_id=7
    )
    agree(agencies, phone=False)
    thief = applicant("16012345678")
    case = queries.case_for(thief, apply(thief))
    assert case.state is CaseState.REVIEW
    assert roles(thief) == []
    with pytest.raises(Refusal, match="nothing_to_sign"):
        sign(thief, case.case_id)


def test_no_permission_without_a_signature_at_any_state(agencies: FakeAgencies) -> None:
    agree(agencies, phone=False)
    actor = applicant()
    case_id = apply(actor)
    cases.propose(case_id, Proposal.AGREE, reasons="柜台核对了证件", actor=CLERK, at=AT)
    assert roles(actor) == []
    seen = cases.open_case(case_id, actor=REVIEWER, at=AT)
    cases.approve(case_id, seen_digest=seen.seen_digest, actor=REVIEWER, at=AT)
    assert queries.case_for(actor, case_id).state is CaseState.DECIDED
    assert roles(actor) == []
    sign(actor, case_id)
    assert roles(actor) == [Role.MEMBER]


def test_the_promise_is_three_working_days(agencies: FakeAgencies) -> None:
    agencies.down()
    actor = applicant()
    case = queries.case_for(actor, apply(actor))
    assert case.promised_on is not None and case.promised_on.isoformat() == "2026-11-26"
    assert "3 个工作日" in case.promise_text


def test_an_older_or_altered_text_is_not_signed(agencies: FakeAgencies) -> None:
    agree(agencies)
    actor = applicant()
    case_id = apply(actor)
    text = texts.agreement(registry.service("member_opening"))
    for version, digest in (("0.9", text.text_digest), (text.version, "0" * 64)):
        with pytest.raises(Refusal, match="agreement_changed"):
            cases.sign(case_id, version=version, text_digest=digest, actor=actor, at=AT)
    assert roles(actor) == []


def test_what_was_signed_is_kept_with_its_version_and_digest(agencies: FakeAgencies) -> None:
    agree(agencies)
    actor = applicant()
    sign(actor, apply(actor))
    kept = rows("SELECT agreement, agreement_version, text_digest, signed_by_login_id FROM case_signature")
    text = texts.agreement(registry.service("member_opening"))
    assert kept == [
        {"agreement": "personal_service", "agreement_version": text.version, "text_digest": text.text_digest,
         "signed_by_login_id": actor.login_id}
    ]  # fmt: skip


def test_a_person_who_has_a_log_in_is_told_so_only_after_strong_proof(agencies: FakeAgencies) -> None:
    agree(agencies)
    first = applicant()
    sign(first, apply(first))
    second = applicant("16012345678")
    case = queries.case_for(second, apply(second))
    assert case.state is CaseState.REFUSED and case.decision is not None and "已经有登录账户" in case.decision.text
    agree(agencies, phone=False)
    thief = applicant("16012345679")
    weak = queries.case_for(thief, apply(thief))
    assert weak.state is CaseState.REVIEW and "登录账户" not in str([step.text for step in weak.steps])


def test_a_clerk_cannot_open_for_himself(agencies: FakeAgencies) -> None:
    agencies.down()
    mine = parties.find_or_create_people([PersonDraft(NAME, IdKind.ID18, RENTER_ID)], centre_id=CENTRE, at=AT)[0]
    actor = applicant()
    case_id = apply(actor)
    clerk_himself = Actor(8_099, mine.person_id, "clerk", None, NAME, CENTRE)
    with pytest.raises(Refusal) as refused:
        cases.propose(case_id, Proposal.AGREE, reasons="是我本人", actor=clerk_himself, at=AT)
    assert refused.value.status == 404


def test_an_opened_or_a_unit_s_log_in_does_not_apply_again(agencies: FakeAgencies) -> None:
    agree(agencies)
    actor = applicant()
    sign(actor, apply(actor))
    login = identity.login(actor.login_id or 0)
    assert login is not None
    opened = Actor(actor.login_id, login.person_id, "member", None, NAME, CENTRE)
    with pytest.raises(Refusal, match="already_open"):
        apply(opened, key="again")
    with pytest.raises(Refusal, match="unit_login"):
        apply(unit_log_in("沈云", unit_code(1), "16000011111"))
