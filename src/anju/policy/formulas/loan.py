"""Repayment schedules (还款计划), convention A: interest rounded each month, the last instalment clears the balance.

`i` is the annual rate ÷ 12, all exact; amounts are rounded half up to the fen, each where the convention says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from anju.kernel.month import Month, add_months
from anju.kernel.rounding import Rounding, round_fen


class Method(StrEnum):
    EQUAL_INSTALMENT = "EQUAL_INSTALMENT"
    EQUAL_PRINCIPAL = "EQUAL_PRINCIPAL"


@dataclass(frozen=True)
class Row:
    period: int
    principal_fen: int
    interest_fen: int
    balance_after_fen: int

    @property
    def instalment_fen(self) -> int:
        return self.principal_fen + self.interest_fen


def half_up(fen: Fraction) -> int:
    return round_fen(fen, Rounding.CENT_HALF_UP)


def monthly_rate(annual_rate: Decimal) -> Fraction:
    return Fraction(annual_rate) / 12


def exact_instalment(principal_fen: int, annual_rate: Decimal, months: int) -> Fraction:
    """等额本息 before rounding; P ÷ n when the rate is zero."""
    if months < 1:
        raise ValueError("a loan has at least one instalment")
    i = monthly_rate(annual_rate)
    if not i:
        return Fraction(principal_fen, months)
    growth = (1 + i) ** months
    return principal_fen * i * growth / (growth - 1)


def instalment(principal_fen: int, annual_rate: Decimal, months: int) -> int:
    return half_up(exact_instalment(principal_fen, annual_rate, months))


def exact_total_interest(principal_fen: int, annual_rate: Decimal, months: int, method: Method) -> Fraction:
    """Interest of the whole term by the unrounded formula, as public calculators print it."""
    if method is Method.EQUAL_INSTALMENT:
        return exact_instalment(principal_fen, annual_rate, months) * months - principal_fen
    return principal_fen * monthly_rate(annual_rate) * (months + 1) / 2


def month_interest(balance_fen: int, annual_rate: Decimal) -> int:
    return half_up(balance_fen * monthly_rate(annual_rate))


def schedule(principal_fen: int, annual_rate: Decimal, months: int, method: Method) -> tuple[Row, ...]:
    """Every row of the schedule. The principal parts sum to the principal exactly."""
    if method is Method.EQUAL_PRINCIPAL:
        part = half_up(exact_instalment(principal_fen, Decimal(0), months))
        return tuple(_rows(principal_fen, annual_rate, months, principal_part=part))
    fixed = instalment(principal_fen, annual_rate, months)
    return tuple(_rows(principal_fen, annual_rate, months, fixed_instalment=fixed))


def _rows(
    balance_fen: int,
    annual_rate: Decimal,
    months: int,
    *,
    fixed_instalment: int = 0,
    principal_part: int = 0,
) -> Iterator[Row]:
    for period in range(1, months + 1):
        interest = month_interest(balance_fen, annual_rate)
        # Rounding up on tiny loans could repay more than is owed before the last month.
        part = min(principal_part or max(fixed_instalment - interest, 0), balance_fen)
        principal = balance_fen if period == months else part
        balance_fen -= principal
        yield Row(period, principal, interest, balance_fen)


def balance_after(
    principal_fen: int, annual_rate: Decimal, months: int, *, paid_periods: int, method: Method
) -> int:
    """What is still owed once `paid_periods` instalments are paid."""
    if not 0 <= paid_periods <= months:
        raise ValueError("more instalments paid than there are")
    if not paid_periods:
        return principal_fen
    return schedule(principal_fen, annual_rate, months, method)[paid_periods - 1].balance_after_fen


def rows_with_kept_instalment(balance_fen: int, annual_rate: Decimal, *, instalment_fen: int) -> Iterator[Row]:
    """A balance paid down by an unchanged instalment until nothing is left; the last one is smaller."""
    period = 0
    while balance_fen > 0:
        period += 1
        interest = month_interest(balance_fen, annual_rate)
        if interest >= instalment_fen:
            raise ValueError("the instalment does not cover the interest")
        principal = min(instalment_fen - interest, balance_fen)
        balance_fen -= principal
        yield Row(period, principal, interest, balance_fen)


def days_interest(
    balance_fen: int, annual_rate: Decimal, *, days: int, day_base: int, multiple: Decimal = Decimal(1)
) -> int:
    """Interest of single days: balance × rate × multiple ÷ base × days. Serves broken periods and penalty (罚息)."""
    return half_up(balance_fen * Fraction(annual_rate) * Fraction(multiple) * days / day_base)


def first_period_interest(balance_fen: int, annual_rate: Decimal, *, release: date, due: date, day_base: int) -> int:
    """首期利息 by whole months at R ÷ 12 and the days left over at R ÷ base; the other way is `days_interest` alone."""
    months = Month.of(due) - Month.of(release)
    if add_months(release, months) > due:
        months -= 1
    days = (due - add_months(release, months)).days
    return half_up(balance_fen * (monthly_rate(annual_rate) * months + Fraction(annual_rate) * days / day_base))
