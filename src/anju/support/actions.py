"""Writes of the support room."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anju.audit.actions import record
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal
from anju.kernel.text import clean_text
from anju.notices.actions import send
from anju.support.models import Report


@transaction.atomic
def report_wrong(*, text: str, page: str, login_id: int | None, centre_id: int, at: datetime) -> int:
    """Keep what somebody says is wrong; the report's number."""
    return _keep(text, page=page, login_id=login_id, centre_id=centre_id, at=at, danger=False)


@transaction.atomic
def report_danger(*, text: str, page: str, login_id: int, centre_id: int, at: datetime) -> int:
    """Keep that somebody's log-in may be in other hands; it stands before everything else on the desk's list."""
    return _keep(text, page=page, login_id=login_id, centre_id=centre_id, at=at, danger=True)


def _keep(text: str, *, page: str, login_id: int | None, centre_id: int, at: datetime, danger: bool) -> int:
    kept = Report.objects.create(
        centre_id=centre_id, at=at, login_id=login_id, page=clean_text(page, 200, "page"),
        text=clean_text(text, 500, "text"), danger=danger,
    )  # fmt: skip
    return int(kept.report_id)


@transaction.atomic
def answer_report(report_id: int, *, text: str, actor: Actor, at: datetime) -> None:
    """Answer a report in writing; who was logged in gets it in the inbox. Refuses a second answer."""
    found = Report.objects.select_for_update().filter(report_id=report_id, centre_id=actor.centre_id).first()
    if found is None:
        raise Refusal("support.unknown", "没有这条异议。", status=404)
    if found.answered_at is not None:
        raise Refusal("support.answered", "这条异议已经答复过。", status=409)
    words = clean_text(text, 1000, "text")
    found.answer, found.answered_at, found.answered_by = words, at, actor.person_id  # type: ignore[assignment]
    found.save(update_fields=["answer", "answered_at", "answered_by"])
    record("support.answer", actor=actor, at=at, subject="support_report", subject_id=report_id)
    if found.login_id is not None:
        send("report_answered", login_id=found.login_id, at=at, title="您反映的问题有了答复", text=words)
