"""Drafts of a log-in in its present capacity."""

from __future__ import annotations

from datetime import datetime

from anju.casework import registry, store
from anju.casework.models import CaseDraft
from anju.casework.queries.scope import LARGEST_ID
from anju.casework.types import Draft
from anju.kernel.actor import Actor


def drafts_of(actor: Actor, *, at: datetime, service: str = "") -> tuple[Draft, ...]:
    """Newest first, without those past their thirty days."""
    if actor.login_id is None:
        return ()
    found = CaseDraft.objects.filter(login_id=actor.login_id, unit_id=actor.unit_id, expires_on__gte=at.date())
    if service:
        found = found.filter(service=service)
    return tuple(_draft(draft) for draft in found.order_by("-saved_at")[:50])


def draft_for(actor: Actor, draft_id: int, *, at: datetime) -> Draft:
    """One's own draft, or 404."""
    found = None
    if actor.login_id is not None and 0 < draft_id <= LARGEST_ID:
        found = CaseDraft.objects.filter(
            draft_id=draft_id, login_id=actor.login_id, unit_id=actor.unit_id, expires_on__gte=at.date()
        ).first()
    if found is None:
        raise store.not_found()
    return _draft(found)


def _draft(draft: CaseDraft) -> Draft:
    return Draft(
        draft_id=draft.draft_id, service=draft.service, title=registry.service(draft.service).title,
        values=store.read_json(draft.values), saved_at=draft.saved_at, expires_on=draft.expires_on,
    )  # fmt: skip
