"""Rights of the serving role ``anju_app``: it owns nothing and may not change what is append-only.

Granted after every migration from the placement table, so a new table is never writable by accident.
"""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from anju.database.placement import PLACEMENT

_EXISTS = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
"""


def grant_after_migrate(sender: Any, using: str = DEFAULT_DB_ALIAS, **extra: Any) -> None:
    """Grant once per migrate run: after the last app of ours."""
    if getattr(sender, "label", "") != "database":
        return
    grant(using)


def grant(using: str = DEFAULT_DB_ALIAS) -> None:
    """Grant ``anju_app`` what the placement table allows; partitions get nothing of their own."""
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'anju_app'")
        if cursor.fetchone() is None:
            return
        cursor.execute(_EXISTS)
        names = [row[0] for row in cursor.fetchall()]
        cursor.execute("GRANT USAGE ON SCHEMA public TO anju_app")
        cursor.execute("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO anju_app")
        for name in names:
            quoted = connection.ops.quote_name(name)
            placement = PLACEMENT.get(name)
            cursor.execute(f"REVOKE ALL ON {quoted} FROM anju_app")
            added = placement is not None and (placement.append_only or placement.fixed)
            rights = "SELECT, INSERT" if added else "SELECT, INSERT, UPDATE, DELETE"
            if placement and placement.group == "reference" and not placement.fixed:
                rights = "SELECT, INSERT, UPDATE"
            cursor.execute(f"GRANT {rights} ON {quoted} TO anju_app")
