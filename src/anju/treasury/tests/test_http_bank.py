"""The adapter over HTTP, against the bank simulator in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from anju import jobs
from anju.database.checks import violations
from anju.treasury import actions, queries
from anju.treasury.bank import BankDown, HttpBank, using
from anju.treasury.tests.world import ACCOUNT, AT, CENTRE, draft, news, open_world, treasurer
from anju.treasury.types import (
    CardStatus,
    Direction,
    Instruction,
    Payee,
    PaymentSettled,
    PaymentState,
    ResultState,
)

CARD, OWNER = "6217000010000006620", ("林晓雨", "110101199003070038")
KEY = "cd" * 32


class Simulator:
    def __init__(self, url: str) -> None:
        self.url = url

    def tell(self, path: str, **body: Any) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310  (the simulator we started)
            self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return dict(json.load(answer))

    def state(self) -> dict[str, Any]:
        with urllib.request.urlopen(self.url + "/state", timeout=10) as answer:  # noqa: S310
            return dict(json.load(answer))


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    folder = tmp_path_factory.mktemp("bank")
    command = [sys.executable, "-m", "anju.simulators", "bank", "--port", "0", "--state", str(folder), "--key", KEY]
    source = str(Path(__file__).resolve().parents[3])
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": source})
    assert process.stdout is not None
    first = process.stdout.readline()
    running = Simulator(first.strip().rpartition(" ")[2])
    running.tell(
        "/world",
        own_accounts={ACCOUNT: {"name": "安居市住房公积金管理中心", "bank_name": "安居银行"}},
        accounts={
            CARD: {"name": OWNER[0], "id_number": OWNER[1], "bank_name": "安居银行", "state": "open"},
            "6222020200112230": {"name": OWNER[0], "id_number": OWNER[1], "state": "closed"},
        },
    )
    yield running
    process.terminate()
    process.wait(timeout=10)


@pytest.fixture
def bank(simulator: Simulator) -> Iterator[HttpBank]:
    simulator.tell("/control", fault="none")
    yield HttpBank(simulator.url, bytes.fromhex(KEY), node="A990100")
    simulator.tell("/control", fault="none")


def pay(serial: str, *, account: str = CARD, name: str = "林晓雨", amount_fen: int = 180_000) -> Instruction:
    payee = Payee(name=name, account=account)
    return Instruction(serial, "02", ACCOUNT, "安居市住房公积金管理中心", payee, amount_fen, 0, "租房提取")


def test_a_payment_succeeds_and_is_found_again_by_its_serial(bank: HttpBank) -> None:
    paid = bank.pay(pay("W1"), at=AT)
    assert paid.state is ResultState.SUCCESS and paid.host_serial and isinstance(paid.value_on, date)
    asked = bank.ask("W1", amount_fen=180_000, at=AT)
    assert (asked.state, asked.host_serial) == (ResultState.SUCCESS, paid.host_serial)


def test_a_serial_the_bank_never_saw_is_none(bank: HttpBank) -> None:
    assert bank.ask("W404", amount_fen=1, at=AT).state is ResultState.NONE


def test_a_payee_the_bank_does_not_know_fails_finally_with_its_code(bank: HttpBank) -> None:
    refused = bank.pay(pay("W2", name="林小雨"), at=AT)
    assert (refused.state, refused.reason_code) == (ResultState.FAILED, "E2003")
    assert bank.ask("W2", amount_fen=180_000, at=AT).state is ResultState.FAILED


@pytest.mark.parametrize("fault", ["drop", "garbled"])
def test_a_broken_answer_is_unknown_and_the_truth_is_asked_for(
    bank: HttpBank, simulator: Simulator, fault: str
) -> None:
    simulator.tell("/control", fault=fault, count=1, code="BDC101")
    assert bank.pay(pay(f"W3{fault}"), at=AT).state is ResultState.UNKNOWN
    assert bank.ask(f"W3{fault}", amount_fen=180_000, at=AT).state in (ResultState.SUCCESS, ResultState.NONE)


def test_silence_is_unknown(simulator: Simulator, monkeypatch: pytest.MonkeyPatch, bank: HttpBank) -> None:
    monkeypatch.setattr("anju.treasury.bank._TIMEOUT", httpx.Timeout(0.5, connect=1))
    simulator.tell("/control", fault="executed_timeout", count=1, code="BDC101")
    assert bank.pay(pay("W4"), at=AT).state is ResultState.UNKNOWN
    assert bank.ask("W4", amount_fen=180_000, at=AT).state is ResultState.SUCCESS


def test_a_bank_that_is_down_took_nothing_by_all_signs(bank: HttpBank, simulator: Simulator) -> None:
    simulator.tell("/control", fault="down", count=1, code="BDC101")
    assert bank.pay(pay("W5"), at=AT).state is ResultState.UNSENT
    nobody = HttpBank("http://127.0.0.1:9", b"k", node="A")
    assert nobody.pay(pay("W5"), at=AT).state is ResultState.UNSENT
    assert nobody.ask("W5", amount_fen=1, at=AT).state is ResultState.SILENT
    with pytest.raises(BankDown):
        nobody.balance(ACCOUNT, at=AT)


def test_two_answers_on_one_connection_are_read_as_one_or_as_unknown(bank: HttpBank, simulator: Simulator) -> None:
    simulator.tell("/control", fault="twice", count=1, code="BDC101")
    assert bank.pay(pay("W6"), at=AT).state in (ResultState.SUCCESS, ResultState.UNKNOWN)
    assert bank.ask("W6", amount_fen=180_000, at=AT).state is ResultState.SUCCESS


def test_a_late_result_is_unknown_until_it_is_final(bank: HttpBank, simulator: Simulator) -> None:
    simulator.tell("/control", fault="answer_late", count=1, seconds=0.2, code="BDC101")
    assert bank.pay(pay("W7"), at=AT).state is ResultState.UNKNOWN


def test_an_answer_about_another_amount_is_not_believed(bank: HttpBank) -> None:
    bank.pay(pay("W8"), at=AT)
    assert bank.ask("W8", amount_fen=180_001, at=AT).state is ResultState.UNKNOWN


def test_a_wrong_key_moves_no_money(simulator: Simulator, bank: HttpBank) -> None:
    stranger = HttpBank(simulator.url, b"wrong", node="A990100")
    assert stranger.pay(pay("W9"), at=AT).state is ResultState.UNSENT
    assert bank.ask("W9", amount_fen=180_000, at=AT).state is ResultState.NONE


def test_a_card_is_its_owners_or_not_and_the_reason_is_told(bank: HttpBank) -> None:
    right = bank.card_owner(CARD, *OWNER, id_kind="01", at=AT)
    assert right.status is CardStatus.OK and right.serial and right.bank_name == "安居银行"
    for card, name in ((CARD, "林小雨"), ("6222020200112230", OWNER[0]), ("6222000000000000", OWNER[0])):
        wrong = bank.card_owner(card, name, OWNER[1], id_kind="01", at=AT)
        assert wrong.status is CardStatus.DIFFERS and wrong.reason
    down = HttpBank("http://127.0.0.1:9", b"k", node="A").card_owner(CARD, *OWNER, id_kind="01", at=AT)
    assert down.status is CardStatus.DOWN and "稍后" in down.reason


@pytest.mark.django_db(transaction=True)
def test_an_order_goes_by_its_job_over_http_to_the_bank_and_back(bank: HttpBank, simulator: Simulator) -> None:
    open_world()
    good = actions.order_payment(draft("good"), at=AT)
    wrong = actions.order_payment(draft("wrong", payee=Payee(name="林小雨", account=CARD)), at=AT)
    simulator.tell("/control", fault="garbled", count=1, code="BDC101")
    with news() as heard, using(bank):
        assert jobs.run_all() >= 2
        assert jobs.run_all(until=timedelta(minutes=5)) >= 1
    states = {order: queries.payment(order, centre_id=CENTRE).state for order in (good, wrong)}  # type: ignore[union-attr]
    assert states == {good: PaymentState.CONFIRMED, wrong: PaymentState.RETURNED}
    assert sorted(type(one).__name__ for one in heard) == ["PaymentReturned", "PaymentSettled"]
    entries = [one for one in simulator.state()["entries"].values() if one["direction"] == "01"]
    serial = queries.payment(good, centre_id=CENTRE).business_serial  # type: ignore[union-attr]
    assert simulator.state()["payments"][serial]["state"] == "success"
    assert (
        len([one for one in entries if one["host_serial"] == simulator.state()["payments"][serial]["host_serial"]]) == 1
    )


FAULTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("silent", {"code": "BDC101"}),
    ("executed_timeout", {"code": "BDC101"}),
    ("slow", {"code": "BDC101", "seconds": 2}),
    ("slow", {"code": "BDC101", "seconds": 0.1}),
    ("twice", {"code": "BDC101"}),
    ("answer_late", {"code": "BDC101", "seconds": 0.3}),
    ("drop", {"code": "BDC101"}),
    ("down", {"code": "BDC101", "count": 3}),
    ("garbled", {"code": "*", "count": 2}),
    ("silent", {"code": "*", "count": 3}),
    ("twice", {"code": "*", "count": 2}),
)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("fault", "more"), FAULTS, ids=lambda value: "-".join(map(str, value.values()))
                         if isinstance(value, dict) else value)  # fmt: skip
def test_however_the_bank_misbehaves_an_order_is_paid_once_and_its_end_is_known(
    bank: HttpBank, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, fault: str, more: dict[str, Any]
) -> None:
    monkeypatch.setattr("anju.treasury.bank._TIMEOUT", httpx.Timeout(0.5, connect=1))
    open_world()
    order_id = actions.order_payment(draft(source_kind="test"), at=AT)
    simulator.tell("/control", fault=fault, **{"count": 1, **more})
    at, calls, before = AT, 0, len(simulator.state()["payments"])
    with news() as heard, using(bank):
        while (pause := actions.advance(CENTRE, order_id, at=at)) is not None:
            at, calls = at + timedelta(seconds=pause), calls + 1
            assert calls < 20, "the order never comes to an end"
            if (seen := queries.payment(order_id, centre_id=CENTRE)) is not None and seen.never_seen:
                # What the bank never saw is sent again by a person alone, and only after one more question.
                assert len(simulator.state()["payments"]) == before
                actions.send_again(order_id, actor=treasurer(), at=at)
            time.sleep(0.3)  # the bank's own time, in which what is late arrives
    assert [type(one) for one in heard] == [PaymentSettled]
    found = queries.payment(order_id, centre_id=CENTRE)
    assert found is not None and found.state is PaymentState.CONFIRMED
    paid = simulator.state()["payments"][found.business_serial]
    entries = [one for one in simulator.state()["entries"].values() if one["host_serial"] == paid["host_serial"]]
    assert paid["state"] == "success" and len(entries) == 1
    assert violations() == []


def test_entries_are_fetched_as_notices(bank: HttpBank, simulator: Simulator) -> None:
    simulator.tell("/pay", payer_name="甲公司", payer_account="33050161000000000912", to_account=ACCOUNT,
                   amount="41280.00", summary="R1", date="2026-11-20")  # fmt: skip
    entries = bank.entries(ACCOUNT, date(2026, 11, 20), date(2026, 11, 20), at=AT)
    (entry,) = [entry for entry in entries if entry.direction is Direction.CREDIT]
    assert (entry.amount_fen, entry.summary, entry.counter_name) == (4_128_000, "R1", "甲公司")
