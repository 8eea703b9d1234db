"""The port to the SMS gateway (短信网关), its adapter over HTTP, and how it is chosen.

The gateway keeps one message per number of ours, so sending again after silence delivers nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, Protocol

import httpx
from django.conf import settings
from django.db import connection

# Technical patience of one call; the job tries again later.
_TIMEOUT = httpx.Timeout(5.0, connect=2.0)


class Told(StrEnum):
    """What the gateway says of a message."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"


class GatewayDown(Exception):
    """No usable answer; the message may or may not have been taken."""


class Gateway(Protocol):
    """Both raise GatewayDown when no usable answer came."""

    def send(self, message_id: str, phone: str, text: str) -> Told: ...

    def status(self, message_id: str) -> Told: ...


class HttpGateway:
    """Speaks the format of docs/sms-gateway.md."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")

    def send(self, message_id: str, phone: str, text: str) -> Told:
        """Hand one message over; FAILED only when the gateway refuses it for good."""
        status, answer = self._call("POST", "/send", {"message_id": message_id, "phone": phone, "text": text})
        if status in (400, 422):
            return Told.FAILED
        return self._told(status, answer, expected=202)

    def status(self, message_id: str) -> Told:
        """What became of a message; UNKNOWN when the gateway never saw it."""
        status, answer = self._call("GET", f"/status/{message_id}", None)
        return Told.UNKNOWN if status == 404 else self._told(status, answer, expected=200)

    def _call(self, method: str, path: str, body: dict[str, str] | None) -> tuple[int, Any]:
        # A slow gateway must not hold locks of ours.
        assert settings.ANJU_TESTING_ATOMIC or not connection.in_atomic_block, "no call inside a transaction"
        try:
            with httpx.Client(timeout=_TIMEOUT, trust_env=False) as client:
                reply = client.request(method, self._address + path, json=body)
            return reply.status_code, reply.json()
        except (httpx.HTTPError, ValueError) as problem:
            raise GatewayDown(type(problem).__name__) from problem

    @staticmethod
    def _told(status: int, answer: Any, *, expected: int) -> Told:
        state = answer.get("state") if isinstance(answer, dict) else None
        if status != expected or state not in ("accepted", "delivered", "failed"):
            raise GatewayDown(f"http_{status}")
        return Told(state)


_chosen: list[Gateway] = []


def gateway() -> Gateway | None:
    """The gateway in force; None where the installation has none."""
    if _chosen:
        return _chosen[-1]
    return HttpGateway(settings.ANJU_SMS_URL) if settings.ANJU_SMS_URL else None


@contextmanager
def using(adapter: Gateway) -> Iterator[Gateway]:
    """Another gateway for the length of a block: for tests and the simulation."""
    _chosen.append(adapter)
    try:
        yield adapter
    finally:
        _chosen.remove(adapter)
