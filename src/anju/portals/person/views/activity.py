"""The activity log (账户动态), who looked, and «不是我操作» in two taps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from anju.audit import queries as audit
from anju.identity import actions as identity
from anju.identity import queries as identity_queries
from anju.identity.http import browser, forget
from anju.identity.permissions import permission
from anju.identity.types import ActivityLine
from anju.portals.common import actor_of, moment_of, principal_of
from anju.portals.person.account import address

PAGE = 20
LOOKS_WINDOW = timedelta(days=30)
LARGEST = 2**63 - 1
LOOK_ROLES = {"clerk": "受理人员", "reviewer": "复核人员", "treasurer": "资金人员",
              "accountant": "会计人员", "auditor": "审计人员", "administrator": "系统管理员"}  # fmt: skip


@permission("login.own")
@require_safe
def activity(request: HttpRequest) -> HttpResponse:
    """What happened to one's log-in, newest first; and who of the centre looked at one's file."""
    actor, at = actor_of(request), moment_of(request)
    assert actor.login_id is not None
    text = request.GET.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    found = identity_queries.activity(actor.login_id, limit=PAGE + 1, before=before)
    shown = found[:PAGE]
    context = {
        "lines": shown, "next": shown[-1].activity_id if len(found) > PAGE else None, "is_first": before is None,
        "looks": _looks(actor.person_id, since=at - LOOKS_WINDOW) if before is None else [],
    }  # fmt: skip
    return render(request, "person/activity.html", context)


def _looks(person_id: int | None, *, since: Any) -> list[dict[str, Any]]:
    """Looks of the centre's people at this person in the window: role, time and purpose."""
    if person_id is None:
        return []
    return [
        {"at": act["at"], "role": LOOK_ROLES.get(act["role"], "工作人员"), "purpose": act["details"].get("purpose", "")}
        for act in audit.of_person(person_id)
        if act["act"] == "look" and act["at"] >= since
    ]


@permission("login.own")
@require_http_methods(["GET", "HEAD", "POST"])
def not_me(request: HttpRequest, activity_id: int) -> HttpResponse:
    """«不是我操作»: this page says what will happen; its button does it at once."""
    principal, at = principal_of(request), moment_of(request)
    assert principal.login_id is not None
    line = _own_line(principal.login_id, activity_id)
    if request.method != "POST":
        return render(request, "person/not_me.html", {"line": line})
    identity.report_not_me(principal.login_id, line.activity_id, at=at, browser=browser(request))
    forget(request)
    return render(request, "person/not_me_done.html", {"line": line, "reset_url": address("reset", fallback="/reset/")})


def _own_line(login_id: int, activity_id: int) -> ActivityLine:
    found = []
    if 0 < activity_id < LARGEST:
        found = identity_queries.activity(login_id, limit=1, before=activity_id + 1)
    if not found or found[0].activity_id != activity_id:
        raise Http404("没有找到这条记录。")
    return found[0]
