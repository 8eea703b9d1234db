"""What the bank told and what was paid, by reference: read beside vouchers, by those who look at the books."""

from __future__ import annotations

from collections.abc import Sequence

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
