"""A case as portals see it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from anju.casework.declaration import CorrectionItem, Service, Signature, Subject
from anju.casework.facts import Answers, Facts, Verdict
from anju.casework.states import CaseState, Outcome, Proposal
from anju.kernel.explained import Working


@dataclass(frozen=True)
class Step:
    """One line of the timeline (办理过程) that the applicant sees."""

    n: int
    at: datetime
    state: CaseState
    title: str
    text: str
    by: str
    """申请人, 规则自动办理, 经办人 or 复核人; staff names are for the desk only."""


@dataclass(frozen=True)
class CaseLine:
    """One row of a list of cases."""

    case_id: int
    number: str
    service: str
    title: str
    state: CaseState
    applicant: str
    """Masked name of the person, or the unit's name."""
    accepted_on: date | None
    legal_due_on: date | None
    promised_on: date | None
    amount_fen: int | None
    holder: str
    updated_at: datetime
    claimed_by_me: bool = False
    reason: str = ""
    """Why people look at it: the unknown or differing fact."""


@dataclass(frozen=True)
class Opinion:
    """批准意见: in writing, numbered, with reasons."""

    number: str
    outcome: Outcome
    text: str
    article: str
    signed_at: datetime


@dataclass(frozen=True)
class DecisionSeen:
    outcome: Outcome
    text: str
    to_do: str
    article: str
    amount_fen: int | None
    policy_release: str
    facts: Facts
    working: Working | None
    decided_at: datetime
    by_rule: bool
    digest: str


@dataclass(frozen=True)
class Change:
    """One line of 核对信息 as it was before a correction was answered, and as it was answered."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Correction:
    """What was asked for, once and completely, and what has been given since."""

    asked_at: datetime
    items: tuple[CorrectionItem, ...]
    note: str
    answered_at: datetime | None
    changes: tuple[Change, ...] = ()
    """What the answer changed in the form, line by line; papers are among the case's papers."""


@dataclass(frozen=True)
class Paper:
    """A paper handed in (材料); the content is fetched through `anju.files.queries`."""

    material: str
    file_id: int
    file_name: str
    at: datetime


@dataclass(frozen=True)
class ReviewAct:
    """What a clerk or reviewer did, for the desk."""

    act: str
    by: str
    text: str
    article: str
    at: datetime


@dataclass(frozen=True)
class FactByHand:
    """A fact that a clerk established (人工核实), and the case as it is now."""

    at: datetime
    person_id: int
    staff_name: str
    text: str
    case_number: str
    service: str
    state: CaseState
    amount_fen: int | None


@dataclass(frozen=True)
class Draft:
    """A saved draft (草稿): the raw form values as typed, kept 30 days."""

    draft_id: int
    service: str
    title: str
    values: Answers
    saved_at: datetime
    expires_on: date


@dataclass(frozen=True)
class Case:
    """Everything about one case that its holder or the desk may see."""

    case_id: int
    number: str
    service: str
    title: str
    state: CaseState
    version: int
    subject: Subject
    applicant: str
    answers: Answers
    accepted_at: datetime | None
    law_on: date | None
    legal_due_on: date | None
    promised_on: date | None
    promise_text: str
    """The promised date as a sentence, or why none can be given."""
    clock_stopped: bool
    steps: tuple[Step, ...]
    facts: Facts
    verdict: Verdict | None
    """The machine's present proposal (before the decision)."""
    decision: DecisionSeen | None
    opinion: Opinion | None
    corrections: tuple[Correction, ...]
    papers: tuple[Paper, ...]
    reviews: tuple[ReviewAct, ...]
    proposal: Proposal | None
    proposal_text: str
    proposal_article: str
    clerk_person_id: int | None
    result: Answers
    can_cancel: bool
    needs_signature: bool
    signatures: tuple[Signature, ...]
    """Every version of the agreement that was signed, oldest first."""
    signs_again: bool
    """A newer version of the agreement is in force than the one last signed."""
    seen_digest: str
    """What an approval binds to: hand it back unchanged to `approve`."""


@dataclass(frozen=True)
class Progress:
    """What a case number and a progress code show without log-in: no name, no amount, no fact."""

    number: str
    title: str
    state: CaseState
    steps: tuple[Step, ...]
    promise_text: str
    next_step: str


@dataclass(frozen=True)
class Submitted:
    """The answer to a submission. `progress_code` is shown once; a replayed submission has none."""

    case_id: int
    number: str
    progress_code: str | None
    replayed: bool
    state: CaseState


@dataclass(frozen=True)
class Begun:
    """A service's first page: build the form with `service.form(data, initial=prefilled, subject=subject)`."""

    service: Service
    subject: Subject
    prefilled: Answers


@dataclass(frozen=True)
class Preview:
    """What a submission would find and answer now; nothing is kept."""

    facts: Facts
    verdict: Verdict
