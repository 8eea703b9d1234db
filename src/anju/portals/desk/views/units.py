"""Units and people: found, then opened for a stated purpose. Every opening leaves a look in the audit.

A person is found by document only, in the body of a POST: a number never stands in an address. What is found is
masked until it is opened, and the document stays masked even then.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anju.accounts import queries as accounts
from anju.accounts.types import AccountState
from anju.audit import actions as audit
from anju.audit import queries as audit_queries
from anju.casework import queries as case_queries
from anju.contributions import queries as contributions
from anju.contributions.types import SuspenseState
from anju.design import fields
from anju.design.forms import form_page
from anju.identity import queries as identity
from anju.identity.permissions import permission
from anju.kernel.actor import Actor
from anju.kernel.identifiers import IdKind, check_document, mask_id, mask_name, mask_phone, normalise_id
from anju.kernel.refusal import Refusal
from anju.parties import queries as parties
from anju.parties.types import UnitState
from anju.portals.common import actor_of, moment_of
from anju.portals.desk.forms import PURPOSE_ZH, LookForm
from anju.portals.desk.pages import done_of, word_of
from anju.portals.desk.views.cases import found_row
from anju.support.types import SELF_REPORT

KINDS = [(IdKind.ID18.value, "居民身份证"), *((k.value, k.zh) for k in IdKind if k is not IdKind.ID18)]
MOST = 30


class PersonForm(LookForm):
    """A document, and why it is asked for."""

    id_kind = forms.ChoiceField(label="证件类型", choices=KINDS, initial=IdKind.ID18.value)
    id_number = fields.TextField(label="证件号码", max_length=40)
    field_order = ("id_number", "id_kind", "purpose", "case_number")

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        kind, number = values.get("id_kind"), values.get("id_number")
        if kind and number and not check_document(IdKind(kind), number).valid:
            self.add_error("id_number", "证件号码不对，请对照证件逐位核对。")
        return values


def _case_id(actor: Actor, number: str) -> int | None:
    """The case the look is for; a number that is not the desk's to see is refused."""
    if not number:
        return None
    found = case_queries.desk_cases(actor).filter(number=number).values_list("case_id", flat=True).first()
    if found is None and actor.role != "treasurer":
        raise Refusal("case_not_found", "没有找到这个案号，请核对。", field="case_number")
    return found


# ------------------------------------------------------------------------------------------------ people


@permission("desk.search")
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Find a person by document; what is found is masked, and the search itself is recorded."""
    form = PersonForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"done": done_of(request)}
    if request.method == "POST" and form.is_valid():
        try:
            context = _found(request, form.cleaned_data)
        except Refusal as refusal:
            form.refuse(refusal)
    return form_page(request, "desk/people.html", context, form=form)


def _found(request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
    actor, at = actor_of(request), moment_of(request)
    case_id = _case_id(actor, values["case_number"])
    kind = IdKind(values["id_kind"])
    person = parties.person_by_document(kind, normalise_id(kind, values["id_number"]), centre_id=actor.centre_id)
    asked = {"purpose": values["purpose"], "case_number": values["case_number"]}
    if person is None:
        audit.record("search", actor=actor, at=at, subject="person", case_id=case_id,
                     details={"purpose": values["purpose"], "found": 0})  # fmt: skip
        return {"searched": True, "asked": asked}
    audit.record("search", actor=actor, at=at, subject="person", person_id=person.person_id, case_id=case_id,
                 details={"purpose": values["purpose"], "found": 1})  # fmt: skip
    return {
        "searched": True, "asked": asked, "person": person, "name": mask_name(person.name),
        "number": mask_id(person.id_number), "purpose": PURPOSE_ZH[values["purpose"]],
    }  # fmt: skip


@permission("desk.search")
@require_POST
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """A person's file, opened for the stated purpose; the look is recorded before anything is shown."""
    actor, at = actor_of(request), moment_of(request)
    found = parties.person(person_id)
    if found is None or found.centre_id != actor.centre_id or found.person_id == actor.person_id:
        # One's own file is read as a member, not across the desk.
        raise Refusal("person_unknown", "没有找到这个人。", status=404)
    form = LookForm(request.POST)
    shown = {"person": found, "name": mask_name(found.name), "number": mask_id(found.id_number)}
    case_id = None
    if form.is_valid():
        try:
            case_id = _case_id(actor, form.cleaned_data["case_number"])
        except Refusal as refusal:
            form.refuse(refusal)
    if form.errors:
        return form_page(request, "desk/person_why.html", shown, form=form)
    audit.looked(actor=actor, at=at, subject="person", person_id=person_id, case_id=case_id,
                 purpose=form.cleaned_data["purpose"])  # fmt: skip
    return render(request, "desk/person.html", {**shown, **_file_of(actor, person_id, at), **_why(form)})


