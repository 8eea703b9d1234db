"""Filing a member's service: screen 1 what is typed, screen 2 核对信息 with its code."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from anju.casework import actions as casework
from anju.casework import queries as cases
from anju.casework import registry
from anju.casework.types import Audience, Draft, Service, Submitted
from anju.design.forms import form_page
from anju.identity import actions as identity
from anju.identity.http import adopt, browser
from anju.identity.limits import LIMITS
from anju.identity.permissions import permission
from anju.kernel.identifiers import mask_phone
from anju.kernel.money import format_fen
from anju.kernel.refusal import Refusal
from anju.portals.common import actor_of, form_key, moment_of, principal_of
from anju.portals.person import filing, flash
from anju.portals.person import offer as offers
from anju.portals.person.account import address
from anju.portals.person.filing import CARD, CERTIFICATE, RENT, Seen
from anju.portals.person.forms import ConfirmForm
from anju.portals.person.promises import promised
from anju.portals.person.ways import CARD_FACE, ICONS, ORDER, OWN_FACES, RENT_FACE, Face, face_of, service_url
from anju.treasury import queries as treasury
from anju.treasury.types import Card

RESEND_SECONDS = int(LIMITS.phone_pause.total_seconds())
LARGEST = 2**63 - 1


@permission("me.view")
@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """Everything a member can do here, each with what it gives; and what only the employer or a counter can."""
    offered = [
        {"service": service, "url": service_url(service.code), "icon": ICONS.get(service.code, "file-text"),
         "help": address("help-service", service.code)}
        for service in sorted(registry.services(Audience.MEMBER), key=lambda service: ORDER.get(service.code, 9))
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
    service, actor, at = filing.member_service(face.code), actor_of(request), moment_of(request)
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
        own["sent"] = _send(request, service, kept, found)
        filing.keep(service, values, actor=actor, at=at, draft_id=draft_id, **own)
    return draft_id


# ------------------------------------------------------------------------------------------------ the code


def _send(request: HttpRequest, service: Service, draft: Draft, seen: Seen) -> dict[str, str]:
    """Send the code for this draft; a sending limit is told on the page and costs nothing that was typed."""
    principal, at = principal_of(request), moment_of(request)
    card = _card(request)
    try:
        identity.send_step_up_code(
            browser(request), principal.login_id or 0, at=at, confirm=_confirmed(service, draft, seen, card),
            detail=_detail(service, draft, seen, card),
        )  # fmt: skip
    except Refusal as refusal:
        return {"problem": refusal.text}
    return {"mask": mask_phone(principal.phone), "at": at.isoformat()}


def _seconds_left(sent: dict[str, str], at: datetime) -> int:
    """How long until another code may be asked for."""
    if "at" not in sent:
        return 0
    return max(0, RESEND_SECONDS - int((at - datetime.fromisoformat(sent["at"])).total_seconds()))


def _card(request: HttpRequest) -> Card | None:
    person_id = actor_of(request).person_id
    return treasury.bound_card(person_id, at=moment_of(request)) if person_id is not None else None


def _confirmed(service: Service, draft: Draft, seen: Seen, card: Card | None) -> bytes:
    """The code fits this draft with this answer of the rules, this amount and this card, and nothing else."""
    content = {
        "service": service.code, "draft": draft.draft_id, "seen": seen.digest, "amount_fen": seen.amount_fen,
        "tail": card.tail if card else "",
    }  # fmt: skip
    return identity.confirm_digest(content)


def _detail(service: Service, draft: Draft, seen: Seen, card: Card | None) -> str:
    """What the SMS says the code is for: amount and card where money moves."""
    if service.code == CARD:
        number = "".join(char for char in str(filing.plain_values(draft).get("card", "")) if char.isdigit())
        return f"绑定收款卡（尾号{number[-4:]}）" if number else f"办理{service.title}"
    if seen.amount_fen and card is not None:
        return f"{service.title}{format_fen(seen.amount_fen)}元至尾号{card.tail}"
    return f"申请{service.title}"


# ------------------------------------------------------------------------------------------------ screen 2


@permission("me.withdraw")
@require_http_methods(["GET", "HEAD", "POST"])
def rent_confirm(request: HttpRequest, draft_id: int) -> HttpResponse:
    """核对信息 of a rent withdrawal."""
    return _confirm(request, RENT_FACE, draft_id)


@permission("me.card")
@require_http_methods(["GET", "HEAD", "POST"])
def card_confirm(request: HttpRequest, draft_id: int) -> HttpResponse:
    """核对信息 of a card."""
    return _confirm(request, CARD_FACE, draft_id)


@permission("me.apply")
@require_http_methods(["GET", "HEAD", "POST"])
def apply_confirm(request: HttpRequest, code: str, draft_id: int) -> HttpResponse:
    """核对信息 of any other service."""
    if code in OWN_FACES:
        raise Http404
    return _confirm(request, face_of(code), draft_id)


WORDS = {
    RENT: {"steps": "填房租|核对并确认", "submit": "确认提取"},
    CARD: {"steps": "填卡号|核对并确认", "submit": "确认绑定"},
}


def _confirm(request: HttpRequest, face: Face, draft_id: int) -> HttpResponse:
    service, actor, at = filing.member_service(face.code), actor_of(request), moment_of(request)
    try:
        draft = filing.own_draft(actor, draft_id, service, at=at)
    except Refusal:
        return _after(request, face, draft_id)
    seen = filing.seen_of(draft)
    bound = filing.service_form(service, actor, at=at, data=filing.plain_values(draft))
    if seen is None or not bound.is_valid():
        return redirect(face.start_url(draft_id))
    card, sent = _card(request), dict(draft.values.get(filing.SENT) or {})
    needs_code = service.step_up and not _proved(request, draft, seen)
    form = ConfirmForm(
        request.POST if request.method == "POST" and "resend" not in request.POST else None, needs_code=needs_code,
        phone_mask=sent.get("mask", ""), initial={"key": form_key(request)},
    )  # fmt: skip
    if request.method == "POST" and "resend" in request.POST:
        sent = _send(request, service, draft, seen)
        _keep_own(draft, service, request, sent=sent)
        return redirect(face.confirm_url(draft_id))
    if request.method == "POST" and form.is_valid():
        try:
            if needs_code:
                draft = _prove(request, service, draft, seen, card, form.cleaned_data["code"])
            return _submit(request, service, service.answers(bound), draft, form.cleaned_data["key"])
        except Refusal as refusal:
            filing.put_refusal(form, refusal)
    context = {
        "service": service, "seen": seen, "card": card, "sent": sent, "resend": _seconds_left(sent, at),
        "summary": filing.summary_of(service, service.answers(bound)), "change_url": face.start_url(draft_id),
        "expires_on": draft.expires_on, "start_url": face.start_url(), "pays_out": face.code == RENT,
        **WORDS.get(face.code, {"steps": "填写|核对并确认", "submit": "确认提交"}),
    }  # fmt: skip
    return form_page(request, "person/confirm.html", context, form=form)


def _after(request: HttpRequest, face: Face, draft_id: int) -> HttpResponse:
    """The draft is gone: it was submitted a moment ago (a second press, a step back), or it never was the caller's."""
    newest = cases.cases_of(actor_of(request), service=face.code, limit=1)
    if newest and flash.was_submitted(request, draft_id):
        return redirect("me-case", newest[0].case_id)
    raise Http404


