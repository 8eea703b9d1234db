"""The shape of an invariant, and the collecting of every room's ``checks.CHECKS``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps


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