def _why(form: LookForm) -> dict[str, str]:
    return {"purpose": PURPOSE_ZH[form.cleaned_data["purpose"]], "case_number": form.cleaned_data["case_number"]}


def _file_of(actor: Actor, person_id: int, at: Any) -> dict[str, Any]:
    account_id = accounts.account_of_person(person_id)
    account = accounts.overview(account_id) if account_id is not None else None
    phone = parties.phone_of(person_id)
    unit = None
    if account is not None and account.unit_id is not None:
        unit = parties.unit_names(actor.centre_id, [account.unit_id]).get(account.unit_id)
    cases = case_queries.desk_cases(actor).filter(person_id=person_id).order_by("-case_id")[:10]
    return {
        "account": account, "unit": unit, "phone": mask_phone(phone) if phone else "",
        "movements": accounts.movements(account_id, limit=12) if account_id is not None else (),
        "freezes": [
            (one, one.authority == SELF_REPORT) for one in accounts.freezes(account_id) if one.ended_at is None
        ] if account_id is not None else [],
        "cases": [found_row(case) for case in cases], "acts": audit_queries.of_person(person_id, limit=10),
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------- units


def _percent(ratio: Decimal) -> str:
    """0.1200 → 12%."""
    return f"{(ratio * 100).normalize():f}%"


@permission("desk.search")
@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """Units by name or unified social credit code."""
    word = word_of(request)
    found = parties.search_units(actor_of(request).centre_id, word, limit=MOST) if word else []
    rows = [(line, UnitState(line["state"])) for line in found]
    return render(request, "desk/units.html", {"rows": rows, "word": word, "most": MOST, "form": LookForm()})


@permission("desk.search")
@require_POST
def unit(request: HttpRequest, unit_id: int) -> HttpResponse:
    """A unit's file, opened for the stated purpose."""
    actor, at = actor_of(request), moment_of(request)
    found = parties.unit(actor.centre_id, unit_id, on=at.date())
    if found is None:
        raise Refusal("unit_unknown", "没有找到这个单位。", status=404)
    form = LookForm(request.POST)
    case_id = None
    if form.is_valid():
        try:
            case_id = _case_id(actor, form.cleaned_data["case_number"])
        except Refusal as refusal:
            form.refuse(refusal)
    if form.errors:
        return form_page(request, "desk/unit_why.html", {"unit": found}, form=form)
    audit.record("look", actor=actor, at=at, subject="unit", subject_id=unit_id, unit_id=unit_id, case_id=case_id,
                 details={"purpose": form.cleaned_data["purpose"]})  # fmt: skip
    states = accounts.state_counts(unit_id)
    context = {
        "unit": found, "normal": states.get(AccountState.NORMAL, 0), "sealed": states.get(AccountState.SEALED, 0),
        "months": contributions.remittances(actor.centre_id, unit_id, limit=12),
        "suspense": contributions.suspense_items(
            actor.centre_id, unit_id=unit_id, states=(SuspenseState.OPEN, SuspenseState.WAITING)
        ),
        "agents": [(held.role.zh, mask_name(login.name), mask_phone(login.phone), held.started_at)
                   for held, login in identity.unit_logins(unit_id)],
        "unit_ratio": _percent(found.unit_ratio), "person_ratio": _percent(found.person_ratio),
        "bank_tail": found.bank_account[-4:], "legal_person": mask_name(found.legal_person_name), **_why(form),
    }  # fmt: skip
    return render(request, "desk/unit.html", context)
