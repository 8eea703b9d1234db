"""Time travel for the auditor: a member's statement as it was known on any day, and what was learned later."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from anju.accounts import queries as accounts
from anju.audit.actions import looked
from anju.identity.permissions import permission
from anju.kernel.clock import ZONE
from anju.kernel.identifiers import mask_name
from anju.kernel.money import format_fen
from anju.kernel.refusal import Refusal
from anju.parties import queries as parties
from anju.portals.common import actor_of, moment_of
from anju.portals.desk.asked import Asked
from anju.portals.desk.sheet import Sheets, attachment
from anju.portals.desk.views.ledger import today_of
from anju.reports.types import Column, Show

LONGEST = timedelta(days=3 * 366)
PURPOSES = (("audit", "稽核检查"), ("sample", "抽样核对"), ("complaint", "异议和投诉"), ("finding", "落实审计发现"))
COLUMNS = (
    Column("记账日", Show.DAY), Column("起息日", Show.DAY), Column("知道的时间", Show.MOMENT), Column("种类"),
    Column("所属月"), Column("借方（元）", Show.FEN), Column("贷方（元）", Show.FEN), Column("凭证", Show.VOUCHER),
    Column("当时是否知道"),
)  # fmt: skip


@permission("audit.ask")
@require_safe
def statement(request: HttpRequest) -> HttpResponse:
    """What the books said of an account at the end of a day; beneath it what became known afterwards.

    Without a purpose only the fields are shown; with it the look is recorded before anything is read out.
    """
    actor, at, today = actor_of(request), moment_of(request), today_of(request)
    asked = Asked(request)
    account_id = asked.number("account")
    first, last = asked.span(date(today.year, 1, 1), today)
    known_on = asked.day("known", today) or today
    purpose = asked.text("purpose")
    if not asked.errors and last - first > LONGEST:
        asked.errors["first"] = "一次最多看三年：请把起止日期选近一些。"
    if not asked.errors and known_on > today:
        asked.errors["known"] = "只能看到今天为止知道的。"
    context: dict[str, Any] = {"asked": asked, "purposes": PURPOSES, "purpose": purpose, "known_on": known_on}
    if asked.errors or account_id is None or purpose not in dict(PURPOSES):
        if purpose or (account_id is not None and "purpose" in request.GET):
            asked.errors.setdefault(
                "account" if account_id is None else "purpose",
                "请填写个人账号。" if account_id is None else "请选择查看原因：它会和这次查看一起留下记录。",
            )
        return render(request, "desk/audit_statement.html", context, status=asked.status)
    try:
        person_id = _owner(account_id, actor.centre_id, actor.person_id)
    except Refusal as refusal:
        asked.errors["account"] = refusal.text
        return render(request, "desk/audit_statement.html", context, status=422)
    looked(actor=actor, at=at, subject="statement", person_id=person_id, purpose=f"{purpose}: {known_on}")
    known_at = min(datetime.combine(known_on + timedelta(days=1), time(), ZONE) - timedelta(microseconds=1), at)
    found = accounts.statement_as_known(account_id, from_date=first, to_date=last, known_at=known_at)
    later = accounts.learned_later(account_id, from_date=first, to_date=last, known_at=known_at)
    if request.GET.get("as") == "xlsx":
        name = f"{account_id} 对账单 {first} 至 {last}，截至 {known_on} 所知.xlsx"
        return attachment(_sheet(found, later, known_on), name)
    person = parties.person(person_id)
    context |= {
        "found": found, "later": later, "name": mask_name(person.name) if person else "—", "first": first, "last": last,
        "later_fen": sum(one.movement.change_fen for one in later), "account_id": account_id,
    }  # fmt: skip
    return render(request, "desk/audit_statement.html", context)


def _owner(account_id: int, centre_id: int, auditor_person_id: int | None) -> int:
    """Whose account it is; a foreign, a missing and the auditor's own one are refused alike."""
    person_id = accounts.person_of(account_id)
    found = parties.person(person_id) if person_id is not None else None
    if found is None or found.centre_id != centre_id or found.person_id == auditor_person_id:
        raise Refusal("audit.unknown_account", "没有这个个人账户：请核对账号。", field="account")
    return found.person_id


def _sheet(found: Any, later: Any, known_on: date) -> bytes:
    made = Sheets()
    lines = [(*_cells(one), "知道") for one in found.movements]
    lines += [(*_cells(one.movement), "以后才知道") for one in later]
    made.add(
        "对账单", title=f"个人账户 {found.account_id} 对账单", columns=COLUMNS, lines=lines,
        notes=(
            f"记账日 {found.from_date} 至 {found.to_date}，按 {known_on} 日终所知",
            f"期初 {format_fen(found.opening_fen)} 元，期末 {format_fen(found.closing_fen)} 元",
        ),
    )  # fmt: skip
    return made.content()


def _cells(one: Any) -> tuple[Any, ...]:
    return (
        one.booked_on, one.value_on, one.known_at, one.kind.zh, one.month.zh if one.month else None,
        one.debit_fen or None, one.credit_fen or None, one.voucher_id,
    )  # fmt: skip
