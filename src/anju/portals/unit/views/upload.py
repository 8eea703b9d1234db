"""The staff list by file or paste: kept, every wrong cell named and mended in place, differences, done."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.contributions import queries
from anju.contributions.actions import ListAnswer
from anju.contributions.queries.units import unit_of
from anju.contributions.roster.mending import Mend, mends
from anju.contributions.roster.types import ChangeKind, Field, RosterLine, SealReason
from anju.design.forms import form_page
from anju.identity.permissions import permission
from anju.kernel.actor import Actor
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.kernel.text import clean_text
from anju.portals.common import actor_of, form_key, moment_of
from anju.portals.unit import drafts, lists
from anju.portals.unit.downloads import workbook_response
from anju.portals.unit.filing import UNDECIDED, file, fresh_key, sent_before
from anju.portals.unit.forms import ApplyForm, UploadForm
from anju.portals.unit.here import members, month_of, number_of, unit_here, unit_id_of
from anju.portals.unit.mending import MendCell, mend_cells, read_mends
from anju.portals.unit.template import template_workbook
from anju.portals.unit.told import done_of, go

SHOWN = 100
"""How many wrong cells, notices and changes one page names; more go into the workbook."""


def month_to_list(request: HttpRequest) -> Month:
    """The month a list is for: the next one to declare."""
    unit = unit_here(request)
    return queries.next_month(unit.centre_id, unit.unit_id, first_month=unit.first_month)


def _keep_late(request: HttpRequest, who: Actor) -> str:
    """A list that was sent after the session had run out."""
    form = UploadForm(request.POST, request.FILES)
    at = moment_of(request)
    if not form.is_valid():
        return "/unit/upload/"
    assert who.unit_id is not None
    try:
        kept = _kept(form, who, at=at)
    except Refusal:
        if not form.cleaned_data["pasted"]:
            raise
        drafts.keep_typed(who, drafts.PASTE, drafts.typed_paste(request), at=at)
        return "/unit/upload/?draft=1"
    unit = unit_of(who.centre_id, who.unit_id, month=Month.of(at.date()))
    month = queries.next_month(who.centre_id, who.unit_id, first_month=unit.first_month)
    drafts.keep_list(who, file_id=kept.file_id, name=kept.name, month=month, at=at)
    return f"/unit/uploads/{kept.file_id}/{month.number}/"


@drafts.survives_time_out(_keep_late)
@permission("unit.staff")
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Keep the list, then show what is wrong with it and what it would do."""
    actor, at = actor_of(request), moment_of(request)
    found = drafts.newest(actor, drafts.PASTE, at=at) if request.GET.get("draft") else None
    form = UploadForm(request.POST or None, request.FILES or None, initial=found.values if found else None)
    month = month_to_list(request)
    if request.method == "POST" and form.is_valid():
        try:
            kept = _kept(form, actor, at=at)
        except Refusal as refusal:
            form.add_error("file" if form.cleaned_data["file"] else "pasted", refusal.text)
        else:
            drafts.keep_list(actor, file_id=kept.file_id, name=kept.name, month=month, at=at)
            _ask(kept, actor, month, at=at)
            return go("unit-upload-result", kept.file_id, month.number)
    unfinished = [one for one in drafts.drafts_of(actor, at=at) if one.values[drafts.FORM] != drafts.PERSON]
    return form_page(request, "unit/upload.html", {"month": month, "drafts": unfinished}, form=form)


def _kept(form: UploadForm, actor: Actor, *, at: Any) -> lists.KeptList:
    found = form.cleaned_data["file"]
    if not found:
        return lists.keep_pasted(form.cleaned_data["pasted"], actor=actor, at=at)
    name = found.name or ""
    return lists.keep(found.read(), "名册.csv" if name == lists.PASTED_NAME else name, actor=actor, at=at)


def _ask(kept: lists.KeptList, actor: Actor, month: Month, *, at: Any) -> None:
    """Ask other centres about strangers now, so that looking at the answer asks nobody."""
    try:
        lists.answer(kept, actor=actor, month=month, at=at, asking=True)
    except Refusal:
        # Several sheets: the next page lets the agent choose.
        return


@permission("unit.staff")
@require_GET
def result(request: HttpRequest, file_id: int, number: int) -> HttpResponse:
    """Every wrong cell by row, column, value and repair; then the differences; one button when all is well."""
    month, kept = month_of(number), lists.kept_list(file_id, unit_id=unit_id_of(request))
    try:
        found = lists.answer(kept, actor=actor_of(request), month=month, at=moment_of(request), asking=False)
    except Refusal as refusal:
        return _choose_sheet(request, kept, month, refusal)
    return render(request, "unit/upload_result.html", _page(request, found, kept, month))


