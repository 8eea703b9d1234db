"""Reads of the support room."""

from __future__ import annotations

from anju.support.models import Report


def open_reports(centre_id: int, *, limit: int = 50) -> list[Report]:
    """What waits for an answer: danger first, then the oldest."""
    waiting = Report.objects.filter(centre_id=centre_id, answered_at__isnull=True)
    return list(waiting.order_by("-danger", "at")[:limit])


def open_dangers(centre_id: int) -> int:
    """How many «不是我操作» nobody has answered yet."""
    return Report.objects.filter(centre_id=centre_id, danger=True, answered_at__isnull=True).count()


def dangers_of(login_id: int) -> list[Report]:
    """Every «不是我操作» of a log-in, newest first, with who answered it."""
    return list(Report.objects.filter(login_id=login_id, danger=True).order_by("-report_id"))
