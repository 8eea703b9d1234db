"""``anju simulate --seed S --steps N``: a small centre lived through by chance, on a database of its own.

Prints the seed first; at the first violation the step, the last steps before it, and the shortest history found that
shows the same. The same seed and number of steps do the same again.
"""

from __future__ import annotations

import logging
import os
import random
import time
from collections.abc import Sequence

import psycopg
from psycopg import sql

from anju.command.bench import own_database

DATABASE = "simulate"
PROGRESS_EVERY = 1000


def run(*, seed: int | None, steps: int, check_every: int, shrink_seconds: int) -> int:
    """Live through it and print; 1 on a violation."""
    chosen = random.SystemRandom().randrange(1 << 31) if seed is None else seed
    print(f"seed {chosen}, {steps} steps", flush=True)
    with own_database(DATABASE):
        import django

        django.setup()
        logging.getLogger("anju").setLevel(logging.CRITICAL)  # faults that were meant are no news
        _forget_power_cuts()
        return live(chosen, steps, check_every=check_every, shrink_seconds=shrink_seconds)


def _forget_power_cuts() -> None:
    """The database is thrown away afterwards: no commit waits for the disk."""
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"], autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit TO off").format(sql.Identifier(DATABASE)))


def live(seed: int, steps: int, *, check_every: int, shrink_seconds: float) -> int:
    """The same on the database that Django is connected to, which is emptied before and after each run."""
    from anju.command.simulation.plan import Step, span_of, steps_of
    from anju.command.simulation.running import Failure
    from anju.command.simulation.running import run as live_through
    from anju.command.simulation.shrinking import shrink

    span, began = span_of(steps), time.monotonic()

    def attempt(chosen: Sequence[Step], every: int) -> Failure | None:
        empty()
        try:
            return live_through(chosen, span=span, check_every=every)
        finally:
            empty()

    def progress(done: int, town: object) -> None:
        if done % PROGRESS_EVERY == 0:
            pace = done / (time.monotonic() - began)
            print(f"step {done}, {town.today}, {pace:.0f} steps/s", flush=True)  # type: ignore[attr-defined]

    empty()
    try:
        failure = live_through(steps_of(seed, steps), span=span, check_every=check_every, progress=progress)
    finally:
        empty()
    if failure is None:
        print(f"seed {seed}: {steps} steps, 0 violations, {time.monotonic() - began:.0f} s")
        return 0
    print(f"seed {seed}: violation at step {failure.step.number}\n{failure.text}\nlast steps:")
    print("\n".join(f"  {line}" for line in failure.history), flush=True)

    def fails(less: Sequence[Step]) -> bool:
        found = attempt(less, _often(len(less), check_every))
        return found is not None and found.kind == failure.kind

    history = [step for step in steps_of(seed, steps) if step.number <= failure.step.number]
    if shrink_seconds and fails(history):
        shortest = shrink(history, fails, seconds=shrink_seconds)
        print(f"shortest history found, {len(shortest)} of {len(history)} steps:")
        last = attempt(shortest, _often(len(shortest), check_every))
        for line in last.history if last else map(str, shortest):
            print(f"  {line}")
        if last:
            print(last.text)
    return 1


def _often(steps: int, check_every: int) -> int:
    """A short history can afford to be proven more often."""
    return min(check_every, 10) if steps <= 200 else check_every


def empty() -> None:
    """An empty database, but for reference data; rates published in a run go too."""
    from django.db import connections

    from anju.database.testing import empty_tables

    connections.close_all()
    owner = os.environ["OWNER_DATABASE_URL"]
    empty_tables(owner)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("DELETE FROM rate_index")

