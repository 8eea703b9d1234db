"""What those who examine the books may see of cases: a mark beside a voucher, and one whole case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from anju.casework import registry
from anju.casework.models import Case as CaseRow
from anju.casework.queries.cases import one, seen, several
from anju.casework.types import Case, CaseState
from anju.kernel.actor import Actor

AUDITOR = "auditor"


@dataclass(frozen=True)
class CaseMark:
    """A case as a voucher quotes it: number, title, state, and how many papers were handed in."""

    case_id: int
    number: str
    title: str
    state: CaseState
    papers: int


def case_marks(centre_id: int, case_ids: Iterable[int]) -> dict[int, CaseMark]:
    """Marks of cases by their ids; unknown ones are left out; at most one statement."""
    wanted = sorted(set(case_ids))
    if not wanted:
        return {}
    found = CaseRow.objects.filter(centre_id=centre_id, case_id__in=wanted).annotate(n=Count("papers"))
    return {
        line["case_id"]: CaseMark(
            line["case_id"], line["number"], registry.service(line["service"]).title, CaseState(line["state"]),
            line["n"],
        )
        for line in found.values("case_id", "number", "service", "state", "n").order_by()
    }  # fmt: skip


def case_id_of(centre_id: int, number: str) -> int | None:
    """The case with this number (案号), or None."""
    return CaseRow.objects.filter(centre_id=centre_id, number=number).values_list("case_id", flat=True).first()


def audited_cases(actor: Actor) -> QuerySet[CaseRow]:
    """Cases of the centre that an auditor may read: all but those that are his own as a person."""
    if actor.role != AUDITOR or actor.login_id is None:
        return CaseRow.objects.none()
    foreign = Q(applicant_person_id__isnull=True) | ~Q(applicant_person_id=actor.person_id)
    foreign_person = Q(person_id__isnull=True) | ~Q(person_id=actor.person_id)
    return CaseRow.objects.filter(foreign, foreign_person, centre_id=actor.centre_id).exclude(login_id=actor.login_id)


def audited_case(actor: Actor, case_id: int) -> Case:
    """A case for an auditor; anything else answers like a missing one (404).

    Pages go through ``actions.open_case_for_audit``, which records the look.
    """
    return seen(one(audited_cases(actor), case_id))


def audited(actor: Actor, case_ids: Sequence[int]) -> list[Case]:
    """Whole cases for an auditor, in one statement; those that are not his to read are left out.

    Pages go through ``actions.open_cases_for_audit``, which records each look.
    """
    return [seen(found) for found in several(audited_cases(actor), case_ids)]
