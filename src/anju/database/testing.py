"""What tests need of the database: a fresh migrated database, the serving role, emptying between tests.

Transactional tests cannot use Django's flush: the serving role may not truncate and append-only tables refuse
it. ``empty_tables`` does it as the owner and leaves reference data in place.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase
from psycopg import sql

from anju.database.placement import PLACEMENT


def make_database(server: Any, name: str) -> None:
    """Drop and make the database, then migrate it in a process of its own, as the owner."""
    with psycopg.connect(server.url("anju_owner", "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "anju.project.settings",
        "ANJU_ROLE": "owner",
        "OWNER_DATABASE_URL": server.url("anju_owner", name),
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    done = subprocess.run(  # noqa: S603  (our own interpreter)
        [sys.executable, "-m", "django", "migrate", "-v", "0"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-4000:])


def serve_as_app(server: Any, name: str) -> None:
    """Point the default connection at the database as ``anju_app``."""
    connection = connections["default"]
    connection.close()
    chosen = {"NAME": name, "USER": "anju_app", "PASSWORD": server.app_password, "HOST": "127.0.0.1",
              "PORT": str(server.port)}  # fmt: skip
    connection.settings_dict.update(chosen)
    settings.DATABASES["default"].update(chosen)
    owner_url = server.url("anju_owner", name)
    os.environ["DATABASE_URL"] = server.url("anju_app", name)
    os.environ["OWNER_DATABASE_URL"] = owner_url

    def empty_after_test(self: TransactionTestCase) -> None:
        empty_tables(owner_url)

    TransactionTestCase._fixture_teardown = empty_after_test  # type: ignore[attr-defined]


def empty_tables(owner_url: str) -> None:
    """Empty everything but reference data and Django's own bookkeeping, as the owner; what holds nothing is let be."""
    kept = {name for name, placement in PLACEMENT.items() if placement.group == "reference"}
    kept |= {"django_migrations", "django_content_type", "procrastinate_version"}
    with psycopg.connect(owner_url, autocommit=True) as connection:
        # Sessions of finished threads would block TRUNCATE for ever.
        connection.execute("SET lock_timeout = '15s'")
        names = connection.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind = 'r' AND pg_relation_size(c.oid) > 0"
            " AND c.relname <> ALL (%s)",
            [sorted(kept)],
        ).fetchall()
        if names:  # with whatever points at them: reference data points at reference data only
            connection.execute(
                sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(sql.Identifier(name) for (name,) in names))
            )
