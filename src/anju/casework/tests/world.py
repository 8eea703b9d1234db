"""A small service and a few people for the tests of casework. The service's facts are what the test says they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from anju.casework import actions, queries, registry
from anju.casework.fields import ServiceForm, YuanField
from anju.casework.types import (
    Asking,
    Audience,
    Case,
    CaseState,
    Choice,
    CorrectionItem,
    Effect,
    Effecting,
    Fact,
    Facts,
    FactShown,
    LegalLimit,
    Outcome,
    Proposal,
    ReviewMode,
    Service,
    Submitted,
    SummaryLine,
    Verdict,
)
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.refusal import Refusal

CENTRE = settings.ANJU_CENTRE_ID
AT = datetime(2026, 11, 23, 10, 30, tzinfo=ZONE)  # a Monday


def person(n: int, role: str = "member", *, login: int | None = None, unit: int | None = None) -> Actor:
    return Actor(login or 100 + n, n, role, unit, f"王小{n}", CENTRE)


MEMBER, OTHER = person(1), person(2)
CLERK, REVIEWER, SECOND_REVIEWER = person(11, "clerk"), person(12, "reviewer"), person(13, "reviewer")


class WishForm(ServiceForm):
    amount = YuanField(label="金额")


@dataclass
class World:
    """What the agency says, and what the effect did."""

    homes: int | None = 0
    effects: list[int] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    effect_done: bool = True
    effect_refusals: int = 0
    asked: int = 0

    def gather(self, asking: Asking) -> Facts:
        self.asked += 1
        known = self.homes is not None
        text = f"{self.homes} 套" if known else "未能查到"
        return Facts((Fact("homes", "名下住房", self.homes, text, "登记中心", "B-1", str(asking.at), known=known),))

    def effect(self, effecting: Effecting) -> Effect:
        if self.effect_refusals:
            self.effect_refusals -= 1
            raise Refusal("not_available", "余额不足。")
        if effecting.case_id not in self.effects:
            self.effects.append(effecting.case_id)
        return Effect(self.effect_done, "付款指令已生成。", {"thing": 7})

    def cancel(self, effecting: Effecting) -> None:
        self.cancelled.append(effecting.case_id)


def decide(facts: Facts, *, answers: Any, book: Any, on: date) -> Verdict:
    if not facts.known("homes"):
        return Verdict(Outcome.REVIEW, "住房情况没有查到。", "regulation.rent", unknown=("homes",))
    if facts.value("homes"):
        return Verdict(Outcome.REFUSE, "名下有房。", "regulation.rent", to_do="可以办理偿还贷款提取。")
    return Verdict(Outcome.GRANT, "同意。", "regulation.rent", amount_fen=answers["amount"])


@contextmanager
def service_on_offer(**changes: Any) -> Iterator[World]:
    world = World()
    offered = Service(**{**_declaration(world), **changes})
    registry.offer(offered)
    try:
        yield world
    finally:
        registry.withdraw_offer(offered.code)


def _declaration(world: World) -> dict[str, Any]:
    return {
        "code": "test_wish", "title": "测试事项", "gives": "测试", "audience": Audience.MEMBER,
        "review": ReviewMode.RULE_OR_REVIEW, "folder": Path(__file__).parent / "wish", "form": WishForm,
        "gather": world.gather, "decide": decide, "effect": world.effect, "cancel": world.cancel,
        "summary": lambda answers: (SummaryLine("金额", str(answers["amount"]), "amount"),),
        "facts": (FactShown("homes", "名下住房", (Choice(0, "0 套"), Choice(1, "1 套"))),),
        "materials": (CorrectionItem("amount", "金额", "与合同不一致", "amount"),
                      CorrectionItem("contract", "租房合同", "看不清")),
        "refusal_articles": ("regulation.rent",), "legal_limit": LegalLimit("withdraw.decision_days", "regulation.25"),
        "promised_limit": "promise.member_opening",
    }  # fmt: skip


def file_case(*, actor: Actor = MEMBER, key: str = "k1", amount: int = 100_00, at: datetime = AT) -> Submitted:
    return actions.submit("test_wish", {"amount": amount}, actor=actor, key=key, at=at)


def in_review(world: World, **filing: Any) -> int:
    """A case that people must look at."""
    world.homes = None
    made = file_case(**filing)
    assert made.state is CaseState.REVIEW
    return made.case_id


def in_approval(world: World, *, clerk: Actor = CLERK, proposal: Proposal = Proposal.AGREE, **filing: Any) -> int:
    """A case with a clerk's proposal on it."""
    case_id = in_review(world, **filing)
    if proposal is Proposal.AGREE:
        actions.establish_fact(case_id, "homes", 0, evidence="登记中心电话核实", actor=clerk, at=AT)
        actions.propose(case_id, proposal, reasons="已核实无房", actor=clerk, at=AT)
    else:
        actions.propose(
            case_id, proposal, reasons="材料与登记不符，无法证明。", article="regulation.rent", actor=clerk, at=AT
        )
    return case_id


def seen(case_id: int, actor: Actor = REVIEWER) -> Case:
    return queries.desk_case(actor, case_id)


def approve(case_id: int, actor: Actor = REVIEWER) -> None:
    actions.approve(case_id, seen_digest=seen(case_id, actor).seen_digest, actor=actor, at=AT)


def titles(case_id: int, actor: Actor = MEMBER) -> list[str]:
    return [step.title for step in queries.case_for(actor, case_id).steps]
