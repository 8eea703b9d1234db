"""What the bank told and what was paid, by reference: read beside vouchers, by those who look at the books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from anju.database.sql import row, rows
from anju.treasury.queries import NoticeSeen, PaymentSeen
from anju.treasury.queries import _notice as notice_seen
from anju.treasury.queries import _payment as payment_seen


def notices_by_id(centre_id: int, notice_ids: Sequence[int]) -> dict[int, NoticeSeen]:
    """Entries by their ids; unknown ones are left out; at most one statement."""
    if not notice_ids:
        return {}
    found = rows(
        "SELECT * FROM bank_notice WHERE centre_id = %s AND notice_id = ANY(%s)", [centre_id, list(notice_ids)]
    )
    return {one["notice_id"]: notice_seen(one) for one in found}


def notice_of_serial(centre_id: int, host_serial: str) -> int | None:
    """The entry with this serial of the bank (流水号), or None; the first where two banks use the same."""
    found = row(
        "SELECT notice_id FROM bank_notice WHERE centre_id = %s AND host_serial = %s ORDER BY notice_id LIMIT 1",
        [centre_id, host_serial],
    )
    return int(found["notice_id"]) if found else None


def payments_by_id(centre_id: int, order_ids: Sequence[int]) -> dict[int, PaymentSeen]:
    """Payment orders by their ids; unknown ones are left out; at most one statement."""
    if not order_ids:
        return {}
    found = rows(
        "SELECT * FROM payment_order WHERE centre_id = %s AND order_id = ANY(%s)", [centre_id, list(order_ids)]
    )
    return {one["order_id"]: payment_seen(one) for one in found}


# ------------------------------------------------------------------------ stored statements of the audit

CARDS_OF_MANY = """
SELECT min(tail) AS tail, min(bank_name) AS bank_name, array_agg(DISTINCT person_id) AS person_ids,
       min(bound_at) AS first_at, max(bound_at) AS last_at
  FROM member_card WHERE bound_at < %(until)s AND (ended_at IS NULL OR ended_at >= %(since)s)
 GROUP BY card_digest HAVING count(DISTINCT person_id) > 1 ORDER BY max(bound_at), min(tail) LIMIT %(limit)s
"""
# Paid without a second person because a mandate covers it, and for not less than nine tenths of what it covers.
NEAR_LIMIT = """
SELECT o.order_id, o.reserved_at, o.amount_fen, m.limit_fen, o.payee_tail, o.maker_person_id, o.checker_person_id,
       count(*) OVER (PARTITION BY o.payee_tail, o.maker_person_id) AS alike
  FROM payment_order o JOIN treasury_mandate m ON m.centre_id = o.centre_id AND m.mandate_id = o.mandate_id
 WHERE o.centre_id = %(centre)s AND o.reserved_at >= %(since)s AND o.reserved_at < %(until)s
   AND o.amount_fen * 10 >= m.limit_fen * 9
 ORDER BY o.reserved_at, o.order_id LIMIT %(limit)s
"""
PAID_BY_ONE = """
SELECT o.order_id, o.reserved_at, o.amount_fen, o.payee_tail, o.maker_person_id, o.checker_person_id,
       o.releaser_person_id
  FROM payment_order o
 WHERE o.centre_id = %(centre)s AND o.reserved_at >= %(since)s AND o.reserved_at < %(until)s
   AND (o.releaser_person_id IN (o.maker_person_id, o.checker_person_id) OR o.maker_person_id = o.checker_person_id)
 ORDER BY o.reserved_at, o.order_id LIMIT %(limit)s
"""
RELEASED = """
SELECT o.order_id, o.released_at, o.amount_fen, o.payee_tail, o.releaser_person_id,
       (o.released_at AT TIME ZONE 'Asia/Shanghai')::date AS on_day
  FROM payment_order o
 WHERE o.centre_id = %(centre)s AND o.released_at >= %(since)s AND o.released_at < %(until)s
   AND o.releaser_person_id IS NOT NULL
   AND (o.released_at AT TIME ZONE 'Asia/Shanghai')::date = ANY(%(days)s)
 ORDER BY o.released_at, o.order_id LIMIT %(limit)s
"""


@dataclass(frozen=True)
class SharedCard:
    """One bank card that several people bound; its tail and bank only."""

    tail: str
    bank_name: str
    person_ids: tuple[int, ...]
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class NearLimit:
    """A payment just below what its mandate covers; ``alike``: how many of them went to the same tail."""

    order_id: int
    reserved_at: datetime
    amount_fen: int
    limit_fen: int
    payee_tail: str
    maker_person_id: int | None
    checker_person_id: int | None
    alike: int


@dataclass(frozen=True)
class PaidByOne:
    """A payment in which one natural person had two of the three parts."""

    order_id: int
    reserved_at: datetime
    amount_fen: int
    payee_tail: str
    maker_person_id: int | None
    checker_person_id: int | None
    releaser_person_id: int | None


@dataclass(frozen=True)
class ReleasedOn:
    """A payment that a person released on one of the days asked for."""

    order_id: int
    released_at: datetime
    amount_fen: int
    payee_tail: str
    releaser_person_id: int
    on_day: date


def cards_of_many(*, since: datetime, until: datetime, limit: int) -> list[SharedCard]:
    """Cards bound to several people within a span; the card is compared by its digest."""
    found = rows(CARDS_OF_MANY, {"since": since, "until": until, "limit": limit})
    return [SharedCard(**line | {"person_ids": tuple(sorted(line["person_ids"]))}) for line in found]


def near_limit(centre_id: int, *, since: datetime, until: datetime, limit: int) -> list[NearLimit]:
    """Payments under a standing mandate of at least nine tenths of its limit."""
    found = rows(NEAR_LIMIT, {"centre": centre_id, "since": since, "until": until, "limit": limit})
    return [NearLimit(**line) for line in found]


def paid_by_one(centre_id: int, *, since: datetime, until: datetime, limit: int) -> list[PaidByOne]:
    """Payments that one natural person made and checked, or made or checked and released."""
    found = rows(PAID_BY_ONE, {"centre": centre_id, "since": since, "until": until, "limit": limit})
    return [PaidByOne(**line) for line in found]


def released_on(
    centre_id: int, days: Sequence[date], *, since: datetime, until: datetime, limit: int
) -> list[ReleasedOn]:
    """Payments that people released on certain days."""
    values = {"centre": centre_id, "since": since, "until": until, "limit": limit, "days": list(days)}
    return [ReleasedOn(**line) for line in rows(RELEASED, values)]
