"""What the holder of a case may still do about it: take it back, say «我填错了», put right what was asked for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from anju.casework import actions as casework
from anju.casework import queries as cases
from anju.casework import registry
from anju.casework.types import Case
from anju.files import actions as files
from anju.identity.permissions import permission
from anju.kernel.refusal import Refusal
from anju.portals.common import actor_of, moment_of
from anju.portals.person.account import address
from anju.portals.person.forms import PapersForm, ReasonForm
from anju.portals.person.views.case import mending_forms, open_correction, page_of
from anju.portals.person.ways import face_of


@permission("me.apply")
@require_POST
def cancel(request: HttpRequest, case_id: int) -> HttpResponse:
    """Take the application back: until the bank is instructed."""
    form = ReasonForm(request.POST)
    found = cases.case_for(actor_of(request), case_id)
    if not form.is_valid():
        return page_of(request, found, cancelling=form)
    casework.withdraw(
        found.case_id, actor=actor_of(request), at=moment_of(request), reason=form.cleaned_data["reason"]
    )
    return redirect("me-case", case_id)


@permission("me.apply")
@require_POST
def mistake(request: HttpRequest, case_id: int) -> HttpResponse:
    """«我填错了»: mend it here, do it again, or say it to people; casework says which."""
    answer = casework.report_mistake(case_id, actor=actor_of(request), at=moment_of(request))
    if answer.way == "redo":
        service = cases.case_for(actor_of(request), case_id).service
        return redirect(face_of(service).start_url(answer.draft_id))
    if answer.way == "too_late":
        return redirect(f"{address('me-wrong')}?case={case_id}")
    return redirect("me-case", case_id)


@permission("me.apply")
@require_POST
def supplement(request: HttpRequest, case_id: int) -> HttpResponse:
    """Put right what was asked for, in one go: new values and papers."""
    actor, at = actor_of(request), moment_of(request)
    found = cases.case_for(actor, case_id)
    asked = open_correction(found)
    if asked is None:
        return redirect("me-case", case_id)
    service = registry.service(found.service)
    form, papers = mending_forms(request, found, service, asked, sent=True)
    fits = papers.is_valid() and (form is None or form.is_valid())
    if fits:
        try:
            casework.supplement(
                case_id, answers=service.answers(form) if form is not None else None,
                papers=_keep_papers(request, found, papers), actor=actor, at=at,
            )  # fmt: skip
        except Refusal as refusal:
            _place_refusal(papers, refusal)
        else:
            return redirect("me-case", case_id)
    return page_of(request, found, form=form, papers=papers)


def _keep_papers(request: HttpRequest, found: Case, papers: PapersForm) -> dict[str, int]:
    """Keep every upload; the first that may not be kept is refused beside its own field."""
    actor, kept = actor_of(request), {}
    for name, upload in papers.cleaned_data.items():
        code = name.removeprefix("paper-")
        try:
            kept[code] = files.keep(
                upload.read(), upload.name or "", centre_id=actor.centre_id, purpose=f"case:{code}",
                at=moment_of(request), owner_person_id=actor.person_id, case_id=found.case_id, login_id=actor.login_id,
            )  # fmt: skip
        except Refusal as refusal:
            raise Refusal(refusal.code, refusal.text, refusal.law, name, refusal.status) from refusal
    return kept


def _place_refusal(papers: PapersForm, refusal: Refusal) -> None:
    text = f"{refusal.text}（{refusal.law}）" if refusal.law else refusal.text
    papers.add_error(refusal.field if refusal.field in papers.fields else None, text)
