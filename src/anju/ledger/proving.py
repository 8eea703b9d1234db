"""The moment of proving (对账时点): every invariant is read from one state of the books, with no posting half done.

The gate is held alone only until the snapshot stands, so postings wait for an instant and not for the proof.
Refuses to begin inside a transaction: its snapshot might be older than the gate.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from anju.database.sql import execute


@contextmanager
def one_moment(centre_id: int) -> Iterator[None]:
    """Read everything in the block as it stood at one moment between postings; nothing can be written in it."""
    assert not connection.in_atomic_block, "the snapshot is taken under the gate, not before it"
    # Held by the session: under a transaction's lock the snapshot would be the one from before the wait.
    execute("SELECT pg_advisory_lock(gate_class(), %s)", [centre_id])
    held = True
    try:
        with transaction.atomic():
            execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            execute("SELECT txid_current_if_assigned()")
            _leave(centre_id)
            held = False
            yield
    finally:
        if held:
            _leave(centre_id)


def _leave(centre_id: int) -> None:
    execute("SELECT pg_advisory_unlock(gate_class(), %s)", [centre_id])
