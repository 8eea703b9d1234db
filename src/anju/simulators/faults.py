"""Faults a person or a test switches on: how many times, how long, for which kind of request.

A fault is kept in the store, so that a simulator restarted in the middle of a lie goes on lying.
"""

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from .server import Drop, Reply, Silence
from .store import Store

EVERYTHING = "*"


@dataclass(frozen=True)
class Fault:
    """One switch. `left` is how often it still applies; 0 means until it is cleared."""

    name: str
    scope: str
    left: int
    seconds: float
    fen: int


class Faults:
    """The switches of one simulator."""

    def __init__(self, store: Store, names: frozenset[str]) -> None:
        self._store = store
        self.names = names

    def set(self, wish: dict[str, Any], *, scope_field: str) -> list[dict[str, Any]]:
        """Switch one fault on, one off (count below 0), or all off by the name `none`."""
        name = str(wish.get("fault", ""))
        scope = str(wish.get(scope_field) or EVERYTHING)
        with self._store.lock:
            if name == "none":
                for fault in self.active():
                    self._keep(fault, None)
                return []
            if name not in self.names:
                raise ValueError(f"unknown fault {name!r}; known: {', '.join(sorted(self.names))}, none")
            count = _number(wish.get("count"), 1)
            fault = Fault(name, scope, int(count), _number(wish.get("seconds"), 3.0), int(_number(wish.get("fen"), -1)))
            self._keep(fault, None if count < 0 else fault)
            return [asdict(active) for active in self.active()]

    def active(self) -> list[Fault]:
        with self._store.lock:
            return [Fault(**value) for value in self._store.table("faults").values()]

    def take(self, name: str, scope: str = EVERYTHING) -> Fault | None:
        """The fault if it applies now; one of its uses is spent."""
        with self._store.lock:
            for key in (f"{name}/{scope}", f"{name}/{EVERYTHING}"):
                value = self._store.table("faults").get(key)
                if value is None:
                    continue
                fault = Fault(**value)
                if fault.left == 1:
                    self._keep(fault, None)
                elif fault.left > 1:
                    self._keep(fault, Fault(**{**value, "left": fault.left - 1}))
                return fault
        return None

    def _keep(self, fault: Fault, value: Fault | None) -> None:
        self._store.put("faults", f"{fault.name}/{fault.scope}", None if value is None else asdict(value))


def _number(value: Any, default: float) -> float:
    return default if value in (None, "") else float(value)


TRANSPORT = frozenset({"silent", "executed_timeout", "slow", "drop", "down", "garbled", "twice"})


def answer(faults: Faults, scope: str, run: Callable[[], Reply], stopping: threading.Event) -> Reply:
    """Run a request under the transport faults of its scope."""
    if faults.take("silent", scope):
        raise Silence
    if faults.take("drop", scope):
        raise Drop
    if faults.take("down", scope):
        return Reply(503, "系统维护中。".encode())
    reply = run()
    if faults.take("executed_timeout", scope):
        raise Silence
    slow = faults.take("slow", scope)
    if slow:
        stopping.wait(slow.seconds)
    if faults.take("garbled", scope):
        return Reply(200, b"<html><h1>502 Bad Gateway</h1>", content_type="text/html")
    if faults.take("twice", scope):
        return Reply(reply.status, reply.body, reply.content_type, reply.headers, copies=2)
    return reply