def _choose_sheet(
    request: HttpRequest, kept: lists.KeptList, month: Month, refusal: Refusal, *, status: int = 200
) -> HttpResponse:
    if refusal.field != "sheet" or kept.is_pasted:
        raise refusal
    # The first sentence says why; the file is here already, so nothing is to be sent again.
    why = refusal.text if status != 200 else f"{refusal.text.partition('。')[0]}。请在下面选一张。"
    context = {"kept": kept, "month": month, "why": why, "sheets": lists.sheets(kept), "form_errors": status != 200}
    return render(request, "unit/upload_sheet.html", context, status=status)


@permission("unit.staff")
@require_POST
def sheet(request: HttpRequest, file_id: int, number: int) -> HttpResponse:
    """Take the one sheet of the kept workbook that is the list."""
    actor, at, month = actor_of(request), moment_of(request), month_of(number)
    kept = lists.kept_list(file_id, unit_id=unit_id_of(request))
    place = number_of(request.POST.get("sheet"), fallback=-1)
    known = lists.sheets(kept)
    if not 0 <= place < len(known):
        return _choose_sheet(request, kept, month, Refusal("sheet", "请选择一张工作表。", field="sheet"), status=422)
    try:
        chosen = lists.keep_sheet(kept, known[place].name, actor=actor, at=at)
    except Refusal as refusal:
        return _choose_sheet(request, kept, month, Refusal(refusal.code, refusal.text, field="sheet"), status=422)
    return _on(request, kept, chosen, month, done="sheet")


def _on(
    request: HttpRequest, before: lists.KeptList, after: lists.KeptList, month: Month, *, done: str
) -> HttpResponse:
    """On to the answer of what the list has become."""
    actor, at = actor_of(request), moment_of(request)
    drafts.keep_list(
        actor, file_id=after.file_id, name=before.name, month=month, at=at, instead_of=before.file_id
    )
    _ask(after, actor, month, at=at)
    return go("unit-upload-result", after.file_id, month.number, done=done)


def _page(
    request: HttpRequest, answer: ListAnswer, kept: lists.KeptList, month: Month,
    cells: list[MendCell] | None = None,
) -> dict[str, Any]:  # fmt: skip
    checked = answer.checked
    # What was done already reads as wrong now («is sealed, cannot be sealed»): only that it was done is said.
    wrong = [] if answer.applied_list_id and checked.errors else _mends(answer, month)
    names = _names(answer)
    shown = cells if cells is not None else mend_cells(wrong[:SHOWN], names)
    to_do = not checked.errors and not nothing_to_do(answer)
    does = [line for line in checked.lines if line.change is not ChangeKind.SAME]
    left_out = members(list(checked.left_out[:SHOWN])) if checked.left_out else {}
    return {
        "answer": answer, "checked": checked, "kept": kept, "month": month, "cells": shown, "wrong": len(wrong),
        "wrong_rows": len({mend.problem.row for mend in wrong}), "rows": len(answer.table.rows), "shown": SHOWN,
        "to_do": to_do, "notices": checked.notices[:SHOWN], "does": does[:SHOWN], "does_all": len(does),
        "kinds": _sums(does),
        "left_out": [one.name for one in left_out.values()][:10],
        "form": ApplyForm(left_out=len(checked.left_out), initial={"left_out": "keep"}),
        "key": form_key(request), "done": done_of(request),
        "error_lines": [(cell.id, f"{cell.place}：{cell.mend.problem.text}") for cell in shown[:10]],
    }  # fmt: skip


def _mends(answer: ListAnswer, month: Month) -> list[Mend]:
    return mends(answer.checked.errors, limits=queries.rules_of(month).limits)


def nothing_to_do(answer: ListAnswer) -> bool:
    """The list was done before, and everybody stands as it says."""
    return answer.applied_list_id is not None and not answer.checked.left_out and all(
        line.change is ChangeKind.SAME for line in answer.checked.lines
    )


def _sums(does: list[RosterLine]) -> dict[str, int]:
    """How many of each kind, in the order people think of them."""
    counts: dict[str, int] = {}
    for line in does:
        counts[line.change.zh] = counts.get(line.change.zh, 0) + 1
    return counts


