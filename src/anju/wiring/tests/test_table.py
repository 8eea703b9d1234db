"""The one table: every news a room tells has somebody who listens, and nobody waits for news that never comes."""

from __future__ import annotations

import re
from pathlib import Path

import anju
from anju.kernel.events import listeners_kept
from anju.wiring import events

SOURCE = Path(anju.__file__).parent
# Made by functions of their own, because several actions tell them.
BY_FUNCTION = {"_returned": "PaymentReturned", "_waits": "WithdrawalWaits"}


def published() -> set[str]:
    """The names of all events that the product's code publishes."""
    found: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        if "tests" not in path.parts and path.parts[-2:] != ("kernel", "events.py"):
            squeezed = re.sub(r"\s", "", path.read_text())
            found |= set(re.findall(r"(?<!def)publish\((\w+)\(", squeezed))
    return {BY_FUNCTION.get(name, name) for name in found}


def test_every_news_has_a_listener_and_every_listener_its_news() -> None:
    table = (SOURCE / "wiring" / "events.py").read_text()
    listened = set(re.findall(r"listen\((\w+),", table))
    assert len(listened) > 10
    assert published() == listened


def test_connecting_twice_lets_nobody_hear_twice() -> None:
    from anju.identity.types import NotMe
    from anju.kernel.events import listeners

    with listeners_kept():
        events.connect()
        events.connect()
        assert len(listeners(NotMe)) == 1
