"""The unit's second person: the frozen list against last month, agreed to or sent back with a reason."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from anju.casework import actions as cases
from anju.contributions import actions as contributions
from anju.contributions import queries
from anju.contributions.types import RemittanceSeen, RemittanceState
from anju.design.forms import form_page
from anju.identity.permissions import permission
from anju.kernel.refusal import Refusal
from anju.parties import queries as parties
from anju.portals.common import actor_of, moment_of
from anju.portals.unit.forms import ReturnForm
from anju.portals.unit.here import id_in, unit_id_of
from anju.portals.unit.told import go
from anju.portals.unit.views.month import SHOWN, approvers, kind_of, with_members


@permission("unit.approve")
@require_http_methods(["GET", "POST"])
def approve(request: HttpRequest, remittance_id: int) -> HttpResponse:
    """Agree, or send back with a reason. Who declared the list sees it, and who may approve it."""
    actor = actor_of(request)
    found = queries.remittance(actor.centre_id, id_in(remittance_id), unit_id=unit_id_of(request))
    sending_back = request.method == "POST" and "return" in request.POST
    form = ReturnForm(request.POST if sending_back else None)
    problem = ""
    if request.method == "POST" and (not sending_back or form.is_valid()):
        try:
            return _act(request, found, form)
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            problem = refusal.text
            page = _page(request, found)
            context = {**page, "errors": [("", problem)], "form_errors": True}
            return form_page(request, "unit/approve.html", context, form=form, status=refusal.status)
    return form_page(request, "unit/approve.html", _page(request, found), form=form)


def _act(request: HttpRequest, found: RemittanceSeen, form: ReturnForm) -> HttpResponse:
    actor, at = actor_of(request), moment_of(request)
    if "return" not in request.POST:
        contributions.approve_remittance(
            actor.centre_id, found.unit_id, found.remittance_id, actor=actor, at=at
        )
        return go("unit-home", done="approved")
    if not (found.state is RemittanceState.CANCELLED and found.sent_back):
        _send_back(request, found, form.cleaned_data["reason"])
    return go("unit-home", done="returned")


@transaction.atomic
def _send_back(request: HttpRequest, found: RemittanceSeen, reason: str) -> None:
    """The list is open again and its case ends, together. Whoever declared it takes it back instead."""
    actor, at = actor_of(request), moment_of(request)
    if actor.person_id is None or actor.person_id == found.declared_by_person_id:
        raise Refusal("four_eyes", "这是您自己申报的，请用“我填错了，撤回重报”。", status=403)
    if found.state is not RemittanceState.AWAITING_APPROVAL:
        raise Refusal("remittance_not_waiting", f"这份汇缴书现在是“{found.state.zh}”，不能退回。", status=409)
    contributions.cancel_remittance(
        actor.centre_id, found.unit_id, found.remittance_id, reason=reason, actor=actor, at=at
    )
    if found.case_id is not None:
        cases.end_without_effect(found.case_id, title="复核人退回了名册", text=reason, at=at)


def _page(request: HttpRequest, found: RemittanceSeen) -> dict[str, Any]:
    actor, kind = actor_of(request), kind_of(request)
    before = queries.remittances(found.centre_id, found.unit_id, limit=1, before=found.month)
    last = before[0] if before else None
    seen = queries.frozen_differences(found, last=last, limit=SHOWN, kind=kind)
    maker = parties.person(found.declared_by_person_id) if found.declared_by_person_id else None
    mine = actor.person_id is not None and actor.person_id == found.declared_by_person_id
    return {
        "found": found, "seen": seen, "last": last, "changed": with_members(seen.changed),
        "kind": kind, "all_kinds": kind is None, "shown": SHOWN, "maker": maker.name if maker else "", "mine": mine,
        "waits": found.state is RemittanceState.AWAITING_APPROVAL,
        "names": approvers(found.unit_id, but=found.declared_by_person_id) if mine else [],
    }  # fmt: skip
