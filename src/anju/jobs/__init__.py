"""The jobs room: work that happens later, planned in the transaction that needs it.

A thin face over procrastinate. ``plan`` writes the job row in the caller's transaction; a handler is named,
idempotent, and may raise ``Retry(seconds)`` when the outside world is not ready.
"""

from __future__ import annotations

from anju.jobs.planning import Held, JobFailed, Retry, every, handler, held, perform, plan, run_all

__all__ = ["Held", "JobFailed", "Retry", "every", "handler", "held", "perform", "plan", "run_all"]
