"""Log-in, log-out, change of capacity, and the keeping of a live session."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.casework.queries import signed_before
from anju.design.forms import form_page
from anju.identity import actions
from anju.identity.http import adopt, browser, forget, safe_next
from anju.identity.permissions import permission
from anju.identity.principal import Principal
from anju.identity.queries import log_in_greeting
from anju.identity.types import STAFF_ROLES, UNIT_ROLES, Purpose, Role
from anju.identity.words import CAPS_HINT
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal
from anju.parties.queries import unit_names
from anju.portals.common import actor_of, moment_of, principal_of
from anju.portals.public.codes import code_state, resend
from anju.portals.public.forms import CodeForm, LogInForm


def home_of(role: Role | None) -> str:
    """The start page of a capacity."""
    if role in STAFF_ROLES:
        return reverse("desk-home")
    if role in UNIT_ROLES:
        return reverse("unit-home")
    return reverse("me-home") if role is Role.MEMBER else reverse("open")


def personal(request: HttpRequest) -> Actor:
    """The caller as the person he is: openings are filed, followed and signed by a person, never by a unit."""
    return replace(actor_of(request), unit_id=None)


@permission("public")
@require_http_methods(["GET", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Step 1: name and password. Whoever is logged in already goes on."""
    principal = principal_of(request)
    if request.method == "GET" and not principal.is_anonymous:
        return HttpResponseRedirect(safe_next(request, home_of(principal.role)))
    form = LogInForm(request.POST or None, initial={"next": request.GET.get("next", "")})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            actions.begin_log_in(
                browser(request), name=values["name"], password=values["password"], at=moment_of(request)
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _with_next("log-in-code", values["next"])
    context = {"ended": request.GET.get("ended"), "caps_hint": CAPS_HINT}
    return form_page(request, "public/log_in.html", context, form=form)


def _with_next(name: str, wanted: str) -> HttpResponse:
    return redirect(reverse(name) + (f"?{urlencode({'next': wanted})}" if wanted else ""))


@permission("public")
@require_http_methods(["GET", "POST"])
def log_in_code(request: HttpRequest) -> HttpResponse:
    """Step 2: the greeting the person chose, and the code sent to their phone."""
    here, at = browser(request), moment_of(request)
    greeting = log_in_greeting(here)
    if greeting is None:
        return redirect("log-in")
    form = CodeForm(request.POST or None, initial={"next": request.GET.get("next", "")})
    form.fields["code"].required = "resend" not in request.POST
    sent = None
    if request.method == "POST" and "resend" in request.POST:
        sent = resend(form, lambda: actions.resend_log_in_code(here, at=at))
    elif request.method == "POST" and form.is_valid():
        try:
            adopt(request, actions.finish_log_in(here, form.cleaned_data["code"], at=at))
        except Refusal as refusal:
            if refusal.code == "step_lost":
                return redirect("log-in")
            form.refuse(refusal)
        else:
            return _land(request)
    context = {"greeting": greeting, "sent": sent, "code_state": code_state(here, Purpose.LOG_IN, at=at)}
    return form_page(request, "public/log_in_code.html", context, form=form)


def _land(request: HttpRequest) -> HttpResponse:
    """Where a log-in ends: first at an agreement that has a newer version, else where the person wanted to go."""
    principal = principal_of(request)
    due = signed_before(personal(request)) if principal.mandates else None
    if due is not None:
        return redirect("open-case", due)
    return HttpResponseRedirect(safe_next(request, landing_of(principal)))


@permission("public")
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End this session and say so."""
    principal = principal_of(request)
    if principal.browser is not None:
        actions.log_out(principal.browser, at=moment_of(request))
    forget(request)
    return redirect(reverse("log-in") + "?ended=2")


def landing_of(principal: Principal) -> str:
    """Where a log-in lands: its one capacity's start page, or the choice between several."""
    return reverse("switch") if len(principal.mandates) > 1 else home_of(principal.role)


@permission("login.own")
@require_http_methods(["GET", "POST"])
def switch(request: HttpRequest) -> HttpResponse:
    """Choose in which capacity to act: the member, or one of the units, or the desk."""
    if request.method == "GET":
        principal = principal_of(request)
        units = unit_names(principal.centre_id, [held.unit_id for held in principal.mandates if held.unit_id])
        held = [(one, units.get(one.unit_id or 0, "")) for one in principal.mandates]
        return render(request, "public/switch.html", {"held": held, "now": principal.capacity})
    text = request.POST.get("mandate", "")
    mandate_id = int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0
    adopt(request, actions.switch_capacity(browser(request), mandate_id, at=moment_of(request)))
    return redirect(home_of(principal_of(request).role))


@permission("public")
@require_GET
def session_keep(request: HttpRequest) -> HttpResponse:
    """204 to a live session (whose idle clock this sets forward), 401 to none."""
    return HttpResponse(status=401 if principal_of(request).is_anonymous else 204)
