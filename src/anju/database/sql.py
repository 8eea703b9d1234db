"""Plain SQL on the default connection, for set statements and one-query pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import Cursor
from psycopg.types.numeric import Int8

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


def prepared_row(statement: str, params: Mapping[str, Any]) -> dict[str, Any] | None:
    """The first row of a statement that the connection keeps prepared: planned once, values sent apart from it.

    For the few statements that are run so often that planning them costs more than running them. Seen by the
    connection's wrappers and query log like any other. Whole numbers go as ``bigint``, so that one plan serves all.
    """
    connection.ensure_connection()
    # Django lets nothing be prepared, and its own cursors, which write values into the statement, never are.
    connection.connection.prepare_threshold = 0
    # Its stubs leave out the wrapping, which is the same for any cursor.
    wrapped = connection._prepare_cursor(_Prepared(connection.connection))  # type: ignore[attr-defined]
    with wrapped as cursor:
        cursor.execute(statement, {name: _typed(value) for name, value in params.items()})
        found = cursor.fetchone()
        if found is None:
            return None
        return {column[0]: value for column, value in zip(cursor.description, found, strict=True)}


class _Prepared(Cursor[Any]):
    """A cursor that remembers its statement also where only the name of it was sent, for Django's query log."""

    def _send_query_prepared(self, name: bytes, pgq: Any, **how: Any) -> None:
        super()._send_query_prepared(name, pgq, **how)
        self._query = pgq


def _typed(value: Any) -> Any:
    return Int8(value) if isinstance(value, int) and not isinstance(value, bool) else value
