"""«这里不对» (S48, S49): told where it was seen, in two screens, followed by its number until it is answered."""

from __future__ import annotations

import re

import pytest

from anju.kernel.actor import Actor
from anju.portals.person.tests.walks import filed, told_wrong
from anju.portals.person.tests.world import (
    CENTRE,
    Clock,
    bank_and_agencies,
    hidden,
    logged_in,
    member_with_history,
    register,
    text_of,
)
from anju.support import actions as support
from anju.support import queries as reports

pytestmark = pytest.mark.django_db
CLERK = Actor(7, 70, "clerk", None, "许文博", CENTRE)


def test_each_field_of_a_movement_leads_to_its_own_report(now: Clock) -> None:
    client = logged_in(member_with_history(2))
    page = client.get("/me/movements/2/").content.decode()
    for field in ("month", "base", "ratio"):
        assert f"/me/wrong/?movement=2&amp;field={field}" in page
    asked = client.get("/me/wrong/?movement=2&field=base")
    assert re.search(r'value="base"[^>]*checked', asked.content.decode())
    assert "11月缴存" in text_of(asked) and "账簿编号" in text_of(asked) and "5 日内" in text_of(asked)


def test_a_report_is_two_screens_and_is_followed_until_answered(now: Clock) -> None:
    member = member_with_history(2)
    client = logged_in(member)
    told = told_wrong(client)
    assert told.status_code == 302
    words = text_of(client.get(told["Location"]))
    for part in ("等待答复", "FY", "缴存基数：应当是 8,900 元", "11月28日前书面答复", "流水号 2"):
        assert part in words, part
    report_id = int(told["Location"].split("/")[3])
    waiting = reports.open_reports(CENTRE)
    assert [one.report_id for one in waiting] == [report_id] and waiting[0].page == "/me/movements/2/"
    support.answer_report(report_id, text="已请单位更正，本月内入账。", actor=CLERK, at=now.at)
    words = text_of(client.get(told["Location"]))
    assert "已答复" in words and "已请单位更正" in words and "行政复议" in words
    assert "已答复" in text_of(client.get("/me/wrong/")) and "有了答复" in text_of(client.get("/me/inbox/"))


def test_whoever_is_not_content_goes_on_with_the_same_report(now: Clock) -> None:
    client = logged_in(member_with_history(2))
    first = told_wrong(client)["Location"]
    number = first.split("/")[3]
    again = told_wrong(client, f"/me/wrong/?report={number}", "other", "还是没有改")
    words = text_of(client.get(again["Location"]))
    assert "其他：还是没有改" in words and f'href="{first}"' in client.get(again["Location"]).content.decode()


def test_pressing_twice_keeps_one_report(now: Clock) -> None:
    client = logged_in(member_with_history(2))
    sent = {"what": "base", "text": "不对", "key": hidden(client.get("/me/wrong/?movement=2"), "key")}
    first, again = client.post("/me/wrong/?movement=2", sent), client.post("/me/wrong/?movement=2", sent)
    assert first["Location"] == again["Location"] and len(reports.open_reports(CENTRE)) == 1


def test_a_case_and_the_foot_of_its_page_lead_to_the_same_report(now: Clock) -> None:
    client = logged_in(member_with_history())
    with bank_and_agencies():
        where = filed(client)["Location"]
    assert "您说的是这件业务" in text_of(client.get(f"/me/wrong/?case={where.split('/')[3]}"))
    foot = client.get(f"/help/wrong/?from={where}")
    assert foot.status_code == 302
    assert "您说的是这件业务" in text_of(client.get(foot["Location"]))


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"what": "", "text": "不对"}, "what"), ({"what": "nothing", "text": "不对"}, "what"),
     ({"what": "base", "text": ""}, "text"), ({"what": "base", "text": "a\x00"}, "text"),
     ({"what": "base", "text": "长" * 401}, "text")],
)  # fmt: skip
def test_what_cannot_be_kept_is_said_beside_its_field_and_nothing_is_lost(
    now: Clock, sent: dict[str, str], field: str
) -> None:
    client = logged_in(member_with_history(2))
    key = hidden(client.get("/me/wrong/?movement=2"), "key")
    answer = client.post("/me/wrong/?movement=2", {**sent, "key": key})
    page = answer.content.decode()
    assert answer.status_code == 422 and "<title>错误：" in page and f"id_{field}" in page
    assert reports.open_reports(CENTRE) == []


@pytest.mark.parametrize("path", ["/me/wrong/{}/", "/me/wrong/?report={}"])
def test_anothers_report_is_a_404(now: Clock, path: str) -> None:
    number = told_wrong(logged_in(member_with_history(2)))["Location"].split("/")[3]
    stranger = logged_in(register(2, "王国强"))
    for one in (number, "99999999999999999999999" if path.endswith("/") else "99999999"):
        assert stranger.get(path.format(one)).status_code == 404


@pytest.mark.parametrize("query", ["movement=1", "case=1", "movement=999999999999999999", "from=/me/movements/1/"])
def test_what_is_not_ones_own_cannot_be_reported(now: Clock, query: str) -> None:
    member_with_history(2)
    assert logged_in(register(2, "王国强")).get(f"/me/wrong/?{query}").status_code == 404


@pytest.mark.parametrize("query", ["movement=x", "case=%00", "from=//elsewhere/", "report=", "field=%00"])
def test_addresses_that_say_nothing_lead_to_the_plain_page(now: Clock, query: str) -> None:
    client = logged_in(member_with_history(2))
    assert client.get(f"/me/wrong/?{query}").status_code == 200
