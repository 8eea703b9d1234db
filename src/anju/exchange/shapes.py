"""What a question must carry and what facts must look like: anything else counts as no answer.

An agency that changes its format must not turn into a wrong decision about somebody's money.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from anju.exchange.types import Kind

PARAMETERS: dict[Kind, frozenset[str]] = {
    Kind.IDENTITY: frozenset({"name", "id_number", "phone"}),
    Kind.HOMES: frozenset({"name", "id_number"}),
    Kind.MARRIAGE: frozenset({"name", "id_number"}),
    Kind.ELSEWHERE: frozenset({"id_number"}),
    Kind.COMPANY: frozenset({"uscc"}),
}
MARRIAGES = frozenset({"single", "married", "divorced", "widowed"})
ACCOUNT_STATES = frozenset({"normal", "sealed"})


def _identity(facts: Mapping[str, Any]) -> bool:
    return isinstance(facts.get("match"), bool) and isinstance(facts.get("phone_match"), bool)


def _homes(facts: Mapping[str, Any]) -> bool:
    homes, items = facts.get("homes"), facts.get("items")
    counted = isinstance(homes, int) and not isinstance(homes, bool) and homes >= 0
    return counted and isinstance(items, list) and len(items) == homes and all(isinstance(i, dict) for i in items)


def _marriage(facts: Mapping[str, Any]) -> bool:
    status, spouse = facts.get("status"), facts.get("spouse")
    if status not in MARRIAGES:
        return False
    if spouse is None:
        return True
    return isinstance(spouse, dict) and all(isinstance(spouse.get(key), str) for key in ("name", "id_number"))


def _elsewhere(facts: Mapping[str, Any]) -> bool:
    if facts.get("exists") is False:
        return True
    return facts.get("exists") is True and facts.get("state") in ACCOUNT_STATES


def _company(facts: Mapping[str, Any]) -> bool:
    """`nature` may be left out: not every register classifies."""
    told = all(isinstance(facts.get(key), str) for key in ("name", "legal_person_name", "address", "state"))
    return told and isinstance(facts.get("nature", ""), str)


_SHAPES: dict[Kind, Callable[[Mapping[str, Any]], bool]] = {
    Kind.IDENTITY: _identity,
    Kind.HOMES: _homes,
    Kind.MARRIAGE: _marriage,
    Kind.ELSEWHERE: _elsewhere,
    Kind.COMPANY: _company,
}


def facts_fit(kind: Kind, facts: Mapping[str, Any]) -> bool:
    """Whether an agency's facts have the shape everybody above relies on."""
    return _SHAPES[kind](facts)


def check_parameters(kind: Kind, params: Mapping[str, str]) -> None:
    """The asker passes exactly what the kind needs; anything else is a mistake in our code."""
    assert set(params) == PARAMETERS[kind], f"{kind}: {sorted(params)} instead of {sorted(PARAMETERS[kind])}"
    assert all(isinstance(value, str) for value in params.values()), f"{kind}: parameters are texts"
