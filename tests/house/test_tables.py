"""What the database says of itself, compared with the placement table, after all migrations on plain PostgreSQL."""

from __future__ import annotations

import pytest
from django.apps import apps

from anju.database.placement import PLACEMENT
from anju.database.sql import rows

ORDER = [
    {"kernel"}, {"database"}, {"audit", "jobs", "policy"}, {"files", "notices", "exchange"}, {"identity"},
    {"ledger", "parties"}, {"certificates", "treasury"}, {"accounts", "casework"}, {"contributions"},
    {"withdrawals"}, {"services", "support", "closing"}, {"design"}, {"portals", "demo"}, {"wiring"},
]  # fmt: skip
LEVEL = {room: level for level, rooms in enumerate(ORDER) for room in rooms}

_KEYS = """
SELECT c.relname AS table_name, k.conname AS name, k.contype AS kind,
       array_agg(a.attname::text) AS columns
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN unnest(k.conkey) AS u(attnum) ON TRUE
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.attnum
WHERE n.nspname = 'public' AND NOT c.relispartition AND k.contype IN ('p', 'u')
GROUP BY 1, 2, 3
"""
_INDEXES = """
SELECT t.relname AS table_name, i.relname AS name, array_agg(a.attname::text) AS columns
FROM pg_index x
JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_class t ON t.oid = x.indrelid
JOIN pg_namespace n ON n.oid = t.relnamespace
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (x.indkey)
WHERE n.nspname = 'public' AND x.indisunique AND NOT t.relispartition
GROUP BY 1, 2
"""
_FOREIGN = """
SELECT k.conname AS name, c.relname AS table_name, f.relname AS target, k.confdeltype AS on_delete,
       (SELECT array_agg(a.attname::text) FROM unnest(k.conkey) u(n) JOIN pg_attribute a
        ON a.attrelid = c.oid AND a.attnum = u.n) AS columns
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_class f ON f.oid = k.confrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND k.contype = 'f' AND NOT c.relispartition AND NOT f.relispartition
"""
_TABLES = """
SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
"""
_IDENTITY = """
SELECT table_name, column_name, data_type FROM information_schema.columns
WHERE table_schema = 'public' AND (is_identity = 'YES' OR column_default LIKE 'nextval%%')
"""
_UNCHECKED = """
SELECT c.relname AS table_name, k.conname AS name FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND k.conname ~ '_[0-9a-f]{8}_uniq$'
"""


def _foreign_to_the_project(name: str) -> bool:
    return name.startswith(("django_", "auth_", "procrastinate_"))


@pytest.mark.django_db
def test_every_table_is_placed_and_every_placement_has_a_table() -> None:
    found = {row["name"] for row in rows(_TABLES)}
    assert found - set(PLACEMENT) == set(), "tables without a placement"
    assert set(PLACEMENT) - found == set(), "placements without a table"


@pytest.mark.django_db
def test_every_table_has_a_primary_key() -> None:
    keyed = {row["table_name"] for row in rows(_KEYS) if row["kind"] in (b"p", "p")}
    assert {row["name"] for row in rows(_TABLES)} - keyed == set()


@pytest.mark.django_db
def test_unique_keys_of_distributed_tables_hold_the_distribution_column() -> None:
    broken = [
        (row["table_name"], row["name"])
        for row in [*rows(_KEYS), *rows(_INDEXES)]
        if (placement := PLACEMENT.get(row["table_name"])) and placement.column
        and placement.column not in row["columns"]
    ]  # fmt: skip
    assert broken == []


@pytest.mark.django_db
def test_foreign_keys_stay_inside_a_group_or_point_to_reference_tables() -> None:
    broken = []
    for row in rows(_FOREIGN):
        if _foreign_to_the_project(row["table_name"]):
            continue
        own, target = PLACEMENT[row["table_name"]], PLACEMENT[row["target"]]
        inside = own.group == target.group and (own.column is None or own.column in row["columns"])
        if not (inside or target.group == "reference"):
            broken.append(row["name"])
        assert row["on_delete"] in (b"a", b"r", "a", "r"), f"{row['name']} cascades"
    assert broken == []


@pytest.mark.django_db
def test_counted_ids_are_bigint() -> None:
    small = [row for row in rows(_IDENTITY) if row["data_type"] != "bigint"
             and not _foreign_to_the_project(row["table_name"])]  # fmt: skip
    assert small == []


@pytest.mark.django_db
def test_unique_constraints_have_names_of_their_own() -> None:
    assert [row for row in rows(_UNCHECKED) if not _foreign_to_the_project(row["table_name"])] == []


def test_relations_between_models_point_down_the_stack() -> None:
    broken = []
    for model in apps.get_models():
        own = model._meta.app_label
        if own not in LEVEL:
            continue
        for relation in model._meta.get_fields():
            target = getattr(relation, "related_model", None)
            if relation.auto_created or target is None or isinstance(target, str):
                continue
            other = target._meta.app_label
            if other in LEVEL and other != own and LEVEL[other] >= LEVEL[own]:
                broken.append(f"{own}.{model.__name__}.{relation.name} → {other}")
    assert broken == []


@pytest.mark.django_db
def test_the_serving_role_owns_nothing_and_changes_nothing_append_only() -> None:
    owned = rows("SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = 'anju_app'")
    assert owned == []
    for name, placement in PLACEMENT.items():
        if not placement.append_only:
            continue
        rights = rows(
            "SELECT has_table_privilege('anju_app', %s, 'UPDATE') AS u,"
            " has_table_privilege('anju_app', %s, 'DELETE') AS d", [name, name],
        )[0]  # fmt: skip
        assert rights == {"u": False, "d": False}, name
        triggers = rows(
            # A row trigger (1) before (2) delete (8) and update (16), whatever function refuses.
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal"
            " AND tgtype & 27 = 27", [name],
        )  # fmt: skip
        assert triggers, f"{name} has no append-only trigger"
