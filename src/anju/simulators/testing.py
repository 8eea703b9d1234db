"""A simulator process for tests: started on a free port, spoken to over HTTP, ended by its own process id.

Imports nothing of the product either, so that tests of any room may use it.
"""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOURCE = str(Path(__file__).resolve().parents[2])


@dataclass(frozen=True)
class Simulator:
    """A running simulator and how to talk to it."""

    url: str
    process: subprocess.Popen[str]

    def post(self, path: str, value: dict[str, Any]) -> dict[str, Any]:
        """Post JSON; the JSON answer, whatever the status."""
        return self._ask(path, json.dumps(value).encode())

    def get(self, path: str) -> dict[str, Any]:
        return self._ask(path, None)

    def end(self) -> int:
        """End it in the orderly way; the exit code."""
        self.process.terminate()
        return self.process.wait(timeout=10)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(timeout=10)

    def _ask(self, path: str, body: bytes | None) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 the address is this machine's
            self.url + path, data=body, headers={"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=15) as reply:  # noqa: S310 as above
                return dict(json.load(reply))
        except urllib.error.HTTPError as problem:
            return {"status": problem.code, **json.loads(problem.read() or b"{}")}


def start(kind: str, *, state: Path | None = None, notify: str = "", key: str = "") -> Simulator:
    """Start a simulator and wait until it listens."""
    command = [sys.executable, "-m", "anju.simulators", kind, "--port", "0"]
    command += ["--state", str(state)] if state else []
    command += ["--notify", notify] if notify else []
    environment = {**os.environ, "PYTHONPATH": SOURCE, "ANJU_BANK_KEY": key}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)  # noqa: S603 our own
    assert process.stdout is not None
    line = process.stdout.readline()
    if "listening on" not in line:
        process.kill()
        raise RuntimeError(f"the {kind} simulator did not start: {line!r}")
    return Simulator(url=line.split("listening on ")[1].strip(), process=process)


@contextmanager
def running(kind: str, *, state: Path | None = None, notify: str = "", key: str = "") -> Iterator[Simulator]:
    """A simulator for the length of a block."""
    simulator = start(kind, state=state, notify=notify, key=key)
    try:
        yield simulator
    finally:
        if simulator.process.poll() is None:
            simulator.kill()
        assert simulator.process.stdout is not None
        simulator.process.stdout.close()
