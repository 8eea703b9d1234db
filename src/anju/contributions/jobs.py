"""Handlers of the jobs this room plans."""

from __future__ import annotations

from anju import jobs
from anju.contributions import actions
from anju.contributions.actions.changes import VERIFY_JOB
from anju.contributions.actions.receiving import POST_JOB
from anju.kernel import clock

_ASK_AGAIN_SECONDS = 300


@jobs.handler(POST_JOB)
def post_remittance(*, centre_id: int, remittance_id: int) -> None:
    """Post a matched month; safe to run again after a crash at any point."""
    actions.post_remittance(centre_id, remittance_id, at=clock.now())


@jobs.handler(VERIFY_JOB)
def verify_elsewhere(*, centre_id: int, list_id: int) -> None:
    """Ask other centres about a list's new people until all have been asked."""
    if actions.verify_elsewhere(centre_id, list_id, at=clock.now()):
        raise jobs.Retry(_ASK_AGAIN_SECONDS)
