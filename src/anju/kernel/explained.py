"""A result together with the way it was reached (依据链), in a form that can be kept for ever and printed.

Owns the shapes and their JSON. Refuses to compute: formulas fill it, pages read it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Step:
    """One line of arithmetic: 个人月缴存额, "8,600.00 × 12% = 1,032.00", "1,032.00"."""

    name: str
    expression: str
    value: str
    article: str = ""
    parameter: str = ""


@dataclass(frozen=True)
class Term:
    """One of several candidate amounts; the lowest one binds."""

    name: str
    expression: str
    fen: int
    binding: bool = False


@dataclass(frozen=True)
class FactLine:
    """A fact and where it was read: text, source, serial of the answer, time of reading."""

    text: str
    source: str
    serial: str
    read_at: str


@dataclass(frozen=True)
class ArticleRef:
    handle: str
    title: str
    number: str
    gist: str
    order_no: str
    valid_from: str


@dataclass(frozen=True)
class ParameterRef:
    handle: str
    title: str
    value: str
    unit: str
    source: str
    starts_on: str
    status: str


@dataclass(frozen=True)
class Condition:
    """One test with its five stations: 事实 → 规则 → 条文 → 参数 → 结论.

    `met` is None when it could not be known.
    """

    title: str
    met: bool | None
    brief: str
    facts: tuple[FactLine, ...]
    rule: str
    article: ArticleRef | None
    parameters: tuple[ParameterRef, ...]
    conclusion: str


@dataclass(frozen=True)
class Working:
    conditions: tuple[Condition, ...] = ()
    terms: tuple[Term, ...] = ()
    steps: tuple[Step, ...] = ()
    result_fen: int | None = None


@dataclass(frozen=True)
class Explained(Generic[T]):
    value: T
    working: Working


def to_json(working: Working) -> dict[str, Any]:
    """Plain JSON of a working; `from_json` gives back an equal one."""
    return asdict(working)


def _condition(raw: dict[str, Any]) -> Condition:
    return Condition(
        title=raw["title"],
        met=raw["met"],
        brief=raw["brief"],
        facts=tuple(FactLine(**fact) for fact in raw["facts"]),
        rule=raw["rule"],
        article=ArticleRef(**raw["article"]) if raw["article"] else None,
        parameters=tuple(ParameterRef(**parameter) for parameter in raw["parameters"]),
        conclusion=raw["conclusion"],
    )


def from_json(raw: dict[str, Any]) -> Working:
    return Working(
        conditions=tuple(_condition(condition) for condition in raw["conditions"]),
        terms=tuple(Term(**term) for term in raw["terms"]),
        steps=tuple(Step(**step) for step in raw["steps"]),
        result_fen=raw["result_fen"],
    )
