"""What each step of a closing does, and what it says: plain functions of a run, an actor and a moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from anju.closing.types import Difference, Run
from anju.kernel.actor import Actor


@dataclass(frozen=True)
class Outcome:
    """What came of a step. ``waits``: not now, and the text says for what; findings block until explained."""

    text: str
    waits: bool = False
    findings: tuple[Difference, ...] = ()
    figures: dict[str, Any] = field(default_factory=dict)


Act = Callable[[Run, Actor, datetime], Outcome]
