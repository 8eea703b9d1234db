"""One case on one screen, and everything a clerk or a reviewer does to it.

Each act is a POST of its own; what is refused comes back on the same screen beside its field, with what was typed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from anju.audit.actions import record
from anju.casework import actions as cases
from anju.casework import queries as case_queries
from anju.casework import registry
from anju.casework.types import Case, CaseState, Proposal, Service
from anju.design.forms import DesignForm, form_page
from anju.files import queries as files
from anju.files.types import FileKind
from anju.identity.permissions import permission
from anju.identity.table import allowed
from anju.kernel.refusal import Refusal
from anju.portals.common import actor_of, moment_of, principal_of
from anju.portals.desk import beside
from anju.portals.desk.casefile import article_choices, case_context, fact_rows, queue_rows
from anju.portals.desk.forms import AgreeForm, CorrectionForm, FactForm, OpinionForm, RefuseForm
from anju.portals.desk.pages import done_of, go
from anju.portals.desk.views.cases import found_row
from anju.portals.desk.views.queue import next_case
from anju.withdrawals import queries as withdrawals

BESIDE = 30
CONTENT_TYPES = {FileKind.PDF: "application/pdf", FileKind.IMAGE: "image/jpeg"}
Work = Callable[[], Any]


@permission("desk.case")
@require_safe
def show(request: HttpRequest, case_id: int) -> HttpResponse:
    """What is asked, what was found, what the rule proposes, and the keys of whoever's turn it is."""
    return case_page(request, case_id)


def case_page(
    request: HttpRequest, case_id: int, *, wrong: DesignForm | None = None, status: int | None = None
) -> HttpResponse:
    """The screen; with a form that was refused, it stands in place of the fresh one of its kind."""
    actor, at = actor_of(request), moment_of(request)
    case = cases.open_case(case_id, actor=actor, at=at)
    service = registry.service(case.service)
    queue = queue_rows(case_queries.queue(actor, limit=BESIDE), today=at.date())
    context = case_context(case, service, actor, today=at.date())
    context |= {
        "queue": queue, "waiting_count": len(queue) if len(queue) < BESIDE else f"{BESIDE}+",
        "mine": any(row.mine for row in queue if row.case_id == case_id),
        "queued": any(row.case_id == case_id for row in queue),
        "others": [found_row(one) for one in beside.others(actor, case)], "alike": beside.alike(actor, case, at=at),
        "signals": beside.signals(case, at=at), **_returned(request, case),
        "done": done_of(request), "wrong": wrong, **_forms(case, service, wrong),
    }  # fmt: skip
    return form_page(request, "desk/case.html", context, form=wrong, status=status)


def _returned(request: HttpRequest, case: Case) -> dict[str, Any]:
    """The money of a closed case that the bank sent back, and whether the reader may pay it again."""
    paid = case.state is CaseState.CLOSED and case.decision is not None and case.decision.amount_fen is not None
    found = withdrawals.returns_of_case(actor_of(request).centre_id, case.case_id) if paid else []
    return {"returned": found[-1] if found else None,
            "pays_again": allowed("treasury.view", principal_of(request).role)}  # fmt: skip


def _forms(case: Case, service: Service, wrong: DesignForm | None) -> dict[str, Any]:
    digest = {"digest": case.seen_digest}
    articles = article_choices(service, case.law_on)
    shown: dict[str, DesignForm] = {
        "agree_form": AgreeForm(auto_id="agree-%s"),
        "opinion_form": OpinionForm(auto_id="opinion-%s", initial=digest),
        "refuse_form": RefuseForm(auto_id="refuse-%s", articles=articles, initial=digest),
        "correction_form": CorrectionForm(auto_id="correction-%s", materials=service.materials),
    }
    for name, fresh in shown.items():
        if type(wrong) is type(fresh):
            shown[name] = wrong  # type: ignore[assignment]
    fact_forms = []
    for row in fact_rows(case, service):
        if row.known or not row.by_hand:
            continue
        mine = isinstance(wrong, FactForm) and wrong.auto_id == f"fact-{row.name}-%s"
        form = wrong if mine else FactForm(auto_id=f"fact-{row.name}-%s", by_hand=row.by_hand, label=row.label)
        fact_forms.append((row, form, mine))
    return {**shown, "fact_forms": fact_forms}


# ------------------------------------------------------------------------------------------------ the acts


def _case_of(request: HttpRequest, case_id: int) -> tuple[Case, Service]:
    """The case for the form of an act; one's own and a foreign one answer 404."""
    case = case_queries.desk_case(actor_of(request), case_id)
    return case, registry.service(case.service)


def _act(
    request: HttpRequest, case: Case, form: DesignForm, work: Work, *, done: str, stay: bool = False
) -> HttpResponse:
    """Do it and go on to the next case; or show the same screen with what has to be mended."""
    status = None
    if form.is_valid():
        try:
            work()
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            form.refuse(refusal)
            status = refusal.status
        else:
            if stay:
                return go("desk-case", case.case_id, done=done)
            return next_case(request, done=done, number=case.number)
    return case_page(request, case.case_id, wrong=form, status=status)


@permission("desk.case")
@require_POST
def claim(request: HttpRequest, case_id: int) -> HttpResponse:
    """Take this case for a while, so that no colleague starts on it too; or put it back."""
    case, _ = _case_of(request, case_id)
    if "put_back" in request.POST:
        cases.release_claim(case.case_id, actor=actor_of(request))
        return go("desk-home", done="put-back", number=case.number)
    taken = cases.claim(case.case_id, actor=actor_of(request), at=moment_of(request))
    return go("desk-case", case_id, done="claimed" if taken else "taken")


