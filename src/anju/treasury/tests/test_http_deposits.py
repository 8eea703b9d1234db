"""Deposits and transfers over HTTP, against the bank simulator in a process of its own."""

from __future__ import annotations

from datetime import date

import pytest

from anju.database.sql import row
from anju.kernel import clock
from anju.simulators.testing import running
from anju.treasury import actions, queries
from anju.treasury.bank import HttpBank, using
from anju.treasury.checks import CHECKS
from anju.treasury.deposit_types import DepositKind, DepositState, MoveState
from anju.treasury.tests.test_deposits import OTHER, checked, made, other_account, state, terms
from anju.treasury.tests.world import ACCOUNT, AT, CENTRE, later, open_world, treasurer

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "ef" * 32


def test_a_deposit_and_a_transfer_are_made_asked_for_and_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anju.treasury.bank._TIMEOUT", 0.7)
    account = open_world(mandate_fen=None)
    other = other_account()
    with running("bank", key=KEY) as simulator, using(
        HttpBank(simulator.url, bytes.fromhex(KEY), node="A990100")
    ):  # fmt: skip
        simulator.post("/world", {"own_accounts": {
            ACCOUNT: {"name": "中心", "balance": "250000.00"},
            OTHER: {"name": "中心", "balance": "0.00"}}})  # fmt: skip
        deposit_id = made(account, ends_on=date(2099, 1, 1))
        made(account, kind=DepositKind.NOTICE, ends_on=None, notice_days=1)
        simulator.post("/control", {"fault": "executed_timeout", "code": "BDC109"})
        move_id = checked(actions.propose_transfer(account, other, 300_000, actor=treasurer(), at=AT))
        assert actions.advance_move(CENTRE, move_id, at=AT) is not None and state(move_id) is MoveState.PENDING
        assert actions.advance_move(CENTRE, move_id, at=later(4)) is None and state(move_id) is MoveState.DONE
        too_much = checked(actions.propose_deposit(terms(account), actor=treasurer(), at=AT))
        actions.advance_move(CENTRE, too_much, at=AT)
        assert state(too_much) is MoveState.FAILED, "the bank has only what it has"
        simulator.post("/control", {"fault": "garbled", "code": "BDC115"})
        drawing = checked(actions.propose_drawing(deposit_id, actor=treasurer(), at=AT))
        actions.advance_move(CENTRE, drawing, at=AT)
        assert actions.advance_move(CENTRE, drawing, at=later(4)) is None
        told = simulator.get("/state")
        own = told["own"].items()
        balances = {number: int(one["balance_fen"]) + int(one["turnover_fen"]) for number, one in own}
        assert balances == {ACCOUNT: 25_000_000 - 10_000_000 - 300_000, OTHER: 300_000}
        assert sum(one["open"] for one in told["deposits"].values()) == 1
        today = clock.today()
        for one in (account, other):
            actions.fetch_entries(CENTRE, one, today, today, at=AT)
    states = [one.state for one in queries.deposits(CENTRE)]
    assert sorted(states) == [DepositState.IN_FORCE, DepositState.DRAWN, DepositState.GIVEN_UP]
    assert queries.deposits_in_force_fen(CENTRE) == 10_000_000
    assert all(one.agrees for one in queries.journal_against_books(CENTRE, date(2099, 1, 1)))
    assert [check.name for check in CHECKS if row(check.sql)] == []
