# ruff: noqa: S310 every address here is a simulator of this machine
"""The bank simulator as a process: what it pays, what it tells, how it lies, what it remembers."""

import re
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from anju.simulators.bank.messages import sign, write
from anju.simulators.testing import Simulator, running, start
from anju.simulators.tests.listener import KEY, Listener, listening

OWN = "3301040160000000018"
CARD = "6217000010000006620"
WORLD = {
    "own_accounts": {OWN: {"name": "安居市住房公积金管理中心", "balance": "9000000.00"}},
    "accounts": {
        CARD: {"name": "林小满", "id_number": "11010519491231002X", "bank_name": "安居银行"},
        "6217000010000009999": {"name": "何大山", "state": "closed"},
    },
}


@pytest.fixture(scope="module")
def centre() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


@pytest.fixture(scope="module")
def shared_bank(centre: Listener) -> Iterator[Simulator]:
    with running("bank", notify=centre.url, key=KEY) as simulator:
        simulator.post("/world", WORLD)
        yield simulator


@pytest.fixture
def bank(shared_bank: Simulator, centre: Listener) -> Simulator:
    shared_bank.post("/control", {"fault": "none"})
    centre.received.clear()
    return shared_bank


def message(code: str, **body: str) -> bytes:
    head = {"code": code, "serial": "M1", "date": "20261124", "time": "101502", "node": "A990100"}
    return write(tuple(head.items()), tuple(body.items()))


def send(bank: Simulator, content: bytes, *, path: str = "/settlement", timeout: float = 5, signature: str = "") -> str:
    headers = {"Content-Type": "application/xml", **({"X-Anju-Signature": signature} if signature else {})}
    with urllib.request.urlopen(
        urllib.request.Request(bank.url + path, data=content, headers=headers), timeout=timeout
    ) as reply:
        return str(reply.read().decode())


def pay(bank: Simulator, serial: str, *, timeout: float = 5, **changes: str) -> str:
    body = {
        "business_serial": serial,
        "payer_account": OWN,
        "payee_account": CARD,
        "payee_name": "林小满",
        "amount": "2400.00",
        "principal": "2400.00",
        "summary": "租房提取",
        **changes,
    }
    return send(bank, message("BDC101", **body), timeout=timeout)


def state_of(bank: Simulator, serial: str) -> str:
    return field(send(bank, message("BDC110", original_serial=serial)), "state")


def field(xml: str, name: str) -> str:
    found = re.search(rf"<{name}>([^<]*)</{name}>", xml)
    return found.group(1) if found else ""


def income(bank: Simulator, amount: str = "41280.00", **more: object) -> dict[str, object]:
    wish = {"payer_name": "云栖软件", "payer_account": "33050161000000000912", "to_account": OWN, "amount": amount}
    return bank.post("/pay", {**wish, "summary": "R2026110000000012", **more})


def test_a_payment_is_made_once_however_often_it_is_sent(bank: Simulator) -> None:
    first, again = pay(bank, "W1"), pay(bank, "W1")
    assert (field(first, "state"), field(first, "duplicate"), field(first, "code")) == ("success", "0", "00000")
    assert (field(again, "state"), field(again, "duplicate")) == ("success", "1")
    assert field(first, "host_serial") == field(again, "host_serial") != ""


def test_sixteen_parallel_sendings_of_one_instruction_move_the_money_once(bank: Simulator) -> None:
    with ThreadPoolExecutor(16) as senders:
        answers = list(senders.map(lambda _: pay(bank, "W-parallel"), range(16)))
    assert {field(answer, "state") for answer in answers} == {"success"}
    assert sorted(field(answer, "duplicate") for answer in answers) == ["0", *["1"] * 15]
    entries = bank.get("/state")["entries"].values()
    assert sum(entry["original_serial"] == "W-parallel" for entry in entries) == 1


def test_a_used_serial_with_another_amount_is_refused_and_the_first_payment_stands(bank: Simulator) -> None:
    pay(bank, "W2")
    other = pay(bank, "W2", amount="2400.01", principal="2400.01")
    assert (field(other, "status"), field(other, "code")) == ("1", "E2010")
    assert field(send(bank, message("BDC110", original_serial="W2")), "amount") == "2400.00"


