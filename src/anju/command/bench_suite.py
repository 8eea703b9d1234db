"""``anju bench suite``: every bench several times, medians of the runs, and what they mean for a city and a nation.

Each bench runs in a process of its own, so that its peak memory is its own. With ``--write`` the tables are put into
``docs/performance.md`` between its two marks, with the machine, the day and the load they were measured under.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from anju.command.bench_projection import projection
from anju.command.bench_row import BenchRow

CASES: tuple[tuple[str, ...], ...] = (
    ("remittance", "--members", "100"),
    ("remittance", "--members", "10000"),
    ("remittance", "--members", "100000"),
    ("settle", "--accounts", "1000000", "--rounds", "3"),
    ("settle", "--accounts", "1000000", "--rounds", "3", "--connections", "2"),
    ("settle", "--accounts", "3000000", "--rounds", "1", "--connections", "2"),
    ("posting", "--rounds", "3"),
    ("mixed", "--rounds", "3"),
    ("hot",),
    ("guard",),
    ("check", "--rounds", "3"),
    ("statement",),
    ("peers", "--rounds", "1"),
    ("upload",),
    ("pages",),
)  # fmt: skip
TEN_MILLION = ("settle", "--accounts", "10000000", "--rounds", "1", "--connections", "2")
LINEAR = 1.15  # what 3 million accounts may cost, each, beside 1 million
BEGIN, END = "<!-- begin: anju bench suite -->", "<!-- end: anju bench suite -->"


@dataclass(frozen=True)
class Run:
    """Rows of one bench in one run, or why it failed."""

    case: tuple[str, ...]
    rows: tuple[BenchRow, ...]
    failed: str = ""


def run(*, times: int, ten_million: bool, only: Iterable[str], as_json: bool, write: Path | None) -> int:
    """Run all, or those named; print each run as it ends, then the medians. 1 when a case failed."""
    wanted = set(only)
    runs: list[Run] = []
    for turn in range(times):
        for case in CASES + ((TEN_MILLION,) if ten_million and turn == 0 else ()):
            if wanted and case[0] not in wanted:
                continue
            done = _run(case)
            runs.append(done)
            print(f"{turn + 1}/{times} {' '.join(case)}: {done.failed or f'{len(done.rows)} rows'}",
                  file=sys.stderr, flush=True)  # fmt: skip
    rows = with_linear(medians(runs))
    if as_json:
        for row in rows:
            print(json.dumps(row.__dict__ | {"reached": row.reached}))
    else:
        print(tables(rows, runs, times))
    if write is not None:
        put(write, tables(rows, runs, times))
    return 1 if any(done.failed for done in runs) else 0


def _run(case: tuple[str, ...]) -> Run:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "anju.command.main", "bench", *case, "--json"], capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        return Run(case, (), (done.stderr.strip().splitlines() or ["no words"])[-1][:300])
    return Run(case, tuple(row_of(json.loads(line)) for line in done.stdout.splitlines() if line.startswith("{")))


def row_of(told: dict[str, Any]) -> BenchRow:
    """A row as ``--json`` told it."""
    return BenchRow(**{name: value for name, value in told.items() if name != "reached"})


def medians(runs: list[Run]) -> list[BenchRow]:
    """One row for each bench, scale and floor, with the median of every figure; the highest peak."""
    found: dict[tuple[str, str, str], list[BenchRow]] = {}
    for done in runs:
        for row in done.rows:
            found.setdefault((row.bench, row.scale, row.floor), []).append(row)
    return [
        BenchRow(
            one.bench, one.scale, one.rows, median(row.seconds for row in rows), one.floor,
            median(row.floor_seconds for row in rows), median(row.ratio for row in rows),
            max(row.peak_mb for row in rows), one.target, one.at_least,
            {name: median(row.more[name] for row in rows if name in row.more) for name in one.more},
        )
        for rows in found.values()
        for one in rows[:1]
    ]  # fmt: skip


def with_linear(rows: list[BenchRow]) -> list[BenchRow]:
    """The medians, and what an account costs when there are more of them, beside its cost among a million."""
    bare = [row for row in rows if row.bench == "settle" and row.floor == "bare append, line"]
    more = []
    for row in bare:
        conn = row.scale.partition(", ")[2]
        base = next((one for one in bare if one.rows == 1_000_000 and one.scale.endswith(conn)), None)
        if base is None or row.rows <= base.rows:
            continue
        each, floor = row.seconds / row.rows, base.seconds / base.rows
        more.append(
            BenchRow("settle: linear", row.scale, row.rows, each, "an account among 1000000", floor, each / floor,
                     row.peak_mb, LINEAR)
        )  # fmt: skip
    return rows + more


def tables(rows: list[BenchRow], runs: list[Run], times: int) -> str:
    """Machine, results, what failed, and the projection, as Markdown."""
    parts = [_machine(times), "", _results(rows)]
    failed = sorted({f"- `{' '.join(done.case)}`: {done.failed}" for done in runs if done.failed})
    if failed:
        parts += ["", "Failed, and therefore without a figure:", "", *failed]
    told = projection(rows)
    if told:
        parts += ["", told]
    return "\n".join(parts)


def _machine(times: int) -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    processor = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[2]
    return (
        f"Medians of {times} runs, {datetime.now().astimezone():%Y-%m-%d}, {os.cpu_count()} x {processor}, "
        f"{memory:.0f} GiB, {platform.system()} {platform.release()}, Python {platform.python_version()}; "
        f"load average of the last 15 minutes {load:.1f}."
    )


def _results(rows: list[BenchRow]) -> str:
    lines = ["| bench | scale | seconds | floor | floor, seconds | ratio | target | | peak MB | more |",
             "|---|---|---:|---|---:|---:|---:|---|---:|---|"]  # fmt: skip
    for row in rows:
        target = "" if row.target is None else f"{'≥' if row.at_least else '≤'} {row.target:g}"
        mark = {None: "", True: "✓", False: "✗"}[row.reached]
        more = ", ".join(f"{name.replace('_', ' ')} {figure:,.1f}" for name, figure in row.more.items())
        lines.append(
            f"| {row.bench} | {row.scale} | {row.seconds:.6g} | {row.floor} | {row.floor_seconds:.6g} |"
            f" {row.ratio:.3g} | {target} | {mark} | {row.peak_mb:.0f} | {more} |"
        )
    return "\n".join(lines)


def put(path: Path, text: str) -> None:
    """Put the tables between the two marks of a file, in place of what stood there."""
    whole = path.read_text(encoding="utf-8")
    assert whole.count(BEGIN) == 1 and whole.count(END) == 1, f"{path} lacks its marks"
    before, _, rest = whole.partition(BEGIN)
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
