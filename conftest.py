"""Test set-up: one embedded PostgreSQL, one database migrated by its owner, tests running as the serving role."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator

import pytest

from anju.project.testing import DATA as TEST_DATA
from anju.project.testing import SECRETS

DATABASE = os.environ.get("ANJU_TEST_DB", "test_anju")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[object]:
    """The running cluster; started here when nobody has, and then stopped at the end."""
    from anju.command import postgres

    with (TEST_DATA / "start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server, ours = postgres.start(TEST_DATA, SECRETS, durable=False)
    yield server
    if ours and os.environ.get("ANJU_KEEP_PG") != "1":
        postgres.stop(server)


@pytest.fixture(scope="session")
def django_db_setup(postgres_server: object, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Make the test database afresh, migrate as owner, then serve every test as anju_app."""
    from anju.database.testing import make_database, serve_as_app

    with django_db_blocker.unblock():
        make_database(postgres_server, DATABASE)
        serve_as_app(postgres_server, DATABASE)
    yield
    with django_db_blocker.unblock():
        from django.db import connections

        connections.close_all()


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hashing that costs an attacker a tenth of a second a guess would cost the tests half their time."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Argon2PasswordHasher, "time_cost", 1)
        patched.setattr(Argon2PasswordHasher, "memory_cost", 64)
        patched.setattr(Argon2PasswordHasher, "parallelism", 1)
        yield


def pytest_report_header() -> str:
    """Which database the run uses."""
    return json.dumps({"database": DATABASE})
