"""The books: the trial balance of a span, the book of one subject, its lines, and what units' members have."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from anju.accounts.queries.voucher_lines import unit_sums
from anju.contributions import queries as contributions
from anju.contributions.queries.ageing import SOURCE_OF, SPANS, Source, Waiting, suspense_ageing
from anju.identity.permissions import permission
from anju.identity.table import allowed
from anju.kernel.clock import ZONE
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.ledger import queries as books
from anju.ledger.chart import ChartSubject, chart
from anju.ledger.financial_statements import TrialBalance, TrialLine, trial_balance
from anju.ledger.posting_rules import RETURNED
from anju.ledger.subject_book import BookLine, Step, Turnover
from anju.parties import queries as parties
from anju.portals.common import actor_of, moment_of, principal_of
from anju.portals.desk.asked import Asked, Sided
from anju.portals.desk.pages import page_number, part_of, word_of
from anju.portals.desk.sheet import Sheets, attachment
from anju.reports.types import Column, Show
from anju.treasury import queries as treasury
from anju.withdrawals import queries as withdrawals

PAGE = 50
MOST_UNITS = 200
MOST_LINES = 20_000
"""A book downloads this many lines at most, and says so."""
TRIAL_COLUMNS = (
    Column("科目"), Column("名称"), Column("期初方向"), Column("期初余额（元）", Show.FEN),
    Column("本期借方（元）", Show.FEN), Column("本期贷方（元）", Show.FEN), Column("期末方向"),
    Column("期末余额（元）", Show.FEN),
)  # fmt: skip
LINE_COLUMNS = (
    Column("记账日", Show.DAY), Column("凭证号", Show.NUMBER), Column("凭证", Show.VOUCHER), Column("种类"),
    Column("科目"), Column("单位或银行账户"), Column("借方（元）", Show.FEN), Column("贷方（元）", Show.FEN),
    Column("方向"), Column("余额（元）", Show.FEN),
)  # fmt: skip

SUSPENSE_DETAILS = ("219-01", "219-02", "219-03", "219-04", "219-05")
"""Details of 219 that are suspense, in the order of ``Source``; the others are fees that wait to be paid."""
SUSPENSE_COLUMNS = (
    Column("到账日", Show.DAY), Column("来源"), Column("付款人"), Column("单位"), Column("挂账（元）", Show.FEN),
    Column("天数", Show.NUMBER), Column("为什么"),
)  # fmt: skip


def today_of(request: HttpRequest) -> date:
    """The day of this request, as the clock gave it."""
    return moment_of(request).astimezone(ZONE).date()


@permission("books.view")
@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """Opening, turnover and closing of each subject over a span; a subject leads to its book. `as=xlsx` downloads."""
    today = today_of(request)
    asked = Asked(request)
    first, last = asked.span(date(today.year, 1, 1), today)
    found = None if asked.errors else trial_balance(actor_of(request).centre_id, from_date=first, to_date=last)
    if found is not None and request.GET.get("as") == "xlsx":
        return attachment(trial_sheet(found), f"科目余额表 {first} 至 {last}.xlsx")
    context = {"asked": asked, "first": first, "last": last, "tab": "trial", "found": found}
    if found is not None:
        context |= {"lines": trial_lines(found), "sums": sums_of(found)}
    return render(request, "desk/ledger.html", context, status=asked.status)


def trial_lines(found: TrialBalance) -> list[tuple[TrialLine, Sided, Sided]]:
    """Each subject with its balance before and after, by side."""
    return [(line, Sided(line.opening_fen), Sided(line.closing_fen)) for line in found.lines]


def sums_of(found: TrialBalance) -> dict[str, int]:
    """Both sides of the openings and closings, over the subjects of the method."""
    return {
        "opening_debit": sum(max(line.opening_fen, 0) for line in found.tops),
        "opening_credit": sum(max(-line.opening_fen, 0) for line in found.tops),
        "closing_debit": sum(max(line.closing_fen, 0) for line in found.tops),
        "closing_credit": sum(max(-line.closing_fen, 0) for line in found.tops),
    }


def trial_sheet(found: TrialBalance, *, notes: tuple[str, ...] = ()) -> bytes:
    """The trial balance as a workbook."""
    made = Sheets()
    made.add(
        "科目余额表", title="科目余额表", columns=TRIAL_COLUMNS,
        notes=(f"{found.from_date} 至 {found.to_date}", "借贷相等" if found.balances else "借贷不等", *notes),
        lines=[
            (line.subject, line.name, before.side, before.amount_fen, line.debit_fen, line.credit_fen, after.side,
             after.amount_fen)
            for line, before, after in trial_lines(found)
        ],
    )  # fmt: skip
    return made.content()


# ----------------------------------------------------------------------------------------- one subject


@permission("books.view")
@require_safe
def subject(request: HttpRequest, code: str) -> HttpResponse:
    """The book of a subject: month by month over a year, or day by day over a month (`month=2026-11`)."""
    of = _subject(code)
    today = today_of(request)
    asked = Asked(request)
    by_day = bool(request.GET.get("month"))
    month = asked.month("month", Month.of(today)) if by_day else None
    year = month.year if month else asked.year("year", today.year)
    first, last = (month.first_day, month.last_day) if month else (date(year, 1, 1), date(year, 12, 31))
    step = Step.DAY if month else Step.MONTH
    context: dict[str, Any] = {
        "subject": of, "parent": chart().find(of.parent) if of.parent else None, "asked": asked, "month": month,
        "year": year, "tab": "trial", "details": [chart().find(one) for one in chart().details_of(code)],
        "first": first, "last": last, "debit_side": of.section.debit_side,
    }  # fmt: skip
    if not asked.errors:
        found = books.subject_book(actor_of(request).centre_id, code, from_date=first, to_date=last, step=step)
        context |= {
            "book": found, "opening": Sided(found.opening_fen), "closing": Sided(found.closing_fen),
            "rows": [
                (one, Sided(one.balance_fen), one.on_day if month else Month.of(one.on_day),
                 one.on_day if month else Month.of(one.on_day).last_day)
                for one in found.turnovers
            ],
            "points": [] if month else _points(of, found.turnovers),
        }  # fmt: skip
    return render(request, "desk/ledger_subject.html", context, status=asked.status)


def _points(of: ChartSubject, turnovers: tuple[Turnover, ...]) -> list[tuple[Month, int]]:
    """The balance at each month's end on the side where the subject stands; one point alone says nothing."""
    side = 1 if of.section.debit_side else -1
    return [(Month.of(one.on_day), one.balance_fen * side) for one in turnovers] if len(turnovers) > 1 else []


