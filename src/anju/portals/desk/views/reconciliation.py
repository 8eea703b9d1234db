"""The balance reconciliation table (余额调节表) of an account and day: on screen, to print and sign, and as a workbook.

Both sides with what is outstanding, how long it has been, and the page where it is mended; beneath it the comparison of
the journal with the vouchers. Nothing is decided here: the treasury compares (`treasury.queries.reconcile_bank`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from anju.identity.permissions import permission
from anju.kernel.month import Month
from anju.portals.common import actor_of, moment_of, principal_of
from anju.portals.desk.pages import id_of
from anju.portals.desk.sheet import Sheets, attachment
from anju.reports.types import Column, Show, Value
from anju.treasury import queries
from anju.treasury.queries import BankAccountSeen
from anju.treasury.reconciliation import BankReconciliation, Item

MONTHS = 6
SHOWN = 200


@dataclass(frozen=True)
class Outstanding:
    """One item with its age and the page where it is mended."""

    item: Item
    days: int
    address: str
    where: str


@dataclass(frozen=True)
class Part:
    """One line of the table: what one side has and the other has not, and its items."""

    title: str
    fen: int
    items: Sequence[Outstanding]


@dataclass(frozen=True)
class Side:
    """One side of the table, down to its adjusted balance. `start_fen` is None without a statement."""

    title: str
    start_fen: int | None
    plus: Part
    minus: Part

    @property
    def adjusted_fen(self) -> int | None:
        return None if self.start_fen is None else self.start_fen + self.plus.fen - self.minus.fen


@permission("treasury.view")
@require_safe
def reconciliation(request: HttpRequest) -> HttpResponse:
    """The table of one account and day; `print` to sign, `as=xlsx` to keep."""
    centre_id, today = actor_of(request).centre_id, moment_of(request).date()
    accounts = queries.bank_accounts(centre_id)
    if not accounts:
        return render(request, "desk/reconciliation.html", {"accounts": accounts})
    wanted = id_of(request.GET.get("account"))
    account = next((one for one in accounts if one.bank_account_id == wanted), accounts[0])
    on, problem = _day(request.GET.get("on", ""), today)
    found = queries.reconcile_bank(centre_id, account.bank_account_id, on)
    context = _table(found, account) | {
        "accounts": accounts, "account": account, "on": on, "problem": problem, "form_errors": bool(problem),
        "days": _days(account, today, on), "query": urlencode({"account": account.bank_account_id, "on": on}),
        "shown": SHOWN, "by": principal_of(request).name, "at": moment_of(request), "today": today,
    }  # fmt: skip
    if request.GET.get("as") == "xlsx":
        return _as_workbook(found, context)
    page = "desk/reconciliation_print.html" if request.GET.get("print") else "desk/reconciliation.html"
    return render(request, page, context, status=422 if problem else 200)


def _day(raw: str, today: date) -> tuple[date, str]:
    """The day that is asked for; yesterday without one, with words when it is none."""
    yesterday = today - timedelta(days=1)
    if not raw:
        return yesterday, ""
    try:
        on = date.fromisoformat(raw[:20].strip())
    except ValueError:
        return yesterday, "请写成 2026-11-30 这样的日期。"
    return (on, "") if on <= today else (yesterday, "这一天还没有到，请选今天或以前的日子。")


def _days(account: BankAccountSeen, today: date, on: date) -> list[tuple[str, str, bool]]:
    """Yesterday and the ends of the last months, as addresses."""
    ends = [(Month.of(today) - n).last_day for n in range(1, MONTHS + 1)]
    yesterday = today - timedelta(days=1)
    days = [(yesterday, "昨天"), *((end, f"{end.year}年{end.month}月末") for end in ends if end != yesterday)]
    return [
        (f"?{urlencode({'account': account.bank_account_id, 'on': day})}", title, day == on) for day, title in days
    ]


def _table(found: BankReconciliation, account: BankAccountSeen) -> dict[str, Any]:
    def part(title: str, items: Sequence[Item], sign: int) -> Part:
        own = [item for item in items if item.effect_fen * sign > 0]
        return Part(title, sum(item.effect_fen * sign for item in own), [_outstanding(item, found.on) for item in own])

    books = Side(
        "账簿余额（科目 101、102）", found.books_fen, part("加：银行已收、单位未收", found.bank_only, 1),
        part("减：银行已付、单位未付", found.bank_only, -1),
    )  # fmt: skip
    bank = Side(
        "银行对账单余额", found.bank_fen, part("加：单位已收、银行未收", found.books_only, 1),
        part("减：单位已付、银行未付", found.books_only, -1),
    )  # fmt: skip
    level = found.books
    return {
        "found": found, "books": books, "bank": bank, "sides": (books, bank),
        "parts": (books.plus, books.minus, bank.plus, bank.minus),
        "items": len(found.bank_only) + len(found.books_only),
        "differing": [_outstanding(item, found.on) for item in found.differing],
        "not_at_bank": [_outstanding(item, found.on) for item in found.not_at_bank],
        "level": level, "unbooked": [_outstanding(item, found.on) for item in level.unbooked],
        "unjournaled": [_outstanding(item, found.on) for item in level.unjournaled],
        "late": found.known_through is not None and found.known_through < found.on,
    }  # fmt: skip


def _outstanding(item: Item, on: date) -> Outstanding:
    """Where an item is looked at: its voucher, its payment, or the bank's entry."""
    address, where = "", ""
    if item.voucher_id is not None:
        address, where = reverse("desk-voucher", args=[item.voucher_id]), f"凭证 {item.voucher_id}"
    elif item.order_id is not None:
        address, where = reverse("desk-payment", args=[item.order_id]), "这笔付款"
    elif item.notice_id is not None:
        address, where = reverse("desk-movement", args=[item.notice_id]), "这笔银行流水"
    elif item.serial:
        address, where = f"{reverse('desk-notices')}?{urlencode({'q': item.serial})}", "这笔银行流水"
    return Outstanding(item, (on - item.on).days, address, where)


