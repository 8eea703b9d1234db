"""Reading inboxes and what became of SMS."""

from __future__ import annotations

from datetime import datetime

from anju.notices.actions import readers
from anju.notices.models import Notice, Sms
from anju.notices.types import Delivery, Message, SmsState


def inbox(
    *,
    login_id: int | None = None,
    person_id: int | None = None,
    unit_id: int | None = None,
    limit: int = 20,
    before: int | None = None,
) -> list[Message]:
    """Messages of any of these readers, newest first; `before` is the last id of the page before."""
    found = Notice.objects.filter(readers(login_id=login_id, person_id=person_id, unit_id=unit_id))
    if before is not None:
        found = found.filter(id__lt=before)
    return [_message(notice) for notice in found.order_by("-id")[:limit]]


def unread_count(*, login_id: int | None = None, person_id: int | None = None, unit_id: int | None = None) -> int:
    """How many messages these readers have not opened."""
    mine = readers(login_id=login_id, person_id=person_id, unit_id=unit_id)
    return Notice.objects.filter(mine, read_at__isnull=True).count()


def message(
    notice_id: int, *, login_id: int | None = None, person_id: int | None = None, unit_id: int | None = None
) -> Message | None:
    """One message, if it is one of these readers' own; a foreign one looks like a missing one."""
    mine = readers(login_id=login_id, person_id=person_id, unit_id=unit_id)
    found = Notice.objects.filter(mine, id=notice_id).first()
    return _message(found) if found else None


def messages_of_case(case_id: int) -> list[Message]:
    """What was told about a case, oldest first: for its page at the desk."""
    return [_message(notice) for notice in Notice.objects.filter(case_id=case_id).order_by("id")]


def delivery(sms_id: int) -> Delivery:
    """What became of an SMS; raises Sms.DoesNotExist for a number never given."""
    sms = Sms.objects.only("id", "purpose", "state", "created_at", "final_at", "problem").get(id=sms_id)
    return Delivery(sms.id, sms.purpose, SmsState(sms.state), sms.created_at, sms.final_at, sms.problem)


def failed_count(centre_id: int, *, since: datetime) -> int:
    """How many SMS did not arrive since then: for the watch over the lines."""
    return Sms.objects.filter(centre_id=centre_id, state=SmsState.FAILED, created_at__gte=since).count()


def _message(notice: Notice) -> Message:
    return Message(
        notice_id=notice.id,
        kind=notice.kind,
        title=notice.title,
        text=notice.text,
        case_id=notice.case_id,
        case_number=notice.case_number,
        created_at=notice.created_at,
        read_at=notice.read_at,
        to_unit=notice.unit_id is not None,
        line_seq=notice.line_seq,
    )
