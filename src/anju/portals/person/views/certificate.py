"""The contribution certificate (缴存证明) in two screens and one choice, and its PDF."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from anju.casework import actions as casework
from anju.casework import queries as cases
from anju.casework.types import Service
from anju.certificates import queries as certificates
from anju.design.forms import form_page
from anju.identity import actions as identity
from anju.identity.http import adopt, browser
from anju.identity.permissions import permission
from anju.kernel.identifiers import mask_phone
from anju.kernel.refusal import Refusal
from anju.portals.common import actor_of, form_key, moment_of, principal_of
from anju.portals.person import filing
from anju.portals.person.account import to_step_up
from anju.portals.person.codes import RESEND_SECONDS
from anju.portals.person.filing import CERTIFICATE
from anju.portals.person.forms import ConfirmForm
from anju.portals.person.sheets import as_download

LARGEST = 2**63 - 1


@permission("me.certificate")
@require_http_methods(["GET", "HEAD", "POST"])
def certificate(request: HttpRequest) -> HttpResponse:
    """Screen 1: what it is for; and, unless the person proved it minutes ago, the code."""
    actor, at = actor_of(request), moment_of(request)
    service = filing.member_service(CERTIFICATE, on=at.date())
    principal = principal_of(request)
    needs_code = service.step_up and not principal.stepped_up
    posted = request.POST if request.method == "POST" else None
    initial = filing.prefilled(service, actor, at=at)
    form = filing.service_form(service, actor, at=at, data=posted, initial=initial)
    wants_code = posted is not None and "resend" in posted
    confirm = ConfirmForm(None if wants_code else posted, needs_code=needs_code, initial={"key": form_key(request)})
    problem = ""
    if wants_code:
        problem = _send(request, form)
    elif posted is not None and form.is_valid() & confirm.is_valid():
        try:
            if needs_code:
                code = confirm.cleaned_data["code"]
                adopt(request, identity.step_up(browser(request), principal.login_id or 0, code, at=at))
            return _issue(request, service, form, confirm.cleaned_data["key"])
        except Refusal as refusal:
            filing.put_refusal(confirm if refusal.field in confirm.fields else form, refusal)
    context = {
        "service": service, "confirm": confirm, "resend": RESEND_SECONDS if wants_code and not problem else 0,
        "sent_to": mask_phone(principal.phone) if wants_code and not problem else "", "problem": problem,
        "needs_code": needs_code,
        "code_hint": f"证明上有余额，要用手机 {mask_phone(principal.phone)} 确认是您本人",
        "issued": certificates.certificates_of(actor.person_id or 0, centre_id=actor.centre_id, limit=5),
    }  # fmt: skip
    wrong = confirm if confirm.is_bound and confirm.errors else form
    status = 200 if wants_code else None
    return form_page(request, "person/certificate.html", {**context, "choice": form}, form=wrong, status=status)


def _send(request: HttpRequest, form: forms.Form) -> str:
    """Send the code; the choice made stays as it is. What stands in the way, or nothing."""
    form.is_valid()
    try:
        identity.send_step_up_code(
            browser(request), principal_of(request).login_id or 0, at=moment_of(request)
        )
    except Refusal as refusal:
        return refusal.text
    return ""


def _issue(request: HttpRequest, service: Service, form: forms.Form, key: str) -> HttpResponse:
    made = casework.submit(
        service.code, service.answers(form), actor=actor_of(request), key=key, at=moment_of(request)
    )
    found = cases.case_for(actor_of(request), made.case_id)
    number = found.result.get("certificate_id")
    return redirect("me-certificate-done", number) if number else redirect("me-case", made.case_id)


def _own(request: HttpRequest, certificate_id: int) -> Any:
    actor = actor_of(request)
    found = None
    if actor.person_id is not None and 0 < certificate_id <= LARGEST:
        found = certificates.certificate_of(actor.person_id, certificate_id, centre_id=actor.centre_id)
    if found is None:
        raise Http404("没有找到这张证明。")
    return found


@permission("me.certificate")
@require_safe
def certificate_done(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Screen 2: the paper is ready; download, and how others check it."""
    context = {"certificate": _own(request, certificate_id), "now": moment_of(request)}
    return render(request, "person/certificate_done.html", context)


@permission("me.certificate")
@require_safe
def certificate_pdf(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """The file, the same bytes every time. A balance stands on it, so it is handed out on a fresh proof only."""
    actor = actor_of(request)
    _own(request, certificate_id)
    if not principal_of(request).stepped_up:
        return to_step_up(reverse("me-certificate-done", args=[certificate_id]))
    paper = certificates.paper_of(actor.person_id or 0, certificate_id, centre_id=actor.centre_id)
    if paper is None:
        raise Http404("没有找到这张证明。")
    return as_download(paper.content, paper.file_name, "application/pdf")
