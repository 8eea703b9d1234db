"""The treasury is tested alone: whoever else listens to its news is taken off for the test and put back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from anju.kernel.events import listen, listeners, stop_listening
from anju.treasury.types import (
    MoneyReceived,
    PaymentReturned,
    PaymentSettled,
    ReceiptBooked,
    ReceiptReversed,
    ReceiptUnbooked,
)

_NEWS = (MoneyReceived, ReceiptBooked, ReceiptReversed, ReceiptUnbooked, PaymentSettled, PaymentReturned)


@pytest.fixture(autouse=True)
def _nobody_else_listens() -> Iterator[None]:
    others = [(kind, listener) for kind in _NEWS for listener in listeners(kind)]
    for kind, listener in others:
        stop_listening(kind, listener)
    yield
    for kind, listener in others:
        listen(kind, listener)
