"""One case with everything on its page, in one query; a second one where papers were handed in, for their names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from anju.casework import registry, store, texts
from anju.casework.lifecycle import Act, possible
from anju.casework.models import Case as CaseRow
from anju.casework.queries.scope import LARGEST_ID, desk_cases, own_cases
from anju.casework.types import (
    Answers,
    Case,
    CaseState,
    Change,
    Correction,
    CorrectionItem,
    DecisionSeen,
    Facts,
    Opinion,
    Outcome,
    Paper,
    Proposal,
    ReviewAct,
    Service,
    Signature,
    Step,
    Subject,
)
from anju.database.encryption import unseal
from anju.files import queries as files
from anju.kernel import explained
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE

# The children of one case as JSON, so that a page needs one query however long the case's story is.
STEPS_SQL = (
    "SELECT json_agg(s ORDER BY s.n) FROM (SELECT n, at, state, title, text, by_role FROM case_step"
    " WHERE case_id = casework_case.case_id) s"
)
_CHILDREN = {
    "steps_json": STEPS_SQL,
    "corrections_json": "SELECT json_agg(k ORDER BY k.n) FROM (SELECT n, asked_at, items, note, answered_at,"
    " answers_before FROM case_correction WHERE case_id = casework_case.case_id) k",
    "papers_json": "SELECT json_agg(p ORDER BY p.n) FROM (SELECT n, material, file_id, at FROM case_file"
    " WHERE case_id = casework_case.case_id) p",
    "reviews_json": "SELECT json_agg(r ORDER BY r.n) FROM (SELECT n, act, staff_name, text, article, at"
    " FROM case_review WHERE case_id = casework_case.case_id) r",
    "opinions_json": "SELECT json_agg(o ORDER BY o.n) FROM (SELECT n, number, outcome, text, article, signed_at"
    " FROM case_opinion WHERE case_id = casework_case.case_id) o",
    "signatures_json": "SELECT json_agg(g ORDER BY g.n) FROM (SELECT n, agreement, agreement_version, text_digest,"
    " signed_by_login_id, signed_at FROM case_signature WHERE case_id = casework_case.case_id) g",
}


BEFORE = "case_correction‖answers_before"


def case_for(actor: Actor, case_id: int) -> Case:
    """The caller's own case; anything else answers like a missing one (404)."""
    return seen(one(own_cases(actor), case_id))


def desk_case(actor: Actor, case_id: int) -> Case:
    """A case for the desk; portals go through `actions.open_case`, which records the look."""
    return seen(one(desk_cases(actor), case_id))


def one(scope: QuerySet[CaseRow], case_id: int) -> CaseRow:
    if not 0 < case_id <= LARGEST_ID:
        raise store.not_found()
    found = _whole(scope.filter(pk=case_id)).first()
    if found is None:
        raise store.not_found()
    return found


def several(scope: QuerySet[CaseRow], case_ids: Sequence[int]) -> list[CaseRow]:
    """Whole cases of a scope by their ids, in one statement; those that are not in it are left out."""
    return list(_whole(scope.filter(pk__in=list(case_ids))).order_by("case_id"))


def _whole(found: QuerySet[CaseRow]) -> QuerySet[CaseRow]:
    annotations = {name: RawSQL(f"({sql})", []) for name, sql in _CHILDREN.items()}  # noqa: S611  (constants)
    return found.select_related("decision").annotate(**annotations)


def seen(case: CaseRow) -> Case:
    service = registry.service(case.service)
    decision, signed = _decision(case), _signatures(case)
    subject = store.subject_of_case(case)
    return Case(
        case_id=case.case_id, number=case.number, service=case.service, title=service.title,
        state=CaseState(case.state), version=case.version,
        subject=Subject(subject.centre_id, subject.actor, subject.login_id, case.applicant_person_id, case.unit_id),
        applicant=case.applicant, answers=store.answers_of(case), accepted_at=case.accepted_at, law_on=case.law_on,
        legal_due_on=case.legal_due_on, promised_on=case.promised_on, promise_text=case.promise_text,
        clock_stopped=case.clock_stopped, steps=steps(_rows(case, "steps_json")),
        facts=decision.facts if decision else store.facts_of(case), verdict=store.verdict_from_json(case.verdict),
        decision=decision, opinion=_opinion(case), corrections=_corrections(case, service), papers=_papers(case),
        reviews=_reviews(case), proposal=Proposal(case.proposal) if case.proposal else None,
        proposal_text=case.proposal_text, proposal_article=case.proposal_article, clerk_person_id=case.clerk_person_id,
        result=case.result, can_cancel=can_cancel(case, service), needs_signature=_needs_signature(case, service),
        signatures=signed, signs_again=bool(signed) and signed[-1].version != texts.agreement(service).version,
        seen_digest=store.seen_digest(case),
    )  # fmt: skip


