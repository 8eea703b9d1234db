"""``anju bench peers``: the same postings through django-hordak, django-ledger and Django's ORM, on the same server.

The peers run in an environment of their own in the data folder, made on the first run with uv or pip (this is the one
bench that needs the network), on a database of their own; nothing of theirs is ever imported here. Single postings are
a commit each by one client, ours a paid withdrawal; a batch of ours is a register of as many members in one
transaction. A peer's case ends after 30 seconds with what it has done. Every case proves its sum from its own tables.

Peers carry features that these postings do not use; read the ratios as what they cost, not as a judgement on them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit, urlunsplit

from psycopg import sql

from anju.command.bench_city import City, month_of
from anju.command.bench_ground import Options, Owner, owner, peak_mb, prove, prove_books
from anju.command.bench_poster import FEN, Holds, post_one
from anju.command.bench_row import BenchRow

PACKAGES = ("Django==5.2.19", "django-hordak==2.0.0", "django-ledger==0.8.5", "psycopg[binary]==3.3.9")
DATABASE = "bench_peers"
LIMIT = 30.0
SINGLE = {"django-hordak": 4.0, "django-ledger": 20.0}  # so much faster at least, a commit each
BATCH = 10.0  # than the best batch of any peer


@dataclass(frozen=True)
class Case:
    """One case of a peer in one round."""

    name: str
    single: bool
    each: float  # seconds a posting


def run(options: Options) -> list[BenchRow]:
    """``options.rows`` postings a case and round, the peers' rounds between ours."""
    most = options.rows or 10_000
    python = environment(Path(os.environ["ANJU_DATA"]) / "peers")
    ours: dict[bool, list[float]] = {True: [], False: []}
    peers: dict[tuple[str, bool], list[float]] = {}
    with owner() as connection:
        holds, city = _city(connection, most, options.rounds)
        for turn in range(options.rounds):
            for case in run_peers(connection, python, most):
                peers.setdefault((case.name, case.single), []).append(case.each)
            ours[True].append(_single(holds, turn, most))
            ours[False].append(_batch(city, turn))
        _prove(connection, city, most, options.rounds)
    return _rows({single: median(times) for single, times in ours.items()},
                 {name: median(times) for name, times in peers.items()}, most)  # fmt: skip


def _rows(ours: dict[bool, float], peers: dict[tuple[str, bool], float], most: int) -> list[BenchRow]:
    best = min((name for name in peers if not name[1]), key=peers.__getitem__)
    rows = []
    for (name, single), each in peers.items():
        target = next((least for peer, least in SINGLE.items() if single and name.startswith(peer)), None)
        if (name, single) == best:
            target = BATCH
        rows.append(
            BenchRow(
                "peers: single" if single else "peers: batch", f"{most} postings", most, ours[single], name, each,
                each / ours[single], peak_mb(), target, at_least=True,
                more={"postings_a_second": 1 / ours[single], "floor_a_second": 1 / each},
            )
        )  # fmt: skip
    return rows


def environment(folder: Path) -> Path:
    """The peers' own Python with their packages, made where it is missing; ends the run where that cannot be."""
    python, done = folder / "bin" / "python", folder / "done"
    if done.exists() and done.read_text() == "\n".join(PACKAGES):
        return python
    shutil.rmtree(folder, ignore_errors=True)
    uv = shutil.which("uv")
    steps = (
        [[uv, "venv", "-q", str(folder)], [uv, "pip", "install", "-q", "--python", str(python), *PACKAGES]] if uv
        else [[sys.executable, "-m", "venv", str(folder)], [str(python), "-m", "pip", "install", "-q", *PACKAGES]]
    )  # fmt: skip
    for step in steps:
        made = subprocess.run(step, capture_output=True, text=True, check=False)
        if made.returncode:
            raise SystemExit(f"bench peers: {' '.join(PACKAGES)} cannot be installed here: {made.stderr.strip()}")
    done.write_text("\n".join(PACKAGES))
    return python


def run_peers(connection: Owner, python: Path, most: int) -> Iterable[Case]:
    """One round of every peer on a fresh database; a peer that fails, or moved another sum, ends the run."""
    name = sql.Identifier(DATABASE)
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
    connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    url = urlunsplit(urlsplit(os.environ["OWNER_DATABASE_URL"])._replace(path=f"/{DATABASE}"))
    program = Path(__file__).with_name("bench_peers_program.py")
    done = subprocess.run(
        [str(python), "-W", "ignore", str(program)], capture_output=True, text=True, check=False,
        input=json.dumps({"url": url, "most": most, "limit": LIMIT}),
        env={name: text for name, text in os.environ.items() if not name.startswith(("DJANGO", "ANJU", "PYTHON"))},
    )  # fmt: skip
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
    prove(f"the peers ended well: {done.stderr[-2000:]}", done.returncode, 0)
    return read_cases(done.stdout)


def read_cases(told: str) -> list[Case]:
    """The program's lines; a failed case or a wrong sum fails the run."""
    cases = []
    for line in map(json.loads, told.splitlines()):
        prove(f"{line['case']} failed", line.get("failed"), None)
        prove(f"fen moved by {line['case']}", line["fen"], line["postings"] * FEN)
        cases.append(Case(line["case"], line["single"], line["seconds"] / line["postings"]))
    return cases


def _city(connection: Owner, most: int, rounds: int) -> tuple[Holds, City]:
    from anju.command.bench_posting import open_holds

    bank = open_holds(connection, Options(accounts=most), rounds * (most + 1))
    connection.execute("VACUUM ANALYZE balance")
    return Holds(bank.city.first, bank.city.accounts, bank.base), bank.city


def _single(holds: Holds, turn: int, most: int) -> float:
    """Seconds a withdrawal, one client, a commit each; the first one warms up."""
    from anju.command.bench_posting import DAY

    first = turn * (most + 1)
    post_one(holds, first, DAY)
    began = time.perf_counter()
    for hold in range(first + 1, first + 1 + most):
        post_one(holds, hold, DAY)
    return (time.perf_counter() - began) / most


def _batch(city: City, turn: int) -> float:
    """Seconds a member of a register that pays everyone."""
    from anju.command.bench_hot import pay

    year, month = month_of(2 + turn % 10)
    began = time.perf_counter()
    pay(city.first, city.last, year=year, month=month, key=f"bench:peers:{turn}", fen=FEN // 2)
    return (time.perf_counter() - began) / city.accounts


def _prove(connection: Owner, city: City, most: int, rounds: int) -> None:
    found = connection.execute(
        "SELECT sum(debit_fen)::bigint, sum(credit_fen) FILTER (WHERE seq > 1)::bigint FROM member_line"
    ).fetchone()
    prove("our postings", found, (rounds * (most + 1) * FEN, rounds * city.accounts * FEN))
    prove_books()
