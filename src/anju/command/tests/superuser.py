"""The one who owns the server: what he changes behind the product's back must be named."""

from __future__ import annotations

import psycopg

from anju.project.testing import DATA, SECRETS


def as_superuser() -> psycopg.Connection[tuple[object, ...]]:
    """The embedded server's superuser in the test's database, whose triggers are off."""
    from django.db import connection

    from anju.command import postgres

    server, _ = postgres.start(DATA, SECRETS, durable=False)
    return psycopg.connect(
        f"postgresql://anju_super:{SECRETS['secret_key'][:32]}@127.0.0.1:{server.port}"
        f"/{connection.settings_dict['NAME']}", options="-c session_replication_role=replica",
    )  # fmt: skip
