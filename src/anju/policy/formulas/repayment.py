"""Paying otherwise than by the schedule: prepayment (提前还款), new rate, allocation (还款分配), offset (冲还贷)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from anju.policy.formulas.loan import (
    Method,
    Row,
    balance_after,
    days_interest,
    half_up,
    instalment,
    month_interest,
    monthly_rate,
    rows_with_kept_instalment,
    schedule,
)


class PrepaymentMode(StrEnum):
    REDUCE_INSTALMENT = "REDUCE_INSTALMENT"
    SHORTEN_TERM = "SHORTEN_TERM"


@dataclass(frozen=True)
class Prepayment:
    balance_before_fen: int
    balance_after_fen: int
    remaining_periods: int
    instalment_fen: int
    last_instalment_fen: int
    periods_saved: int
    interest_saved_fen: int


def _remaining(
    balance_fen: int, annual_rate: Decimal, periods: int, *, method: Method, kept_part_fen: int | None
) -> tuple[Row, ...]:
    """The rows after a prepayment: a new schedule over `periods`, or the kept instalment (or principal part)."""
    if not balance_fen:
        return ()
    if kept_part_fen is None:
        return schedule(balance_fen, annual_rate, periods, method)
    if method is Method.EQUAL_INSTALMENT:
        return tuple(rows_with_kept_instalment(balance_fen, annual_rate, instalment_fen=kept_part_fen))
    rows, period = [], 0
    while balance_fen:
        period += 1
        interest, principal = month_interest(balance_fen, annual_rate), min(kept_part_fen, balance_fen)
        balance_fen -= principal
        rows.append(Row(period, principal, interest, balance_fen))
    return tuple(rows)


def prepay(
    principal_fen: int,
    annual_rate: Decimal,
    months: int,
    *,
    paid_periods: int,
    prepaid_fen: int,
    mode: PrepaymentMode,
    method: Method = Method.EQUAL_INSTALMENT,
) -> Prepayment:
    """A part paid on a due date after `paid_periods` instalments: lower instalments, or fewer of them."""
    before = balance_after(principal_fen, annual_rate, months, paid_periods=paid_periods, method=method)
    if not 0 < prepaid_fen <= before:
        raise ValueError("the prepaid part must be positive and at most the balance")
    after, left = before - prepaid_fen, months - paid_periods
    kept: int | None = None
    if mode is PrepaymentMode.SHORTEN_TERM:
        equal = method is Method.EQUAL_INSTALMENT
        first = schedule(principal_fen, annual_rate, months, method)[0]
        kept = first.instalment_fen if equal else first.principal_fen
    rows = _remaining(after, annual_rate, left, method=method, kept_part_fen=kept)
    old = schedule(principal_fen, annual_rate, months, method)[paid_periods:]
    return Prepayment(
        balance_before_fen=before,
        balance_after_fen=after,
        remaining_periods=len(rows),
        instalment_fen=rows[0].instalment_fen if rows else 0,
        last_instalment_fen=rows[-1].instalment_fen if rows else 0,
        periods_saved=left - len(rows),
        interest_saved_fen=sum(row.interest_fen for row in old) - sum(row.interest_fen for row in rows),
    )


@dataclass(frozen=True)
class Payoff:
    """提前结清: principal and the interest of the days since the last due date."""

    principal_fen: int
    interest_fen: int

    @property
    def amount_fen(self) -> int:
        return self.principal_fen + self.interest_fen


def pay_off(balance_fen: int, annual_rate: Decimal, *, days: int, day_base: int) -> Payoff:
    return Payoff(balance_fen, days_interest(balance_fen, annual_rate, days=days, day_base=day_base))


def split_prepayment(amount_fen: int, annual_rate: Decimal, *, days: int, days_in_month: int = 30) -> Payoff:
    """An amount that carries the interest of its own part: principal = amount ÷ (1 + i × days ÷ 30)."""
    principal = half_up(amount_fen / (1 + monthly_rate(annual_rate) * days / days_in_month))
    return Payoff(principal, amount_fen - principal)


@dataclass(frozen=True)
class RateReset:
    balance_fen: int
    remaining_periods: int
    instalment_fen: int


def reset_rate(
    principal_fen: int, annual_rate: Decimal, months: int, *, paid_periods: int, new_annual_rate: Decimal
) -> RateReset:
    """A new rate from the next instalment on: the periods stay, the instalment is computed anew."""
    left = months - paid_periods
    balance = balance_after(
        principal_fen, annual_rate, months, paid_periods=paid_periods, method=Method.EQUAL_INSTALMENT
    )
    return RateReset(balance, left, instalment(balance, new_annual_rate, left) if left else 0)


@dataclass(frozen=True)
class Allocation:
    """What a payment paid, what is still due and what is left over of it; in the order asked for."""

    paid: Mapping[str, int]
    still_due: Mapping[str, int]
    left_over_fen: int


def allocate(payment_fen: int, due: Sequence[Mapping[str, int]], *, order: Sequence[str]) -> Allocation:
    """还款分配: oldest instalment first, inside an instalment by `order`. Refuses parts the order does not name."""
    parts = {part for one in due for part in one}
    if parts - set(order):
        raise ValueError(f"no place in the order for {sorted(parts - set(order))}")
    paid, still_due, left = dict.fromkeys(order, 0), dict.fromkeys(order, 0), payment_fen
    for one in due:
        for part in order:
            taken = min(left, one.get(part, 0))
            left -= taken
            paid[part] += taken
            still_due[part] += one.get(part, 0) - taken
    return Allocation(paid, still_due, left)


class OffsetMode(StrEnum):
    PARTIAL_ALLOWED = "PARTIAL_ALLOWED"
    ALL_OR_NOTHING = "ALL_OR_NOTHING"


@dataclass(frozen=True)
class Offset:
    taken: tuple[tuple[str, int], ...]
    bank_fen: int


def offset(instalment_fen: int, balances: Sequence[tuple[str, int]], *, mode: OffsetMode) -> Offset:
    """冲还贷: balances in the agreed order, the rest from the bank account.

    ALL_OR_NOTHING takes nothing unless the balances together cover the instalment.
    """
    available = sum(balance for _, balance in balances)
    if mode is OffsetMode.ALL_OR_NOTHING and available < instalment_fen:
        return Offset(tuple((who, 0) for who, _ in balances), instalment_fen)
    left, taken = instalment_fen, []
    for who, balance in balances:
        part = min(left, balance)
        left -= part
        taken.append((who, part))
    return Offset(tuple(taken), left)


def principal_for_penalty(principal_fen: int, interest_fen: int, *, with_interest: bool) -> int:
    """The base of penalty interest: overdue principal, or with it the unpaid interest; the contract says which."""
    return principal_fen + (interest_fen if with_interest else 0)


def penalty(base_fen: int, annual_rate: Decimal, *, multiple: Decimal, days: int, day_base: int) -> int:
    """罚息: base × contract rate × multiple ÷ 360 × days."""
    return days_interest(base_fen, annual_rate, days=days, day_base=day_base, multiple=multiple)


def largest_principal(instalment_fen: int, annual_rate: Decimal, months: int, *, method: Method) -> Fraction:
    """The principal an instalment carries. For equal principal the first and largest instalment counts."""
    i = monthly_rate(annual_rate)
    if method is Method.EQUAL_PRINCIPAL:
        return Fraction(instalment_fen) / (Fraction(1, months) + i)
    if not i:
        return Fraction(instalment_fen * months)
    return instalment_fen * (1 - (1 + i) ** -months) / i
