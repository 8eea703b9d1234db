"""Batches over HTTP, against the bank simulator in a process of its own, honest and lying."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from anju.simulators.testing import Simulator, running, start
from anju.treasury import actions, queries
from anju.treasury.bank import HttpBank, using
from anju.treasury.batch_types import BatchState, BatchTold, ContradictionKind
from anju.treasury.tests.test_batches import CARD, kinds, orders, released, seen, sound, states
from anju.treasury.tests.world import ACCOUNT, CENTRE, later, open_world
from anju.treasury.types import PaymentState

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "ab" * 32


def teach(bank: Simulator) -> None:
    cards = {f"{CARD[:-2]}{n:02d}": {"name": f"林晓{n}", "state": "open"} for n in range(10)}
    cards[f"{CARD[:-2]}08"] = {"name": "林晓8", "state": "closed"}
    bank.post("/world", {"own_accounts": {ACCOUNT: {"name": "中心"}}, "accounts": cards})


@pytest.fixture(scope="module")
def shared() -> Iterator[Simulator]:
    with running("bank", key=KEY) as simulator:
        teach(simulator)
        yield simulator


@pytest.fixture
def simulator(shared: Simulator) -> Iterator[Simulator]:
    shared.post("/control", {"fault": "none"})
    with using(port(shared)):
        yield shared


def port(simulator: Simulator) -> HttpBank:
    return HttpBank(simulator.url, bytes.fromhex(KEY), node="A990100")


def settle(batch_id: int, *, looks: int = 60, first: int = 0) -> None:
    """Look as the job does, without waiting its pauses out, until nothing more is to do."""
    for n in range(looks):
        if actions.advance_batch(CENTRE, batch_id, at=later(first + n)) is None:
            return
        time.sleep(0.05)


def paid_fen(simulator: Simulator, order_ids: list[int]) -> int:
    """How much left the bank for these orders; none of them twice."""
    found = [queries.payment(order_id, centre_id=CENTRE) for order_id in order_ids]
    serials = {one.business_serial for one in found if one is not None and one.business_serial}
    entries = simulator.get("/state")["entries"].values()
    debits = [one for one in entries if one["original_serial"] in serials and one["direction"] == "01"]
    assert len({one["original_serial"] for one in debits}) == len(debits), "paid twice"
    return sum(one["amount_fen"] for one in debits)


def test_a_batch_is_paid_line_by_line_and_what_the_bank_knows_to_be_wrong_stays_out(simulator: Simulator) -> None:
    account = open_world(mandate_fen=None)
    ids = orders(3, first=7)
    simulator.post("/control", {"fault": "refuse", "code": "BDC103"})
    batch_id = released(account)
    first, closed, third = queries.batch_lines(batch_id, centre_id=CENTRE)
    assert (first.live, closed.live, third.live) == (True, False, True) and "销户" in closed.taken_out_text
    settle(batch_id)
    assert states(ids) == [PaymentState.RETURNED, PaymentState.RESERVED, PaymentState.CONFIRMED]
    assert paid_fen(simulator, ids) == seen(batch_id).confirmed_fen == 180_009
    assert seen(batch_id).state is BatchState.FINAL
    sound()


@pytest.mark.parametrize(
    ("fault", "code", "kind"),
    [
        ("executed_timeout", "BDC103", None), ("answer_late", "BDC103", None), ("garbled", "BDC108", None),
        ("result_partial", "BDC108", ContradictionKind.MISSING_LINE),
        ("result_twice", "BDC108", ContradictionKind.DOUBLE_LINE),
        ("result_stranger", "BDC108", ContradictionKind.UNKNOWN_LINE),
        ("result_amount", "BDC108", ContradictionKind.AMOUNT),
    ],
)  # fmt: skip
def test_a_lying_bank_ends_with_what_it_paid(
    simulator: Simulator, fault: str, code: str, kind: ContradictionKind | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anju.treasury.bank._TIMEOUT", 0.7)
    account = open_world(mandate_fen=None)
    ids = orders(3)
    batch_id = released(account)
    simulator.post("/control", {"fault": fault, "code": code, "seconds": 0.8})
    settle(batch_id)
    assert states(ids) == [PaymentState.CONFIRMED] * 3 and seen(batch_id).state is BatchState.FINAL
    assert paid_fen(simulator, ids) == seen(batch_id).confirmed_fen == 540_003
    assert set(kinds(batch_id)) == ({kind} if kind else set())
    sound()


def test_a_batch_the_bank_refuses_or_never_got_moves_nothing(simulator: Simulator) -> None:
    account = open_world(mandate_fen=None)
    refused = orders(2)
    simulator.post("/control", {"fault": "batch_refuse", "code": "BDC103"})
    batch_id = released(account)
    settle(batch_id, looks=3)
    assert states(refused) == [PaymentState.RETURNED] * 2 and paid_fen(simulator, refused) == 0
    down = orders(2, first=2)
    simulator.post("/control", {"fault": "down", "code": "BDC103"})
    batch_id = released(account)
    settle(batch_id, looks=3)
    assert seen(batch_id).state is BatchState.INSTRUCTED and port(simulator).ask_batch(
        seen(batch_id).batch_serial, at=later(5)
    ).state is BatchTold.NONE
    settle(batch_id, first=100)
    assert states(down) == [PaymentState.CONFIRMED] * 2 and paid_fen(simulator, down) == 360_005


def test_a_bank_killed_in_the_middle_of_a_batch_has_paid_each_line_once(tmp_path: Path) -> None:
    account = open_world(mandate_fen=None)
    ids = orders(3)
    before = start("bank", state=tmp_path, key=KEY)
    teach(before)
    with using(port(before)):
        batch_id = released(account)
        actions.advance_batch(CENTRE, batch_id, at=later(0))
    before.kill()
    with using(port(before)):
        assert actions.advance_batch(CENTRE, batch_id, at=later(5)) is not None
        assert states(ids) == [PaymentState.PENDING] * 3
    with running("bank", state=tmp_path, key=KEY) as after, using(port(after)):
        settle(batch_id, first=10)
        assert paid_fen(after, ids) == seen(batch_id).confirmed_fen == 540_003
