"""Filing a service in two screens: what was typed is kept as a draft, seen by the rules, confirmed and submitted.

The draft holds the raw values, and beside them (under names no form field may have) what the rules answered to
them and which code was sent. So the second screen shows exactly what the first one found, and a time-out loses
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import QueryDict

from anju.casework import actions as casework
from anju.casework import queries as cases
from anju.casework import registry
from anju.casework.fields import ServiceForm, YuanField
from anju.casework.types import Answers, Audience, Draft, Outcome, Preview, Service, Subject, SummaryLine, digest_of
from anju.design.fields import AmountField
from anju.kernel import explained
from anju.kernel.actor import Actor
from anju.kernel.explained import Working
from anju.kernel.refusal import Refusal
from anju.portals.person.receipts import as_read

RENT, CARD, CERTIFICATE = "rent_withdrawal", "bank_card", "deposit_certificate"
SEEN, SENT, PROVED = "~seen", "~sent", "~proved"
AMOUNT = AmountField()
OWN = frozenset({SEEN, SENT, PROVED})


@dataclass(frozen=True)
class Seen:
    """What the rules answered to a draft, kept with it."""

    outcome: Outcome
    text: str
    to_do: str
    amount_fen: int | None
    working: Working | None
    result: Mapping[str, Any]
    digest: str

    @property
    def granted(self) -> bool:
        return self.outcome is Outcome.GRANT

    @property
    def refused(self) -> bool:
        return self.outcome is Outcome.REFUSE


def member_service(code: str, *, on: date) -> Service:
    """A service that members file here today; any other reads like a missing page."""
    found = registry.offered(code, on=on)
    if found.audience is not Audience.MEMBER:
        raise Refusal("service_unknown", "没有这项业务。", status=404)
    return found


def subject_of(actor: Actor) -> Subject:
    """The caller as the applicant of his own case."""
    assert actor.login_id is not None
    return Subject(actor.centre_id, actor, actor.login_id, actor.person_id)


def service_form(service: Service, actor: Actor, *, at: datetime, **options: Any) -> forms.Form:
    """The service's own form; it is given the applicant and the day where it asks for them."""
    if issubclass(service.form, ServiceForm):
        options |= {"subject": subject_of(actor), "today": at.date()}
    form = service.form(**options)
    assert not OWN & set(form.fields), "a form field uses a name of the draft's own"
    _dress(form)
    return form


def _dress(form: forms.Form) -> None:
    """Give the fields of a service what the field component draws: example, unit, 大写 under an amount."""
    form.use_required_attribute = False
    for field in form.fields.values():
        meta = getattr(field, "meta", None)
        if meta is None:
            continue
        field.help_text = field.help_text or meta.example
        field.after = meta.unit  # type: ignore[attr-defined]
        if isinstance(field, YuanField):
            field.before, field.shows_words = "¥", True  # type: ignore[attr-defined]
            field.words = AMOUNT.words  # type: ignore[attr-defined]
            field.widget.attrs["class"] = "input--figure"
        elif meta.width == "short":
            field.widget.attrs["class"] = "input--short"


def prefilled(service: Service, actor: Actor, *, at: datetime) -> dict[str, Any]:
    """What the centre knows already, for the form's first showing."""
    return service.prefill(subject_of(actor), at)


def typed_values(form: forms.Form) -> dict[str, Any]:
    """The raw values as typed, by field name; files are not among them."""
    values: dict[str, Any] = {}
    for name, field in form.fields.items():
        if isinstance(field, forms.FileField):
            continue
        key = form.add_prefix(name)
        raw = form.data.getlist(key) if isinstance(form.data, QueryDict) else [form.data.get(key)]
        values[name] = raw if len(raw) > 1 else (raw[0] if raw else "")
    return values


def keep(
    service: Service, values: Mapping[str, Any], *, actor: Actor, at: datetime, draft_id: int | None, **own: Any
) -> int:
    """Keep typed values, with what belongs to the draft itself."""
    return casework.save_draft(
        service.code, {**values, **{f"~{name}": content for name, content in own.items()}}, actor=actor, at=at,
        draft_id=draft_id,
    )  # fmt: skip


def plain_values(draft: Draft) -> dict[str, Any]:
    """The typed values of a draft alone."""
    return {name: value for name, value in draft.values.items() if name not in OWN}


def own_draft(actor: Actor, draft_id: int, service: Service, *, at: datetime) -> Draft:
    """The caller's draft of this service, or a missing page."""
    found = cases.draft_for(actor, draft_id, at=at)
    if found.service != service.code:
        raise Refusal("draft_unknown", "没有找到这份草稿。", status=404)
    return found


def seen_to_json(seen: Preview) -> dict[str, Any]:
    verdict = seen.verdict
    return {
        "outcome": verdict.outcome.value, "text": verdict.text, "to_do": verdict.to_do,
        "amount_fen": verdict.amount_fen, "result": dict(verdict.result),
        "working": explained.to_json(verdict.working) if verdict.working else None,
    }  # fmt: skip


def seen_of(draft: Draft) -> Seen | None:
    """What the rules answered when this draft was looked at; None when they have not been asked."""
    raw = draft.values.get(SEEN)
    if not isinstance(raw, dict):
        return None
    working = as_read(explained.from_json(raw["working"])) if raw["working"] else None
    return Seen(
        Outcome(raw["outcome"]), raw["text"], raw["to_do"], raw["amount_fen"], working, raw["result"],
        digest_of([plain_values(draft), raw["outcome"], raw["amount_fen"], raw["result"]]),
    )  # fmt: skip


def summary_of(service: Service, answers: Answers) -> tuple[SummaryLine, ...]:
    """核对信息 in the service's own words."""
    return service.summary(answers)


def put_refusal(form: forms.Form, refusal: Refusal) -> None:
    """Show a refusal beside its field when this form has it, on top otherwise."""
    text = f"{refusal.text}（{refusal.law}）" if refusal.law else refusal.text
    form.add_error(refusal.field if refusal.field in form.fields else None, text)
    if refusal.status == 409:
        # As with the forms of the design: `form_page` answers 409, because nothing typed can mend it.
        form.wrong_status = 409  # type: ignore[attr-defined]
