"""Lists of cases: an applicant's, the desk's queue by due date, and running cases of a person. One query each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet

from anju.casework import registry, texts
from anju.casework.models import Case, CaseReview, CaseSignature
from anju.casework.permissions import CLERK, REVIEWER
from anju.casework.queries.scope import desk_cases, own_cases
from anju.casework.types import OPEN_STATES, CaseLine, CaseState
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE

HOLDER_ZH: dict[CaseState, str] = {
    CaseState.SUBMITTED: "中心",
    CaseState.ACCEPTED: "系统核对中",
    CaseState.CORRECTION: "您",
    CaseState.REVIEW: "经办人",
    CaseState.APPROVAL: "复核人",
    CaseState.DECIDED: "您（签订协议）",
    CaseState.IN_EFFECT: "办理中",
}
QUEUE_OF = {CLERK: CaseState.REVIEW, REVIEWER: CaseState.APPROVAL}


def cases_of(
    actor: Actor, *, only_open: bool = False, service: str = "", limit: int = 50, before: int | None = None
) -> tuple[CaseLine, ...]:
    """The caller's own cases in this capacity, newest first; `before` is the case id the page ended with."""
    found = own_cases(actor)
    if only_open:
        found = found.filter(state__in=[state.value for state in OPEN_STATES])
    if service:
        found = found.filter(service=service)
    if before is not None:
        found = found.filter(case_id__lt=before)
    return _lines(found.order_by("-case_id")[:limit], actor)


def signed_before(actor: Actor) -> int | None:
    """The newest of the caller's cases whose agreement was signed in a version that is no longer in force, if any."""
    latest = (
        CaseSignature.objects.filter(case__in=own_cases(actor)).order_by("case_id", "-n").distinct("case_id")
        .values_list("case_id", "case__service", "agreement_version")
    )  # fmt: skip
    due = [
        case_id for case_id, code, version in latest
        if texts.agreement(registry.service(code)).version != version
    ]  # fmt: skip
    return max(due, default=None)


def queue(
    actor: Actor, *, branch: str = "", service: str = "", limit: int = 50, offset: int = 0
) -> tuple[CaseLine, ...]:
    """What waits for this role, the most urgent first, without what this person may not decide."""
    found = _queue(actor)
    if branch:
        found = found.filter(branch=branch)
    if service:
        found = found.filter(service=service)
    ordered = found.order_by(F("legal_due_on").asc(nulls_last=True), F("promised_on").asc(nulls_last=True), "case_id")
    return _lines(ordered[offset : offset + limit], actor)


def queue_counts(actor: Actor) -> dict[CaseState, int]:
    """How many cases stand in review and in approval, for the desk's head line."""
    waiting = desk_cases(actor).filter(state__in=[CaseState.REVIEW.value, CaseState.APPROVAL.value])
    counted = waiting.values_list("state").annotate(n=Count("case_id")).order_by()
    return {CaseState(state): n for state, n in counted}


def free_cases(actor: Actor, *, at: datetime, limit: int) -> list[int]:
    """The most urgent cases nobody else is working on."""
    free = _queue(actor).filter(
        Q(claimed_by__isnull=True) | Q(claimed_until__lt=at) | Q(claimed_by=actor.person_id)
    )
    ordered = free.order_by(F("legal_due_on").asc(nulls_last=True), F("promised_on").asc(nulls_last=True), "case_id")
    return list(ordered.values_list("case_id", flat=True)[:limit])


def running_cases(person_id: int, *, services: Iterable[str], but: int | None = None) -> tuple[tuple[str, str], ...]:
    """(service, number) of the person's running cases of these services, for facts such as "another case runs"."""
    found = Case.objects.filter(
        person_id=person_id, service__in=list(services), state__in=[state.value for state in OPEN_STATES]
    )
    if but is not None:
        found = found.exclude(case_id=but)
    return tuple(found.order_by("case_id").values_list("service", "number"))


def _queue(actor: Actor) -> QuerySet[Case]:
    state = QUEUE_OF.get(actor.role)
    if state is None or actor.person_id is None:
        return Case.objects.none()
    found = desk_cases(actor).filter(state=state.value)
    if state is CaseState.APPROVAL:
        worked_on = CaseReview.objects.filter(person_id=actor.person_id).exclude(act__in=("return", "approve"))
        found = found.exclude(case_id__in=worked_on.values("case_id"))
    return found


def _lines(found: Iterable[Case], actor: Actor) -> tuple[CaseLine, ...]:
    return tuple(_line(case, actor) for case in found)


def _line(case: Case, actor: Actor) -> CaseLine:
    verdict = case.verdict or {}
    state = CaseState(case.state)
    return CaseLine(
        case_id=case.case_id, number=case.number, service=case.service, title=registry.service(case.service).title,
        state=state, applicant=case.applicant,
        accepted_on=case.accepted_at.astimezone(ZONE).date() if case.accepted_at else None,
        legal_due_on=case.legal_due_on, promised_on=case.promised_on, amount_fen=case.amount_fen,
        holder=HOLDER_ZH.get(state, ""), updated_at=case.updated_at,
        claimed_by_me=case.claimed_by is not None and case.claimed_by == actor.person_id,
        reason=verdict.get("text", "") if verdict.get("outcome") == "review" else "",
    )  # fmt: skip