@permission("books.view")
@require_safe
def subject_lines(request: HttpRequest, code: str) -> HttpResponse:
    """Line by line over a span (明细账), with the balance after each; `as=xlsx` downloads the span."""
    of = _subject(code)
    today = today_of(request)
    asked = Asked(request)
    first, last = asked.span(date(today.year, today.month, 1), today)
    context: dict[str, Any] = {"subject": of, "asked": asked, "first": first, "last": last, "tab": "trial"}
    if asked.errors:
        return render(request, "desk/ledger_lines.html", context, status=422)
    centre_id = actor_of(request).centre_id
    if request.GET.get("as") == "xlsx":
        found = books.subject_lines(centre_id, code, from_date=first, to_date=last, limit=MOST_LINES + 1)
        return attachment(_lines_sheet(of, first, last, found, centre_id), f"{of.name} 明细账 {first} 至 {last}.xlsx")
    offset = (page_number(request) - 1) * PAGE
    found = books.subject_lines(centre_id, code, from_date=first, to_date=last, limit=PAGE + 1, offset=offset)
    part = part_of(request, found, size=PAGE)
    names = owners_of(centre_id, part.items)
    context |= {
        "part": part, "rows": [(one, Sided(one.balance_fen), _owner(one, names)) for one in part.items],
    }  # fmt: skip
    return render(request, "desk/ledger_lines.html", context)


def owners_of(centre_id: int, lines: Any) -> dict[tuple[str, int], str]:
    """Whom lines name: units by name, bank accounts by bank and tail; at most two statements."""
    units = {line.unit_id for line in lines if line.unit_id is not None}
    banks = any(line.bank_account_id is not None for line in lines)
    named = {("unit", key): name for key, name in parties.unit_names(centre_id, sorted(units)).items()} if units else {}
    if banks:
        for one in treasury.bank_accounts(centre_id):
            named["bank", one.bank_account_id] = f"{one.bank_name} 尾号 {one.tail}"
    return named


def _owner(line: BookLine, names: dict[tuple[str, int], str]) -> str:
    return names.get(("bank", line.bank_account_id or 0)) or names.get(("unit", line.unit_id or 0), "")


def _lines_sheet(of: ChartSubject, first: date, last: date, found: list[BookLine], centre_id: int) -> bytes:
    shown, names = found[:MOST_LINES], owners_of(centre_id, found)
    made = Sheets()
    made.add(
        "明细账", title=f"{of.code} {of.name}", notes=(f"{first} 至 {last}",), columns=LINE_COLUMNS,
        lines=[
            (one.business_date, one.number, one.voucher_id, one.kind.zh, one.subject, _owner(one, names),
             one.debit_fen or None, one.credit_fen or None, Sided(one.balance_fen).side,
             Sided(one.balance_fen).amount_fen)
            for one in shown
        ],
        after=f"只有前 {MOST_LINES} 行：请缩短起止日期再下载。" if len(found) > MOST_LINES else "",
    )  # fmt: skip
    return made.content()


def _subject(code: str) -> ChartSubject:
    try:
        return chart().find(code)
    except KeyError:
        raise Refusal("ledger.unknown_subject", "没有这个科目：请从科目余额表进入。", status=404) from None


