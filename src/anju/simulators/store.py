"""A simulator's memory: named tables of JSON values, kept in one append-only journal.

Each change is one line handed to the operating system before the caller goes on, so that a bank killed with -9 still
knows what it has paid. The journal is rewritten as a snapshot at start. Without a folder the memory is volatile.
"""

import json
import os
import threading
from pathlib import Path
from typing import IO, Any

Record = dict[str, Any]


class Store:
    """Tables of records. Hold `lock` around everything that checks before it writes."""

    def __init__(self, folder: Path | None, name: str) -> None:
        self.lock = threading.RLock()
        self._tables: dict[str, dict[str, Any]] = {}
        self._journal: IO[str] | None = None
        if folder is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.jsonl"
        self._load(path)
        self._compact(path)
        self._journal = path.open("a", encoding="utf-8")

    def table(self, name: str) -> dict[str, Any]:
        """The live table; read it, and write only through `put`."""
        return self._tables.setdefault(name, {})

    def put(self, table: str, key: str, value: Any) -> None:
        self.put_many(table, {key: value})

    def put_many(self, table: str, values: dict[str, Any]) -> None:
        """Write several; a value of None takes the record away."""
        with self.lock:
            for key, value in values.items():
                self._apply(table, key, value)
            if self._journal is not None and values:
                lines = (json.dumps([table, key, value], ensure_ascii=False) for key, value in values.items())
                self._journal.write("\n".join(lines) + "\n")
                self._journal.flush()

    def next_number(self, name: str) -> int:
        """The next of a series that never repeats, also after a restart."""
        with self.lock:
            number = int(self.table("counters").get(name, 0)) + 1
            self.put("counters", name, number)
            return number

    def close(self) -> None:
        with self.lock:
            if self._journal is not None:
                self._journal.close()
                self._journal = None

    def _load(self, path: Path) -> None:
        if not path.exists():
            return
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                try:
                    table, key, value = json.loads(line)
                except ValueError:
                    continue  # the last line of a process that was killed while writing it
                self._apply(table, key, value)

    def _apply(self, table: str, key: str, value: Any) -> None:
        if value is None:
            self.table(table).pop(key, None)
        else:
            self.table(table)[key] = value

    def _compact(self, path: Path) -> None:
        fresh = path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            for table, values in self._tables.items():
                for key, value in values.items():
                    out.write(json.dumps([table, key, value], ensure_ascii=False) + "\n")
        fresh.replace(path)
