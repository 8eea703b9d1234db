"""Carrying out a decision: effect first, then the decision kept for ever, the opinion with its number, the steps.

One transaction, called by the rule (advancing), the reviewer (desk) and the signature (applicant).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anju.casework import store, telling
from anju.casework.lifecycle import Act
from anju.casework.models import Case, CaseDecision, CaseOpinion
from anju.casework.rulebook import book
from anju.casework.types import Effect, Effecting, Facts, Outcome, Service, Signature, Verdict, digest_of
from anju.kernel import explained
from anju.kernel.actor import Actor


@dataclass(frozen=True)
class Decision:
    """What was decided, by whom, and in which words the applicant reads it."""

    outcome: Outcome
    text: str
    to_do: str
    article: str
    actor: Actor
    by: str
    maker_person_id: int | None

    @property
    def by_rule(self) -> bool:
        return self.actor.is_machine


def carry_out(
    case: Case, service: Service, facts: Facts, verdict: Verdict, *, decision: Decision, at: datetime, **changes: Any
) -> None:
    """Decide and, when granted and nothing must be signed first, take effect. Raises whatever the effect refuses."""
    granted = decision.outcome is Outcome.GRANT
    effect: Effect | None = None
    if granted and not service.agreement:
        effect = service.effect(
            effecting(
                case, service, facts, verdict, checker=decision.actor, maker_person_id=decision.maker_person_id, at=at
            )
        )
    amount_fen = verdict.amount_fen if granted else None
    store.move(
        case, Act.DECIDE_GRANT if granted else Act.DECIDE_REFUSE, actor=decision.actor, by=decision.by, at=at,
        text=decision.text, facts=store.to_text(facts.to_json()), verdict=store.verdict_to_json(verdict),
        amount_fen=amount_fen, claimed_by=None, claimed_until=None, **changes,
    )  # fmt: skip
    _keep(case, facts, verdict, decision, at=at)
    telling.decided(case, decision.outcome, decision.text, decision.to_do, needs_signature=granted and effect is None,
                    by_people=not decision.by_rule, at=at)  # fmt: skip
    if effect is not None:
        take_effect(case, effect, actor=decision.actor, at=at)


def effecting(
    case: Case, service: Service, facts: Facts, verdict: Verdict, *, checker: Actor, maker_person_id: int | None,
    at: datetime, signature: Signature | None = None,
) -> Effecting:  # fmt: skip
    assert case.law_on is not None
    return Effecting(
        case_id=case.case_id, number=case.number, service=service.code, subject=store.subject_of_case(case),
        answers=store.answers_of(case), facts=facts, verdict=verdict, book=book(), on=case.law_on, at=at,
        maker_person_id=maker_person_id, checker=checker, signature=signature,
    )  # fmt: skip


def take_effect(case: Case, effect: Effect, *, actor: Actor, at: datetime) -> None:
    """DECIDED → 办理中, and further to 办结 when nothing is waited for."""
    by = store.MACHINE_BY
    result = {**case.result, **effect.result}
    store.move(case, Act.TAKE_EFFECT, actor=actor, by=by, at=at, text=effect.text, result=result)
    if effect.done:
        deliver(case, text="", actor=actor, at=at)


def deliver(case: Case, *, text: str, actor: Actor, at: datetime, **changes: Any) -> None:
    """办理中 → 已办好 → 办结."""
    store.move(case, Act.DELIVER, actor=actor, by=store.MACHINE_BY, at=at, text=text, **changes)
    store.move(case, Act.CLOSE, actor=actor, by=store.MACHINE_BY, at=at)


def opinion_number(case_number: str) -> str:
    """批准意见文号, made of the case's own number, so that it is unique without a counter."""
    day, n = case_number.split("-")
    return f"办审〔{day[:4]}〕{day[4:]}-{n}号"


def _keep(case: Case, facts: Facts, verdict: Verdict, decision: Decision, *, at: datetime) -> None:
    assert case.law_on is not None
    amount_fen = verdict.amount_fen if decision.outcome is Outcome.GRANT else None
    release = book().release
    working = explained.to_json(verdict.working) if verdict.working else None
    content = {
        "case": case.number, "outcome": decision.outcome.value, "text": decision.text, "article": decision.article,
        "amount_fen": amount_fen, "law_on": case.law_on, "release": release,
        "answers": store.answers_of(case), "facts": facts.to_json(), "working": working,
    }  # fmt: skip
    CaseDecision.objects.create(
        case_id=case.case_id, outcome=decision.outcome.value, text=decision.text, to_do=decision.to_do,
        article=decision.article, amount_fen=amount_fen, law_on=case.law_on, policy_release=release,
        answers=case.answers, facts=store.to_text(facts.to_json()), working=working, result=dict(verdict.result),
        by_rule=decision.by_rule, maker_person_id=decision.maker_person_id,
        checker_person_id=decision.actor.person_id, decided_at=at, digest=digest_of(content),
    )  # fmt: skip
    CaseOpinion.objects.create(
        case_id=case.case_id, n=1, number=opinion_number(case.number), outcome=decision.outcome.value,
        text=f"{decision.text}{decision.to_do}"[:2000], article=decision.article, signed_at=at,
    )  # fmt: skip
