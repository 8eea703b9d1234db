"""The clock counts calendar days for the law and working days for the promise, and stands while a correction waits."""

from __future__ import annotations

from datetime import date

import pytest

from anju import policy
from anju.casework import deadlines

CALENDAR = policy.book("national").calendar


def run(on: date, legal: int | None = 3, working: int | None = 3) -> deadlines.Deadline:
    return deadlines.run(on, legal_days=legal, working_days=working, calendar=CALENDAR)


def test_the_legal_day_moves_to_the_next_working_day_and_the_promise_counts_working_days() -> None:
    clock = run(date(2026, 11, 19))  # a Thursday; three days later is a Sunday
    assert clock.legal_due_on == date(2026, 11, 23)
    assert clock.promised_on == date(2026, 11, 24)
    assert clock.promise_text == "承诺 2026年11月24日前办结（3 个工作日）。"


def test_national_day_is_jumped_over() -> None:
    clock = run(date(2026, 9, 30))
    assert clock.promised_on is not None and clock.promised_on > date(2026, 10, 8)


@pytest.mark.parametrize(("on", "promised"), [(date(2026, 12, 28), date(2026, 12, 31)), (date(2026, 12, 29), None)])
def test_no_date_is_promised_into_a_year_without_an_official_calendar(on: date, promised: date | None) -> None:
    clock = run(on)
    assert clock.promised_on == promised
    if promised is None:
        assert "还没有公布放假安排" in clock.promise_text
        assert clock.legal_due_on == date(2027, 1, 1)  # not moved: too early is allowed, too late is not


def test_what_was_left_when_the_clock_stopped_is_what_runs_on() -> None:
    clock = run(date(2026, 11, 23))
    assert deadlines.left(clock, on=date(2026, 11, 24), calendar=CALENDAR) == (2, 2)
    assert deadlines.left(clock, on=date(2026, 12, 20), calendar=CALENDAR) == (0, 0)
    on_again = deadlines.run(date(2026, 12, 1), legal_days=2, working_days=2, calendar=CALENDAR)
    assert (on_again.legal_due_on, on_again.promised_on) == (date(2026, 12, 3), date(2026, 12, 3))


def test_days_of_an_unknown_year_are_not_counted_as_used() -> None:
    clock = run(date(2026, 12, 30))
    assert deadlines.left(clock, on=date(2027, 1, 8), calendar=CALENDAR)[1] == 2


def test_without_a_promise_the_law_s_date_is_told() -> None:
    assert run(date(2026, 11, 23), working=None).promise_text == "最迟 2026年11月26日作出决定（自受理之日起 3 日内）。"
    assert run(date(2026, 11, 23), legal=None).legal_due_on is None
