"""Who may act for the unit, whether declarations need a second person, and the unit's inbox."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.casework import queries as case_queries
from anju.design.forms import form_page
from anju.identity import actions as identity
from anju.identity import queries as logins
from anju.identity.permissions import permission
from anju.identity.types import Role
from anju.kernel.refusal import Refusal
from anju.notices import actions as notice_actions
from anju.notices import queries as notices
from anju.parties import actions as parties
from anju.portals.common import actor_of, moment_of
from anju.portals.unit.forms import AgentForm
from anju.portals.unit.here import unit_here, unit_id_of


@permission("unit.view")
@require_http_methods(["GET", "POST"])
def mandates(request: HttpRequest) -> HttpResponse:
    """The people who act for the unit; an administrator adds and ends them. Rights hold from the next request on."""
    actor, at = actor_of(request), moment_of(request)
    form = AgentForm(request.POST or None)
    if request.method == "POST":
        if actor.role != Role.UNIT_ADMIN:
            raise Refusal("not_unit_admin", "只有单位账户管理员可以增减经办人：请管理员登录办理。", status=403)
        if form.is_valid():
            try:
                _add(request, form)
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                return redirect("unit-mandates")
    context = {
        "held": logins.unit_logins(unit_id_of(request)), "unit": unit_here(request),
        "is_admin": actor.role == Role.UNIT_ADMIN, "own_login_id": actor.login_id, "at": at,
    }  # fmt: skip
    return form_page(request, "unit/mandates.html", context, form=form)


def _add(request: HttpRequest, form: AgentForm) -> None:
    actor = actor_of(request)
    found = logins.login_by_phone(form.cleaned_data["phone"])
    if found is None or found.person_id is None:
        raise Refusal(
            "agent_unknown", "这个手机号还没有开通个人网上业务：请对方先注册、开通，再来授权。", field="phone"
        )
    identity.grant_mandate(
        found.login_id, Role(form.cleaned_data["role"]), actor=actor, at=moment_of(request), unit_id=actor.unit_id
    )


@permission("unit.agents")
@require_POST
def end_mandate(request: HttpRequest, mandate_id: int) -> HttpResponse:
    """End somebody's right to act for the unit; it ends with their next request."""
    actor = actor_of(request)
    held = {mandate.mandate_id for mandate, _ in logins.unit_logins(unit_id_of(request))}
    if mandate_id not in held:
        raise Refusal("mandate_unknown", "没有这项授权。", status=404)
    identity.end_mandate(mandate_id, actor=actor, at=moment_of(request), why="单位管理员结束")
    return redirect("unit-mandates")


@permission("unit.terms")
@require_POST
def second_approval(request: HttpRequest) -> HttpResponse:
    """Whether a second natural person of the unit approves each declaration."""
    actor = actor_of(request)
    parties.set_second_approval(
        actor.centre_id, unit_id_of(request), request.POST.get("wanted") == "1", actor=actor, at=moment_of(request)
    )
    return redirect("unit-mandates")


@permission("unit.view")
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The unit's messages, newest first."""
    lines = notices.inbox(unit_id=unit_id_of(request), limit=50)
    return form_page(request, "unit/inbox.html", {"lines": lines})


@permission("unit.view")
@require_POST
def inbox_read(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    notice_actions.mark_all_read(unit_id=unit_id_of(request), at=moment_of(request))
    return redirect("unit-inbox")


@permission("unit.view")
@require_GET
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """One of the unit's cases with its timeline; another unit's is a 404."""
    found = case_queries.case_for(actor_of(request), case_id)
    return form_page(request, "unit/case.html", {"case": found})
