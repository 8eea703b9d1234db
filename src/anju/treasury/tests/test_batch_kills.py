"""Killed workers, two of everybody, and a bank that lies about batches: paid equals confirmed, and nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anju.database.sql import row
from anju.kernel.refusal import Refusal
from anju.treasury import actions, queries
from anju.treasury.bank import using
from anju.treasury.batch_types import BatchAnswer, BatchInstruction, BatchState
from anju.treasury.fake_bank import AskMood, FakeBank, FileLie, PayMood
from anju.treasury.machine import QUIET_SECONDS
from anju.treasury.tests.test_batches import (
    CARD,
    TREASURER_3,
    gather,
    own_bank,
    released,
    run,
    seen,
    sound,
    states,
)
from anju.treasury.tests.test_kills_and_lies import WorkerDied, until_free
from anju.treasury.tests.world import AT, CENTRE, TREASURER_1, TREASURER_2, draft, later, member, news, open_world
from anju.treasury.tests.world import treasurer as treasurer
from anju.treasury.types import Payee, PaymentReturned, PaymentSettled, PaymentState

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

# Run by a process of its own; `{how}` decides where it stops, says so and waits to be killed.
_WORKER = """
import time
import django
django.setup()
from datetime import datetime
from anju.treasury import actions, batch_machine
from anju.treasury.bank import using
from anju.treasury.fake_bank import FakeBank

def stop(*args, **options):
    print("here", flush=True)
    time.sleep(600)

class Bank(FakeBank):
    pass

bank = Bank()
if "{how}" == "before the call":
    Bank.pay_batch = stop
else:
    record, done = batch_machine.record_result, []
    def one_then_stop(*args, **options):
        if done:
            stop()
        done.append(record(*args, **options))
    batch_machine.record_result = one_then_stop
with using(bank):
    for _ in range(3):
        actions.advance_batch({centre}, {batch}, at=datetime.fromisoformat("{at}"))
"""


def killed(batch_id: int, how: str) -> None:
    """Start a worker, wait until it stands where it shall die, and kill it with -9."""
    code = _WORKER.format(centre=CENTRE, batch=batch_id, at=AT.isoformat(), how=how)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "anju.project.settings"),
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    worker = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE)
    assert worker.stdout is not None and worker.stdout.readline() == b"here\n"
    assert actions.advance_batch(CENTRE, batch_id, at=later(1)) is not None, "nobody else may hold it while it lives"
    worker.send_signal(signal.SIGKILL)
    worker.wait(timeout=10)
    until_free(batch_id)


def some_orders(key: str, count: int = 3) -> list[int]:
    return [
        actions.order_payment(
            draft(f"{key}:{n}", source_kind="test", source_id=n, amount_fen=100_000 + n,
                  payee=Payee(name=f"林晓{n}", account=f"{CARD[:-2]}{n:02d}")),
            at=AT,
        )
        for n in range(count)
    ]  # fmt: skip


def test_a_worker_killed_between_the_mark_and_the_call_costs_a_question_and_one_batch() -> None:
    account = open_world(mandate_fen=None)
    ids = some_orders("mark")
    with using(own_bank()) as bank:
        batch_id = released(account)
        killed(batch_id, "before the call")
        assert seen(batch_id).state is BatchState.INSTRUCTED and states(ids) == [PaymentState.INSTRUCTED] * 3
        assert actions.advance_batch(CENTRE, batch_id, at=later(5)) is not None and not bank.sent_batches
        with pytest.raises(Refusal):
            actions.cancel_batch(batch_id, reason="太晚", actor=treasurer(TREASURER_2), at=later(6))
        run(batch_id, at=later(QUIET_SECONDS + 1))
    assert len(bank.sent_batches) == 1 and set(bank.executed.values()) == {1}
    assert states(ids) == [PaymentState.CONFIRMED] * 3
    sound()


def _as_sent(batch_id: int) -> BatchInstruction:
    from anju.treasury.batch_machine import _instruction, read_batch

    return _instruction(read_batch(CENTRE, batch_id))


def test_a_worker_killed_between_two_results_leaves_the_rest_to_the_next() -> None:
    account = open_world(mandate_fen=None)
    ids = some_orders("results")
    with news() as heard, using(own_bank()) as bank:
        batch_id = released(account)
        killed(batch_id, "between results")
        assert states(ids) == [PaymentState.CONFIRMED, PaymentState.PENDING, PaymentState.PENDING]
        bank.pay_batch(_as_sent(batch_id), at=AT)
        bank.sent_batches.clear()
        run(batch_id, at=later(10))
    assert states(ids) == [PaymentState.CONFIRMED] * 3 and not bank.sent_batches
    assert len(heard) == 2, "the first was told by the worker that died"
    sound()


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run all at the same moment, each with its own connection; what each was refused with, or ''."""
    start, told = threading.Barrier(len(acts)), [""] * len(acts)

    def work(n: int, act: Callable[[], object]) -> None:
        try:
            start.wait()
            act()
        except Refusal as refusal:
            told[n] = refusal.code
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(n, act)) for n, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def test_two_who_gather_make_no_order_stand_in_two_batches_and_two_releasers_send_it_once() -> None:
    account = open_world(mandate_fen=None)
    for n in range(4):
        ids = some_orders(f"race{n}")
        with using(own_bank()) as bank:
            told = at_once(lambda: gather(account, TREASURER_1), lambda: gather(account, TREASURER_1 + 50))
            assert told.count("") == 1 and set(told) <= {"", "batch_empty", "batch_changed"}
            batch_id = max(one.batch_id for one in queries.live_batches(CENTRE))
            actions.check_batch_names(CENTRE, batch_id, at=AT)
            digest = seen(batch_id).digest
            told = at_once(
                *(partial(actions.check_batch, batch_id, digest=digest, actor=treasurer(person), at=AT)
                  for person in (TREASURER_2, TREASURER_2 + 50))
            )  # fmt: skip
            assert sorted(told) == ["", "batch_not_waiting"]
            told = at_once(
                *(partial(actions.release_batch, batch_id, digest=digest, actor=treasurer(person), at=AT)
                  for person in (TREASURER_3, TREASURER_3 + 50))
            )  # fmt: skip
            assert sorted(told) == ["", "batch_not_waiting"]
            at_once(*(partial(actions.advance_batch, CENTRE, batch_id, at=later(100)) for _ in range(6)))
            run(batch_id, at=later(200))
        assert len(bank.sent_batches) == 1 and bank.executed.total() == 3
        assert states(ids) == [PaymentState.CONFIRMED] * 3
    sound()


