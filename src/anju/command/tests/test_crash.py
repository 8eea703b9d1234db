"""A short crash test: web, worker and database killed while people are at work; nothing is lost and nothing twice."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.race
PORTS = (0, 1, 2, 3, 10, 11, 12)


def free_port() -> int:
    """The first of the ports that a centre and what stands outside it need."""
    for port in range(18_000 + os.getpid() % 1000 * 20, 60_000, 20):
        try:
            for place in PORTS:
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port + place))
        except OSError:
            continue
        return port
    raise AssertionError("no free ports")


def test_what_was_said_is_there_once_whatever_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "anju.command.main", "crash", "--kills", "3", "--seed", "7", "--port",
               str(free_port()), "--data", str(tmp_path)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "0 lost, 0 doubled, 0 wrong" in done.stdout
    for victim in ("web", "worker", "postgres"):
        assert f": {victim}, " in done.stdout, done.stdout