def can_cancel(case: CaseRow, service: Service) -> bool:
    """Whether withdrawing is offered; the action itself has the last word (the bank may have been instructed)."""
    state = CaseState(case.state)
    if state is CaseState.IN_EFFECT:
        return service.cancel is not None and not case.result.get("instructed")
    return possible(Act.WITHDRAW, state)


def _needs_signature(case: CaseRow, service: Service) -> bool:
    return bool(service.agreement) and case.state == CaseState.DECIDED and not _rows(case, "signatures_json")


def _signatures(case: CaseRow) -> tuple[Signature, ...]:
    return tuple(
        Signature(raw["agreement"], raw["agreement_version"], raw["text_digest"], raw["signed_by_login_id"],
                  _at(raw["signed_at"]))
        for raw in _rows(case, "signatures_json")
    )  # fmt: skip


def _rows(case: CaseRow, name: str) -> list[dict[str, Any]]:
    raw = getattr(case, name)
    return (json.loads(raw) if isinstance(raw, str) else raw) or []


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(ZONE)


def steps(rows: list[dict[str, Any]]) -> tuple[Step, ...]:
    return tuple(
        Step(raw["n"], _at(raw["at"]), CaseState(raw["state"]), raw["title"], raw["text"], BY_ZH[raw["by_role"]])
        for raw in rows
    )


BY_ZH = {
    store.MACHINE_BY: "规则自动办理",
    store.APPLICANT_BY: "申请人",
    "clerk": "经办人",
    "reviewer": "复核人",
}


def _decision(case: CaseRow) -> DecisionSeen | None:
    kept = getattr(case, "decision", None)
    if kept is None:
        return None
    return DecisionSeen(
        outcome=Outcome(kept.outcome), text=kept.text, to_do=kept.to_do, article=kept.article,
        amount_fen=kept.amount_fen, policy_release=kept.policy_release,
        facts=Facts.from_json(store.read_json(kept.facts)),
        working=explained.from_json(kept.working) if kept.working else None,
        decided_at=kept.decided_at.astimezone(ZONE), by_rule=kept.by_rule, digest=kept.digest,
    )  # fmt: skip


def _opinion(case: CaseRow) -> Opinion | None:
    rows = _rows(case, "opinions_json")
    if not rows:
        return None
    raw = rows[-1]
    return Opinion(raw["number"], Outcome(raw["outcome"]), raw["text"], raw["article"], _at(raw["signed_at"]))


def _corrections(case: CaseRow, service: Service) -> tuple[Correction, ...]:
    found = []
    after = store.answers_of(case)
    for raw in reversed(_rows(case, "corrections_json")):
        before = _before(raw["answers_before"])
        changes = () if before is None else changes_between(service, before, after)
        after = after if before is None else before
        found.append(
            Correction(
                _at(raw["asked_at"]), tuple(CorrectionItem(**item) for item in raw["items"]), raw["note"],
                _at(raw["answered_at"]) if raw["answered_at"] else None, changes,
            )
        )  # fmt: skip
    return tuple(reversed(found))


def _before(raw: str | None) -> Answers | None:
    """The sealed column as it comes within JSON: hexadecimal digits."""
    if raw is None:
        return None
    before: Answers = json.loads(unseal(bytes.fromhex(raw.removeprefix("\\x")), where=BEFORE))
    return before


def changes_between(service: Service, before: Answers, after: Answers) -> tuple[Change, ...]:
    """The lines of 核对信息 that differ, in the words the applicant confirmed them in."""
    old = {line.label: line.text for line in service.summary(before)}
    new = {line.label: line.text for line in service.summary(after)}
    return tuple(
        Change(label, old.get(label, "—"), new.get(label, "—"))
        for label in dict.fromkeys([*old, *new])
        if old.get(label) != new.get(label)
    )


def _papers(case: CaseRow) -> tuple[Paper, ...]:
    found = _rows(case, "papers_json")
    # The names people give their papers may say who they are: they are kept sealed, by the files room alone.
    names = files.filenames([raw["file_id"] for raw in found]) if found else {}
    return tuple(
        Paper(raw["material"], raw["file_id"], names.get(raw["file_id"], ""), _at(raw["at"])) for raw in found
    )


def _reviews(case: CaseRow) -> tuple[ReviewAct, ...]:
    return tuple(
        ReviewAct(raw["act"], raw["staff_name"], raw["text"], raw["article"], _at(raw["at"]))
        for raw in _rows(case, "reviews_json")
    )
