"""What the desk does: take the next case, ask for corrections, propose, approve, return, refuse.

Three natural persons: the applicant, the clerk (经办), the reviewer (复核). The actions say so in words; the
constraints of `casework_case` and `case_decision` hold it whatever the code does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from anju.audit import actions as audit
from anju.casework import clocks, queries, registry, store, telling
from anju.casework.actions.deciding import Decision, carry_out
from anju.casework.lifecycle import Act
from anju.casework.models import Case, CaseCorrection, CaseReview
from anju.casework.permissions import CLERK, REVIEWER, require_clerk, require_reviewer
from anju.casework.rulebook import book
from anju.casework.types import Case as CaseSeen
from anju.casework.types import CaseState, Outcome, Proposal, Service, Verdict
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal
from anju.kernel.text import clean_text

CLAIM = timedelta(minutes=20)


@transaction.atomic
def claim_next(*, actor: Actor, at: datetime) -> int | None:
    """Take the most urgent free case for this person, never his own; None when there is none."""
    person_id = require_clerk(actor) if actor.role == CLERK else require_reviewer(actor)
    for case_id in queries.free_cases(actor, at=at, limit=5):
        if claim(case_id, actor=actor, at=at, person_id=person_id):
            return case_id
    return None


def claim(case_id: int, *, actor: Actor, at: datetime, person_id: int | None = None) -> bool:
    """Take this case for a while; False when somebody else works on it."""
    holder = person_id or (require_clerk(actor) if actor.role == CLERK else require_reviewer(actor))
    free = Case.objects.filter(pk=case_id, state__in=[CaseState.REVIEW, CaseState.APPROVAL])
    mine_or_nobodys = free.filter(claimed_by__isnull=True) | free.filter(claimed_until__lt=at) | free.filter(
        claimed_by=holder
    )
    return mine_or_nobodys.update(claimed_by=holder, claimed_until=at + CLAIM) == 1


def release_claim(case_id: int, *, actor: Actor) -> None:
    """Put a case back."""
    Case.objects.filter(pk=case_id, claimed_by=actor.person_id).update(claimed_by=None, claimed_until=None)


def open_case(case_id: int, *, actor: Actor, at: datetime) -> CaseSeen:
    """The whole case for the desk; the look is recorded. Answers 404 for one's own case and another centre's."""
    seen = queries.desk_case(actor, case_id)
    audit.record(
        "look", actor=actor, at=at, subject="case", subject_id=case_id, case_id=case_id,
        person_id=seen.subject.person_id, unit_id=seen.subject.unit_id, details={"purpose": "case"},
    )  # fmt: skip
    return seen


def open_case_for_audit(case_id: int, *, purpose: str, actor: Actor, at: datetime) -> CaseSeen:
    """The whole case for an auditor; the look is recorded with what it was for. Answers 404 for one's own case."""
    seen = queries.audited_case(actor, case_id)
    audit.record(
        "look", actor=actor, at=at, subject="case", subject_id=case_id, case_id=case_id,
        person_id=seen.subject.person_id, unit_id=seen.subject.unit_id, details={"purpose": purpose},
    )  # fmt: skip
    return seen


@transaction.atomic
def open_cases_for_audit(case_ids: Sequence[int], *, purpose: str, actor: Actor, at: datetime) -> list[CaseSeen]:
    """Whole cases for an auditor's sample; each look is recorded. Those that are not the auditor's are left out."""
    opened = queries.audited(actor, case_ids)
    for seen in opened:
        audit.record(
            "look", actor=actor, at=at, subject="case", subject_id=seen.case_id, case_id=seen.case_id,
            person_id=seen.subject.person_id, unit_id=seen.subject.unit_id, details={"purpose": purpose},
        )  # fmt: skip
    return opened


