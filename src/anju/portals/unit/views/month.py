"""The month: what is due, what differs from last month, declaring it, taking it back."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from anju.casework import actions as cases
from anju.casework.types import CaseState
from anju.contributions import actions as contributions
from anju.contributions import queries
from anju.contributions.types import TAKEN_BACK, Difference, DifferenceKind, RemittanceState, UnitMonth
from anju.identity import queries as logins
from anju.identity.permissions import permission
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.notices import queries as notices
from anju.portals.common import actor_of, form_key, moment_of
from anju.portals.unit import money
from anju.portals.unit.downloads import Column, sheet_response
from anju.portals.unit.drafts import drafts_of
from anju.portals.unit.filing import DECIDED_NO, UNDECIDED, file, fresh_key
from anju.portals.unit.here import Member, days_until, members, nature_of, number_of, ratios_of, unit_id_of
from anju.portals.unit.suspense import unmatched
from anju.portals.unit.told import done_of, go

SHOWN = 100
MOST = 50_000


@permission("unit.view")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """This month at one glance: unchanged it is one screen, no field, one confirmation."""
    return render(request, "unit/home.html", _month_page(request))


def kind_of(request: HttpRequest) -> DifferenceKind | None:
    """Which differences are asked for; nonsense asks for all."""
    try:
        return DifferenceKind(request.GET.get("kind", ""))
    except ValueError:
        return None


def _month_page(request: HttpRequest) -> dict[str, Any]:
    actor, at = actor_of(request), moment_of(request)
    unit_id, kind = unit_id_of(request), kind_of(request)
    items = queries.suspense_items(actor.centre_id, unit_id=unit_id, limit=MOST)
    month = queries.unit_month(actor.centre_id, unit_id, at=at, listed=SHOWN, kind=kind, suspense=items)
    step_names, step = money.steps(month.remittance, second_approval=month.second_approval)
    return {
        "month": month, "unit": month.unit, "nature": nature_of(month.unit), "ratios": ratios_of(month.unit),
        "key": form_key(request), "items": unmatched(items), "done": done_of(request),
        "changed": with_members(month.changed), "kind": kind, "all_kinds": kind is None, "shown": SHOWN,
        "steps": step_names, "step": step, "money_steps": money.money_steps(month),
        "days": days_until(month.due_on, today=at.date()), "waits_for": _waits_for(request, month),
        "drafts": drafts_of(actor, at=at), "unread": notices.unread_count(unit_id=unit_id),
        "finished": _finished(month, today=Month.of(at.date())),
    }  # fmt: skip


def with_members(changed: tuple[Difference, ...]) -> list[tuple[Member | None, Difference]]:
    """Differences with the people they are about, in two statements."""
    known = members([one.account_id for one in changed])
    return [(known.get(one.account_id), one) for one in changed]


def _finished(month: UnitMonth, *, today: Month) -> bool:
    """Nothing is left to do: the last month is posted and the next has not begun."""
    return month.remittance is None and month.last is not None and month.month > today


def _waits_for(request: HttpRequest, month: UnitMonth) -> dict[str, Any]:
    """Who approves: the reader, or the names of those who may."""
    found = month.remittance
    if found is None or found.state is not RemittanceState.AWAITING_APPROVAL:
        return {}
    person = actor_of(request).person_id
    if person is not None and person != found.declared_by_person_id:
        return {"me": True}
    return {"names": approvers(unit_id_of(request), but=found.declared_by_person_id)}


def approvers(unit_id: int, *, but: int | None) -> list[str]:
    """The names of those who may approve what `but` declared."""
    held = logins.unit_logins(unit_id)
    return list(dict.fromkeys(login.name for _, login in held if login.person_id not in (None, but)))


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    page = _month_page(request)
    if refusal.code == DECIDED_NO:
        # The key of the page went with what was refused: what is sent next is something else.
        page["key"] = fresh_key()
    context = {**page, "form_errors": True, "errors": [("", refusal.text)]}
    return render(request, "unit/home.html", context, status=refusal.status)


@permission("unit.declare")
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Declare the month that was seen; a list that has changed since is refused and shown anew."""
    actor, at = actor_of(request), moment_of(request)
    month = queries.unit_month(actor.centre_id, unit_id_of(request), at=at)
    asked, seen = number_of(request.POST.get("month")), number_of(request.POST.get("total_fen"), fallback=-1)
    if month.remittance is not None and month.remittance.month.number == asked:
        return _declared(month)
    if asked != month.month.number:
        return go("unit-home")
    try:
        filed = file(request, "employer_remittance", {"month": str(month.month), "expected_total_fen": seen})
    except Refusal as refusal:
        return _refused(request, refusal)
    return _declared(month, filed.state)


def _declared(month: UnitMonth, state: CaseState | None = None) -> HttpResponse:
    if state in UNDECIDED:
        return go("unit-home", done="review")
    return go("unit-home", done="to-approve" if month.second_approval else "declared")


@permission("unit.declare")
@require_POST
def cancel(request: HttpRequest, remittance_id: int) -> HttpResponse:
    """«我填错了»: take the declaration back while no money has come; the month can be declared anew."""
    actor, at = actor_of(request), moment_of(request)
    found = queries.remittance(actor.centre_id, remittance_id, unit_id=unit_id_of(request))
    if found.state is RemittanceState.CANCELLED:
        return go("unit-home", done="taken-back")
    try:
        if found.case_id is not None:
            cases.withdraw(found.case_id, actor=actor, at=at)
        else:
            contributions.cancel_remittance(
                actor.centre_id, found.unit_id, remittance_id, reason=TAKEN_BACK, actor=actor, at=at
            )
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return _refused(request, refusal)
    return go("unit-home", done="taken-back")


@permission("unit.view")
@require_GET
def differences(request: HttpRequest) -> HttpResponse:
    """Everybody who differs from last month, as a workbook to put beside the payroll."""
    actor, at = actor_of(request), moment_of(request)
    month = queries.unit_month(actor.centre_id, unit_id_of(request), at=at, listed=MOST)
    rows = [
        (who.name if who else "", one.what, one.how, one.last_base_fen, one.base_fen, one.unit_fen, one.own_fen)
        for who, one in with_members(month.changed)
    ]
    columns = (
        Column("姓名"), Column("变化"), Column("说明", 24), Column.of_money("上月基数"), Column.of_money("本月基数"),
        Column.of_money("单位缴增减"), Column.of_money("个人缴增减"),
    )  # fmt: skip
    return sheet_response(f"{month.month.zh}和上月相比", columns, rows)
