"""Filing a member's service, screen 2: 核对信息 with its code and its one button."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from anju.casework import actions as casework
from anju.casework import queries as cases
from anju.casework.queries.requests import case_of_key
from anju.casework.types import Draft, Service, Submitted
from anju.design.forms import form_page
from anju.identity import actions as identity
from anju.identity.http import adopt, browser
from anju.identity.permissions import permission
from anju.kernel.refusal import Refusal
from anju.portals.common import actor_of, form_key, moment_of, principal_of
from anju.portals.person import filing, flash
from anju.portals.person.codes import card_of, confirmed, seconds_left, send_for
from anju.portals.person.filing import CARD, RENT, Seen
from anju.portals.person.forms import ConfirmForm
from anju.portals.person.ways import CARD_FACE, OWN_FACES, RENT_FACE, Face, face_of
from anju.treasury.types import Card


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
    actor, at = actor_of(request), moment_of(request)
    service = filing.member_service(face.code, on=at.date())
    try:
        draft = filing.own_draft(actor, draft_id, service, at=at)
    except Refusal:
        return _after(request, face, draft_id)
    seen = filing.seen_of(draft)
    bound = filing.service_form(service, actor, at=at, data=filing.plain_values(draft))
    if seen is None or not bound.is_valid():
        return redirect(face.start_url(draft_id))
    card, sent = card_of(request), dict(draft.values.get(filing.SENT) or {})
    needs_code = service.step_up and not _proved(request, draft, seen)
    form = ConfirmForm(
        request.POST if request.method == "POST" and "resend" not in request.POST else None, needs_code=needs_code,
        phone_mask=sent.get("mask", ""), initial={"key": form_key(request)},
    )  # fmt: skip
    if request.method == "POST" and "resend" in request.POST:
        sent = send_for(request, service, draft, seen)
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
        "service": service, "seen": seen, "card": card, "sent": sent, "resend": seconds_left(sent, at),
        "summary": filing.summary_of(service, service.answers(bound)), "change_url": face.start_url(draft_id),
        "expires_on": draft.expires_on, "start_url": face.start_url(), "pays_out": face.code == RENT,
        **WORDS.get(face.code, {"steps": "填写|核对并确认", "submit": "确认提交"}),
    }  # fmt: skip
    return form_page(request, "person/confirm.html", context, form=form)


def _after(request: HttpRequest, face: Face, draft_id: int) -> HttpResponse:
    """The draft is gone: it was submitted a moment ago (a second press, a step back), or it never was the caller's."""
    made = case_of_key(actor_of(request), request.POST.get("key", "")[:64])
    if made is not None:  # the answer that said so was lost on its way, and with it the cookie
        return redirect("me-case", made)
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
        confirm=confirmed(service, draft, seen, card),
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
