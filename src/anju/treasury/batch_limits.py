"""Limits and payment windows of batches (FUND-04). Every number is a dated parameter; none stands here."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.conf import settings

from anju import policy
from anju.database.sql import row
from anju.kernel.clock import ZONE
from anju.treasury.batch_types import BatchLimits, Waits


def limits_on(day: date) -> BatchLimits:
    """What is in force on a day; raises `PolicyMissing` where a parameter has no value."""
    book = policy.book(settings.ANJU_CITY)
    return BatchLimits(
        order_fen=book.fen("treasury.batch_order_limit", day), batch_fen=book.fen("treasury.batch_limit", day),
        day_fen=book.fen("treasury.batch_day_limit", day), from_hour=book.integer("treasury.window_from", day),
        until_hour=book.integer("treasury.window_until", day),
    )  # fmt: skip


def next_window(at: datetime) -> datetime | None:
    """None while payments may leave; else the moment from which they may again."""
    local = at.astimezone(ZONE)
    limits = limits_on(local.date())
    if limits.from_hour <= local.hour < limits.until_hour:
        return None
    day = local.date() if local.hour < limits.from_hour else local.date() + timedelta(days=1)
    return datetime.combine(day, time(limits_on(day).from_hour), tzinfo=ZONE)


def sent_on(centre_id: int, day: date) -> int:
    """Fen of all batches that left on a day."""
    found = row(
        "SELECT coalesce(sum(sent_fen), 0)::bigint AS fen FROM payment_batch WHERE centre_id = %s"
        " AND instructed_at >= %s AND instructed_at < %s",
        [centre_id, datetime.combine(day, time(), tzinfo=ZONE),
         datetime.combine(day + timedelta(days=1), time(), tzinfo=ZONE)],
    )  # fmt: skip
    assert found is not None
    return int(found["fen"])


def waits_until(centre_id: int, total_fen: int, at: datetime) -> tuple[Waits, datetime] | None:
    """What a batch of this sum must wait for now, and until when; None: it may leave.

    Call with the centre's turn for batches held, so that two of them do not fill one day twice.
    """
    opens = next_window(at)
    if opens is not None:
        return Waits.WINDOW, opens
    today = at.astimezone(ZONE).date()
    if sent_on(centre_id, today) + total_fen <= limits_on(today).day_fen:
        return None
    tomorrow = today + timedelta(days=1)
    return Waits.DAY_LIMIT, datetime.combine(tomorrow, time(limits_on(tomorrow).from_hour), tzinfo=ZONE)
