"""Reads of bookings of what the bank did by itself: one entry with its history, what waits, what is not booked."""

from __future__ import annotations

from typing import Any

from anju.database.sql import row, rows
from anju.treasury.booking_types import BookingPurpose, BookingSeen, BookingState, BookingWaiting
from anju.treasury.types import Direction

_OPEN = int(BookingState.PROPOSED)
_OTHER = ("purpose", "state", "digest")


def bookings_of(notice_id: int, *, centre_id: int) -> list[BookingSeen]:
    """Everything that was proposed for an entry, oldest first."""
    found = rows(
        "SELECT * FROM bank_booking WHERE centre_id = %s AND notice_id = %s ORDER BY booking_id",
        [centre_id, notice_id],
    )
    return [booking_of(one) for one in found]


def booking(booking_id: int, *, centre_id: int) -> BookingSeen | None:
    """One proposal."""
    found = row("SELECT * FROM bank_booking WHERE centre_id = %s AND booking_id = %s", [centre_id, booking_id])
    return None if found is None else booking_of(found)


def bookings(centre_id: int, *, waiting: bool, limit: int = 100) -> list[BookingWaiting]:
    """Proposals that wait for a second person, oldest first; or the last decided ones, newest first."""
    found = rows(
        "SELECT b.*, n.host_serial, n.entry_date, n.direction, n.summary FROM bank_booking b"
        " JOIN bank_notice n ON n.centre_id = b.centre_id AND n.notice_id = b.notice_id"
        " WHERE b.centre_id = %(centre)s AND (b.state = %(open)s) = %(waiting)s"
        " ORDER BY CASE WHEN %(waiting)s THEN b.booking_id ELSE -b.booking_id END LIMIT %(limit)s",
        {"centre": centre_id, "open": _OPEN, "waiting": waiting, "limit": limit},
    )
    return [
        BookingWaiting(booking_of(one), one["host_serial"], one["entry_date"], Direction(one["direction"]),
                       one["summary"])
        for one in found
    ]  # fmt: skip


def bookings_waiting(centre_id: int, person_id: int | None) -> tuple[int, int]:
    """How many proposals wait, and how many of them this person may confirm: those of others."""
    found = row(
        "SELECT count(*) AS n, count(*) FILTER (WHERE maker_person_id IS DISTINCT FROM %s) AS others"
        " FROM bank_booking WHERE centre_id = %s AND state = %s",
        [person_id, centre_id, _OPEN],
    )
    assert found is not None
    return int(found["n"]), int(found["others"])


def booking_of(found: dict[str, Any]) -> BookingSeen:
    """A row as it is seen."""
    plain = {name: found[name] for name in BookingSeen.__dataclass_fields__ if name not in _OTHER}
    return BookingSeen(
        **plain, purpose=BookingPurpose(found["purpose"]), state=BookingState(found["state"]),
        digest=bytes(found["content_digest"]).hex(),
    )  # fmt: skip
