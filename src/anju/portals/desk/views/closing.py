"""Closing of days and months: what is open, one run with its steps and differences, the report, the signature."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from anju.closing import actions, queries
from anju.closing.types import Difference, Explanation, Run, RunKind, RunState, Step, StepState
from anju.design import fields
from anju.design.forms import DesignForm, form_page
from anju.design.navigation import can_open
from anju.identity.permissions import permission
from anju.identity.table import allowed
from anju.kernel.clock import ZONE
from anju.kernel.refusal import Refusal
from anju.ledger import queries as books
from anju.parties import queries as parties
from anju.portals.common import actor_of, moment_of, principal_of
from anju.portals.desk.closing_sheet import workbook
from anju.portals.desk.pages import digest_of, done_of, go
from anju.portals.desk.sheet import attachment

SHOWN = 14
STEP_TAG = {StepState.DONE: "ok", StepState.BLOCKED: "wait", StepState.RUNNING: "run", StepState.WAITING: ""}
RUN_TAG = {RunState.SIGNED: "ok", RunState.TO_SIGN: "wait", RunState.RUNNING: "run", RunState.REOPENED: ""}


class ExplainForm(DesignForm):
    """Why two figures differ, and what is done about it."""

    words = fields.TextField(
        label="差异说明", max_length=400, multi_line=True, help_text="写明原因和怎样处理，签署人和审计会读到"
    )


class ReopenForm(DesignForm):
    """Why a closing is taken back."""

    reason = fields.TextField(label="撤回的原因", max_length=400, multi_line=True)


class SignForm(DesignForm):
    """The second person's word for it."""

    confirmed = fields.ConsentField(label="我已核对报告和差异说明，同意结账")


def names_of(people: Iterable[int | None]) -> dict[int | None, str]:
    """Colleagues by id in one statement; the machine where nobody was."""
    wanted = sorted({one for one in people if one is not None})
    found = parties.people(wanted) if wanted else {}
    return {None: "系统", **{one: found[one].name if one in found else f"人员 {one}" for one in wanted}}


