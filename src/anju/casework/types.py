"""The words of casework (业务办件): a service's declaration, its facts, its verdict, and a case as others see it.

This module is what a service folder and a portal import. It knows neither Django nor the database, so that
`decide.py` can import it and stay pure. It owns no rule of any one service and no text of law.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anju.kernel.actor import Actor
from anju.kernel.explained import FactLine, Working

if TYPE_CHECKING:
    from django.forms import Form

    from anju.policy import Book

Answers = Mapping[str, Any]
"""What the applicant stated: JSON values only (str, int, bool, None, list, dict), by form field name."""


class CaseState(StrEnum):
    """The one life-cycle. `casework.lifecycle` owns the allowed moves."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    CORRECTION = "correction"
    REVIEW = "review"
    APPROVAL = "approval"
    DECIDED = "decided"
    IN_EFFECT = "in_effect"
    DELIVERED = "delivered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"

    @property
    def zh(self) -> str:
        return STATE_ZH[self]


STATE_ZH: dict[CaseState, str] = {
    CaseState.DRAFT: "草稿",
    CaseState.SUBMITTED: "已提交",
    CaseState.ACCEPTED: "已受理",
    CaseState.CORRECTION: "待补正",
    CaseState.REVIEW: "审核中",
    CaseState.APPROVAL: "复核中",
    CaseState.DECIDED: "已决定",
    CaseState.IN_EFFECT: "办理中",
    CaseState.DELIVERED: "已办好",
    CaseState.CLOSED: "已办结",
    CaseState.WITHDRAWN: "已撤回",
    CaseState.REFUSED: "不予同意",
}

OPEN_STATES: frozenset[CaseState] = frozenset(CaseState) - {
    CaseState.DRAFT, CaseState.CLOSED, CaseState.WITHDRAWN, CaseState.REFUSED,
}
"""A case in one of these states is running (在办)."""


class Audience(StrEnum):
    """Who may file: a member with permission, a unit's agent, or any log-in (the two openings)."""

    MEMBER = "member"
    UNIT = "unit"
    ANY_LOGIN = "any_login"


class ReviewMode(StrEnum):
    """Who decides. RULE: always the machine. RULE_OR_REVIEW: people where a fact is unknown. ALWAYS_REVIEW: people."""

    RULE = "rule"
    RULE_OR_REVIEW = "rule_or_review"
    ALWAYS_REVIEW = "always_review"


class Outcome(StrEnum):
    GRANT = "grant"
    REFUSE = "refuse"
    REVIEW = "review"


class Proposal(StrEnum):
    """What the clerk (经办) proposes to the reviewer (复核)."""

    AGREE = "agree"
    REFUSE = "refuse"


# ---------------------------------------------------------------------------------------------------- facts


@dataclass(frozen=True)
class Fact:
    """One thing found out, with its source, receipt and reading time. `known=False`: could not be found out."""

    name: str
    label: str
    value: Any
    text: str
    source: str
    serial: str = ""
    read_at: str = ""
    known: bool = True
    stated: str | None = None
    """What the applicant said about the same thing, where he said something; shown when it differs."""

    @property
    def differs(self) -> bool:
        return self.stated is not None and self.stated != self.text

    def line(self) -> FactLine:
        """The fact as one line of a receipt (依据链)."""
        return FactLine(text=self.text, source=self.source, serial=self.serial, read_at=self.read_at)


@dataclass(frozen=True)
class Facts:
    """All facts of one case, by name. What is missing counts as unknown, never as false."""

    items: tuple[Fact, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Fact]:
        return {fact.name: fact for fact in self.items}

    def known(self, *names: str) -> bool:
        return all(name in self.by_name and self.by_name[name].known for name in names)

    def value(self, name: str) -> Any:
        """The value of a known fact; asking for an unknown one is a programming error."""
        fact = self.by_name[name]
        assert fact.known, f"fact {name} is unknown; test facts.known() first"
        return fact.value

    def get(self, name: str, default: Any = None) -> Any:
        """The value when it is known, else `default`."""
        return self.by_name[name].value if self.known(name) else default

    def line(self, name: str) -> FactLine:
        return self.by_name[name].line()

    def with_fact(self, fact: Fact) -> Facts:
        """The same facts with this one put in place of the one of the same name."""
        others = tuple(item for item in self.items if item.name != fact.name)
        return Facts((*others, fact))

    def to_json(self) -> list[dict[str, Any]]:
        return [dict(vars(item)) for item in self.items]

    @classmethod
    def from_json(cls, raw: Iterable[Mapping[str, Any]]) -> Facts:
        return cls(tuple(Fact(**item) for item in raw))


