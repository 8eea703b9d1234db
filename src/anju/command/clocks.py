"""Whether the machine's clock and the database's agree: what the one dates and the other orders must be one time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from anju.kernel import clock

MOST_APART = timedelta(seconds=2)
ASK = "SELECT clock_timestamp()"


def refuse_unlike(ask: Callable[[], datetime]) -> str:
    """Why nothing may start with these clocks, in a sentence for the operator; empty when they agree to 2 s.

    ``ask`` fetches the database's time. However long its answer takes is no difference. ANJU_CLOCK, which shifts trials
    alone, is left out on our side: it shifts the product and not the machine.
    """
    before = clock.machine_now()
    theirs = ask()
    far = apart(before, theirs, clock.machine_now())
    if far <= MOST_APART:
        return ""
    return (
        f"本机时钟和数据库时钟相差 {far.total_seconds():.1f} 秒（最多 {MOST_APART.total_seconds():.0f} 秒）："
        "请先校准两台机器的时间，再启动。"
    )


def apart(before: datetime, theirs: datetime, after: datetime) -> timedelta:
    """How far a time lies outside the span in which it was asked for."""
    return max(before - theirs, theirs - after, timedelta(0))
