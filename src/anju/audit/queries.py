"""Reading the audit: what concerns a person, and who looked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from anju.audit.models import AuditRecord


def looks_at(person_id: int, *, since: datetime) -> int:
    """How many looks staff took at a person's file since a moment."""
    return AuditRecord.objects.filter(person_id=person_id, act="look", at__gte=since).count()


def of_person(person_id: int, *, limit: int = 50) -> list[dict[str, Any]]:
    """The newest acts that concern a person."""
    found = AuditRecord.objects.filter(person_id=person_id).order_by("-at")
    return [dict(line) for line in found.values("act", "at", "role", "subject", "case_id", "details")[:limit]]


def looks_without_case(centre_id: int, *, since: datetime, until: datetime, limit: int) -> list[dict[str, Any]]:
    """Files that staff read without a case of that person at hand, oldest first."""
    found = AuditRecord.objects.filter(
        centre_id=centre_id, act="look", case_id__isnull=True, at__gte=since, at__lt=until
    ).order_by("at", "id")
    wanted = ("at", "login_id", "actor_person_id", "role", "subject", "person_id", "details")
    return [dict(line) for line in found.values(*wanted)[:limit]]