def test_an_applicant_who_cancels_while_the_batch_leaves_is_in_or_out() -> None:
    account = open_world(mandate_fen=None)
    for n in range(5):
        ids = some_orders(f"cancel{n}", 2)
        with using(own_bank()) as bank:
            batch_id = released(account)
            told = at_once(
                partial(actions.cancel_payment, ids[0], centre_id=CENTRE, actor=member(), at=AT),
                partial(actions.advance_batch, CENTRE, batch_id, at=AT),
            )
            run(batch_id, at=later(5))
        assert bank.executed.total() == (1 if told[0] == "" else 2)
        assert seen(batch_id).confirmed_count == bank.executed.total() and seen(batch_id).state is BatchState.FINAL
    sound()


# A life of one batch: how the bank meets each sending and each question, how each download reads, which lines it
# refuses, and when a worker dies right after the call was made.
_lives = st.fixed_dictionaries(
    {
        "moods": st.lists(
            st.sampled_from([PayMood.OK, PayMood.EXECUTE_THEN_SILENT, PayMood.LOSE, PayMood.LATE, PayMood.LATE_SILENT,
                             PayMood.DOWN, PayMood.REFUSE]), max_size=3),
        "answers": st.lists(st.sampled_from(list(AskMood)), max_size=8),
        "lies": st.lists(st.sampled_from(list(FileLie)), max_size=6),
        "refused": st.frozensets(st.integers(min_value=0, max_value=3), max_size=3),
        "deaths": st.lists(st.booleans(), max_size=3),
        "delay": st.integers(min_value=0, max_value=QUIET_SECONDS),
        "gaps": st.lists(st.integers(min_value=1, max_value=400), max_size=8),
    }
)  # fmt: skip


class DeadlyBank(FakeBank):
    """Carries out what it is told and then the worker dies before it can write down the answer."""

    deaths: deque[bool]

    def pay_batch(self, batch: BatchInstruction, *, at: datetime) -> BatchAnswer:
        answer = super().pay_batch(batch, at=at)
        if self.deaths and self.deaths.popleft():
            raise WorkerDied
        return answer


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(life=_lives)
def test_whatever_the_bank_says_of_a_batch_the_sum_paid_is_the_sum_confirmed(life: dict[str, Any]) -> None:
    account = open_world(mandate_fen=None)
    key = f"life:{row('SELECT nextval(%s) AS n', ['payment_order_id_seq'])}"
    bank = DeadlyBank(
        delay=timedelta(seconds=life["delay"]), file_lies=deque(life["lies"]), refuse_lines=life["refused"]
    ).will_answer([])
    assert isinstance(bank, DeadlyBank)
    bank.deaths, bank.cards = deque(life["deaths"]), own_bank().cards
    ids = some_orders(key, 4)
    at, gaps = AT, deque(life["gaps"])
    with news() as heard, using(bank):
        batch_id = released(account)
        bank.will(*life["moods"]).will_answer(life["answers"])
        for _ in range(30):
            try:
                pause = actions.advance_batch(CENTRE, batch_id, at=at)
            except WorkerDied:
                pause = 1
            if pause is None:
                break
            at += timedelta(seconds=max(pause, gaps.popleft()) if gaps else min(pause, 900))
        bank.finish()
        sent = [queries.payment(order_id, centre_id=CENTRE) for order_id in ids]
        fen = {one.business_serial: one.amount_fen for one in sent if one is not None}
        assert all(times <= 1 for times in bank.executed.values()), "paid twice"
        paid = sum(fen[serial] for serial, times in bank.executed.items() if times)
        settled = [one for one in heard if isinstance(one, PaymentSettled)]
        assert len({one.order_id for one in heard}) == len(heard)
        assert paid == sum(one.amount_fen for one in settled) == seen(batch_id).confirmed_fen
        final = states(ids)
        assert final.count(PaymentState.RETURNED) == sum(isinstance(one, PaymentReturned) for one in heard)
        if seen(batch_id).state is not BatchState.FINAL:
            assert seen(batch_id).never_seen and paid == 0, "only what the bank never saw may stay open"
            actions.dissolve_batch(batch_id, actor=treasurer(TREASURER_3), at=at)
            for order_id in ids:
                actions.give_up_payment(order_id, actor=treasurer(TREASURER_3), at=at)
    sound()
