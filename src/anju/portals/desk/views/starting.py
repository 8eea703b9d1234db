"""Where accountant and auditor begin the day: what waits for them, the figures they look at first, and where to go."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from anju.closing import queries as closing
from anju.closing.types import OpenStretch, RunKind
from anju.contributions import queries as contributions
from anju.kernel.refusal import Refusal
from anju.ledger.glance import glance
from anju.ledger.heads import latest_heads
from anju.portals.common import actor_of, moment_of
from anju.portals.desk.pages import done_of
from anju.portals.desk.statements import usual_span
from anju.portals.desk.views.ledger import today_of
from anju.reports.finding_queries import finding_counts, findings
from anju.reports.finding_types import FindingState
from anju.reports.questions import QUESTIONS
from anju.treasury import queries as treasury

HEADS = 5
FINDINGS = 5
FIRST_QUESTIONS = ("sample", "same_card", "paid_after_phone_change", "in_pieces", "looks_without_case")


def accountant(request: HttpRequest) -> HttpResponse:
    """Closings that wait, the last month's statements, money in suspense, findings to answer; today's vouchers."""
    actor, today = actor_of(request), today_of(request)
    counts = finding_counts(actor, today=today)
    suspense, standing_fen = contributions.suspense_standing(actor.centre_id)
    context: dict[str, Any] = {
        "glance": glance(actor.centre_id, on=today), "today": today, "usual": usual_span(today),
        "day_run": closing.live_run(actor.centre_id, RunKind.DAY),
        "month_run": closing.live_run(actor.centre_id, RunKind.MONTH), "stretch": _stretch(request),
        "suspense": sum(n for n, _ in suspense.values()), "suspense_fen": standing_fen,
        "on_its_way": standing_fen != sum(fen for _, fen in suspense.values()),
        "open": counts.get(FindingState.OPEN, (0, 0)), "contradictions": treasury.open_contradictions(actor.centre_id),
        "bookings": treasury.bookings_waiting(actor.centre_id, actor.person_id), "done": done_of(request),
        "batches": treasury.batches_waiting(actor.centre_id, actor.person_id, releases=False),
    }  # fmt: skip
    return render(request, "desk/home_accountant.html", context)


def _stretch(request: HttpRequest) -> OpenStretch | None:
    """What the next closing would close; nothing before the books are opened."""
    try:
        return closing.next_stretch(actor_of(request).centre_id, at=moment_of(request))
    except Refusal as refusal:
        if refusal.code != "ledger.not_open":
            raise
        return None


def auditor(request: HttpRequest) -> HttpResponse:
    """Questions, findings that wait, and whether the heads that were given away still hold."""
    actor, today = actor_of(request), today_of(request)
    counts = finding_counts(actor, today=today)
    known = findings(actor, limit=FINDINGS)
    context = {
        "glance": glance(actor.centre_id, on=today), "heads": latest_heads(actor.centre_id, limit=HEADS),
        "questions": [QUESTIONS[code] for code in FIRST_QUESTIONS], "question_count": len(QUESTIONS),
        "open": counts.get(FindingState.OPEN, (0, 0)), "answered": counts.get(FindingState.ANSWERED, (0, 0)),
        "closed": counts.get(FindingState.CLOSED, (0, 0)), "done": done_of(request), "today": today,
        "findings": [one for one in known if one.state is not FindingState.CLOSED],
    }  # fmt: skip
    return render(request, "desk/home_auditor.html", context)
