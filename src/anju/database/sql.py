"""Plain SQL on the default connection, for set statements and one-query pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

Params = Sequence[Any] | Mapping[str, Any]


def execute(statement: str, params: Params = ()) -> int:
    """Run a statement; the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params or None)
        return int(cursor.rowcount)


def rows(statement: str, params: Params = ()) -> list[dict[str, Any]]:
    """All rows as dictionaries by column name."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params or None)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def row(statement: str, params: Params = ()) -> dict[str, Any] | None:
    """The first row, or None."""
    found = rows(statement, params)
    return found[0] if found else None
