"""The staff list: upload or paste, every wrong cell named, differences, apply; and one person by form."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.casework import actions as cases
from anju.contributions import actions as contributions
from anju.contributions import queries
from anju.contributions.actions import ListAnswer
from anju.contributions.roster.types import Field
from anju.design.forms import form_page
from anju.files import actions as files
from anju.identity.permissions import permission
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.portals.common import actor_of, form_key, moment_of
from anju.portals.unit.downloads import workbook_response
from anju.portals.unit.forms import ApplyForm, PersonChangeForm, UploadForm
from anju.portals.unit.here import members, month_of, unit_here, unit_id_of
from anju.portals.unit.kept import PURPOSE, unit_file
from anju.portals.unit.template import template_workbook
from anju.services.member_change.lists import PASTED_NAME, checked_list

SHOWN_PROBLEMS = 300


def _month(request: HttpRequest) -> Month:
    """The month a list is for: the next one to declare."""
    unit = unit_here(request)
    return queries.next_month(unit.centre_id, unit.unit_id, first_month=unit.first_month)


@permission("unit.staff")
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Keep the list, then show what is wrong with it and what it would do."""
    form = UploadForm(request.POST or None, request.FILES or None)
    month = _month(request)
    if request.method == "POST" and form.is_valid():
        try:
            file_id = _keep(request, form)
        except Refusal as refusal:
            form.add_error("file", refusal.text)
        else:
            return redirect(reverse("unit-upload-result", args=[file_id, month.number]))
    return form_page(request, "unit/upload.html", {"month": month}, form=form)


def _keep(request: HttpRequest, form: UploadForm) -> int:
    actor, at = actor_of(request), moment_of(request)
    found = form.cleaned_data["file"]
    content = found.read() if found else form.cleaned_data["pasted"].encode()
    name = (found.name or "") if found else PASTED_NAME
    # Read once before keeping: a file that cannot be read as a list is refused here, beside its field.
    _check(actor.centre_id, unit_id_of(request), content, name, _month(request), at)
    return files.keep(
        content, name, centre_id=actor.centre_id, purpose=PURPOSE, at=at, owner_unit_id=actor.unit_id,
        login_id=actor.login_id,
    )  # fmt: skip


def _check(centre_id: int, unit_id: int, content: bytes, name: str, month: Month, at: Any) -> ListAnswer:
    if name == PASTED_NAME:
        return contributions.check_pasted(
            content.decode(), centre_id=centre_id, unit_id=unit_id, month=month, at=at
        )
    return contributions.check_upload(content, name, centre_id=centre_id, unit_id=unit_id, month=month, at=at)


def _answer(request: HttpRequest, file_id: int, month: Month) -> tuple[ListAnswer, str]:
    """The kept list checked again: the same file gives the same answer. Another unit's file is a 404."""
    actor = actor_of(request)
    found = unit_file(file_id, unit_id=unit_id_of(request))
    answer = _check(
        actor.centre_id, unit_id_of(request), found.content, found.filename, month, moment_of(request)
    )
    return answer, found.filename


@permission("unit.staff")
@require_GET
def result(request: HttpRequest, file_id: int, number: int) -> HttpResponse:
    """Every wrong cell by row, column, value and repair; then the differences; one button when all is well."""
    month = month_of(number)
    answer, name = _answer(request, file_id, month)
    return render(request, "unit/upload_result.html", _result_page(request, answer, name, file_id, month))


def _result_page(
    request: HttpRequest, answer: ListAnswer, name: str, file_id: int, month: Month
) -> dict[str, Any]:
    checked = answer.checked
    return {
        "answer": answer, "checked": checked, "name": name, "file_id": file_id, "month": month,
        "errors_shown": checked.errors[:SHOWN_PROBLEMS], "notices_shown": checked.notices[:SHOWN_PROBLEMS],
        "left_out": list(members(list(checked.left_out[:SHOWN_PROBLEMS])).values()),
        "form": ApplyForm(left_out=len(checked.left_out), initial={"left_out": "keep"}),
        "key": form_key(request),
        "error_lines": [(f"e{n}", f"{p.place}：{p.text}") for n, p in enumerate(checked.errors[:10])],
    }  # fmt: skip


