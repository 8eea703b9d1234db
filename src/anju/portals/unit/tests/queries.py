"""What a page costs: counted for a short list and a long one, and held to be the same."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

MOST = 10


def cost(client: Any, path: str) -> int:
    """How many statements one look at a page takes, the session's own among them."""
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return len(seen)


def held(client: Any, paths: dict[str, int] | list[str]) -> dict[str, int]:
    """The cost of each page; none over the bound."""
    costs = {path: cost(client, path) for path in paths}
    dear = {path: n for path, n in costs.items() if n > MOST}
    assert not dear, dear
    return costs
