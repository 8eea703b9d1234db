"""Nobody reaches a case that is not his; four eyes are about natural persons; an approval binds to what was seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from anju.casework import actions, queries
from anju.casework.tests.world import (
    AT,
    CENTRE,
    CLERK,
    MEMBER,
    OTHER,
    REVIEWER,
    World,
    approve,
    file_case,
    in_approval,
    in_review,
    person,
    seen,
    service_on_offer,
)
from anju.casework.types import Audience, CaseState, Proposal
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[World]:
    with service_on_offer() as made:
        yield made


@pytest.mark.parametrize("case_id", [0, -1, 10**30, 987654321])
def test_an_impossible_or_missing_id_answers_404(world: World, case_id: int) -> None:
    with pytest.raises(Refusal) as refused:
        queries.case_for(MEMBER, case_id)
    assert refused.value.status == 404


def test_another_s_case_answers_like_a_missing_one_everywhere(world: World) -> None:
    case_id = in_review(world)
    agent = person(1, "unit_agent", unit=5)  # the same person acting for a unit
    for stranger in (OTHER, agent, Actor(None, None, "", None, "", CENTRE)):
        with pytest.raises(Refusal) as refused:
            queries.case_for(stranger, case_id)
        assert refused.value.status == 404
        assert queries.cases_of(stranger) == ()
    for act in (actions.withdraw, actions.report_mistake, actions.supplement):
        with pytest.raises(Refusal) as refused:
            act(case_id, actor=OTHER, at=AT)
        assert refused.value.status == 404


def test_the_desk_of_another_centre_and_a_member_see_nothing(world: World) -> None:
    case_id = in_review(world)
    elsewhere = Actor(900, 900, "clerk", None, "", CENTRE + 1)
    for nobody in (elsewhere, OTHER, person(14, "treasurer")):
        assert queries.queue(nobody) == ()
        with pytest.raises(Refusal) as refused:
            queries.desk_case(nobody, case_id)
        assert refused.value.status == 404


def test_a_clerk_s_own_case_is_hidden_from_him_by_person_not_by_log_in(world: World) -> None:
    own = Actor(777, CLERK.person_id, "member", None, "经办本人", CENTRE)
    case_id = in_review(world, actor=own)
    assert queries.queue(CLERK) == ()
    assert actions.claim_next(actor=CLERK, at=AT) is None
    with pytest.raises(Refusal) as refused:
        actions.propose(case_id, Proposal.AGREE, reasons="好的好的", actor=CLERK, at=AT)
    assert refused.value.status == 404


def test_one_person_with_two_accounts_cannot_clerk_and_review(world: World) -> None:
    case_id = in_approval(world)
    second_account = Actor(999, CLERK.person_id, "reviewer", None, "另一账号", CENTRE)
    assert queries.queue(second_account) == ()
    with pytest.raises(Refusal, match="four_eyes"):
        actions.approve(
            case_id, seen_digest=seen(case_id).seen_digest, actor=second_account, at=AT
        )
    approve(case_id)


def test_whoever_ever_worked_on_a_case_does_not_review_it(world: World) -> None:
    case_id = in_approval(world)
    actions.return_to_clerk(case_id, reason="再核实", actor=REVIEWER, at=AT)
    actions.propose(case_id, Proposal.AGREE, reasons="再次核实无误", actor=person(15, "clerk"), at=AT)
    first_clerk_now_reviewer = Actor(111, CLERK.person_id, "reviewer", None, "", CENTRE)
    with pytest.raises(Refusal, match="four_eyes"):
        approve(case_id, first_clerk_now_reviewer)


@pytest.mark.parametrize("actor", [MEMBER, REVIEWER, Actor(5, None, "clerk", None, "", CENTRE)])
def test_only_a_clerk_who_is_a_person_may_propose(world: World, actor: Actor) -> None:
    case_id = in_review(world)
    with pytest.raises(Refusal) as refused:
        actions.propose(case_id, Proposal.AGREE, reasons="好的好的", actor=actor, at=AT)
    assert refused.value.status == 403


def test_a_case_edited_after_it_was_seen_is_not_approved(world: World) -> None:
    case_id = in_approval(world)
    seen_digest = seen(case_id).seen_digest
    actions.report_mistake(case_id, actor=MEMBER, at=AT)
    actions.supplement(case_id, answers={"amount": 999_00}, actor=MEMBER, at=AT)
    actions.establish_fact(case_id, "homes", 0, evidence="登记中心", actor=CLERK, at=AT)
    actions.propose(case_id, Proposal.AGREE, reasons="已核实无房", actor=CLERK, at=AT)
    with pytest.raises(Refusal, match="content_changed"):
        actions.approve(case_id, seen_digest=seen_digest, actor=REVIEWER, at=AT)
    assert world.effects == []


def test_the_queue_is_ordered_by_due_date_and_claims_are_exclusive(world: World) -> None:
    late = in_review(world, at=AT)
    early = in_review(world, actor=OTHER, at=AT - timedelta(days=4))
    assert [line.case_id for line in queries.queue(CLERK)] == [early, late]
    other_clerk = person(15, "clerk")
    assert actions.claim_next(actor=CLERK, at=AT) == early
    assert actions.claim_next(actor=other_clerk, at=AT) == late
    assert not actions.claim(early, actor=other_clerk, at=AT)
    assert actions.claim(early, actor=other_clerk, at=AT + timedelta(hours=1))
    assert queries.queue_counts(CLERK) == {CaseState.REVIEW: 2}


def test_the_queue_says_why_people_look_and_masks_the_name(world: World) -> None:
    in_review(world)
    line = queries.queue(CLERK)[0]
    assert (line.applicant, line.reason) == ("王**", "住房情况没有查到。")


def test_lists_and_pages_take_one_query_however_long(world: World, django_assert_num_queries: Any) -> None:
    for n in range(3):
        file_case(key=f"k{n}")
    case_id = in_review(world, key="last")
    with django_assert_num_queries(1):
        assert len(queries.cases_of(MEMBER)) == 4
    with django_assert_num_queries(1):
        queries.case_for(MEMBER, case_id)
    with django_assert_num_queries(1):
        queries.queue(CLERK)


def test_opening_a_case_at_the_desk_leaves_a_look(world: World) -> None:
    from anju.audit import queries as audit

    case_id = in_review(world)
    actions.open_case(case_id, actor=CLERK, at=AT)
    assert audit.looks_at(MEMBER.person_id or 0, since=AT) == 1
    assert case_id


def test_a_member_s_service_needs_a_bound_log_in_and_a_unit_s_a_unit(world: World) -> None:
    with pytest.raises(Refusal, match="opening_needed"):
        file_case(actor=Actor(5, None, "applicant", None, "", CENTRE))
    with service_on_offer(audience=Audience.UNIT), pytest.raises(Refusal, match="unit_needed"):
        file_case(actor=MEMBER)


def test_drafts_are_one_s_own_are_replaced_and_live_thirty_days(world: World) -> None:
    draft = actions.save_draft("test_wish", {"amount": "1"}, actor=MEMBER, at=AT)
    assert actions.save_draft("test_wish", {"amount": "12"}, actor=MEMBER, at=AT, draft_id=draft) == draft
    assert queries.draft_for(MEMBER, draft, at=AT + timedelta(days=30)).values == {"amount": "12"}
    for actor, at in ((OTHER, AT), (MEMBER, AT + timedelta(days=31))):
        with pytest.raises(Refusal):
            queries.draft_for(actor, draft, at=at)
    stolen = actions.save_draft("test_wish", {"amount": "9"}, actor=OTHER, at=AT, draft_id=draft)
    assert stolen != draft
    actions.submit("test_wish", {"amount": 100}, actor=MEMBER, key="k", at=AT, draft_id=draft)
    assert queries.drafts_of(MEMBER, at=AT) == ()
    assert actions.forget_old_drafts(at=AT + timedelta(days=31)) == 1
