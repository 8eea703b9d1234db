"""Closing the books in a process that is killed as well: days, months, signatures, statements, the year's interest.

Run as ``python -m anju.command.crashing.closing ACT ARGUMENT STAFF``. Each act may have died at any
point of an earlier try; whoever tries again is told that it is done, or does the rest.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import IO, TYPE_CHECKING

from anju.command.crashing.house import House
from anju.kernel.actor import Actor

if TYPE_CHECKING:
    from anju.command.crashing.town import Town

LONGEST_SECONDS = 120
MOST_FAILURES = 3
"""How often in a row an act may fail that nobody killed: the database may be away when it begins."""


@dataclass(frozen=True)
class Act:
    """What is to be done next."""

    name: str
    argument: str

    def __str__(self) -> str:
        return f"{self.name} {self.argument}"


def acts(town: Town, folder: Path) -> Iterator[Act]:
    """The centre's months one by one, with the interest in the last; statements of the bank come between."""
    for place in range(town.months):
        month = town.first_month + place
        if place % 3 == 2:
            yield Act("statement", f"{folder / 'statement.csv'}")
        yield Act("days", f"{month.last_day}")
        if place == town.months - 1:
            yield Act("interest", str(month.year - 1))
        yield Act("month", str(month))


@dataclass
class Closer:
    """Does the acts one after another, each in a process; one that died is begun again."""

    house: House
    left: deque[Act]
    staff: Mapping[str, Actor]
    write_statement: Callable[[], None]
    done: list[Act] = field(default_factory=list)
    tries: int = 0
    process: subprocess.Popen[bytes] | None = None
    usual: dict[str, float] = field(default_factory=dict)
    """How long each kind of act took, in seconds."""
    began: float = 0.0
    killed: bool = False
    failures: int = 0
    """Of the act that is next, since somebody was last killed."""
    faults: list[str] = field(default_factory=list)

    def start(self) -> bool:
        """Begin what is next; False when nothing is left."""
        if self.process is None and self.left:
            act = self.left[0]
            if act.name == "statement":
                self.write_statement()
            log: IO[bytes] = (self.house.folder / "logs" / "closing.log").open("ab")
            with log:
                self.process = subprocess.Popen(
                    [sys.executable, "-W", "ignore", "-m", "anju.command.crashing.closing", act.name, act.argument,
                     json.dumps({name: (one.login_id, one.person_id) for name, one in self.staff.items()})],
                    env={**self.house.environment, "DJANGO_SETTINGS_MODULE": "anju.project.settings"},
                    stdout=log, stderr=log, start_new_session=True,
                )  # fmt: skip
            self.tries, self.began, self.killed = self.tries + 1, time.monotonic(), False
        return self.process is not None

    def kill(self) -> None:
        """Kill the act that is under way."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.process.kill()
            self.process.wait(10)

    def look(self) -> bool:
        """Whether the act that was begun is over; done where it said so."""
        if self.process is None or self.process.poll() is None:
            return self.process is None
        act = self.left[0]
        if self.process.returncode == 0:
            self.usual[act.name] = time.monotonic() - self.began
            self.done.append(self.left.popleft())
        elif not self.killed:
            self._failed(act)
        self.process = None
        return True

    def _failed(self, act: Act) -> None:
        self.failures += 1
        if self.failures >= MOST_FAILURES:
            self.faults.append(f"{act} cannot be done: see {self.house.folder / 'logs' / 'closing.log'}")
            self.left.popleft()
            self.failures = 0

    def moment(self, chance: Random) -> float:
        """Seconds after its start at which the act that comes next is likely in the middle of its work."""
        usual = self.usual.get(self.left[0].name, 2.5) if self.left else 1.0
        return chance.uniform(0.6 * usual, usual)

    def finish(self) -> None:
        """The act under way, and no more."""
        until = time.monotonic() + LONGEST_SECONDS
        while not self.look() and time.monotonic() < until:
            time.sleep(0.05)
        if self.process is not None:
            self.kill()

    def finish_all(self) -> None:
        """Everything that is left."""
        self.finish()
        while self.left:
            self.start()
            self.finish()


def main(name: str, argument: str, staff: str) -> int:
    """Do one act in this process; somebody else who is at it is waited for."""
    import django

    django.setup()
    from django.conf import settings

    from anju.command.crashing.books import Books
    from anju.kernel.refusal import Refusal

    known = {who: Actor(ids[0], ids[1], ROLES[who], None, "职员", settings.ANJU_CENTRE_ID)
             for who, ids in json.loads(staff).items() if who in ROLES}  # fmt: skip
    books = Books(settings.ANJU_CENTRE_ID, known["accountant"], known["treasurer"])
    until = time.monotonic() + LONGEST_SECONDS
    while True:
        try:
            getattr(books, name)(argument)
        except Refusal as refusal:
            if refusal.code != "closing.busy" or time.monotonic() > until:
                raise
            time.sleep(0.5)
        else:
            return 0


ROLES = {"accountant": "accountant", "treasurer": "treasurer"}

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
