"""Indicators of the yearly report (年度报告). Each is a plain ratio, rounded half up at the end."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from anju.kernel.rounding import Rounding, round_fen, round_to

HUNDRED = 100
THOUSAND = 1000


def ratio(part: Decimal, whole: Decimal, *, per: int, places: int = 2) -> Decimal:
    """part ÷ whole in per cent or per mille; refuses an empty whole."""
    if not whole:
        raise ValueError("the whole of a ratio is zero")
    scaled = Fraction(part) / Fraction(whole) * per * 10**places
    return Decimal(round_to(scaled, step=1, way="HALF_UP")).scaleb(-places)


@dataclass(frozen=True)
class Distribution:
    """增值收益 and where it goes: risk reserve first, then the management fee, the rest to housing support."""

    value_added_fen: int
    risk_reserve_fen: int
    management_fee_fen: int
    housing_support_fen: int


def distribute_value_added(
    income_fen: int, expense_fen: int, *, reserve_ratio: Decimal, management_fee_fen: int
) -> Distribution:
    """Nothing is distributed out of a loss; a fee larger than what is left is cut to it."""
    value_added = income_fen - expense_fen
    if value_added <= 0:
        return Distribution(value_added, 0, 0, 0)
    reserve = round_fen(value_added * Fraction(reserve_ratio), Rounding.CENT_HALF_UP)
    fee = min(management_fee_fen, value_added - reserve)
    return Distribution(value_added, reserve, fee, value_added - reserve - fee)
