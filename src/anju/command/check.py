"""``anju check``: every room's invariants on the live data, as it stands at one moment between postings."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from anju.command import postgres
from anju.project.environment import default_data_dir, ensure_secrets

SHOWN_ROWS = 5


def run() -> int:
    """Print what breaks and the last line ``N checks, N violations``; 1 on any violation."""
    return with_database(_prove)


def with_database(work: Callable[[], int]) -> int:
    """Do some work on the data folder's PostgreSQL; when it does not run, it is started for it, and stopped again."""
    server = None
    if not os.environ.get("DATABASE_URL"):
        server = _join(default_data_dir())
        if server is None:
            print(f"数据文件夹 {default_data_dir()} 里没有数据库：请先运行 anju up，或用 --data 指定。")
            return 1
    try:
        return work()
    finally:
        if server is not None and server[1]:
            postgres.stop(server[0])


def _join(data_dir: Path) -> tuple[postgres.Server, bool] | None:
    if not (postgres.cluster_dir(data_dir) / "PG_VERSION").exists():
        return None
    server, ours = postgres.start(data_dir, ensure_secrets(data_dir))
    os.environ["DATABASE_URL"] = server.url("anju_app")
    return server, ours


def _prove() -> int:
    import django

    django.setup()
    from django.conf import settings

    from anju.database.checks import prove
    from anju.ledger.proving import one_moment

    count = violations = 0
    with one_moment(settings.ANJU_CENTRE_ID):
        for room, invariant, found in prove():
            count += 1
            violations += len(found)
            mark = "✓" if not found else f"✗ {len(found)}"
            print(f"{room}: {invariant.name}  {mark}")
            for broken in found[:SHOWN_ROWS]:
                print(f"    {broken}")
    print(f"{count} checks, {violations} violations")
    return 1 if violations else 0
