"""News that travels up the stack. A room publishes what happened; `wiring/events.py` alone says who listens.

Synchronous and in the caller's transaction: a listener that fails undoes the act that was published.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

Event = TypeVar("Event")
_listeners: dict[type, list[Callable[[Any], None]]] = {}


def listen(event_type: type[Event], handler: Callable[[Event], None]) -> None:
    """Register a handler; the same handler registered twice hears an event once."""
    handlers = _listeners.setdefault(event_type, [])
    if handler not in handlers:
        handlers.append(handler)


def publish(event: object) -> None:
    """Tell every listener of exactly this event type, in the order they were registered."""
    for handler in tuple(_listeners.get(type(event), ())):
        handler(event)


def listeners(event_type: type[Event]) -> tuple[Callable[[Event], None], ...]:
    return tuple(_listeners.get(event_type, ()))


@contextmanager
def listeners_kept() -> Iterator[None]:
    """Whoever is registered or taken off inside the block, afterwards everybody stands as before; for tests."""
    before = {event_type: list(handlers) for event_type, handlers in _listeners.items()}
    try:
        yield
    finally:
        _listeners.clear()
        _listeners.update(before)


def stop_listening(event_type: type[Event], handler: Callable[[Event], None]) -> None:
    """Take a handler off again; for tests that register their own."""
    _listeners.get(event_type, []).remove(handler)
