"""The declaration of a service, and what its hooks are given and give back. Pure; the form is only named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anju.casework.facts import Answers, Facts, Verdict
from anju.casework.states import Audience, ReviewMode
from anju.kernel.actor import Actor

if TYPE_CHECKING:
    from django.forms import Form

    from anju.policy import Book


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
