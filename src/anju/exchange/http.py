"""The agencies over HTTP: `POST {address}/ask/{kind}` with a JSON question, as docs/agencies.md describes.

Gives up two seconds after asking, whatever trickles in; follows no redirect; uses no proxy of the environment.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

import httpx
from django.conf import settings
from django.db import connection

from anju.exchange.shapes import facts_fit
from anju.exchange.types import AnswerStatus, Kind, Reading

# Technical patience of one call: a page waits for it. Nothing is promised to anybody by it.
PATIENCE_SECONDS = 2.0
_MOST_BYTES = 256 * 1024


class HttpAgencies:
    """All agencies behind one address."""

    def __init__(self, address: str, *, patience: float = PATIENCE_SECONDS) -> None:
        self._address = address.rstrip("/")
        self._patience = patience

    def ask(self, kind: Kind, params: Mapping[str, str]) -> Reading:
        """One question, one attempt."""
        # A slow agency must not hold locks of ours.
        assert settings.ANJU_TESTING_ATOMIC or not connection.in_atomic_block, "agencies are asked outside transactions"
        try:
            status, content = self._post(f"{self._address}/ask/{kind.value}", dict(params))
        except httpx.TimeoutException:
            return Reading.down("timeout")
        except httpx.HTTPError as problem:
            return Reading.down(type(problem).__name__.lower())
        if status != 200:
            return Reading.down(f"http_{status}")
        return _read(kind, content)

    def _post(self, url: str, question: dict[str, str]) -> tuple[int, bytes]:
        ends = time.monotonic() + self._patience
        content = b""
        with (
            httpx.Client(timeout=self._patience, trust_env=False) as client,
            client.stream("POST", url, json=question) as reply,
        ):
            for piece in reply.iter_bytes():
                content += piece
                if time.monotonic() > ends:
                    raise httpx.ReadTimeout("the answer trickles")
                if len(content) > _MOST_BYTES:
                    raise httpx.DecodingError("the answer is too long")
            return reply.status_code, content


def _read(kind: Kind, content: bytes) -> Reading:
    try:
        answer: Any = json.loads(content)
    except ValueError:
        return Reading.down("unreadable")
    if not isinstance(answer, dict) or not isinstance(answer.get("serial"), str):
        return Reading.down("unreadable")
    serial = answer["serial"][:60]
    if answer.get("status") == AnswerStatus.NOT_FOUND:
        return Reading(AnswerStatus.NOT_FOUND, serial=serial)
    facts = answer.get("facts")
    if answer.get("status") != AnswerStatus.OK or not isinstance(facts, dict) or not serial:
        return Reading.down("unreadable")
    if not facts_fit(kind, facts):
        return Reading.down("shape")
    return Reading(AnswerStatus.OK, facts=facts, serial=serial)