@transaction.atomic
def request_correction(case_id: int, *, items: list[str], note: str, actor: Actor, at: datetime) -> None:
    """Ask once for everything that is missing (一次性告知); the clock stops until the applicant answers.

    Refuses an item that is not on the service's own list, and an empty list.
    """
    person_id = require_clerk(actor)
    case, service = for_desk(case_id, actor)
    known = {item.code: item for item in service.materials}
    if not items or any(code not in known for code in items):
        raise Refusal("correction_items", "请从本事项的补正清单中勾选，至少一项。", field="items")
    note = clean_text(note, 500, "note", multi_line=True)
    asked = [known[code] for code in dict.fromkeys(items)]
    reason = "、".join(item.title for item in asked)
    digest = store.seen_digest(case)
    store.move(
        case, Act.REQUEST_CORRECTION, actor=actor, by=CLERK, at=at, text=f"需要：{reason}。{note}",
        clerk_person_id=person_id, claimed_by=None, claimed_until=None, **clocks.stopped(case, at=at),
    )  # fmt: skip
    CaseCorrection.objects.create(
        case_id=case_id, n=case.version, items=[vars(item) for item in asked], note=note, asked_at=at,
        asked_by_person_id=person_id,
    )  # fmt: skip
    review_act(case, "correction", actor, digest, at=at, text=reason)
    telling.correction_asked(case, reason=reason, at=at)


@transaction.atomic
def propose(
    case_id: int, proposal: Proposal, *, reasons: str, article: str = "", actor: Actor, at: datetime
) -> None:
    """The clerk's proposal, with his reasons, to a reviewer.

    Agreeing needs a machine proposal to agree to, or facts complete enough for people to agree; refusing needs an
    article of the service's own list.
    """
    person_id = require_clerk(actor)
    case, service = for_desk(case_id, actor)
    verdict = store.verdict_from_json(case.verdict)
    reasons = clean_text(reasons, 900, "reasons", multi_line=True)
    if proposal is Proposal.AGREE:
        _refuse_unready(verdict)
        article = verdict.article if verdict else ""
    else:
        _refuse_bare_refusal(service, reasons, article)
    digest = store.seen_digest(case)
    store.move(
        case, Act.PROPOSE, actor=actor, by=CLERK, at=at, text="经办人已提出意见，等待复核。", proposal=proposal.value,
        proposal_text=reasons, proposal_article=article, clerk_person_id=person_id, reviewer_person_id=None,
        claimed_by=None, claimed_until=None,
    )  # fmt: skip
    review_act(case, f"propose_{proposal.value}", actor, digest, at=at, text=reasons, article=article)


@transaction.atomic
def approve(case_id: int, *, seen_digest: str, note: str = "", actor: Actor, at: datetime) -> None:
    """The reviewer agrees with the clerk's proposal, exactly as seen. This is the decision.

    `seen_digest` is the digest of the page he read; a case changed since is refused (409). Refuses whoever applied,
    or worked on the case as clerk at any time.
    """
    case, service, person_id = _for_reviewer(case_id, seen_digest, actor)
    verdict = store.verdict_from_json(case.verdict)
    assert verdict is not None, case.number
    agreed = case.proposal == Proposal.AGREE
    if agreed:
        _refuse_unready(verdict)
        text = verdict.text if verdict.outcome is Outcome.GRANT else verdict.agreed_text
        outcome, to_do, article = Outcome.GRANT, verdict.to_do, verdict.article
    else:
        outcome, to_do, article = Outcome.REFUSE, "", case.proposal_article
        text = _refusal_text(service, case.proposal_text, article, case)
    note = clean_text(note, 900, "note", multi_line=True)
    _decide(case, service, verdict, outcome, text=text, to_do=to_do, article=article, actor=actor, at=at,
            person_id=person_id)  # fmt: skip
    review_act(case, "approve", actor, seen_digest, at=at, text=note, article=article)


@transaction.atomic
def return_to_clerk(case_id: int, *, reason: str, actor: Actor, at: datetime) -> None:
    """The reviewer sends the case back with a reason."""
    require_reviewer(actor)
    case, _ = for_desk(case_id, actor)
    reason = clean_text(reason, 900, "reason", multi_line=True, required=True)
    digest = store.seen_digest(case)
    store.move(
        case, Act.RETURN_TO_CLERK, actor=actor, by=REVIEWER, at=at, text="复核人请经办人再核实。", proposal="",
        proposal_text="", proposal_article="", claimed_by=None, claimed_until=None,
    )  # fmt: skip
    review_act(case, "return", actor, digest, at=at, text=reason)


