"""What is known while the demo city is built: its size, who is who, and how far the building is.

Owns nothing but the state of one building. The moments of its history are counted from one moment, so that the
same seed at the same moment gives the same city.
"""

from __future__ import annotations

import json
import os
import time as stopwatch
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.conf import settings

from anju import policy
from anju.demo.agenda import Agenda
from anju.demo.characters import BY_KEY
from anju.demo.outside import Outside
from anju.demo.population import Employer, Population, Resident
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.month import Month
from anju.policy import Book
from anju.policy.calendar import CalendarUnknown
from anju.support.building import STATE_FILE


@dataclass(frozen=True)
class Size:
    """How large a city is built: units, people, months, and people who have taken out their rent."""

    employers: int
    people: int
    months: int
    renters: int


SIZES = {"city": Size(40, 5000, 24, 42), "small": Size(10, 110, 6, 6)}


def chosen_size() -> Size:
    """The size that ``ANJU_DEMO_SIZE`` names; the whole city when it names none."""
    name = os.environ.get("ANJU_DEMO_SIZE", "city")
    if name not in SIZES:
        raise RuntimeError(f"ANJU_DEMO_SIZE is {name!r}; it may be {' or '.join(SIZES)}")
    return SIZES[name]


@dataclass
class City:
    """What has been built so far, by key."""

    centre_id: int
    at: datetime
    seed: int
    size: Size
    outside: Outside
    population: Population
    agenda: Agenda = field(default_factory=Agenda)
    employers: list[Employer] = field(default_factory=list)
    people: dict[str, int] = field(default_factory=dict)
    logins: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    residents: dict[str, list[Resident]] = field(default_factory=dict)
    asked: int = 0

    @property
    def opened_on(self) -> date:
        """The day on which the centre opened, before its first month."""
        return self.months[0].first_day - timedelta(days=20)

    @property
    def book(self) -> Book:
        """The rules of the city."""
        return policy.book(settings.ANJU_CITY)

    @property
    def machine(self) -> Actor:
        """The rule, where no person acts."""
        return Actor.machine(self.centre_id, self.book.release)

    @property
    def months(self) -> list[Month]:
        """The months that were paid, the last of them the month before this one."""
        last = Month.of(self.at.date()) + -1
        return [last + -back for back in range(self.size.months - 1, -1, -1)]

    def employer(self, key: str) -> Employer:
        """A unit by its key."""
        return next(one for one in self.employers if one.key == key)

    def actor(self, key: str) -> Actor:
        """A named character acting in the role of their story."""
        character = BY_KEY[key]
        return Actor(
            login_id=self.logins.get(key), person_id=self.people.get(key), role=character.role,
            unit_id=self.units.get(character.unit) if character.role.startswith("unit") else None,
            name=character.name, centre_id=self.centre_id,
        )  # fmt: skip

    def uses_online(self, resident: Resident) -> bool:
        """Whether somebody nameless has a log-in already."""
        return resident.id_number in self.outside.people

    def next_key(self) -> str:
        """The key of a request that no other has."""
        self.asked += 1
        return f"demo-{self.asked}"

    def working_day_after(self, day: date) -> date:
        """The first working day after a day; of a year whose calendar is not known, the next day."""
        try:
            return self.book.calendar.add_working_days(day, 1)
        except CalendarUnknown:
            return day + timedelta(days=1)

    def ago(self, days: int, hour: int, minute: int = 0) -> datetime:
        """An hour of a day before today; of today, when the hour has come."""
        moment = datetime.combine(self.at.date() - timedelta(days=days), time(hour, minute), ZONE)
        return min(moment, self.at)

    def this_month(self, days: int, hour: int, minute: int = 0) -> datetime:
        """The same, but never before this month began: money moves in the order of its days."""
        begin = datetime.combine(self.at.date().replace(day=1), time(0, 1), ZONE)
        return max(self.ago(days, hour, minute), begin)


def moment(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """An hour of a day, here."""
    return datetime.combine(day, time(hour, minute), ZONE)


@dataclass
class Progress:
    """The file that the start page reads: what is being done, how far it is, and about how long it takes yet."""

    path: Path
    total: int
    done: int = 0
    since: float = field(default_factory=stopwatch.monotonic)

    def step(self, label: str, *, by: int = 1) -> None:
        """Say what is being done now; ``by`` is how much of the whole it will have been."""
        self._write(label + self._left(), finished=False)
        self.done = min(self.done + by, self.total)

    def finish(self) -> None:
        """The city stands."""
        self.done = self.total
        self._write("演示城市已建好", finished=True)

    def _left(self) -> str:
        spent = stopwatch.monotonic() - self.since
        if self.done * 10 < self.total or spent < 2:
            return ""
        return f"（还要约 {max(round(spent * (self.total - self.done) / self.done), 1)} 秒）"

    def _write(self, label: str, *, finished: bool) -> None:
        temporary = self.path.with_suffix(".part")
        state = {"label": label, "done": self.done, "total": self.total, "finished": finished}
        temporary.write_text(json.dumps(state, ensure_ascii=False))
        temporary.replace(self.path)


def built() -> bool:
    """Whether the city stands already."""
    try:
        return bool(json.loads((settings.DATA_DIR / STATE_FILE).read_text()).get("finished"))
    except (FileNotFoundError, ValueError):
        return False
