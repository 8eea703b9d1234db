"""Two closers at once, a closer killed with -9 inside a step, and money posted on other connections meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import psycopg
import pytest
from django.db import connections, transaction

from anju.closing import actions, queries
from anju.closing.tests.world import (
    ACCOUNTANT,
    AT,
    CENTRE,
    DAY,
    NEXT,
    OTHER_ACCOUNTANT,
    TREASURER,
    close_before,
    finish,
    town,
)
from anju.closing.types import RunKind, RunState, StepKind, StepState
from anju.database.checks import violations
from anju.database.sql import row, rows
from anju.kernel.clock import ZONE
from anju.kernel.refusal import Refusal
from anju.ledger import actions as books
from anju.ledger.posting_rules import PostingRule, pair
from anju.ledger.types import VoucherDraft, VoucherKind

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

# The product's own action, in a process that can be killed; the gate is held, so it stands inside its first step.
CLOSER = """
import django; django.setup()
from datetime import datetime
from anju.closing import actions
from anju.kernel.actor import Actor
actor = Actor(480, 48, "accountant", None, "秦海宁", {centre})
actions.advance({centre}, {run}, actor=actor, at=datetime.fromisoformat("{at}"))
"""
GATE = "SELECT pg_advisory_xact_lock(gate_class(), %s::integer)"


def wait_until(true: Callable[[], bool], *, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came to pass"
        time.sleep(0.02)


def somebody_waits() -> bool:
    row("SELECT 1 AS one FROM pg_stat_clear_snapshot()")  # a transaction keeps what it saw of others
    found = row(
        "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'"
        " AND pid <> pg_backend_pid()"
    )
    return found is not None and found["n"] == 1


def test_of_two_closers_at_once_one_is_told_what_the_other_does() -> None:
    town()
    close_before()
    run = actions.start_day(CENTRE, DAY, actor=ACCOUNTANT, at=NEXT)
    done: list[object] = []

    def work() -> None:
        try:
            done.append(actions.step_day(CENTRE, run.run_id, actor=ACCOUNTANT, at=NEXT))
        finally:
            connections.close_all()

    with psycopg.connect(os.environ["DATABASE_URL"]) as holder:
        holder.execute(GATE, [CENTRE])
        thread = threading.Thread(target=work)
        thread.start()
        wait_until(somebody_waits)
        for act in (actions.step_day, actions.submit):
            with pytest.raises(Refusal, match="正在办理2026年11月23日日结的“停止记当日账”") as told:
                act(CENTRE, run.run_id, actor=OTHER_ACCOUNTANT, at=NEXT)
            assert told.value.status == 409
        with pytest.raises(Refusal, match="办理中"):
            actions.start_day(CENTRE, DAY, actor=OTHER_ACCOUNTANT, at=NEXT)
        holder.rollback()
    thread.join(20)
    assert len(done) == 1 and finish(run).state is RunState.SIGNED and violations() == []


def test_a_closer_killed_inside_a_step_leaves_nothing_and_another_goes_on_there() -> None:
    town()
    close_before()
    run = actions.start_day(CENTRE, DAY, actor=ACCOUNTANT, at=NEXT)
    script = CLOSER.format(centre=CENTRE, run=run.run_id, at=NEXT.isoformat())
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "DJANGO_SETTINGS_MODULE": "anju.project.settings",
    }  # fmt: skip
    with psycopg.connect(os.environ["DATABASE_URL"]) as holder:
        holder.execute(GATE, [CENTRE])
        victim = subprocess.Popen([sys.executable, "-c", script], env=environment)
        try:
            wait_until(somebody_waits)
            os.kill(victim.pid, signal.SIGKILL)
        finally:
            victim.kill()
            victim.wait(20)
        holder.rollback()
    wait_until(lambda: not somebody_waits())
    left = queries.run(CENTRE, run.run_id)
    assert left.next_step is not None and left.next_step.state is StepState.RUNNING
    assert left.next_step.kind is StepKind.CUT
    again = actions.step_day(CENTRE, run.run_id, actor=OTHER_ACCOUNTANT, at=NEXT)
    assert again.steps[0].state is StepState.DONE and again.steps[0].by_person_id == OTHER_ACCOUNTANT.person_id
    assert finish(again).state is RunState.SIGNED
    assert [one.state for one in queries.runs(CENTRE, RunKind.DAY)] == [RunState.SIGNED] * 2 and violations() == []


def test_money_is_posted_on_other_connections_while_a_day_is_closed_and_none_of_it_is_lost_or_late() -> None:
    town()
    close_before()
    stop = threading.Event()
    posted: list[int] = []
    failed: list[str] = []

    def post(worker: int) -> None:
        n = 0
        try:
            while not stop.is_set():
                n += 1
                _post(f"w{worker}:{n}")
                posted.append(n)
        except Exception as error:
            failed.append(repr(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post, args=(worker,)) for worker in range(3)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(posted) > 20)
    run = finish(actions.start_day(CENTRE, DAY, actor=ACCOUNTANT, at=NEXT))
    before = len(posted)
    wait_until(lambda: len(posted) > before + 20)
    stop.set()
    for thread in threads:
        thread.join(20)
    assert failed == [] and run.state is RunState.SIGNED
    days = {line["day"]: line["n"] for line in rows(
        "SELECT business_date AS day, count(*) AS n FROM voucher WHERE idempotency_key LIKE 'w%%' GROUP BY 1")}
    assert sum(days.values()) == len(posted) and set(days) == {DAY, DAY + timedelta(days=1)}
    reported = {one["zh"]: one["n"] for one in run.report["vouchers"]}
    assert reported["其他"] == days[DAY] and violations() == []


def _post(key: str) -> None:
    """A bank's interest, on whichever day is open: found under the gate, as every action does."""
    from django.db import transaction

    with transaction.atomic():
        day = books.enter_gate_on(CENTRE, at=AT)
        lines = pair(PostingRule.DEPOSIT_INTEREST_RECEIVED, amount_fen=7, bank_account_id=None)
        books.post_voucher(
            VoucherDraft(
                centre_id=CENTRE, idempotency_key=key, request_digest=b"", kind=VoucherKind.OTHER, business_date=day,
                maker_person_id=None, checker_person_id=None, lines=lines,
            ),
            at=AT,
        )  # fmt: skip


