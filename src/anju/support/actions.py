"""Writes of the support room."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from anju import policy
from anju.audit.actions import record
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.refusal import Refusal
from anju.kernel.text import clean_text
from anju.notices.actions import send
from anju.support.models import Report
from anju.support.types import Reported

ANSWER_DAYS = "dispute.answer_days"


def report_wrong(*, text: str, page: str, login_id: int | None, centre_id: int, at: datetime) -> int:
    """Keep what somebody says is wrong; the report's number."""
    return report(text=text, page=page, login_id=login_id, centre_id=centre_id, at=at).report_id


@transaction.atomic
def report(
    *, text: str, page: str, login_id: int | None, centre_id: int, at: datetime, subject: str = "", key: str = "",
    follows_id: int | None = None,
) -> Reported:  # fmt: skip
    """Keep what somebody says is wrong, and by when it is answered: the law's days for a dispute.

    Whoever is logged in gets the number into the inbox. The same `key` of the same log-in is kept once. Refuses to go
    on with a report that is not the caller's (404).
    """
    _own(login_id, follows_id)
    made = _keep(
        text, page=page, login_id=login_id, centre_id=centre_id, at=at, danger=False, subject=subject, key=key,
        follows_id=follows_id,
    )  # fmt: skip
    if not made.replayed and login_id is not None:
        by = f"，{made.due_on.year}年{made.due_on.month}月{made.due_on.day}日前书面答复" if made.due_on else ""
        number = f"FY{made.report_id:06d}"
        send(
            "report_received", login_id=login_id, at=at, title="您反映的问题已经收到",
            text=f"编号 {number}{by}。在“更正一笔信息”里可以看到办到哪一步。",
        )  # fmt: skip
    return made


def _own(login_id: int | None, follows_id: int | None) -> None:
    if follows_id is not None and not Report.objects.filter(report_id=follows_id, login_id=login_id).exists():
        raise Refusal("support.unknown", "没有这条异议。", status=404)


@transaction.atomic
def report_danger(*, text: str, page: str, login_id: int, centre_id: int, at: datetime) -> int:
    """Keep that somebody's log-in may be in other hands; it stands before everything else on the desk's list."""
    return _keep(text, page=page, login_id=login_id, centre_id=centre_id, at=at, danger=True).report_id


def _keep(
    text: str, *, page: str, login_id: int | None, centre_id: int, at: datetime, danger: bool, subject: str = "",
    key: str = "", follows_id: int | None = None,
) -> Reported:  # fmt: skip
    due_on = _due_on(at)
    values = {
        "centre_id": centre_id, "at": at, "page": clean_text(page, 200, "page"),
        "subject": clean_text(subject, 200, "subject"), "text": clean_text(text, 500, "text", multi_line=True),
        "danger": danger, "due_on": due_on, "follows_id": follows_id,
    }  # fmt: skip
    if not key or login_id is None:
        return Reported(Report.objects.create(login_id=login_id, **values).report_id, due_on, False)
    kept, made = Report.objects.get_or_create(login_id=login_id, request_key=key[:64], defaults=values)
    return Reported(kept.report_id, kept.due_on, not made)


def _due_on(at: datetime) -> date | None:
    """The day of the report is not counted; the law counts calendar days."""
    rules, on = policy.book(settings.ANJU_CITY), at.astimezone(ZONE).date()
    if not rules.has(ANSWER_DAYS, on):
        return None
    return rules.calendar.add_days(on, rules.integer(ANSWER_DAYS, on))


@transaction.atomic
def answer_report(report_id: int, *, text: str, actor: Actor, at: datetime) -> None:
    """Answer a report in writing; who was logged in gets it in the inbox. Refuses a second answer."""
    found = Report.objects.select_for_update().filter(report_id=report_id, centre_id=actor.centre_id).first()
    if found is None:
        raise Refusal("support.unknown", "没有这条异议。", status=404)
    if found.answered_at is not None:
        raise Refusal("support.answered", "这条异议已经答复过。", status=409)
    words = clean_text(text, 1000, "text", multi_line=True)
    found.answer, found.answered_at, found.answered_by = words, at, actor.person_id  # type: ignore[assignment]
    found.save(update_fields=["answer", "answered_at", "answered_by"])
    record("support.answer", actor=actor, at=at, subject="support_report", subject_id=report_id)
    if found.login_id is not None:
        send("report_answered", login_id=found.login_id, at=at, title="您反映的问题有了答复", text=words)
