"""Who may act for the unit and what it is registered as, whether declarations need a second person; the inbox."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.casework import queries as case_queries
from anju.casework.registry import service as service_of
from anju.design.forms import form_page
from anju.identity import actions as identity
from anju.identity import queries as logins
from anju.identity.permissions import permission
from anju.identity.types import Role
from anju.kernel.identifiers import mask_tail
from anju.kernel.refusal import Refusal
from anju.notices import actions as notice_actions
from anju.notices import queries as notices
from anju.parties import actions as parties
from anju.portals.common import actor_of, moment_of
from anju.portals.unit.forms import AgentForm
from anju.portals.unit.here import id_in, nature_of, number_of, percent, unit_here, unit_id_of
from anju.portals.unit.told import done_of, go

RIGHTS = {
    Role.UNIT_AGENT: "名册、申报、缴款通知，复核别人的申报",
    Role.UNIT_ADMIN: "名册、申报、缴款通知，复核别人的申报；增减经办人，设置第二人复核",
}
MESSAGES = 20


@permission("unit.view")
@require_http_methods(["GET", "POST"])
def mandates(request: HttpRequest) -> HttpResponse:
    """The people who act for the unit; an administrator adds and ends them. Rights hold from the next request on."""
    actor = actor_of(request)
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
                return go("unit-mandates", done="granted")
    unit = unit_here(request)
    context = {
        "held": [(mandate, login, RIGHTS.get(mandate.role, "")) for mandate, login in
                 logins.unit_logins(unit_id_of(request))],
        "unit": unit, "nature": nature_of(unit), "unit_ratio": percent(unit.unit_ratio),
        "person_ratio": percent(unit.person_ratio), "bank_tail": mask_tail(unit.bank_account),
        "is_admin": actor.role == Role.UNIT_ADMIN, "own_login_id": actor.login_id, "done": done_of(request),
    }  # fmt: skip
    return form_page(request, "unit/mandates.html", context, form=form)


def _add(request: HttpRequest, form: AgentForm) -> None:
    """Grant; whoever holds the same right already holds it, and nothing is said twice."""
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
    own = {mandate.mandate_id for mandate in logins.mandates_of(actor.login_id or 0)}
    if mandate_id in own:
        raise Refusal("own_mandate", "不能结束自己的授权：请另一位管理员办理，单位始终要有管理员。", status=409)
    identity.end_mandate(id_in(mandate_id), actor=actor, at=moment_of(request), why="单位管理员结束")
    return go("unit-mandates", done="ended")


@permission("unit.terms")
@require_POST
def second_approval(request: HttpRequest) -> HttpResponse:
    """Whether a second natural person of the unit approves each declaration."""
    actor = actor_of(request)
    if request.POST.get("wanted") not in ("0", "1"):
        raise Refusal("second_unclear", "没有收到您的选择：请回到授权页，再按一次开启或关闭。")
    wanted = request.POST["wanted"] == "1"
    parties.set_second_approval(actor.centre_id, unit_id_of(request), wanted, actor=actor, at=moment_of(request))
    return go("unit-mandates", done="second-on" if wanted else "second-off")


@permission("unit.view")
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The unit's messages, newest first."""
    unit_id, before = unit_id_of(request), number_of(request.GET.get("before")) or None
    lines = notices.inbox(unit_id=unit_id, limit=MESSAGES + 1, before=before)
    context = {
        "lines": lines[:MESSAGES], "older": lines[MESSAGES - 1].notice_id if len(lines) > MESSAGES else None,
        "newer": before is not None, "unread": notices.unread_count(unit_id=unit_id), "done": done_of(request),
    }  # fmt: skip
    return form_page(request, "unit/inbox.html", context)


@permission("unit.view")
@require_POST
def inbox_read(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    notice_actions.mark_all_read(unit_id=unit_id_of(request), at=moment_of(request))
    return go("unit-inbox", done="read")


@permission("unit.view")
@require_GET
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """One of the unit's cases with its timeline; another unit's is a 404."""
    found = case_queries.case_for(actor_of(request), id_in(case_id))
    summary = service_of(found.service).summary(found.answers)
    return form_page(request, "unit/case.html", {"case": found, "summary": summary})
