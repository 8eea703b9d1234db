"""What a granted certificate does: the paper is drawn, sealed and kept, once for the case."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from anju.accounts import queries as accounts
from anju.casework.types import Effect, Effecting, Facts
from anju.certificates.actions import issue_contribution_certificate
from anju.certificates.types import ContributionFacts, MonthlyTerms
from anju.kernel.clock import ZONE
from anju.kernel.identifiers import mask_id
from anju.kernel.month import Month
from anju.parties import queries as parties
from anju.services.deposit_certificate.decide import VALID_DAYS
from anju.services.deposit_certificate.labels import PURPOSES


def effect(effecting: Effecting) -> Effect:
    """Issue what the decision's facts say; the paper never says more or later than the decision."""
    person_id = effecting.subject.person_id
    assert person_id is not None
    account_id = accounts.account_of_person(person_id)
    assert account_id is not None, "granted only to those who have an account"
    today = effecting.at.astimezone(ZONE).date()
    issued = issue_contribution_certificate(
        _contents(effecting, person_id, account_id, today),
        centre_id=effecting.subject.centre_id, person_id=person_id, account_id=account_id,
        purpose=PURPOSES[effecting.answers["purpose"]],
        valid_until=today + timedelta(days=effecting.book.integer(VALID_DAYS, effecting.on)),
        key=f"case:{effecting.case_id}", actor=effecting.subject.actor, at=effecting.at,
    )  # fmt: skip
    return Effect(
        done=True, text=f"缴存证明 {issued.number} 已出具，可以下载。",
        result={"certificate_id": issued.certificate_id, "number": issued.number},
    )  # fmt: skip


def _contents(effecting: Effecting, person_id: int, account_id: int, today: date) -> ContributionFacts:
    person = parties.person(person_id)
    assert person is not None
    facts = effecting.facts
    paid_to = facts.value("paid_to")
    return ContributionFacts(
        person_name=person.name, document_kind=person.id_kind.zh, document_masked=mask_id(person.id_number),
        centre_name=effecting.book.centre, account_number=_grouped(account_id), unit_name=facts.value("unit"),
        state=facts.by_name["account_state"].text, opened_on=date.fromisoformat(facts.value("opened_on")),
        paid_to=Month.parse(paid_to) if paid_to else None, months_total=facts.value("months_total"),
        months_continuous=facts.value("months_continuous"), balance_fen=facts.value("balance_fen"),
        as_of=today, monthly=_terms(facts),
    )  # fmt: skip


def _terms(facts: Facts) -> MonthlyTerms | None:
    said = facts.value("monthly")
    if said is None:
        return None
    return MonthlyTerms(
        month=Month.parse(said["month"]), base_fen=said["base_fen"], own_ratio=Decimal(said["own_ratio"]),
        unit_ratio=Decimal(said["unit_ratio"]), own_fen=said["own_fen"], unit_fen=said["unit_fen"],
    )  # fmt: skip


def _grouped(account_id: int) -> str:
    """The account's number in groups of four from the left."""
    digits = str(account_id)
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))