@transaction.atomic
def refuse(case_id: int, *, seen_digest: str, article: str, reasons: str, actor: Actor, at: datetime) -> None:
    """The reviewer refuses although the clerk proposed otherwise: an article and reasons are needed."""
    case, service, person_id = _for_reviewer(case_id, seen_digest, actor)
    reasons = clean_text(reasons, 900, "reasons", multi_line=True)
    _refuse_bare_refusal(service, reasons, article)
    verdict = store.verdict_from_json(case.verdict)
    assert verdict is not None, case.number
    _decide(
        case, service, verdict, Outcome.REFUSE, text=_refusal_text(service, reasons, article, case), to_do="",
        article=article, actor=actor, at=at, person_id=person_id,
    )  # fmt: skip
    review_act(case, "refuse", actor, seen_digest, at=at, text=reasons, article=article)


def _decide(
    case: Case, service: Service, verdict: Verdict, outcome: Outcome, *, text: str, to_do: str, article: str,
    actor: Actor, at: datetime, person_id: int,
) -> None:  # fmt: skip
    carry_out(
        case, service, store.facts_of(case), verdict, at=at, reviewer_person_id=person_id,
        decision=Decision(outcome, text, to_do, article, actor, REVIEWER, case.clerk_person_id),
    )  # fmt: skip


def for_desk(case_id: int, actor: Actor) -> tuple[Case, Service]:
    """The case for a member of the desk who is not its applicant; his own reads like a missing one."""
    case = store.read(case_id)
    own = actor.person_id in (case.applicant_person_id, case.person_id) or actor.login_id == case.login_id
    if case.centre_id != actor.centre_id or own:
        raise store.not_found()
    return case, registry.service(case.service)


def _for_reviewer(case_id: int, seen_digest: str, actor: Actor) -> tuple[Case, Service, int]:
    person_id = require_reviewer(actor)
    case, service = for_desk(case_id, actor)
    if case.state != CaseState.APPROVAL:
        raise store.moved_meanwhile()
    if store.seen_digest(case) != seen_digest:
        raise Refusal("content_changed", "您看过之后，这件业务的内容变了。请重新看过，再作决定。", status=409)
    worked_on = CaseReview.objects.filter(case_id=case_id, person_id=person_id).exclude(act__in=("return", "approve"))
    if person_id == case.clerk_person_id or worked_on.exists():
        raise Refusal("four_eyes", "您经办过这件业务，不能再复核。请由另一位复核人办理。", status=403)
    return case, service, person_id


def _refuse_unready(verdict: Verdict | None) -> None:
    ready = verdict is not None and (
        verdict.outcome is Outcome.GRANT or (verdict.outcome is Outcome.REVIEW and verdict.can_be_agreed)
    )
    if not ready:
        why = verdict.text if verdict else ""
        raise Refusal("not_ready", f"现在还不能同意：{why}请先核实清楚，或者要求补正。", status=409)


def _refuse_bare_refusal(service: Service, reasons: str, article: str) -> None:
    if article not in service.refusal_articles:
        raise Refusal("article_needed", "不予同意必须写明依据的条文，请从清单中选择。", field="article")
    if len(reasons) < 5:
        raise Refusal("reasons_needed", "请写明不予同意的理由，让申请人看得懂。", field="reasons")


def _refusal_text(service: Service, reasons: str, article: str, case: Case) -> str:
    assert case.law_on is not None
    citation = book().article(article, case.law_on).citation
    return f"不予同意“{service.title}”。理由：{reasons.rstrip('。')}。依据：{citation}。"


def review_act(
    case: Case, act: str, actor: Actor, seen_digest: str, *, at: datetime, text: str = "", article: str = ""
) -> None:
    """Write down an act of the desk after its move, so that of two at once only one gets here."""
    assert actor.person_id is not None and actor.login_id is not None
    CaseReview.objects.create(
        case_id=case.case_id, n=case.version, at=at, act=act, person_id=actor.person_id, login_id=actor.login_id,
        staff_name=actor.name[:60], article=article, text=text[:1000], seen_digest=seen_digest,
    )  # fmt: skip