def _as_workbook(found: BankReconciliation, context: dict[str, Any]) -> HttpResponse:
    """The table, then every outstanding item."""
    account, on = context["account"], context["on"]
    lines: list[tuple[Value, ...]] = []
    for side in (context["books"], context["bank"]):
        lines += [(side.title, side.start_fen), (side.plus.title, side.plus.fen), (side.minus.title, side.minus.fen),
                  ("调节后余额", side.adjusted_fen)]  # fmt: skip
    lines += [("两边之差", found.difference_fen), ("日记账余额", found.books.journal_fen),
              ("日记账与凭证之差", found.books.difference_fen)]  # fmt: skip
    lists = [(one.title, one.items) for one in context["parts"]]
    lists += [("日记账有、没有凭证", context["unbooked"]), ("凭证有、日记账没有", context["unjournaled"]),
              ("自相矛盾", context["differing"])]  # fmt: skip
    items = [
        (title, one.item.on, one.item.serial, one.item.voucher_id, one.item.effect_fen, one.days)
        for title, own in lists for one in own
    ]  # fmt: skip
    columns = (Column("种类"), Column("日期", Show.DAY), Column("银行流水号"), Column("凭证", Show.VOUCHER),
               Column("金额（元，收入为正）", Show.FEN), Column("天数", Show.NUMBER))  # fmt: skip
    notes = [f"{account.bank_name} 尾号 {account.tail}，截至 {on}", f"对账单到 {found.known_through or '还没有'}"]
    book = Sheets()
    two = (Column("项目"), Column("金额（元）", Show.FEN))
    book.add("余额调节表", title="银行余额调节表", notes=notes, columns=two, lines=lines)
    book.add("未达账项", title="未达账项", notes=notes, columns=columns, lines=items)
    return attachment(book.content(), f"余额调节表-{account.tail}-{on}.xlsx")
