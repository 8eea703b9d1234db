"""Acts of the desk over many cases, for those who look at the desk and not at one case."""

from __future__ import annotations

from datetime import datetime

from anju.casework.lifecycle import Act
from anju.casework.models import CaseReview
from anju.casework.seen import FactByHand
from anju.casework.states import CaseState


def facts_by_hand(centre_id: int, *, since: datetime, until: datetime, limit: int) -> list[FactByHand]:
    """Facts that a clerk established because no agency answered, oldest first, with what became of the case."""
    found = CaseReview.objects.filter(
        case__centre_id=centre_id, act=Act.ESTABLISH_FACT.value, at__gte=since, at__lt=until
    ).select_related("case").order_by("at", "case_id", "n")
    return [
        FactByHand(
            review.at, review.person_id, review.staff_name, review.text, review.case.number, review.case.service,
            CaseState(review.case.state), review.case.amount_fen,
        )
        for review in found[:limit]
    ]
