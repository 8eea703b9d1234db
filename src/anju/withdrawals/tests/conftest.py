"""Withdrawals are tested with accounts, books and bank beneath; whoever above listens to their news is taken off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from anju.kernel.events import listen, listeners, stop_listening
from anju.withdrawals.types import WithdrawalPaid, WithdrawalPaidAgain, WithdrawalReturned, WithdrawalWaits


@pytest.fixture
def heard() -> Iterator[list[object]]:
    """What the room tells while a test runs."""
    told: list[object] = []
    kinds = (WithdrawalPaid, WithdrawalReturned, WithdrawalWaits, WithdrawalPaidAgain)
    others = [(kind, listener) for kind in kinds for listener in listeners(kind)]
    for kind, listener in others:
        stop_listening(kind, listener)
    for kind in kinds:
        listen(kind, told.append)
    yield told
    for kind in kinds:
        stop_listening(kind, told.append)
    for kind, listener in others:
        listen(kind, listener)
