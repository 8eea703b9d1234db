"""Rent under two laws, and rent that is not to be had: each refusal in its own words, nothing paid twice."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from anju.accounts import actions as accounts
from anju.accounts import queries as account_queries
from anju.accounts.types import FreezeKind
from anju.casework import queries as cases
from anju.casework.types import CaseState
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.policy import book
from anju.portals.person.tests.walks import filed, first_screen
from anju.portals.person.tests.world import (
    CENTRE,
    CHROME,
    NOW,
    Clock,
    Member,
    bank_and_agencies,
    hidden,
    logged_in,
    member_with_history,
    newest_code,
    pay_out,
    sign_mandate,
    text_of,
)

pytestmark = pytest.mark.django_db
LAST_OLD, FIRST_NEW = date(2026, 9, 19), date(2026, 9, 20)


def _written(client: Client, rent: str = "2600") -> str:
    """Ask for the written decision on what the rules refuse; the words of its page."""
    confirm = first_screen(client, rent)["Location"]
    client.post(confirm, {"resend": "1"})
    answer = client.post(confirm, {"code": newest_code(), "key": hidden(client.get(confirm), "key")})
    assert answer.status_code == 302, text_of(answer)
    return text_of(client.get(answer["Location"]))


def test_the_same_rent_a_day_apart_is_answered_by_two_laws_each_naming_its_article(now: Clock) -> None:
    """Income 8,600, rent 2,000: not over 30 %. The last day of the 2019 text and the first of the 2026 one."""
    member = member_with_history(until=LAST_OLD)
    now.at = datetime(2026, 9, 19, 9, 0, tzinfo=ZONE)
    client = logged_in(member)
    with bank_and_agencies():
        old = _written(client, "2000")
    for part in ("不予同意", "房租超出家庭工资收入的规定比例", "没有超过家庭月工资收入 8,600.00 元的 30%",
                 "《住房公积金管理条例》第二十四条第一款第（六）项", "国务院令第262号", "2026年9月20日起"):  # fmt: skip
        assert part in old, part
    now.at = datetime(2026, 9, 20, 9, 0, tzinfo=ZONE)
    client = logged_in(member)
    with bank_and_agencies():
        new = text_of(client.get(filed(client, "2000")["Location"]))
    for part in ("同意提取2026年9月房租 1,500.00 元", "《住房公积金管理条例》第二十四条第一款第（一）项",
                 "国务院令第844号", "自 2026年9月20日起施行"):  # fmt: skip
        assert part in new, part
    assert "规定比例" not in new and "第（六）项" not in new


@pytest.mark.django_db(transaction=True)
def test_the_month_already_taken_is_refused_and_the_next_one_named(now: Clock) -> None:
    member = member_with_history()
    sign_mandate()
    client = logged_in(member)
    with bank_and_agencies():
        pay_out(member, int(filed(client)["Location"].split("/")[3]), at=now.at)
        now.later(minutes=2)
        words = _written(client)
    for part in ("不予同意", "2026年11月的房租已经提取过", "2026年12月", "第八条第三款"):
        assert part in words, part


def test_while_one_runs_another_is_refused_and_the_running_one_is_shown(now: Clock) -> None:
    client = logged_in(member_with_history())
    with bank_and_agencies():
        filed(client)
        now.later(minutes=2)
        confirm = first_screen(client, "1500")["Location"]
        page = text_of(client.get(confirm))
        assert "有业务正在办理" in page and "先撤回它" in page
        client.post(confirm, {"resend": "1"})
        again = client.post(confirm, {"code": newest_code(), "key": hidden(client.get(confirm), "key")})
    assert again.status_code in (409, 422) and "正在办理" in text_of(again)


def test_over_the_cap_is_paid_to_the_cap_and_says_so(now: Clock) -> None:
    client = logged_in(member_with_history())
    with bank_and_agencies():
        words = text_of(client.get(filed(client, "99999")["Location"]))
    assert "1,800.00 元" in words and "按上限支付" in words and "第八条第二款" in words


def test_over_the_balance_is_paid_as_far_as_the_balance_reaches(now: Clock) -> None:
    member = member_with_history()
    _leave(member, 60_000)
    client = logged_in(member)
    with bank_and_agencies():
        words = text_of(client.get(filed(client)["Location"]))
    assert "同意提取2026年11月房租 500.00 元" in words and "按可提余额支付" in words


def test_nothing_to_be_had_is_refused_with_what_to_wait_for(now: Clock) -> None:
    member = member_with_history()
    _leave(member, 10_000)
    client = logged_in(member)
    with bank_and_agencies():
        words = _written(client)
    assert "不予同意" in words and "可提金额为 0.00 元" in words and "最低保留额以上" in words


def test_a_frozen_account_is_refused_in_writing(now: Clock) -> None:
    member = member_with_history()
    accounts.freeze(
        member.account_id, kind=FreezeKind.RECEIVE_ONLY, authority="安居市临湖区人民法院（演示）", document="17 号",
        at=now.at,
    )  # fmt: skip
    client = logged_in(member)
    with bank_and_agencies():
        words = _written(client)
    assert "账户已冻结，不能提取" in words and "申请解除冻结" in words and "第六条" in words


def test_keys_nobody_asked_for_have_no_effect(now: Clock) -> None:
    client = logged_in(member_with_history())
    more = {"amount_fen": "99999999", "outcome": "grant", "person_id": "1", "period": "2026-10", "card": "1"}
    with bank_and_agencies():
        confirm = client.post("/me/services/rent/", {"monthly_rent": "2600", **more})["Location"]
        key = hidden(client.get(confirm), "key")
        where = client.post(confirm, {"code": newest_code(), "key": key, **more})["Location"]
    assert "同意提取2026年11月房租 1,800.00 元" in text_of(client.get(where))


def test_once_the_bank_is_told_taking_back_is_refused_with_words(now: Clock) -> None:
    member = member_with_history()
    sign_mandate()
    client = logged_in(member)
    with bank_and_agencies():
        where = filed(client)["Location"]
        pay_out(member, int(where.split("/")[3]), at=now.at)
        refused = client.post(f"{where}cancel/", {"reason": "不租了"})
    assert refused.status_code == 409
    assert "不能" in text_of(refused) and "撤" in text_of(refused)
    assert "撤回这件申请" not in text_of(client.get(where))


def _leave(member: Member, fen: int) -> None:
    """Let an authority's partial freeze leave just so much."""
    balance = account_queries.overview(member.account_id).balance_fen
    accounts.freeze(
        member.account_id, kind=FreezeKind.AMOUNT, amount_fen=balance - fen, authority="安居市临湖区人民法院（演示）",
        document="18 号", at=NOW,
    )  # fmt: skip


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_sixteen_presses_at_once_for_all_there_is_withdraw_once(now: Clock) -> None:
    """Sixteen browsers of one session, real connections; half under the page's key, half each under one of its own."""
    member = member_with_history()
    _leave(member, 60_000)
    client = logged_in(member)
    start = threading.Barrier(16)
    with bank_and_agencies():
        confirm = first_screen(client)["Location"]
        sent = {"code": newest_code(), "key": hidden(client.get(confirm), "key")}

        def press(n: int) -> Any:
            own = Client(HTTP_USER_AGENT=CHROME, REMOTE_ADDR="10.1.2.3")
            own.cookies = client.cookies.copy()
            try:
                start.wait(timeout=60)
                return own.post(confirm, sent if n % 2 else {**sent, "key": f"another-key-of-{n:02d}"})
            finally:
                connections.close_all()

        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(press, range(16)))
    assert {answer.status_code for answer in answers} <= {302, 404, 409, 422}, [one.status_code for one in answers]
    actor = Actor(member.login_id, member.person_id, "member", None, member.name, CENTRE)
    assert [case.state for case in cases.cases_of(actor)] == [CaseState.IN_EFFECT]
    held = account_queries.overview(member.account_id)
    assert held.held_fen == 60_000 - book("anju").fen("withdraw.min_remainder", NOW.date())
