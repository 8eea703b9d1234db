"""How often codes may be sent: counted in PostgreSQL under advisory locks, the same for known and unknown."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from anju.database.sql import execute, row
from anju.identity import words
from anju.identity.limits import Limits
from anju.identity.types import Purpose, SendingBudgetNear
from anju.kernel import events
from anju.kernel.refusal import Refusal

log = logging.getLogger(__name__)
_COUNTS = """
SELECT
  (SELECT max(sent_at) FROM identity_send WHERE phone_digest = %(phone)s AND sent_at > %(day)s) AS phone_last,
  (SELECT count(*) FROM identity_send WHERE phone_digest = %(phone)s AND sent_at > %(hour)s) AS phone_hour,
  (SELECT min(sent_at) FROM identity_send WHERE phone_digest = %(phone)s AND sent_at > %(hour)s) AS phone_first,
  (SELECT count(*) FROM identity_send WHERE phone_digest = %(phone)s AND sent_at > %(day)s) AS phone_day,
  (SELECT count(*) FROM identity_send WHERE address_digest = %(address)s AND sent_at > %(hour)s) AS address_hour,
  (SELECT count(*) FROM identity_send WHERE address_digest = %(address)s AND sent_at > %(day)s) AS address_day,
  (SELECT count(*) FROM identity_send WHERE login_id = %(login)s AND sent_at > %(hour)s) AS login_hour,
  (SELECT count(*) FROM identity_send WHERE login_id = %(login)s AND sent_at > %(day)s) AS login_day,
  (SELECT count(*) FROM identity_send WHERE sent_at >= %(midnight)s) AS today
"""


def take_sending_turn(
    purpose: Purpose, *, phone: bytes, address: bytes, login_id: int | None, limits: Limits, at: datetime
) -> None:
    """Count one sending, or refuse it. Call inside the transaction that writes the code.

    Locks phone, address and account in ascending key order, so two requests for one phone are judged one after
    the other; the day's budget is counted without a lock and may be passed by the requests in flight.
    """
    _lock(phone, address, login_id)
    counts = row(
        _COUNTS,
        {
            "phone": phone, "address": address, "login": login_id, "hour": at - timedelta(hours=1),
            "day": at - timedelta(days=1), "midnight": at.replace(hour=0, minute=0, second=0, microsecond=0),
        },
    )  # fmt: skip
    assert counts is not None
    _refuse_over_limit(counts, login_id=login_id, limits=limits, at=at)
    execute(
        "INSERT INTO identity_send (sent_at, phone_digest, address_digest, login_id, purpose)"
        " VALUES (%s, %s, %s, %s, %s)",
        [at, phone, address, login_id, purpose.value],
    )
    if counts["today"] + 1 == limits.budget_day * limits.budget_alarm_percent // 100:
        log.warning("sms budget of the day: %s of %s codes sent", counts["today"] + 1, limits.budget_day)
        events.publish(SendingBudgetNear(counts["today"] + 1, limits.budget_day, at))


def _lock(phone: bytes, address: bytes, login_id: int | None) -> None:
    keys = {int.from_bytes(key[:8], "big", signed=True) for key in (phone, address)}
    if login_id is not None:
        keys.add(login_id)
    for key in sorted(keys):
        execute("SELECT pg_advisory_xact_lock(%s)", [key])


def _refuse_over_limit(
    counts: dict[str, Any], *, login_id: int | None, limits: Limits, at: datetime
) -> None:
    last = counts["phone_last"]
    if last is not None and last + limits.phone_pause > at:
        seconds = _rounded_up(last + limits.phone_pause - at, timedelta(seconds=1))
        raise Refusal("code_too_soon", words.CODE_TOO_SOON.format(seconds=seconds), status=429)
    if counts["phone_day"] >= limits.phone_day:
        raise Refusal("code_day_limit", words.CODE_DAY, status=429)
    if counts["phone_hour"] >= limits.phone_hour:
        minutes = _rounded_up(counts["phone_first"] + timedelta(hours=1) - at, timedelta(minutes=1))
        raise Refusal("code_hour_limit", words.CODE_HOUR.format(minutes=minutes), status=429)
    if counts["address_hour"] >= limits.address_hour or counts["address_day"] >= limits.address_day:
        raise Refusal("code_address_limit", words.CODE_ADDRESS, status=429)
    if login_id is not None and (
        counts["login_hour"] >= limits.login_hour or counts["login_day"] >= limits.login_day
    ):
        raise Refusal("code_login_limit", words.CODE_LOGIN.format(minutes=60), status=429)
    if counts["today"] >= limits.budget_day:
        raise Refusal("code_budget", words.CODE_BUDGET, status=429)


def _rounded_up(wait: timedelta, unit: timedelta) -> int:
    return -(-wait // unit)
