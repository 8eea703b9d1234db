from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anju.kernel import clock
from anju.kernel.month import Month, add_months, interest_year, months_between


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)), st.integers(-1200, 1200))
def test_months_add_and_subtract(day: date, step: int) -> None:
    month = Month.of(day)
    assert (month + step) - month == step
    assert month + step - step == month
    assert Month.from_number(month.number) == month == Month.parse(str(month)) == Month.parse(month.zh)
    assert month.first_day <= day <= month.last_day
    assert month.last_day + timedelta(days=1) == (month + 1).first_day


def test_months_of_a_year_change() -> None:
    assert months_between(Month(2025, 11), Month(2026, 2)) == (
        Month(2025, 11), Month(2025, 12), Month(2026, 1), Month(2026, 2),
    )  # fmt: skip
    assert months_between(Month(2026, 2), Month(2026, 1)) == ()


@pytest.mark.parametrize("wrong", ["2026-13", "2026", "26-01", "2026/01", "", "2026-00"])
def test_what_is_no_month_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="month"):
        Month.parse(wrong)


def test_the_interest_year_turns_on_the_first_of_july() -> None:
    assert interest_year(date(2026, 6, 30)) == 2025
    assert interest_year(date(2026, 7, 1)) == 2026


def test_a_month_later_never_leaves_the_month() -> None:
    assert add_months(date(2027, 11, 30), 3) == date(2028, 2, 29)
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)


def test_the_clock_starts_at_the_set_instant() -> None:
    started = datetime(2026, 1, 1, tzinfo=UTC)
    shift = clock.shift_of("2026-11-23T09:00:00+08:00", started=started)
    assert started + shift == datetime(2026, 11, 23, 1, tzinfo=UTC)
    without_zone = clock.shift_of("2026-11-23T09:00", started=started)
    assert started + without_zone == datetime(2026, 11, 23, 1, tzinfo=UTC)


def test_the_clock_moves_by_an_offset() -> None:
    started = datetime(2026, 1, 1, tzinfo=UTC)
    assert clock.shift_of("+3d", started=started) == timedelta(days=3)
    assert clock.shift_of("-1d12h", started=started) == timedelta(days=-1, hours=-12)
    assert clock.shift_of("", started=started) == timedelta(0)
    with pytest.raises(clock.ClockSettingInvalid):
        clock.shift_of("tomorrow", started=started)


def test_now_is_aware_and_in_beijing() -> None:
    assert clock.now().utcoffset() == timedelta(hours=8)
