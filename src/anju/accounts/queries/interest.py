"""Interest earned but not yet credited, from the balance row alone."""

from __future__ import annotations

from datetime import date

from anju.accounts.actions.settlement import preview_interest
from anju.accounts.types import PRODUCT, AccruedInterest
from anju.database.sql import row
from anju.kernel.month import interest_year
from anju.kernel.refusal import Refusal

__all__ = ["accrued_interest", "preview_interest", "rate_on"]

_ACCRUED = """
SELECT b.balance_fen, b.interest_year, r.rate_bp, r.day_base,
       interest_of(b.balance_fen * rate_index_at(%(p)s::smallint, %(on)s) - b.weighted_sum, r.factor, r.day_base) AS fen
  FROM balance b
 CROSS JOIN (SELECT rate_bp, factor, day_base FROM rate_index WHERE product = %(p)s AND day < %(on)s
              ORDER BY day DESC LIMIT 1) r
 WHERE b.account_id = %(account)s AND b.interest_year <= %(year)s ORDER BY b.interest_year DESC LIMIT 1
"""


def accrued_interest(account_id: int, on: date) -> AccruedInterest:
    """Interest from the start of the interest year up to ``on`` exclusive, as a closing on that day would pay.

    Holds for today or later: the row knows what stands now, not what stood on a day before a later movement. A year
    that is over but not yet settled is included, without interest on its interest.
    """
    found = row(_ACCRUED, {"account": account_id, "on": on, "p": PRODUCT, "year": interest_year(on)})
    if found is None:
        raise Refusal("accounts.unknown", "没有这个个人账户或当日利率：请核对账号。", status=404)
    since = date(found.pop("interest_year"), 7, 1)
    return AccruedInterest(account_id=account_id, since=since, on=on, **found)


def rate_on(day: date) -> int:
    """The rate in force, in basis points a year."""
    found = row(
        "SELECT rate_bp FROM rate_index WHERE product = %s AND day <= %s ORDER BY day DESC LIMIT 1", [PRODUCT, day]
    )
    if found is None:
        raise Refusal("accounts.no_rate", "还没有录入存款利率：请先由管理员载入利率。")
    return int(found["rate_bp"])
