"""Opening the online service: register, apply, follow, sign. The signature creates the permission."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.casework import actions as cases
from anju.casework import queries as case_queries
from anju.casework.registry import service as service_of
from anju.casework.subjects import applicant
from anju.casework.texts import agreement as agreement_of
from anju.casework.types import Case, CaseState, Service
from anju.design.forms import form_page
from anju.identity import actions
from anju.identity.http import adopt, browser
from anju.identity.permissions import permission
from anju.identity.queries import pending_registration
from anju.identity.words import PASSWORD_HINT_MEMBER, PASSWORD_HINT_STAFF
from anju.kernel.refusal import Refusal
from anju.portals.common import actor_of, form_key, moment_of, principal_of
from anju.portals.public.forms import NewPasswordForm, RegistrationForm, SignForm
from anju.portals.public.views.access import RESEND_SECONDS, _resend, home_of

KINDS = {"person": "member_opening", "unit": "employer_opening"}


@permission("public")
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Who may open, what to have at hand, how long it takes; and where one stands already."""
    principal = principal_of(request)
    running: tuple[Any, ...] = ()
    if principal.actor is not None:
        running = tuple(
            line for line in case_queries.cases_of(principal.actor) if line.service in KINDS.values()
        )
    return render(request, "public/open.html", {"running": running})


@permission("public")
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest, kind: str) -> HttpResponse:
    """Step 1: who one is and the phone. Whoever has a log-in goes straight to the application."""
    if kind not in KINDS:
        raise Http404
    if not principal_of(request).is_anonymous:
        return redirect("open-apply", kind)
    here = browser(request)
    form = RegistrationForm(request.POST or None, initial=_typed_before(here))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            actions.begin_registration(
                here, name=values["name"], id_kind=values["id_kind"], id_number=values["id_number"],
                phone=values["phone"], at=moment_of(request),
            )  # fmt: skip
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect("open-code", kind)
    return form_page(request, "public/open_register.html", {"kind": kind}, form=form)


def _typed_before(here: Any) -> dict[str, str]:
    kept = pending_registration(here)
    if kept is None:
        return {}
    return {"name": kept.name, "id_kind": kept.id_kind, "id_number": kept.id_number, "phone": kept.phone}


@permission("public")
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest, kind: str) -> HttpResponse:
    """Step 2: the code proves the phone, the password makes the log-in."""
    if kind not in KINDS:
        raise Http404
    here = browser(request)
    kept = pending_registration(here)
    if kept is None:
        return redirect("open-register", kind)
    form = NewPasswordForm(request.POST or None)
    form.fields["password"].help_text = PASSWORD_HINT_STAFF if kind == "unit" else PASSWORD_HINT_MEMBER
    form.fields["code"].required = not kept.phone_proved and "resend" not in request.POST
    if kept.phone_proved:
        del form.fields["code"]
    if request.method == "POST" and "resend" in request.POST:
        _resend(form, lambda: actions.resend_registration_code(here, at=moment_of(request)))
    elif request.method == "POST" and form.is_valid():
        try:
            if not kept.phone_proved:
                actions.prove_registration_phone(here, form.cleaned_data["code"], at=moment_of(request))
            adopt(
                request, actions.finish_registration(here, form.cleaned_data["password"], at=moment_of(request))
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect("open-apply", kind)
    context = {"kind": kind, "phone": kept.phone, "resend": RESEND_SECONDS, "proved": kept.phone_proved}
    return form_page(request, "public/open_code.html", context, form=form)


@permission("opening.apply")
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest, kind: str) -> HttpResponse:
    """Step 3: the application. A running one is shown instead of a second form; what is typed is kept as a draft."""
    if kind not in KINDS:
        raise Http404
    actor, at = actor_of(request), moment_of(request)
    service = service_of(KINDS[kind])
    running = [
        line for line in case_queries.cases_of(actor)
        if line.service == service.code and line.state not in (CaseState.WITHDRAWN, CaseState.REFUSED)
    ]  # fmt: skip
    if running:
        return redirect("open-case", running[0].case_id)
    subject = applicant(actor, service, {}).subject
    draft = next(iter(case_queries.drafts_of(actor, at=at, service=service.code)), None)
    initial = {**service.prefill(subject, at), **(dict(draft.values) if draft else {})}
    form_class: Any = service.form
    form = form_class(
        request.POST if request.method == "POST" else None, initial=initial, subject=subject, today=at.date()
    )
    if request.method == "POST":
        cases.save_draft(
            service.code, _typed(request, form), actor=actor, at=at, draft_id=draft.draft_id if draft else None
        )
        if "save" in request.POST:
            return redirect("open")
        if form.is_valid():
            return _submit(request, service, form, draft.draft_id if draft else None, kind)
    context = {"kind": kind, "service": service, "key": form_key(request), "draft": draft,
               "agreement_title": "网上业务服务协议"}  # fmt: skip
    return form_page(request, "public/open_apply.html", context, form=form)


