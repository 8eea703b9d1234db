"""The port to other agencies and how its adapter is chosen: by the address in the settings, or a test's fake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from django.conf import settings

from anju.exchange.http import HttpAgencies
from anju.exchange.types import Kind, Reading


class Agencies(Protocol):
    """Answers one question. Never raises for a sick agency: that is a `Reading.down`."""

    def ask(self, kind: Kind, params: Mapping[str, str]) -> Reading: ...


class NotConnected:
    """An installation without an address for the agencies: every question goes unanswered."""

    def ask(self, kind: Kind, params: Mapping[str, str]) -> Reading:
        return Reading.down("not_connected")


_chosen: list[Agencies] = []


def agencies() -> Agencies:
    """The adapter in force."""
    if _chosen:
        return _chosen[-1]
    address = settings.ANJU_AGENCIES_URL
    return HttpAgencies(address) if address else NotConnected()


@contextmanager
def using(adapter: Agencies) -> Iterator[Agencies]:
    """Another adapter for the length of a block: for tests and the simulation."""
    _chosen.append(adapter)
    try:
        yield adapter
    finally:
        _chosen.remove(adapter)
