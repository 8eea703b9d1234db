"""Reads of the support room."""

from __future__ import annotations

from anju.support.models import Report


def open_reports(centre_id: int, *, limit: int = 50) -> list[Report]:
    """What waits for an answer, oldest first."""
    return list(Report.objects.filter(centre_id=centre_id, answered_at__isnull=True).order_by("at")[:limit])
