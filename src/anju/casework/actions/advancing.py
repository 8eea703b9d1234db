"""Advancing an accepted case: gather outside any transaction, then decide, keep and take effect in one.

Safe to run twice and at once: the effect is keyed by the case, and the case moves by one conditional update at the
end of the transaction, so of two runs one changes everything and the other nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from anju.casework import registry, store
from anju.casework.actions.deciding import Decision, carry_out
from anju.casework.lifecycle import Act
from anju.casework.models import Case
from anju.casework.rulebook import book
from anju.casework.types import Asking, CaseState, Facts, Outcome, ReviewMode, Service, Verdict
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal

TRIES = 2
PATIENCE = timedelta(minutes=15)


def advance(case_id: int, *, at: datetime) -> CaseState:
    """Decide an accepted case, or send it to people; in any other state nothing happens. Returns the state after.

    Call outside a transaction: agencies are asked. An effect that is refused (the balance went down meanwhile) is
    looked at again with fresh facts, and the second time goes to people.
    """
    refused: Refusal | None = None
    for _ in range(TRIES):
        case = store.read(case_id)
        if case.state != CaseState.ACCEPTED:
            return CaseState(case.state)
        service = registry.service(case.service)
        facts = gather(case, service, at=at)
        try:
            return _decide(case, service, facts, at=at)
        except Refusal as refusal:
            if refusal.code == "case_moved":
                return CaseState(store.read(case_id).state)
            refused = refusal
    assert refused is not None
    return _give_up(case_id, refused, at=at)


def rescue(case_id: int, *, at: datetime) -> bool:
    """Give a case to people that could not be decided for a quarter of an hour, for a fault of ours; whether it did."""
    case = store.read(case_id)
    if case.state != CaseState.ACCEPTED or case.updated_at > at - PATIENCE:
        return False
    _give_up(case_id, Refusal("not_decided", "自动核对一直没有完成，由工作人员办理。"), at=at)
    return True


def gather(case: Case, service: Service, *, at: datetime) -> Facts:
    """All facts of the service; what it did not give is unknown."""
    assert case.law_on is not None
    subject = store.subject_of_case(case)
    found = service.gather(Asking(subject, store.answers_of(case), book(), case.law_on, at, case.case_id))
    missing = {shown.name for shown in service.facts} - set(found.by_name)
    assert not missing, f"{service.code} did not gather {sorted(missing)}"
    return found


def judge(case: Case, service: Service, facts: Facts) -> Verdict:
    """The rule's answer on the law's date. An answer resting on something unknown never refuses."""
    assert case.law_on is not None
    verdict: Verdict = service.decide(facts, answers=store.answers_of(case), book=book(), on=case.law_on)
    assert verdict.outcome is not Outcome.REFUSE or verdict.article, f"{service.code} refused without an article"
    assert verdict.outcome is not Outcome.REFUSE or not verdict.unknown, f"{service.code} refused on an unknown fact"
    return verdict


@transaction.atomic
def _decide(case: Case, service: Service, facts: Facts, *, at: datetime) -> CaseState:
    verdict = judge(case, service, facts)
    by_people = (
        case.for_people or service.review is ReviewMode.ALWAYS_REVIEW or verdict.outcome is Outcome.REVIEW
    )
    if by_people:
        assert service.review is not ReviewMode.RULE, f"{service.code} is decided by rule but asked for people"
        return _send_to_review(case, service, facts, verdict, at=at)
    release = book().release
    carry_out(
        case, service, facts, verdict, at=at,
        decision=Decision(
            outcome=verdict.outcome, text=verdict.text, to_do=verdict.to_do, article=verdict.article,
            actor=Actor.machine(case.centre_id, release), by=store.MACHINE_BY, maker_person_id=case.applicant_person_id,
        ),
    )  # fmt: skip
    return CaseState(case.state)


def _send_to_review(case: Case, service: Service, facts: Facts, verdict: Verdict, *, at: datetime) -> CaseState:
    text = "需要工作人员核实，您不用再做什么。" + (verdict.text if verdict.outcome is Outcome.REVIEW else "")
    store.move(
        case, Act.SEND_TO_REVIEW, actor=Actor.machine(case.centre_id, book().release), by=store.MACHINE_BY, at=at,
        text=text, facts=store.to_text(facts.to_json()), verdict=store.verdict_to_json(verdict), for_people=True,
        amount_fen=verdict.amount_fen, claimed_by=None, claimed_until=None,
    )  # fmt: skip
    return CaseState(case.state)


@transaction.atomic
def _give_up(case_id: int, refusal: Refusal, *, at: datetime) -> CaseState:
    """The effect was refused twice: people look at it, with the reason on the case."""
    case = store.read(case_id)
    if case.state != CaseState.ACCEPTED:
        return CaseState(case.state)
    verdict = Verdict(Outcome.REVIEW, f"系统未能自动办理：{refusal.text}", article=refusal.law)
    store.move(
        case, Act.SEND_TO_REVIEW, actor=Actor.machine(case.centre_id, book().release), by=store.MACHINE_BY, at=at,
        text=verdict.text, verdict=store.verdict_to_json(verdict), for_people=True,
    )  # fmt: skip
    return CaseState(case.state)
