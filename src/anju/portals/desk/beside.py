"""What stands beside a case to judge it by: the applicant's other cases, alike cases lately, and signals of risk.

Reads only. A signal is a plain fact with its date, never a score; it stops nothing by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count

from anju.casework import queries as case_queries
from anju.casework.types import Case, Outcome
from anju.identity import queries as identity
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.treasury import queries as treasury

LATELY = timedelta(days=90)
FRESH = timedelta(days=30)


@dataclass(frozen=True)
class Alike:
    """How cases of the same service were decided lately."""

    days: int
    granted: int
    refused: int

    @property
    def total(self) -> int:
        return self.granted + self.refused


def others(actor: Actor, case: Case) -> list[Any]:
    """Other cases of the same person or unit, newest first."""
    found = case_queries.desk_cases(actor).exclude(pk=case.case_id)
    if case.subject.unit_id is not None:
        found = found.filter(unit_id=case.subject.unit_id)
    elif case.subject.person_id is not None:
        found = found.filter(person_id=case.subject.person_id, unit_id__isnull=True)
    else:
        found = found.filter(login_id=case.subject.login_id)
    return list(found.order_by("-case_id")[:5])


def alike(actor: Actor, case: Case, *, at: datetime) -> Alike:
    """Decisions of the same service in the last ninety days."""
    found = case_queries.desk_cases(actor).filter(service=case.service, decision__decided_at__gte=at - LATELY)
    by_outcome = found.exclude(pk=case.case_id).values_list("decision__outcome")
    counted = dict(by_outcome.annotate(n=Count("case_id")).order_by())
    return Alike(LATELY.days, counted.get(Outcome.GRANT.value, 0), counted.get(Outcome.REFUSE.value, 0))


def signals(case: Case, *, at: datetime) -> list[str]:
    """What changed lately at the applicant's that money could be led astray by: the card, the phone."""
    told = []
    if case.subject.person_id is not None and case.subject.unit_id is None:
        card = treasury.bound_card(case.subject.person_id, at=at)
        if card is not None and at - card.bound_at < FRESH:
            wait = "已过等待期" if card.usable else "还在等待期，不能收款"
            days = (at - card.bound_at).days
            told.append(f"{_day(card.bound_at)}绑定了收款卡（尾号 {card.tail}），距今 {days} 天，{wait}。")
    for line in identity.activity(case.subject.login_id):
        if line.kind in ("phone", "reset") and at - line.at < FRESH:
            reported = "本人说不是他操作。" if line.reported else ""
            told.append(f"{_day(line.at)}{line.text}，距今 {(at - line.at).days} 天。{reported}")
    return told


def _day(moment: datetime) -> str:
    day = moment.astimezone(ZONE)
    return f"{day.month}月{day.day}日"
