"""A second, plain reckoning of every area, in decimals and day by day. It shares no line with the formulas.

Written from the rules alone, slow on purpose: what takes a fraction there takes a loop here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal, localcontext

CENT = Decimal("0.01")
STEPS = {"CENT": CENT, "JIAO": Decimal("0.1"), "YUAN": Decimal(1)}
WAYS = {"DOWN": ROUND_DOWN, "HALF_UP": ROUND_HALF_UP, "UP": ROUND_UP}
USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def rounded(amount: Decimal, mode: str = "CENT_HALF_UP") -> Decimal:
    step, way = mode.split("_", 1)
    return (amount / STEPS[step]).quantize(Decimal(1), WAYS[way]) * STEPS[step]


def id_check_character(first_17: str) -> str:
    """ISO 7064 MOD 11-2 by its recursive method: no table of weights."""
    rest = 0
    for digit in first_17:
        rest = (rest + int(digit)) * 2 % 11
    check = (12 - rest) % 11
    return "X" if check == 10 else str(check)


def uscc_check_character(first_17: str) -> str:
    """The character that makes Σ value × 3^(position−1) divisible by 31, found by trying all."""
    values = [USCC_CHARACTERS.index(character) for character in first_17]
    weighed = sum(value * 3**place for place, value in enumerate(values))
    return next(one for n, one in enumerate(USCC_CHARACTERS) if (weighed + n) % 31 == 0)


def interest(
    opening: Decimal,
    movements: list[tuple[date, Decimal]],
    rates: list[tuple[date, Decimal]],
    *,
    start: date,
    end: date,
) -> tuple[Decimal, Decimal]:
    """(积数, interest): the balance of every evening, each with the rate of its day, rounded once."""
    balance, product, weighted, day = opening, Decimal(0), Decimal(0), start
    while day < end:
        balance += sum((amount for on, amount in movements if on == day), Decimal(0))
        product += balance
        weighted += balance * max((since, rate) for since, rate in rates if since <= day)[1]
        day += timedelta(days=1)
    return product, rounded(weighted / 360)


def instalment(principal: Decimal, rate: Decimal, months: int) -> Decimal:
    """Principal ÷ Σ of what one yuan paid in each month is worth today."""
    with localcontext() as context:
        context.prec = 80
        worth, one = Decimal(0), Decimal(1)
        for _ in range(months):
            one /= 1 + rate / 12
            worth += one
        return rounded(principal / worth)


def schedule(
    principal: Decimal, rate: Decimal, months: int, *, equal_instalment: bool
) -> Iterator[tuple[int, Decimal, Decimal, Decimal]]:
    """(period, principal part, interest, balance after); the last period clears the balance."""
    fixed = instalment(principal, rate, months)
    part = rounded(principal / months)
    balance = principal
    for period in range(1, months + 1):
        charged = rounded(balance * rate / 12)
        repaid = balance if period == months else fixed - charged if equal_instalment else part
        balance -= repaid
        yield period, repaid, charged, balance


def retirement_ages(
    years: int, first: tuple[int, int], *, step: int, most: int
) -> Iterator[tuple[int, int, int]]:
    """(birth year, birth month, age in months) for 1960–1990, walking from birth month to birth month."""
    delay, within = 0, 0
    for year in range(1960, 1991):
        for month in range(1, 13):
            if (year, month) >= first:
                delay += within % step == 0 and delay < most
                within += 1
            yield year, month, years * 12 + delay
