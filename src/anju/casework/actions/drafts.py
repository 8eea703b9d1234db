"""Drafts (草稿): raw form values as typed, per log-in and capacity, kept 30 days and across a time-out."""

from __future__ import annotations

from datetime import datetime, timedelta

from anju.casework import registry, store
from anju.casework.models import CaseDraft
from anju.casework.permissions import require_login
from anju.casework.types import Answers
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal

KEPT = timedelta(days=30)
LONGEST_DRAFT = 1_000_000


def save_draft(
    service: str, values: Answers, *, actor: Actor, at: datetime, draft_id: int | None = None
) -> int:
    """Keep what was typed so far; with `draft_id` in place of that draft, if it is the caller's. Its id."""
    registry.offered(service, on=at.date())
    login_id = require_login(actor)
    text = store.to_text(values)
    if len(text) > LONGEST_DRAFT:
        raise Refusal("draft_too_long", "内容太多，不能存为草稿。")
    fields = {"values": text, "saved_at": at, "expires_on": (at + KEPT).date()}
    if draft_id is not None:
        kept = CaseDraft.objects.filter(draft_id=draft_id, login_id=login_id, service=service).update(**fields)
        if kept:
            return draft_id
    made = CaseDraft.objects.create(
        centre_id=actor.centre_id, login_id=login_id, unit_id=actor.unit_id, service=service, **fields
    )
    return int(made.draft_id)


def discard_draft(draft_id: int, *, actor: Actor) -> None:
    """Throw a draft of one's own away."""
    CaseDraft.objects.filter(draft_id=draft_id, login_id=require_login(actor)).delete()


def forget_old_drafts(*, at: datetime) -> int:
    """Delete drafts past their thirty days; how many."""
    return int(CaseDraft.objects.filter(expires_on__lt=at.date()).delete()[0])
