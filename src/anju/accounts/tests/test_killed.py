"""A process killed with -9 while it posts or settles leaves whole steps; asked again, it does the rest, once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import date

import pytest

from anju.accounts import actions, queries
from anju.accounts.actions import carrying
from anju.accounts.tests.world import CENTRE, contribute, moment, open_books, open_staff
from anju.database.checks import violations
from anju.database.sql import row

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

DAY = date(2025, 8, 15)
STAFF = 3000

# Posts like any worker; says "posted" when the lines are written and the commit is still to come.
VICTIM = """
import os, sys, time
import django
django.setup()
from datetime import date
from django.db import connection
from anju.accounts.tests.world import contribute
first, pause = int(sys.argv[1]), float(sys.argv[2])
def watch(execute, sql, params, many, context):
    result = execute(sql, params, many, context)
    if "INSERT INTO member_line" in str(sql) and pause:
        print("posted", flush=True)
        time.sleep(pause)
    return result
with connection.execute_wrapper(watch):
    print("ready", flush=True)
    contribute([(first + n, 60000, 60000) for n in range(3000)], on=date(2025, 8, 15))
print("committed", flush=True)
"""


# Settles like the worker on 1 July, two accounts a chunk, and stops at the n-th statement of a kind to be killed there.
SETTLER = """
import sys, time
import django
django.setup()
from datetime import date
from django.db import connection
from anju.accounts import actions
from anju.accounts.actions import carrying
from anju.accounts.tests.world import CENTRE, moment
carrying.CHUNK = 2
words, left = sys.argv[1], int(sys.argv[2])
def watch(execute, sql, params, many, context):
    global left
    result = execute(sql, params, many, context)
    if words in str(sql):
        left -= 1
        if left == 0:
            print("stopped", flush=True)
            time.sleep(60)
    return result
with connection.execute_wrapper(watch):
    actions.settle_interest(CENTRE, 2025, at=moment(date(2026, 7, 1)))
"""


def start_victim(first: int, pause: float) -> subprocess.Popen[str]:
    return start(VICTIM, str(first), str(pause))


def start(program: str, *arguments: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "anju.project.settings"),
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments], env=environment, stdout=subprocess.PIPE, text=True
    )


def wait_for(victim: subprocess.Popen[str], word: str) -> None:
    assert victim.stdout is not None
    assert victim.stdout.readline().strip() == word


def kill(victim: subprocess.Popen[str]) -> None:
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait(20)
    for _ in range(500):
        alone = row(
            "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND state <> 'idle'"
        )
        if alone == {"n": 0}:
            return
        time.sleep(0.02)


def posted_lines() -> tuple[int, int]:
    found = row("SELECT (SELECT count(*) FROM member_line) AS lines, (SELECT count(*) FROM voucher) AS vouchers")
    assert found is not None
    return found["lines"], found["vouchers"]


def test_killed_before_its_commit_it_leaves_nothing_and_the_same_request_posts_all() -> None:
    open_books()
    staff = open_staff(STAFF)
    victim = start_victim(staff[0], 60)
    wait_for(victim, "ready")
    wait_for(victim, "posted")
    kill(victim)
    assert posted_lines() == (0, 0)
    assert queries.overview(staff[0]).balance_fen == 0
    assert not contribute([(one, 60_000, 60_000) for one in staff], on=DAY).replayed
    assert posted_lines() == (STAFF, 1)
    assert violations() == []


def test_killed_at_any_moment_it_leaves_nothing_or_all() -> None:
    open_books()
    staff = open_staff(STAFF)
    victim = start_victim(staff[0], 0)
    wait_for(victim, "ready")
    time.sleep(0.04)
    kill(victim)
    assert posted_lines() in ((0, 0), (STAFF, 1))
    contribute([(one, 60_000, 60_000) for one in staff], on=DAY)
    assert posted_lines() == (STAFF, 1)
    assert violations() == []


@pytest.mark.parametrize("words", ["pg_advisory_xact_lock(hashtext('carry')", "INSERT INTO member_line",
                                   "INSERT INTO balance"])  # fmt: skip
@pytest.mark.parametrize("n", [1, 3])
def test_a_settlement_killed_in_or_between_chunks_goes_on_and_credits_each_account_once(
    words: str, n: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "CHUNK", 2)
    open_books()
    staff = open_staff(8)
    contribute([(one, 250_000, 250_000) for one in staff], on=date(2025, 7, 1))
    victim = start(SETTLER, words, str(n))
    wait_for(victim, "stopped")
    kill(victim)
    settled = [queries.overview(one).interest_fen for one in staff]
    assert set(settled) <= {0, 7_604} and (sum(settled) > 0 or n == 1) and settled[-1] == 0
    run = actions.settle_interest(CENTRE, 2025, at=moment(date(2026, 7, 1)))
    assert run.accounts == settled.count(0)
    assert actions.settle_interest(CENTRE, 2025, at=moment(date(2026, 7, 2))).accounts == 0
    assert [queries.overview(one).interest_fen for one in staff] == [7_604] * 8
    assert violations() == []
