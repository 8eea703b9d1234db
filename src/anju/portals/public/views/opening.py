"""Opening the online service: who one is, the phone, the application. What follows is in `following.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from anju import policy
from anju.casework import actions as cases
from anju.casework import queries as case_queries
from anju.casework import registry
from anju.casework.types import Begun, Case, CaseLine
from anju.design.forms import form_page
from anju.identity import actions
from anju.identity.http import adopt, browser
from anju.identity.permissions import permission
from anju.identity.queries import pending_registration
from anju.identity.types import Browser, PendingRegistration, Purpose
from anju.identity.words import PASSWORD_HINT_MEMBER, PASSWORD_HINT_STAFF
from anju.kernel.refusal import Refusal
from anju.portals.common import form_key, moment_of, principal_of
from anju.portals.person.filing import put_refusal, service_form
from anju.portals.public.codes import code_state, resend
from anju.portals.public.forms import NewPasswordForm, PhoneForm, RegistrationForm
from anju.portals.public.views.access import personal

KINDS = {"person": "member_opening", "unit": "employer_opening"}


@dataclass(frozen=True)
class Door:
    """One kind of applicant: whether it is on here, and within how many working days it is answered."""

    kind: str
    days: int | None


def doors(request: HttpRequest) -> dict[str, Door]:
    """The kinds of applicants the city lets open the online service today."""
    on = moment_of(request).date()
    book = policy.book(settings.ANJU_CITY)
    found = {}
    for kind, code in KINDS.items():
        if registry.is_on(code, on=on):
            limit = registry.service(code).promised_limit
            found[kind] = Door(kind, book.integer(limit, on) if book.has(limit, on) else None)
    return found


@permission("public")
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Who may open, what to have at hand, how long it takes; and for a log-in, where it stands and what to do now."""
    context: dict[str, Any] = {"doors": doors(request), "running": ()}
    if not principal_of(request).is_anonymous:
        mine = tuple(line for line in case_queries.cases_of(personal(request)) if line.service in KINDS.values())
        context |= {"running": mine, "newest": _newest(request, mine)}
    return render(request, "public/open.html", context)


def _newest(request: HttpRequest, mine: tuple[CaseLine, ...]) -> Case | None:
    """The newest application whole, while there is still something to say about it."""
    return case_queries.case_for(personal(request), mine[0].case_id) if mine else None


def _service_code(request: HttpRequest, kind: str) -> str:
    """The opening of this kind, if the city has it on."""
    code = KINDS.get(kind)
    if code is None or not registry.is_on(code, on=moment_of(request).date()):
        raise Http404
    return code


@permission("public")
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest, kind: str) -> HttpResponse:
    """Step 1: who one is and the phone. Whoever has a log-in goes straight to the application."""
    _service_code(request, kind)
    if not principal_of(request).is_anonymous:
        return redirect("open-apply", kind)
    here = browser(request)
    before = pending_registration(here)
    form = RegistrationForm(request.POST or None, initial=_typed_before(before))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            actions.begin_registration(
                here, name=values["name"], id_kind=values["id_kind"], id_number=values["id_number"],
                phone=values["phone"], at=moment_of(request),
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.code == "code_too_soon" and _same_code_serves(here, before):
                return redirect("open-code", kind)
            form.refuse(refusal)
        else:
            return redirect("open-code", kind)
    return form_page(request, "public/open_register.html", {"kind": kind}, form=form)


def _typed_before(kept: PendingRegistration | None) -> dict[str, str]:
    if kept is None:
        return {}
    return {"name": kept.name, "id_kind": kept.id_kind, "id_number": kept.id_number, "phone": kept.phone}


def _same_code_serves(here: Browser, before: PendingRegistration | None) -> bool:
    """Whoever went back a page and changed neither number nor phone need not wait for another code."""
    now = pending_registration(here)
    if before is None or now is None:
        return False
    bound = (before.id_kind, before.id_number, before.phone)
    return bound == (now.id_kind, now.id_number, now.phone)


@permission("public")
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest, kind: str) -> HttpResponse:
    """Step 2: the code proves the phone, the password makes the log-in. A mistyped phone is mended here."""
    _service_code(request, kind)
    here, at = browser(request), moment_of(request)
    kept = pending_registration(here)
    if kept is None:
        return redirect("open-register", kind)
    mends = request.method == "POST" and "mend" in request.POST
    phone_form = PhoneForm(request.POST if mends else None)
    form = _password_form(request, kind, kept, sent=request.method == "POST" and not mends)
    if mends:
        if phone_form.is_valid() and _mend_phone(request, phone_form):
            return redirect("open-code", kind)
    elif request.method == "POST" and "resend" in request.POST:
        resend(form, lambda: actions.resend_registration_code(here, at=at))
    elif request.method == "POST" and form.is_valid():
        try:
            return _finish(request, form, kept, kind)
        except Refusal as refusal:
            form.refuse(refusal)
            kept = pending_registration(here) or kept
    context = {
        "kind": kind, "kept": kept, "phone_form": phone_form, "password_form": form,
        "code_state": code_state(here, Purpose.REGISTER, at=at),
    }  # fmt: skip
    return form_page(request, "public/open_code.html", context, form=phone_form if mends else form)


