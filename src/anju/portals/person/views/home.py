"""The member's home: balance, the next sensible act, last movements, progress, drafts, the curve, safety."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from anju.accounts import queries as accounts
from anju.accounts.types import LineKind, Movement
from anju.audit import queries as audit
from anju.casework import queries as cases
from anju.casework import registry
from anju.identity import queries as identity
from anju.identity.permissions import permission
from anju.identity.types import Role
from anju.kernel.money import format_fen
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.notices import queries as notices
from anju.parties.types import UnitFacts
from anju.portals.common import actor_of, moment_of, principal_of
from anju.portals.person.account import (
    CHART_MONTHS,
    address,
    member_capacity,
    no_account_page,
    own_overview,
    standing_of,
    tail_of,
    unit_of,
)
from anju.portals.person.filing import RENT
from anju.portals.person.lines import curve_of, lines_of, shares_text
from anju.portals.person.offer import rent_offer
from anju.portals.person.progress import track_of
from anju.portals.person.promises import promised
from anju.portals.person.ways import draft_url, is_opening
from anju.treasury import queries as treasury

LAST_MOVEMENTS = 4
LOOKS_WINDOW = timedelta(days=30)


@permission("login.own")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Six queries for a member; somebody without a member's capacity is told what opens this page."""
    principal = principal_of(request)
    if principal.role is not Role.MEMBER:
        return _not_opened(request)
    account = own_overview(request)
    if account is None:
        return no_account_page(request)
    account_id, at, actor = account.account_id, moment_of(request), actor_of(request)
    since = max(Month.of(at.date()) - (CHART_MONTHS - 1), Month.of(account.opened_on))
    lines: tuple[Movement, ...] = ()
    if account.last_seq:
        found = accounts.statement(account_id, from_date=since.first_day, to_date=at.date())
        lines = tuple(reversed(found.movements))
    unit = unit_of(account, on=at.date())
    running = [track_of(case, on=at.date()) for case in cases.cases_of(actor, only_open=True, limit=3)]
    context = {
        "account": account, "now": at, "standing": standing_of(account), "tail": tail_of(account_id),
        "note": note_of(lines, unit=unit, today=at.date()), "held_out": -account.held_fen,
        "frozen_out": -account.frozen_fen,
        "lines": lines_of(account_id, lines[:LAST_MOVEMENTS], today=at.date()),
        "curve": curve_of(lines, balance_fen=account.balance_fen, since=since, today=at.date()),
        "running": running, "can_offer": registry.is_on(RENT, on=at.date()),
    }  # fmt: skip
    return render(request, "person/home.html", context)


def note_of(lines: Sequence[Movement], *, unit: UnitFacts | None, today: date) -> str:
    """Who pays how much a month, out of the last month paid for."""
    last = next((line for line in lines if line.kind is LineKind.REMITTANCE and line.reverses_seq is None), None)
    parts = [unit.name] if unit is not None else []
    if last is not None:
        parts.append(f"每月 {format_fen(last.change_fen)}（{shares_text(last)}）")
        if last.month is not None:
            parts.append(f"缴至 {last.month.zh}")
    return " · ".join(parts)


def _not_opened(request: HttpRequest) -> HttpResponse:
    """A log-in that acts for a unit may switch; one that is not opened yet sees how far its opening has come."""
    principal, at = principal_of(request), moment_of(request)
    held = member_capacity(principal)
    # Who acts for a unit sees the unit's cases among the unit's pages; here stand openings, which are anybody's.
    own = [] if held else [case for case in cases.cases_of(actor_of(request)) if is_opening(case)]
    running = [track_of(case, on=at.date()) for case in own[:3]]
    context = {
        "held": held, "running": running, "open_url": address("open", fallback="/open/"),
        **promised(at.date(), "review_days"),
    }  # fmt: skip
    return render(request, "person/not_opened.html", context)


@permission("me.withdraw")
@require_POST
def offer(request: HttpRequest) -> HttpResponse:
    """The next sensible act, asked of the rules now: a part of two pages, loaded after them.

    It asks agencies, so it is a POST. Without a script its button leads to the first screen of the service.
    """
    if request.headers.get("HX-Request") != "true":
        return redirect("me-rent")
    actor, at = actor_of(request), moment_of(request)
    card = treasury.bound_card(actor.person_id, at=at) if actor.person_id is not None else None
    context: dict[str, Any] = {"card": card, "offer": None, "refusal": None}
    try:
        context["offer"] = rent_offer(actor, at=at)
    except Refusal as refusal:
        context["refusal"] = refusal
    template = "person/part_found.html" if request.POST.get("place") == "rent" else "person/part_offer.html"
    return render(request, template, context)


@permission("me.view")
@require_safe
def side(request: HttpRequest) -> HttpResponse:
    """Drafts and safety: last log-in, who looked, unread messages. A part of the home page, loaded after it."""
    actor, at = actor_of(request), moment_of(request)
    assert actor.login_id is not None and actor.person_id is not None
    log_ins = [line for line in identity.activity(actor.login_id, limit=20) if line.kind == "log_in"]
    context = {
        "drafts": [
            {"draft": one, "url": draft_url(one.service, one.draft_id)} for one in cases.drafts_of(actor, at=at)
        ],
        "last": log_ins[1] if len(log_ins) > 1 else (log_ins[0] if log_ins else None), "is_first": len(log_ins) < 2,
        "looks": audit.looks_at(actor.person_id, since=at - LOOKS_WINDOW),
        "unread": notices.unread_count(login_id=actor.login_id, person_id=actor.person_id),
    }  # fmt: skip
    return render(request, "person/part_side.html", context)
