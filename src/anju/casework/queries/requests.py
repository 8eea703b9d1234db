"""Which case a form's key has become: so that what is sent twice is answered before it is looked at again."""

from __future__ import annotations

from anju.casework.models import CaseRequest
from anju.kernel.actor import Actor


def case_of_key(actor: Actor, key: str) -> int | None:
    """The case this log-in made under this key, or None."""
    if actor.login_id is None:
        return None
    found = CaseRequest.objects.filter(centre_id=actor.centre_id, login_id=actor.login_id, request_key=key).first()
    return int(found.case_id) if found else None