# -------------------------------------------------------------------------------------------------- verdict


@dataclass(frozen=True)
class Verdict:
    """What `decide` answers. It is kept for ever with the facts it was made from, and never computed again.

    `text` is read by the applicant: for GRANT the amount sentence, for REFUSE why and what to do now, for
    REVIEW which fact is missing. `article` is the policy handle of the article the answer rests on; a REFUSE
    without it is not accepted. `can_be_agreed` matters for REVIEW only: False means a person must first
    establish the missing fact, True means people may agree as it stands.
    """

    outcome: Outcome
    text: str
    article: str = ""
    to_do: str = ""
    amount_fen: int | None = None
    working: Working | None = None
    can_be_agreed: bool = False
    agreed_text: str = ""
    """For REVIEW with `can_be_agreed`: what the applicant reads when people agree."""
    unknown: tuple[str, ...] = ()
    """Names of the facts that could not be found out."""
    result: Answers = field(default_factory=dict)
    """Further JSON values that `effect` needs (for example the month and the payee's card)."""


# ------------------------------------------------------------------------------------- what hooks are given


@dataclass(frozen=True)
class Subject:
    """Whose case it is. Nothing here comes from the form: it is the caller's own capacity."""

    centre_id: int
    actor: Actor
    login_id: int
    person_id: int | None
    """The natural person; for a log-in not yet bound, the person with the claimed identity number, if any."""
    unit_id: int | None = None


@dataclass(frozen=True)
class Asking:
    """Given to `gather`, outside any transaction: it may ask agencies and read other rooms; it writes nothing."""

    subject: Subject
    answers: Answers
    book: Book
    on: date
    """The law's date: the acceptance date of the case (for a preview: today)."""
    at: datetime
    case_id: int | None = None
    """None in a preview."""


@dataclass(frozen=True)
class Signature:
    """The applicant read this version of the agreement and signed it."""

    code: str
    version: str
    text_digest: str
    signed_by_login_id: int
    signed_at: datetime


@dataclass(frozen=True)
class Effecting:
    """Given to `effect`, inside the transaction of the decision (or of the signature, if there is an agreement)."""

    case_id: int
    number: str
    service: str
    subject: Subject
    answers: Answers
    facts: Facts
    verdict: Verdict
    book: Book
    on: date
    at: datetime
    maker_person_id: int | None
    """The applicant (and for a case decided by people, the clerk)."""
    checker: Actor
    """The reviewer, or the policy release when the rule decided."""
    signature: Signature | None = None


@dataclass(frozen=True)
class Effect:
    """What `effect` did. `done=False`: the case stays 办理中 until an event completes it."""

    done: bool
    text: str
    """Shown in the timeline, for example "付款指令已生成，等待银行付款"."""
    result: Answers = field(default_factory=dict)
    """Ids and numbers the portal needs on the result page, for example `{"certificate_id": 7}`."""


# ------------------------------------------------------------------------------------------ the declaration


@dataclass(frozen=True)
class Choice:
    value: Any
    label: str


@dataclass(frozen=True)
class FactShown:
    """A fact this service shows, in order. `by_hand`: what a clerk may establish himself when the agency is dead."""

    name: str
    label: str
    by_hand: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class CorrectionItem:
    """One thing the desk may ask the applicant to put right (补正), chosen from the service's own list.

    `field` names the form field to mend; empty means a paper to upload.
    """

    code: str
    title: str
    explanation: str
    field: str = ""


@dataclass(frozen=True)
class SummaryLine:
    """One line of 核对信息. `field` lets the page offer a link back to it."""

    label: str
    text: str
    field: str = ""


@dataclass(frozen=True)
class LegalLimit:
    """How long the law gives: `parameter` is the handle of a number of calendar days, `article` of the article."""

    parameter: str
    article: str


