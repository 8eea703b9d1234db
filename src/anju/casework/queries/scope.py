"""The two scopes every read starts from: an applicant's own cases in his capacity, and the desk's without its own."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from anju.casework.models import Case
from anju.casework.permissions import is_desk
from anju.kernel.actor import Actor

LARGEST_ID = 2**63 - 1


def own_cases(actor: Actor) -> QuerySet[Case]:
    """Cases of this capacity: a unit's agents see the unit's, a person his own, a log-in what it filed."""
    if actor.login_id is None:
        return Case.objects.none()
    if actor.unit_id is not None:
        return Case.objects.filter(centre_id=actor.centre_id, unit_id=actor.unit_id)
    mine = Q(login_id=actor.login_id)
    if actor.person_id is not None:
        mine |= Q(person_id=actor.person_id)
    return Case.objects.filter(mine, centre_id=actor.centre_id, unit_id__isnull=True)


def desk_cases(actor: Actor) -> QuerySet[Case]:
    """Cases a clerk or reviewer of the centre may see: all but those that are his own as a person."""
    if not is_desk(actor) or actor.login_id is None:
        return Case.objects.none()
    # NOT (a OR NULL) would be unknown and hide the row, so the columns that may be null are tested for it.
    foreign = Q(applicant_person_id__isnull=True) | ~Q(applicant_person_id=actor.person_id)
    foreign_person = Q(person_id__isnull=True) | ~Q(person_id=actor.person_id)
    return Case.objects.filter(foreign, foreign_person, centre_id=actor.centre_id).exclude(login_id=actor.login_id)
