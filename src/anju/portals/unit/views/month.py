"""The month: what is due, what differs from last month, declaring it, a second person's approval, paying it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from anju.casework import actions as cases
from anju.contributions import actions as contributions
from anju.contributions import queries
from anju.contributions.types import RemittanceSeen, RemittanceState, UnitMonth
from anju.identity.permissions import permission
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.kernel.text import clean_text
from anju.notices import queries as notices
from anju.parties import queries as parties
from anju.portals.common import actor_of, form_key, moment_of
from anju.portals.unit.here import members, unit_here, unit_id_of

SHOWN_DIFFERENCES = 200


@permission("unit.view")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """This month at one glance: unchanged it is one screen, no field, one confirmation."""
    return render(request, "unit/home.html", _month_page(request))


def _month_page(request: HttpRequest) -> dict[str, Any]:
    actor, at = actor_of(request), moment_of(request)
    unit_id = unit_id_of(request)
    month = queries.unit_month(actor.centre_id, unit_id, at=at)
    changed = queries.differences(actor.centre_id, unit_id, at=at, limit=SHOWN_DIFFERENCES)
    known = members([one.account_id for one in changed])
    items = queries.suspense_items(actor.centre_id, unit_id=unit_id) if month.suspense_fen else []
    return {
        "month": month, "unit": unit_here(request), "key": form_key(request), "items": items,
        "changed": [(known.get(one.account_id), one) for one in changed],
        "steps": money_steps(month), "step": step_number(month.remittance),
        "mine_to_approve": _mine_to_approve(request, month.remittance),
        "unread": notices.unread_count(unit_id=unit_id),
    }  # fmt: skip


def step_number(found: RemittanceSeen | None) -> int:
    """核对名册 1, 复核 2, 缴款 3, 到账 4, 入账 5, done 6."""
    if found is None:
        return 1
    return {
        RemittanceState.AWAITING_APPROVAL: 2, RemittanceState.CONFIRMED: 3, RemittanceState.MATCHED: 5,
        RemittanceState.POSTED: 6, RemittanceState.CANCELLED: 1,
    }[found.state]  # fmt: skip


def money_steps(month: UnitMonth) -> list[dict[str, Any]]:
    """钱到哪一步了: declared, received, matched, posted."""
    found = month.remittance
    now = step_number(found)
    received = month.suspense_fen > 0

    def state(number: int) -> str:
        return "done" if now > number else "now" if now == number else ""

    steps = [{"title": "名册确认", "state": "done" if now > 1 else "now", "at": found.declared_at if found else None,
              "note": "" if found else "等您确认"}]  # fmt: skip
    if month.second_approval:
        steps.append({"title": "第二人复核", "state": state(2), "at": found.approved_at if found else None, "note": ""})
    note = "已收到一笔，尚未匹配，原因见下" if received and now <= 3 else ""
    steps.append({"title": "单位缴款，银行通知到账", "state": state(3), "at": found.matched_at if found else None,
                  "note": note})  # fmt: skip
    steps.append({"title": f"记入 {month.headcount} 人账户", "state": state(5),
                  "at": found.posted_at if found else None, "note": ""})  # fmt: skip
    return steps


def _mine_to_approve(request: HttpRequest, found: RemittanceSeen | None) -> bool:
    actor = actor_of(request)
    return bool(
        found and found.state is RemittanceState.AWAITING_APPROVAL and actor.person_id is not None
        and actor.person_id != found.declared_by_person_id
    )  # fmt: skip


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    context = {**_month_page(request), "form_errors": True, "errors": [("", refusal.text)]}
    return render(request, "unit/home.html", context, status=refusal.status)


@permission("unit.declare")
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Declare the month that was seen; a list that has changed since is refused and shown anew."""
    actor, at = actor_of(request), moment_of(request)
    month = queries.unit_month(actor.centre_id, unit_id_of(request), at=at)
    try:
        seen = int(request.POST.get("total_fen", "")[:18] or "-1")
        asked = int(request.POST.get("month", "")[:6] or "0")
    except ValueError:
        seen, asked = -1, 0
    if asked != month.month.number or month.remittance is not None:
        return redirect("unit-home")
    try:
        cases.submit(
            "employer_remittance", {"month": str(month.month), "expected_total_fen": seen}, actor=actor,
            key=form_key(request), at=at,
        )  # fmt: skip
    except Refusal as refusal:
        return _refused(request, refusal)
    return redirect("unit-home")


