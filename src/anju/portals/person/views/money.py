"""Movements, one movement with its ground, and the statement of any span: screen, print, xlsx, csv."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from anju.accounts import queries as accounts
from anju.accounts.types import InterestReceipt, LineKind, Movement
from anju.design.centre import centre
from anju.design.forms import form_page
from anju.identity.permissions import permission
from anju.kernel.month import add_months, interest_year
from anju.ledger import queries as ledger
from anju.portals.common import actor_of, moment_of, principal_of
from anju.portals.person import sheets
from anju.portals.person.account import (
    account_id_of,
    no_account_page,
    own_movement,
    own_overview,
    tail_of,
    to_step_up,
)
from anju.portals.person.forms import SpanForm
from anju.portals.person.lines import lines_of, title_of
from anju.portals.person.sources import ground_of

PAGE = 20
FILES = {"xlsx": "Excel", "csv": "csv"}


@permission("me.view")
@require_safe
def movements(request: HttpRequest) -> HttpResponse:
    """Newest first, twenty a page; a year may be chosen. The address carries the last number of the page before."""
    account = own_overview(request)
    if account is None:
        return no_account_page(request)
    account_id, today = account.account_id, moment_of(request).date()
    years = range(today.year, account.opened_on.year - 1, -1)
    year = _number(request.GET.get("year", ""))
    year = year if year in years else None
    before = _number(request.GET.get("before", ""))
    found = accounts.movements(
        account_id, limit=PAGE + 1, before=before, from_date=date(year, 1, 1) if year else account.opened_on,
        to_date=date(year, 12, 31) if year else None,
    )  # fmt: skip
    shown = found[:PAGE]
    context = {
        "account": account, "year": year, "all_years": year is None,
        "year_chips": [{"year": one, "current": one == year} for one in years],
        "lines": lines_of(account_id, shown, today=today),
        "next": shown[-1].seq if len(found) > PAGE else None, "is_first": before is None,
    }  # fmt: skip
    return render(request, "person/movements.html", context)


def _number(text: str) -> int | None:
    """A whole number of an address, or nothing: what is not one is no error of the reader."""
    fits = text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if fits else None


@permission("me.view")
@require_safe
def movement(request: HttpRequest, seq: int) -> HttpResponse:
    """One line: month, base, ratios, payer, both shares, the rule with its arithmetic, the ledger's reference."""
    line, centre_id = own_movement(request, seq), actor_of(request).centre_id
    voucher = ledger.reference(line.voucher_id, centre_id=centre_id)
    ground = ground_of(line, centre_id=centre_id, unit_id=voucher.unit_id)
    context = {
        "line": line, "voucher": voucher, "ground": ground,
        "title": title_of(line, today=moment_of(request).date(), withdrawal=ground.withdrawal),
        "receipt": _receipt_of(line),
    }  # fmt: skip
    return render(request, "person/movement.html", context)


def _receipt_of(line: Movement) -> InterestReceipt | None:
    """How a year's interest came about (结息单); None for every other line."""
    if line.kind is not LineKind.INTEREST or line.period % 100 != 13:
        return None
    return accounts.trial_receipt(line.account_id, line.period // 100)


# --------------------------------------------------------------------------------------------- the statement


@dataclass(frozen=True)
class Span:
    """A named span of days."""

    key: str
    label: str
    since: date
    until: date


def spans_of(today: date) -> tuple[Span, ...]:
    """What people ask for: a year back, this year, last year, the interest year."""
    start = date(interest_year(today), 7, 1)
    return (
        Span("12m", "近 12 个月", add_months(today, -12) + timedelta(days=1), today),
        Span("3m", "近 3 个月", add_months(today, -3) + timedelta(days=1), today),
        Span("this", f"{today.year}年", date(today.year, 1, 1), today),
        Span("last", f"{today.year - 1}年", date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
        Span("interest", f"{start.year}年度（计息）", start, today),
    )


@permission("me.view")
@require_safe
def statement(request: HttpRequest) -> HttpResponse:
    """Any span; the first showing is the last twelve months. A span that cannot be is answered with 422."""
    account_id = account_id_of(request)
    if account_id is None:
        return no_account_page(request)
    at = moment_of(request)
    spans = spans_of(at.date())
    asked = "since_0" in request.GET
    chosen = next((span for span in spans if span.key == request.GET.get("period", "")), spans[0])
    form = SpanForm(request.GET if asked else None, initial={"since": chosen.since, "until": chosen.until})
    if asked and form.is_valid():
        values = form.cleaned_data
        chosen = Span("", "", values["since"], min(values["until"], at.date()))
        if chosen.since > chosen.until:
            form.add_error("since", "这一天还没有到，请选今天或以前的日期。")
    context: dict[str, Any] = {
        "spans": [{"key": one.key, "label": one.label, "current": one is chosen} for one in spans],
        "chosen": chosen, "form": form, "now": at, "own_span": asked, "ready": _ready(request),
    }  # fmt: skip
    if form.is_bound and form.errors:
        return form_page(request, "person/statement.html", context, form=form)
    found = accounts.statement(account_id, from_date=chosen.since, to_date=chosen.until)
    lines = lines_of(account_id, found.movements, today=at.date())
    context |= {
        "statement": found, "lines": lines, "account_tail": tail_of(account_id), "debit_out": -found.debit_fen,
        "links": _links(chosen),
    }  # fmt: skip
    return _statement_as(request, context)


def _ready(request: HttpRequest) -> str:
    """The file that was wanted and may be had now: the person has just proved to be the one."""
    wanted = request.GET.get("ready", "")
    return wanted if wanted in FILES and principal_of(request).stepped_up else ""


def _links(span: Span) -> dict[str, str]:
    """The same span as paper, workbook and text table, and the way back."""
    query = {
        f"{end}_{n}": part
        for end, day in (("since", span.since), ("until", span.until))
        for n, part in enumerate((day.year, day.month, day.day))
    }
    plain = f"{reverse('me-statement')}?{urlencode(query)}"
    return {"back": plain, **{kind: f"{plain}&as={kind}" for kind in ("print", "xlsx", "csv")}}


def _statement_as(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """The form of the answer: page, paper, workbook or text table. A file leaves the house on a fresh proof only."""
    wanted, found, span = request.GET.get("as", ""), context["statement"], context["chosen"]
    if wanted in FILES and not principal_of(request).stepped_up:
        return to_step_up(f"{context['links']['back']}&ready={wanted}")
    name = f"公积金对账单-{span.since:%Y%m%d}-{span.until:%Y%m%d}"
    if wanted == "xlsx":
        content = sheets.workbook(
            context["lines"], since=span.since, until=span.until, opening_fen=found.opening_fen,
            closing_fen=found.closing_fen, who=f"{principal_of(request).name}，账号尾号 {context['account_tail']}",
            centre=centre().name,
        )  # fmt: skip
        return sheets.as_download(content, f"{name}.xlsx", sheets.XLSX)
    if wanted == "csv":
        content = sheets.text_table(
            context["lines"], opening_fen=found.opening_fen, closing_fen=found.closing_fen
        )
        return sheets.as_download(content, f"{name}.csv", "text/csv; charset=utf-8")
    template = "person/statement_print.html" if wanted == "print" else "person/statement.html"
    return render(request, template, context | {"person": principal_of(request).name})
