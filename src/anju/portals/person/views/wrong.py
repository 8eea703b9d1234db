"""«这里不对»: what is wrong and what it should be, told where it was seen, followed until it is answered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from anju.accounts.types import Movement
from anju.casework import queries as cases
from anju.casework.types import Case
from anju.design.forms import form_page
from anju.identity.permissions import permission
from anju.kernel.money import format_fen
from anju.kernel.refusal import Refusal
from anju.ledger import queries as ledger
from anju.portals.common import actor_of, form_key, moment_of
from anju.portals.person.account import own_movement
from anju.portals.person.forms import CASE_FAULTS, MOVEMENT_FAULTS, OWN_FAULTS, WrongForm
from anju.portals.person.lines import title_of
from anju.portals.person.promises import promised
from anju.support import actions as support
from anju.support import queries as reports
from anju.support.types import ReportSeen

LONGEST_NUMBER = 19
OF_ONE = re.compile(r"/me/(movements|cases)/(\d{1,18})/", re.ASCII)


@dataclass(frozen=True)
class Subject:
    """What a report is about: a movement, a case, an earlier report, or nothing in particular."""

    title: str = ""
    reference: str = ""
    place: str = ""
    faults: tuple[tuple[str, str], ...] = OWN_FAULTS
    line: Movement | None = None
    case: Case | None = None
    earlier: ReportSeen | None = None


@permission("me.view")
@require_http_methods(["GET", "HEAD", "POST"])
def wrong(request: HttpRequest) -> HttpResponse:
    """Screen 1: the thing meant stands there already; one choice and one sentence are asked for."""
    actor, at = actor_of(request), moment_of(request)
    assert actor.login_id is not None
    subject = _subject(request)
    initial = {"what": request.GET.get("field", ""), "key": form_key(request)}
    form = WrongForm(request.POST if request.method == "POST" else None, faults=subject.faults, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            made = support.report(
                text=f"{dict(subject.faults)[values['what']]}：{values['text']}", page=subject.place,
                subject=_subject_text(subject), login_id=actor.login_id, centre_id=actor.centre_id, at=at,
                key=values["key"], follows_id=subject.earlier.report_id if subject.earlier else None,
            )  # fmt: skip
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect("me-report", made.report_id)
    context = {"subject": subject, "said": reports.reports_of(actor.login_id, limit=5)}
    return form_page(request, "person/wrong.html", context | promised(at.date(), "answer_days"), form=form)


def _subject(request: HttpRequest) -> Subject:
    """From the address; what is not the caller's own is not there."""
    given = {name: _number(request.GET.get(name, "")) for name in ("movement", "case", "report")}
    seen_on = OF_ONE.fullmatch(request.GET.get("from", ""))
    if seen_on:
        given[seen_on[1].removesuffix("s")] = _number(seen_on[2])
    if given["movement"]:
        return _movement(request, given["movement"])
    if given["case"]:
        found = cases.case_for(actor_of(request), given["case"])
        return Subject(found.title, found.number, reverse("me-case", args=[found.case_id]), CASE_FAULTS, case=found)
    if given["report"]:
        earlier = _own_report(request, given["report"])
        return Subject(earlier.subject, earlier.number, earlier.page, earlier=earlier)
    return Subject(place=_path(request))


def _movement(request: HttpRequest, seq: int) -> Subject:
    line = own_movement(request, seq)
    voucher = ledger.reference(line.voucher_id, centre_id=actor_of(request).centre_id)
    title = title_of(line, today=moment_of(request).date())
    place = reverse("me-movement", args=[line.seq])
    return Subject(title, str(voucher.public_ref), place, MOVEMENT_FAULTS, line=line)


def _path(request: HttpRequest) -> str:
    """The page it was said on, if the address names one of ours."""
    wanted = request.GET.get("from", "")
    return wanted[:200] if wanted.startswith("/me/") and wanted.isprintable() else reverse("me-wrong")


def _subject_text(subject: Subject) -> str:
    """For the desk: the thing in words and the reference to find it by."""
    if subject.line is not None:
        amount = format_fen(abs(subject.line.change_fen))
        return f"{subject.title} {amount} 元，流水号 {subject.line.seq}，账簿编号 {subject.reference}"
    if subject.case is not None:
        return f"{subject.title}，业务编号 {subject.reference}"
    return subject.title


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < LONGEST_NUMBER else None


def _own_report(request: HttpRequest, report_id: int) -> ReportSeen:
    found = reports.report_of(actor_of(request).login_id or 0, report_id)
    if found is None:
        raise Http404("没有找到这条反映。")
    return found


@permission("me.view")
@require_safe
def report(request: HttpRequest, report_id: int) -> HttpResponse:
    """Screen 2: the number, how far it has come, by when it is answered, and the answer."""
    found = _own_report(request, report_id)
    return render(request, "person/report.html", {"report": found, "events": _events(found)})


def _events(found: ReportSeen) -> list[dict[str, Any]]:
    """The story of a report in the marks of a timeline."""
    told: list[dict[str, Any]] = [{"title": "您反映了问题", "state": "done", "at": found.at, "note": ""}]
    if found.is_open:
        due = found.due_on
        note = f"{due.month}月{due.day}日前书面答复。您不用再做什么。" if due else "您不用再做什么。"
        return [*told, {"title": "工作人员正在核实", "state": "now", "at": None, "note": note},
                {"title": "书面答复", "state": "", "at": None, "note": ""}]  # fmt: skip
    return [*told, {"title": "已书面答复", "state": "done", "at": found.answered_at, "note": ""}]
