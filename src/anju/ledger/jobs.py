"""Jobs of the ledger: numbering and sealing of vouchers after the fact, and the daily heads."""

from __future__ import annotations

import logging
from datetime import date

from django.conf import settings

from anju import jobs
from anju.kernel import clock
from anju.ledger.actions import number_vouchers
from anju.ledger.head_targets import targets_of
from anju.ledger.heads import give_out_heads, make_heads
from anju.ledger.seals import seal_vouchers

TRY_AGAIN_SECONDS = 300
_LOG = logging.getLogger(__name__)


@jobs.handler("ledger.number_vouchers")
def number(centre_id: int) -> None:
    """Number what has been posted, then seal what is numbered; running twice does nothing twice."""
    number_vouchers(centre_id)
    seal_vouchers(centre_id, at=clock.now())


@jobs.handler("ledger.give_out_heads")
def heads(centre_id: int, day: str) -> None:
    """Make the heads of a day that is over and give them out; a place that cannot be written is tried again."""
    number_vouchers(centre_id)
    seal_vouchers(centre_id, at=clock.now())
    make_heads(centre_id, day=date.fromisoformat(day), at=clock.now())
    failed = give_out_heads(centre_id, targets=targets_of(settings.ANJU_HEADS), at=clock.now())
    for one in failed:
        _LOG.error("daily heads: %s could not be written, %s wait: %s", one.target, one.waiting, one.reason)
    if failed:
        raise jobs.Retry(TRY_AGAIN_SECONDS)
