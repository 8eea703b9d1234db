"""The desk's home: what waits for this person, by due date; and the next case at one press."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from anju import policy
from anju.casework import actions as cases
from anju.casework import queries as case_queries
from anju.casework import registry
from anju.casework.types import CaseState
from anju.contributions import queries as contributions
from anju.contributions.types import SuspenseState
from anju.identity import queries as identity
from anju.identity.duties import STAFF_DUTIES
from anju.identity.limits import LIMITS
from anju.identity.permissions import permission
from anju.identity.types import Role
from anju.notices import queries as notices
from anju.policy.types import Status
from anju.portals.common import actor_of, moment_of, principal_of
from anju.portals.desk.casefile import queue_rows
from anju.portals.desk.pages import done_of, go, page_number, part_of
from anju.portals.desk.views import starting
from anju.reports.finding_queries import finding_counts
from anju.reports.finding_types import FindingState
from anju.support import queries as support
from anju.treasury import queries as treasury
from anju.treasury.statement_queries import stated_to
from anju.treasury.types import NoticeState
from anju.withdrawals import queries as withdrawals

PAGE = 25
MOST_SHOWN = 200


@permission("desk.view")
@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """Each kind of staff finds its own work first."""
    role = principal_of(request).role
    if role is Role.TREASURER:
        return _treasurer(request)
    if role is Role.ACCOUNTANT:
        return starting.accountant(request)
    if role is Role.AUDITOR:
        return starting.auditor(request)
    return _administrator(request) if role is Role.ADMINISTRATOR else _cases(request)


def _cases(request: HttpRequest) -> HttpResponse:
    actor, at = actor_of(request), moment_of(request)
    service = request.GET.get("service", "")
    known = {found.code for found in registry.services()}
    chosen = service if service in known else ""
    offset = (page_number(request) - 1) * PAGE
    lines = case_queries.queue(actor, service=chosen, limit=PAGE + 1, offset=offset)
    counts = case_queries.queue_counts(actor)
    part = part_of(request, lines, size=PAGE)
    mine = CaseState.APPROVAL if actor.role == Role.REVIEWER else CaseState.REVIEW
    context: dict[str, Any] = {
        "rows": list(zip(part.items, queue_rows(part.items, today=at.date()), strict=True)), "part": part,
        "in_review": counts.get(CaseState.REVIEW, 0), "in_approval": counts.get(CaseState.APPROVAL, 0),
        "waiting_count": counts.get(mine, 0), "services": registry.services(), "service": chosen,
        "is_reviewer": actor.role == Role.REVIEWER, "done": done_of(request),
        "reports": len(support.open_reports(actor.centre_id, limit=MOST_SHOWN)),
    }  # fmt: skip
    context["dangers"] = support.open_dangers(actor.centre_id)
    context["soon"] = sum(row.left.soon for _, row in context["rows"])
    return render(request, "desk/home_cases.html", context)


def _treasurer(request: HttpRequest) -> HttpResponse:
    actor, at = actor_of(request), moment_of(request)
    counts, standing_fen = contributions.suspense_standing(actor.centre_id)
    queue = treasury.release_queue(actor.centre_id, limit=MOST_SHOWN)
    unknown = treasury.unknown_payments(actor.centre_id, limit=MOST_SHOWN)
    odd = treasury.notices(actor.centre_id, states=(NoticeState.UNEXPECTED, NoticeState.WAITING), limit=MOST_SHOWN)
    today = at.date()
    live = [m for m in treasury.mandates(actor.centre_id) if m.ended_at is None and m.starts_on <= today <= m.ends_on]
    late = contributions.unpaid_remittances(actor.centre_id, today=today, limit=MOST_SHOWN)
    context = {
        "open": counts.get(SuspenseState.OPEN, (0, 0)), "waiting": counts.get(SuspenseState.WAITING, (0, 0)),
        "standing_fen": standing_fen if standing_fen != sum(fen for _, fen in counts.values()) else 0,
        "queue": queue, "queue_fen": sum(one.amount_fen for one in queue), "unknown": unknown,
        "never_seen": [one for one in unknown if one.never_seen], "odd": odd, "mandates": live, "late": late,
        "late_fen": sum(one.total_fen for one in late), "done": done_of(request),
        "contradictions": treasury.open_contradictions(actor.centre_id), "yesterday": today - timedelta(days=1),
        "bookings": treasury.bookings_waiting(actor.centre_id, actor.person_id),
        "returns": withdrawals.returns_waiting_sums(actor.centre_id),
        "batches": treasury.batches_waiting(actor.centre_id, actor.person_id, releases=True),
    }  # fmt: skip
    context["without_statement"], context["stated_to"] = stated_to(actor.centre_id)
    return render(request, "desk/home_treasury.html", context)


def _administrator(request: HttpRequest) -> HttpResponse:
    actor, at = actor_of(request), moment_of(request)
    sent, most = identity.codes_sent_today(at=at)
    staff = identity.staff()
    book = policy.book(settings.ANJU_CITY)
    in_force = [found for handle in book.parameters if (found := book.find(handle, at.date())) is not None]
    roles = [
        (role.zh, sum(held.role is role for held, _ in staff))
        for role in STAFF_DUTIES
    ]
    context = {
        "roles": roles, "people": len({login.login_id for _, login in staff}), "book": book,
        "unverified": sum(found.status is Status.UNVERIFIED for found in in_force), "in_force": len(in_force),
        "done": done_of(request), "codes": sent, "codes_most": most,
        "codes_near": sent * 100 >= most * LIMITS.budget_alarm_percent,
        "sms_failed": notices.failed_count(actor.centre_id, since=at - timedelta(days=1)),
        "unread": notices.unread_count(login_id=actor.login_id),
        "findings": finding_counts(actor, today=at.date()).get(FindingState.OPEN, (0, 0)),
    }  # fmt: skip
    return render(request, "desk/home_administration.html", context)


@permission("desk.case")
@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """The most urgent free case of this person's queue."""
    return next_case(request)


def next_case(request: HttpRequest, *, done: str = "", number: str = "") -> HttpResponse:
    """To the next case, saying what was done to the last one; to the queue when there is none."""
    case_id = cases.claim_next(actor=actor_of(request), at=moment_of(request))
    if case_id is None:
        return go("desk-home", done=done or "none", number=number)
    return go("desk-case", case_id, done=done, number=number)
