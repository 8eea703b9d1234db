"""A case moves along its one life-cycle, and every move is a step the applicant sees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from anju import jobs
from anju.audit import queries as audit
from anju.casework import actions, queries
from anju.casework.checks import CHECKS
from anju.casework.lifecycle import MOVES, Act, possible, target
from anju.casework.models import Case, CaseDecision
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
    seen,
    service_on_offer,
    titles,
)
from anju.casework.types import Audience, CaseState, Outcome, Proposal
from anju.database.sql import rows
from anju.files.actions import keep
from anju.identity import actions as identity
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[World]:
    with service_on_offer() as made:
        yield made
        for check in CHECKS:
            assert rows(check.sql) == [], check.name


def test_a_case_decided_by_rule_is_closed_in_one_submission_and_kept_with_its_facts(world: World) -> None:
    made = file_case()
    assert made.state is CaseState.CLOSED
    case = queries.case_for(MEMBER, made.case_id)
    assert [step.title for step in case.steps] == ["提交申请", "受理", "决定：同意", "开始办理", "已办好", "办结"]
    assert case.decision is not None and case.decision.by_rule
    assert case.decision.facts.value("homes") == 0
    assert case.decision.policy_release
    assert case.opinion is not None and case.opinion.number == f"办审〔2026〕1123-{made.number[-6:]}号"
    assert case.result["thing"] == 7


def test_a_refusal_names_its_article_and_what_to_do_and_takes_no_effect(world: World) -> None:
    world.homes = 1
    made = file_case()
    case = queries.case_for(MEMBER, made.case_id)
    assert case.state is CaseState.REFUSED
    assert case.decision is not None
    assert (case.decision.outcome, case.decision.article) == (Outcome.REFUSE, "regulation.rent")
    assert case.decision.to_do == "可以办理偿还贷款提取。"
    assert world.effects == []


def test_an_unknown_fact_leads_to_people_and_never_to_a_refusal(world: World) -> None:
    case_id = in_review(world)
    case = queries.case_for(MEMBER, case_id)
    assert case.decision is None
    assert case.verdict is not None and case.verdict.unknown == ("homes",)


def test_clerk_establishes_the_fact_proposes_and_the_reviewer_approves(world: World) -> None:
    case_id = in_approval(world)
    approve(case_id)
    case = queries.case_for(MEMBER, case_id)
    assert case.state is CaseState.CLOSED
    assert case.decision is not None and not case.decision.by_rule
    assert "人工核实：登记中心电话核实" in case.decision.facts.line("homes").source
    assert world.effects == [case_id]
    kept = CaseDecision.objects.get(case_id=case_id)
    assert (kept.maker_person_id, kept.checker_person_id) == (CLERK.person_id, REVIEWER.person_id)


def test_a_correction_stops_the_clock_and_the_supplement_brings_the_case_back_to_people(world: World) -> None:
    case_id = in_review(world)
    before = queries.case_for(MEMBER, case_id)
    actions.request_correction(case_id, items=["amount", "contract"], note="请看合同第二页", actor=CLERK, at=AT)
    waiting = queries.case_for(MEMBER, case_id)
    assert waiting.state is CaseState.CORRECTION and waiting.clock_stopped
    assert [item.title for item in waiting.corrections[0].items] == ["金额", "租房合同"]
    world.homes = 0
    later = AT + timedelta(days=7)
    actions.supplement(case_id, answers={"amount": 90_00}, papers={"contract": 5}, actor=MEMBER, at=later)
    back = queries.case_for(MEMBER, case_id)
    assert back.state is CaseState.REVIEW and not back.clock_stopped
    assert back.verdict is not None and back.verdict.amount_fen == 90_00
    assert before.legal_due_on is not None and back.legal_due_on is not None
    assert (back.legal_due_on - before.legal_due_on).days == 7
    assert [paper.material for paper in back.papers] == ["contract"]


def test_a_paper_keeps_the_name_its_owner_gave_it_and_costs_one_query_more(
    world: World, settings: Any, tmp_path: Path, django_assert_num_queries: Any
) -> None:
    settings.ANJU_FILES_DIR = tmp_path
    case_id = in_review(world)
    with django_assert_num_queries(1):
        assert queries.case_for(MEMBER, case_id).papers == ()
    actions.request_correction(case_id, items=["contract"], note="", actor=CLERK, at=AT)
    papers = {
        "contract": keep(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n", "林晓雨租房合同.pdf",
                         centre_id=MEMBER.centre_id, purpose="paper", at=AT, case_id=case_id)
    }  # fmt: skip
    actions.supplement(case_id, papers=papers, actor=MEMBER, at=AT)
    for read in (lambda: queries.case_for(MEMBER, case_id), lambda: queries.desk_case(CLERK, case_id)):
        with django_assert_num_queries(2):
            assert [paper.file_name for paper in read().papers] == ["林晓雨租房合同.pdf"]


def test_a_supplement_without_the_asked_paper_is_refused(world: World) -> None:
    case_id = in_review(world)
    actions.request_correction(case_id, items=["contract"], note="", actor=CLERK, at=AT)
    with pytest.raises(Refusal, match="租房合同"):
        actions.supplement(case_id, actor=MEMBER, at=AT)


def test_a_supplement_without_the_asked_answer_is_refused(world: World) -> None:
    case_id = in_review(world)
    actions.request_correction(case_id, items=["amount"], note="", actor=CLERK, at=AT)
    with pytest.raises(Refusal, match="answers_missing"):
        actions.supplement(case_id, actor=MEMBER, at=AT)


@pytest.mark.parametrize("items", [[], ["shoe_size"]])
def test_a_correction_is_chosen_from_the_service_s_own_list(world: World, items: list[str]) -> None:
    case_id = in_review(world)
    with pytest.raises(Refusal, match="correction_items"):
        actions.request_correction(case_id, items=items, note="", actor=CLERK, at=AT)


def test_people_cannot_agree_while_a_fact_is_missing(world: World) -> None:
    case_id = in_review(world)
    with pytest.raises(Refusal, match="not_ready"):
        actions.propose(case_id, Proposal.AGREE, reasons="没问题", actor=CLERK, at=AT)


@pytest.mark.parametrize(("article", "reasons"), [("", "住房登记有误"), ("regulation.1", "住房登记有误"),
                                                  ("regulation.rent", "不行")])  # fmt: skip
def test_a_refusal_needs_an_article_of_the_list_and_reasons(world: World, article: str, reasons: str) -> None:
    case_id = in_review(world)
    with pytest.raises(Refusal, match=r"article_needed|reasons_needed"):
        actions.propose(case_id, Proposal.REFUSE, reasons=reasons, article=article, actor=CLERK, at=AT)


def test_a_refusal_by_people_is_in_writing_with_its_article(world: World) -> None:
    case_id = in_approval(world, proposal=Proposal.REFUSE)
    approve(case_id)
    case = queries.case_for(MEMBER, case_id)
    assert case.state is CaseState.REFUSED
    assert case.opinion is not None and "《住房公积金管理条例》" in case.opinion.text


def test_the_reviewer_refuses_where_the_clerk_agreed(world: World) -> None:
    case_id = in_approval(world)
    actions.refuse(
        case_id, seen_digest=seen(case_id).seen_digest, article="regulation.rent", reasons="经查实名下有房。",
        actor=REVIEWER, at=AT,
    )  # fmt: skip
    assert queries.case_for(MEMBER, case_id).state is CaseState.REFUSED
    assert world.effects == []


def test_the_reviewer_returns_a_case_with_a_reason(world: World) -> None:
    case_id = in_approval(world)
    with pytest.raises(Refusal):
        actions.return_to_clerk(case_id, reason=" ", actor=REVIEWER, at=AT)
    actions.return_to_clerk(case_id, reason="请核对合同", actor=REVIEWER, at=AT)
    case = seen(case_id, CLERK)
    assert case.state is CaseState.REVIEW and case.proposal is None
    assert case.reviews[-1].text == "请核对合同"


def test_a_known_fact_is_not_overruled_by_hand(world: World) -> None:
    case_id = in_approval(world)
    actions.return_to_clerk(case_id, reason="再看", actor=REVIEWER, at=AT)
    with pytest.raises(Refusal, match="fact_known"):
        actions.establish_fact(case_id, "homes", 1, evidence="听说", actor=CLERK, at=AT)


def test_asking_again_finds_what_was_down(world: World) -> None:
    case_id = in_review(world)
    world.homes = 0
    verdict = actions.ask_again(case_id, actor=CLERK, at=AT)
    assert verdict.outcome is Outcome.GRANT
    assert queries.case_for(MEMBER, case_id).state is CaseState.REVIEW


def test_an_applicant_withdraws_until_the_decision(world: World) -> None:
    case_id = in_review(world)
    actions.withdraw(case_id, actor=MEMBER, at=AT, reason="改天再办")
    assert titles(case_id)[-1] == "您撤回了申请"
    with pytest.raises(Refusal, match="case_state"):
        actions.withdraw(case_id, actor=MEMBER, at=AT)


def test_a_case_in_effect_is_cancelled_through_its_service(world: World) -> None:
    world.effect_done = False
    made = file_case()
    assert made.state is CaseState.IN_EFFECT
    actions.withdraw(made.case_id, actor=MEMBER, at=AT)
    assert world.cancelled == [made.case_id]
    assert file_case(key="k2").state is CaseState.IN_EFFECT  # the running entry went with the withdrawn case


def test_i_made_a_mistake_before_the_decision_brings_the_case_back_to_be_mended(world: World) -> None:
    case_id = in_approval(world)
    answer = actions.report_mistake(case_id, actor=MEMBER, at=AT)
    assert answer.way == "amend"
    actions.supplement(case_id, answers={"amount": 80_00}, actor=MEMBER, at=AT)
    case = queries.case_for(MEMBER, case_id)
    assert case.state is CaseState.REVIEW and case.answers == {"amount": 80_00}


def test_i_made_a_mistake_while_it_can_be_undone_cancels_and_leaves_a_draft(world: World) -> None:
    world.effect_done = False
    made = file_case()
    answer = actions.report_mistake(made.case_id, actor=MEMBER, at=AT)
    assert answer.way == "redo" and answer.draft_id is not None
    assert queries.draft_for(MEMBER, answer.draft_id, at=AT).values == {"amount": 100_00}


def test_i_made_a_mistake_too_late_says_who_mends_it(world: World) -> None:
    made = file_case()
    assert actions.report_mistake(made.case_id, actor=MEMBER, at=AT).way == "too_late"


def test_the_outside_world_completes_a_case_once(world: World) -> None:
    world.effect_done = False
    made = file_case()
    actions.note(made.case_id, title="付款指令已发银行", at=AT)
    actions.complete(made.case_id, text="已到账。", at=AT, result={"paid_on": "2026-11-24"})
    actions.complete(made.case_id, text="已到账。", at=AT)
    assert titles(made.case_id)[-3:] == ["付款指令已发银行", "已办好", "办结"]


def test_returned_money_ends_the_case_with_what_to_do(world: World) -> None:
    world.effect_done = False
    made = file_case()
    actions.end_without_effect(made.case_id, title="款项被退回", text="请核对银行卡后重新申请。", at=AT)
    case = queries.case_for(MEMBER, made.case_id)
    assert (case.state, case.steps[-1].text) == (CaseState.CLOSED, "请核对银行卡后重新申请。")


def test_money_taken_back_after_the_end_is_one_more_step(world: World) -> None:
    made = file_case()
    actions.end_without_effect(made.case_id, title="款项被退回", text="请核对银行卡。", at=AT)
    case = queries.case_for(MEMBER, made.case_id)
    assert (case.state, case.steps[-1].title) == (CaseState.CLOSED, "款项被退回")


def test_an_effect_refused_once_is_tried_with_fresh_facts_and_twice_goes_to_people(world: World) -> None:
    world.effect_refusals = 1
    assert file_case().state is CaseState.CLOSED
    assert world.asked == 2
    world.effect_refusals = 2
    made = file_case(key="k2")
    case = queries.case_for(MEMBER, made.case_id)
    assert case.state is CaseState.REVIEW
    assert "余额不足" in case.steps[-1].text


def test_the_same_key_answers_the_same_case_and_other_content_is_refused(world: World) -> None:
    first = file_case()
    again = file_case()
    assert (again.case_id, again.replayed, again.progress_code) == (first.case_id, True, None)
    with pytest.raises(Refusal, match="request_key_used"):
        file_case(amount=5_00)
    assert world.effects == [first.case_id]


def test_a_second_running_case_of_the_service_is_refused(world: World) -> None:
    in_review(world)
    with pytest.raises(Refusal, match="case_running"):
        file_case(key="k2")
    assert file_case(key="k2", actor=OTHER).state is CaseState.REVIEW


def test_advancing_twice_changes_nothing(world: World) -> None:
    made = file_case()
    steps = titles(made.case_id)
    assert actions.advance(made.case_id, at=AT) is CaseState.CLOSED
    assert titles(made.case_id) == steps
    assert world.effects == [made.case_id]


def test_a_crash_after_acceptance_is_finished_by_the_planned_job(world: World) -> None:
    right, world.gather = world.gather, None  # type: ignore[assignment]
    with service_on_offer(gather=_crash):
        made = file_case()
        assert made.state is CaseState.ACCEPTED
        assert made.progress_code
    assert right is not None
    with service_on_offer():
        assert jobs.run_all(until=timedelta(minutes=5)) >= 1
    assert Case.objects.get(pk=made.case_id).state == CaseState.CLOSED


def test_a_case_that_cannot_be_decided_goes_to_people_after_a_quarter_of_an_hour(world: World) -> None:
    with service_on_offer(gather=_crash):
        made = file_case()
        assert not actions.rescue(made.case_id, at=AT + timedelta(minutes=14))
        assert actions.rescue(made.case_id, at=AT + timedelta(minutes=15))
        case = queries.case_for(MEMBER, made.case_id)
        assert case.state is CaseState.REVIEW and "工作人员" in case.steps[-1].text
    with service_on_offer():
        assert actions.ask_again(made.case_id, actor=CLERK, at=AT).outcome is Outcome.GRANT


def _crash(asking: object) -> None:
    raise ZeroDivisionError


def test_a_decision_and_a_step_are_never_changed_or_deleted(world: World) -> None:
    made = file_case()
    for statement in ("UPDATE case_decision SET amount_fen = 1", "DELETE FROM case_step", "DELETE FROM case_opinion"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(statement)
    assert made.case_id


def test_the_database_itself_keeps_applicant_clerk_and_reviewer_apart(world: World) -> None:
    case_id = in_approval(world)
    for fields in ({"clerk_person_id": MEMBER.person_id}, {"reviewer_person_id": MEMBER.person_id},
                   {"reviewer_person_id": CLERK.person_id}):  # fmt: skip
        with pytest.raises(IntegrityError, match="casework_case_"), transaction.atomic():
            Case.objects.filter(pk=case_id).update(**fields)


def test_every_act_leaves_one_audit_record(world: World) -> None:
    made = file_case()
    acts = [line["act"] for line in audit.of_person(MEMBER.person_id or 0)]
    assert sorted(acts) == sorted(
        ["case.submit", "case.accept", "case.decide_grant", "case.take_effect", "case.deliver", "case.close"]
    )
    assert made.state is CaseState.CLOSED


def test_the_table_of_moves_forbids_everything_it_does_not_name() -> None:
    allowed = {(state, act) for act, move in MOVES.items() for state in move.sources}
    for state in CaseState:
        for act in Act:
            assert possible(act, state) is ((state, act) in allowed)
            if (state, act) not in allowed:
                with pytest.raises(Refusal, match="case_state"):
                    target(act, state)
    for ended in (CaseState.CLOSED, CaseState.REFUSED, CaseState.WITHDRAWN):
        assert not any(possible(act, ended) for act in Act if act is not Act.NOTE)


def test_the_progress_code_shows_steps_without_amounts_and_opens_nothing_else(world: World) -> None:
    made = file_case()
    assert made.progress_code is not None
    shown = queries.progress(made.number, made.progress_code.lower().replace("-", " "), centre_id=CENTRE)
    assert shown.state is CaseState.CLOSED
    assert all(step.text == "" for step in shown.steps)
    for number, code in ((made.number, "AAAAA-AAAAA"), ("20261123-999999", made.progress_code), ("\0", "\0")):
        with pytest.raises(Refusal, match="progress_unknown"):
            queries.progress(number, code, centre_id=CENTRE)


def test_a_mended_answer_keeps_what_stood_before_for_the_applicant_and_the_desk(world: World) -> None:
    case_id = in_review(world)
    for amount in (90_00, 80_00):
        actions.request_correction(case_id, items=["amount"], note="", actor=CLERK, at=AT)
        assert queries.case_for(MEMBER, case_id).corrections[-1].changes == ()
        actions.supplement(case_id, answers={"amount": amount}, actor=MEMBER, at=AT)
    for case in (queries.case_for(MEMBER, case_id), seen(case_id)):
        told = [[(c.label, c.before, c.after) for c in asked.changes] for asked in case.corrections]
        assert told == [[("金额", "10000", "9000")], [("金额", "9000", "8000")]]
    texts = [step.text for step in queries.case_for(MEMBER, case_id).steps]
    assert texts.count("您修改了金额。") == 2


def test_papers_alone_change_nothing_in_the_form(world: World) -> None:
    case_id = in_review(world)
    actions.request_correction(case_id, items=["contract"], note="", actor=CLERK, at=AT)
    actions.supplement(case_id, papers={"contract": 5}, actor=MEMBER, at=AT)
    assert queries.case_for(MEMBER, case_id).corrections[0].changes == ()


def test_a_mended_identity_number_is_seen_by_four_eyes_and_the_clerk_it_names_lets_go(world: World) -> None:
    named: list[int | None] = [None]
    login = identity.register(name="王小七", id_kind="USCC", id_number="91700100MA00000001", phone="16000070007", at=AT)
    with service_on_offer(audience=Audience.ANY_LOGIN, natural_person=lambda subject, answers: named[0]):
        applicant = Actor(login, None, "applicant", None, "王小七", CENTRE)
        world_id = actions.submit("test_wish", {"amount": 1_00}, actor=applicant, key="k9", at=AT)
        case = Case.objects.get(pk=world_id.case_id)
        assert case.applicant_person_id is None
        Case.objects.filter(pk=case.case_id).update(state="review")
        actions.request_correction(case.case_id, items=["amount"], note="", actor=CLERK, at=AT)
        named[0] = CLERK.person_id
        actions.supplement(case.case_id, answers={"amount": 2_00}, actor=applicant, at=AT)
        case.refresh_from_db()
        assert (case.applicant_person_id, case.clerk_person_id) == (CLERK.person_id, None)
        with pytest.raises(Refusal) as refused:
            actions.open_case(case.case_id, actor=CLERK, at=AT)
        assert refused.value.status == 404
