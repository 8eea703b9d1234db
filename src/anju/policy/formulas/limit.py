"""How much may be lent (贷款额度): the lowest of several terms, and which one bound.

Owns the families of balance formulas that cities use. Every factor is an argument: none is written here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from anju.kernel.explained import Explained, Term, Working
from anju.kernel.rounding import round_to
from anju.policy.formulas.loan import half_up
from anju.policy.formulas.wording import yuan

TERM_ZH = {
    "ABILITY": "还款能力", "BALANCE": "账户余额", "FORMULA": "公式额度", "PRICE": "房价比例",
    "CAP": "最高额度", "REQUESTED": "申请金额",
}  # fmt: skip


@dataclass(frozen=True)
class Limit:
    fen: int
    binding: str


def floor_to(amount: Fraction | int, step_fen: int) -> int:
    """Rounded down to a whole step, for example 1,000 yuan."""
    return round_to(Fraction(amount), step=step_fen, way="DOWN")


def lowest(terms: Mapping[str, int], *, step_fen: int = 1) -> Explained[Limit]:
    """The minimum rule. Of equal terms the first binds. Refuses an empty set."""
    if not terms:
        raise ValueError("no term to compare")
    binding = min(terms, key=lambda name: terms[name])
    limit = Limit(floor_to(max(terms[binding], 0), step_fen), binding)
    shown = tuple(
        Term(TERM_ZH.get(name, name), yuan(fen), fen, binding=name == binding) for name, fen in terms.items()
    )
    return Explained(limit, Working(terms=shown, result_fen=limit.fen))


def times(multiple: Decimal, balance_fen: int) -> int:
    return half_up(Fraction(multiple) * balance_fen)


def balance_multiple(balances: Sequence[int], *, multiple: Decimal) -> int:
    """m × Σ balances."""
    return times(multiple, sum(balances))


def balance_by_kind(parts: Sequence[tuple[int, Decimal]]) -> int:
    """Σ balance × its own multiple, for basic and supplementary accounts."""
    return sum(times(multiple, balance) for balance, multiple in parts)


def balance_with_factors(balances: Sequence[int], *, multiple: Decimal, factors: Sequence[Decimal]) -> int:
    """m × Σ balances × time factor × liquidity factor, rounded once."""
    amount = Fraction(multiple) * sum(balances)
    for factor in factors:
        amount *= Fraction(factor)
    return half_up(amount)


def balance_plus_future(balance_fen: int, *, multiple: Decimal, monthly_fen: int, months: int) -> int:
    """One person: balance × m + monthly deposit × months to retirement."""
    return times(multiple, balance_fen) + monthly_fen * max(months, 0)


def by_years(years: int, *, amount_per_year_fen: int) -> int:
    """Full years of contribution × an amount for each."""
    return max(years, 0) * amount_per_year_fen


def by_step_table(measure: int, table: Sequence[tuple[int, int]]) -> int:
    """The amount of the highest step reached; nothing below the first step."""
    reached = [amount for start, amount in sorted(table) if measure >= start]
    return reached[-1] if reached else 0


def by_monthly_amount(monthly_fen: int, *, months: int, years: int) -> int:
    """monthly × 12 × 20 and its like."""
    return monthly_fen * months * years


def price_share(price_fen: int, ltv: Decimal) -> int:
    """价款 × (1 − 首付比例), never a fen above it."""
    return floor_to(price_fen * Fraction(ltv), 1)


def raised_cap(cap_fen: int, uplifts: Sequence[Decimal], *, most: Decimal | None, absolute_fen: int | None) -> int:
    """D × (1 + Σ uplifts), the sum cut to its own maximum, the result to an absolute one."""
    total = sum(uplifts, Decimal(0))
    if most is not None:
        total = min(total, most)
    raised = times(1 + total, cap_fen)
    return raised if absolute_fen is None else min(raised, absolute_fen)


def longest_term_years(limits: Sequence[int]) -> int:
    """The shortest of the requested term and each limit; never below zero."""
    return max(min(limits), 0)
