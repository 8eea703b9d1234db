"""Jobs of the ledger: numbering of vouchers after the fact."""

from __future__ import annotations

from anju import jobs
from anju.ledger.actions import number_vouchers


@jobs.handler("ledger.number_vouchers")
def number(centre_id: int) -> None:
    """Number what has been posted; running twice numbers nothing twice."""
    number_vouchers(centre_id)
