"""A month's money from the bank's process to the product's server: lied about, told twice, late, or cut off by -9."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from anju.contributions.tests.served import KEY, bank, free_port, wait_until, web
from anju.contributions.tests.world import (
    ACCOUNT,
    CENTRE,
    UNIT_BANK,
    apply,
    declare,
    items,
    open_centre,
    open_unit,
    remittance,
    run_posting,
    staff_rows,
    wired,
)
from anju.contributions.types import Declaration, RemittanceState
from anju.database.checks import violations
from anju.database.sql import row, rows
from anju.kernel import clock
from anju.simulators.testing import Simulator
from anju.treasury import actions as treasury
from anju.treasury import queries as treasury_queries
from anju.treasury.bank import HttpBank, using

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
STAFF = 3000


@contextmanager
def declared(people: int) -> Iterator[tuple[int, Declaration]]:
    """A unit whose month of so many people is declared and waits for its money; with it the centre's account."""
    account_id, unit_id = open_centre(), open_unit()
    with wired():
        apply(unit_id, staff_rows(people))
        yield account_id, declare(unit_id)


def pay(simulator: Simulator, month: Declaration, *, fen: int | None = None) -> dict[str, Any]:
    return simulator.post(
        "/pay",
        {
            "payer_name": "安居第一工厂", "payer_account": UNIT_BANK, "to_account": ACCOUNT, "summary": month.number,
            "amount": str(Decimal(fen or month.total_fen) / 100),
        },
    )  # fmt: skip


def counts() -> tuple[int, int, int]:
    found = row("SELECT (SELECT count(*) FROM bank_notice) AS notices, (SELECT count(*) FROM voucher) AS vouchers,"
                " (SELECT count(*) FROM member_line) AS lines")  # fmt: skip
    assert found is not None
    return found["notices"], found["vouchers"], found["lines"]


def state_of(month: Declaration) -> RemittanceState:
    return RemittanceState(remittance(month.remittance_id)["state"])


def waits_for_a_row() -> bool:
    found = row(
        "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        " AND query LIKE '%%remittance%%' AND pid <> pg_backend_pid()"
    )
    return found is not None and found["n"] > 0


def test_a_server_killed_while_the_money_of_3000_arrives_keeps_nothing_and_the_bank_s_next_try_all(
    tmp_path: Path,
) -> None:
    port = free_port()
    with declared(STAFF) as (_, month), bank(tmp_path, port) as simulator:
        with psycopg.connect(os.environ["DATABASE_URL"]) as other, web(port) as victim:
            # The month's row is held: the server stands still with the notice written and the match under way.
            other.execute("SELECT 1 FROM remittance WHERE remittance_id = %s FOR UPDATE", [month.remittance_id])
            pay(simulator, month)
            wait_until(waits_for_a_row)
            victim.kill()
            other.rollback()
        wait_until(lambda: not waits_for_a_row())
        assert counts() == (0, 0, 0) and state_of(month) is RemittanceState.CONFIRMED
        assert violations() == []
        with web(port):
            wait_until(lambda: state_of(month) is RemittanceState.MATCHED)
        assert run_posting() > 0
    assert counts() == (1, 1, STAFF) and state_of(month) is RemittanceState.POSTED
    assert violations() == []


@pytest.mark.parametrize(
    ("fault", "more"),
    [("double_notice", {}), ("late_notice", {"seconds": 1.5}), ("bad_signature", {}), ("lost_notice", {})],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_notice_told_twice_late_forged_or_not_at_all_brings_the_money_once(
    tmp_path: Path, fault: str, more: dict[str, Any]
) -> None:
    port = free_port()
    with declared(3) as (account_id, month), bank(tmp_path, port) as simulator, web(port):
        simulator.post("/control", {"fault": fault, "count": 1, **more})
        paid = pay(simulator, month)
        if fault == "lost_notice":
            assert paid["notice_ids"] == [] and counts() == (0, 0, 0)
            fetch(simulator, account_id)
        wait_until(lambda: state_of(month) is RemittanceState.MATCHED, seconds=20)
        told = simulator.get("/state")["notices"].values()
        wait_until(lambda: all(one["state"] == "delivered" for one in simulator.get("/state")["notices"].values()))
        assert fault != "double_notice" or len(list(told)) == 2
        fetch(simulator, account_id)
        run_posting()
    assert counts() == (1, 1, 3) and state_of(month) is RemittanceState.POSTED
    assert items() == [] and treasury_queries.contradictions(CENTRE) == []
    assert violations() == []


def test_a_notice_with_a_wrong_amount_waits_in_suspense_and_the_statement_contradicts_it(tmp_path: Path) -> None:
    port = free_port()
    with declared(3) as (account_id, month), bank(tmp_path, port) as simulator, web(port):
        simulator.post("/control", {"fault": "wrong_amount", "count": 1, "fen": -100})
        pay(simulator, month)
        wait_until(lambda: len(items()) == 1, seconds=20)
        fetch(simulator, account_id)
        run_posting()
    (item,) = items()
    assert item["amount_fen"] == month.total_fen - 100 and state_of(month) is RemittanceState.CONFIRMED
    (told,) = treasury_queries.contradictions(CENTRE)
    assert (told.kept.amount_fen, told.amount_fen) == (month.total_fen - 100, month.total_fen)
    assert len(rows("SELECT 1 FROM bank_notice")) == 1
    assert violations() == []


def test_a_receipt_the_bank_takes_back_at_once_leaves_the_month_unpaid(tmp_path: Path) -> None:
    port = free_port()
    with declared(3) as (_, month), bank(tmp_path, port) as simulator, web(port):
        simulator.post("/control", {"fault": "reversal", "count": 1, "seconds": 0.5})
        pay(simulator, month)
        wait_until(lambda: counts()[0] == 2, seconds=20)
        wait_until(lambda: state_of(month) is RemittanceState.CONFIRMED, seconds=20)
        run_posting()
    assert counts()[2] == 0
    assert violations() == []


def fetch(simulator: Simulator, account_id: int) -> None:
    """Read the bank's own entries of the day, as the schedule does."""
    at = clock.now()
    with using(HttpBank(simulator.url, bytes.fromhex(KEY), node="A990100")):
        treasury.fetch_entries(CENTRE, account_id, at.date(), at.date(), at=at)
