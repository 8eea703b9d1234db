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
