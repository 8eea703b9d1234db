"""Doing one act of the product as somebody: once, twice, with a fault in its middle; and what must hold of each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from django.db import OperationalError, connection

from anju.command.simulation.crash import Crash, bury, counts, dying_at, killed, no_space_at, trace
from anju.command.simulation.town import Town
from anju.kernel.refusal import Refusal

CRASHES, NO_SPACE, KILLED, TWICE = 0.08, 0.03, 0.01, 0.08
LONGEST_ACT = 60
"""Statements within which a death falls."""
_CHINESE = re.compile(r"[\u4e00-\u9fff].*[。？！]$|[\u4e00-\u9fff]{4,}")


class Violation(Exception):
    """Something that must always hold does not."""


@dataclass(frozen=True)
class Outcome:
    """What an act came to: its answer, or the refusal."""

    value: Any = None
    refusal: Refusal | None = None

    @property
    def done(self) -> bool:
        return self.refusal is None


def act(
    town: Town, chance: Random, call: Callable[[], Any], *, whole: bool = True, once: bool = True,
    refused: bool = False,
) -> Outcome:  # fmt: skip
    """Do it, perhaps after a first try that died or found no space, and perhaps twice.

    ``whole``: it is one transaction, so that a try that failed leaves no trace. ``once``: done again it posts nothing.
    ``refused``: it is forbidden and must be refused.
    """
    fault = chance.random()
    if fault < CRASHES:
        _die(town, chance, call, whole=whole)
    elif fault < CRASHES + NO_SPACE:
        _run_out(town, chance, call, whole=whole)
    elif fault < CRASHES + NO_SPACE + KILLED:
        _kill(town, chance, call)
    outcome = _try(town, call, thorough=refused)
    if refused and outcome.done:
        raise Violation(f"forbidden, yet done: {outcome.value!r}")
    if outcome.done and once and chance.random() < TWICE:
        before = counts(town.today)
        _try(town, call, thorough=False)
        if counts(town.today) != before:
            raise Violation(f"done twice: {before} became {counts(town.today)}")
    return outcome


def _try(town: Town, call: Callable[[], Any], *, thorough: bool) -> Outcome:
    look = trace if thorough else counts
    before = look(town.today)
    try:
        value = call()
    except Refusal as refusal:
        town.take_planned()
        town.said.append(f"refused {refusal.code}")
        if not _CHINESE.search(refusal.text):
            raise Violation(f"a refusal without a sentence: {refusal.code} {refusal.text!r}") from refusal
        after = look(town.today)
        if after != before:
            raise Violation(f"{refusal.code} was refused, yet changed {_changed(before, after)}") from refusal
        return Outcome(refusal=refusal)
    town.take_planned()
    town.said.append("done")
    return Outcome(value)


def _die(town: Town, chance: Random, call: Callable[[], Any], *, whole: bool) -> None:
    before = trace(town.today)
    try:
        with dying_at(chance.randrange(LONGEST_ACT)):
            call()
    except Crash as crash:
        bury()
        town.said.append(f"died before {str(crash).split()[0] if str(crash).split() else '?'}")
        town.take_planned()
        if whole and (after := trace(town.today)) != before:
            raise Violation(f"an act that died left {_changed(before, after)}") from None
        return
    except Refusal:
        pass
    finally:
        if connection.in_atomic_block:
            raise Violation("an act left its transaction open")
    town.take_planned()
    town.said.append("done before it could die")


def _run_out(town: Town, chance: Random, call: Callable[[], Any], *, whole: bool) -> None:
    """No space is left on the disk at some statement; a moment later there is some again."""
    before = trace(town.today)
    try:
        with no_space_at(chance.randrange(LONGEST_ACT)):
            call()
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "53100":
            raise
        town.said.append("no space")
        if whole and (after := trace(town.today)) != before:
            raise Violation(f"an act without space left {_changed(before, after)}") from error
    except Refusal:
        pass
    else:
        town.said.append("done before it ran out")
    town.take_planned()


def _kill(town: Town, chance: Random, call: Callable[[], Any]) -> None:
    """A process of its own is killed with -9 before it commits: the server must leave nothing of it."""
    before = trace(town.today)
    killed(call, statement=chance.randrange(LONGEST_ACT))
    town.said.append("killed")
    if (after := trace(town.today)) != before:
        raise Violation(f"a killed process left {_changed(before, after)}")


def _changed(before: dict[str, int], after: dict[str, int]) -> str:
    return ", ".join(f"{name} {before[name]} → {after[name]}" for name in before if before[name] != after[name])
