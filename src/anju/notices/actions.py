"""Sending messages. Every write to the inbox and the outbox starts here; the calls to the gateway are in jobs.py."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from anju import jobs
from anju.database.encryption import digest
from anju.database.sql import execute
from anju.kernel.identifiers import check_mobile
from anju.notices import sms_rules, wording
from anju.notices.models import Notice, Sms
from anju.notices.types import SmsState

log = logging.getLogger(__name__)
DEFAULT_SIGNATURE = "安居公积金"
# No code of ours is worth anything later than this, whoever sent it; its text is erased then at the latest.
LONGEST_CODE_LIFE = timedelta(minutes=10)


def signature() -> str:
    """The name every SMS opens with."""
    return str(getattr(settings, "ANJU_SMS_SIGNATURE", DEFAULT_SIGNATURE))


def send(
    kind: str,
    *,
    at: datetime,
    person_id: int | None = None,
    login_id: int | None = None,
    unit_id: int | None = None,
    text: str = "",
    title: str = "",
    values: Mapping[str, str] | None = None,
    sms_text: str | None = None,
    phone: str | None = None,
    case_id: int | None = None,
    case_number: str = "",
    centre_id: int | None = None,
) -> int:
    """Put a message into an inbox, in the caller's transaction; with `phone` an SMS points to it.

    The words are `text`, or the kind's own from templates.yaml filled with `values`. An SMS that would break the
    rules (a long unit name is enough) goes out as the plain pointer instead. Returns the notice's id.
    """
    filled = dict(values or {})
    sms_id = None
    if phone:
        wanted = sms_text if sms_text is not None else wording.sms_of(kind, filled)
        sms_id = send_sms(phone, _fit(wanted, kind), purpose=kind, at=at, centre_id=centre_id)
    notice = Notice.objects.create(
        centre_id=centre_id or settings.ANJU_CENTRE_ID,
        login_id=login_id,
        person_id=person_id,
        unit_id=unit_id,
        kind=kind,
        title=title or wording.title_of(kind),
        text=text or wording.text_of(kind, filled),
        case_id=case_id,
        case_number=case_number,
        sms_id=sms_id,
        created_at=at,
    )
    return int(notice.id)


def send_sms(
    phone: str,
    text: str,
    *,
    purpose: str,
    at: datetime,
    valid_until: datetime | None = None,
    private: tuple[str, ...] = (),
    centre_id: int | None = None,
) -> int:
    """Queue one SMS in the caller's transaction; it leaves after commit. Returns its id.

    The signature is put in front when it is missing. Raises SmsUnfit for a text that breaks the rules and ValueError
    for what is no mobile number: both are mistakes of the caller. A text with a code is erased when the gateway has
    taken it, at `valid_until` or ten minutes after `at` at the latest.
    """
    number = "".join(phone.split())
    if not check_mobile(number):
        raise ValueError("not a mobile number")
    words = sms_rules.signed(text, signature())
    sms_rules.check(words, signature=signature(), private=private)
    secret = sms_rules.bears_code(words)
    ends = valid_until
    if secret:
        ends = min(valid_until or at + LONGEST_CODE_LIFE, at + LONGEST_CODE_LIFE)
    sms = Sms.objects.create(
        centre_id=centre_id or settings.ANJU_CENTRE_ID,
        message_id=uuid.uuid4(),
        purpose=purpose,
        phone_sealed=number,
        phone_digest=digest("phone", number),
        text_sealed=words,
        bears_code=secret,
        state=SmsState.QUEUED,
        created_at=at,
        valid_until=ends,
    )
    jobs.plan("notices.deliver_sms", sms_id=sms.id)
    if secret:
        jobs.plan("notices.forget_code", at=ends, sms_id=sms.id)
    return int(sms.id)


def mark_read(
    notice_id: int,
    *,
    at: datetime,
    login_id: int | None = None,
    person_id: int | None = None,
    unit_id: int | None = None,
) -> bool:
    """The reader has opened a message of theirs; False when it is not theirs. A second opening changes nothing."""
    mine = readers(login_id=login_id, person_id=person_id, unit_id=unit_id)
    found = Notice.objects.filter(mine, id=notice_id)
    found.filter(read_at__isnull=True).update(read_at=at)
    return found.exists()


def mark_all_read(
    *, at: datetime, login_id: int | None = None, person_id: int | None = None, unit_id: int | None = None
) -> int:
    """Everything in this inbox is read; how many were not."""
    mine = readers(login_id=login_id, person_id=person_id, unit_id=unit_id)
    return Notice.objects.filter(mine, read_at__isnull=True).update(read_at=at)


def settle_sms(sms_id: int, state: SmsState, *, at: datetime, problem: str = "") -> bool:
    """Move an SMS on; False when it had got there already. A code that has left us is erased in the same statement."""
    before = ["queued"] if state is SmsState.SENT else ["queued", "sent"]
    final = state in (SmsState.DELIVERED, SmsState.FAILED)
    changed = execute(
        "UPDATE sms SET state = %s, problem = %s, sent_at = CASE WHEN %s THEN coalesce(sent_at, %s) ELSE sent_at END,"
        " final_at = CASE WHEN %s THEN %s ELSE final_at END,"
        " text_sealed = CASE WHEN bears_code THEN NULL ELSE text_sealed END"
        " WHERE id = %s AND state = ANY(%s)",
        [state.value, problem[:60], state is not SmsState.FAILED, at, final, at, sms_id, before],
    )
    return changed == 1


def readers(*, login_id: int | None, person_id: int | None, unit_id: int | None) -> Q:
    """The condition that a message belongs to one of these readers; nobody reads nothing."""
    mine = Q(pk__in=[])
    if login_id is not None:
        mine |= Q(login_id=login_id)
    if person_id is not None:
        mine |= Q(person_id=person_id)
    if unit_id is not None:
        mine |= Q(unit_id=unit_id)
    return mine


def _fit(text: str, kind: str) -> str:
    """The text if it may go out, else the plain pointer: a notice must not fail because of its SMS."""
    words = sms_rules.signed(text, signature())
    try:
        sms_rules.check(words, signature=signature())
    except sms_rules.SmsUnfit as problem:
        log.warning("sms of %s replaced by the plain pointer: %s", kind, problem)
        return wording.PLAIN_SMS
    return words
