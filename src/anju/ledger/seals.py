"""Sealing of vouchers (凭证封存): what is numbered is chained within its centre and month, and cannot change unseen.

Owns ``voucher_seal``. The digest is made by the database, in ``seal_vouchers`` of the migration;
``docs/verify-books.md`` describes it for other programs. Refuses nothing: a voucher without a number waits.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anju.database.sql import row

CHUNK = 500  # vouchers in one transaction; a number of engineering, not of policy


def seal_vouchers(centre_id: int, *, at: datetime) -> int:
    """Seal every numbered voucher that is not sealed yet, in the order of numbers; how many.

    Call it outside a transaction: each chunk is one of its own, so that it can be killed and started again, and a
    second run goes on where the first one stopped. Nothing waits for it: it takes no gate and reads only what is
    committed for good. While another sealer of the centre works, it seals nothing.
    """
    done = 0
    while True:
        sealed = _seal_chunk(centre_id, at)
        done += sealed
        if sealed < CHUNK:
            return done


@transaction.atomic
def _seal_chunk(centre_id: int, at: datetime) -> int:
    found = row("SELECT seal_vouchers(%s, %s, %s) AS sealed", [centre_id, at, CHUNK])
    return int(found["sealed"]) if found else 0