# ------------------------------------------------------------------------------------ members' money by unit


@permission("books.view")
@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """201 by unit: how many accounts each unit has and what they hold together."""
    centre_id = actor_of(request).centre_id
    word = word_of(request)
    found = parties.search_units(centre_id, word, limit=MOST_UNITS + 1)
    shown = found[:MOST_UNITS]
    sums = unit_sums(centre_id, [line["unit_id"] for line in shown])
    rows = [(line, sums.get(line["unit_id"])) for line in shown]
    context = {
        "tab": "units", "rows": rows, "word": word, "most": MOST_UNITS, "more": len(found) > MOST_UNITS,
        "total": Sided(books.subject_balance(centre_id, "201")),
        "shown_fen": sum(one.balance_fen for _, one in rows if one),
        "accounts": sum(one.accounts for _, one in rows if one),
    }  # fmt: skip
    return render(request, "desk/ledger_units.html", context)


@permission("books.view")
@require_safe
def suspense(request: HttpRequest) -> HttpResponse:
    """219 by its five sources, and how long the money has waited; `as=xlsx` downloads each item."""
    centre_id, today = actor_of(request).centre_id, today_of(request)
    if request.GET.get("as") == "xlsx":
        return attachment(_suspense_sheet(centre_id, today), f"暂收款账龄 {today}.xlsx")
    waiting = suspense_ageing(centre_id, on=today)
    totals = trial_balance(centre_id, from_date=today, to_date=today)
    closing = {line.subject: -line.closing_fen for line in totals.lines}
    details = chart().details_of("219")
    own_fen = closing.get("219", 0) - sum(closing.get(code, 0) for code in details)
    returned = withdrawals.returns_waiting_spans(centre_id, on=today)
    context = {
        "tab": "suspense", "today": today, "spans": SPANS, "rows": _by_source(waiting, closing, returned),
        "items": sum(one.items for one in waiting) + sum(n for n, _ in returned.values()),
        "waiting_fen": sum(one.fen for one in waiting) + sum(fen for _, fen in returned.values()),
        "ledger_fen": own_fen + sum(closing.get(code, 0) for code in SUSPENSE_DETAILS[:4]),
        "sees_returns": allowed("treasury.view", principal_of(request).role),
        "total_fen": closing.get("219", 0), "fees": [
            (chart().find(code), closing[code]) for code in details
            if code not in SUSPENSE_DETAILS and closing.get(code)
        ],
    }  # fmt: skip
    return render(request, "desk/ledger_suspense.html", context)


def _by_source(
    waiting: list[Waiting], closing: dict[str, int], returned: dict[int, tuple[int, int]]
) -> list[dict[str, Any]]:
    """The five sources in the order of the chart: contributions and returned withdrawals by age, the last one not."""
    rows: list[dict[str, Any]] = []
    for source in Source:
        spans = {one.span: one for one in waiting if one.source is source}
        rows.append({
            "name": source.zh, "fen": sum(one.fen for one in spans.values()),
            "items": sum(one.items for one in spans.values()),
            "spans": [(title, spans[n].fen if n in spans else 0) for n, title in enumerate(SPANS)],
        })  # fmt: skip
    names = {code: chart().find(code).name.rpartition("——")[2] for code in SUSPENSE_DETAILS[3:]}
    rows.append({
        "name": names[RETURNED], "code": RETURNED, "fen": sum(fen for _, fen in returned.values()),
        "items": sum(n for n, _ in returned.values()), "returned": True,
        "spans": [(title, returned.get(n, (0, 0))[1]) for n, title in enumerate(SPANS)],
    })  # fmt: skip
    for code in SUSPENSE_DETAILS[4:]:
        rows.append({"name": names[code], "code": code, "fen": closing.get(code, 0), "items": None, "spans": []})
    return rows


def _suspense_sheet(centre_id: int, today: date) -> bytes:
    found = contributions.suspense_items(centre_id, limit=MOST_LINES + 1)
    names = parties.unit_names(centre_id, sorted({one.unit_id for one in found if one.unit_id is not None}))
    made = Sheets()
    made.add(
        "暂收款账龄", title="暂收款账龄", notes=(f"截至 {today}",), columns=SUSPENSE_COLUMNS,
        lines=[
            (one.value_on, SOURCE_OF[one.reason].zh, one.payer_name, names.get(one.unit_id or 0),
             -one.open_fen if one.owed else one.open_fen + one.refunding_fen, (today - one.value_on).days, one.text)
            for one in found[:MOST_LINES]
        ] + [
            (one.came_on, "付款退回", None, None, one.amount_fen, (today - one.came_on).days,
             f"{one.period.zh}{one.reason.zh}，{one.state.zh}")
            for one in withdrawals.returns_waiting(centre_id, limit=MOST_LINES)
        ],
        after=f"只有前 {MOST_LINES} 行。" if len(found) > MOST_LINES else "",
    )  # fmt: skip
    return made.content()