def test_nobody_signs_an_interest_order_that_another_takes_the_place_of_meanwhile() -> None:
    town()
    at = datetime(2027, 7, 1, 9, tzinfo=ZONE)
    first = actions.try_interest(CENTRE, 2026, actor=ACCOUNTANT, at=at)
    actions.order_interest(CENTRE, 2026, first.run_id, actor=ACCOUNTANT, at=at)
    ordered: list[object] = []

    def order() -> None:
        try:
            ordered.append(actions.order_interest(CENTRE, 2026, first.run_id, actor=OTHER_ACCOUNTANT, at=at))
        except Refusal as refusal:
            ordered.append(refusal.code)
        finally:
            connections.close_all()

    thread = threading.Thread(target=order)
    with transaction.atomic():
        actions.sign_interest(CENTRE, 2026, first.run_id, actor=TREASURER, at=at)
        thread.start()
        wait_until(somebody_waits)  # for the signature, and not for the row that it wrote
    thread.join(20)
    assert ordered == ["closing.interest_signed"]
    order_kept = queries.order_of(CENTRE, 2026)
    assert order_kept is not None and order_kept.trial_run_id == first.run_id


def test_who_signs_while_an_order_is_being_replaced_is_told_that_it_was() -> None:
    town()
    at = datetime(2027, 7, 1, 9, tzinfo=ZONE)
    first = actions.try_interest(CENTRE, 2026, actor=ACCOUNTANT, at=at)
    actions.order_interest(CENTRE, 2026, first.run_id, actor=ACCOUNTANT, at=at)
    second = actions.try_interest(CENTRE, 2026, actor=ACCOUNTANT, at=at)
    signed: list[object] = []

    def sign() -> None:
        try:
            signed.append(actions.sign_interest(CENTRE, 2026, first.run_id, actor=TREASURER, at=at))
        except Refusal as refusal:
            signed.append(refusal.code)
        finally:
            connections.close_all()

    thread = threading.Thread(target=sign)
    with transaction.atomic():
        actions.order_interest(CENTRE, 2026, second.run_id, actor=OTHER_ACCOUNTANT, at=at)
        thread.start()
        wait_until(somebody_waits)
    thread.join(20)
    assert signed == ["closing.old_trial"]
