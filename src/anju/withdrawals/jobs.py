"""Jobs of the withdrawals."""

from __future__ import annotations

from anju import jobs
from anju.kernel import clock
from anju.withdrawals.actions import renew_close_outs


@jobs.handler("withdrawals.renew_close_outs")
def renew(centre_id: int) -> None:
    """Closing payments that nobody signed yesterday get today's interest."""
    renew_close_outs(centre_id, today=clock.today(), at=clock.now())
