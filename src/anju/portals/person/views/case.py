"""One case: its story, its decision with the receipt (依据链), and what its holder may still do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from anju.accounts import queries as accounts
from anju.accounts.types import LineKind
from anju.casework import queries as cases
from anju.casework import registry
from anju.casework.queries import papers
from anju.casework.types import Audience, Case, CaseState, Correction, CorrectionItem, Fact, Outcome, Service
from anju.certificates import queries as certificates
from anju.design.forms import form_page
from anju.files import queries as kept_files
from anju.identity.permissions import permission
from anju.kernel.explained import Working
from anju.portals.common import actor_of, moment_of
from anju.portals.person import filing, flash
from anju.portals.person.account import account_id_of, address
from anju.portals.person.filing import CERTIFICATE, RENT
from anju.portals.person.forms import PapersForm, ReasonForm
from anju.portals.person.progress import TAG_STATE, events_of, is_moving
from anju.portals.person.receipts import as_read
from anju.portals.person.sheets import as_download
from anju.portals.person.ways import face_of
from anju.withdrawals import queries as withdrawals
from anju.withdrawals.types import Withdrawal, WithdrawalState

EVERY_FIELD = "*"


@permission("me.view")
@require_safe
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """Everything about one own case. At most five queries."""
    found = cases.case_for(actor_of(request), case_id)
    elsewhere = _public_page(found)
    if elsewhere:
        return redirect(elsewhere)
    answer = page_of(request, found)
    if flash.just_filed(request, case_id) is not None:
        flash.forget(answer)
    return answer


def _public_page(found: Case) -> str:
    """Openings are followed and signed on the public portal's page."""
    audience = registry.service(found.service).audience
    return address("open-case", found.case_id) if audience is Audience.ANY_LOGIN else ""


def page_of(
    request: HttpRequest, found: Case, *, form: forms.Form | None = None, papers: PapersForm | None = None,
    cancelling: ReasonForm | None = None,
) -> HttpResponse:  # fmt: skip
    service = registry.service(found.service)
    asked, progress_code = open_correction(found), flash.just_filed(request, found.case_id)
    if asked is not None and papers is None:
        form, papers = mending_forms(request, found, service, asked)
    context = _context(request, found, service) | {
        "asked": asked, "mending": form, "papers": papers,
        "reason_form": cancelling or ReasonForm(),
        "progress_code": progress_code, "is_new": progress_code is not None,
        "cancel_wrong": cancelling is not None,
    }  # fmt: skip
    wrong = cancelling or (papers if papers is not None and papers.is_bound and papers.errors else form)
    return form_page(request, "person/case.html", context, form=wrong if wrong is not None and wrong.is_bound else None)


def _context(request: HttpRequest, found: Case, service: Service) -> dict[str, Any]:
    withdrawal, change = _money(request, found)
    tag, state = _tag(found, withdrawal)
    return {
        "case": found, "service": service, "events": _events(found, service), "is_moving": is_moving(found),
        "summary": service.summary(found.answers), "decision": found.decision, "tag": tag, "tag_state": state,
        "withdrawal": withdrawal, "change": change, "paper_title": _paper_title(found), "to": _payee(withdrawal),
        "running": found.state in (CaseState.ACCEPTED, CaseState.SUBMITTED),
        "mistake": found.state not in (CaseState.CORRECTION, CaseState.WITHDRAWN, CaseState.REFUSED),
        "certificate": found.service == CERTIFICATE and found.result.get("certificate_id"),
        "seal": _seal(found), "holder": actor_of(request).name,
        "again_url": face_of(found.service).start_url() if found.service != CERTIFICATE else address("me-certificate"),
        "shown_fen": shown_fen(found), "facts": facts_beside(found),
        "working": _working(found), "given": _given(found, service),
        "granted": found.decision is not None and found.decision.outcome is Outcome.GRANT,
    }  # fmt: skip


def _working(found: Case) -> Working | None:
    working = found.decision.working if found.decision is not None else None
    return None if working is None else as_read(working)


def shown_fen(found: Case) -> int | str:
    """The amount granted; nothing where none was asked for or none was given."""
    decided = found.decision
    return "" if decided is None or decided.amount_fen is None else decided.amount_fen


def facts_beside(found: Case) -> tuple[Fact, ...]:
    """The facts of a decision without a working of its own: else they stand in its conditions."""
    decided = found.decision
    return () if decided is None or decided.working is not None else decided.facts.items


def _events(found: Case, service: Service) -> list[dict[str, Any]]:
    return events_of(found, waits_for=service.takes_effect_text)


def _given(found: Case, service: Service) -> list[dict[str, Any]]:
    """The papers handed in, each under the title it was asked for by."""
    titles = {item.code: item.title for item in service.materials}
    return [{"title": titles.get(one.material, "材料"), "file_id": one.file_id, "at": one.at} for one in found.papers]


