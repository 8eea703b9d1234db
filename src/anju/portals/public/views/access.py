"""Log-in, log-out, change of capacity, forgotten password, proving again, and the keeping of a live session."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.design.forms import form_page
from anju.identity import actions
from anju.identity.actions.pending import read_pending
from anju.identity.http import adopt, browser, forget, safe_next
from anju.identity.limits import LIMITS
from anju.identity.permissions import permission
from anju.identity.principal import Principal
from anju.identity.types import STAFF_ROLES, UNIT_ROLES, Role
from anju.identity.words import CAPS_HINT, PASSWORD_HINT_MEMBER
from anju.kernel.refusal import Refusal
from anju.parties.queries import unit_names
from anju.portals.common import moment_of, principal_of
from anju.portals.public.forms import CodeForm, LogInForm, NewPasswordForm, ResetForm

RESEND_SECONDS = int(LIMITS.phone_pause.total_seconds())


def home_of(role: Role | None) -> str:
    """The start page of a capacity."""
    if role in STAFF_ROLES:
        return reverse("desk-home")
    if role in UNIT_ROLES:
        return reverse("unit-home")
    return reverse("me-home") if role is Role.MEMBER else reverse("open")


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
    from urllib.parse import urlencode

    return redirect(reverse(name) + (f"?{urlencode({'next': wanted})}" if wanted else ""))


@permission("public")
@require_http_methods(["GET", "POST"])
def log_in_code(request: HttpRequest) -> HttpResponse:
    """Step 2: the greeting the person chose, and the code sent to their phone."""
    here = browser(request)
    form = CodeForm(request.POST or None, initial={"next": request.GET.get("next", "")})
    form.fields["code"].required = "resend" not in request.POST
    sent = None
    if request.method == "POST" and "resend" in request.POST:
        sent = _resend(form, lambda: actions.resend_log_in_code(here, at=moment_of(request)))
    elif request.method == "POST" and form.is_valid():
        try:
            adopt(request, actions.finish_log_in(here, form.cleaned_data["code"], at=moment_of(request)))
        except Refusal as refusal:
            if refusal.code == "step_lost":
                return redirect("log-in")
            form.refuse(refusal)
        else:
            return HttpResponseRedirect(safe_next(request, landing_of(principal_of(request))))
    elif read_pending(here.session_id, "log_in") is None:
        return redirect("log-in")
    context = {"greeting": _greeting(here.session_id), "resend": RESEND_SECONDS, "sent": sent}
    return form_page(request, "public/log_in_code.html", context, form=form)


def _greeting(session_id: int) -> str:
    from anju.identity.queries import login

    kept = read_pending(session_id, "log_in")
    found = login(kept["login_id"]) if kept else None
    return found.greeting if found else ""


def _resend(form: CodeForm | NewPasswordForm, send: object) -> bool:
    """Send another code; a limit is shown beside the code."""
    try:
        send()  # type: ignore[operator]
    except Refusal as refusal:
        form.is_valid()
        form.errors.clear()
        form.add_error("code", refusal.text)
        return False
    form.is_bound = False
    return True


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
    try:
        mandate_id = int(request.POST.get("mandate", "")[:18] or "0")
    except ValueError:
        mandate_id = 0
    adopt(request, actions.switch_capacity(browser(request), mandate_id, at=moment_of(request)))
    return redirect(home_of(principal_of(request).role))


@permission("public")
@require_http_methods(["GET", "POST"])
def reset(request: HttpRequest) -> HttpResponse:
    """找回密码, step 1: phone and document."""
    form = ResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            actions.begin_reset(
                browser(request), phone=values["phone"], id_number=values["id_number"], at=moment_of(request)
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect("reset-code")
    return form_page(request, "public/reset.html", form=form)


@permission("public")
@require_http_methods(["GET", "POST"])
def reset_code(request: HttpRequest) -> HttpResponse:
    """找回密码, step 2: the code and a new password."""
    here = browser(request)
    form = NewPasswordForm(request.POST or None)
    form.fields["password"].help_text = PASSWORD_HINT_MEMBER
    form.fields["password"].label = "新密码"
    if request.method == "POST" and "resend" in request.POST:
        _resend(form, lambda: actions.resend_reset_code(here, at=moment_of(request)))
    elif request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            actions.finish_reset(here, values["code"], values["password"], at=moment_of(request))
        except Refusal as refusal:
            if refusal.code == "step_lost":
                return redirect("reset")
            form.refuse(refusal)
        else:
            return redirect(reverse("log-in") + "?ended=3")
    elif read_pending(here.session_id, "reset") is None:
        return redirect("reset")
    return form_page(request, "public/reset_code.html", {"resend": RESEND_SECONDS}, form=form)


@permission("login.own")
@require_http_methods(["GET", "POST"])
def step_up(request: HttpRequest) -> HttpResponse:
    """Prove again to be the one; asked for before what moves money or changes how one is reached."""
    principal = principal_of(request)
    assert principal.login_id is not None
    form = CodeForm(request.POST or None, initial={"next": request.GET.get("next", "")})
    here = browser(request)
    if request.method == "POST" and ("resend" in request.POST or "send" in request.POST):
        form.fields["code"].required = False
        _resend(form, lambda: actions.send_step_up_code(here, principal.login_id or 0, at=moment_of(request)))
        context = {"sent": True, "resend": RESEND_SECONDS}
        return form_page(request, "public/step_up.html", context, form=form)
    if request.method == "POST" and form.is_valid():
        try:
            adopt(request, actions.step_up(here, principal.login_id, form.cleaned_data["code"], at=moment_of(request)))
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return HttpResponseRedirect(safe_next(request, home_of(principal.role)))
    sent = request.method == "POST"
    return form_page(request, "public/step_up.html", {"sent": sent, "resend": RESEND_SECONDS}, form=form)


@permission("public")
@require_GET
def session_keep(request: HttpRequest) -> HttpResponse:
    """204 to a live session (whose idle clock this sets forward), 401 to none."""
    return HttpResponse(status=401 if principal_of(request).is_anonymous else 204)
