"""Inbox and outbox: who reads what, what leaves when, and what is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from pytest_django.fixtures import Settings

from anju import jobs
from anju.database.sql import execute, row, rows
from anju.kernel import clock
from anju.kernel.clock import ZONE
from anju.notices import actions, fakes, gateway, queries
from anju.notices.checks import CHECKS
from anju.notices.gateway import HttpGateway, Told
from anju.notices.sms_rules import SmsUnfit
from anju.notices.types import SmsState
from anju.simulators.testing import Simulator, running

AT = datetime(2026, 11, 24, 10, 15, tzinfo=ZONE)
PHONE = "13800005678"
CODE = "验证码 408512，用于登录，5分钟内有效。工作人员不会索要验证码。"


@pytest.fixture(autouse=True)
def inside_the_test_transaction(settings: Settings, db: None) -> None:
    settings.ANJU_TESTING_ATOMIC = True
    settings.ANJU_SMS_URL = ""


@pytest.fixture(scope="module")
def shared_gateway() -> Iterator[Simulator]:
    with running("sms") as simulator:
        yield simulator


@pytest.fixture
def simulator(shared_gateway: Simulator) -> Iterator[Simulator]:
    shared_gateway.post("/control", {"fault": "none"})
    with gateway.using(HttpGateway(shared_gateway.url)):
        yield shared_gateway


def state(sms_id: int) -> SmsState:
    return queries.delivery(sms_id).state


def text_of(sms_id: int) -> object:
    found = row("SELECT text_sealed FROM sms WHERE id = %s", [sms_id])
    return found and found["text_sealed"]


def test_a_message_is_read_by_its_reader_alone() -> None:
    mine = actions.send("opening_granted", login_id=1, values={"whom": "您", "day": "2026年11月24日"}, at=AT)
    actions.send("data_changed", person_id=7, text="您的地址已更改。", at=AT)
    actions.send("arrears_reminder", unit_id=3, values={"month": "2026年10月", "due_day": "2026年11月30日"}, at=AT)
    assert [m.title for m in queries.inbox(login_id=1, person_id=7)] == ["个人资料已更改", "网上业务已开通"]
    assert [m.to_unit for m in queries.inbox(unit_id=3)] == [True]
    assert queries.inbox() == [] and queries.inbox(login_id=99) == []
    assert queries.message(mine, login_id=2) is None
    assert not actions.mark_read(mine, login_id=2, at=AT)
    assert queries.unread_count(login_id=1) == 1


def test_opening_a_message_marks_it_once() -> None:
    notice = actions.send("other", login_id=1, text="一句话。", case_id=5, case_number="A1", at=AT)
    assert actions.mark_read(notice, login_id=1, at=AT)
    assert actions.mark_read(notice, login_id=1, at=AT + timedelta(days=1))
    found = queries.message(notice, login_id=1)
    assert found is not None and found.read_at == AT and not found.unread
    assert [m.case_number for m in queries.messages_of_case(5)] == ["A1"]
    actions.send("other", login_id=1, text="又一句。", at=AT)
    assert (actions.mark_all_read(login_id=1, at=AT), queries.unread_count(login_id=1)) == (1, 0)


def test_the_inbox_goes_page_by_page_in_one_query_each(django_assert_num_queries: object) -> None:
    for number in range(5):
        actions.send("other", login_id=1, text=f"第{number}条", at=AT)
    first = queries.inbox(login_id=1, limit=3)
    with django_assert_num_queries(1):  # type: ignore[operator]
        second = queries.inbox(login_id=1, limit=3, before=first[-1].notice_id)
    assert [m.text for m in first + second] == [f"第{n}条" for n in (4, 3, 2, 1, 0)]


def test_a_message_without_a_reader_is_refused_by_the_database() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        actions.send("other", text="无人", at=AT)


def test_an_sms_leaves_after_commit_and_is_delivered_by_the_real_gateway(simulator: Simulator) -> None:
    values = {
        "reason": "租房", "amount": "2,400.00", "tail": "6620", "day": "2026年11月24日",
        "principal": "2,400.00", "interest": "0.00", "balance": "31,000.00",
    }  # fmt: skip
    actions.send("withdrawal_paid", person_id=7, values=values, phone="138 0000 5678", at=AT)
    assert simulator.get(f"/messages?phone={PHONE}")["messages"] == []
    jobs.run_all()
    (shown,) = simulator.get(f"/messages?phone={PHONE}")["messages"]
    assert shown["text"] == "【安居公积金】您的租房提取2,400.00元已付至尾号6620的银行卡。如非本人操作请致电12329。"
    assert "31,000.00" not in shown["text"]
    assert rows("SELECT state FROM sms") == [{"state": "delivered"}]


def test_a_code_is_unreadable_as_soon_as_the_gateway_has_it(simulator: Simulator) -> None:
    sms_id = actions.send_sms(PHONE, CODE, purpose="log_in", at=clock.now())
    sealed = text_of(sms_id)
    assert sealed is not None and b"408512" not in bytes(sealed)  # type: ignore[call-overload]
    jobs.run_all()
    assert (state(sms_id), text_of(sms_id)) == (SmsState.DELIVERED, None)
    assert execute("SELECT 1 FROM procrastinate_jobs WHERE args::text LIKE '%%408512%%'") == 0


def test_a_code_that_never_left_is_forgotten_when_its_time_is_up() -> None:
    with fakes.gateway() as phones:
        phones.down_for = 99
        sms_id = actions.send_sms(PHONE, CODE, purpose="log_in", at=clock.now())
        jobs.run_all(until=timedelta(minutes=11))
    assert (state(sms_id), text_of(sms_id), phones.sent) == (SmsState.FAILED, None, [])


def test_a_code_whose_time_is_up_is_not_sent() -> None:
    with fakes.gateway() as phones:
        sms_id = actions.send_sms(PHONE, CODE, purpose="log_in", at=clock.now() - timedelta(minutes=11))
        jobs.run_all()
    assert (state(sms_id), phones.calls) == (SmsState.FAILED, 0)


def test_no_code_lives_longer_than_ten_minutes() -> None:
    sms_id = actions.send_sms(PHONE, CODE, purpose="log_in", at=AT, valid_until=AT + timedelta(hours=1))
    kept = row("SELECT valid_until FROM sms WHERE id = %s", [sms_id])
    assert kept is not None and kept["valid_until"] == AT + timedelta(minutes=10)


def test_the_database_itself_refuses_a_sent_code_that_is_still_readable() -> None:
    sms_id = actions.send_sms(PHONE, CODE, purpose="log_in", at=AT)
    with pytest.raises(DatabaseError), transaction.atomic():
        execute("UPDATE sms SET state = 'delivered' WHERE id = %s", [sms_id])


def test_a_gateway_that_is_down_is_tried_again_and_the_phone_rings_once(simulator: Simulator) -> None:
    sms_id = actions.send_sms("13900000001", "您有一条新消息。", purpose="notice", at=AT)
    simulator.post("/control", {"fault": "down"})
    jobs.run_all()
    assert state(sms_id) is SmsState.QUEUED
    simulator.post("/control", {"fault": "garbled"})
    jobs.run_all(until=timedelta(minutes=1))
    assert state(sms_id) is SmsState.DELIVERED
    assert len(simulator.get("/messages?phone=13900000001")["messages"]) == 1


def test_a_gateway_that_stays_down_ends_in_failed_and_is_counted() -> None:
    with fakes.gateway() as phones:
        phones.down_for = 99
        sms_id = actions.send_sms(PHONE, "您有一条新消息。", purpose="notice", at=AT)
        jobs.run_all(until=timedelta(hours=1))
    assert (state(sms_id), phones.calls) == (SmsState.FAILED, 7)
    assert queries.failed_count(990100, since=AT) == 1


@pytest.mark.parametrize(("told", "after"), [(Told.DELIVERED, SmsState.DELIVERED), (Told.FAILED, SmsState.FAILED)])
def test_an_accepted_sms_is_asked_for_until_it_is_final(told: Told, after: SmsState) -> None:
    with fakes.gateway() as phones:
        phones.tells = Told.ACCEPTED
        sms_id = actions.send_sms(PHONE, "您有一条新消息。", purpose="notice", at=AT)
        jobs.run_all()
        assert state(sms_id) is SmsState.SENT
        phones.tells = told
        jobs.run_all(until=timedelta(minutes=1))
    assert state(sms_id) is after
    assert not actions.settle_sms(sms_id, SmsState.SENT, at=AT)


def test_without_a_gateway_an_sms_fails_and_the_inbox_still_has_the_message() -> None:
    actions.send("other", login_id=1, text="一句话。", phone=PHONE, at=AT)
    jobs.run_all()
    assert rows("SELECT state, problem FROM sms") == [{"state": "failed", "problem": "no gateway"}]
    assert queries.unread_count(login_id=1) == 1


def test_a_notice_never_fails_because_of_its_sms() -> None:
    with fakes.gateway() as phones:
        actions.send("other", login_id=1, text="一句话。", sms_text="长" * 80, phone=PHONE, at=AT)
        jobs.run_all()
    assert phones.last(PHONE) == "【安居公积金】您有一条新消息，请登录网上业务查看。"


def test_a_caller_who_writes_a_bad_sms_or_number_is_told() -> None:
    with pytest.raises(SmsUnfit, match="link"):
        actions.send_sms(PHONE, "请打开 http://anju.example", purpose="notice", at=AT)
    with pytest.raises(ValueError, match="mobile"):
        actions.send_sms("12329", "您好", purpose="notice", at=AT)
    assert rows("SELECT id FROM sms") == []


def test_the_phone_is_sealed() -> None:
    actions.send_sms(PHONE, "您有一条新消息。", purpose="notice", at=AT)
    kept = row("SELECT phone_sealed, phone_digest FROM sms")
    assert kept is not None
    assert PHONE.encode() not in bytes(kept["phone_sealed"]) and len(bytes(kept["phone_digest"])) == 32


def test_a_readable_old_code_is_found_by_the_nightly_check() -> None:
    actions.send_sms(PHONE, CODE, purpose="log_in", at=clock.now() - timedelta(hours=1))
    assert [len(rows(check.sql)) for check in CHECKS] == [1, 0]