def _typed(request: HttpRequest, form: Any) -> dict[str, str]:
    return {name: request.POST.get(name, "")[:2000] for name in form.fields}


def _submit(
    request: HttpRequest, service: Service, form: Any, draft_id: int | None, kind: str
) -> HttpResponse:
    try:
        sent = cases.submit(
            service.code, service.answers(form), actor=actor_of(request), key=form_key(request),
            at=moment_of(request), draft_id=draft_id,
        )  # fmt: skip
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.text)
        context = {"kind": kind, "service": service, "key": form_key(request)}
        return form_page(request, "public/open_apply.html", context, form=form)
    target = reverse("open-case", args=[sent.case_id])
    response = HttpResponseRedirect(target)
    if sent.progress_code:
        # Shown once on the next page; the cookie goes with it.
        response.set_cookie(
            f"__Host-code-{sent.case_id}", sent.progress_code, max_age=600, secure=True, httponly=True, samesite="Lax"
        )
    return response


@permission("case.own")
@require_GET
def follow(request: HttpRequest, case_id: int) -> HttpResponse:
    """Where the application stands; when it is approved, the agreement to read and sign."""
    actor = actor_of(request)
    case = case_queries.case_for(actor, case_id)
    if case.service not in KINDS.values():
        raise Http404
    context = _followed(request, case)
    if request.headers.get("HX-Request") == "true":
        return render(request, "public/open_case_part.html", context)
    cookie = f"__Host-code-{case_id}"
    context["progress_code"] = request.COOKIES.get(cookie, "")
    response = render(request, "public/open_case.html", context)
    if context["progress_code"]:
        response.delete_cookie(cookie, path="/", samesite="Lax")
        response.cookies[cookie]["secure"] = True
    return response


def _followed(request: HttpRequest, case: Case) -> dict[str, Any]:
    context: dict[str, Any] = {"case": case, "kind": "unit" if case.service == "employer_opening" else "person"}
    context["moving"] = case.state not in (
        CaseState.CLOSED, CaseState.WITHDRAWN, CaseState.REFUSED, CaseState.CORRECTION
    ) and not case.needs_signature  # fmt: skip
    if case.needs_signature:
        agreement = agreement_of(service_of(case.service))
        context["agreement"] = agreement
        context["form"] = SignForm(initial={"version": agreement.version, "digest": agreement.text_digest})
    return context


@permission("opening.apply")
@require_POST
def sign(request: HttpRequest, case_id: int) -> HttpResponse:
    """Sign the version that was read; the permission exists from this commit on, also for this session."""
    actor = actor_of(request)
    case = case_queries.case_for(actor, case_id)
    form = SignForm(request.POST)
    if form.is_valid():
        try:
            cases.sign(
                case_id, version=form.cleaned_data["version"], text_digest=form.cleaned_data["digest"], actor=actor,
                at=moment_of(request),
            )  # fmt: skip
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            adopt(request, actions.renew_session(browser(request), at=moment_of(request)))
            return redirect(home_of(principal_of(request).role))
    context = {**_followed(request, case), "form": form}
    return form_page(request, "public/open_case.html", context, form=form)


@permission("case.own")
@require_POST
def supplement(request: HttpRequest, case_id: int) -> HttpResponse:
    """Answer a correction of an opening: papers, through the files room."""
    from anju.portals.uploads import papers_of

    actor, at = actor_of(request), moment_of(request)
    case = case_queries.case_for(actor, case_id)
    cases.supplement(case_id, papers=papers_of(request, case, actor=actor, at=at), actor=actor, at=at)
    return redirect("open-case", case_id)


@permission("case.own")
@require_POST
def take_back(request: HttpRequest, case_id: int) -> HttpResponse:
    """Withdraw the application; a draft of it stays."""
    cases.withdraw(case_id, actor=actor_of(request), at=moment_of(request))
    return redirect("open")