@permission("closing.view")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What is open: the day, the month; beneath it what was closed lately."""
    return _overview(request)


def _overview(
    request: HttpRequest, *, problems: list[tuple[str, str]] | None = None, status: int = 200
) -> HttpResponse:
    centre_id, at = actor_of(request).centre_id, moment_of(request)
    days, months = (queries.runs(centre_id, kind, limit=SHOWN) for kind in RunKind)
    people = {one.signed_by_person_id for one in (*days, *months)} | {one.submitted_by_person_id for one in days}
    day, month = (_live(found) for found in (days, months))
    stretch = None if day else queries.next_stretch(centre_id, at=at)
    next_month = queries.first_open_month(centre_id)
    today = at.astimezone(ZONE).date()
    last_month_end = today.replace(day=1) - timedelta(days=1)
    context = {
        "day": day, "month": month, "stretch": stretch, "next_month": next_month,
        "month_over": next_month.last_day < today, "can_run": _may(request, "closing.run"),
        "catch_up": last_month_end if stretch and stretch.last_on < last_month_end else None,
        "days": _listed(days, people), "months": _listed(months, people), "done": done_of(request),
        "problems": problems, "year": today.year if today.month >= 7 else today.year - 1,
        "periods": [one for one in books.periods(centre_id) if int(one.kind) == 2][:3], "today": today,
    }  # fmt: skip
    return render(request, "desk/closing.html", context, status=status)


def _live(found: list[Run]) -> Run | None:
    """The one that is being worked on, with its steps."""
    one = next((one for one in found if one.live), None)
    return queries.run(one.centre_id, one.run_id) if one else None


def _listed(found: list[Run], people: set[int | None]) -> list[dict[str, Any]]:
    names = names_of(people)
    return [
        {"one": one, "tag": RUN_TAG[one.state], "signer": names.get(one.signed_by_person_id, ""),
         "maker": names.get(one.submitted_by_person_id, "")}
        for one in found
    ]  # fmt: skip


def _may(request: HttpRequest, name: str) -> bool:
    return allowed(name, principal_of(request).role)


# ------------------------------------------------------------------------------------------------------- one run


@permission("closing.view")
@require_safe
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """One run: each step with its time, its result and what holds it up."""
    return _run_page(request, run_id)


def _run_page(
    request: HttpRequest, run_id: int, *, wrong: DesignForm | None = None, wrong_digest: str = "",
    problem: str = "", status: int | None = None,
) -> HttpResponse:  # fmt: skip
    actor = actor_of(request)
    found = queries.run(actor.centre_id, run_id)
    said = queries.explanations_of(found)
    workers = queries.workers_of(found, said)
    names = names_of({*workers, found.signed_by_person_id, found.reopened_by_person_id,
                      *(one.person_id for one in said.values())})  # fmt: skip
    context = {
        "run": found, "tag": RUN_TAG[found.state], "done": done_of(request), "problem": problem, "wrong": wrong,
        "steps": [_step(request, step, names, said, wrong, wrong_digest) for step in found.steps],
        "steps_total": len(found.steps), "steps_done": sum(step.state is StepState.DONE for step in found.steps),
        "levels": [level for step in found.steps for level in step.levels],
        "can_run": _may(request, "closing.run") and found.state is RunState.RUNNING,
        "can_take_back": _may(request, "closing.sign") and found.live,
        "can_sign": _may(request, "closing.sign") and found.state is RunState.TO_SIGN,
        "own_work": actor.person_id in workers, "starter": names[found.started_by_person_id],
        "submitter": names[found.submitted_by_person_id], "signer": names[found.signed_by_person_id],
        "reopener": names[found.reopened_by_person_id],
        "sign_form": wrong if isinstance(wrong, SignForm) else SignForm(auto_id="sign-%s"),
        "reopen_form": wrong if isinstance(wrong, ReopenForm) else ReopenForm(auto_id="reopen-%s"),
    }  # fmt: skip
    return form_page(request, "desk/closing_run.html", context, form=wrong, status=status)


def _step(
    request: HttpRequest, step: Step, names: dict[int | None, str], said: dict[str, Explanation],
    wrong: DesignForm | None, wrong_digest: str,
) -> dict[str, Any]:  # fmt: skip
    findings = [
        {"one": one, "said": said.get(one.digest), "by": names.get(said[one.digest].person_id) if one.digest in said
         else "", "form": wrong if wrong and one.digest == wrong_digest else _explain_form(one.digest),
         "href": _mended_at(request, one)}
        for one in step.findings
    ]  # fmt: skip
    return {"one": step, "tag": STEP_TAG[step.state], "by": names[step.by_person_id] if step.began_at else "",
            "findings": findings, "carried": step.figures.get("carried", ())}  # fmt: skip


def _mended_at(request: HttpRequest, one: Difference) -> str:
    """The page where a difference is mended, for whom may open it."""
    if not one.page:
        return ""
    href = reverse(one.page, args=[] if one.page_id is None else [one.page_id])
    return href if can_open(href, partial(_may, request)) else ""


def _explain_form(digest: str, data: Any = None) -> ExplainForm:
    return ExplainForm(data, auto_id=f"explain-{digest[:12]}-%s")


def _act(
    request: HttpRequest, run_id: int, work: Callable[[], object], *, done: str, form: DesignForm | None = None,
    digest: str = "",
) -> HttpResponse:  # fmt: skip
    """Do something with a run; a refusal comes back on its page, beside its field where it has one."""
    if form is not None and not form.is_valid():
        return _run_page(request, run_id, wrong=form, wrong_digest=digest)
    try:
        work()
    except Refusal as refusal:
        if refusal.status == 404 or (refusal.status == 403 and form is None):
            raise
        if form is None:
            return _run_page(request, run_id, problem=refusal.text, status=refusal.status)
        form.refuse(refusal)
        return _run_page(request, run_id, wrong=form, wrong_digest=digest, status=refusal.status)
    return go("desk-closing-run", run_id, done=done)


@permission("closing.run")
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Begin the next stretch of days, or catch up with the months that are over; then go as far as it goes."""
    actor, at = actor_of(request), moment_of(request)
    stretch = queries.next_stretch(actor.centre_id, at=at)
    if stretch is None:
        return _overview(request, problems=[("", "每一天都已经日结，现在没有要办的。")], status=409)
    last, catch_up = stretch.last_on, request.POST.get("catch_up", "")
    if catch_up not in ("", "1"):
        raise Http404("没有这一步。")
    if catch_up:
        last = max(last, at.astimezone(ZONE).date().replace(day=1) - timedelta(days=1))
    return _begin(request, lambda: actions.start_day(actor.centre_id, last, actor=actor, at=at))