def default_answers(form: Form) -> dict[str, Any]:
    """The form's cleaned values; the fields of `casework.fields` clean to JSON values already."""
    return dict(form.cleaned_data)


def anybody(subject: Subject, at: datetime) -> None:
    """Nothing stands in the way of filing."""


def nothing_prefilled(subject: Subject, at: datetime) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service (事项), declared in its folder as `SERVICE`. The contract test reads every line of this."""

    code: str
    """The folder's name, for example `rent_withdrawal`."""
    title: str
    """租房提取"""
    gives: str
    """One sentence for the list of services: what a person gets."""
    audience: Audience
    review: ReviewMode
    folder: Path
    """`Path(__file__).parent`"""
    form: type[Form]
    """Takes `data`, `files`, `initial`, `prefix` as every Django form does, and may take `subject=`."""
    gather: Callable[[Asking], Facts]
    decide: Callable[..., Verdict]
    """`decide(facts, *, answers, book, on) -> Verdict`: pure, no Django, no clock, no database."""
    effect: Callable[[Effecting], Effect]
    """Calls other rooms' actions once; must be safe to call again for the same case (use the case id as key)."""
    summary: Callable[[Answers], tuple[SummaryLine, ...]]
    facts: tuple[FactShown, ...]
    materials: tuple[CorrectionItem, ...]
    refusal_articles: tuple[str, ...]
    """Handles of the articles a refusal of this service may rest on; the desk chooses from these."""
    legal_limit: LegalLimit | None
    """None where the law sets no limit."""
    promised_limit: str
    """Handle of a parameter: a number of working days; empty where nothing shorter than the law is promised."""
    step_up: bool = False
    """The confirm page asks for a fresh code (payout, card, phone, balance certificate, batch)."""
    prefill: Callable[[Subject, datetime], dict[str, Any]] = nothing_prefilled
    answers: Callable[[Form], dict[str, Any]] = default_answers
    agreement: str = ""
    """Code of the agreement to be signed before anything takes effect; its text is `agreement-<version>.md`."""
    takes_effect_text: str = ""
    """Step text while the effect waits for the outside world."""
    cancel: Callable[[Effecting], None] | None = None
    """Undo the effect when the applicant cancels a case 办理中; raises a Refusal when it is too late."""
    may_file: Callable[[Subject, datetime], None] = anybody
    """Raises a Refusal before anything is filed, with what to do instead (for example: the unit is registered)."""
    natural_person: Callable[[Subject, Answers], int | None] | None = None
    """For a log-in not bound to a person: who the answers say he is, so that four eyes can see it. Proves nothing."""
    one_running: bool = True
    """The same subject may have only one running case of this service."""


@dataclass(frozen=True)
class Agreement:
    """The agreement in force: what is read, and what the signature binds to."""

    code: str
    version: str
    text_markdown: str
    text_digest: str


@dataclass(frozen=True)
class MistakeAnswer:
    """What «我填错了» led to: `amend` (mend it here), `redo` (cancelled, a draft is ready) or `too_late`."""

    way: str
    text: str
    draft_id: int | None = None


@dataclass(frozen=True)
class GuideText:
    """The texts of a service folder, as the help pages show them."""

    guide_markdown: str
    questions: tuple[tuple[str, str], ...]


# --------------------------------------------------------------------------------- a case as others see it


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
class Correction:
    """What was asked for, once and completely, and what has been given since."""

    asked_at: datetime
    items: tuple[CorrectionItem, ...]
    note: str
    answered_at: datetime | None


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


# ---------------------------------------------------------------------------------------------------- events


@dataclass(frozen=True)
class CaseDecided:
    """A decision was made (granted or refused)."""

    case_id: int
    number: str
    service: str
    outcome: Outcome
    login_id: int
    person_id: int | None
    unit_id: int | None
    text: str
    at: datetime


@dataclass(frozen=True)
class CaseChanged:
    """The applicant should be told: correction asked, returned, delivered, withdrawn."""

    case_id: int
    number: str
    service: str
    state: CaseState
    login_id: int
    person_id: int | None
    unit_id: int | None
    title: str
    text: str
    at: datetime


def digest_of(content: Any) -> str:
    """A stable SHA-256 over JSON content: what an approval and a repeated submission are compared by."""
    raw = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(raw.encode()).hexdigest()
