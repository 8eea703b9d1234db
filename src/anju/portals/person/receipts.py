"""A working as a member reads it: what a page would leave blank is named, what it would say twice is said once."""

from __future__ import annotations

from dataclasses import replace

from anju.kernel.explained import Condition, FactLine, Step, Working

STATED = "您填写的"


def as_read(working: Working) -> Working:
    """A fact that no register gave was stated by the member; steps that repeat the terms are left to the terms."""
    conditions = tuple(_sourced(test) for test in working.conditions)
    return replace(working, conditions=conditions, steps=_own_steps(working))


def _own_steps(working: Working) -> tuple[Step, ...]:
    """The terms stand in a table of their own, with their arithmetic and the least of them beneath."""
    shown = {term.name for term in working.terms}
    own = tuple(step for step in working.steps if step.name not in shown)
    return own if len(own) > 1 or not shown else ()


def _sourced(test: Condition) -> Condition:
    return replace(test, facts=tuple(_named(fact) for fact in test.facts))


def _named(fact: FactLine) -> FactLine:
    return fact if fact.source else replace(fact, source=STATED)


def plain_steps(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Steps without the rule book's own handles: the article stands beside them in words."""
    return tuple(replace(step, article="", parameter="") for step in steps)
