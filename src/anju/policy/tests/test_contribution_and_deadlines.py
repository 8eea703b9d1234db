from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anju.kernel.month import Month
from anju.kernel.rounding import Rounding
from anju.policy import CalendarUnknown, book
from anju.policy.formulas.contribution import (
    base_within_limits,
    difference,
    monthly_amounts,
    monthly_contribution,
    ratio_problem,
)
from anju.policy.formulas.deadline import promise
from anju.policy.formulas.retirement import Category, age_months

CITY = book("anju")
NOVEMBER = date(2026, 11, 1)
CALENDAR = CITY.calendar


def test_the_base_is_cut_at_both_limits_and_not_at_the_limit_itself() -> None:
    def base(fen: int) -> int:
        return base_within_limits(fen, book=CITY, on=NOVEMBER).value

    assert [base(248_999), base(249_000), base(249_001)] == [249_000, 249_000, 249_001]
    assert [base(2_849_999), base(2_850_000), base(2_850_001)] == [2_849_999, 2_850_000, 2_850_000]


def test_the_limits_change_on_the_first_of_july() -> None:
    assert base_within_limits(10**9, book=CITY, on=date(2026, 6, 30)).value == 2_790_000
    assert base_within_limits(10**9, book=CITY, on=date(2026, 7, 1)).value == 2_850_000


def test_a_district_may_have_its_own_floor() -> None:
    hangzhou = book("hangzhou")
    assert base_within_limits(1, book=hangzhou, on=NOVEMBER, district="桐庐县").value == 243_000
    assert base_within_limits(1, book=hangzhou, on=NOVEMBER, district="西湖区").value == 266_000


def test_the_working_shows_both_shares_and_the_sum() -> None:
    explained = monthly_contribution(
        860_010, unit_ratio=Decimal("0.12"), person_ratio=Decimal("0.07"), book=CITY, on=NOVEMBER
    )
    assert (explained.value.unit_fen, explained.value.person_fen) == (103_200, 60_200)
    steps = explained.working.steps
    assert steps[0].expression == "8,600.10 × 12% = 1,032.0120，四舍五入到元 1,032.00"
    assert steps[2].expression == "1,032.00 + 602.00 = 1,634.00"


@given(st.integers(1, 10**7), st.integers(5, 12), st.integers(5, 12), st.sampled_from(Rounding))
def test_each_side_is_rounded_by_itself(base: int, unit: int, person: int, mode: Rounding) -> None:
    amounts = monthly_amounts(
        base, unit_ratio=Decimal(unit) / 100, person_ratio=Decimal(person) / 100, rounding=mode
    )
    for ratio, fen in ((unit, amounts.unit_fen), (person, amounts.person_fen)):
        assert abs(fen - Fraction(base * ratio, 100)) < mode.unit_fen
        assert fen % mode.unit_fen == 0


def test_a_lowered_base_gives_a_negative_difference() -> None:
    due = difference(
        950_000, 800_000, unit_ratio=Decimal("0.12"), person_ratio=Decimal("0.12"),
        rounding=Rounding.YUAN_HALF_UP, months=2,
    )  # fmt: skip
    assert due.total_fen == -72_000


@pytest.mark.parametrize(
    ("ratio", "allowed"), [("0.05", True), ("0.12", True), ("0.04", False), ("0.13", False), ("0.055", False)]
)
def test_ratios_have_a_lowest_a_highest_and_a_step(ratio: str, allowed: bool) -> None:
    assert (ratio_problem(Decimal(ratio), book=CITY, on=NOVEMBER) == "") is allowed


def test_working_days_follow_the_official_notice() -> None:
    assert not CALENDAR.is_working_day(date(2026, 10, 1))
    assert CALENDAR.is_working_day(date(2026, 10, 10))
    assert CALENDAR.name_of(date(2026, 10, 10)) == "国庆节调休上班"
    assert CALENDAR.add_working_days(date(2026, 9, 30), 1) == date(2026, 10, 8)


@pytest.mark.parametrize(("year", "days"), [(2024, 251), (2025, 248), (2026, 248)])
def test_the_working_days_of_a_year_add_up(year: int, days: int) -> None:
    assert CALENDAR.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == days


@given(st.dates(date(2024, 1, 1), date(2026, 11, 30)), st.integers(1, 15))
def test_working_days_added_are_working_days_between(start: date, n: int) -> None:
    end = CALENDAR.add_working_days(start, n)
    assert CALENDAR.is_working_day(end)
    assert CALENDAR.working_days_between(start, end) == n
    assert CALENDAR.working_days_between(start, end - timedelta(days=1)) == n - 1


def test_a_year_without_a_notice_promises_nothing() -> None:
    with pytest.raises(CalendarUnknown) as unknown:
        CALENDAR.add_working_days(date(2026, 12, 30), 3)
    assert unknown.value.year == 2027 and "2027年" in unknown.value.text
    with pytest.raises(CalendarUnknown):
        CALENDAR.is_working_day(date(2023, 12, 29))


def test_a_case_keeps_the_legal_day_and_the_promised_day() -> None:
    both = promise(date(2026, 10, 12), legal="withdraw.decision_days", promised="promise.rent_withdrawal", book=CITY)
    assert (both.legal_due_on, both.promised_on) == (date(2026, 10, 15), date(2026, 10, 13))
    holiday = promise(date(2026, 9, 30), legal="withdraw.decision_days", promised="promise.rent_withdrawal", book=CITY)
    assert holiday.legal_due_on == date(2026, 10, 8)


def test_near_a_year_without_calendar_words_replace_the_promised_day() -> None:
    late = promise(
        date(2026, 12, 30), legal="withdraw.decision_days", promised="opening.review_working_days", book=CITY
    )
    assert late.legal_due_on == date(2027, 1, 2)
    assert late.promised_on is None
    assert "3 个工作日" in late.text and "2027年" in late.text


def test_retirement_ages_never_fall_and_never_pass_their_end() -> None:
    for category, last in ((Category.MALE_60, 756), (Category.FEMALE_55, 696), (Category.FEMALE_50, 660)):
        ages = [age_months(Month(1960, 1) + n, category=category, book=CITY, on=NOVEMBER) for n in range(400)]
        assert ages == sorted(ages) and ages[-1] == last
        assert max(later - one for one, later in zip(ages, ages[1:], strict=False)) == 1
