"""What is to happen in the city's history, in the order of time. What happens may put more on the agenda."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

Happening = Callable[[], object]


@dataclass
class Agenda:
    """Happenings with their moments; of two at one moment the one put down first happens first."""

    _heap: list[tuple[datetime, int, Happening]] = field(default_factory=list)
    _count: int = 0

    def put(self, at: datetime, happening: Happening) -> None:
        """Put something down."""
        self._count += 1
        heapq.heappush(self._heap, (at, self._count, happening))

    def play(self, *, before: datetime) -> None:
        """Let everything happen that is to happen before a moment."""
        while self._heap and self._heap[0][0] < before:
            heapq.heappop(self._heap)[2]()

    @property
    def left(self) -> int:
        """How much has not happened yet."""
        return len(self._heap)
