"""One measured line of ``anju bench``: a case beside its floor of the same run."""

from __future__ import annotations

from dataclasses import dataclass, field


class TotalsWrong(AssertionError):
    """The rows that were written do not add up to what was asked: the case has failed whatever its time."""


@dataclass(frozen=True)
class BenchRow:
    """Medians of interleaved rounds; ``ratio`` is ``seconds`` over ``floor_seconds`` unless the bench says otherwise.

    ``target`` is what the ratio may reach: at most, or at least where ``at_least``. ``more`` holds what else was
    measured, by name with its unit (``wal_bytes_a_row``).
    """

    bench: str
    scale: str
    rows: int
    seconds: float
    floor: str
    floor_seconds: float
    ratio: float
    peak_mb: float
    target: float | None = None
    at_least: bool = False
    more: dict[str, float] = field(default_factory=dict)

    @property
    def reached(self) -> bool | None:
        """Whether the target was reached; None where there is none."""
        if self.target is None:
            return None
        return self.ratio >= self.target if self.at_least else self.ratio <= self.target
