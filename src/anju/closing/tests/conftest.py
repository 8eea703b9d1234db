"""Every test of this room may ask (fake) agencies inside its own transaction."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def asked_inside_the_tests_transaction(settings: object) -> None:
    settings.ANJU_TESTING_ATOMIC = True  # type: ignore[attr-defined]
