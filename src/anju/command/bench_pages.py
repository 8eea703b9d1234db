"""``anju bench pages``: pages through granian, beside a static answer of the same server in the same run.

The floor is two bytes behind the same middleware, session, user and rights read in their one statement; the ratio is
the page's rate over the floor's. Beside each page stands its slowest hundredth over its median, beside the floor the
same answer to nobody, without any query; and the statement of 50 lines beside that of 12.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from statistics import median

from anju.command.bench_ground import Options
from anju.command.bench_row import BenchRow

SECONDS = 2.0
CONNECTIONS = (2, 8)
Sample = dict[str, float]


def run(options: Options) -> list[BenchRow]:
    """Each page measured in interleaved rounds at two and eight connections."""
    from anju.command import bench_town

    town = bench_town.build()
    port = _free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
         "--workers", "2", "--blocking-threads", "2", "--no-ws", "--log-level", "error",
         "anju.command.bench_server:application"],
        env={**os.environ, "ANJU_POOL": "1"},
    )  # fmt: skip
    member, agent = f"__Host-anju={town.member_key}", f"__Host-anju={town.agent_key}"
    pages = {
        "nobody": ("/bench/static/", ""), "static": ("/bench/static/", member), "member home": ("/me/", member),
        "statement 12": (town.statement(12), member), "statement 50": (town.statement(50), member),
        "employer month": ("/unit/", agent), "case": (f"/me/cases/{town.case_id}/", member),
    }  # fmt: skip
    found: dict[tuple[str, int], list[Sample]] = {(name, n): [] for name in pages for n in CONNECTIONS}
    try:
        _wait(port)
        for path, cookie in pages.values():
            _ask(port, path, cookie, connections=2, seconds=4.0)  # the first answers compile templates
        for _ in range(options.rounds):
            for (name, connections), samples in found.items():
                path, cookie = pages[name]
                samples.append(_ask(port, path, cookie, connections=connections, seconds=SECONDS))
    finally:
        server.terminate()
        server.wait(10)
    return _rows(found, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)


def _rows(found: dict[tuple[str, int], list[Sample]], peak: float) -> list[BenchRow]:
    cost = {place: SECONDS / median(sample["count"] for sample in samples) for place, samples in found.items()}
    rows = []
    for (name, connections), samples in found.items():
        if name == "nobody":
            continue
        below = "nobody" if name == "static" else "static"
        scale, floor, seconds = f"{connections} conn", cost[below, connections], cost[name, connections]
        rows.append(BenchRow(f"pages: {name}", scale, 1, seconds, below, floor, floor / seconds, peak))
        p50, p99 = (median(sample[key] for sample in samples) for key in ("p50", "p99"))
        rows.append(BenchRow(f"pages: {name} p99", scale, 1, p99, "its median", p50, p99 / p50, peak))
    for connections in CONNECTIONS:
        many, few = cost["statement 50", connections], cost["statement 12", connections]
        rows.append(BenchRow("pages: 50 lines", f"{connections} conn", 50, many, "12 lines", few, many / few, peak))
    return rows


def _ask(port: int, path: str, cookie: str, *, connections: int, seconds: float) -> Sample:
    """Answers of a few connections, every one of them right; asked by a process of its own."""
    order = {"port": port, "path": path, "cookie": cookie, "connections": connections, "seconds": seconds,
             "expected": 200}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "anju.command.bench_load"], input=json.dumps(order), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    answer: Sample = json.loads(done.stdout)
    return answer


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/bench/static/", headers={"Host": "localhost"})
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not answer")
