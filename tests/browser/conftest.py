"""A small town started by the very command people use, and one Chromium."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from anju.design import testing
from tests.browser.people import Town

ROOT = Path(__file__).resolve().parents[2]


def _four_free_ports() -> int:
    for first in range(18200, 19800, 10):
        try:
            for port in range(first, first + 4):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise RuntimeError("no four free ports")


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """`anju up` on a data folder of its own, with the small demo city; stopped as Ctrl-C stops it."""
    data, port = tmp_path_factory.mktemp("town"), _four_free_ports()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANJU_", "DATABASE", "OWNER_"))}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    log = (data / "up.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "anju.command.main", "up", "--port", str(port), "--data", str(data)],
        env={**kept, "ANJU_DEMO_SIZE": "small"}, stdout=log, stderr=log, cwd=ROOT, start_new_session=True,
    )  # fmt: skip
    try:
        _wait_until_built(process, port, data)
        yield Town(port)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
        log.close()


def _wait_until_built(process: subprocess.Popen[bytes], port: int, data: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError((data / "up.log").read_text())
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/health/", timeout=5) as answer:
                if (json.loads(answer.read()).get("demo") or {}).get("finished"):
                    return
        except OSError:
            pass
        time.sleep(0.5)
    raise RuntimeError("the town was not built in five minutes: " + (data / "up.log").read_text())


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    with testing.chromium() as browser:
        yield browser
