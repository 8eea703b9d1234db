"""Making a failing history short: halves, quarters and ever smaller parts are left out as long as the fault stays."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from anju.command.simulation.plan import Step


def shrink(steps: Sequence[Step], fails: Callable[[Sequence[Step]], bool], *, seconds: float) -> list[Step]:
    """The shortest failing part found in the time; ``fails`` says whether a part still shows the same fault."""
    until = time.monotonic() + seconds
    kept, parts = list(steps), 2
    while len(kept) > 1 and time.monotonic() < until:
        size = max(len(kept) // parts, 1)
        for first in range(0, len(kept), size):
            less = kept[:first] + kept[first + size :]
            if time.monotonic() >= until:
                return kept
            if less and fails(less):
                kept, parts = less, max(parts - 1, 2)
                break
        else:
            if size == 1:
                return kept
            parts = min(parts * 2, len(kept))
    return kept
