"""The auditor's questions: what can be asked, one answer on the page or as a workbook, a sample with all its papers."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from anju.identity.permissions import permission
from anju.kernel.clock import ZONE
from anju.kernel.refusal import Refusal
from anju.portals.common import actor_of, moment_of
from anju.portals.desk.audit_sheet import workbook
from anju.portals.desk.sample_file import sample_file
from anju.portals.desk.sheet import attachment
from anju.reports import actions as reports
from anju.reports.questions import QUESTIONS
from anju.reports.types import Asked, Question

USUAL_DAYS = 90
MOST_DIGITS = 9
WRONG_DAY = "请写成 2026-11-23 这样的日期。"
WRONG_SEED = "种子号是 1 到 9 位的数字，例如 20261123。"


@permission("audit.ask")
@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    """What can be asked, each with what a line may mean."""
    return render(request, "desk/audit.html", {"questions": QUESTIONS.values()})


def asked_of(request: HttpRequest, question: Question) -> tuple[Asked, dict[str, str]]:
    """What the address asks, and its words as typed; refuses a day or a seed that is none, beside its field."""
    today = moment_of(request).astimezone(ZONE).date()
    typed = _typed(request, today)
    asked = Asked(
        actor_of(request).centre_id, _day(typed["first"], "first"), _day(typed["last"], "last"), _seed(typed["seed"])
    )
    return asked, typed


def _typed(request: HttpRequest, today: date) -> dict[str, str]:
    return {
        "first": request.GET.get("first", str(today - timedelta(days=USUAL_DAYS)))[:20],
        "last": request.GET.get("last", str(today))[:20], "seed": request.GET.get("seed", f"{today:%Y%m%d}")[:20],
    }  # fmt: skip


@permission("audit.ask")
@require_safe
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """One answer; `as=xlsx` gives the workbook. What cannot be asked is said beside its field, and asks nothing."""
    question = reports.question(code)
    at = moment_of(request)
    context = {"question": question, "typed": _typed(request, at.astimezone(ZONE).date()), "errors": {}}
    try:
        asked, _ = asked_of(request, question)
        found = reports.ask(code, asked, actor=actor_of(request), at=at)
    except Refusal as refusal:
        if not refusal.field:
            raise
        context["errors"] = {refusal.field: refusal.text}
        return render(request, "desk/audit_answer.html", context, status=422)
    if request.GET.get("as") == "xlsx":
        return attachment(workbook(found), f"{question.title} {asked.first} 至 {asked.last}.xlsx")
    lines = [list(zip(question.columns, line, strict=True)) for line in found.lines]
    return render(request, "desk/audit_answer.html", context | {"answer": found, "lines": lines})


@permission("audit.ask")
@require_safe
def sample(request: HttpRequest) -> HttpResponse:
    """The whole file of a drawn sample: vouchers, lines, what caused them, decisions, receipts and papers, as a zip."""
    question = reports.question("sample")
    asked, _ = asked_of(request, question)
    found = reports.ask("sample", asked, actor=actor_of(request), at=moment_of(request))
    content = sample_file(found, actor=actor_of(request), at=moment_of(request))
    name = f"抽样卷宗 {asked.first} 至 {asked.last} 种子号 {asked.seed}.zip"
    return attachment(content, name, content_type="application/zip")


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refusal("reports.day", WRONG_DAY, field=field) from None


def _seed(text: str) -> int:
    if not (text.strip().isascii() and text.strip().isdigit() and len(text.strip()) <= MOST_DIGITS):
        raise Refusal("reports.seed", WRONG_SEED, field="seed")
    return int(text)