@pytest.mark.parametrize(
    ("changes", "code", "state"),
    [
        ({"payee_account": "6217000019999999999"}, "E2002", "failed"),
        ({"payee_name": "林大满"}, "E2003", "failed"),
        ({"payee_account": "6217000010000009999", "payee_name": "何大山"}, "E2004", "failed"),
        ({"payer_account": "1"}, "E2001", "failed"),
        ({"amount": "99999999.00", "principal": "99999999.00"}, "E2005", "failed"),
        ({"amount": "2400.01"}, "E1002", "none"),
        ({"amount": "2400"}, "E1002", "none"),
        ({"payee_name": ""}, "E1002", "none"),
    ],
)
def test_a_payment_that_cannot_be_made_says_why(
    bank: Simulator, changes: dict[str, str], code: str, state: str
) -> None:
    serial = f"X{zlib.crc32(repr(changes).encode())}"
    answer = pay(bank, serial, **changes)
    assert (field(answer, "status"), field(answer, "code")) == ("1", code)
    assert state_of(bank, serial) == state


def test_a_company_at_another_bank_is_paid_without_being_known(bank: Simulator) -> None:
    answer = pay(bank, "W3", payee_account="33059999", payee_name="远方公司", payee_class="2")
    assert field(answer, "state") == "success"


@pytest.mark.parametrize(("fault", "truth"), [("silent", "none"), ("executed_timeout", "success"), ("drop", "none")])
def test_no_answer_leaves_the_truth_to_the_query(bank: Simulator, fault: str, truth: str) -> None:
    bank.post("/control", {"fault": fault, "code": "BDC101"})
    with pytest.raises(OSError):
        pay(bank, f"F-{fault}", timeout=0.4)
    assert state_of(bank, f"F-{fault}") == truth
    assert field(pay(bank, f"F-{fault}"), "state") == "success"


def test_a_slow_bank_answers_in_the_end(bank: Simulator) -> None:
    bank.post("/control", {"fault": "slow", "code": "BDC101", "seconds": 0.3})
    with pytest.raises(TimeoutError):
        pay(bank, "F-slow", timeout=0.1)
    assert field(pay(bank, "F-slow"), "duplicate") == "1"


def test_a_bank_may_refuse_answer_twice_or_answer_rubbish(bank: Simulator) -> None:
    bank.post("/control", {"fault": "refuse"})
    assert field(pay(bank, "F-refuse"), "code") == "E2009"
    bank.post("/control", {"fault": "twice"})
    assert field(pay(bank, "F-twice"), "state") == "success"
    bank.post("/control", {"fault": "garbled"})
    assert "message" not in pay(bank, "F-garbled")
    assert [state_of(bank, f"F-{name}") for name in ("refuse", "twice", "garbled")] == ["failed", "success", "success"]


def test_an_answer_that_comes_late_is_unknown_first_and_final_later(bank: Simulator, centre: Listener) -> None:
    bank.post("/control", {"fault": "answer_late", "seconds": 0.3})
    first = pay(bank, "F-late")
    assert (field(first, "status"), field(first, "code"), field(first, "state")) == ("0", "00001", "unknown")
    assert state_of(bank, "F-late") == "unknown"
    for _ in range(50):
        if state_of(bank, "F-late") == "success":
            return
        centre.wait_for(99, 0.05)
    pytest.fail("the payment never became final")


def test_returned_money_comes_with_a_notice_that_names_the_payment(bank: Simulator, centre: Listener) -> None:
    bank.post("/control", {"fault": "return_later", "seconds": 0.1})
    pay(bank, "F-return")
    (notice,) = centre.wait_for(1)
    assert (field(notice, "original_serial"), field(notice, "direction"), field(notice, "reversal")) == (
        "F-return", "02", "0",
    )  # fmt: skip
    assert field(send(bank, message("BDC110", original_serial="F-return")), "returned_date") != ""


def test_money_in_is_notified_with_a_right_signature(bank: Simulator, centre: Listener) -> None:
    told = income(bank, wait=True, date="2026-11-20")
    assert told["delivered"] is True
    ((signed, notice),) = centre.received
    assert signed
    assert field(notice, "amount") == "41280.00"
    assert field(notice, "host_serial") == told["host_serial"]
    assert field(notice, "summary") == "R2026110000000012"
    assert notice.count("<date>20261120</date>") == 1


def test_a_notice_that_is_not_taken_is_sent_again(bank: Simulator, centre: Listener) -> None:
    centre.answers.append(500)
    income(bank)
    first, second = centre.wait_for(2)
    assert first == second


