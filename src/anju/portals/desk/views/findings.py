"""Findings (审计发现): written by the auditor on a line of an answer, answered by a duty, closed by the auditor."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anju.design import fields
from anju.design.forms import DesignForm, form_page
from anju.identity.permissions import permission
from anju.identity.types import Role
from anju.kernel.refusal import Refusal
from anju.portals.common import actor_of, moment_of
from anju.portals.desk.pages import done_of, go, id_of, left_until, page_number, part_of
from anju.portals.desk.views.audit import asked_of
from anju.portals.desk.views.ledger import today_of
from anju.reports import actions as reports
from anju.reports import findings as acts
from anju.reports.finding_queries import finding, findings, steps
from anju.reports.finding_types import Addressee, FindingDraft, FindingSeen, FindingState, Severity
from anju.reports.names import who_acted
from anju.reports.questions import QUESTIONS

PAGE = 30
USUAL_DAYS = 10
LONGEST = 1_000
TAG_OF = {FindingState.OPEN: "wait", FindingState.ANSWERED: "run", FindingState.CLOSED: "ok"}


class FindingForm(DesignForm):
    """What the line means, how grave it is, who answers and by when."""

    text = fields.TextField(
        label="发现了什么", max_length=LONGEST, multi_line=True, help_text="写明依据和您的判断，不写姓名和证件号码"
    )
    severity = fields.ChoiceField(label="严重程度", choices=[(str(int(one)), one.zh) for one in Severity], initial="2")
    addressee = fields.ChoiceField(
        label="由谁答复", choices=[(one.value, one.zh) for one in Addressee], initial=Addressee.ACCOUNTANT.value
    )
    due_on = fields.DateField(label="答复期限")
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)


class AnswerForm(DesignForm):
    """What was found out and done."""

    text = fields.TextField(label="答复", max_length=LONGEST, multi_line=True, help_text="写明查到了什么、怎样改正")
    step = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10_000)


class ReviewForm(DesignForm):
    """Closing needs no words, sending back does."""

    text = fields.TextField(label="意见", max_length=LONGEST, multi_line=True, required=False)
    step = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10_000)


@permission("audit.ask")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, code: str) -> HttpResponse:
    """Write a finding about one line of an answer; the address names the span, the seed and the line."""
    question = reports.question(code)
    actor, at = actor_of(request), moment_of(request)
    asked, _ = asked_of(request, question)
    answer = reports.ask(code, asked, actor=actor, at=at)
    number = id_of(request.GET.get("line"))
    if not 1 <= number <= len(answer.lines):
        raise Refusal("reports.no_line", "结果里没有这一行：请回到提问重新选择。", status=404)
    shown = [
        (column.title, acts.shown_text(column, value))
        for column, value in zip(question.columns, answer.lines[number - 1], strict=True)
    ]
    initial = {"digest": answer.digest, "due_on": today_of(request) + timedelta(days=USUAL_DAYS)}
    form = FindingForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        draft = FindingDraft(
            question=code, digest=values["digest"], line_number=number, severity=Severity(int(values["severity"])),
            addressee=Addressee(values["addressee"]), text=values["text"], due_on=values["due_on"],
        )  # fmt: skip
        try:
            finding_id = acts.raise_finding(draft, asked, actor=actor, at=at)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return go("desk-finding", finding_id, done="raised")
    context = {"question": question, "line": shown, "number": number, "asked": asked, "query": request.GET.urlencode()}
    return form_page(request, "desk/finding_new.html", context, form=form)


@permission("findings.view")
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Findings this person may see: those that wait first, by their day."""
    actor, today = actor_of(request), today_of(request)
    found = findings(actor, limit=PAGE + 1, offset=(page_number(request) - 1) * PAGE)
    part = part_of(request, found, size=PAGE)
    rows = [
        (one, QUESTIONS[one.question].title if one.question in QUESTIONS else one.question, TAG_OF[one.state],
         None if one.state is FindingState.CLOSED else left_until(one.due_on, today=today))
        for one in part.items
    ]  # fmt: skip
    context = {"rows": rows, "part": part, "done": done_of(request), "asks": actor.role == Role.AUDITOR}
    return render(request, "desk/findings.html", context)


@permission("findings.view")
@require_safe
def show(request: HttpRequest, finding_id: int) -> HttpResponse:
    """One finding with its line, what was said, and the form of whoever's turn it is."""
    return _page(request, finding(actor_of(request), finding_id))


def _page(request: HttpRequest, found: FindingSeen, *, form: DesignForm | None = None) -> HttpResponse:
    actor, today = actor_of(request), today_of(request)
    said = steps(actor.centre_id, found.finding_id)
    names = who_acted([found.raised_by_person_id, *(one.person_id for one in said)])
    known = QUESTIONS.get(found.question)
    again = reverse("desk-audit-answer", args=(found.question,))
    again += f"?first={found.first}&last={found.last}&seed={found.seed}"
    initial = {"step": found.steps}
    answers = found.state is FindingState.OPEN and actor.role == found.addressee.value
    reviews = found.state is FindingState.ANSWERED and actor.role == Role.AUDITOR
    context: dict[str, Any] = {
        "finding": found, "title": known.title if known else found.question, "tag": TAG_OF[found.state],
        "said": [(one, names.get(one.person_id, "—")) for one in said], "again": again,
        "by": names.get(found.raised_by_person_id, "—"), "done": done_of(request), "asks": actor.role == Role.AUDITOR,
        "left": None if found.state is FindingState.CLOSED else left_until(found.due_on, today=today),
        "answer_form": (form if isinstance(form, AnswerForm) else AnswerForm(initial=initial)) if answers else None,
        "review_form": (form if isinstance(form, ReviewForm) else ReviewForm(initial=initial)) if reviews else None,
        "same_version": known is not None and known.version == found.question_version,
    }  # fmt: skip
    return form_page(request, "desk/finding.html", context, form=form)


@permission("findings.answer")
@require_POST
def answer(request: HttpRequest, finding_id: int) -> HttpResponse:
    """The duty's answer."""
    found = finding(actor_of(request), finding_id)
    form = AnswerForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        try:
            acts.answer_finding(
                finding_id, text=values["text"], step=values["step"], actor=actor_of(request), at=moment_of(request)
            )
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            form.refuse(refusal)
        else:
            return go("desk-finding", finding_id, done="finding-answered")
    return _page(request, found, form=form)


@permission("audit.ask")
@require_POST
def review(request: HttpRequest, finding_id: int) -> HttpResponse:
    """The auditor accepts the answer, or asks for another."""
    actor, at = actor_of(request), moment_of(request)
    found = finding(actor, finding_id)
    form = ReviewForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        act = acts.send_back_finding if "send_back" in request.POST else acts.close_finding
        try:
            act(finding_id, text=values["text"], step=values["step"], actor=actor, at=at)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            done = "finding-back" if act is acts.send_back_finding else "finding-closed"
            return go("desk-finding", finding_id, done=done)
    return _page(request, found, form=form)
