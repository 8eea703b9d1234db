"""S45: whoever sees no account after the log-in learns which case it is and what mends it; strangers learn nothing."""

from __future__ import annotations

import re

import pytest

from anju.exchange import fakes
from anju.exchange.types import Kind
from anju.identity import actions as identity
from anju.identity.types import Role
from anju.kernel.month import Month
from anju.portals.person.tests.world import (
    MACHINE,
    NOW,
    Clock,
    browser,
    employ,
    logged_in,
    member_with_history,
    newest_code,
    open_books,
    register,
    text_of,
)
from anju.portals.public.tests.world import PASSWORD, applied, outside, registered, typed

pytestmark = pytest.mark.django_db
PAGE = "/open/missing/"


def test_nobody_is_sent_to_the_log_in(now: Clock) -> None:
    for answer in (browser().get(PAGE), browser().post(PAGE)):
        assert answer.status_code == 302 and answer["Location"].startswith("/login/")


def test_a_log_in_that_is_not_opened_is_sent_to_open(now: Clock) -> None:
    client = registered()
    words = text_of(client.get(PAGE))
    assert "还没有开通个人网上业务" in words and "去开通" in words
    assert "网上业务还没有开通" in text_of(client.get("/open/"))


def test_whoever_claims_a_strangers_number_learns_nothing_of_the_account(now: Clock) -> None:
    member_with_history(2, card=False)
    thief = browser()
    thief.post("/open/person/", typed(1, phone="13900000009", name="林晓雨"))
    thief.post("/open/person/code/", {"code": newest_code(), "password": PASSWORD})
    for method in (thief.get, thief.post):
        words = text_of(method(PAGE))
        assert "还没有开通个人网上业务" in words
        for told in ("启明软件", "别的城市", "账户找得到", "缴存职工"):
            assert told not in words, told
    with outside(strong=False):
        applied(thief)
    words = text_of(thief.get(PAGE))
    assert "开通申请：审核中" in words and "启明软件" not in words


def test_a_person_without_an_account_here_may_ask_the_other_centres(now: Clock) -> None:
    client = logged_in(register())
    assert "本中心没有您的账户" in text_of(client.get(PAGE))
    answers = [
        ({"exists": True, "state": "sealed", "centre": "临江市公积金中心"}, "账户在临江市公积金中心，已经封存"),
        ({"exists": True, "state": "normal", "centre": "临江市公积金中心"}, "还在正常缴存"),
        ({"exists": False, "state": None, "centre": None}, "全国都没有查到您的账户"),
    ]  # fmt: skip
    for facts, told in answers:
        with fakes.agencies() as world:
            world.knows(Kind.ELSEWHERE, facts)
            assert told in text_of(client.post(PAGE))
    with fakes.agencies() as world:
        world.down()
        words = text_of(client.post(PAGE))
        assert "暂时没有答复" in words and "再查一次" in words


def test_a_look_at_the_page_asks_nobody(now: Clock) -> None:
    client = logged_in(register())
    with fakes.agencies() as world:
        client.get(PAGE)
        assert world.asked == []


def test_whoever_acts_for_a_unit_is_shown_the_way_to_the_own_account(now: Clock) -> None:
    open_books()
    member = register()
    unit_id = employ(member, first=Month.of(NOW.date()))
    identity.grant_mandate(member.login_id, Role.UNIT_AGENT, unit_id=unit_id, actor=MACHINE, at=NOW)
    client = logged_in(member)
    assert "账户找得到" in text_of(client.get(PAGE))
    page = client.get("/switch/").content.decode()
    mandates = re.findall(r'name="mandate" value="(\d+)"', page)
    client.post("/switch/", {"mandate": mandates[-1]})
    words = text_of(client.get(PAGE))
    assert "您现在以别的身份登录" in words and "切换到缴存职工" in words
