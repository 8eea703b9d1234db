"""Working days (工作日) by the State Council's yearly notices; promises nothing for a year without one.

Owns counting of days. The day of the event is never counted. Legal limits count calendar days, promises of a
centre count working days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from anju.policy.reader import Node, read, read_source
from anju.policy.types import CalendarUnknown, PolicyFileInvalid, Source

__all__ = ["Calendar", "CalendarUnknown", "CalendarYear", "read_calendar"]


@dataclass(frozen=True)
class CalendarYear:
    year: int
    notice: Source
    issued: date
    off_days: Mapping[date, str]
    working_weekend_days: Mapping[date, str]


@dataclass(frozen=True)
class Calendar:
    years: Mapping[int, CalendarYear]

    def _year(self, year: int) -> CalendarYear:
        if year not in self.years:
            raise CalendarUnknown(year)
        return self.years[year]

    def knows(self, year: int) -> bool:
        return year in self.years

    def is_working_day(self, day: date) -> bool:
        year = self._year(day.year)
        if day in year.working_weekend_days:
            return True
        return day.weekday() < 5 and day not in year.off_days

    def name_of(self, day: date) -> str:
        """Why the day is special: 国庆节, 国庆节调休上班, or nothing."""
        year = self._year(day.year)
        made_up = year.working_weekend_days.get(day)
        return f"{made_up}调休上班" if made_up else year.off_days.get(day, "")

    def notice(self, year: int) -> Source:
        return self._year(year).notice

    def next_working_day(self, day: date) -> date:
        """The day itself when work is done on it, else the first working day after it."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def add_working_days(self, start: date, n: int) -> date:
        """The n-th working day after `start`, which is not counted."""
        assert n >= 0, "working days are counted forward"
        day = start
        while n:
            day += timedelta(days=1)
            n -= self.is_working_day(day)
        return day

    def add_days(self, start: date, n: int, *, roll: bool = False) -> date:
        """The n-th calendar day after `start`; with `roll`, moved on to a working day when it is a day off."""
        day = start + timedelta(days=n)
        return self.next_working_day(day) if roll else day

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative when `end` lies before."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


def read_calendar(path: Path) -> CalendarYear:
    root = read(path)
    fields = root.fields(required=("year", "issued", "notice", "off_days", "working_weekend_days"))
    year = int(fields["year"].quoted_text)
    if path.stem != str(year):
        raise fields["year"].wrong(f"the file of {year} must be named {year}.yaml")
    off_days = _named_days(fields["off_days"], year)
    made_up = _named_days(fields["working_weekend_days"], year)
    for day in made_up:
        if day.weekday() < 5 or day in off_days:
            raise PolicyFileInvalid(path, fields["working_weekend_days"].line, f"{day} cannot be a made-up day")
    return CalendarYear(year, read_source(fields["notice"]), fields["issued"].day, off_days, made_up)


def _named_days(node: Node, year: int) -> dict[date, str]:
    days: dict[date, str] = {}
    for item in node.items:
        entry = item.fields(required=("date", "name"))
        day = entry["date"].day
        if day.year != year or day in days:
            raise item.wrong(f"{day.isoformat()} is not a new day of {year}")
        days[day] = entry["name"].text
    return days
