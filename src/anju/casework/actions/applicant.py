"""What the applicant does after submitting: supplement, withdraw, say «我填错了»."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from anju.casework import clocks, queries, registry, store, telling
from anju.casework.actions.advancing import advance
from anju.casework.actions.deciding import effecting
from anju.casework.actions.drafts import save_draft
from anju.casework.lifecycle import Act, possible
from anju.casework.models import Case, CaseCorrection, CaseFile
from anju.casework.permissions import require_login
from anju.casework.subjects import claimed_person
from anju.casework.types import (
    Answers,
    CaseState,
    Facts,
    MistakeAnswer,
    Service,
)
from anju.identity import queries as identity
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal
from anju.kernel.text import clean_text

log = logging.getLogger(__name__)
UNDECIDED = (CaseState.SUBMITTED, CaseState.ACCEPTED, CaseState.CORRECTION, CaseState.REVIEW, CaseState.APPROVAL)


def supplement(
    case_id: int, *, answers: Answers | None = None, papers: Mapping[str, int] | None = None, actor: Actor, at: datetime
) -> CaseState:
    """Put right what was asked for (补正): new answers, and papers as material code → file id. The clock runs on.

    Once the desk has asked, every paper asked for must be there. Afterwards the facts are gathered anew; a case people
    have looked at goes back to people. Call outside a transaction.
    """
    _supplement(case_id, answers, dict(papers or {}), actor=actor, at=at)
    try:
        return advance(case_id, at=at)
    except Exception:  # the supplement is kept; the planned job goes on with it
        log.exception("case %s was supplemented but not taken further at once", case_id)
        return CaseState(store.read(case_id).state)


@transaction.atomic
def _supplement(
    case_id: int, answers: Answers | None, papers: dict[str, int], *, actor: Actor, at: datetime
) -> None:
    from anju import jobs

    case, service = own_case(case_id, actor)
    asked = CaseCorrection.objects.filter(case_id=case_id, answered_at__isnull=True).order_by("-n").first()
    wanted = {item["code"] for item in asked.items if not item["field"]} if asked else set()
    if asked and answers is None and any(item["field"] not in ("", "*") for item in asked.items):
        raise Refusal("answers_missing", "请按要求修改填写的内容，再提交。")
    known = {item.code for item in service.materials}
    if set(papers) - known:
        raise Refusal("material_unknown", "这份材料不在本事项的清单里。", field="papers")
    missing = wanted - set(papers)
    if asked is not None and missing:
        titles = "、".join(item["title"] for item in asked.items if item["code"] in missing)
        raise Refusal("material_missing", f"还缺：{titles}。请上传后再提交。", field="papers")
    before = store.answers_of(case)
    text = _what_changed(service, before, answers, papers)
    changes = {} if answers is None else {"answers": store.to_text(answers), **_who_applies(case, service, answers)}
    store.move(
        case, Act.SUPPLEMENT, actor=actor, by=store.APPLICANT_BY, at=at, text=text, proposal="", proposal_text="",
        proposal_article="", **changes, **clocks.resumed(case, at=at),
    )  # fmt: skip
    n = CaseFile.objects.filter(case_id=case_id).count()
    for offset, (material, file_id) in enumerate(sorted(papers.items()), start=1):
        CaseFile.objects.create(case_id=case_id, n=n + offset, material=material, file_id=file_id, at=at)
    CaseCorrection.objects.filter(case_id=case_id, answered_at__isnull=True).update(
        answered_at=at, answers_before=None if answers is None else store.to_text(before)
    )
    jobs.plan("casework.advance", at=at + timedelta(seconds=30), lock=f"case-{case_id}", case_id=case_id)


def _what_changed(
    service: Service, before: Answers, answers: Answers | None, papers: Mapping[str, int]
) -> str:
    """Which lines were mended and how many papers came; the lines' contents stay in the case."""
    parts = []
    if answers is not None:
        labels = [change.label for change in queries.changes_between(service, before, answers)]
        parts.append(f"修改了{'、'.join(labels)}" if labels else "核对了填写内容，没有修改")
    parts += [f"补交了 {len(papers)} 份材料"] if papers else []
    return "您" + "，".join(parts or ["确认无需修改"]) + "。"


