"""我的: phone, password, greeting, card, where one is logged in; and the change of each."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anju.design.forms import form_page
from anju.identity import actions as identity
from anju.identity import queries as identity_queries
from anju.identity.http import adopt, browser, safe_next
from anju.identity.limits import LIMITS
from anju.identity.permissions import permission
from anju.identity.types import Purpose
from anju.identity.words import PASSWORD_HINT_MEMBER, PASSWORD_HINT_STAFF
from anju.kernel.identifiers import mask_phone
from anju.kernel.refusal import Refusal
from anju.portals.common import moment_of, principal_of
from anju.portals.person.forms import GreetingForm, NewPhoneForm, PasswordForm, PhoneCodesForm
from anju.treasury import queries as treasury

RESEND_SECONDS = int(LIMITS.phone_pause.total_seconds())
DONE = {"phone": "手机号已更换，新旧号码都收到了通知。", "password": "密码已修改，其他地方的登录已退出。",
        "greeting": "预留信息已保存。", "card": "收款卡已提交。"}  # fmt: skip


@permission("login.own")
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """Everything about one's own log-in on one page; the greeting is changed right here."""
    principal, at = principal_of(request), moment_of(request)
    assert principal.login_id is not None
    form = GreetingForm(request.POST or None, initial={"greeting": principal.greeting})
    if request.method == "POST" and form.is_valid():
        try:
            identity.set_greeting(
                principal.login_id, form.cleaned_data["greeting"], at=at, browser=browser(request)
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect(f"{reverse('me-settings')}?done=greeting")
    person_id = principal.person_id
    context = {
        "phone_mask": mask_phone(principal.phone), "done": DONE.get(request.GET.get("done", "")),
        "card": treasury.bound_card(person_id, at=at) if person_id is not None and principal.can("me.card") else None,
        "sessions": identity_queries.sessions(principal.login_id, at=at), "here": browser(request).session_id,
        "can_card": principal.can("me.card"), "password_due": principal.password_due,
        "others": [held for held in principal.mandates if held != principal.capacity],
    }  # fmt: skip
    return form_page(request, "person/settings.html", context, form=form)


@permission("login.own")
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """Screen 1: the new number. Screen 2: a code from each of the two."""
    if request.GET.get("step") == "codes":
        return _phone_codes(request)
    principal = principal_of(request)
    form = NewPhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            identity.begin_phone_change(
                browser(request), principal.login_id or 0, form.cleaned_data["new_phone"], at=moment_of(request)
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect(f"{reverse('me-phone')}?step=codes")
    return form_page(request, "person/phone.html", {"phone_mask": mask_phone(principal.phone)}, form=form)


def _phone_codes(request: HttpRequest) -> HttpResponse:
    principal, at = principal_of(request), moment_of(request)
    resend = request.POST.get("resend", "")
    form = PhoneCodesForm(request.POST if request.method == "POST" and not resend else None)
    context = {"phone_mask": mask_phone(principal.phone), "resend": RESEND_SECONDS, "problem": ""}
    if resend in (Purpose.PHONE_OLD.value, Purpose.PHONE_NEW.value):
        context["problem"] = _resend_phone(request, Purpose(resend))
    elif request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            opened = identity.finish_phone_change(
                browser(request), principal.login_id or 0, old_code=values["old_code"], new_code=values["new_code"],
                at=at,
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.code in ("step_lost", "phone_of_another"):
                return _phone_again(request, refusal)
            form.refuse(refusal)
        else:
            adopt(request, opened)
            return redirect(f"{reverse('me-settings')}?done=phone")
    return form_page(request, "person/phone_codes.html", context, form=form)


def _phone_again(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Back to the first screen with the reason on top."""
    form = NewPhoneForm({"new_phone": ""})
    form.is_valid()
    form.errors.clear()
    form.add_error(None, refusal.text)
    context = {"phone_mask": mask_phone(principal_of(request).phone)}
    return form_page(request, "person/phone.html", context, form=form)


def _resend_phone(request: HttpRequest, which: Purpose) -> str:
    try:
        identity.resend_phone_codes(
            browser(request), principal_of(request).login_id or 0, which=which, at=moment_of(request)
        )
    except Refusal as refusal:
        return refusal.text
    return ""


@permission("login.password")
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """The old one and a new one; other sessions end. Whoever had to come here goes on to where they wanted."""
    principal = principal_of(request)
    form = PasswordForm(request.POST or None)
    long = principal.is_staff or any(held.unit_id is not None for held in principal.mandates)
    form.fields["new"].help_text = PASSWORD_HINT_STAFF if long else PASSWORD_HINT_MEMBER
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            opened = identity.change_password(
                browser(request), principal.login_id or 0, old=values["old"], new=values["new"], at=moment_of(request)
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            adopt(request, opened)
            return redirect(safe_next(request, f"{reverse('me-settings')}?done=password"))
    return form_page(request, "person/password.html", {"must": principal.must_renew_password}, form=form)


@permission("login.own")
@require_POST
def password_later(request: HttpRequest) -> HttpResponse:
    """«以后再说»: no word of the old password for a while."""
    identity.postpone_password(principal_of(request).login_id or 0, at=moment_of(request))
    return redirect("me-home")


@permission("login.own")
@require_safe
def looks_hint(request: HttpRequest) -> HttpResponse:
    """Who looked at one's data is told on the activity page."""
    return redirect("me-activity")
