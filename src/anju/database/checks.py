"""The shape of an invariant, and the collecting of every room's ``checks.CHECKS``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps

from anju.database.sql import rows


@dataclass(frozen=True)
class Invariant:
    """A named claim about the data; ``sql`` returns the rows that break it (none is good)."""

    name: str
    sql: str


def collect() -> Iterator[tuple[str, Invariant]]:
    """(room, invariant) of every installed room."""
    for config in apps.get_app_configs():
        if config.name.startswith("anju.") and find_spec(f"{config.name}.checks") is not None:
            module = import_module(f"{config.name}.checks")
            for invariant in getattr(module, "CHECKS", ()):
                yield config.label, invariant


def make_room() -> None:
    """Let the rest of the transaction sum up a city's accounts in memory instead of in files."""
    rows("SELECT set_config('work_mem', '128MB', true)")


def prove() -> Iterator[tuple[str, Invariant, list[dict[str, Any]]]]:
    """Every room's invariants, each with the rows that break it. Reads what the connection sees now."""
    make_room()
    for room, invariant in collect():
        yield room, invariant, rows(invariant.sql)


def violations() -> list[str]:
    """What is broken now, in one line each; empty is good. For tests, at the end of whatever they did."""
    return [f"{room}: {invariant.name}: {found[:5]}" for room, invariant, found in prove() if found]
