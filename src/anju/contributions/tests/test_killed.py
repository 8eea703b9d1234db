"""A worker killed with -9 while a month of 3,000 is posting: nothing of it stands, and the next worker posts all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from anju.contributions import queries
from anju.contributions.tests.world import (
    AT,
    apply,
    declare,
    open_centre,
    open_unit,
    pay,
    remittance,
    staff_rows,
    wired,
)
from anju.contributions.types import RemittanceState
from anju.database.checks import violations
from anju.database.sql import row

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

STAFF = 3000

# The product's worker. The second one is impatient about dead colleagues, so that nobody waits half a minute; it must
# stay more patient than the beat of a living heart, which is five seconds.
PATIENCE = 30
IMPATIENCE = 6
WORKER = "from anju.command import worker; worker.STALLED_AFTER_SECONDS = {}; raise SystemExit(worker.run(1))"


@contextmanager
def worker(patience: int) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "DJANGO_SETTINGS_MODULE": "anju.project.settings",
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-c", WORKER.format(patience)], env=environment)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGTERM)
            process.wait(30)


def wait_until(true: Callable[[], bool], *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came to pass"
        time.sleep(0.05)


def posting_waits_for_a_row() -> bool:
    found = row(
        "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        " AND query LIKE '%%UPDATE balance b%%weighted_sum%%' AND pid <> pg_backend_pid()"
    )
    return found is not None and found["n"] == 1


def lines_and_vouchers() -> tuple[int, int]:
    found = row("SELECT (SELECT count(*) FROM member_line) AS lines, (SELECT count(*) FROM voucher) AS vouchers")
    assert found is not None
    return found["lines"], found["vouchers"]


def test_a_killed_worker_leaves_nothing_and_the_next_one_posts_all() -> None:
    open_centre()
    unit = open_unit()
    with wired():
        apply(unit, staff_rows(STAFF))
        declared = declare(unit)
        pay(declared.total_fen, declared.number, at=AT)
    last = queries.normal_accounts(unit)[-1]
    with psycopg.connect(os.environ["DATABASE_URL"]) as other:
        # The last account's row is held, so the posting stands still with nearly everything written.
        other.execute("SELECT 1 FROM balance WHERE account_id = %s FOR UPDATE", [last])
        with worker(PATIENCE) as victim:
            wait_until(posting_waits_for_a_row)
            os.kill(victim.pid, signal.SIGKILL)
            victim.wait(20)
        other.rollback()
    wait_until(lambda: not posting_waits_for_a_row())
    assert lines_and_vouchers() == (0, 0)
    assert remittance(declared.remittance_id)["state"] == RemittanceState.MATCHED
    assert violations() == []
    time.sleep(IMPATIENCE + 1)
    with worker(IMPATIENCE):
        wait_until(lambda: remittance(declared.remittance_id)["state"] == RemittanceState.POSTED)
    assert lines_and_vouchers() == (STAFF, 1)
    assert violations() == []
