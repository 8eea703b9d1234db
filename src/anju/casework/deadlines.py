"""The clock of a case: the law's limit in calendar days, the centre's promise in working days. Pure.

The clock stops while the applicant mends something and runs on with what was left. Where the calendar of a year
is not official yet, no date is promised: a plain sentence stands in its place. The legal date is then counted
without moving it to a working day, which can only be too early, never too late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from anju.policy.calendar import CalendarUnknown


class WorkingDays(Protocol):
    """What this module needs of `policy.calendar.Calendar`."""

    def is_working_day(self, day: date) -> bool: ...
    def add_working_days(self, start: date, n: int) -> date: ...
    def add_days(self, start: date, n: int, *, roll: bool) -> date: ...


@dataclass(frozen=True)
class Deadline:
    """The running clock from `clock_from`; what is left of both limits is counted from that day."""

    clock_from: date
    legal_days_left: int | None
    working_days_left: int | None
    legal_due_on: date | None
    promised_on: date | None
    promise_text: str


def run(
    clock_from: date, *, legal_days: int | None, working_days: int | None, calendar: WorkingDays
) -> Deadline:
    """The clock started (or started again) on this day, with these days left. The day itself does not count."""
    legal_due_on = None if legal_days is None else _legal(clock_from, legal_days, calendar)
    promised_on, text = None, ""
    if working_days is not None:
        promised_on, text = _promise(clock_from, working_days, calendar)
    elif legal_due_on is not None:
        text = f"最迟 {_zh(legal_due_on)}作出决定（自受理之日起 {legal_days} 日内）。"
    return Deadline(clock_from, legal_days, working_days, legal_due_on, promised_on, text)


def left(deadline: Deadline, *, on: date, calendar: WorkingDays) -> tuple[int | None, int | None]:
    """Calendar days and working days left when the clock stops on this day; never under zero."""
    legal, working = deadline.legal_days_left, deadline.working_days_left
    if legal is not None:
        legal = max(0, legal - (on - deadline.clock_from).days)
    if working is not None:
        working = max(0, working - _working_days_between(deadline.clock_from, on, calendar))
    return legal, working


def _legal(start: date, days: int, calendar: WorkingDays) -> date:
    try:
        return calendar.add_days(start, days, roll=True)
    except CalendarUnknown:
        return start + timedelta(days=days)


def _promise(start: date, working_days: int, calendar: WorkingDays) -> tuple[date | None, str]:
    try:
        day = calendar.add_working_days(start, working_days)
    except CalendarUnknown:
        return None, (
            f"我们承诺 {working_days} 个工作日内办结。这段时间跨入的年份，国家还没有公布放假安排，"
            "所以现在不能给出具体日期；公布后会在这里写明。"
        )
    return day, f"承诺 {_zh(day)}前办结（{working_days} 个工作日）。"


def _working_days_between(start: date, end: date, calendar: WorkingDays) -> int:
    """Working days after `start` up to and including `end`; days of an unknown year count as not used."""
    used = 0
    for n in range(1, (end - start).days + 1):
        try:
            used += calendar.is_working_day(start + timedelta(days=n))
        except CalendarUnknown:
            break
    return used


def _zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
