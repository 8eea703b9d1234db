"""Messages: the record of what the centre told a person; SMS only point to it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from anju.identity.permissions import permission
from anju.notices import actions as notices
from anju.notices import queries as inbox_queries
from anju.portals.common import actor_of, moment_of

PAGE = 20


@permission("inbox.own")
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Newest first, twenty a page."""
    actor = actor_of(request)
    text = request.GET.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    found = inbox_queries.inbox(login_id=actor.login_id, person_id=actor.person_id, limit=PAGE + 1, before=before)
    shown = found[:PAGE]
    context = {
        "messages": shown, "next": shown[-1].notice_id if len(found) > PAGE else None, "is_first": before is None,
        "unread": inbox_queries.unread_count(login_id=actor.login_id, person_id=actor.person_id),
    }  # fmt: skip
    return render(request, "person/inbox.html", context)


@permission("inbox.own")
@require_safe
def message(request: HttpRequest, notice_id: int) -> HttpResponse:
    """One message. Reading it changes nothing; «标为已读» does."""
    actor = actor_of(request)
    found = None
    if 0 < notice_id < 2**63:
        found = inbox_queries.message(notice_id, login_id=actor.login_id, person_id=actor.person_id)
    if found is None:
        raise Http404("没有找到这条消息。")
    return render(request, "person/message.html", {"message": found})


@permission("inbox.own")
@require_POST
def message_read(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Opened by its button in the list: marked as read, then shown."""
    actor = actor_of(request)
    own = 0 < notice_id < 2**63 and notices.mark_read(
        notice_id, at=moment_of(request), login_id=actor.login_id, person_id=actor.person_id
    )
    if not own:
        raise Http404("没有找到这条消息。")
    if request.headers.get("HX-Request") == "true":
        return HttpResponse('<span class="hint">已读</span>')
    return redirect("me-message", notice_id)


@permission("inbox.own")
@require_POST
def all_read(request: HttpRequest) -> HttpResponse:
    """Everything is read."""
    actor = actor_of(request)
    notices.mark_all_read(at=moment_of(request), login_id=actor.login_id, person_id=actor.person_id)
    return redirect("me-inbox")
