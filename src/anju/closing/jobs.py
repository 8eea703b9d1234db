"""Jobs of closing: yesterday is begun by itself and taken as far as the machine may go."""

from __future__ import annotations

import logging

from anju import jobs
from anju.closing import actions, queries
from anju.closing.types import Run, RunKind, RunState
from anju.kernel import clock
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal

_LOG = logging.getLogger(__name__)


@jobs.handler(actions.NEXT_JOB)
def close_yesterday(centre_id: int) -> None:
    """Begin the next day to be closed, and the next month when its days are signed; stop where a person is needed.

    Runs again at any time: a run that is there is taken further, one that waits to be signed is left alone.
    """
    at, actor = clock.now(), Actor.machine(centre_id, "closing")
    for kind in RunKind:
        live = queries.live_run(centre_id, kind)
        try:
            if live is None:
                live = _begin(kind, centre_id, actor)
            if live is not None and live.state is RunState.RUNNING:
                actions.advance(centre_id, live.run_id, actor=actor, at=at)
        except Refusal as refusal:  # somebody is at it, or it is not its turn: a person sees why on the page
            _LOG.info("closing: %s", refusal.code)


def _begin(kind: RunKind, centre_id: int, actor: Actor) -> Run | None:
    at = clock.now()
    if kind is RunKind.DAY:
        stretch = queries.next_stretch(centre_id, at=at)
        return actions.start_day(centre_id, stretch.last_on, actor=actor, at=at) if stretch else None
    month = queries.first_open_month(centre_id)
    through = queries.signed_through(centre_id)
    if through is None or through < month.last_day:
        return None
    return actions.start_month(centre_id, month, actor=actor, at=at)


@jobs.handler("closing.try_interest")
def try_interest(centre_id: int, interest_year: int) -> None:
    """When an interest year is over its interest is tried, so that it can be looked at; nothing is posted."""
    actions.try_interest(centre_id, interest_year, actor=Actor.machine(centre_id, "closing"), at=clock.now())
