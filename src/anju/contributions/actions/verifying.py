"""Asking other centres afterwards about people who could not be asked when their list was applied."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anju.audit.actions import record
from anju.contributions.actions.checking import ask_elsewhere
from anju.contributions.roster.types import ChangeKind, Elsewhere
from anju.contributions.types import ActiveElsewhereFound
from anju.database.sql import row, rows
from anju.kernel.actor import Actor
from anju.kernel.events import publish
from anju.parties import queries as parties


def verify_elsewhere(centre_id: int, list_id: int, *, at: datetime) -> int:
    """Ask about everyone a list added; how many could still not be asked. What is found is published once.

    An account stays open whatever is found: the person has an employer who pays; the other centre's account must be
    sealed, and the unit is told so.
    """
    added = rows(
        "SELECT l.account_id, l.person_id, c.unit_id FROM change_line l JOIN change_list c USING (centre_id, list_id)"
        " WHERE l.centre_id = %s AND l.list_id = %s AND l.kind = %s ORDER BY l.n",
        [centre_id, list_id, ChangeKind.NEW.value],
    )
    people = parties.people([line["person_id"] for line in added])
    by_document = {(p.id_kind, p.id_number): p.person_id for p in people.values()}
    told = ask_elsewhere(list(by_document), centre_id=centre_id, at=at)
    active = {by_document[document] for document, answer in told.items() if answer is Elsewhere.NORMAL}
    unknown = sum(answer is Elsewhere.UNKNOWN for answer in told.values())
    if unknown == 0:
        _publish(centre_id, list_id, [line for line in added if line["person_id"] in active], at=at)
    return unknown


@transaction.atomic
def _publish(centre_id: int, list_id: int, found: list[dict[str, int]], *, at: datetime) -> None:
    act = "contributions.verify_elsewhere"
    done = row(
        "SELECT 1 AS one FROM change_list WHERE centre_id = %s AND list_id = %s FOR UPDATE", [centre_id, list_id]
    )
    assert done is not None
    actor = Actor.machine(centre_id, "contributions")
    record(act, actor=actor, at=at, subject="change_list", subject_id=list_id, details={"active": len(found)})
    for line in found:
        publish(ActiveElsewhereFound(centre_id, list_id, line["unit_id"], line["account_id"], line["person_id"], at))
