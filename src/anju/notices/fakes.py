"""A gateway without a line, for tests and the simulation: keeps what it is sent, and can be down or lose messages.

with fakes.gateway() as phones:
    jobs.run_all()
    assert phones.last("13800005678") == "【安居公积金】…"
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from anju.notices import gateway as port
from anju.notices.gateway import GatewayDown, Told


class FakeGateway:
    """`sent` holds (phone, text) in the order of arrival."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.calls = 0
        self.down_for = 0
        self.tells = Told.DELIVERED
        self._seen: dict[str, Told] = {}

    def last(self, phone: str) -> str:
        """The newest text on a phone; empty when there is none."""
        return next((text for number, text in reversed(self.sent) if number == phone), "")

    def send(self, message_id: str, phone: str, text: str) -> Told:
        self.calls += 1
        if self.down_for > 0:
            self.down_for -= 1
            raise GatewayDown("fake")
        if message_id not in self._seen:
            self._seen[message_id] = self.tells
            self.sent.append((phone, text))
        return self._seen[message_id]

    def status(self, message_id: str) -> Told:
        return self.tells if message_id in self._seen else Told.UNKNOWN


@contextmanager
def gateway() -> Iterator[FakeGateway]:
    """The fake in force for a block."""
    fake = FakeGateway()
    with port.using(fake):
        yield fake