def test_notices_double_late_wrong_forged_and_lost(bank: Simulator, centre: Listener) -> None:
    bank.post("/control", {"fault": "double_notice"})
    income(bank)
    one, other = (field(body, "host_serial") for body in centre.wait_for(2))
    assert one == other
    bank.post("/control", {"fault": "wrong_amount", "fen": -1})
    income(bank)
    assert field(centre.wait_for(3)[2], "amount") == "41279.99"
    bank.post("/control", {"fault": "lost_notice"})
    lost = income(bank)
    assert lost["notice_ids"] == []
    bank.post("/control", {"fault": "bad_signature"})
    income(bank)
    centre.wait_for(4)
    assert [right for right, _ in centre.received] == [True, True, True, False]
    listed = send(bank, message("BDC113", account=OWN, from_date="20200101", to_date="20991231"))
    assert str(lost["host_serial"]) in listed


def test_a_reversal_follows_its_entry_and_the_balance_goes_back(bank: Simulator, centre: Listener) -> None:
    before = field(send(bank, message("BDC123", account=OWN)), "book_balance")
    bank.post("/control", {"fault": "reversal", "seconds": 0.1})
    told = income(bank)
    entry, reversal = centre.wait_for(2)
    assert field(reversal, "original_host_serial") == told["host_serial"] == field(entry, "host_serial")
    assert (field(reversal, "reversal"), field(reversal, "amount")) == ("1", "41280.00")
    assert field(send(bank, message("BDC123", account=OWN)), "book_balance") == before


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({}, "match"),
        ({"name": "林大满"}, "mismatch"),
        ({"id_number": "110105194912310021"}, "mismatch"),
        ({"account": "1"}, "not_found"),
        ({"account": "6217000010000009999", "name": "何大山", "id_number": ""}, "closed"),
    ],
)
def test_an_account_check_compares_name_and_document(bank: Simulator, changes: dict[str, str], result: str) -> None:
    body = {"account": CARD, "name": "林小满", "id_kind": "01", "id_number": "11010519491231002x", **changes}
    assert field(send(bank, message("ACC001", **body), path="/account-check"), "result") == result


@pytest.mark.parametrize("content", [b"", b"<a", b"<other/>", b'<!DOCTYPE m [<!ENTITY e "x">]><message>&e;</message>'])
def test_what_is_not_a_message_is_refused_in_words(bank: Simulator, content: bytes) -> None:
    assert field(send(bank, content), "code") == "E1001"


def test_a_wrong_signature_is_refused_and_a_right_one_taken(bank: Simulator) -> None:
    probe = message("SYS600")
    assert field(send(bank, probe, signature=sign(bytes.fromhex(KEY), probe)), "code") == "00000"
    with pytest.raises(urllib.error.HTTPError) as refused:
        send(bank, probe, signature="00")
    assert refused.value.code == 403


def test_a_killed_bank_remembers_what_it_paid_and_still_owes_its_notices(tmp_path: Path, centre: Listener) -> None:
    with running("bank", state=tmp_path, notify="http://127.0.0.1:9", key=KEY) as before:
        before.post("/world", WORLD)
        pay(before, "K1")
        income(before)
        before.post("/control", {"fault": "refuse", "count": 2})
        before.kill()
    centre.received.clear()
    after = start("bank", state=tmp_path, notify=centre.url, key=KEY)
    try:
        assert field(pay(after, "K1"), "duplicate") == "1"
        assert field(pay(after, "K2"), "code") == "E2009"
        (notice,) = centre.wait_for(1)
        assert field(notice, "amount") == "41280.00"
    finally:
        assert after.end() == 0


def test_a_person_pays_on_the_page_and_mistakes_keep_the_input(bank: Simulator, centre: Listener) -> None:
    form = f"payer_name=%E4%BA%91%E6%A0%96&payer_account=1&to_account={OWN}&amount=12%2C345.6&summary=S1&date="
    with urllib.request.urlopen(bank.url + "/counter/pay", data=form.encode()) as page:
        assert "已入账" in page.read().decode()
    assert field(centre.wait_for(1)[0], "amount") == "12345.60"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(bank.url + "/counter/pay", data=form.replace("12%2C345.6", "x").encode())
    words = refused.value.read().decode()
    assert (refused.value.code, "金额应为数字" in words, 'value="S1"' in words) == (422, True, True)
    for path in ("/", "/entries", "/payments", "/accounts", "/faults"):
        with urllib.request.urlopen(bank.url + path) as page:
            assert "演示用模拟系统" in page.read().decode()


def test_another_site_cannot_make_a_browser_pay(bank: Simulator) -> None:
    for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}):
        request = urllib.request.Request(bank.url + "/pay", data=b"{}", headers=headers)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        assert refused.value.code in (403, 421)