@permission("desk.accept")
@require_POST
def correction(request: HttpRequest, case_id: int) -> HttpResponse:
    """一次性告知."""
    case, service = _case_of(request, case_id)
    form = CorrectionForm(request.POST, auto_id="correction-%s", materials=service.materials)

    def work() -> None:
        cases.request_correction(
            case_id, items=form.cleaned_data["items"], note=form.cleaned_data["note"], actor=actor_of(request),
            at=moment_of(request),
        )  # fmt: skip

    return _act(request, case, form, work, done="correction")


@permission("desk.accept")
@require_POST
def fact(request: HttpRequest, case_id: int, name: str) -> HttpResponse:
    """Write down a fact that no agency could tell."""
    case, service = _case_of(request, case_id)
    shown = next((found for found in service.facts if found.name == name and found.by_hand), None)
    if shown is None:
        raise Http404
    form = FactForm(request.POST, auto_id=f"fact-{name}-%s", by_hand=shown.by_hand, label=shown.label)

    def work() -> None:
        cases.establish_fact(
            case_id, name, form.found, evidence=form.cleaned_data["evidence"], actor=actor_of(request),
            at=moment_of(request),
        )  # fmt: skip

    return _act(request, case, form, work, done="fact", stay=True)


@permission("desk.accept")
@require_POST
def ask_again(request: HttpRequest, case_id: int) -> HttpResponse:
    """Have all facts gathered anew; outside any transaction, because agencies are asked."""
    case, _ = _case_of(request, case_id)
    form = DesignForm(request.POST)
    return _act(
        request, case, form, lambda: cases.ask_again(case_id, actor=actor_of(request), at=moment_of(request)),
        done="again", stay=True,
    )  # fmt: skip


@permission("desk.accept")
@require_POST
def propose(request: HttpRequest, case_id: int) -> HttpResponse:
    """The clerk's proposal: agree with the rule, or refuse with an article."""
    case, service = _case_of(request, case_id)
    if request.POST.get("proposal") not in (Proposal.AGREE, Proposal.REFUSE):
        raise Refusal("proposal_unclear", "没有收到您的意见：请回到这件业务，选“建议同意”或“建议不予同意”。")
    refusing = request.POST["proposal"] == Proposal.REFUSE
    form: DesignForm
    if refusing:
        form = RefuseForm(request.POST, auto_id="refuse-%s", articles=article_choices(service, case.law_on))
    else:
        form = AgreeForm(request.POST, auto_id="agree-%s")

    def work() -> None:
        cases.propose(
            case_id, Proposal.REFUSE if refusing else Proposal.AGREE, reasons=form.cleaned_data["reasons"],
            article=form.cleaned_data.get("article", ""), actor=actor_of(request), at=moment_of(request),
        )  # fmt: skip

    return _act(request, case, form, work, done="proposed")


@permission("desk.approve")
@require_POST
def approve(request: HttpRequest, case_id: int) -> HttpResponse:
    """The decision, bound to the content that was on the screen."""
    case, _ = _case_of(request, case_id)
    form = OpinionForm(request.POST, auto_id="opinion-%s", initial={"digest": case.seen_digest})

    def work() -> None:
        cases.approve(
            case_id, seen_digest=form.cleaned_data["digest"], note=form.cleaned_data["opinion"],
            actor=actor_of(request), at=moment_of(request),
        )  # fmt: skip

    done = "refused" if case.proposal is Proposal.REFUSE else "approved"
    return _act(request, case, form, work, done=done)


@permission("desk.approve")
@require_POST
def send_back(request: HttpRequest, case_id: int) -> HttpResponse:
    """Back to the clerk, with a reason."""
    case, _ = _case_of(request, case_id)
    form = OpinionForm(request.POST, auto_id="opinion-%s")

    def work() -> None:
        cases.return_to_clerk(
            case_id, reason=form.cleaned_data["opinion"], actor=actor_of(request), at=moment_of(request)
        )

    return _act(request, case, form, work, done="returned")


@permission("desk.approve")
@require_POST
def refuse(request: HttpRequest, case_id: int) -> HttpResponse:
    """The reviewer refuses although the clerk proposed otherwise."""
    case, service = _case_of(request, case_id)
    form = RefuseForm(request.POST, auto_id="refuse-%s", articles=article_choices(service, case.law_on))

    def work() -> None:
        cases.refuse(
            case_id, seen_digest=form.cleaned_data["digest"], article=form.cleaned_data["article"],
            reasons=form.cleaned_data["reasons"], actor=actor_of(request), at=moment_of(request),
        )  # fmt: skip

    return _act(request, case, form, work, done="refused")


@permission("desk.case")
@require_safe
def paper(request: HttpRequest, case_id: int, file_id: int) -> HttpResponse:
    """A paper of this case, as a download; the look is recorded."""
    case, _ = _case_of(request, case_id)
    found = next((one for one in case.papers if one.file_id == file_id), None)
    if found is None:
        raise Http404
    kept, content = files.kept_file(file_id), files.content(file_id)
    record(
        "look", actor=actor_of(request), at=moment_of(request), subject="case_paper", subject_id=file_id,
        case_id=case_id, person_id=case.subject.person_id, unit_id=case.subject.unit_id, details={"purpose": "case"},
    )  # fmt: skip
    answer = HttpResponse(content, content_type=CONTENT_TYPES.get(kept.kind, "application/octet-stream"))
    answer["Content-Disposition"] = content_disposition_header(True, kept.filename) or "attachment"
    return answer


