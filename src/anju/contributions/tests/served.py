"""The product's web server and the bank's simulator as processes of their own, for tests that kill one and try both."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from anju.contributions.tests.world import ACCOUNT
from anju.simulators.testing import Simulator, running

KEY = "ef" * 32


@dataclass(frozen=True)
class Server:
    """granian with the product in it, as `anju up` starts it."""

    url: str
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """All of it with -9: the master and its workers."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def web(port: int) -> Iterator[Server]:
    """The server on the test's own database, up when the block begins."""
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "ANJU_POOL": "1",
        "DJANGO_SETTINGS_MODULE": "anju.project.settings", "ANJU_BANK_KEY": KEY,
    }  # fmt: skip
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--blocking-threads", "2", "--no-ws", "--log-level", "warning",
        "anju.project.wsgi:application",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    server = Server(f"http://127.0.0.1:{port}", process)
    try:
        wait_until(lambda: answers(server))
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)


def answers(server: Server) -> bool:
    assert server.process.poll() is None, "the server did not start"
    try:
        with urllib.request.urlopen(f"{server.url}/health/", timeout=2) as reply:  # noqa: S310  (the server we started)
            return bool(reply.status == 200)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


@contextmanager
def bank(state: Path, port: int) -> Iterator[Simulator]:
    """The bank, telling its news to the server at this port."""
    with running("bank", state=state, notify=f"http://127.0.0.1:{port}", key=KEY) as simulator:
        own = {ACCOUNT: {"name": "安居市住房公积金管理中心", "bank_name": "安居银行"}}
        simulator.post("/world", {"own_accounts": own, "accounts": {}})
        yield simulator


def wait_until(true: Callable[[], bool], *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came to pass"
        time.sleep(0.05)
