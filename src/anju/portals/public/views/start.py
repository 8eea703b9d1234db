"""The start page, the list of services, progress without log-in, and health."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from anju.casework import queries as case_queries
from anju.casework import registry
from anju.casework.types import Audience, Service
from anju.design.forms import form_page
from anju.identity.permissions import permission
from anju.kernel.refusal import Refusal
from anju.portals.common import moment_of, principal_of
from anju.portals.person.progress import TAG_STATE
from anju.portals.person.ways import service_url
from anju.portals.public.forms import ProgressForm
from anju.portals.public.views.access import home_of
from anju.portals.public.views.opening import doors
from anju.support.building import building

ICONS = {
    "rent_withdrawal": "house-plug", "deposit_certificate": "award", "bank_card": "wallet",
    "member_opening": "user", "employer_opening": "building-2", "member_change": "users",
    "employer_remittance": "calendar",
}  # fmt: skip
ADDRESSES = {
    "rent_withdrawal": "me-rent", "deposit_certificate": "me-certificate", "bank_card": "me-card",
    "member_opening": "open", "employer_opening": "open", "member_change": "unit-people",
    "employer_remittance": "unit-home",
}  # fmt: skip
MOST_WANTED = ("rent_withdrawal", "deposit_certificate", "employer_remittance", "member_change", "bank_card")


def address_of(service: Service) -> str:
    """Where a service begins. One without a page of its own has the plain pages of its portal, or its guide."""
    if service.code in ADDRESSES:
        return reverse(ADDRESSES[service.code])
    if service.audience is Audience.MEMBER:
        return service_url(service.code)
    return reverse("help-service", args=[service.code])


def _cards(request: HttpRequest) -> list[dict[str, object]]:
    """What the city has on today, each with its picture and where it begins."""
    return [
        {
            "service": found, "icon": ICONS.get(found.code, "file-text"),
            "href": address_of(found), "for_unit": found.audience is Audience.UNIT,
        }
        for found in registry.services_on_offer(on=moment_of(request).date())
    ]  # fmt: skip


@permission("public")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The start page: doors for people and units, what is wanted most, how far the demo city is built."""
    principal = principal_of(request)
    cards = {card["service"].code: card for card in _cards(request)}  # type: ignore[attr-defined]
    context = {
        "wanted": [cards[code] for code in MOST_WANTED if code in cards],
        "building": building() if settings.ANJU_DEMO else None,
        "my_home": home_of(principal.role) if principal.actor else "", "doors": doors(request),
    }
    return render(request, "public/home.html", context)


@permission("public")
@require_GET
def building_part(request: HttpRequest) -> HttpResponse:
    """The progress of the demo city, for the start page to poll."""
    return render(request, "public/building.html", {"building": building() if settings.ANJU_DEMO else None})


@permission("public")
@require_GET
def services(request: HttpRequest) -> HttpResponse:
    """Everything on offer; a search word narrows it."""
    word = "".join(char for char in request.GET.get("q", "").strip()[:40] if char.isprintable())
    found = [
        card for card in _cards(request)
        if not word or word in card["service"].title or word in card["service"].gives  # type: ignore[attr-defined]
    ]  # fmt: skip
    return render(request, "public/services.html", {"cards": found, "word": word})


@permission("public")
@require_http_methods(["GET", "POST"])
def progress(request: HttpRequest) -> HttpResponse:
    """Progress by case number and code, without log-in: no name, no amount."""
    form = ProgressForm(request.POST or None)
    found = None
    if request.method == "POST" and form.is_valid():
        try:
            found = case_queries.progress(
                form.cleaned_data["number"], form.cleaned_data["code"], centre_id=settings.ANJU_CENTRE_ID
            )
        except Refusal as refusal:
            form.refuse(refusal)
    context = {"found": found, "tag": TAG_STATE.get(found.state, "") if found else ""}
    return form_page(request, "public/progress.html", context, form=form)


@permission("public")
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Whether pages are answered and the database answers too."""
    from anju.database.sql import row

    row("SELECT 1 AS one")
    answer: dict[str, object] = {"status": "ok"}
    if settings.ANJU_DEMO:
        answer["demo"] = building()
    return JsonResponse(answer)
