"""Finding cases: by number, applicant, service and state. A person's document is asked for on the page 个人 instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from anju.casework import queries as case_queries
from anju.casework import registry
from anju.casework.types import CaseState
from anju.identity.permissions import permission
from anju.portals.common import actor_of, moment_of, principal_of
from anju.portals.desk.casefile import TAG_OF
from anju.portals.desk.pages import Left, done_of, left_until, page_number, part_of, word_of

PAGE = 30
STATES = tuple(state for state in CaseState if state is not CaseState.DRAFT)


@dataclass(frozen=True)
class FoundCase:
    """One case in a list of found ones."""

    case_id: int
    number: str
    title: str
    applicant: str
    state_zh: str
    tag: str
    amount_fen: int | None
    accepted_at: datetime | None
    due_on: date | None
    left: Left | None


def found_row(case: Any, *, today: date | None = None) -> FoundCase:
    """A row of casework's own scope as a line of a list; a number of days only while the clock runs."""
    state = CaseState(case.state)
    due_on = case.legal_due_on or case.promised_on
    running = today is not None and state in (CaseState.REVIEW, CaseState.APPROVAL, CaseState.ACCEPTED)
    return FoundCase(
        case.case_id, case.number, registry.service(case.service).title, case.applicant, state.zh,
        TAG_OF.get(state, ""), case.amount_fen, case.accepted_at, due_on,
        left_until(due_on, today=today) if running and today is not None else None,
    )  # fmt: skip


@permission("desk.case")
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """All cases of the centre that this person may see, the newest first."""
    actor, at = actor_of(request), moment_of(request)
    word = word_of(request)
    state, service = request.GET.get("state", ""), request.GET.get("service", "")
    found = case_queries.desk_cases(actor)
    if word:
        found = found.filter(Q(number__contains=word) | Q(applicant__icontains=word))
    if state in {one.value for one in STATES}:
        found = found.filter(state=state)
    if service in {one.code for one in registry.services()}:
        found = found.filter(service=service)
    offset = (page_number(request) - 1) * PAGE
    rows = list(found.order_by("-case_id")[offset : offset + PAGE + 1])
    part = part_of(request, rows, size=PAGE)
    context = {
        "rows": [found_row(row, today=at.date()) for row in part.items], "part": part, "word": word, "state": state,
        "service": service, "states": STATES, "services": registry.services(), "done": done_of(request),
    }  # fmt: skip
    return render(request, "desk/cases.html", context)


@permission("desk.view")
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """The key / of every page: to the search this person may use."""
    principal = principal_of(request)
    if principal.can("desk.case"):
        return redirect("desk-cases")
    if principal.can("desk.search"):
        return redirect("desk-units")
    return redirect("desk-vouchers" if principal.can("books.view") else "desk-parameters")
