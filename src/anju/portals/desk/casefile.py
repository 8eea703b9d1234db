"""One case as the desk's screen shows it: facts beside what was stated, what is missing, the line of the queue.

Reads what casework hands out and chooses words; it judges nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings

from anju import policy
from anju.casework.types import Case, CaseLine, CaseState, Choice, Fact, Outcome, Proposal, ReviewAct, Service
from anju.kernel.actor import Actor
from anju.kernel.money import format_fen
from anju.portals.desk.pages import Left, left_until

TAG_OF: dict[CaseState, str] = {
    CaseState.SUBMITTED: "run", CaseState.ACCEPTED: "run", CaseState.CORRECTION: "wait", CaseState.REVIEW: "run",
    CaseState.APPROVAL: "run", CaseState.DECIDED: "wait", CaseState.IN_EFFECT: "run", CaseState.DELIVERED: "ok",
    CaseState.CLOSED: "ok", CaseState.WITHDRAWN: "", CaseState.REFUSED: "no",
}  # fmt: skip
OUTCOME_ZH = {Outcome.GRANT: "同意", Outcome.REFUSE: "不予同意", Outcome.REVIEW: "需人工判断"}
OUTCOME_TAG = {Outcome.GRANT: "ok", Outcome.REFUSE: "no", Outcome.REVIEW: "wait"}
ACT_ZH = {
    "correction": "要求补正", "propose_agree": "建议同意", "propose_refuse": "建议不予同意", "approve": "同意",
    "return": "退回经办", "refuse": "不予同意", "look_again": "重新查询", "establish_fact": "人工核实",
}  # fmt: skip
WORK_OF_A_REVIEWER = frozenset({"approve", "return"})


@dataclass(frozen=True)
class FactRow:
    """One fact with what the applicant said of it."""

    name: str
    label: str
    text: str
    source: str
    serial: str
    read_at: str
    known: bool
    stated: str
    compared: bool
    differs: bool
    by_hand: tuple[Choice, ...]


@dataclass(frozen=True)
class StepRow:
    """One step of the story; the desk also sees which colleague it was."""

    title: str
    at: datetime
    who: str
    text: str
    state: str


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue beside the case."""

    case_id: int
    title: str
    meta: str
    left: Left
    mine: bool
    reason: str


@dataclass(frozen=True)
class Turn:
    """What this person may do with the case now, or in words why nothing."""

    clerk: bool = False
    reviewer: bool = False
    why_not: str = ""


def fact_rows(case: Case, service: Service) -> list[FactRow]:
    """All facts in the service's own order; one that was never found is listed as unknown, not left out."""
    found = case.facts.by_name
    rows = [_fact_row(found.get(shown.name), shown.name, shown.label, shown.by_hand) for shown in service.facts]
    declared = {shown.name for shown in service.facts}
    return rows + [_fact_row(fact, fact.name, fact.label, ()) for fact in case.facts.items if fact.name not in declared]


def _fact_row(fact: Fact | None, name: str, label: str, by_hand: tuple[Choice, ...]) -> FactRow:
    if fact is None:
        return FactRow(name, label, "还没有查询", "", "", "", False, "", False, False, by_hand)
    return FactRow(
        name, label, fact.text, fact.source, fact.serial, fact.read_at, fact.known, fact.stated or "",
        fact.stated is not None and fact.known, fact.known and fact.differs, by_hand,
    )  # fmt: skip


def step_rows(case: Case) -> list[StepRow]:
    """The timeline with the names of staff, who are told apart by the moment of their act."""
    names = {act.at: act.by for act in case.reviews}
    rows = []
    for step in case.steps:
        name = names.get(step.at, "")
        who = f"{step.by} {name}" if name else step.by
        stopped = step.state in (CaseState.REFUSED, CaseState.WITHDRAWN)
        rows.append(StepRow(step.title, step.at, who, step.text, "stop" if stopped else "done"))
    return rows


def queue_rows(lines: Sequence[CaseLine], *, today: date) -> list[QueueRow]:
    """The queue as a narrow list: title and applicant, amount and reason, time left."""
    rows = []
    for line in lines:
        amount = f"{format_fen(line.amount_fen)} 元" if line.amount_fen is not None else "—"
        left = left_until(line.legal_due_on or line.promised_on, today=today)
        meta = f"{amount} · 待核实" if line.reason else amount
        title = f"{line.title} {line.applicant}"
        rows.append(QueueRow(line.case_id, title, meta, left, line.claimed_by_me, line.reason))
    return rows


def last_proposal(case: Case) -> ReviewAct | None:
    """The clerk's act that the proposal now on the table comes from."""
    if case.proposal is None:
        return None
    wanted = f"propose_{case.proposal.value}"
    return next((act for act in reversed(case.reviews) if act.act == wanted), None)


