"""One item of money that is not matched yet (219 暂收), what can be done with it, and the bank's entries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from anju.contributions import actions as contributions
from anju.contributions import queries as contribution_queries
from anju.contributions.types import RemittanceSeen, SuspenseSeen, SuspenseState
from anju.design.forms import DesignForm, form_page
from anju.identity.permissions import permission
from anju.kernel.money import format_fen
from anju.parties import queries as parties
from anju.portals.common import actor_of, moment_of
from anju.portals.desk.acting import act_from_page
from anju.portals.desk.forms import AllocateForm, CoverForm, RefundForm
from anju.portals.desk.pages import done_of, go, word_of
from anju.portals.desk.views.receipts import ODD, stands
from anju.treasury import queries as treasury
from anju.treasury.types import NoticeState

MOST = 200


# --------------------------------------------------------------------------------------------- one item


@permission("treasury.view")
@require_safe
def receipt(request: HttpRequest, suspense_id: int) -> HttpResponse:
    """One item: where it came from, why it did not match, what was done, what can be done."""
    return _receipt_page(request, suspense_id)


def _months(item: SuspenseSeen, centre_id: int, word: str) -> list[RemittanceSeen]:
    """Payable months for this item: its candidate's unit, the payer's unit, or the unit the treasurer searched."""
    unit_ids = {item.unit_id} if item.unit_id is not None else set()
    if word:
        unit_ids |= {line["unit_id"] for line in parties.search_units(centre_id, word, limit=3)}
    months = [
        month for unit_id in sorted(unit_ids)
        for month in contribution_queries.remittances(centre_id, unit_id, limit=12) if month.unpaid
    ]  # fmt: skip
    # The month it was probably meant for stands first, then the oldest.
    return sorted(months, key=lambda month: (month.remittance_id != item.remittance_id, month.month))


def _allocate_form(months: list[RemittanceSeen], names: dict[int, str], item: SuspenseSeen, data: Any) -> AllocateForm:
    choices = [
        (str(m.remittance_id), f"{names.get(m.unit_id, '')} {m.month.zh}　{format_fen(m.total_fen)} 元") for m in months
    ]
    hints = {
        str(m.remittance_id): f"{m.number} · {m.headcount} 人 · {m.state.zh}{_gap(m, item)}" for m in months
    }
    initial = {"remittance": str(months[0].remittance_id)} if months else {}
    return AllocateForm(data, auto_id="allocate-%s", months=choices, hints=hints, initial=initial)


def _gap(month: RemittanceSeen, item: SuspenseSeen) -> str:
    difference = item.open_fen - month.total_fen
    if month.remittance_id == item.remittance_id and item.missing_fen is not None:
        difference = -item.missing_fen if item.missing_fen else max(difference, 0)
    if difference == 0:
        return " · 金额正好"
    return f" · 多 {format_fen(difference)} 元" if difference > 0 else f" · 差 {format_fen(-difference)} 元"


def _receipt_page(
    request: HttpRequest, suspense_id: int, *, wrong: DesignForm | None = None, status: int | None = None
) -> HttpResponse:
    centre_id = actor_of(request).centre_id
    item = contribution_queries.suspense_item(centre_id, suspense_id)
    word = (request.GET.get("unit") or request.POST.get("unit") or "")[:60].replace("\x00", "")
    months = _months(item, centre_id, word) if item.state is SuspenseState.OPEN and not item.owed else []
    names = parties.unit_names(centre_id, [u for u in {item.unit_id, *(m.unit_id for m in months)} if u is not None])
    allocate = wrong if isinstance(wrong, AllocateForm) else _allocate_form(months, names, item, None)
    refund = wrong if isinstance(wrong, RefundForm) else RefundForm(
        auto_id="refund-%s", initial={"amount": item.open_fen}
    )  # fmt: skip
    context = {
        "item": item, "unit": names.get(item.unit_id or 0, ""), "stands": stands(item), "word": word,
        "proposals": contribution_queries.proposals(centre_id, [item]).get(suspense_id, ()),
        "search_open": not months,
        "moves": contribution_queries.suspense_moves(centre_id, suspense_id), "months": months,
        "allocate_form": allocate, "refund_form": refund, "done": done_of(request), "wrong": wrong,
        "is_open": item.state is SuspenseState.OPEN and not item.owed and item.open_fen > 0,
        "is_waiting": item.state is SuspenseState.WAITING, "cover_form": _cover_form(item, centre_id, wrong),
        "tag": {SuspenseState.OPEN: "wait", SuspenseState.WAITING: "run"}.get(item.state, "ok"),
    }  # fmt: skip
    return form_page(request, "desk/receipt.html", context, form=wrong, status=status)


def _cover_form(item: SuspenseSeen, centre_id: int, wrong: DesignForm | None) -> CoverForm | None:
    if not item.owed or item.state is not SuspenseState.OPEN:
        return None
    if isinstance(wrong, CoverForm):
        return wrong
    return CoverForm(auto_id="cover-%s", items=_covering(centre_id))


def _covering(centre_id: int) -> list[tuple[str, str]]:
    found = contribution_queries.suspense_items(centre_id, states=(SuspenseState.OPEN,), limit=MOST)
    return [
        (str(one.suspense_id), f"{one.payer_name} {format_fen(one.open_fen)} 元，{one.value_on:%m月%d日}到账")
        for one in found if not one.owed and one.open_fen and not one.refunding_fen
    ]  # fmt: skip


def _act(
    request: HttpRequest, suspense_id: int, form: DesignForm, work: Callable[[], Any], *, done: str
) -> HttpResponse:
    return act_from_page(
        form, work, page=lambda wrong, status: _receipt_page(request, suspense_id, wrong=wrong, status=status),
        then=lambda: go("desk-receipt", suspense_id, done=done),
    )  # fmt: skip


@permission("treasury.settle")
@require_POST
def allocate(request: HttpRequest, suspense_id: int) -> HttpResponse:
    """Pay a month from this item, or let the item wait for what is missing."""
    actor, at = actor_of(request), moment_of(request)
    item = contribution_queries.suspense_item(actor.centre_id, suspense_id)
    months = _months(item, actor.centre_id, request.POST.get("unit", "")[:60].replace("\x00", ""))
    names = parties.unit_names(actor.centre_id, list({month.unit_id for month in months}))
    form = _allocate_form(months, names, item, request.POST)
    waiting = "wait" in request.POST
    how = contributions.wait_for_rest if waiting else contributions.allocate
    return _act(
        request, suspense_id, form, lambda: how(suspense_id, int(form.cleaned_data["remittance"]), actor=actor, at=at),
        done="waiting" if waiting else "allocated",
    )  # fmt: skip


@permission("treasury.settle")
@require_POST
def stop_waiting(request: HttpRequest, suspense_id: int) -> HttpResponse:
    """Open an item again that waits."""
    actor, at = actor_of(request), moment_of(request)
    return _act(
        request, suspense_id, DesignForm(request.POST),
        lambda: contributions.stop_waiting(suspense_id, actor=actor, at=at), done="stopped",
    )  # fmt: skip


@permission("treasury.settle")
@require_POST
def refund(request: HttpRequest, suspense_id: int) -> HttpResponse:
    """Order a payment back to the payer; another treasurer signs it."""
    actor, at = actor_of(request), moment_of(request)
    form = RefundForm(request.POST, auto_id="refund-%s")

    def work() -> None:
        contributions.refund(
            suspense_id, reason=form.cleaned_data["reason"], amount_fen=form.cleaned_data["amount"], actor=actor, at=at
        )

    return _act(request, suspense_id, form, work, done="refund")


@permission("treasury.settle")
@require_POST
def cover(request: HttpRequest, suspense_id: int) -> HttpResponse:
    """Set money in suspense against what a unit owes."""
    actor, at = actor_of(request), moment_of(request)
    form = CoverForm(request.POST, auto_id="cover-%s", items=_covering(actor.centre_id))
    return _act(
        request, suspense_id, form,
        lambda: contributions.cover_owed(suspense_id, int(form.cleaned_data["suspense"]), actor=actor, at=at),
        done="covered",
    )  # fmt: skip


# --------------------------------------------------------------------------------------- the bank's entries


@permission("treasury.view")
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """What the bank told of the centre's accounts, newest first."""
    centre_id = actor_of(request).centre_id
    raw = request.GET.get("state", "")
    chosen = tuple(state for state in NoticeState if raw == str(int(state))) or (ODD if raw == "odd" else ())
    serial = word_of(request, longest=40)
    found = treasury.notices(centre_id, states=chosen or tuple(NoticeState), limit=MOST, serial=serial)
    context = {
        "rows": found, "serial": serial,
        "accounts": {one.bank_account_id: one for one in treasury.bank_accounts(centre_id)},
        "states": tuple(NoticeState), "state": raw, "most": MOST,
        "contradictions": treasury.open_contradictions(centre_id),
    }  # fmt: skip
    return render(request, "desk/notices.html", context)
