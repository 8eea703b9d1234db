"""Interest against a slow and obvious reckoning: day by day, penny by penny."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anju.policy import book
from anju.policy.formulas.interest import (
    Movement,
    RateChange,
    RateSegment,
    accrue,
    basis_points,
    index_interest,
    index_interest_at_rate,
    index_rows,
    rates_of,
    settled_interest,
)

START = date(2015, 7, 1)
RATES = (
    RateSegment(date(2015, 1, 1), Decimal("0.0110")),
    RateSegment(date(2016, 2, 21), Decimal("0.0150")),
    RateSegment(date(2016, 5, 1), Decimal("0.0155")),
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[int, date, list[Movement]]:
    days = draw(st.integers(1, 500))
    offsets = draw(st.lists(st.integers(0, days), max_size=12))
    movements = [Movement(START + timedelta(days=n), draw(st.integers(-(10**7), 10**8))) for n in offsets]
    return draw(st.integers(0, 10**10)), START + timedelta(days=days), movements


def day_by_day(opening: int, end: date, movements: list[Movement], mode: RateChange) -> Fraction:
    def rate(day: date) -> Decimal:
        return [segment.annual_rate for segment in RATES if segment.starts_on <= day][-1]

    total, balance, day = Fraction(0), opening, START
    while day < end:
        balance += sum(movement.fen for movement in movements if movement.on == day)
        applied = rate(end - timedelta(days=1)) if mode is RateChange.RATE_ON_SETTLEMENT_DAY else rate(day)
        total += Fraction(applied) * balance / 360
        day += timedelta(days=1)
    return total


@settings(max_examples=60, deadline=None)
@given(histories(), st.sampled_from(RateChange))
def test_segments_and_index_equal_the_day_by_day_sum(
    history: tuple[int, date, list[Movement]], mode: RateChange
) -> None:
    opening, end, movements = history
    interest = accrue(
        opening, start=START, end=end, movements=movements, rates=RATES, day_base=360, rate_change=mode
    )
    assert interest.exact_fen == day_by_day(opening, end, movements, mode)
    assert interest.closing_fen == opening + sum(movement.fen for movement in movements)
    days_only = mode is RateChange.RATE_ON_SETTLEMENT_DAY
    index = dict(index_rows(RATES, first=START, last=end, value=123_456, days_only=days_only))
    weighted = opening * index[START] + sum(one.fen * index[one.on] for one in movements)
    if days_only:
        rate = [segment.annual_rate for segment in RATES if segment.starts_on < end][-1]
        by_index = index_interest_at_rate(
            interest.closing_fen, weighted, days_at_end=index[end], annual_rate=rate, day_base=360
        )
    else:
        by_index = index_interest(interest.closing_fen, weighted, index_at_end=index[end], day_base=360)
    assert by_index == interest.exact_fen


def test_the_day_of_a_deposit_counts_and_the_day_of_a_withdrawal_does_not() -> None:
    rates = (RateSegment(date(2026, 7, 1), Decimal("0.36")),)

    def product(*movements: Movement) -> int:
        return accrue(
            0, start=date(2026, 7, 1), end=date(2026, 7, 11), movements=movements, rates=rates, day_base=360
        ).product_sum

    assert product(Movement(date(2026, 7, 10), 100)) == 100
    assert product(Movement(date(2026, 7, 1), 100), Movement(date(2026, 7, 10), -100)) == 900
    assert product(Movement(date(2026, 7, 11), 100)) == 0


def test_movements_outside_the_period_and_days_without_a_rate_are_refused() -> None:
    rates = (RateSegment(date(2026, 7, 1), Decimal("0.015")),)
    with pytest.raises(ValueError, match="outside"):
        accrue(
            0, start=date(2026, 7, 1), end=date(2026, 8, 1), movements=[Movement(date(2026, 6, 30), 1)],
            rates=rates, day_base=360,
        )  # fmt: skip
    with pytest.raises(ValueError, match="no interest rate"):
        accrue(1, start=date(2026, 6, 1), end=date(2026, 8, 1), movements=[], rates=rates, day_base=360)
    with pytest.raises(ValueError, match="basis points"):
        basis_points(Decimal("0.01505"))


def test_the_settled_interest_shows_how_it_came_about() -> None:
    explained = settled_interest(
        2_000_000, start=date(2025, 7, 1), end=date(2026, 7, 1), movements=[Movement(date(2026, 1, 1), 100)],
        book=book("anju"),
    )  # fmt: skip
    assert explained.working.result_fen == explained.value.interest_fen
    assert explained.working.steps[0].expression == "20,000.00 × 184 × 1.5%"
    assert "四舍五入到分" in explained.working.steps[-1].expression
    assert {step.article for step in explained.working.steps} == {"regulation.21"}


def test_the_rates_of_a_city_are_in_order() -> None:
    rates = rates_of(book("beijing"))
    assert [rate.starts_on for rate in rates] == sorted(rate.starts_on for rate in rates)
