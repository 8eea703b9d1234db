"""Killed workers, crowds of workers, and a bank that lies: at most one payment, and the end agrees with the bank."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from anju.database.sql import row
from anju.treasury import actions, queries
from anju.treasury.bank import using
from anju.treasury.checks import CHECKS
from anju.treasury.fake_bank import AskMood, FakeBank, PayMood
from anju.treasury.machine import QUIET_SECONDS
from anju.treasury.tests.world import AT, CENTRE, draft, later, news, open_world
from anju.treasury.types import BankResult, Instruction, PaymentSettled, PaymentState

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

# Run by a process of its own, which is killed while the bank has not yet answered.
_WORKER = """
import sys, time
import django
django.setup()
from datetime import datetime
from anju.treasury import actions
from anju.treasury.bank import using
from anju.treasury.fake_bank import FakeBank

class Stuck(FakeBank):
    def pay(self, payment, *, at):
        print("calling", flush=True)
        time.sleep(600)

with using(Stuck()):
    actions.advance({centre}, {order}, at=datetime.fromisoformat("{at}"))
"""


def state_of(order_id: int) -> PaymentState:
    seen = queries.payment(order_id, centre_id=CENTRE)
    assert seen is not None
    return seen.state


def killed_while_calling(order_id: int) -> None:
    """Start a worker, wait until it has marked the order and is calling, and kill it with -9."""
    code = _WORKER.format(centre=CENTRE, order=order_id, at=AT.isoformat())
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "anju.project.settings"),
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    worker = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE)
    assert worker.stdout is not None and worker.stdout.readline() == b"calling\n"
    assert state_of(order_id) is PaymentState.INSTRUCTED
    assert actions.advance(CENTRE, order_id, at=later(1)) is not None, "nobody else may hold it while it lives"
    worker.send_signal(signal.SIGKILL)
    worker.wait(timeout=10)


def until_free(order_id: int) -> None:
    """The server notices the dead connection in a moment and gives the lock back."""
    for _ in range(100):
        found = row("SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND database ="
                    " (SELECT oid FROM pg_database WHERE datname = current_database())")  # fmt: skip
        if found and found["n"] == 0:
            return
        time.sleep(0.05)
    raise AssertionError("the killed worker's lock is still held")


def test_a_worker_killed_before_the_call_left_the_house_costs_a_question_and_one_payment() -> None:
    open_world()
    order_id = actions.order_payment(draft(), at=AT)
    killed_while_calling(order_id)
    until_free(order_id)
    with news() as heard, using(FakeBank()) as bank:
        assert actions.advance(CENTRE, order_id, at=later(5)) is not None
        assert not bank.sent, "too early to believe that nothing is under way"
        assert actions.advance(CENTRE, order_id, at=later(QUIET_SECONDS + 1)) is None
    assert bank.executed.total() == 1 and len(heard) == 1
    assert state_of(order_id) is PaymentState.CONFIRMED


def test_a_worker_killed_after_the_bank_paid_costs_a_question_and_no_payment() -> None:
    open_world()
    order_id = actions.order_payment(draft(), at=AT)
    killed_while_calling(order_id)
    until_free(order_id)
    with news() as heard, using(FakeBank()) as bank:
        seen = queries.payment(order_id, centre_id=CENTRE)
        assert seen is not None
        bank.executed[seen.business_serial] = 1
        assert actions.advance(CENTRE, order_id, at=later(QUIET_SECONDS + 1)) is None
    assert not bank.sent and len(heard) == 1
    assert state_of(order_id) is PaymentState.CONFIRMED


def test_sixteen_workers_on_one_order_send_it_once() -> None:
    class SlowBank(FakeBank):
        def pay(self, payment: Instruction, *, at: datetime) -> BankResult:
            time.sleep(0.2)
            return super().pay(payment, at=AT)

    open_world()
    order_id = actions.order_payment(draft(), at=AT)
    start = threading.Barrier(16)
    failures: list[Exception] = []

    def work() -> None:
        try:
            start.wait()
            for step in range(3):
                # Long after the quiet time, so that only the lock and the row keep a second one from sending.
                actions.advance(CENTRE, order_id, at=later(step * QUIET_SECONDS * 2))
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    with news() as heard, using(SlowBank()) as bank:
        threads = [threading.Thread(target=work) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    assert len(bank.sent) == 1 and bank.executed.total() == 1
    assert [type(one) for one in heard] == [PaymentSettled]
    assert state_of(order_id) is PaymentState.CONFIRMED


def test_cancelling_and_instructing_at_once_is_one_or_the_other() -> None:
    from anju.kernel.refusal import Refusal
    from anju.treasury.tests.world import member

    open_world()
    with using(FakeBank()) as bank:
        for n in range(8):
            order_id = actions.order_payment(draft(f"race:{n}", source_id=n), at=AT)
            start = threading.Barrier(2)
            cancelled: list[bool] = []

            def cancel(
                order_id: int = order_id, start: threading.Barrier = start, told: list[bool] = cancelled
            ) -> None:
                try:
                    start.wait()
                    actions.cancel_payment(order_id, centre_id=CENTRE, actor=member(), at=AT)
                    told.append(True)
                except Refusal:
                    told.append(False)
                finally:
                    connection.close()

            thread = threading.Thread(target=cancel)
            before = bank.executed.total()
            thread.start()
            start.wait()
            actions.advance(CENTRE, order_id, at=AT)
            thread.join()
            paid = bank.executed.total() - before
            assert (cancelled, paid) in (([True], 0), ([False], 1))


# Each example is a life of one payment: how the bank meets each sending and each question, and when a worker dies
# right after the call was made (its answer is lost, the row stays as it was).
_lives = st.fixed_dictionaries(
    {
        "moods": st.lists(st.sampled_from(list(PayMood)), max_size=4),
        "answers": st.lists(st.sampled_from(list(AskMood)), max_size=6),
        "deaths": st.lists(st.booleans(), max_size=4),
        "delay": st.integers(min_value=0, max_value=QUIET_SECONDS),
        "gaps": st.lists(st.integers(min_value=1, max_value=400), max_size=8),
    }
)


# The worst of them, always tried: the message is under way for a minute, the worker dies, the next one asks at once.
_late_and_dead = {
    "moods": [PayMood.LATE_SILENT, PayMood.OK],
    "answers": [],
    "deaths": [True],
    "delay": QUIET_SECONDS,
    "gaps": [],
}


class WorkerDied(BaseException):
    """Unwinds like a kill does: nothing is written down after the call."""


class DeadlyBank(FakeBank):
    """Carries out what it is told and then the worker dies before it can write down the answer."""

    deaths: deque[bool]

    def pay(self, payment: Instruction, *, at: datetime) -> BankResult:
        answer = super().pay(payment, at=at)
        if self.deaths and self.deaths.popleft():
            raise WorkerDied
        return answer


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(life=_lives)
@example(life=_late_and_dead)
def test_whatever_the_bank_does_at_most_one_payment_is_made_and_the_end_agrees_with_it(life: dict[str, Any]) -> None:
    open_world()
    key = f"life:{row('SELECT nextval(%s) AS n', ['payment_order_id_seq'])}"
    order_id = actions.order_payment(draft(key), at=AT)
    bank = DeadlyBank(delay=timedelta(seconds=life["delay"])).will(*life["moods"]).will_answer(life["answers"])
    assert isinstance(bank, DeadlyBank)
    bank.deaths = deque(life["deaths"])
    at, gaps = AT, deque(life["gaps"])
    with news() as heard, using(bank):
        for _ in range(25):
            try:
                pause = actions.advance(CENTRE, order_id, at=at)
            except WorkerDied:
                pause = 1
            if pause is None:
                break
            # A job may come late, never early; a second one may come in between.
            at += timedelta(seconds=max(pause, gaps.popleft()) if gaps else pause)
        final = state_of(order_id)
        bank.finish()
        paid = bank.executed.total()
        assert paid <= 1, "paid twice"
        settled = [one for one in heard if isinstance(one, PaymentSettled)]
        assert len(heard) <= 1
        assert final in (PaymentState.CONFIRMED, PaymentState.RETURNED, PaymentState.PENDING)
        assert (final is PaymentState.CONFIRMED) == (paid == 1), (final, paid)
        assert (final is PaymentState.CONFIRMED) == (len(settled) == 1)
        assert (final is PaymentState.RETURNED) == (bool(bank.refused) and paid == 0)
        if final is PaymentState.PENDING:
            seen = queries.payment(order_id, centre_id=CENTRE)
            assert seen is not None and seen.never_seen, "only what the bank never saw may stay open"
    for check in CHECKS:
        assert row(check.sql) is None, check.name
