"""What was accrued of members' interest, month by month."""

from __future__ import annotations

from anju.accounts.types import Accrual
from anju.database.sql import rows


def accruals(centre_id: int, interest_year: int) -> tuple[Accrual, ...]:
    """The accruals of an interest year in their order, amounts in fen; last the release, once the year is settled.

    Their amounts add up to what stands on subject 211 for that year.
    """
    found = rows(
        "SELECT centre_id, month, interest_year, accrued_fen, amount_fen, voucher_id, made_at FROM interest_accrual"
        " WHERE centre_id = %s AND interest_year = %s ORDER BY month %% 100 = 13, month",
        [centre_id, interest_year],
    )
    return tuple(Accrual(**line) for line in found)
