"""Lists: all own cases, and drafts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from anju.casework import actions as casework
from anju.casework import queries as cases
from anju.identity.permissions import permission
from anju.portals.common import actor_of, moment_of
from anju.portals.person.progress import track_of
from anju.portals.person.ways import case_url, draft_url

PAGE = 20


@permission("me.view")
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    """Every own case, newest first; those waiting for the person stand on top of the page."""
    actor, at = actor_of(request), moment_of(request)
    text = request.GET.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    found = cases.cases_of(actor, limit=PAGE + 1, before=before)
    rows: list[dict[str, Any]] = [
        {"track": track_of(line, on=at.date()), "url": case_url(line)} for line in found[:PAGE]
    ]
    context = {
        "rows": rows, "waiting": [row for row in rows if row["track"].waits_for_me],
        "next": found[PAGE - 1].case_id if len(found) > PAGE else None, "is_first": before is None,
        "drafts": _drafts(request) if before is None else [],
    }  # fmt: skip
    return render(request, "person/cases.html", context)


@permission("me.view")
@require_safe
def drafts(request: HttpRequest) -> HttpResponse:
    """What was begun and not submitted, kept thirty days."""
    return render(request, "person/drafts.html", {"drafts": _drafts(request)})


def _drafts(request: HttpRequest) -> list[dict[str, Any]]:
    found = cases.drafts_of(actor_of(request), at=moment_of(request))
    return [{"draft": one, "url": draft_url(one.service, one.draft_id)} for one in found]


@permission("me.apply")
@require_POST
def draft_discard(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Throw a draft away; one that is gone already changes nothing."""
    casework.discard_draft(min(draft_id, 2**63 - 1), actor=actor_of(request))
    return redirect("me-drafts")
