"""Reads of withdrawals."""

from __future__ import annotations

from collections.abc import Sequence

from anju.kernel.month import Month
from anju.withdrawals.actions import seen
from anju.withdrawals.models import WithdrawalRow
from anju.withdrawals.types import COUNTS, Reason, Withdrawal, WithdrawalState


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
