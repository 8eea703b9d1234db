"""Which planned jobs should have run by now: for whoever closes a day and must know that nothing of it is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from anju.database.sql import rows

_OVERDUE = """
SELECT j.task_name AS name, count(*) FILTER (WHERE j.status IN ('todo', 'doing')) AS waiting,
       count(*) FILTER (WHERE j.status = 'failed') AS failed,
       max(j.id) FILTER (WHERE j.status = 'failed') AS last_failed_id
  FROM procrastinate_jobs j
 WHERE j.status IN ('todo', 'doing', 'failed') AND split_part(j.task_name, '.', 1) = ANY(%s)
   AND coalesce(j.scheduled_at, (SELECT min(e.at) FROM procrastinate_events e WHERE e.job_id = j.id)) < %s
 GROUP BY j.task_name ORDER BY j.task_name
"""


@dataclass(frozen=True)
class Overdue:
    """Jobs of one name: how many wait or run, how many gave up, and which of them was planned last."""

    name: str
    waiting: int
    failed: int
    last_failed_id: int | None


def overdue(rooms: Sequence[str], *, before: datetime) -> tuple[Overdue, ...]:
    """Jobs of some rooms that were due before a moment and are not done."""
    return tuple(Overdue(**line) for line in rows(_OVERDUE, [list(rooms), before]))
