"""Which city's book of rules this installation decides by."""

from __future__ import annotations

from django.conf import settings

from anju import policy


def book() -> policy.Book:
    """The published policy of this installation's city."""
    return policy.book(settings.ANJU_CITY)
