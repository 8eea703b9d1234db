"""Money: one declared month, its payment notice, and all months with what was declared, received and posted."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from anju.audit.actions import record
from anju.contributions import queries
from anju.contributions.types import RemittanceState
from anju.identity.permissions import permission
from anju.kernel.month import Month
from anju.portals.common import actor_of, moment_of
from anju.portals.unit import money
from anju.portals.unit.downloads import Column, sheet_response
from anju.portals.unit.here import id_in, members, number_of, unit_id_of
from anju.portals.unit.suspense import unmatched

LINES, MONTHS, MOST = 100, 24, 50_000


@permission("unit.view")
@require_GET
def one_month(request: HttpRequest, remittance_id: int) -> HttpResponse:
    """One declared month: its frozen list and where its money is."""
    actor = actor_of(request)
    found = queries.remittance(actor.centre_id, id_in(remittance_id), unit_id=unit_id_of(request))
    after = number_of(request.GET.get("after"))
    lines = queries.lines(actor.centre_id, remittance_id, after=after, limit=LINES + 1)
    known = members([line.account_id for line in lines[:LINES]])
    steps, step = money.steps(found, second_approval=False)
    context = {
        "found": found, "lines": [(known.get(line.account_id), line) for line in lines[:LINES]], "after": after,
        "next_after": lines[LINES - 1].account_id if len(lines) > LINES else None, "steps": steps, "step": step,
        "payable": found.state is RemittanceState.CONFIRMED,
    }  # fmt: skip
    return render(request, "unit/month.html", context)


@permission("unit.view")
@require_GET
def month_sheet(request: HttpRequest, remittance_id: int) -> HttpResponse:
    """The frozen list as a workbook, for the unit's own books."""
    actor, at = actor_of(request), moment_of(request)
    found = queries.remittance(actor.centre_id, id_in(remittance_id), unit_id=unit_id_of(request))
    lines = queries.lines(actor.centre_id, remittance_id, limit=MOST)
    known = members([line.account_id for line in lines])
    record(
        "unit.list_downloaded", actor=actor, at=at, subject="remittance", subject_id=remittance_id,
        unit_id=found.unit_id, details={"people": len(lines)},
    )  # fmt: skip
    rows = [
        (who.name, who.number, line.base_fen, line.unit_fen, line.own_fen, line.unit_fen + line.own_fen)
        for line in lines
        if (who := known.get(line.account_id)) is not None
    ]
    columns = (
        Column("姓名"), Column("证件号码", 22), Column.of_money("缴存基数"), Column.of_money("单位缴"),
        Column.of_money("个人缴"), Column.of_money("合计"),
    )  # fmt: skip
    return sheet_response(f"{found.month.zh}汇缴清册", columns, rows)


@permission("unit.view")
@require_GET
def notice(request: HttpRequest, remittance_id: int) -> HttpResponse:
    """缴款通知: to which account, how much, with which words; made to be printed."""
    actor = actor_of(request)
    found = queries.payment_notice(actor.centre_id, id_in(remittance_id), unit_id=unit_id_of(request))
    return render(request, "unit/notice.html", {"notice": found, "at": moment_of(request)})


@permission("unit.view")
@require_GET
def payments(request: HttpRequest) -> HttpResponse:
    """Declared, received, posted, month by month; what is in suspense, why, and what to do."""
    actor = actor_of(request)
    unit_id = unit_id_of(request)
    before = _month(request.GET.get("before"))
    found = queries.remittances(actor.centre_id, unit_id, limit=MONTHS + 1, before=before, cancelled=True)
    context = {
        "remittances": found[:MONTHS],
        # A month taken back stands beside its new declaration: the last one begins the next page whole.
        "older": (found[MONTHS - 1].month + 1).number if len(found) > MONTHS else None,
        "newer": before is not None, "items": unmatched(queries.suspense_items(actor.centre_id, unit_id=unit_id)),
    }  # fmt: skip
    return render(request, "unit/payments.html", context)


def _month(raw: str | None) -> Month | None:
    try:
        return Month.from_number(number_of(raw))
    except (ValueError, AssertionError):
        return None
