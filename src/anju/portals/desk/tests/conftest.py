"""A test's transaction is never committed, so what must run outside one is allowed inside it here."""

from __future__ import annotations

import pytest
from django.conf import LazySettings


@pytest.fixture(autouse=True)
def inside_a_transaction(settings: LazySettings) -> None:
    """Let agencies and bank be called within the test's own transaction."""
    settings.ANJU_TESTING_ATOMIC = True
