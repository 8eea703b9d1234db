"""Jobs of the accounts: room for the months ahead, and the yearly settlement; each may run again at any time."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from anju import jobs
from anju.accounts.actions import end_lapsed_freezes, settle_interest
from anju.accounts.types import InterestSettled
from anju.database.sql import execute
from anju.kernel import clock
from anju.kernel.events import publish

MONTHS_AHEAD = timedelta(days=13 * 31)
SETTLING_CONNECTIONS = 2  # a number of engineering, not of policy


@jobs.handler("accounts.make_partitions")
def make_partitions() -> None:
    """Make the partitions of member lines and balances thirteen months ahead."""
    execute("SELECT make_partitions(%s)", [(clock.now() + MONTHS_AHEAD).date()])


@jobs.handler("accounts.settle_interest")
def settle(centre_id: int, interest_year: int) -> None:
    """Settle an interest year, and say so; what an earlier run finished is left alone."""
    settle_interest(centre_id, interest_year, at=clock.now(), connections=SETTLING_CONNECTIONS)
    with transaction.atomic():
        publish(InterestSettled(centre_id, interest_year))


@jobs.handler("accounts.end_lapsed_freezes")
def end_freezes(centre_id: int) -> None:
    """End the freezes whose last day is over."""
    end_lapsed_freezes(centre_id, today=clock.today(), at=clock.now())
