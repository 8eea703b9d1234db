"""What a member can do, and screen 1 of each service: what is typed, kept and looked at by the rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from anju.casework import actions as casework
from anju.casework import registry
from anju.casework.types import Audience, Draft, Service
from anju.design.forms import form_page
from anju.identity.permissions import permission
from anju.kernel.refusal import Refusal
from anju.portals.common import actor_of, moment_of
from anju.portals.person import filing
from anju.portals.person import offer as offers
from anju.portals.person.account import address
from anju.portals.person.codes import send_for
from anju.portals.person.filing import CERTIFICATE
from anju.portals.person.promises import promised
from anju.portals.person.ways import CARD_FACE, ICONS, ORDER, OWN_FACES, RENT_FACE, Face, face_of, service_url
from anju.treasury import queries as treasury


@permission("me.view")
@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """Everything a member can do here, each with what it gives; and what only the employer or a counter can."""
    found = registry.services_on_offer(Audience.MEMBER, on=moment_of(request).date())
    offered = [
        {"service": service, "url": service_url(service.code), "icon": ICONS.get(service.code, "file-text"),
         "help": address("help-service", service.code)}
        for service in sorted(found, key=lambda service: ORDER.get(service.code, 9))
    ]  # fmt: skip
    return render(request, "person/services.html", {"offered": offered})


# ------------------------------------------------------------------------------------------------ screen 1


@permission("me.withdraw")
@require_http_methods(["GET", "HEAD", "POST"])
def rent(request: HttpRequest) -> HttpResponse:
    """The offer with the facts found, and the one field."""
    actor, at = actor_of(request), moment_of(request)
    known = {offers.FIELD: offers.last_rent(actor)} if request.method != "POST" else {}
    return _start(request, RENT_FACE, known=known, **promised(at.date(), "decision_days"))


@permission("me.apply")
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, code: str) -> HttpResponse:
    """Any other service of members, drawn from its own form."""
    if code in OWN_FACES or code == CERTIFICATE:
        return redirect(service_url(code))
    return _start(request, face_of(code))


@permission("me.card")
@require_http_methods(["GET", "HEAD", "POST"])
def card(request: HttpRequest) -> HttpResponse:
    """The card that receives payments, and a field for another one."""
    person_id = actor_of(request).person_id
    bound = treasury.bound_card(person_id, at=moment_of(request)) if person_id else None
    waits: dict[str, Any] = dict(promised(moment_of(request).date(), "wait_hours"))
    return _start(request, CARD_FACE, bound=bound, **waits)


def _start(
    request: HttpRequest, face: Face, *, known: dict[str, Any] | None = None, **shown: Any
) -> HttpResponse:
    actor, at = actor_of(request), moment_of(request)
    service = filing.member_service(face.code, on=at.date())
    draft = _draft_asked(request, service)
    if request.method == "POST":
        form = filing.service_form(service, actor, at=at, data=request.POST, files=request.FILES or None)
        if form.is_valid():
            try:
                return redirect(face.confirm_url(_look_and_keep(request, service, form, draft)))
            except Refusal as refusal:
                filing.put_refusal(form, refusal)
    else:
        initial = filing.plain_values(draft) if draft else filing.prefilled(service, actor, at=at) | (known or {})
        form = filing.service_form(service, actor, at=at, initial=initial)
    context = {"service": service, "draft": draft, **shown}
    return form_page(request, face.template, context, form=form)


def _draft_asked(request: HttpRequest, service: Service) -> Draft | None:
    """The draft the address names, if it is the caller's and of this service."""
    text = request.GET.get("draft", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise Http404
    return filing.own_draft(actor_of(request), int(text[:19]), service, at=moment_of(request))


def _look_and_keep(request: HttpRequest, service: Service, form: forms.Form, draft: Draft | None) -> int:
    """Ask the rules about the answers, keep both, and send the code that fits just this."""
    actor, at = actor_of(request), moment_of(request)
    values = filing.typed_values(form)
    seen = casework.preview(service.code, service.answers(form), actor=actor, at=at)
    own: dict[str, Any] = {"seen": filing.seen_to_json(seen)}
    draft_id = filing.keep(service, values, actor=actor, at=at, draft_id=draft.draft_id if draft else None, **own)
    kept = filing.own_draft(actor, draft_id, service, at=at)
    found = filing.seen_of(kept)
    assert found is not None
    if service.step_up and not found.refused:
        own["sent"] = send_for(request, service, kept, found)
        filing.keep(service, values, actor=actor, at=at, draft_id=draft_id, **own)
    return draft_id
