"""«登录后看不到账户»: which case it is, and what mends it (S45).

Told only to whoever is logged in, and of a person only to whoever has proved to be that person: a log-in that is
not opened yet learns how far its own application has come, and nothing of any account.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from anju import policy
from anju.accounts.queries import account_of_person
from anju.casework.queries import cases_of
from anju.casework.types import CaseLine
from anju.exchange.actions import ask
from anju.exchange.types import Kind
from anju.identity.permissions import permission
from anju.identity.principal import Principal
from anju.identity.queries import login
from anju.identity.types import MandateFacts, Role
from anju.portals.common import moment_of, principal_of
from anju.portals.public.views.access import personal
from anju.portals.public.views.opening import KINDS


class Why(StrEnum):
    """Why no account is shown."""

    NOT_OPENED = "not_opened"
    APPLIED = "applied"
    OTHER_CAPACITY = "other_capacity"
    NO_ACCOUNT = "no_account"
    SEALED_ELSEWHERE = "sealed_elsewhere"
    ELSEWHERE = "elsewhere"
    NOWHERE = "nowhere"
    NOT_TOLD = "not_told"
    FOUND = "found"


@dataclass(frozen=True)
class Missing:
    """Which case it is, with what its words need."""

    why: Why
    running: CaseLine | None = None
    held: MandateFacts | None = None
    centre: str = ""


@permission("login.own")
@require_http_methods(["GET", "HEAD", "POST"])
def missing(request: HttpRequest) -> HttpResponse:
    """The page; a POST asks the other centres, because asking leaves a trace."""
    found = _why(request)
    if request.method == "POST" and found.why is Why.NO_ACCOUNT:
        found = _elsewhere(request)
    on, book = moment_of(request).date(), policy.book(settings.ANJU_CITY)
    days = book.integer("member.hiring_days", on) if book.has("member.hiring_days", on) else None
    return render(request, "public/missing.html", {"found": found, "why": found.why.value, "hiring_days": days})


def _why(request: HttpRequest) -> Missing:
    """From the centre's own books: the log-in, its capacities, its applications, the person's account."""
    principal = principal_of(request)
    held = next((one for one in principal.mandates if one.role is Role.MEMBER), None)
    if held is None or principal.person_id is None:
        lines = [line for line in cases_of(personal(request), limit=10) if line.service == KINDS["person"]]
        return Missing(Why.APPLIED, lines[0]) if lines else Missing(Why.NOT_OPENED)
    if account_of_person(principal.person_id) is None:
        return Missing(Why.NO_ACCOUNT, held=held)
    return Missing(Why.FOUND if _acts_as_member(principal) else Why.OTHER_CAPACITY, held=held)


def _acts_as_member(principal: Principal) -> bool:
    return principal.role is Role.MEMBER


def _elsewhere(request: HttpRequest) -> Missing:
    """Ask the other centres about the caller himself; his number is his own since he signed."""
    principal = principal_of(request)
    mine = login(principal.login_id) if principal.login_id is not None else None
    assert mine is not None
    answer = ask(
        Kind.ELSEWHERE, {"id_number": mine.id_number}, centre_id=principal.centre_id, at=moment_of(request)
    )
    if not answer.known:
        return Missing(Why.NOT_TOLD)
    if not answer.facts["exists"]:
        return Missing(Why.NOWHERE)
    why = Why.SEALED_ELSEWHERE if answer.facts["state"] == "sealed" else Why.ELSEWHERE
    return Missing(why, centre=str(answer.facts.get("centre") or "其他城市的公积金中心"))
