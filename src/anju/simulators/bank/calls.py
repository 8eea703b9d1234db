"""What the bank has promised to do later: push a notice, take an entry back, return a payment.

One thread, due times kept in the store, so that a restart forgets nothing.
"""

import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from ..store import Store

Act = Callable[[dict[str, Any]], object]


class Calls:
    """A diary worked through by one thread."""

    def __init__(self, store: Store, stopping: threading.Event) -> None:
        self._store = store
        self._stopping = stopping
        self._woken = threading.Condition(store.lock)
        self._acts: dict[str, Act] = {}
        self._thread = threading.Thread(target=self._work, daemon=True)

    def on(self, kind: str, act: Act) -> None:
        self._acts[kind] = act

    def plan(self, kind: str, *, after: float, **what: Any) -> None:
        with self._woken:
            key = str(self._store.next_number("call"))
            self._store.put("calls", key, {"kind": kind, "due": time.time() + after, **what})
            self._woken.notify_all()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._woken:
            self._woken.notify_all()
        self._thread.join(timeout=1)

    def _next(self) -> tuple[str, dict[str, Any]] | None:
        waiting = [(call["due"], key) for key, call in self._store.table("calls").items()]
        if not waiting:
            return None
        key = min(waiting)[1]
        return key, self._store.table("calls")[key]

    def _work(self) -> None:
        while not self._stopping.is_set():
            with self._woken:
                found = self._next()
                wait = 1.0 if found is None else min(1.0, found[1]["due"] - time.time())
                if wait > 0:
                    self._woken.wait(wait)
                    continue
            assert found is not None
            key, call = found
            try:
                self._acts[call["kind"]](call)
            except Exception:
                traceback.print_exc()  # one promise that cannot be kept must not stop the others
            self._store.put("calls", key, None)
