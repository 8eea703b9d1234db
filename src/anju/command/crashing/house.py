"""The centre as its operator runs it, and how each of its processes dies.

``anju up`` starts PostgreSQL, web and worker, and it alone brings back what was killed; nothing here restarts any of
them, except after a power cut, which takes ``anju up`` itself. The bank, the SMS gateway and the agencies stand
outside: they live on, as the real ones would, and the bank lies. Everything listens on the loopback address.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from anju.command import postgres
from anju.command.up import Child
from anju.project.environment import ensure_secrets

LIES: tuple[dict[str, Any], ...] = (
    {"fault": "silent", "code": "BDC101"}, {"fault": "executed_timeout", "code": "BDC101"},
    {"fault": "drop", "code": "BDC101"}, {"fault": "garbled", "code": "BDC101"}, {"fault": "twice", "code": "BDC101"},
    {"fault": "answer_late", "code": "BDC101", "seconds": 4}, {"fault": "query_unknown", "code": "BDC110"},
    {"fault": "down", "code": "BDC110"}, {"fault": "refuse", "code": "BDC101"},
    {"fault": "return_later", "code": "BDC101", "seconds": 2}, {"fault": "double_notice"}, {"fault": "lost_notice"},
    {"fault": "late_notice", "seconds": 3},
)  # fmt: skip
"""What the bank does wrong, each once when it is chosen."""
READY = "安居已就绪"
OUTSIDE = ("bank", "sms", "agencies")


class House:
    """One centre in a folder of its own. ``clock`` is the ANJU_CLOCK of all its processes."""

    def __init__(self, folder: Path, *, port: int, clock: str) -> None:
        self.folder, self.port, self.clock = folder, port, clock
        self.secrets = ensure_secrets(folder)
        (folder / "logs").mkdir(exist_ok=True)
        self.outside = [self._outsider(name, port + 10 + place) for place, name in enumerate(OUTSIDE)]
        self.up = self._up()

    # ------------------------------------------------------------------------------------------ up and down

    @property
    def environment(self) -> dict[str, str]:
        urls = {name: f"http://127.0.0.1:{self.port + 10 + place}" for place, name in enumerate(OUTSIDE)}
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith("ANJU_") and name not in ("DATABASE_URL", "OWNER_DATABASE_URL")}  # fmt: skip
        return kept | {f"ANJU_{name.upper()}_URL": url for name, url in urls.items()} | {
            "ANJU_CLOCK": self.clock, "ANJU_DATA": str(self.folder), "ANJU_BANK_KEY": str(self.secrets["bank_key"]),
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        }  # fmt: skip

    def _outsider(self, name: str, port: int) -> Child:
        command = [sys.executable, "-m", "anju.simulators", name, "--port", str(port), "--state",
                   str(self.folder / "outside")]  # fmt: skip
        if name == "bank":
            command += ["--notify", f"http://127.0.0.1:{self.port}"]
        return Child(name, command, self.folder / "logs" / f"{name}.log", self.environment)

    def _up(self) -> Child:
        command = [sys.executable, "-m", "anju.command.main", "up", "--empty", "--port", str(self.port), "--data",
                   str(self.folder)]  # fmt: skip
        return Child("up", command, self.folder / "logs" / "up.log", self.environment)

    def open(self) -> None:
        """Everything, from nothing."""
        for child in self.outside:
            child.start()
        self.up.start()
        self.wait_open()

    def close(self) -> None:
        """Everything down, whatever state it is in."""
        if self.up.process is not None and self.up.process.poll() is None:
            self.up.process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.up.process.wait(60)
        self._pull_the_plug()
        for child in self.outside:
            child.stop()
        found = postgres.running_pid(postgres.cluster_dir(self.folder))
        if found is not None:
            postgres.stop(postgres.Server(found[1], found[0], postgres.cluster_dir(self.folder), "", ""))

    def let_time_pass(self, minutes: int) -> None:
        """Down in order, and up again so much later; what was planned is due so much earlier."""
        assert self.up.process is not None
        self.up.process.send_signal(signal.SIGTERM)
        self.up.process.wait(60)
        self.clock = f"{'-' if self.shift < -minutes * 60 else '+'}{abs(self.shift + minutes * 60)}s"
        os.environ["ANJU_CLOCK"] = self.clock
        self.up = self._up()
        self.up.start()
        self.wait_open()

    @property
    def shift(self) -> int:
        """How many seconds the centre's clock is ahead of ours."""
        return int(self.clock[:-1])

    def wait_open(self, seconds: float = 120) -> None:
        """Until pages are answered, the worker has begun, and ``anju up`` watches over both.

        Before it says that it is ready it gives up where a process of its stops: that is a start that failed.
        """
        until = time.monotonic() + seconds
        while True:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/", timeout=5) as reply:
                if reply.status == 200 and self._named("worker") and self._watched():
                    return
            if time.monotonic() > until or self.up.process is None or self.up.process.poll() is not None:
                raise AssertionError(f"the centre does not come up again: {self.folder / 'logs'}")
            time.sleep(0.1)

    def _watched(self) -> bool:
        return READY in self.up.log.read_text().rpartition("[1/")[2]

    def owner_url(self) -> str:
        """The database's address for its owner, as ``anju up`` wrote it down."""
        return str(json.loads((self.folder / "runtime.json").read_text())["owner_database_url"])

    # --------------------------------------------------------------------------------------------- victims

    def kill(self, victim: str, chance: Random) -> None:
        """Kill it with -9, as it stands."""
        match victim:
            case "web":
                for pid in self._named("web"):
                    os.killpg(pid, signal.SIGKILL)
            case "one web process":
                workers = [child for pid in self._named("web") for child in _children(pid)]
                if workers:
                    _kill(chance.choice(workers))
            case "worker":
                for pid in self._named("worker"):
                    os.killpg(pid, signal.SIGKILL)
            case "postgres":
                self._kill_postgres()
            case "one backend":
                backends = [child for pid in self._postmaster() for child in _children(pid)]
                if backends:
                    _kill(chance.choice(backends))
            case "power":
                self._pull_the_plug()
                assert self.up.process is not None
                self.up.process.wait(10)
                self._wait_gone()
                self.up.start()
            case _:
                raise AssertionError(victim)

    def _kill_postgres(self) -> None:
        for pid in self._postmaster():
            family = [pid, *_children(pid)]
            for one in family:
                _kill(one)

    def _pull_the_plug(self) -> None:
        """Kill everything; ``anju up`` stands still first and goes last, so that nothing comes back or ends kindly."""
        up = [self.up.process.pid] if self.up.process is not None and self.up.process.poll() is None else []
        for pid in up:
            os.kill(pid, signal.SIGSTOP)
        below = [*self._named("web"), *self._named("worker"), *self._postmaster()]
        for pid in [*below, *(child for parent in below for child in _children(parent)), *up]:
            _kill(pid)

    def _named(self, name: str) -> list[int]:
        """The processes of this centre's web or worker that ``anju up`` started."""
        mark = "granian" if name == "web" else "main worker"
        parents = [self.up.process.pid] if self.up.process is not None else []
        return [pid for parent in parents for pid in _children(parent) if mark in _command(pid)]

    def _postmaster(self) -> list[int]:
        found = postgres.running_pid(postgres.cluster_dir(self.folder))
        return [found[0]] if found is not None else []

    def _wait_gone(self) -> None:
        """Ports are free again when the last of the killed has left."""
        for _ in range(100):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                with suppress(OSError):
                    probe.bind(("127.0.0.1", self.port))
                    return
            time.sleep(0.1)

    # ---------------------------------------------------------------------------------------- the world outside

    def bank(self, path: str, content: dict[str, Any] | None = None) -> Any:
        """Ask the bank itself: its own record, or to do something."""
        return call(f"http://127.0.0.1:{self.port + 10}{path}", content)

    def sms(self, phone: str) -> list[dict[str, Any]]:
        found = call(f"http://127.0.0.1:{self.port + 11}/messages?phone={phone}")
        return list(found["messages"])

    def agencies(self, path: str, content: dict[str, Any]) -> Any:
        return call(f"http://127.0.0.1:{self.port + 12}{path}", content)

    def lie(self, chance: Random) -> None:
        """The bank will do two things wrong."""
        for one in chance.sample(LIES, 2):
            self.bank("/control", {**one, "count": 1})


def call(url: str, content: dict[str, Any] | None = None) -> Any:
    """JSON there and back."""
    body = None if content is None else json.dumps(content).encode()
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})  # noqa: S310  (loopback)
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  (loopback only)
        return json.loads(answer.read() or b"{}")


def is_back(house: House) -> bool:
    """Whether the database takes connections."""
    with suppress(psycopg.OperationalError), psycopg.connect(house.owner_url(), connect_timeout=2):
        return True
    return False


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    """By each process's own word about its parent."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int((place / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(place.name))
    return found


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