def _money(request: HttpRequest, found: Case) -> tuple[Withdrawal | None, dict[str, Any] | None]:
    """The payment of a withdrawal and what it does to the account."""
    if found.service != RENT or found.decision is None:
        return None, None
    account_id = account_id_of(request)
    paid = withdrawals.of_case(account_id, found.case_id) if account_id is not None else None
    if paid is None or account_id is None:
        return paid, None
    if paid.state is WithdrawalState.RESERVED:
        balance = accounts.overview(account_id).balance_fen
        return paid, _change("现在", balance, "付款后", balance - paid.amount_fen)
    if paid.state is WithdrawalState.PAID and paid.paid_on is not None:
        wanted = (LineKind.WITHDRAWAL, paid.withdrawal_id)
        lines = accounts.movements(account_id, limit=50, from_date=paid.paid_on)
        line = next((one for one in lines if (one.kind, one.source_id) == wanted), None)
        if line is not None:
            return paid, _change(
                "提取前", line.balance_after_fen - line.change_fen, "提取后", line.balance_after_fen
            )
    return paid, None


def _change(before_label: str, before: int, after_label: str, after: int) -> dict[str, Any]:
    return {
        "before_label": before_label, "before": before, "after_label": after_label, "after": after,
        "fen": after - before,
    }  # fmt: skip


def _tag(found: Case, paid: Withdrawal | None) -> tuple[str, str]:
    """同意 · 已到账: the decision and how far it has come, in one tag."""
    if found.decision is None:
        return found.state.zh, TAG_STATE.get(found.state, "")
    if found.decision.outcome is Outcome.REFUSE:
        return "不予同意", "no"
    if paid is not None:
        told = {
            WithdrawalState.RESERVED: ("同意 · 等待银行付款", "run"), WithdrawalState.PAID: ("同意 · 已到账", "ok"),
            WithdrawalState.CANCELLED: ("已撤回，没有付款", ""), WithdrawalState.RETURNED: ("同意 · 银行退回", "wait"),
            WithdrawalState.PAID_BACK: ("同意 · 付款后退回", "wait"),
            WithdrawalState.WAITING: ("同意 · 退回，等待再付", "wait"),
            WithdrawalState.PAYING_AGAIN: ("同意 · 退回，正在再付", "run"),
            WithdrawalState.PAID_AGAIN: ("同意 · 退回后已再付", "ok"),
        }  # fmt: skip
        return told[paid.state]
    if found.state is CaseState.WITHDRAWN:
        return "已撤回", ""
    return f"同意 · {found.state.zh}", TAG_STATE.get(found.state, "")


def _paper_title(found: Case) -> str:
    short = {RENT: "提取决定书"}.get(found.service)
    return short or f"{found.title}办理结果"


def _payee(paid: Withdrawal | None) -> str:
    return f"转入本人账户：尾号 {paid.card_tail}" if paid else ""


@dataclass(frozen=True)
class Seal:
    """What proves a decision on paper: fingerprint, code, and where both are checked."""

    digest: str
    code: str
    link: str
    address: str


def _seal(found: Case) -> Seal | None:
    if found.decision is None:
        return None
    code = papers.paper_code(found.number, found.decision.digest)
    return Seal(
        papers.grouped(found.decision.digest), code, certificates.check_link(found.number, code),
        certificates.check_address(),
    )  # fmt: skip


@permission("me.view")
@require_safe
def timeline(request: HttpRequest, case_id: int) -> HttpResponse:
    """The story again, for a page that asks. When the case has moved since, the whole page is read anew."""
    found = cases.case_for(actor_of(request), case_id)
    if request.GET.get("v") != str(found.version):
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
        return answer
    events = _events(found, registry.service(found.service))
    context = {"case": found, "events": events, "is_moving": is_moving(found)}
    return render(request, "person/part_timeline.html", context)


@permission("me.view")
@require_safe
def decision(request: HttpRequest, case_id: int) -> HttpResponse:
    """The decision as a paper to print, every fold open."""
    found = cases.case_for(actor_of(request), case_id)
    if found.decision is None:
        raise Http404("这件业务还没有决定。")
    service = registry.service(found.service)
    return render(request, "person/decision.html", _context(request, found, service) | {"now": moment_of(request)})


def open_correction(found: Case) -> Correction | None:
    """What has been asked for and not been given."""
    if found.state is not CaseState.CORRECTION:
        return None
    return next((asked for asked in reversed(found.corrections) if asked.answered_at is None), None)


def wanted_papers(asked: Correction) -> tuple[CorrectionItem, ...]:
    """The papers among the things asked for."""
    return tuple(item for item in asked.items if not item.field)


def mending_forms(
    request: HttpRequest, found: Case, service: Service, asked: Correction, *, sent: bool = False
) -> tuple[forms.Form | None, PapersForm]:
    """The service's own form where values are to be mended, and a place for each paper."""
    papers = PapersForm(*((request.POST, request.FILES) if sent else ()), wanted=wanted_papers(asked))
    if not any(item.field for item in asked.items):
        return None, papers
    actor, at = actor_of(request), moment_of(request)
    if sent:
        return filing.service_form(service, actor, at=at, data=request.POST, files=request.FILES or None), papers
    return filing.service_form(service, actor, at=at, initial=dict(found.answers)), papers


@permission("me.view")
@require_safe
def paper(request: HttpRequest, case_id: int, file_id: int) -> HttpResponse:
    """A paper one handed in, as it came; always an attachment."""
    found = cases.case_for(actor_of(request), case_id)
    mine = next((one for one in found.papers if one.file_id == file_id), None)
    if mine is None:
        raise Http404
    name = mine.file_name or kept_files.kept_file(file_id).filename
    return as_download(kept_files.content(file_id), name, "application/octet-stream")
