"""Reading one case row and moving it: the only place where a case changes state. Private to casework.

A move is one conditional UPDATE on state and version. The effect of a decision runs before it in the same
transaction, so the locks are taken in the fixed order (account first, case last); whoever comes second changes
nothing and is told to look again.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from django.db.models import F

from anju.audit import actions as audit
from anju.casework.lifecycle import ENDED, MOVES, Act, target
from anju.casework.models import Case, CaseRunning, CaseStep
from anju.casework.types import Answers, CaseState, Facts, Outcome, Service, Subject, Verdict, digest_of
from anju.kernel import explained
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal

MACHINE_BY = "machine"
APPLICANT_BY = "applicant"


def moved_meanwhile() -> Refusal:
    return Refusal("case_moved", "这件业务刚刚有了新的进展。请刷新页面，看过最新内容后再办理。", status=409)


def not_found() -> Refusal:
    return Refusal("case_not_found", "没有找到这件业务。请核对案号，或从“办理进度”进入。", status=404)


def read(case_id: int) -> Case:
    """The case row, without any lock. For code that acts for the system; portals go through queries."""
    found = Case.objects.filter(pk=case_id).first()
    if found is None:
        raise not_found()
    return found


def move(
    case: Case, act: Act, *, actor: Actor, by: str, at: datetime, text: str = "", title: str = "", **changes: Any
) -> None:
    """One act: the state, one step of the timeline, one audit record. Refuses what the table or another act forbids."""
    before = CaseState(case.state)
    to = target(act, before)
    version = case.version + 1
    updated = Case.objects.filter(pk=case.case_id, version=case.version, state=before.value).update(
        state=to.value, version=F("version") + 1, updated_at=at, **changes
    )
    if not updated:
        raise moved_meanwhile()
    _write_step(case, act, before, to, version, actor=actor, by=by, at=at, text=text, title=title)
    case.state, case.version, case.updated_at = to.value, version, at
    for name, value in changes.items():
        setattr(case, name, value)
    if to in ENDED:
        CaseRunning.objects.filter(
            centre_id=case.centre_id, subject=subject_key(case), service=case.service, case_id=case.case_id
        ).delete()


def _write_step(
    case: Case, act: Act, before: CaseState, to: CaseState, version: int, *, actor: Actor, by: str, at: datetime,
    text: str, title: str,
) -> None:  # fmt: skip
    CaseStep.objects.create(
        case_id=case.case_id, n=version, at=at, act=act.value, from_state=before.value, state=to.value,
        title=title or MOVES[act].title, text=text[:1000], by_role=by, login_id=actor.login_id,
        person_id=actor.person_id,
    )  # fmt: skip
    audit.record(
        f"case.{act.value}", actor=actor, at=at, subject="case", subject_id=case.case_id, case_id=case.case_id,
        person_id=case.person_id, unit_id=case.unit_id, details={"from": before.value, "to": to.value},
    )  # fmt: skip


def first_step(case: Case, *, actor: Actor, at: datetime) -> None:
    """The step of the submission itself; the row was just made with version 1."""
    _write_step(
        case, Act.SUBMIT, CaseState.DRAFT, CaseState.SUBMITTED, 1, actor=actor, by=APPLICANT_BY, at=at, text="",
        title="",
    )  # fmt: skip


def subject_key(case: Case) -> str:
    """Whose running case it is: the unit's, the person's, or (before there is a person) the log-in's."""
    if case.unit_id is not None:
        return f"unit:{case.unit_id}"
    if case.person_id is not None:
        return f"person:{case.person_id}"
    return f"login:{case.login_id}"


def subject_of_case(case: Case) -> Subject:
    """The applicant as he was at submission."""
    actor = Actor(case.login_id, case.person_id, "", case.unit_id, case.applicant, case.centre_id)
    return Subject(case.centre_id, actor, case.login_id, case.applicant_person_id, case.unit_id)


# ------------------------------------------------------------------------------------- JSON in and out


def read_json(sealed_text: Any) -> Any:
    """What a sealed column holds; Django types it as bytes, it reads as text."""
    return json.loads(sealed_text)


def answers_of(case: Case) -> Answers:
    return read_json(case.answers)


def facts_of(case: Case) -> Facts:
    return Facts.from_json(read_json(case.facts)) if case.facts else Facts()


def to_text(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> str:
    assert isinstance(value, date | datetime), f"{type(value).__name__} is no JSON value of an answer or fact"
    return value.isoformat()


def verdict_to_json(verdict: Verdict) -> dict[str, Any]:
    raw = dict(vars(verdict))
    raw["outcome"] = verdict.outcome.value
    raw["working"] = explained.to_json(verdict.working) if verdict.working else None
    raw["unknown"] = list(verdict.unknown)
    raw["result"] = dict(verdict.result)
    return raw


def verdict_from_json(raw: dict[str, Any] | None) -> Verdict | None:
    if raw is None:
        return None
    content = dict(raw)
    content["outcome"] = Outcome(content["outcome"])
    content["working"] = explained.from_json(content["working"]) if content["working"] else None
    content["unknown"] = tuple(content["unknown"])
    return Verdict(**content)


def seen_digest(case: Case) -> str:
    """What a reviewer sees and an approval binds to: everything the decision would be made of."""
    return digest_of(
        {
            "case": case.case_id,
            "service": case.service,
            "answers": read_json(case.answers),
            "facts": read_json(case.facts) if case.facts else None,
            "verdict": case.verdict,
            "proposal": [case.proposal, case.proposal_text, case.proposal_article, case.clerk_person_id],
        }
    )


def limits_of(service: Service, book: Any, on: date) -> tuple[int | None, int | None]:
    """The law's days and the promised working days of a service on a date."""
    legal = book.integer(service.legal_limit.parameter, on) if service.legal_limit else None
    promised = book.integer(service.promised_limit, on) if service.promised_limit else None
    return legal, promised
