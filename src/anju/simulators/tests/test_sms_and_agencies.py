# ruff: noqa: S310 every address here is a simulator of this machine
"""The SMS gateway and the agencies as processes."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from anju.simulators.testing import Simulator, running

LIN = {
    "name": "林小满",
    "id_number": "11010519491231002X",
    "phone": "13800005678",
    "marital": "married",
    "spouse": {"name": "周正", "id_number": "110105194912310070"},
    "homes": [{"address": "云栖路 8 号 3 幢 501", "area": "89.00"}],
}


@pytest.fixture(scope="module")
def gateway() -> Iterator[Simulator]:
    with running("sms") as simulator:
        yield simulator


@pytest.fixture(scope="module")
def agencies() -> Iterator[Simulator]:
    with running("agencies") as simulator:
        simulator.post("/world", {"people": [LIN]})
        yield simulator


def page(simulator: Simulator, path: str, form: str | None = None) -> str:
    try:
        with urllib.request.urlopen(simulator.url + path, data=form.encode() if form is not None else None) as reply:
            return str(reply.read().decode())
    except urllib.error.HTTPError as problem:
        return str(problem.read().decode())


def test_a_message_is_delivered_once_and_shown_with_its_code_large(gateway: Simulator) -> None:
    words = "【安居公积金】验证码 408512，用于登录，5 分钟内有效。工作人员不会索要验证码。"
    for _ in range(2):
        answer = gateway.post("/send", {"message_id": "m1", "phone": "13800005678", "text": words})
        assert answer["state"] == "delivered"
    assert len(gateway.get("/messages?phone=13800005678")["messages"]) == 1
    assert gateway.get("/status/m1")["state"] == "delivered"
    assert '<p class="code">408512</p>' in page(gateway, "/?phone=13800005678")
    assert "408512" not in page(gateway, "/?phone=13800005679")


def test_a_gateway_loses_delays_and_refuses(gateway: Simulator) -> None:
    wish = {"phone": "13900000001", "text": "【安居公积金】您有一条新消息。"}
    for fault, state in (("undelivered", "failed"), ("late", "accepted"), ("refuse", "failed")):
        gateway.post("/control", {"fault": fault, "seconds": 60})
        assert gateway.post("/send", {"message_id": fault, **wish})["state"] == state
    assert gateway.get("/status/refuse")["state"] == "unknown"
    assert gateway.get("/messages?phone=13900000001")["messages"] == []
    gateway.post("/control", {"fault": "down"})
    with pytest.raises(ValueError):  # 503 without JSON
        gateway.post("/send", {"message_id": "d", **wish})


def test_a_bad_message_is_refused(gateway: Simulator) -> None:
    assert gateway.post("/send", {"message_id": "x", "phone": "123", "text": "a"})["status"] == 400
    assert gateway.post("/send", {"message_id": "x"})["status"] == 400


def test_agencies_answer_what_they_know(agencies: Simulator) -> None:
    who = {"name": "林小满", "id_number": "11010519491231002x"}
    identity = agencies.post("/ask/identity.check", {**who, "phone": "13800005678"})
    assert (identity["status"], identity["facts"]) == ("ok", {"match": True, "phone_match": True})
    assert identity["serial"].startswith("IDENTITY-")
    homes = agencies.post("/ask/realestate.homes", who)["facts"]
    assert (homes["homes"], homes["items"][0]["address"]) == (1, "云栖路 8 号 3 幢 501")
    marriage = agencies.post("/ask/civil.marriage", who)["facts"]
    assert marriage == {"status": "married", "spouse": LIN["spouse"]}
    assert agencies.post("/ask/centres.account", who)["facts"]["exists"] is False
    assert agencies.post("/ask/business.unit", {"uscc": "91330100MA0000000X"})["status"] == "not_found"


def test_a_name_that_differs_learns_nothing(agencies: Simulator) -> None:
    who = {"name": "林大满", "id_number": "11010519491231002X", "phone": "13800005678"}
    assert agencies.post("/ask/identity.check", who)["facts"] == {"match": False, "phone_match": False}
    assert agencies.post("/ask/civil.marriage", who) | {"serial": "", "at": ""} == {
        "status": "not_found", "facts": {}, "serial": "", "at": "",
    }  # fmt: skip


def test_one_dead_agency_leaves_the_others_alive(agencies: Simulator) -> None:
    who = {"name": "林小满", "id_number": "11010519491231002X"}
    agencies.post("/control", {"agency": "realestate", "fault": "down", "count": 0})
    with pytest.raises(ValueError):  # 503 without JSON
        agencies.post("/ask/realestate.homes", who)
    assert agencies.post("/ask/civil.marriage", who)["status"] == "ok"
    agencies.post("/control", {"fault": "none"})
    assert agencies.post("/ask/realestate.homes", who)["status"] == "ok"


def test_a_person_is_added_on_the_page_and_survives_a_restart(tmp_path: Path) -> None:
    form = "name=%E5%91%A8%E6%AD%A3&id_number={}&phone=13700000000&marital=single&homes="
    with running("agencies", state=tmp_path) as first:
        assert "校验位应为" in page(first, "/page/person", form.format("110105194912310071"))
        assert "已保存" in page(first, "/page/person", form.format("110105194912310070"))
        assert first.end() == 0
    with running("agencies", state=tmp_path) as second:
        assert "110105194912310070" in page(second, "/?search=%E5%91%A8")
        for path in ("/units", "/faults"):
            assert "演示用模拟系统" in page(second, path)
