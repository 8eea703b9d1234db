"""The desk and facts that could not be found out: ask the agencies again, or establish a fact by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from anju.casework import store
from anju.casework.actions.advancing import gather, judge
from anju.casework.actions.desk import for_desk, review_act
from anju.casework.lifecycle import Act, target
from anju.casework.models import Case
from anju.casework.permissions import CLERK, require_clerk
from anju.casework.types import CaseState, Fact, Facts, Service, Verdict
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal
from anju.kernel.text import clean_text


def ask_again(case_id: int, *, actor: Actor, at: datetime) -> Verdict:
    """The clerk has the facts gathered anew and the rule asked again; the proposal stays people's to make.

    Call outside a transaction. What a clerk established by hand is kept where the agency is still silent.
    """
    require_clerk(actor)
    case, service = for_desk(case_id, actor)
    target(Act.LOOK_AGAIN, CaseState(case.state))
    found = gather(case, service, at=at)
    for fact in store.facts_of(case).items:
        if fact.known and not found.known(fact.name):
            found = found.with_fact(fact)
    return _judge_again(case, service, found, Act.LOOK_AGAIN, "工作人员重新查询了有关信息。", actor=actor, at=at)


@transaction.atomic
def establish_fact(case_id: int, name: str, value: Any, *, evidence: str, actor: Actor, at: datetime) -> Verdict:
    """A clerk writes down what he found out himself, with his evidence; only where the service allows it.

    Refuses a fact that the agency did answer: a person does not overrule a register here.
    """
    require_clerk(actor)
    case, service = for_desk(case_id, actor)
    shown = next((fact for fact in service.facts if fact.name == name), None)
    choice = next((c for c in shown.by_hand if c.value == value), None) if shown else None
    if shown is None or choice is None:
        raise Refusal("fact_by_hand", "这一项不能由人工填写，请重新查询或要求补正。", field="value")
    facts = store.facts_of(case)
    if facts.known(name):
        raise Refusal("fact_known", "这一项已经查到，不需要人工核实。", field="value", status=409)
    evidence = clean_text(evidence, 200, "evidence", required=True)
    fact = Fact(name, shown.label, value, choice.label, f"人工核实：{evidence}", "", at.isoformat(timespec="minutes"))
    text = f"工作人员核实了“{shown.label}”：{choice.label}。"
    told = f"{text}依据：{evidence}"
    return _judge_again(case, service, facts.with_fact(fact), Act.ESTABLISH_FACT, text, actor=actor, at=at, told=told)


@transaction.atomic
def _judge_again(
    case: Case, service: Service, facts: Facts, act: Act, text: str, *, actor: Actor, at: datetime, told: str = ""
) -> Verdict:
    """`text` is for the applicant, `told` for the desk where it says more."""
    verdict = judge(case, service, facts)
    digest = store.seen_digest(case)
    store.move(
        case, act, actor=actor, by=CLERK, at=at, text=text, facts=store.to_text(facts.to_json()),
        verdict=store.verdict_to_json(verdict), amount_fen=verdict.amount_fen,
    )  # fmt: skip
    review_act(case, act.value, actor, digest, at=at, text=told or text)
    return verdict
