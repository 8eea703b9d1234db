"""Reads of withdrawals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Sum

from anju.kernel.month import Month
from anju.withdrawals.models import WithdrawalRow
from anju.withdrawals.types import COUNTS, Reason, Withdrawal, WithdrawalState


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
