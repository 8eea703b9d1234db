"""Bank statements (对账单): giving a file, what it told, which days are still without one, and its lines as a workbook.

A file is proven and joined to what is kept before a line of it is believed (docs/bank-statements.md); what is wrong is
said beside the field by line and column, and nothing of it is kept. Large files are told to the business by the job
behind; the page shows how far it is.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from anju.design.forms import DesignForm, form_page
from anju.identity.permissions import permission
from anju.kernel.money import format_fen
from anju.kernel.refusal import Refusal
from anju.parties import queries as parties
from anju.portals.common import actor_of, moment_of
from anju.portals.desk.pages import done_of, go, part_of
from anju.portals.desk.sheet import Sheets, attachment
from anju.reports.types import Column, Show
from anju.treasury import actions, queries
from anju.treasury import statement_queries as read
from anju.treasury.statements.samples import TITLES, sample
from anju.treasury.types import Direction

LARGEST_BYTES = 10 * 1024 * 1024
AT_ONCE = 200
"""So many entries are told while the treasurer waits; more by the job."""
PAGE = 30
SHOWN = 100
MOST_LINES = 50_000
STRIP_DAYS = 31
LINE_COLUMNS = (
    Column("记账日", Show.DAY), Column("时间"), Column("流水号"), Column("收入（元）", Show.FEN),
    Column("支出（元）", Show.FEN), Column("余额（元）", Show.FEN), Column("对方户名"), Column("对方账号"),
    Column("摘要"), Column("冲回"), Column("银行通知"),
)  # fmt: skip
FORMAT_ZH = {"csv": "csv 表格", "xlsx": "xlsx 表格", "camt.053": "camt.053"}


class StatementForm(DesignForm):
    """The file as the bank hands it out."""

    file = forms.FileField(
        label="对账单文件", help_text="网上银行下载的 csv、xlsx，或 camt.053 的 xml，不超过 10 MB。可以拖到框里。",
        allow_empty_file=True, widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.xml"}),
    )  # fmt: skip

    def clean_file(self) -> Any:
        """Not too large to be read at once."""
        upload = self.cleaned_data["file"]
        if upload.size > LARGEST_BYTES:
            raise forms.ValidationError("文件超过 10 MB 的上限，请按较短的日期分几次下载对账单后逐份上传。")
        return upload


@permission("treasury.view")
@require_safe
def statements(request: HttpRequest) -> HttpResponse:
    """The form, the days without a statement, and the statements taken."""
    return _list(request, StatementForm())


def _list(request: HttpRequest, form: StatementForm, *, status: int | None = None) -> HttpResponse:
    centre_id, today = actor_of(request).centre_id, moment_of(request).date()
    number = int(page) if (page := request.GET.get("page", "")).isdigit() and page.isascii() and len(page) < 6 else 1
    found = read.statements(centre_id, limit=PAGE + 1, offset=(max(number, 1) - 1) * PAGE)
    part = part_of(request, found, size=PAGE)
    accounts = queries.bank_accounts(centre_id)
    yesterday = today - timedelta(days=1)
    known = read.coverage(
        centre_id, [one.bank_account_id for one in accounts], first=yesterday - timedelta(days=STRIP_DAYS - 1),
        last=yesterday,
    )  # fmt: skip
    context = {
        "form": form, "rows": part.items, "part": part, "names": _names(part.items), "formats": FORMAT_ZH,
        "by_id": {one.bank_account_id: one for one in accounts}, "samples": TITLES,
        "covered": list(zip(accounts, known, [_missing_words(one, yesterday) for one in known], strict=True)),
    }  # fmt: skip
    return form_page(request, "desk/statements.html", context, form=form if form.is_bound else None, status=status)


def _names(found: Any) -> dict[int, str]:
    people = parties.people(sorted({one.imported_by_person_id for one in found})) if found else {}
    return {person_id: person.name for person_id, person in people.items()}


def _missing_words(known: read.Coverage, yesterday: date) -> str:
    """Which days are missing, in words; the way to mend it is to import them in their order."""
    if known.first_on is None:
        return "还没有导入过对账单"
    runs = [f"{first:%m月%d日}" if first == last else f"{first:%m月%d日}至{last:%m月%d日}"
            for first, last in known.missing]  # fmt: skip
    days = sum((last - first).days + 1 for first, last in known.missing)
    return f"缺 {days} 天：{'、'.join(runs)}" if runs else f"到 {yesterday:%m月%d日}为止每天都有"


@permission("treasury.settle")
@require_POST
def import_file(request: HttpRequest) -> HttpResponse:
    """Take a file; refused whole, beside the field, when anything about it is wrong."""
    actor, at = actor_of(request), moment_of(request)
    form = StatementForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, form)
    upload = form.cleaned_data["file"]
    try:
        taken = actions.keep_statement(upload.read(), upload.name or "", actor=actor, at=at)
    except Refusal as refusal:
        form.refuse(refusal)
        return _list(request, form, status=refusal.status)
    if taken.new_count <= AT_ONCE:
        actions.tell_entries(actor.centre_id, taken.statement_id, at=at)
    return go("desk-statement", taken.statement_id, done="statement-again" if taken.replayed else "statement")


@permission("treasury.view")
@require_safe
def statement(request: HttpRequest, statement_id: int) -> HttpResponse:
    """One statement: its proof, what no notice had told, what the bank told otherwise and it does not know."""
    centre_id = actor_of(request).centre_id
    one = read.statement(centre_id, statement_id)
    told = read.statement_told(centre_id, statement_id)
    context = {
        "one": one, "told": told, "done": done_of(request), "format": FORMAT_ZH.get(one.format, one.format),
        "account": next(
            (a for a in queries.bank_accounts(centre_id) if a.bank_account_id == one.bank_account_id), None
        ),
        "by": _names([one]).get(one.imported_by_person_id, "资金人员"), "shown": SHOWN,
        "entries": read.statement_entries(centre_id, statement_id, only_told=True, limit=SHOWN),
        "unknown": queries.notices_unstated(
            centre_id, one.bank_account_id, first=one.first_on, last=one.last_on, limit=SHOWN
        ),
        **_progress(one, told),
    }  # fmt: skip
    return render(request, "desk/statement.html", context)


def _progress(one: read.StatementSeen, told: read.StatementTold) -> dict[str, Any]:
    poll = reverse("desk-statement-progress", args=[one.statement_id]) if told.untold else ""
    return {"progress_done": one.new_count - told.untold, "progress_total": one.new_count, "poll": poll}


@permission("treasury.view")
@require_safe
def progress(request: HttpRequest, statement_id: int) -> HttpResponse:
    """How many entries have been told; asking ends when all have been."""
    centre_id = actor_of(request).centre_id
    one = read.statement(centre_id, statement_id)
    return render(request, "desk/part_statement_progress.html",
                  {"one": one, **_progress(one, read.statement_told(centre_id, statement_id))})  # fmt: skip


@permission("treasury.view")
@require_safe
def lines(request: HttpRequest, statement_id: int) -> HttpResponse:
    """What the statement brought, line by line, in one shape whatever the bank's was."""
    centre_id = actor_of(request).centre_id
    one = read.statement(centre_id, statement_id)
    found = read.statement_entries(centre_id, statement_id, limit=MOST_LINES)
    rows = [
        (
            entry.entry_date, entry.booked_time, entry.host_serial,
            entry.amount_fen if entry.direction is Direction.CREDIT else None,
            entry.amount_fen if entry.direction is Direction.DEBIT else None, entry.balance_after_fen,
            entry.counter_name, entry.counter_account, entry.summary, "冲回" if entry.reversal else "",
            "对账单补记" if entry.told else "已有通知" if entry.notice_id else "正在补记",
        )
        for entry in found
    ]  # fmt: skip
    book = Sheets()
    title = f"对账单明细 {one.first_on} 至 {one.last_on}"
    notes = [f"期初余额 {format_fen(one.opening_fen)} 元，期末余额 {format_fen(one.closing_fen)} 元"]
    book.add("明细", title=title, notes=notes, columns=LINE_COLUMNS, lines=rows)
    return attachment(book.content(), f"{title}.xlsx")


@permission("treasury.view")
@require_safe
def sample_file(request: HttpRequest, name: str) -> HttpResponse:
    """An invented statement of one shape, to hold one's own file against."""
    content = sample(name)
    if content is None:
        raise Http404
    kind = "application/xml" if name.endswith(".xml") else "text/csv; charset=utf-8"
    return attachment(content, f"对账单样例-{name}", content_type=kind)
