"""找回密码, and proving again to be the one before what moves money or changes how one is reached."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from anju.design.forms import form_page
from anju.identity import actions
from anju.identity.http import adopt, browser, safe_next
from anju.identity.permissions import permission
from anju.identity.queries import resets
from anju.identity.types import Purpose
from anju.identity.words import PASSWORD_HINT_MEMBER
from anju.kernel.refusal import Refusal
from anju.portals.common import moment_of, principal_of
from anju.portals.public.codes import code_state, resend
from anju.portals.public.forms import CodeForm, NewPasswordForm, ResetForm
from anju.portals.public.views.access import home_of


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
    here, at = browser(request), moment_of(request)
    if not resets(here):
        return redirect("reset")
    form = NewPasswordForm(request.POST or None)
    form.fields["password"].help_text = PASSWORD_HINT_MEMBER
    form.fields["password"].label = "新密码"
    sent = None
    if request.method == "POST" and "resend" in request.POST:
        sent = resend(form, lambda: actions.resend_reset_code(here, at=at))
    elif request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            actions.finish_reset(here, values["code"], values["password"], at=at)
        except Refusal as refusal:
            if refusal.code == "step_lost":
                return redirect("reset")
            form.refuse(refusal)
        else:
            return redirect(reverse("log-in") + "?ended=3")
    context = {"sent": sent, "code_state": code_state(here, Purpose.RESET, at=at)}
    return form_page(request, "public/reset_code.html", context, form=form)


@permission("login.own")
@require_http_methods(["GET", "POST"])
def step_up(request: HttpRequest) -> HttpResponse:
    """Prove again to be the one; asked for before what moves money or changes how one is reached."""
    principal, at = principal_of(request), moment_of(request)
    login_id = principal.login_id
    assert login_id is not None
    form = CodeForm(request.POST or None, initial={"next": request.GET.get("next", "")})
    here = browser(request)
    if request.method == "POST" and ("resend" in request.POST or "send" in request.POST):
        form.fields["code"].required = False
        resend(form, lambda: actions.send_step_up_code(here, login_id, at=at))
    elif request.method == "POST" and form.is_valid():
        try:
            adopt(request, actions.step_up(here, login_id, form.cleaned_data["code"], at=at))
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return HttpResponseRedirect(safe_next(request, home_of(principal.role)))
    context = {"sent": request.method == "POST", "code_state": code_state(here, Purpose.STEP_UP, at=at)}
    return form_page(request, "public/step_up.html", context, form=form)
