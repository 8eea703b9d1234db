"""PostgreSQL itself killed with -9 under a month of 3,000: what was not committed is gone, what was is there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from anju.command import postgres
from anju.project.environment import ensure_secrets

pytestmark = pytest.mark.race

# Each step is a process of its own on the test's own cluster, as the product's processes are.
STEPS = {
    "prepare": """
from anju.contributions.tests.world import *
open_centre()
unit = open_unit()
with wired():
    apply(unit, staff_rows(3000))
    declared = declare(unit)
    pay(declared.total_fen, declared.number)
print(queries.normal_accounts(unit)[-1], flush=True)
""",
    "post": """
from anju.contributions import actions
from anju.contributions.tests.world import AT, CENTRE, wired
from anju.database.sql import row
with wired():
    actions.post_remittance(CENTRE, row("SELECT remittance_id AS id FROM remittance")["id"], at=AT)
print("posted", flush=True)
""",
    "look": """
from anju.database.checks import violations
from anju.database.sql import row
assert violations() == [], violations()
seen = row("SELECT (SELECT count(*) FROM member_line) AS lines, (SELECT count(*) FROM voucher) AS vouchers,"
           " (SELECT state FROM remittance) AS state")
print(seen["lines"], seen["vouchers"], seen["state"])
""",
}
BEGIN = "import django\ndjango.setup()\nfrom anju.contributions import queries\n"


class Cluster:
    """A cluster of this test alone, with everything an installation writes to disk."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.secrets = folder, ensure_secrets(folder)
        self.server, _ = postgres.start(folder, self.secrets)

    def kill(self) -> None:
        """-9, and then up again as the next `anju up` brings it up."""
        os.kill(self.server.pid, signal.SIGKILL)
        os.waitpid(self.server.pid, 0)
        for _ in range(100):
            try:
                self.server, _ = postgres.start(self.folder, self.secrets)
                return
            except postgres.StartRefused:
                time.sleep(0.2)  # its children are still leaving
        raise AssertionError("the database does not come up again")

    def environment(self) -> dict[str, str]:
        return {
            **os.environ, "DJANGO_SETTINGS_MODULE": "anju.project.settings", "ANJU_DATA": str(self.folder),
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "DATABASE_URL": self.server.url("anju_app"), "OWNER_DATABASE_URL": self.server.url("anju_owner"),
        }  # fmt: skip

    def start(self, step: str) -> subprocess.Popen[str]:
        code = BEGIN + STEPS[step]
        return subprocess.Popen(
            [sys.executable, "-c", code], env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True,
        )  # fmt: skip

    def run(self, step: str) -> list[str]:
        process = self.start(step)
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0, step
        return said.split()

    def waits(self) -> bool:
        with psycopg.connect(self.server.url("anju_app")) as connection:
            found = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = 'anju' AND wait_event_type = 'Lock'"
            ).fetchone()
        return found is not None and found[0] > 0


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    postgres.ensure_database(made.server)
    done = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "-v", "0"], env={**made.environment(), "ANJU_ROLE": "owner"},
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    yield made
    postgres.stop(made.server)


def test_a_database_killed_before_the_commit_has_nothing_and_after_it_all(cluster: Cluster) -> None:
    (last,) = cluster.run("prepare")
    before = cluster.run("look")
    assert before[:2] == ["0", "0"]
    with psycopg.connect(cluster.server.url("anju_app")) as other:
        # The last account's row is held, so the posting stands still with nearly everything written.
        other.execute("SELECT 1 FROM balance WHERE account_id = %s FOR UPDATE", [last])
        victim = cluster.start("post")
        until = time.monotonic() + 60
        while not cluster.waits():
            assert time.monotonic() < until and victim.poll() is None, "the posting never came to the held row"
            time.sleep(0.05)
        cluster.kill()
        assert victim.wait(30) != 0
        other.close()
    assert cluster.run("look") == before
    assert cluster.run("post") == ["posted"]
    cluster.kill()
    lines, vouchers, state = cluster.run("look")
    assert (lines, vouchers) == ("3000", "1") and state != before[2], "what was answered is kept"
