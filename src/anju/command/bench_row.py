"""One measured line of ``anju bench``: a case beside its floor of the same run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BenchRow:
    """Medians of interleaved rounds; ``ratio`` is ``seconds`` over ``floor_seconds``."""

    bench: str
    scale: str
    rows: int
    seconds: float
    floor: str
    floor_seconds: float
    ratio: float
    peak_mb: float