def clerk_name(case: Case) -> str:
    """Who worked on the case as clerk last; empty while nobody has."""
    return next((act.by for act in reversed(case.reviews) if act.act not in WORK_OF_A_REVIEWER | {"refuse"}), "")


def turn_of(case: Case, actor: Actor) -> Turn:
    """Whose turn it is. The actions have the last word; this only keeps useless buttons off the page."""
    if actor.role == "clerk" and case.state is CaseState.REVIEW:
        return Turn(clerk=True)
    if actor.role == "reviewer" and case.state is CaseState.APPROVAL:
        if case.clerk_person_id == actor.person_id:
            return Turn(why_not="您经办过这件业务，不能再复核。请由另一位复核人办理。")
        return Turn(reviewer=True)
    return Turn(why_not=_WAITING.get(case.state, "这件业务已经结束，只能查看。"))


_WAITING = {
    CaseState.SUBMITTED: "等待受理。",
    CaseState.ACCEPTED: "系统正在核对，几秒后有结果。",
    CaseState.CORRECTION: "等申请人补正，计时已经暂停。补正后自动回到待办。",
    CaseState.REVIEW: "等经办人审核并提出意见。",
    CaseState.APPROVAL: "等复核人复核。",
    CaseState.DECIDED: "已经同意，等申请人签订协议。",
    CaseState.IN_EFFECT: "已经同意，正在办理。",
    CaseState.DELIVERED: "已办好。",
}


def agree_blocked(case: Case) -> str:
    """Why agreeing is not possible yet, in the rule's own words; empty when it is."""
    verdict = case.verdict
    if verdict is None:
        return "系统还没有给出建议。"
    if verdict.outcome is Outcome.GRANT or (verdict.outcome is Outcome.REVIEW and verdict.can_be_agreed):
        return ""
    return f"现在还不能同意：{verdict.text}"


def citation(handle: str, on: date | None) -> str:
    """An article in words on the case's law date; an unknown handle stays as it is."""
    article = policy.book(settings.ANJU_CITY).find_article(handle, on) if handle and on else None
    return article.citation if article else handle


def article_choices(service: Service, on: date | None) -> list[tuple[str, str]]:
    """The articles a refusal of this service may rest on, each with its gist."""
    book = policy.book(settings.ANJU_CITY)
    choices = []
    for handle in service.refusal_articles:
        article = book.find_article(handle, on) if on else None
        choices.append((handle, f"{article.citation}：{article.gist}" if article else handle))
    return choices


def legal_text(service: Service, on: date | None) -> str:
    """《住房公积金管理条例》第二十五条，3 日; empty where the law sets no limit."""
    limit = service.legal_limit
    if limit is None or on is None:
        return ""
    days = policy.book(settings.ANJU_CITY).integer(limit.parameter, on)
    return f"{citation(limit.article, on)}，{days} 日"


def case_context(case: Case, service: Service, actor: Actor, *, today: date) -> dict[str, Any]:
    """Everything the case's screen shows but the queue and the forms."""
    facts = fact_rows(case, service)
    verdict = case.verdict
    agreed = case.proposal is not Proposal.REFUSE
    return {
        "case": case, "facts": facts, "different": [row for row in facts if row.differs],
        "same": sum(row.compared and not row.differs for row in facts),
        "unknown": [row for row in facts if not row.known and row.name in (verdict.unknown if verdict else ())],
        "summary": service.summary(case.answers), "steps": step_rows(case), "tag": TAG_OF.get(case.state, ""),
        "left": left_until(case.legal_due_on or case.promised_on, today=today), "turn": turn_of(case, actor),
        "legal": legal_text(service, case.law_on), "clerk": clerk_name(case), "proposed": last_proposal(case),
        "proposal_agrees": agreed, "proposal_citation": citation(case.proposal_article, case.law_on),
        "outcome": OUTCOME_ZH[verdict.outcome] if verdict else "", "blocked": agree_blocked(case),
        "outcome_tag": OUTCOME_TAG[verdict.outcome] if verdict else "",
        "verdict_citation": citation(verdict.article, case.law_on) if verdict else "",
        "decision_citation": citation(case.decision.article, case.law_on) if case.decision else "",
        "release": case.decision.policy_release if case.decision else policy.book(settings.ANJU_CITY).release,
        "materials": {item.code: item.title for item in service.materials},
        "acts": [(ACT_ZH.get(act.act, act.act), act) for act in case.reviews],
        "fingerprint": f"{case.seen_digest[:4]} {case.seen_digest[4:8]}",
    }  # fmt: skip
