"""Jobs of the ledger: numbering and sealing of vouchers after the fact."""

from __future__ import annotations

from anju import jobs
from anju.kernel import clock
from anju.ledger.actions import number_vouchers
from anju.ledger.seals import seal_vouchers


@jobs.handler("ledger.number_vouchers")
def number(centre_id: int) -> None:
    """Number what has been posted, then seal what is numbered; running twice does nothing twice."""
    number_vouchers(centre_id)
    seal_vouchers(centre_id, at=clock.now())