def _proved(request: HttpRequest, draft: Draft, seen: Seen) -> bool:
    """The code was right a moment ago and only the submission was refused: it need not be typed again."""
    return principal_of(request).stepped_up and draft.values.get(filing.PROVED) == seen.digest


def _prove(
    request: HttpRequest, service: Service, draft: Draft, seen: Seen, card: Card | None, code: str
) -> Draft:
    principal = principal_of(request)
    opened = identity.step_up(
        browser(request), principal.login_id or 0, code, at=moment_of(request),
        confirm=_confirmed(service, draft, seen, card),
    )  # fmt: skip
    adopt(request, opened)
    return _keep_own(draft, service, request, proved=seen.digest)


def _keep_own(draft: Draft, service: Service, request: HttpRequest, **own: Any) -> Draft:
    """Change what belongs to the draft itself, leaving what was typed and seen."""
    actor, at = actor_of(request), moment_of(request)
    kept = {name[1:]: content for name, content in draft.values.items() if name in filing.OWN}
    filing.keep(service, filing.plain_values(draft), actor=actor, at=at, draft_id=draft.draft_id, **{**kept, **own})
    return filing.own_draft(actor, draft.draft_id, service, at=at)


def _submit(request: HttpRequest, service: Service, answers: Any, draft: Draft, key: str) -> HttpResponse:
    made: Submitted = casework.submit(
        service.code, answers, actor=actor_of(request), key=key, at=moment_of(request), draft_id=draft.draft_id
    )
    answer = redirect("me-case", made.case_id)
    flash.put_submitted(answer, draft_id=draft.draft_id, case_id=made.case_id, code=made.progress_code or "")
    return answer
