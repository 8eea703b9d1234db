"""Interest (结息) by daily products (积数), and the same by a cumulative index that needs no history.

The day of a deposit counts, the day of a withdrawal does not. One rounding, at the very end, half up to the fen.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from anju.kernel.explained import Explained, Step, Working
from anju.kernel.rounding import Rounding, round_fen
from anju.policy.book import Book
from anju.policy.formulas.wording import day, exact_yuan, percent, yuan

BASIS_POINTS = 10_000


class RateChange(StrEnum):
    """How a change of rate inside the period works."""

    SEGMENT = "SEGMENT"
    RATE_ON_SETTLEMENT_DAY = "RATE_ON_SETTLEMENT_DAY"


@dataclass(frozen=True)
class Movement:
    """A credit (positive) or debit (negative) with its value date."""

    on: date
    fen: int


@dataclass(frozen=True)
class RateSegment:
    starts_on: date
    annual_rate: Decimal


@dataclass(frozen=True)
class Piece:
    """Days over which balance and rate did not change."""

    start: date
    end: date
    balance_fen: int
    annual_rate: Decimal

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def product(self) -> int:
        return self.balance_fen * self.days


@dataclass(frozen=True)
class Interest:
    product_sum: int
    """积数 in fen × days."""
    exact_fen: Fraction
    interest_fen: int
    closing_fen: int
    pieces: tuple[Piece, ...]


def rate_on(rates: Sequence[RateSegment], day: date) -> Decimal:
    """The rate in force; rates are in order of their first day."""
    place = bisect_right([segment.starts_on for segment in rates], day)
    if not place:
        raise ValueError(f"no interest rate in force on {day.isoformat()}")
    return rates[place - 1].annual_rate


def accrue(
    opening_fen: int,
    *,
    start: date,
    end: date,
    movements: Sequence[Movement],
    rates: Sequence[RateSegment],
    day_base: int,
    rate_change: RateChange = RateChange.SEGMENT,
) -> Interest:
    """Interest from `start` to the day before `end`. Movements lie in the period; one on `end` earns nothing yet."""
    if end < start:
        raise ValueError("the period ends before it begins")
    if any(not start <= movement.on <= end for movement in movements):
        raise ValueError("a movement lies outside the period")
    pieces = _pieces(opening_fen, start, end, movements, rates)
    if rate_change is RateChange.RATE_ON_SETTLEMENT_DAY:
        last = rate_on(rates, end - timedelta(days=1))
        exact = Fraction(last) * sum(piece.product for piece in pieces) / day_base
    else:
        exact = sum((piece.product * Fraction(piece.annual_rate) for piece in pieces), Fraction(0)) / day_base
    return Interest(
        product_sum=sum(piece.product for piece in pieces),
        exact_fen=exact,
        interest_fen=round_fen(exact, Rounding.CENT_HALF_UP),
        closing_fen=opening_fen + sum(movement.fen for movement in movements),
        pieces=pieces,
    )


def _pieces(
    opening_fen: int,
    start: date,
    end: date,
    movements: Sequence[Movement],
    rates: Sequence[RateSegment],
) -> tuple[Piece, ...]:
    turns = {start, end} | {movement.on for movement in movements}
    turns |= {segment.starts_on for segment in rates if start < segment.starts_on < end}
    days = sorted(turns)
    change: dict[date, int] = {}
    for movement in movements:
        change[movement.on] = change.get(movement.on, 0) + movement.fen
    pieces, balance = [], opening_fen
    for first, following in zip(days, days[1:], strict=False):
        balance += change.get(first, 0)
        pieces.append(Piece(first, following, balance, rate_on(rates, first)))
    return tuple(pieces)


def rates_of(book: Book) -> tuple[RateSegment, ...]:
    """The city's deposit rates, oldest first."""
    segments = []
    for parameter in book.history("interest.rate"):
        assert isinstance(parameter.value, Decimal), "interest.rate is not a rate"
        segments.append(RateSegment(parameter.starts_on, parameter.value))
    return tuple(segments)


# ------------------------------------------------------------------------------ the cumulative index (指数法)


def basis_points(rate: Decimal) -> int:
    """A rate in whole basis points; finer rates would need a finer index."""
    points = rate * BASIS_POINTS
    if points != points.to_integral_value():
        raise ValueError(f"{rate} is not a whole number of basis points")
    return int(points)


def index_rows(
    rates: Sequence[RateSegment], *, first: date, last: date, value: int = 0, days_only: bool = False
) -> Iterator[tuple[date, int]]:
    """(day, index) from `first` on, where the index is Σ basis points over the days before; `value` at `first`.

    With `days_only` it counts days, for cities that apply the settlement day's rate to the whole year.
    """
    current = first
    while current <= last:
        yield current, value
        value += 1 if days_only else basis_points(rate_on(rates, current))
        current += timedelta(days=1)


def index_interest(balance_fen: int, weighted_sum: int, *, index_at_end: int, day_base: int) -> Fraction:
    """Exact interest of a balance whose postings were weighted with the index of their value days."""
    return Fraction(balance_fen * index_at_end - weighted_sum, day_base * BASIS_POINTS)


def index_interest_at_rate(
    balance_fen: int, weighted_days: int, *, days_at_end: int, annual_rate: Decimal, day_base: int
) -> Fraction:
    """The same for RATE_ON_SETTLEMENT_DAY: the index counted days, the rate comes in at the end."""
    return Fraction(annual_rate) * (balance_fen * days_at_end - weighted_days) / day_base


# ------------------------------------------------------------------------------------------- with its working


def settled_interest(
    opening_fen: int, *, start: date, end: date, movements: Sequence[Movement], book: Book
) -> Explained[Interest]:
    """Interest of a period by the city's own rates and mode, with the working a member can follow."""
    last_day = end - timedelta(days=1)
    day_base = book.integer("interest.day_base", last_day)
    interest = accrue(
        opening_fen,
        start=start,
        end=end,
        movements=movements,
        rates=rates_of(book),
        day_base=day_base,
        rate_change=RateChange(book.text("interest.rate_change", last_day)),
    )
    return Explained(interest, _working(interest, day_base))


def _working(interest: Interest, day_base: int) -> Working:
    article = "regulation.21"
    steps = [
        Step(
            f"{day(piece.start)}起 {piece.days} 天",
            f"{yuan(piece.balance_fen)} × {piece.days} × {percent(piece.annual_rate)}",
            yuan(piece.product),
            article,
            "interest.rate",
        )
        for piece in interest.pieces
    ]
    steps.append(Step("积数合计", "余额 × 天数，逐段相加", yuan(interest.product_sum), article))
    rounded = f"积数 × 年利率 ÷ {day_base} = {exact_yuan(interest.exact_fen)}，四舍五入到分"
    steps.append(Step("利息", rounded, yuan(interest.interest_fen), article, "interest.day_base"))
    return Working(steps=tuple(steps), result_fen=interest.interest_fen)
