"""Which withdrawal a voucher records: the keys that this room posts under, read back."""

from __future__ import annotations

import re
from collections.abc import Iterable

from anju.withdrawals.models import WithdrawalRow
from anju.withdrawals.queries import seen
from anju.withdrawals.types import SOURCE_KIND, Withdrawal

_KEY = re.compile(rf"{SOURCE_KIND}:(\d{{1,18}})")


def of_keys(centre_id: int, keys: Iterable[str]) -> dict[str, Withdrawal]:
    """The withdrawals that vouchers with these idempotency keys record or give back; at most one statement."""
    named = {key: int(match[1]) for key in keys if (match := _KEY.match(key))}
    if not named:
        return {}
    found = WithdrawalRow.objects.filter(centre_id=centre_id, withdrawal_id__in=sorted(set(named.values())))
    known = {line.withdrawal_id: seen(line) for line in found}
    return {key: known[withdrawal_id] for key, withdrawal_id in named.items() if withdrawal_id in known}


def ids_of_case(centre_id: int, case_id: int) -> list[int]:
    """The withdrawals of a case, by id."""
    found = WithdrawalRow.objects.filter(centre_id=centre_id, case_id=case_id).order_by("withdrawal_id")
    return list(found.values_list("withdrawal_id", flat=True))