def _password_form(
    request: HttpRequest, kind: str, kept: PendingRegistration, *, sent: bool
) -> NewPasswordForm:
    form = NewPasswordForm(request.POST if sent else None)
    form.fields["password"].help_text = PASSWORD_HINT_STAFF if kind == "unit" else PASSWORD_HINT_MEMBER
    if kept.phone_proved:
        del form.fields["code"]
    elif "resend" in request.POST:
        form.fields["code"].required = False
    return form


def _mend_phone(request: HttpRequest, form: PhoneForm) -> bool:
    try:
        actions.resend_registration_code(
            browser(request), phone=form.cleaned_data["phone"], at=moment_of(request)
        )
    except Refusal as refusal:
        form.add_error("phone", refusal.text)
        return False
    return True


def _finish(request: HttpRequest, form: NewPasswordForm, kept: PendingRegistration, kind: str) -> HttpResponse:
    here, at = browser(request), moment_of(request)
    if not kept.phone_proved:
        actions.prove_registration_phone(here, form.cleaned_data["code"], at=at)
    adopt(request, actions.finish_registration(here, form.cleaned_data["password"], at=at))
    return redirect("open-apply", kind)


@permission("opening.apply")
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest, kind: str) -> HttpResponse:
    """Step 3: the application. A running one is shown instead of a second form; what is typed is kept as a draft."""
    service_code = _service_code(request, kind)
    actor, at = personal(request), moment_of(request)
    running = case_queries.cases_of(actor, only_open=True, service=service_code, limit=1)
    if running:
        return redirect("open-case", running[0].case_id)
    begun = cases.begin(service_code, actor=actor, at=at)
    draft = next(iter(case_queries.drafts_of(actor, at=at, service=service_code)), None)
    initial = {**begun.prefilled, **(dict(draft.values) if draft else {})}
    options = {"data": request.POST} if request.method == "POST" else {}
    form = service_form(begun.service, actor, at=at, initial=initial, **options)
    if request.method == "POST":
        draft_id = cases.save_draft(
            service_code, _typed(request, form), actor=actor, at=at, draft_id=draft.draft_id if draft else None
        )
        if "save" in request.POST:
            return redirect("open")
        if form.is_valid():
            try:
                return _submit(request, begun, form, draft_id)
            except Refusal as refusal:
                put_refusal(form, refusal)
    context = {"kind": kind, "service": begun.service, "key": form_key(request), "draft": draft}
    return form_page(request, "public/open_apply.html", context, form=form)


def _typed(request: HttpRequest, form: Any) -> dict[str, str]:
    return {name: request.POST.get(name, "")[:2000] for name in form.fields}


def _submit(request: HttpRequest, begun: Begun, form: Any, draft_id: int) -> HttpResponse:
    """File it; the progress code goes to the next page in a cookie of its own, and is gone after that."""
    sent = cases.submit(
        begun.service.code, begun.service.answers(form), actor=personal(request), key=form_key(request),
        at=moment_of(request), draft_id=draft_id,
    )  # fmt: skip
    response = HttpResponseRedirect(reverse("open-case", args=[sent.case_id]))
    if sent.progress_code:
        response.set_cookie(
            f"__Host-code-{sent.case_id}", sent.progress_code, max_age=600, secure=True, httponly=True, samesite="Lax"
        )
    return response
