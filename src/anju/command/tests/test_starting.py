"""Starting and ending: clocks that must agree, and processes that end with the one that started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from anju.command import clocks, postgres, up, worker
from anju.kernel import clock

MOMENT = datetime(2026, 11, 25, 9, tzinfo=clock.ZONE)
A_SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("theirs", "seconds"),
    [(MOMENT, 0), (MOMENT + A_SECOND, 0), (MOMENT + 4 * A_SECOND, 3), (MOMENT - 2 * A_SECOND, 2)],
)
def test_the_time_an_answer_takes_is_no_difference_of_clocks(theirs: datetime, seconds: int) -> None:
    assert clocks.apart(MOMENT, theirs, MOMENT + A_SECOND) == seconds * A_SECOND


@pytest.mark.parametrize(("microseconds", "starts"), [(2_000_000, True), (2_000_001, False), (-2_000_001, False)])
def test_clocks_that_are_more_than_two_seconds_apart_start_nothing(
    monkeypatch: pytest.MonkeyPatch, microseconds: int, starts: bool
) -> None:
    monkeypatch.setattr(clock, "machine_now", lambda: MOMENT)
    told = clocks.refuse_unlike(lambda: MOMENT + timedelta(microseconds=microseconds))
    assert (told == "") is starts
    assert starts or ("相差 2.0 秒" in told and "校准" in told)


@pytest.mark.django_db
def test_the_worker_does_no_job_with_a_clock_that_is_not_the_databases(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(worker, "_database_time", lambda: clock.machine_now() + timedelta(minutes=10))
    monkeypatch.setattr(worker, "_serve", None)
    assert worker.run() == 1
    assert "没有启动：本机时钟和数据库时钟相差" in capsys.readouterr().err


def test_anju_up_refuses_such_a_database_before_it_changes_anything(
    monkeypatch: pytest.MonkeyPatch, postgres_server: postgres.Server, tmp_path: Path
) -> None:
    real = clock.machine_now
    monkeypatch.setenv("ANJU_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", postgres_server.url("anju_owner", "postgres"))
    monkeypatch.setattr(clock, "machine_now", lambda: real() - timedelta(minutes=10))
    monkeypatch.setattr(up, "_manage", None)
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # at its end it hears no signal any more; this process shall
    with pytest.raises(postgres.StartRefused, match="时钟"):
        up._run(port=18990, empty=True)


# Whoever starts the thing in question, says its process id, and is killed.
_CHILD = """
import time
from pathlib import Path
from anju.command.up import Child
child = Child("sleeper", ["sleep", "600"], Path(FOLDER) / "log", {"PATH": "/usr/bin:/bin"})
child.start()
print(child.process.pid, flush=True)
time.sleep(600)
"""
_SERVER = """
import time
from pathlib import Path
from anju.command import postgres
from anju.project.environment import ensure_secrets
server, ours = postgres.start(Path(FOLDER), ensure_secrets(Path(FOLDER)), durable=False, with_us=True)
assert ours
print(server.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[[str], tuple[subprocess.Popen[str], int]]]:
    """A program that starts something, and the id of what it started; nothing of it is left behind."""
    pids: list[int] = []

    def start(program: str) -> tuple[subprocess.Popen[str], int]:
        parent = subprocess.Popen(
            [sys.executable, "-c", f"FOLDER = {str(tmp_path)!r}\n{program}"], stdout=subprocess.PIPE, text=True
        )
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        pids.extend((parent.pid, pid))
        return parent, pid

    yield start
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.race
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
@pytest.mark.parametrize("program", [_CHILD, _SERVER], ids=["child", "database"])
def test_what_anju_up_started_ends_when_it_is_killed(
    started: Callable[[str], tuple[subprocess.Popen[str], int]], program: str
) -> None:
    parent, pid = started(program)
    assert _runs(pid)
    parent.kill()
    parent.wait(10)
    until = time.monotonic() + 20
    while _runs(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    """Whether it is there and no zombie: in a container nobody may come for the dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
