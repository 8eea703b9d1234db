"""The steps of a run, drawn from the seed before anything happens. A step knows nothing of what the town looks like:
whichever steps are left out, the rest is still a history that can be lived through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anju.command.simulation.town import Town

Operation = Callable[["Town", Random], None]

LAST_DAY = date(2026, 12, 20)
"""Holidays and limits of the demo city are published up to the end of this year: history ends before it."""
SHORTEST, LONGEST = timedelta(days=400), timedelta(days=1080)
PACE = timedelta(hours=6)
"""The mean time between two steps, where the history is neither very short nor very long."""


@dataclass(frozen=True)
class Step:
    """One step: what is tried, the seed of its own choices, and how far the clock moves before it, in seconds."""

    number: int
    name: str
    seed: int
    gap: int

    def __str__(self) -> str:
        return f"{self.number}: {self.name} (seed {self.seed}, clock {self.gap:+d} s)"


@dataclass(frozen=True)
class Entry:
    """An operation and how often it is chosen beside the others."""

    weight: int
    run: Operation


OPERATIONS: dict[str, Entry] = {}


def operation(weight: int) -> Callable[[Operation], Operation]:
    """Register something that may happen."""

    def register(function: Operation) -> Operation:
        OPERATIONS[function.__name__] = Entry(weight, function)
        return function

    return register


def span_of(steps: int) -> timedelta:
    """How much time a run of so many steps takes in the town."""
    return min(max(PACE * steps, SHORTEST), LONGEST)


def steps_of(seed: int, steps: int) -> Iterator[Step]:
    """The steps, one after another; the same for the same seed and number."""
    chance = Random(seed)  # noqa: S311  (a simulation, not a secret)
    names, weights = list(OPERATIONS), [entry.weight for entry in OPERATIONS.values()]
    mean = span_of(steps).total_seconds() / steps
    for number in range(steps):
        name = chance.choices(names, weights)[0]
        yield Step(number, name, chance.getrandbits(48), _gap(chance, mean))


def _gap(chance: Random, mean: float) -> int:
    """Mostly seconds or hours, seldom days or weeks, and now and then somebody sets the clock back."""
    kind = chance.random()
    if kind < 0.5:
        return chance.randint(1, 600)
    if kind < 0.8:
        return int(chance.random() * 2 * mean)
    if kind < 0.95:
        return int(chance.random() * 5 * mean)
    if kind < 0.97:
        return -chance.randint(1, 600)
    return int(min(chance.random() * 14 * mean, timedelta(days=21).total_seconds()))
