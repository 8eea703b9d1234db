"""What every bench stands on: options, the owner's connection, interleaved rounds, WAL, memory, and the proof."""

from __future__ import annotations

import gc
import os
import resource
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from statistics import median
from typing import Any

import psycopg

from anju.command.bench_row import TotalsWrong

CENTRE = 990100
Owner = psycopg.Connection[tuple[object, ...]]
Act = Callable[[int], None]


@dataclass(frozen=True)
class Options:
    """What a bench was asked for; each reads what concerns it. 0 accounts or rows: as many as it thinks right."""

    name: str = ""
    members: int = 10_000
    accounts: int = 0
    rows: int = 0
    rounds: int = 5
    connections: int = 1
    clients: tuple[int, ...] = (1, 4, 8)


@contextmanager
def owner() -> Iterator[Owner]:
    """A connection of the database's owner, each statement by itself; for seeds, floors and proofs."""
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"], autocommit=True) as connection:
        yield connection


def moment(day: date, hour: int = 10) -> datetime:
    """An instant of a day in Beijing."""
    from anju.kernel.clock import ZONE

    return datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)


def peak_mb() -> float:
    """The most memory our process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def value(connection: Owner, statement: str, params: Mapping[str, object] | list[object] | None = None) -> int:
    """One whole number."""
    found = connection.execute(statement, params).fetchone()
    assert found is not None
    return int(str(found[0] or 0))


def wal_position(connection: Owner) -> int:
    """How many bytes of WAL the server has ever written."""
    return value(connection, "SELECT pg_current_wal_insert_lsn() - '0/0'")


@dataclass
class Rounds:
    """Times and WAL of several acts over several rounds."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    wal: dict[str, list[int]] = field(default_factory=dict)

    def time(self, name: str) -> float:
        """Median seconds of an act."""
        return median(self.seconds[name])

    def wal_bytes(self, name: str) -> float:
        """Median bytes of WAL of an act, with whatever else the server wrote meanwhile."""
        return median(self.wal[name])


def interleave(
    connection: Owner, rounds: int, acts: Mapping[str, Act], *, warm: int = 0, before: Act | None = None,
    after: Act | None = None,
) -> Rounds:
    """Run each act once a round, in an order that turns round every second one; ``warm`` rounds do not count.

    ``before`` prepares a round, ``after`` proves it; neither is timed.
    """
    found = Rounds({name: [] for name in acts}, {name: [] for name in acts})
    for turn in range(warm + rounds):
        if before is not None:
            before(turn)
        for name, act in list(acts.items()) if turn % 2 else list(acts.items())[::-1]:
            gc.collect()
            written, began = wal_position(connection), time.perf_counter()
            act(turn)
            took = time.perf_counter() - began
            if turn >= warm:
                found.seconds[name].append(took)
                found.wal[name].append(wal_position(connection) - written)
        if after is not None:
            after(turn)
    return found


class Statements:
    """Counts what a connection executes; for ``execute_wrapper``."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Count one statement and run it."""
        self.count += 1
        return execute(sql, params, many, context)


def prove(what: str, found: object, expected: object) -> None:
    """Totals as an independent computation has them, or the case has failed."""
    if found != expected:
        raise TotalsWrong(f"{what}: {found} instead of {expected}")


def prove_books() -> None:
    """Every invariant of the books and of members' money."""
    from anju.accounts.checks import CHECKS as MEMBERS
    from anju.database.sql import rows
    from anju.ledger.checks import CHECKS as BOOKS

    broken = {check.name: found[:3] for check in (*BOOKS, *MEMBERS) if (found := rows(check.sql))}
    prove("invariants", broken, {})
