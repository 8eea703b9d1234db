"""Jobs of casework: the safety net that decides an accepted case, and the sweeping of old drafts."""

from __future__ import annotations

import logging

from anju import jobs
from anju.casework import actions
from anju.kernel import clock

log = logging.getLogger(__name__)


@jobs.handler("casework.advance")
def advance(case_id: int) -> None:
    """Decide an accepted case that the submitting request did not decide; does nothing otherwise.

    A fault of ours is tried again with growing pauses; after a quarter of an hour people take the case.
    """
    try:
        actions.advance(case_id, at=clock.now())
    except Exception:
        if not actions.rescue(case_id, at=clock.now()):
            raise
        log.exception("case %s could not be decided and went to people", case_id)


@jobs.handler("casework.forget_old_drafts")
def forget_old_drafts() -> None:
    """Once a day."""
    actions.forget_old_drafts(at=clock.now())
