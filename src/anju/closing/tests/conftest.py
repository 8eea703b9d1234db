"""Every test of this room may ask (fake) agencies inside its own transaction."""

from __future__ import annotations

import pytest
from django.conf import LazySettings


@pytest.fixture(autouse=True)
def asked_inside_the_tests_transaction(settings: LazySettings) -> None:
    settings.ANJU_TESTING_ATOMIC = True