def _who_applies(case: Case, service: Service, answers: Answers) -> dict[str, Any]:
    """A mended identity number may name another natural person: four eyes must see this one from now on.

    Whoever asked for the correction as clerk and turns out to be the applicant is the case's clerk no longer.
    """
    if service.natural_person is None or case.person_id is not None:
        return {}
    login = identity.login(case.login_id)
    if login is not None and claimed_person(login, centre_id=case.centre_id) is not None:
        return {}
    person_id = service.natural_person(store.subject_of_case(case), answers)
    if person_id is None:
        return {}
    gone = {"clerk_person_id": None} if case.clerk_person_id == person_id else {}
    return {"applicant_person_id": person_id, **gone}


def withdraw(case_id: int, *, actor: Actor, at: datetime, reason: str = "") -> None:
    """Withdraw the application: until the decision always, afterwards while the service can still undo its effect."""
    reason = clean_text(reason, 200, "reason")
    with transaction.atomic():
        case, service = own_case(case_id, actor)
        _undo(case, service, actor=actor, at=at, text=reason)
        telling.withdrawn(case, at=at)


def _undo(case: Case, service: Service, *, actor: Actor, at: datetime, text: str) -> None:
    state = CaseState(case.state)
    if state is CaseState.IN_EFFECT:
        if service.cancel is None:
            raise Refusal("cannot_cancel", "这件业务已经生效，不能撤回。如果办错了，请联系我们更正。", status=409)
        verdict = store.verdict_from_json(case.verdict)
        assert verdict is not None
        facts: Facts = store.facts_of(case)
        service.cancel(
            effecting(case, service, facts, verdict, checker=actor, maker_person_id=case.applicant_person_id, at=at)
        )
    store.move(
        case, Act.WITHDRAW, actor=actor, by=store.APPLICANT_BY, at=at, text=text, proposal="", proposal_text="",
        proposal_article="", claimed_by=None, claimed_until=None, clock_stopped=True,
    )  # fmt: skip


def report_mistake(case_id: int, *, actor: Actor, at: datetime) -> MistakeAnswer:
    """«我填错了»: one tap. Before the decision the case comes back to be mended, the clock stopped; while the effect
    can be undone it is cancelled and a draft with the same answers is ready; afterwards it is a matter for people.
    """
    with transaction.atomic():
        case, service = own_case(case_id, actor)
        state = CaseState(case.state)
        if state is CaseState.CORRECTION:
            return MistakeAnswer("amend", "请直接修改，改好后提交。")
        if possible(Act.REPORT_MISTAKE, state):
            return _take_back(case, actor=actor, at=at)
        if state is CaseState.IN_EFFECT and service.cancel is not None:
            draft_id = save_draft(case.service, store.answers_of(case), actor=actor, at=at)
            _undo(case, service, actor=actor, at=at, text="填错了，撤回重办。")
            return MistakeAnswer("redo", "已经撤回。您填的内容还在草稿里，改好后重新提交。", draft_id)
    return MistakeAnswer(
        "too_late", "这件业务已经办结，需要工作人员更正。请写明哪里错了、应当是什么，我们 3 个工作日内答复。"
    )


def _take_back(case: Case, *, actor: Actor, at: datetime) -> MistakeAnswer:
    items = [{"code": "own_mistake", "title": "修改填写内容", "explanation": "您说填错了", "field": "*"}]
    store.move(
        case, Act.REPORT_MISTAKE, actor=actor, by=store.APPLICANT_BY, at=at, text="您说填错了，正在修改。", proposal="",
        proposal_text="", proposal_article="", claimed_by=None, claimed_until=None, **clocks.stopped(case, at=at),
    )  # fmt: skip
    CaseCorrection.objects.create(case_id=case.case_id, n=case.version, items=items, asked_at=at)
    return MistakeAnswer("amend", "请修改后提交。修改期间停止计时。")


def own_case(case_id: int, actor: Actor) -> tuple[Case, Service]:
    """The caller's own case; anything else reads like a missing one."""
    require_login(actor)
    case = queries.own_cases(actor).filter(pk=case_id).first()
    if case is None:
        raise store.not_found()
    return case, registry.service(case.service)
