"""One person by form: new, unseal, seal, transfer in, transfer out, or a new base; judged like a list of one row."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from anju.casework import actions as cases
from anju.contributions.roster.types import ChangeKind, Field
from anju.contributions.types import RosterPerson
from anju.design.forms import form_page
from anju.identity.permissions import permission
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal
from anju.parties import queries as parties
from anju.parties.types import PersonFacts
from anju.portals.common import actor_of, form_key, moment_of
from anju.portals.unit import drafts
from anju.portals.unit.filing import DECIDED_NO, UNDECIDED, file, fresh_key, sent_before
from anju.portals.unit.forms import OF_BOTH, OF_NORMAL, OF_SEALED, PersonChangeForm
from anju.portals.unit.here import number_of, unit_id_of
from anju.portals.unit.told import done_of, go
from anju.portals.unit.views.people import own_account
from anju.portals.unit.views.upload import month_to_list
from anju.services.member_change.lists import checked_list

BESIDE = {
    Field.NAME: "name", Field.ID_NUMBER: "id_number", Field.PHONE: "phone", Field.BASE: "base", Field.MONTH: "month",
    Field.CHANGE: "change", Field.REASON: "reason",
}  # fmt: skip


def _keep_late(request: HttpRequest, who: Actor) -> str:
    """What was typed and sent after the session had run out."""
    drafts.keep_typed(who, drafts.PERSON, drafts.typed_person(request), at=moment_of(request))
    return "/unit/people/change/?draft=1"


@drafts.survives_time_out(_keep_late)
@permission("unit.staff")
@require_http_methods(["GET", "POST"])
def person_change(request: HttpRequest) -> HttpResponse:
    """A person by hand, or one chosen from the staff: then only what changes is asked."""
    actor, at, month = actor_of(request), moment_of(request), month_to_list(request)
    draft = drafts.newest(actor, drafts.PERSON, at=at)
    typed = draft.values if draft and request.GET.get("draft") and request.method == "GET" else {}
    chosen, who = _chosen(request, typed)
    # What was sent before is answered as before, though the person stands otherwise since.
    again, key = request.method == "POST" and sent_before(request), form_key(request)
    kinds = _kinds(chosen, again=again)
    first = kinds[0].value if kinds else ChangeKind.NEW.value
    initial = {"month": month, "change": request.GET.get("kind", first), **typed}
    if chosen:
        initial["account"] = chosen.account_id
    form = PersonChangeForm(request.POST or None, initial=initial, kinds=kinds)
    if request.method == "POST" and form.is_valid():
        answers = _answers(form.cleaned_data, who)
        try:
            if again or _name_problems(request, form, answers):
                filed = file(request, "member_change", answers, draft_id=draft.draft_id if draft else None)
                if filed.state in UNDECIDED:
                    return go("unit-home", done="review")
                return go("unit-home", done="person", case_id=filed.case_id)
        except Refusal as refusal:
            form.refuse(refusal)
            key = fresh_key() if refusal.code == DECIDED_NO else key
    context = {
        "month": month, "key": key, "chosen": chosen, "who": who,
        "done": done_of(request), "draft": None if typed or request.method == "POST" else draft,
    }  # fmt: skip
    return form_page(request, "unit/person_change.html", context, form=form)


def _kinds(chosen: RosterPerson | None, *, again: bool) -> tuple[ChangeKind, ...]:
    """What may be done with somebody of the staff."""
    if chosen is None:
        return ()
    return OF_BOTH if again else OF_SEALED if chosen.sealed else OF_NORMAL


def _chosen(request: HttpRequest, typed: dict[str, Any]) -> tuple[RosterPerson | None, PersonFacts | None]:
    """The person of the staff the form is about; another unit's account is a missing page."""
    raw = request.POST.get("account") or request.GET.get("account") or str(typed.get("account") or "")
    if not raw:
        return None, None
    chosen = own_account(request, number_of(raw))
    who = parties.person(chosen.person_id) if chosen else None
    if chosen is None or who is None:
        raise Refusal("account_unknown", "没有找到这位职工。", status=404)
    return chosen, who


def _answers(values: dict[str, Any], who: PersonFacts | None) -> dict[str, Any]:
    return {
        "change": values["change"], "name": who.name if who else values["name"],
        "id_number": who.id_number if who else values["id_number"], "phone": values.get("phone", ""),
        "base_fen": values["base"], "month": str(values["month"]), "reason": values.get("reason", ""),
    }  # fmt: skip


def _name_problems(request: HttpRequest, form: PersonChangeForm, answers: dict[str, Any]) -> bool:
    """The same check a file gets, each problem beside its field; whether there is none."""
    actor = actor_of(request)
    listed = month_to_list(request)
    if form.cleaned_data["month"] > listed:
        later = form.cleaned_data["month"].zh
        form.add_error("month", f"现在办的是 {listed.zh}的名册，{later}的变更请到那个月再办。")
        return False
    checked, _ = checked_list(
        answers, centre_id=actor.centre_id, unit_id=unit_id_of(request), at=moment_of(request), asking=True
    )
    for problem in checked.errors:
        beside = BESIDE.get(problem.field) if problem.field else None
        said = f"{problem.text}：{problem.repair}。"
        form.add_error(beside if beside in form.fields else None, said)
    return not checked.errors


@permission("unit.staff")
@require_POST
def keep_draft(request: HttpRequest) -> HttpResponse:
    """Keep what stands in a form, by its own button or by the page itself before the session runs out."""
    actor, at = actor_of(request), moment_of(request)
    pasting = request.POST.get("form") == drafts.PASTE
    if pasting:
        drafts.keep_typed(actor, drafts.PASTE, drafts.typed_paste(request), at=at)
    else:
        drafts.keep_typed(actor, drafts.PERSON, drafts.typed_person(request), at=at)
    if request.headers.get("X-Anju-Poll"):
        return HttpResponse(status=204)
    return go("unit-home", done="draft")


@permission("unit.staff")
@require_POST
def discard_draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Throw a draft of one's own away; twice is once."""
    cases.discard_draft(min(draft_id, 2**62), actor=actor_of(request))
    return go("unit-home", done="discarded")