@permission("closing.run")
@require_POST
def start_month(request: HttpRequest) -> HttpResponse:
    """Begin the next month; then go as far as it goes."""
    actor, at = actor_of(request), moment_of(request)
    month = queries.first_open_month(actor.centre_id)
    return _begin(request, lambda: actions.start_month(actor.centre_id, month, actor=actor, at=at))


def _begin(request: HttpRequest, work: Callable[[], Run]) -> HttpResponse:
    try:
        begun = work()
    except Refusal as refusal:
        return _overview(request, problems=[("", refusal.text)], status=refusal.status)
    return _go_on(request, begun.run_id)


@permission("closing.run")
@require_POST
def go_on(request: HttpRequest, run_id: int) -> HttpResponse:
    """Take the next steps, as far as they go."""
    return _go_on(request, run_id)


def _go_on(request: HttpRequest, run_id: int) -> HttpResponse:
    actor, at = actor_of(request), moment_of(request)
    return _act(
        request, run_id, lambda: actions.advance(actor.centre_id, run_id, actor=actor, at=at), done="closing-went-on"
    )


@permission("closing.run")
@require_POST
def explain(request: HttpRequest, run_id: int) -> HttpResponse:
    """Keep what an accountant says about a difference."""
    actor, at = actor_of(request), moment_of(request)
    digest = digest_of(request)
    form = _explain_form(digest, request.POST)
    return _act(
        request, run_id,
        lambda: actions.explain(actor.centre_id, run_id, digest, form.cleaned_data["words"], actor=actor, at=at),
        done="explained", form=form, digest=digest,
    )  # fmt: skip


@permission("closing.run")
@require_POST
def submit(request: HttpRequest, run_id: int) -> HttpResponse:
    """Hand a run over to be signed."""
    actor, at = actor_of(request), moment_of(request)
    return _act(
        request, run_id, lambda: actions.submit(actor.centre_id, run_id, actor=actor, at=at), done="closing-submitted"
    )


@permission("closing.sign")
@require_POST
def sign(request: HttpRequest, run_id: int) -> HttpResponse:
    """Sign a run as a second person."""
    actor, at = actor_of(request), moment_of(request)
    form, digest = SignForm(request.POST, auto_id="sign-%s"), digest_of(request)
    return _act(
        request, run_id, lambda: actions.sign(actor.centre_id, run_id, digest=digest, actor=actor, at=at),
        done="closing-signed", form=form,
    )  # fmt: skip


@permission("closing.sign")
@require_POST
def reopen(request: HttpRequest, run_id: int) -> HttpResponse:
    """Take a run back that nobody has signed."""
    actor, at = actor_of(request), moment_of(request)
    form = ReopenForm(request.POST, auto_id="reopen-%s")
    return _act(
        request, run_id,
        lambda: actions.reopen(actor.centre_id, run_id, form.cleaned_data["reason"], actor=actor, at=at),
        done="closing-reopened", form=form,
    )  # fmt: skip


@permission("closing.view")
@require_safe
def report(request: HttpRequest, run_id: int) -> HttpResponse:
    """The report of a run that was handed over; `?print=1` gives the sheet alone, `?as=xlsx` a workbook."""
    found = queries.run(actor_of(request).centre_id, run_id)
    if not found.report:
        raise Refusal("closing.no_report", "这次结账还没有提交，没有报告：请先办完各步并提交。", status=404)
    people = {found.submitted_by_person_id, found.signed_by_person_id, *(one["person"] for one in
              found.report.get("explained", ()))}  # fmt: skip
    names = names_of(people)
    if request.GET.get("as") == "xlsx":
        return attachment(workbook(found, names), f"{found.title}{found.kind.zh}报告.xlsx")
    moved = found.report.get("turnover", [])
    context = {
        "run": found, "report": found.report, "submitter": names[found.submitted_by_person_id],
        "signer": names[found.signed_by_person_id], "is_month": found.kind is RunKind.MONTH,
        "debit_fen": sum(one["debit_fen"] for one in moved), "credit_fen": sum(one["credit_fen"] for one in moved),
        "explained": [one | {"by": names.get(one["person"], "")} for one in found.report.get("explained", ())],
    }  # fmt: skip
    name = "desk/closing_report_print.html" if "print" in request.GET else "desk/closing_report.html"
    return render(request, name, context)