@permission("unit.approve")
@require_POST
def approve(request: HttpRequest, remittance_id: int) -> HttpResponse:
    """The unit's second person approves, or sends it back with a reason."""
    actor, at = actor_of(request), moment_of(request)
    unit_id = unit_id_of(request)
    try:
        if "return" in request.POST:
            _send_back(request, remittance_id)
        else:
            contributions.approve_remittance(actor.centre_id, unit_id, remittance_id, actor=actor, at=at)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return _refused(request, refusal)
    return redirect("unit-home")


@transaction.atomic
def _send_back(request: HttpRequest, remittance_id: int) -> None:
    """The list is open again and its case ends, together."""
    actor, at = actor_of(request), moment_of(request)
    reason = clean_text(request.POST.get("reason", ""), 200, "reason") or "复核人退回"
    found = queries.remittance(actor.centre_id, remittance_id, unit_id=unit_id_of(request))
    contributions.cancel_remittance(
        actor.centre_id, found.unit_id, remittance_id, reason=reason, actor=actor, at=at
    )
    if found.case_id is not None:
        cases.end_without_effect(found.case_id, title="复核人退回了名册", text=reason, at=at)


@permission("unit.declare")
@require_POST
def cancel(request: HttpRequest, remittance_id: int) -> HttpResponse:
    """«我填错了»: take the declaration back while no money has come; the month can be declared anew."""
    actor, at = actor_of(request), moment_of(request)
    found = queries.remittance(actor.centre_id, remittance_id, unit_id=unit_id_of(request))
    try:
        if found.case_id is not None:
            cases.withdraw(found.case_id, actor=actor, at=at)
        else:
            contributions.cancel_remittance(
                actor.centre_id, found.unit_id, remittance_id, reason="经办人撤回", actor=actor, at=at
            )
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return _refused(request, refusal)
    return redirect("unit-home")


@permission("unit.view")
@require_GET
def one_month(request: HttpRequest, remittance_id: int) -> HttpResponse:
    """One declared month: its frozen list and where its money is."""
    actor = actor_of(request)
    found = queries.remittance(actor.centre_id, remittance_id, unit_id=unit_id_of(request))
    try:
        after = int(request.GET.get("after", "0")[:18])
    except ValueError:
        after = 0
    lines = queries.lines(actor.centre_id, remittance_id, after=after, limit=101)
    known = members([line.account_id for line in lines])
    context = {
        "found": found, "lines": [(known.get(line.account_id), line) for line in lines[:100]],
        "next_after": lines[99].account_id if len(lines) > 100 else None, "step": step_number(found),
    }  # fmt: skip
    return render(request, "unit/month.html", context)


@permission("unit.declare")
@require_GET
def notice(request: HttpRequest, remittance_id: int) -> HttpResponse:
    """缴款通知: to which account, how much, with which words; made to be printed."""
    actor = actor_of(request)
    found = queries.payment_notice(actor.centre_id, remittance_id, unit_id=unit_id_of(request))
    return render(request, "unit/notice.html", {"notice": found, "at": moment_of(request)})


@permission("unit.view")
@require_GET
def payments(request: HttpRequest) -> HttpResponse:
    """Declared, received, posted, month by month; what is in suspense and why."""
    actor, at = actor_of(request), moment_of(request)
    unit_id = unit_id_of(request)
    context = {
        "remittances": queries.remittances(actor.centre_id, unit_id, limit=36),
        "items": queries.suspense_items(actor.centre_id, unit_id=unit_id),
        "arrears": queries.arrears(actor.centre_id, unit_id, today=at.date()),
        "unit": parties.unit(actor.centre_id, unit_id, on=Month.of(at.date())),
    }  # fmt: skip
    return render(request, "unit/payments.html", context)
