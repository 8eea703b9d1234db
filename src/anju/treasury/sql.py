"""Row work the treasury's actions share: insert once, and the treasury's own locks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from anju.database.sql import execute, row


def insert_once(table: str, values: Mapping[str, Any], returning: str) -> int | None:
    """Insert a row and give its id; None when a unique constraint already holds such a row."""
    columns = ", ".join(values)
    places = ", ".join(["%s"] * len(values))
    found = row(
        f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608  (names from this room's code)
        f" ON CONFLICT DO NOTHING RETURNING {returning}",
        list(values.values()),
    )
    return None if found is None else int(found[returning])


def wait_turn(name: str) -> None:
    """Hold the named lock until the transaction ends."""
    execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"treasury:{name}"])


@contextmanager
def alone(name: str) -> Iterator[bool]:
    """Hold the named lock outside any transaction, or yield False at once when another holds it.

    The lock belongs to the connection: a process that dies gives it back, one that is merely slow keeps it.
    """
    key = f"treasury:{name}"
    found = row("SELECT pg_try_advisory_lock(hashtextextended(%s, 0)) AS held", [key])
    held = bool(found and found["held"])
    try:
        yield held
    finally:
        if held:
            execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])
