"""Monthly contribution (月缴存额): the base within its limits, each side rounded by the city's mode, then added.

Rounding the sum instead of each side would differ from what cities publish, so it is not offered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from anju.kernel.explained import Explained, Step, Working
from anju.kernel.month import Month
from anju.kernel.rounding import Rounding, round_fen
from anju.policy.book import Book
from anju.policy.formulas.wording import exact_yuan, percent, yuan


@dataclass(frozen=True)
class MonthlyAmounts:
    """Both shares of one month (单位缴存额、个人缴存额)."""

    unit_fen: int
    person_fen: int

    @property
    def total_fen(self) -> int:
        return self.unit_fen + self.person_fen


class StartCase(StrEnum):
    """Why a person's first month begins: newly in work, or newly come to this unit."""

    FIRST_JOB = "FIRST_JOB"
    TRANSFER_IN = "TRANSFER_IN"


def clamp_base(wage_fen: int, *, floor_fen: int, cap_fen: int) -> int:
    """缴存基数: the wage, not below the floor and not above the cap."""
    if floor_fen > cap_fen:
        raise ValueError("the floor lies above the cap")
    return min(cap_fen, max(floor_fen, wage_fen))


def base_cap(average_monthly_wage_fen: Fraction, *, multiple: Decimal) -> int:
    """缴存基数上限: a multiple of the city's average monthly wage, kept to the fen."""
    return round_fen(average_monthly_wage_fen * Fraction(multiple), Rounding.CENT_HALF_UP)


def share_of(base_fen: int, ratio: Decimal, rounding: Rounding) -> int:
    """One side's amount."""
    return round_fen(base_fen * Fraction(ratio), rounding)


def monthly_amounts(
    base_fen: int, *, unit_ratio: Decimal, person_ratio: Decimal, rounding: Rounding
) -> MonthlyAmounts:
    return MonthlyAmounts(share_of(base_fen, unit_ratio, rounding), share_of(base_fen, person_ratio, rounding))


def difference(
    old_base_fen: int,
    new_base_fen: int,
    *,
    unit_ratio: Decimal,
    person_ratio: Decimal,
    rounding: Rounding,
    months: int,
) -> MonthlyAmounts:
    """补差: what is still due (or too much) for months already paid on the old base."""
    old = monthly_amounts(old_base_fen, unit_ratio=unit_ratio, person_ratio=person_ratio, rounding=rounding)
    new = monthly_amounts(new_base_fen, unit_ratio=unit_ratio, person_ratio=person_ratio, rounding=rounding)
    return MonthlyAmounts(
        (new.unit_fen - old.unit_fen) * months, (new.person_fen - old.person_fen) * months
    )


def first_contribution_month(started_on: date, case: StartCase) -> Month:
    """条例第十七条: newly in work from the second month; newly transferred in from the first wage."""
    return Month.of(started_on) + (1 if case is StartCase.FIRST_JOB else 0)


def base_within_limits(wage_fen: int, *, book: Book, on: date, district: str | None = None) -> Explained[int]:
    """The applied base of a declared wage, with the limits of the month's first day."""
    floor_fen = book.fen("contribution.base_floor", on, district)
    cap_fen = book.fen("contribution.base_cap", on, district)
    base_fen = clamp_base(wage_fen, floor_fen=floor_fen, cap_fen=cap_fen)
    if base_fen > wage_fen:
        how, parameter = f"{yuan(wage_fen)} 低于下限，按 {yuan(floor_fen)}", "contribution.base_floor"
    elif base_fen < wage_fen:
        how, parameter = f"{yuan(wage_fen)} 高于上限，按 {yuan(cap_fen)}", "contribution.base_cap"
    else:
        how, parameter = f"{yuan(floor_fen)} ≤ {yuan(wage_fen)} ≤ {yuan(cap_fen)}", "contribution.base_cap"
    step = Step("缴存基数", how, yuan(base_fen), article="regulation.16", parameter=parameter)
    return Explained(base_fen, Working(steps=(step,), result_fen=base_fen))


def monthly_contribution(
    base_fen: int, *, unit_ratio: Decimal, person_ratio: Decimal, book: Book, on: date
) -> Explained[MonthlyAmounts]:
    """Both shares of a month for a base already within its limits, in three steps a member can check."""
    rounding = book.rounding("contribution.rounding", on)
    amounts = monthly_amounts(base_fen, unit_ratio=unit_ratio, person_ratio=person_ratio, rounding=rounding)

    def side(name: str, ratio: Decimal, fen: int) -> Step:
        exact = base_fen * Fraction(ratio)
        expression = f"{yuan(base_fen)} × {percent(ratio)} = {exact_yuan(exact, places=4 if exact % 1 else 2)}"
        if exact != fen:
            expression += f"，{rounding.zh} {yuan(fen)}"
        return Step(name, expression, yuan(fen), article="regulation.16", parameter="contribution.rounding")

    total = f"{yuan(amounts.unit_fen)} + {yuan(amounts.person_fen)} = {yuan(amounts.total_fen)}"
    steps = (
        side("单位月缴存额", unit_ratio, amounts.unit_fen),
        side("个人月缴存额", person_ratio, amounts.person_fen),
        Step("月缴存额合计", total, yuan(amounts.total_fen), article="regulation.16"),
    )
    return Explained(amounts, Working(steps=steps, result_fen=amounts.total_fen))


def ratio_problem(ratio: Decimal, *, book: Book, on: date) -> str:
    """Why a contribution ratio may not be used, in words for the agent; empty when it may."""
    lowest = book.decimal("contribution.ratio_min", on)
    highest = book.decimal("contribution.ratio_max", on)
    step = book.decimal("contribution.ratio_step", on)
    if not lowest <= ratio <= highest:
        return f"缴存比例应在 {percent(lowest)} 到 {percent(highest)} 之间，请修改。"
    if ratio % step:
        return f"缴存比例应为 {percent(step)} 的整数倍，请修改。"
    return ""
