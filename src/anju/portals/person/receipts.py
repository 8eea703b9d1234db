"""A working as a member reads it: nothing is added to it, only what a page would leave blank is named."""

from __future__ import annotations

from dataclasses import replace

from anju.kernel.explained import Condition, FactLine, Step, Working

STATED = "您填写的"


def with_sources(working: Working) -> Working:
    """A fact that no register gave was stated by the member; the page says so instead of nothing."""
    return replace(working, conditions=tuple(_sourced(test) for test in working.conditions))


def _sourced(test: Condition) -> Condition:
    return replace(test, facts=tuple(_named(fact) for fact in test.facts))


def _named(fact: FactLine) -> FactLine:
    return fact if fact.source else replace(fact, source=STATED)


def plain_steps(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Steps without the rule book's own handles: the article stands beside them in words."""
    return tuple(replace(step, article="", parameter="") for step in steps)
