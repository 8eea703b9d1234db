"""``anju bench NAME``: a benchmark beside its floor in the same run, on a database of its own.

The database ``bench`` is made afresh in the data folder's PostgreSQL (or beside ``OWNER_DATABASE_URL``), migrated,
measured and dropped. A case proves its totals; a case whose totals are wrong has failed whatever its time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from importlib import import_module
from typing import Any

import psycopg
from psycopg import sql

from anju.command import postgres
from anju.command.bench_ground import Options
from anju.command.bench_row import BenchRow
from anju.project.environment import default_data_dir, ensure_secrets

DATABASE = "bench"
MODULES = {"mixed": "posting", "check": "reading", "statement": "reading"}  # where a bench lives in another's module


def run(name: str, options: Options, *, as_json: bool) -> int:
    """Measure and print."""
    with own_database(DATABASE):
        import django

        django.setup()
        found = measure(replace(options, name=name))
    for row in found:
        print(json.dumps(asdict(row) | {"reached": row.reached}) if as_json else line(row), flush=True)
    return 0


def measure(options: Options) -> list[BenchRow]:
    """One bench by its name, on the database that Django is set up for."""
    module = import_module(f"anju.command.bench_{MODULES.get(options.name, options.name)}")
    found: list[BenchRow] = module.run(options)
    return found


def line(row: BenchRow) -> str:
    """A row of the table."""
    mark = {None: "", True: "  ✓", False: "  ✗"}[row.reached]
    target = f" (target {'≥' if row.at_least else '≤'} {row.target:g}){mark}" if row.target else ""
    more = "".join(f"\n{'':<28}{name.replace('_', ' ')}: {figure:,.2f}" for name, figure in row.more.items())
    return (
        f"{row.bench:<18} {row.scale:<26} {row.seconds:>9.4f} s   floor {row.floor_seconds:>9.4f} s ({row.floor})"
        f"   ratio {row.ratio:.3f}{target}   peak {row.peak_mb:.0f} MB{more}"
    )


@contextmanager
def own_database(name: str) -> Iterator[None]:
    """A fresh migrated database of this name in the data folder's PostgreSQL; ours to drop afterwards."""
    data_dir = default_data_dir()
    server, ours = postgres.start(data_dir, ensure_secrets(data_dir))
    environment = {
        "DATABASE_URL": server.url("anju_app", name), "OWNER_DATABASE_URL": server.url("anju_owner", name),
        "DJANGO_SETTINGS_MODULE": "anju.project.settings", "ANJU_DATA": str(data_dir), "ANJU_DEMO": "1",
    }  # fmt: skip
    os.environ.update(environment)
    try:
        _fresh(server, name)
        subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "django", "migrate", "-v", "0"],
            env={**os.environ, "ANJU_ROLE": "owner"}, check=True,
        )  # fmt: skip
        yield
    finally:
        if "django" in sys.modules:
            from django.db import connections

            connections.close_all()
        _fresh(server, name, keep=False)
        if ours:
            postgres.stop(server)


def _fresh(server: postgres.Server, database: str, *, keep: bool = True) -> None:
    with psycopg.connect(server.url("anju_owner", "postgres"), autocommit=True) as connection:
        name = sql.Identifier(database)
        _drop(connection, name)
        if keep:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(name))


def _drop(connection: psycopg.Connection[Any], name: sql.Identifier) -> None:
    """Drop a database whoever is connected; vacuuming, which no owner may end, makes way for a plain drop."""
    for _ in range(5):
        try:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        except psycopg.errors.InsufficientPrivilege:
            with suppress(psycopg.errors.ObjectInUse):
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
                return
        else:
            return
    raise RuntimeError("the bench's database cannot be dropped: somebody is connected to it")
