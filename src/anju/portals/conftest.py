"""Fixtures of every portal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[str]:
    """The whole product over HTTP; localhost counts as secure for its cookies."""
    from anju.design.testing import served

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    settings.ALLOWED_HOSTS = ["localhost", "testserver"]
    with served() as port:
        yield f"http://localhost:{port}"
