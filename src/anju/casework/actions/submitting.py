"""Submitting, the first transaction: the case is submitted and accepted, its clock starts, a job is the safety net."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from anju import jobs
from anju.casework import clocks, registry, store, telling
from anju.casework.actions.advancing import advance
from anju.casework.lifecycle import Act
from anju.casework.models import Case, CaseDraft, CaseNumber, CaseRequest, CaseRunning
from anju.casework.rulebook import book
from anju.casework.secrets import code_digest, new_code
from anju.casework.subjects import Applicant, applicant
from anju.casework.types import Answers, Asking, Begun, CaseState, Preview, Service, Submitted, digest_of
from anju.database.sql import execute, row
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal

LONGEST_ANSWERS = 1_000_000
SAFETY_NET = timedelta(seconds=30)
log = logging.getLogger(__name__)


def begin(service_code: str, *, actor: Actor, at: datetime) -> Begun:
    """Open the first page of a service: the declaration, the applicant, and what is filled in for him already.

    Refuses a service the city has not switched on, whoever the service is not for, and what stands in the way from
    the start.
    """
    service = registry.offered(service_code, on=at.date())
    who = applicant(actor, service, {})
    service.may_file(who.subject, at)
    return Begun(service, who.subject, service.prefill(who.subject, at))


def preview(service_code: str, answers: Answers, *, actor: Actor, at: datetime) -> Preview:
    """What the centre would find and answer now. Asks agencies, so outside any transaction; keeps no case."""
    service = registry.offered(service_code, on=at.date())
    who = applicant(actor, service, answers)
    service.may_file(who.subject, at)
    rules = book()
    facts = service.gather(Asking(who.subject, answers, rules, at.date(), at))
    return Preview(facts, service.decide(facts, answers=answers, book=rules, on=at.date()))


def submit(
    service_code: str,
    answers: Answers,
    *,
    actor: Actor,
    key: str,
    at: datetime,
    draft_id: int | None = None,
    branch: str = "",
) -> Submitted:
    """File a case and, where the rule can, decide it at once.

    May be called by whoever the service is for, outside a transaction. The same key with the same answers answers with
    the same case; with other answers it is refused (409). A running case of the same service is refused where the
    service allows one only. When deciding fails for a reason of ours, the case stays accepted and the planned job
    tries again: the applicant has his number.
    """
    service = registry.offered(service_code, on=at.date())
    who = applicant(actor, service, answers)
    service.may_file(who.subject, at)
    made = _accept(service, answers, who, key=key, at=at, draft_id=draft_id, branch=branch)
    if not made.replayed:
        try:
            advance(made.case_id, at=at)
        except Exception:  # the case is accepted and the job of the same transaction will decide it
            log.exception("case %s was accepted but not decided at once", made.number)
    state = CaseState(store.read(made.case_id).state)
    return Submitted(made.case_id, made.number, made.progress_code, made.replayed, state)


@dataclass(frozen=True)
class _Accepted:
    case_id: int
    number: str
    progress_code: str | None
    replayed: bool


@transaction.atomic
def _accept(
    service: Service, answers: Answers, who: Applicant, *, key: str, at: datetime, draft_id: int | None, branch: str
) -> _Accepted:
    text = store.to_text(answers)
    if len(text) > LONGEST_ANSWERS:
        raise Refusal("answers_too_long", "填写的内容太多，请改用文件上传。")
    ids = _take_ids(at)
    known = _claim_key(who, service, key=key, content=text, case_id=ids["case_id"])
    if known is not None:
        return known
    case = _make_case(service, text, who, ids=ids, at=at, branch=branch)
    _claim_running(case, service)
    code = new_code()
    CaseNumber.objects.create(
        centre_id=case.centre_id, number=case.number, case_id=case.case_id, code_digest=code_digest(case.number, code)
    )
    store.first_step(case, actor=who.subject.actor, at=at)
    _start_clock(case, service, actor=who.subject.actor, at=at)
    if draft_id is not None:
        CaseDraft.objects.filter(draft_id=draft_id, login_id=case.login_id).delete()
    jobs.plan("casework.advance", at=at + SAFETY_NET, lock=f"case-{case.case_id}", case_id=case.case_id)
    telling.accepted(case, at=at)
    return _Accepted(case.case_id, case.number, code, False)


def _take_ids(at: datetime) -> dict[str, Any]:
    found = row(
        "SELECT nextval(pg_get_serial_sequence('casework_case', 'case_id')) AS case_id,"
        " nextval('case_number_seq') AS n"
    )
    assert found is not None
    return {"case_id": found["case_id"], "number": f"{at:%Y%m%d}-{found['n'] % 1_000_000:06d}"}


def _claim_key(who: Applicant, service: Service, *, key: str, content: str, case_id: int) -> _Accepted | None:
    """Take the key for this case, or find the case that has it."""
    subject = who.subject
    if not key or len(key) > 80 or not key.isprintable():
        raise Refusal("request_key", "页面已经过期，请刷新后重新提交。")
    content_digest = digest_of([service.code, subject.unit_id, content])
    taken = execute(
        "INSERT INTO case_request (centre_id, login_id, request_key, request_digest, case_id)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [subject.centre_id, subject.login_id, key, content_digest, case_id],
    )
    if taken:
        return None
    earlier = CaseRequest.objects.get(pk=(subject.centre_id, subject.login_id, key))
    if earlier.request_digest != content_digest:
        raise Refusal("request_key_used", "这一页已经提交过，内容和上次不同。请从头打开页面再办。", status=409)
    return _Accepted(earlier.case_id, store.read(earlier.case_id).number, None, True)


def _make_case(
    service: Service, answers: str, who: Applicant, *, ids: dict[str, Any], at: datetime, branch: str
) -> Case:
    subject = who.subject
    return Case.objects.create(
        case_id=ids["case_id"], centre_id=subject.centre_id, number=ids["number"], service=service.code,
        state=CaseState.SUBMITTED.value, version=1, login_id=subject.login_id, person_id=subject.actor.person_id,
        unit_id=subject.unit_id, branch=branch, applicant=who.shown[:120], applicant_person_id=subject.person_id,
        answers=answers, updated_at=at,
    )  # fmt: skip


def _claim_running(case: Case, service: Service) -> None:
    """Refuse a second running case, by primary key: of many parallel submissions exactly one goes on."""
    if not service.one_running:
        return
    key = [case.centre_id, store.subject_key(case), case.service]
    taken = execute(
        "INSERT INTO case_running (centre_id, subject, service, case_id) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [*key, case.case_id],
    )
    if not taken:
        running = CaseRunning.objects.filter(pk=tuple(key)).first()
        number = store.read(running.case_id).number if running else ""
        raise Refusal(
            "case_running",
            f"您已有一件“{service.title}”正在办理（案号 {number}）。请先办结或撤回，再提交新的申请。",
            status=409,
        )


def _start_clock(case: Case, service: Service, *, actor: Actor, at: datetime) -> None:
    clock = clocks.started(service, at=at)
    store.move(case, Act.ACCEPT, actor=actor, by=store.MACHINE_BY, at=at, text=clock["promise_text"], **clock)
