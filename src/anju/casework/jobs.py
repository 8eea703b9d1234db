"""Jobs of casework: the safety net that decides an accepted case, and the sweeping of old drafts."""

from __future__ import annotations

from anju import jobs
from anju.casework import actions
from anju.kernel import clock


@jobs.handler("casework.advance")
def advance(case_id: int) -> None:
    """Decide an accepted case that the submitting request did not decide; does nothing otherwise."""
    actions.advance(case_id, at=clock.now())


@jobs.handler("casework.forget_old_drafts")
def forget_old_drafts() -> None:
    """Once a day."""
    actions.forget_old_drafts(at=clock.now())