@permission("unit.staff")
@require_GET
def errors(request: HttpRequest, file_id: int, number: int) -> HttpResponse:
    """The list with a reason column, to mend and upload again."""
    answer, name = _answer(request, file_id, month_of(number))
    return workbook_response(answer.error_file(), f"{name.rsplit('.', 1)[0]}-要改的地方.xlsx")


@permission("unit.staff")
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """An empty list with the columns and an example."""
    return workbook_response(template_workbook(), "职工名册模板.xlsx")


@permission("unit.staff")
@require_POST
def apply(request: HttpRequest, file_id: int, number: int) -> HttpResponse:
    """Do what the list says, through the service; a list with errors is shown again."""
    month = month_of(number)
    answer, name = _answer(request, file_id, month)
    form = ApplyForm(request.POST, left_out=len(answer.checked.left_out))
    page = _result_page(request, answer, name, file_id, month)
    if answer.checked.errors or not form.is_valid():
        return form_page(request, "unit/upload_result.html", {**page, "form": form}, form=form, status=422)
    wanted = form.cleaned_data.get("left_out", "keep")
    try:
        cases.submit(
            "member_change",
            {"file_id": file_id, "month": str(month), "left_out": "" if wanted == "keep" else wanted},
            actor=actor_of(request), key=form_key(request), at=moment_of(request),
        )  # fmt: skip
    except Refusal as refusal:
        form.add_error(None, refusal.text)
        return form_page(request, "unit/upload_result.html", {**page, "form": form}, form=form)
    return redirect("unit-home")


@permission("unit.view")
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """The staff with base and both shares; sealed people too when asked for. Balances are nobody's business here."""
    unit = unit_here(request)
    sealed = request.GET.get("sealed") == "1"
    month = _month(request)
    roster = queries.roster(unit.centre_id, unit.unit_id, month=month, sealed=sealed)
    try:
        page = max(int(request.GET.get("page", "1")[:6]), 1)
    except ValueError:
        page = 1
    shown = roster[(page - 1) * 100 : page * 100]
    known = members([one.account_id for one in shown])
    context = {
        "unit": unit, "month": month, "sealed": sealed, "only_normal": not sealed, "total": len(roster),
        "rows": [(known.get(one.account_id), one) for one in shown],
        "page": page, "has_next": len(roster) > page * 100,
    }  # fmt: skip
    return render(request, "unit/people.html", context)


class _Shown(Exception):
    """What is wrong stands beside the fields already."""


BESIDE = {
    Field.NAME: "name", Field.ID_NUMBER: "id_number", Field.PHONE: "phone", Field.BASE: "base", Field.MONTH: "month",
    Field.CHANGE: "change", Field.REASON: "reason",
}  # fmt: skip


def _name_problems(request: HttpRequest, form: PersonChangeForm, answers: dict[str, Any]) -> None:
    """The same check a file gets; each problem beside its field."""
    actor = actor_of(request)
    checked, _ = checked_list(
        answers, centre_id=actor.centre_id, unit_id=unit_id_of(request), at=moment_of(request), asking=True
    )
    for problem in checked.errors:
        beside = BESIDE.get(problem.field) if problem.field else None
        form.add_error(beside, f"{problem.text}{problem.repair}{problem.suggestion}")


@permission("unit.staff")
@require_http_methods(["GET", "POST"])
def person_change(request: HttpRequest) -> HttpResponse:
    """One person by form: new, unseal, seal, transfer in, transfer out, or a new base."""
    month = _month(request)
    form = PersonChangeForm(request.POST or None, initial={"month": month, "change": request.GET.get("kind", "new")})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        answers = {
            "change": values["change"], "name": values["name"], "id_number": values["id_number"],
            "phone": values["phone"], "base_fen": values["base"], "month": str(values["month"]),
            "reason": values["reason"],
        }  # fmt: skip
        try:
            _name_problems(request, form, answers)
            if form.errors:
                raise _Shown
            cases.submit(
                "member_change", answers, actor=actor_of(request), key=form_key(request), at=moment_of(request)
            )
        except _Shown:
            pass
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect("unit-home")
    return form_page(request, "unit/person_change.html", {"month": month, "key": form_key(request)}, form=form)
