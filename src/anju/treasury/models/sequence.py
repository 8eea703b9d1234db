"""Ids given by the database: composite keys of Django have no automatic field."""

from __future__ import annotations

from django.db.models import BigIntegerField, Func, Value


def next_value(sequence: str) -> Func:
    """``nextval('sequence')`` as a column's default; the migration makes the sequence first."""
    return Func(Value(sequence), function="nextval", output_field=BigIntegerField())
