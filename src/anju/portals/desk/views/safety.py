"""Giving a person their withdrawals back after «不是我操作»: one colleague spoke with them, another lifts the freeze.

Only a freeze its owner asked for is lifted here; a court's ends by the court's paper.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from anju.accounts import actions as accounts
from anju.accounts import queries as account_queries
from anju.accounts.types import Freeze
from anju.design import fields
from anju.design.forms import DesignForm, form_page
from anju.identity import queries as identity
from anju.identity.permissions import permission
from anju.identity.words import day_zh
from anju.kernel.actor import Actor
from anju.kernel.identifiers import mask_id, mask_name
from anju.kernel.refusal import Refusal
from anju.notices.actions import send
from anju.parties import queries as parties
from anju.parties.types import PersonFacts
from anju.portals.common import actor_of, moment_of
from anju.portals.desk.pages import go
from anju.support import queries as support
from anju.support.types import SELF_REPORT


class LiftForm(DesignForm):
    """How it was made sure that it is the person who asks."""

    ground = fields.TextField(
        label="怎样核实是本人", max_length=120, multi_line=True, help_text="例如：本人带身份证到柜台，已换手机号"
    )


@permission("desk.approve")
@require_http_methods(["GET", "HEAD", "POST"])
def lift(request: HttpRequest, person_id: int, n: int) -> HttpResponse:
    """One freeze its owner asked for, and the form that ends it."""
    actor = actor_of(request)
    person, account_id, found = _own_freeze(person_id, n, actor)
    form = LiftForm(request.POST if request.method == "POST" else None)
    status = None
    if request.method == "POST" and form.is_valid():
        try:
            _lift(person_id, account_id, n, form.cleaned_data["ground"], actor=actor, at=moment_of(request))
        except Refusal as refusal:
            form.refuse(refusal)
            status = refusal.status
        else:
            return go("desk-people", done="lifted")
    context = {"name": mask_name(person.name), "number": mask_id(person.id_number), "freeze": found}
    return form_page(request, "desk/lift.html", context, form=form, status=status)


def _own_freeze(person_id: int, n: int, actor: Actor) -> tuple[PersonFacts, int, Freeze]:
    """A living freeze by «不是我操作» of somebody of this centre who is not the reader; anything else is not there."""
    person = parties.person(person_id)
    account_id = account_queries.account_of_person(person_id)
    if person is not None and account_id is not None and person.centre_id == actor.centre_id:
        for one in account_queries.freezes(account_id):
            own = one.n == n and one.authority == SELF_REPORT and one.ended_at is None
            if own and person_id != actor.person_id:
                return person, account_id, one
    raise Refusal("freeze_unknown", "没有找到这项停用。", status=404)


@transaction.atomic
def _lift(person_id: int, account_id: int, n: int, ground: str, *, actor: Actor, at: datetime) -> None:
    login = identity.login_of_person(person_id)
    dangers = support.dangers_of(login.login_id) if login else []
    if any(one.answered_at is None for one in dangers):
        text = "“不是我操作”还没有答复。请先由受理人员联系本人并答复，再恢复支取。"
        raise Refusal("danger_open", text, field="ground", status=409)
    if any(one.answered_by == actor.person_id for one in dangers):
        text = "您答复过这个人的“不是我操作”，请由另一位复核人员恢复支取。"
        raise Refusal("four_eyes", text, field="ground", status=403)
    accounts.unfreeze(account_id, n, document=ground, at=at, actor=actor)
    send(
        "account_unfrozen", person_id=person_id, at=at, centre_id=actor.centre_id,
        phone=login.phone if login else None, values={"day": day_zh(at), "ground": "已核实是本人"},
    )  # fmt: skip
