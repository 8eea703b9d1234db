"""Reads of the support room."""

from __future__ import annotations

from anju.support.models import Report
from anju.support.types import ReportSeen

LARGEST = 2**63 - 1


def open_reports(centre_id: int, *, limit: int = 50) -> list[ReportSeen]:
    """What waits for an answer: danger first, then the oldest."""
    waiting = Report.objects.filter(centre_id=centre_id, answered_at__isnull=True)
    return [_seen(one) for one in waiting.order_by("-danger", "at")[:limit]]


def open_dangers(centre_id: int) -> int:
    """How many «不是我操作» nobody has answered yet."""
    return Report.objects.filter(centre_id=centre_id, danger=True, answered_at__isnull=True).count()


def dangers_of(login_id: int) -> list[ReportSeen]:
    """Every «不是我操作» of a log-in, newest first, with who answered it."""
    return [_seen(one) for one in Report.objects.filter(login_id=login_id, danger=True).order_by("-report_id")]


def reports_of(login_id: int, *, limit: int = 20) -> list[ReportSeen]:
    """What a log-in has said, newest first."""
    return [_seen(one) for one in Report.objects.filter(login_id=login_id).order_by("-report_id")[:limit]]


def report_of(login_id: int, report_id: int) -> ReportSeen | None:
    """One report of this log-in; another's is not found."""
    if not 0 < report_id <= LARGEST:
        return None
    found = Report.objects.filter(login_id=login_id, report_id=report_id).first()
    return _seen(found) if found else None


def _seen(found: Report) -> ReportSeen:
    return ReportSeen(
        report_id=found.report_id, centre_id=found.centre_id, at=found.at, login_id=found.login_id, page=found.page,
        subject=found.subject, text=str(found.text or ""), danger=found.danger, due_on=found.due_on,
        follows_id=found.follows_id, answer=str(found.answer or ""), answered_at=found.answered_at,
        answered_by=found.answered_by,
    )  # fmt: skip
