"""Statements of the books: which there are, one of a month or a year on the page, printed, or as a workbook."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from anju.identity.permissions import permission
from anju.kernel.clock import ZONE
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.ledger import queries as books
from anju.ledger.financial_statements import income_table
from anju.ledger.subject_book import Step
from anju.ledger.types import Period, PeriodKind, PeriodState
from anju.portals.common import actor_of, moment_of
from anju.portals.desk.asked import Asked
from anju.portals.desk.sheet import Sheets, attachment
from anju.portals.desk.statements import REPORTS, Report, Span, StatementTable, usual_span
from anju.portals.desk.views.ledger import today_of
from anju.reports.names import who_acted
from anju.reports.types import Column, Show

MONTHS_BACK = 12
MOST_PERIODS = 24
TAG_OF = {PeriodState.OPEN: "wait", PeriodState.CLOSING: "run", PeriodState.SIGNED: "ok"}


@permission("books.view")
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """The statements, how far each period is, and the two curves a centre lives by."""
    centre_id, today = actor_of(request).centre_id, today_of(request)
    usual = usual_span(today)
    known = books.periods(centre_id)[:MOST_PERIODS]
    names = _people(known)
    since = (Month.of(today) - MONTHS_BACK).first_day
    book = books.subject_book(centre_id, "201", from_date=since, to_date=today, step=Step.MONTH)
    year = income_table(centre_id, today.year)
    income, expense = sum(_tops(year.income)), sum(_tops(year.expense))
    context = {
        "reports": REPORTS.values(), "usual": usual, "year": Span(PeriodKind.YEAR, today.year - 1),
        "periods": [
            (one, Span(one.kind, one.number), TAG_OF[one.state], *_signers(one, names)) for one in known
        ],
        "points": [(Month.of(one.on_day), -one.balance_fen) for one in book.turnovers] if book.turnovers else [],
        "bars": [
            {"label": "业务收入", "fen": income, "kind": "in"}, {"label": "业务支出", "fen": expense, "kind": "out"},
        ] if income or expense else [],
        "earned": income - expense, "today": today,
    }  # fmt: skip
    return render(request, "desk/reports.html", context)


def _tops(lines: Any) -> list[int]:
    return [line.year_fen for line in lines if line.parent is None]


def _people(known: list[Period]) -> dict[int, str]:
    return who_acted(person for one in known for person in (one.maker_person_id, one.checker_person_id))


def _signers(one: Period, names: dict[int, str]) -> tuple[str, str]:
    return names.get(one.maker_person_id or 0, ""), names.get(one.checker_person_id or 0, "")


@permission("books.view")
@require_safe
def report(request: HttpRequest, code: str) -> HttpResponse:
    """One statement of `month=2026-10` or `year=2026`; `print=1` gives the sheet, `as=xlsx` the workbook."""
    of = REPORTS.get(code)
    if of is None:
        raise Refusal("reports.unknown", "没有这张报表：请从报表目录进入。", status=404)
    centre_id, today = actor_of(request).centre_id, today_of(request)
    asked = Asked(request)
    span = _span(asked, of, usual_span(today))
    if asked.errors:
        return render(request, "desk/report.html", {"report": of, "asked": asked, "span": span}, status=422)
    found, period = of.build(centre_id, span), books.period(centre_id, span.kind, span.number)
    maker, checker = _signers(period, _people([period]))
    if request.GET.get("as") == "xlsx":
        return attachment(_workbook(of, span, found, period, maker, checker), f"{of.title} {span.zh}.xlsx")
    context = {
        "report": of, "reports": REPORTS.values(), "asked": asked, "span": span, "found": found, "period": period,
        "maker": maker, "checker": checker, "tag": TAG_OF[period.state], "signed": period.state is PeriodState.SIGNED,
        "running": span.last >= today, "before": span.before, "at": moment_of(request),
    }  # fmt: skip
    return render(request, "desk/report_print.html" if "print" in request.GET else "desk/report.html", context)


def _span(asked: Asked, of: Report, usual: Span) -> Span:
    """The year where one is named, or where the statement is yearly; else the month."""
    if asked.request.GET.get("year") or not of.monthly:
        return Span(PeriodKind.YEAR, asked.year("year", usual.number // 100))
    return Span(PeriodKind.MONTH, asked.month("month", Month.from_number(usual.number)).number)


def _workbook(of: Report, span: Span, found: StatementTable, period: Period, maker: str, checker: str) -> bytes:
    state = period.state.zh
    if period.closed_at is not None:
        state += f"，结账 {maker} {period.closed_at.astimezone(ZONE):%Y-%m-%d %H:%M}"
    if period.signed_at is not None:
        state += f"，签署 {checker} {period.signed_at.astimezone(ZONE):%Y-%m-%d %H:%M}"
    made = Sheets()
    made.add(
        of.title, title=of.title,
        columns=(Column("科目"), Column("项目"), *(Column(one, Show.FEN) for one in found.columns)),
        notes=(span.zh, state if period.state is PeriodState.SIGNED else f"未签署（{state}）"),
        lines=[
            (line.code or None, line.name, *(line.amounts or (None,) * len(found.columns))) for line in found.lines
        ],
    )  # fmt: skip
    return made.content()