def _names(answer: ListAnswer) -> dict[int, str]:
    """Whose row it is, by row, as the list itself says."""
    letter = answer.checked.columns[Field.NAME]
    wrong = {problem.row for problem in answer.checked.errors}
    return {row.number: str(row.cells.get(letter, "")) for row in answer.table.rows if row.number in wrong}


@permission("unit.staff")
@require_POST
def mend(request: HttpRequest, file_id: int, number: int) -> HttpResponse:
    """The agent's corrections, typed where the mistakes are shown; the mended list is checked like any other."""
    actor, at, month = actor_of(request), moment_of(request), month_of(number)
    kept = lists.kept_list(file_id, unit_id=unit_id_of(request))
    found = lists.answer(kept, actor=actor, month=month, at=at, asking=False)
    wrong = _mends(found, month)
    shown = mend_cells(wrong[:SHOWN], _names(found))
    cells, corrections, dropped = read_mends(request.POST, shown, clean=_clean)
    if "without" in request.POST:
        corrections, dropped = {}, {mend.problem.row for mend in wrong}
    elif any(cell.error for cell in cells):
        return _again(request, found, kept, month, cells, [(cell.id, cell.error) for cell in cells if cell.error])
    try:
        after = lists.keep_mended(
            kept, found.table, corrections=corrections, dropped=dropped, actor=actor, at=at
        )
    except Refusal as refusal:
        return _again(request, found, kept, month, cells, [("", refusal.text)])
    return _on(request, kept, after, month, done="mended")


def _clean(text: str) -> str:
    return clean_text(text, 100, "")


def _again(
    request: HttpRequest, found: ListAnswer, kept: lists.KeptList, month: Month, cells: list[MendCell],
    problems: list[tuple[str, str]],
) -> HttpResponse:  # fmt: skip
    page = {**_page(request, found, kept, month, cells), "error_lines": problems, "form_errors": True}
    return render(request, "unit/upload_result.html", page, status=422)


@permission("unit.staff")
@require_GET
def errors(request: HttpRequest, file_id: int, number: int) -> HttpResponse:
    """The list with a reason column, to mend and upload again; with ``only`` just the rows that are wrong."""
    kept = lists.kept_list(file_id, unit_id=unit_id_of(request))
    found = lists.answer(
        kept, actor=actor_of(request), month=month_of(number), at=moment_of(request), asking=False
    )
    only = request.GET.get("only") == "1"
    name = f"{kept.name.rsplit('.', 1)[0]}-{'没有办的' if only else '要改的地方'}.xlsx"
    return workbook_response(found.error_file(only_wrong=only), name)


@permission("unit.staff")
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """An empty list with the columns and an example."""
    return workbook_response(template_workbook(), "职工名册模板.xlsx")


@permission("unit.staff")
@require_POST
def apply(request: HttpRequest, file_id: int, number: int) -> HttpResponse:
    """Do what the list says, through the service; a list with errors is shown again."""
    actor, at, month = actor_of(request), moment_of(request), month_of(number)
    kept = lists.kept_list(file_id, unit_id=unit_id_of(request))
    found = lists.answer(kept, actor=actor, month=month, at=at, asking=False)
    draft_id = drafts.draft_of_file(actor, file_id, at=at)
    again = sent_before(request)
    form = ApplyForm(request.POST, left_out=0 if again else len(found.checked.left_out))
    if not again and (found.checked.errors or not form.is_valid()):
        return _not_applied(request, found, kept, month, form)
    answers = {"file_id": file_id, "month": str(month), "left_out": _reason_in(request)}
    try:
        filed = file(request, "member_change", answers, draft_id=draft_id)
    except Refusal as refusal:
        form.is_valid()
        form.add_error(None, refusal.text)
        return _not_applied(request, found, kept, month, form)
    if filed.state in UNDECIDED:
        return go("unit-home", done="review")
    return go("unit-home", done="listed", case_id=filed.case_id)


def _reason_in(request: HttpRequest) -> str:
    """What was said about those left out; keeping them is the empty reason."""
    said = request.POST.get("left_out", "")
    return said if said in {reason.value for reason in SealReason} else ""


def _not_applied(
    request: HttpRequest, found: ListAnswer, kept: lists.KeptList, month: Month, form: ApplyForm
) -> HttpResponse:
    page = {**_page(request, found, kept, month), "form": form, "key": fresh_key()}
    return form_page(request, "unit/upload_result.html", page, form=form, status=422)
