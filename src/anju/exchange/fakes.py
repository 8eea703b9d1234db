"""Agencies without a line, for tests and the simulation: they know what they are told, and can be slow, wrong or down.

with fakes.agencies() as world:
    world.knows(Kind.HOMES, {"homes": 0, "items": []}, id_number="11010519491231002X")
    world.down(Kind.MARRIAGE)
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from anju.exchange import ports
from anju.exchange.shapes import facts_fit
from anju.exchange.types import AnswerStatus, Kind, Reading


class FakeAgencies:
    """Keeps every question in `asked`."""

    def __init__(self) -> None:
        self.asked: list[tuple[Kind, dict[str, str]]] = []
        self._facts: list[tuple[Kind, dict[str, str], dict[str, Any]]] = []
        self._down: set[Kind] = set()
        self._wrong: set[Kind] = set()
        self._slow: dict[Kind, float] = {}

    def knows(self, kind: Kind, facts: Mapping[str, Any], **about: str) -> None:
        """These facts for every question whose parameters contain `about`; the latest told wins."""
        assert facts_fit(kind, facts), f"no agency would answer {facts} to {kind}"
        self._facts.insert(0, (kind, about, dict(facts)))

    def down(self, *kinds: Kind) -> None:
        self._down |= set(kinds or Kind)

    def up(self, *kinds: Kind) -> None:
        """Well again, in every respect."""
        healed = set(kinds or Kind)
        self._down -= healed
        self._wrong -= healed
        self._slow = {kind: wait for kind, wait in self._slow.items() if kind not in healed}

    def wrong(self, *kinds: Kind) -> None:
        """Answers come in a shape nobody agreed on."""
        self._wrong |= set(kinds)

    def slow(self, kind: Kind, seconds: float) -> None:
        self._slow[kind] = seconds

    def ask(self, kind: Kind, params: Mapping[str, str]) -> Reading:
        self.asked.append((kind, dict(params)))
        time.sleep(self._slow.get(kind, 0))
        if kind in self._down:
            return Reading.down("fake_down")
        if kind in self._wrong:
            return Reading.down("shape")
        serial = f"FAKE-{len(self.asked):06d}"
        for known, about, facts in self._facts:
            if known is kind and about.items() <= dict(params).items():
                return Reading(AnswerStatus.OK, facts, serial)
        return Reading(AnswerStatus.NOT_FOUND, serial=serial)


@contextmanager
def agencies() -> Iterator[FakeAgencies]:
    """The fake in force for a block."""
    fake = FakeAgencies()
    with ports.using(fake):
        yield fake
