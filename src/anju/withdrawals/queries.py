"""Reads of withdrawals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Sum

from anju.database.sql import row, rows
from anju.kernel.month import Month
from anju.ledger.posting_rules import RETURNED
from anju.withdrawals.models import WithdrawalRow
from anju.withdrawals.types import COUNTS, Reason, ReturnSeen, Withdrawal, WithdrawalState


def seen(found: WithdrawalRow) -> Withdrawal:
    """A row as others may see it."""
    return Withdrawal(
        account_id=found.account_id, withdrawal_id=found.withdrawal_id, case_id=found.case_id,
        person_id=found.person_id, reason=Reason(found.reason), period=Month.from_number(found.period),
        amount_fen=found.amount_fen, order_id=found.order_id, card_tail=found.card_tail,
        state=WithdrawalState(found.state), asked_at=found.asked_at, paid_on=found.paid_on,
        reason_text=found.reason_text, interest_fen=found.interest_fen, closes_on=found.closes_on,
    )  # fmt: skip


def periods_taken(account_id: int, reason: Reason) -> frozenset[Month]:
    """Months already taken or promised for a reason."""
    taken = WithdrawalRow.objects.filter(
        account_id=account_id, reason=reason.value, state__in=COUNTS
    ).values_list("period", flat=True)
    return frozenset(Month.from_number(number) for number in taken)


def of_case(account_id: int, case_id: int) -> Withdrawal | None:
    """The withdrawal of a case, or None."""
    found = WithdrawalRow.objects.filter(account_id=account_id, case_id=case_id).first()
    return seen(found) if found else None


def running(account_id: int) -> bool:
    """Whether a payment to this member is on its way."""
    return WithdrawalRow.objects.filter(account_id=account_id, state=WithdrawalState.RESERVED).exists()


def by_ids(account_id: int, withdrawal_ids: Sequence[int]) -> dict[int, Withdrawal]:
    """Withdrawals behind an account's lines, by id."""
    found = WithdrawalRow.objects.filter(account_id=account_id, withdrawal_id__in=withdrawal_ids)
    return {line.withdrawal_id: seen(line) for line in found}


def taken_fen(account_id: int, reason: Reason, period: Month) -> int:
    """What an account has been paid or promised for one month."""
    found = WithdrawalRow.objects.filter(
        account_id=account_id, reason=reason.value, period=period.number, state__in=COUNTS
    ).aggregate(fen=Sum("amount_fen"))
    return int(found["fen"] or 0)


def asked_between(centre_id: int, *, since: datetime, until: datetime) -> list[Withdrawal]:
    """Every withdrawal of a centre that was asked for in a span, oldest first; for those who look at all of them."""
    found = WithdrawalRow.objects.filter(centre_id=centre_id, asked_at__gte=since, asked_at__lt=until)
    return [seen(line) for line in found.order_by("asked_at", "withdrawal_id")]


# ------------------------------------------------------------------------- what came back and waits (退回待付)

_RETURNS = """
SELECT r.*, w.case_id, w.person_id, w.reason, w.period, w.state
  FROM withdrawal_return r JOIN withdrawal w ON w.account_id = r.account_id AND w.withdrawal_id = r.withdrawal_id
 WHERE r.centre_id = %(centre)s"""
# Waiting is what came by a day and had not left by then; both are days of the books.
_THROUGH = """
SELECT coalesce(sum(amount_fen), 0)::bigint AS fen FROM withdrawal_return
 WHERE centre_id = %(centre)s AND booked_on <= %(day)s AND (repaid_booked_on IS NULL OR repaid_booked_on > %(day)s)
"""
# One statement, one moment: the items and the subject they are told by.
_BESIDE_BOOKS = """
SELECT (SELECT coalesce(sum(amount_fen), 0) FROM withdrawal_return
         WHERE centre_id = %(centre)s AND repaid_voucher_id IS NULL)::bigint AS fen,
       (SELECT coalesce(sum(credit_fen - debit_fen), 0) FROM gl_line
         WHERE centre_id = %(centre)s AND subject = %(subject)s)::bigint AS books_fen
"""


def returns_waiting(centre_id: int, *, limit: int) -> list[ReturnSeen]:
    """Money that came back and has not left again, the longest wait first; one statement."""
    found = rows(
        f"{_RETURNS} AND r.repaid_voucher_id IS NULL ORDER BY r.came_at, r.withdrawal_id LIMIT %(limit)s",  # noqa: S608
        {"centre": centre_id, "limit": limit},
    )
    return [_return_seen(line) for line in found]


def returns_waiting_sums(centre_id: int) -> tuple[int, int, int]:
    """How many wait, how many of them nobody has ordered to be paid yet, and the fen of all."""
    found = row(
        "SELECT count(*) AS n, count(*) FILTER (WHERE again_order_id IS NULL) AS idle,"
        " coalesce(sum(amount_fen), 0)::bigint AS fen FROM withdrawal_return"
        " WHERE centre_id = %s AND repaid_voucher_id IS NULL",
        [centre_id],
    )
    assert found is not None
    return int(found["n"]), int(found["idle"]), int(found["fen"])


def returns_waiting_spans(centre_id: int, *, on: date) -> dict[int, tuple[int, int]]:
    """How many wait and how many fen, by how long they have waited on a day; spans as of other suspense (暂收款账龄).

    Spans: 0 to 30 days, 31 to 90, 91 to 365, more. One statement; a span with nothing is left out.
    """
    found = rows(
        "SELECT (%(on)s::date - came_on >= 31)::integer + (%(on)s::date - came_on >= 91)::integer"
        " + (%(on)s::date - came_on >= 366)::integer AS span, count(*) AS n, sum(amount_fen)::bigint AS fen"
        " FROM withdrawal_return WHERE centre_id = %(centre)s AND repaid_voucher_id IS NULL GROUP BY 1",
        {"centre": centre_id, "on": on},
    )
    return {line["span"]: (line["n"], line["fen"]) for line in found}


def returns_of(centre_id: int, withdrawal_id: int) -> list[ReturnSeen]:
    """Every time the money of a withdrawal came back, oldest first; one statement."""
    found = rows(
        f"{_RETURNS} AND r.withdrawal_id = %(withdrawal)s ORDER BY r.n",  # noqa: S608
        {"centre": centre_id, "withdrawal": withdrawal_id},
    )
    return [_return_seen(line) for line in found]


def returns_of_case(centre_id: int, case_id: int) -> list[ReturnSeen]:
    """The same, of a case."""
    found = rows(
        f"{_RETURNS} AND w.case_id = %(case)s ORDER BY r.n",  # noqa: S608
        {"centre": centre_id, "case": case_id},
    )
    return [_return_seen(line) for line in found]


def returns_waiting_through(centre_id: int, day: date) -> int:
    """What waited at the end of a business day, in fen: the balance of 219-04 then."""
    found = row(_THROUGH, {"centre": centre_id, "day": day})
    assert found is not None
    return int(found["fen"])


def returns_beside_books(centre_id: int) -> tuple[int, int]:
    """What waits now and what 219-04 says, in fen; equal is good."""
    found = row(_BESIDE_BOOKS, {"centre": centre_id, "subject": RETURNED})
    assert found is not None
    return int(found["fen"]), int(found["books_fen"])


def _return_seen(found: dict[str, Any]) -> ReturnSeen:
    plain = {
        name: found[name] for name in ReturnSeen.__dataclass_fields__ if name not in ("reason", "period", "state")
    }
    return ReturnSeen(
        **plain, reason=Reason(found["reason"]), period=Month.from_number(found["period"]),
        state=WithdrawalState(found["state"]),
    )  # fmt: skip
