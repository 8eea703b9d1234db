"""J5: a unit opens within three fields; what the desk asks to be put right is put right on one page."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from anju.casework import actions as casework
from anju.casework import queries as cases
from anju.identity import queries as identity
from anju.identity.types import Role
from anju.kernel.actor import Actor
from anju.parties import queries as parties
from anju.portals.desk.tests.world import staff
from anju.portals.person.tests.world import CENTRE, HANDS, Clock, hidden, id_number, newest_code, text_of
from anju.portals.public.tests.world import (
    PASSWORD,
    applied,
    case_of,
    clerk,
    fields_to_type,
    outside,
    registered,
    unit_code,
    unit_fields,
    upload,
)

pytestmark = pytest.mark.django_db


def test_before_the_roster_a_unit_needs_two_screens_and_at_most_three_fields(now: Clock) -> None:
    client = registered("unit")
    with outside():
        form = client.get("/open/unit/apply/")
        asked = fields_to_type(form)
        assert asked == ["uscc", "payday"]
        where = applied(client, "unit", **unit_fields())
    page = client.get(where)
    # The ratio stands at the law's lowest: a unit that pays more changes it, which makes three fields. The greeting is
    # the person's own and belongs to the person's opening.
    assert len(asked) + 1 <= 3
    sent = {name: hidden(page, name) for name in ("version", "digest")}
    answer = client.post(f"{where}sign/", {**sent, "agree": "on"})
    assert answer["Location"] == "/unit/"
    unit = parties.unit_by_uscc(CENTRE, unit_code(7), on=now.at.date())
    assert unit is not None and unit.nature_zh == "城镇私营企业"
    # Also as the unit's administrator the applicant finds the own application and its agreement.
    assert "已经开通" in text_of(client.get(where))
    login = identity.login_by_phone("13800000001")
    assert login is not None
    assert [held.role for held in identity.mandates_of(login.login_id)] == [Role.UNIT_ADMIN]


def test_the_presets_say_what_they_are_and_the_ratio_is_asked_once(now: Clock) -> None:
    page = registered("unit").get("/open/unit/apply/").content.decode()
    assert 'name="first_month" value="2026-11"' in re.sub(r"\s+", " ", page)
    assert "缴存比例（单位和职工相同）" in page and 'name="person_ratio"' not in page
    assert '<option value="" selected>按登记机关的登记</option>' in page and "国有企业" in page


def _asked(now: Clock, *items: str) -> tuple[Client, str]:
    """An agent's application that the clerk has sent back for these things."""
    client = registered("unit")
    with outside(legal_person="望江"):
        where = applied(client, "unit", **unit_fields(ratio="5"))
    casework.request_correction(case_of(where), items=list(items), note="请一起补上。", actor=clerk(), at=now.at)
    return client, where


def test_fields_and_papers_asked_for_stand_on_one_page_with_what_was_written(now: Clock) -> None:
    client, where = _asked(now, "ratio", "payday", "authorisation")
    page = client.get(where)
    html, words = page.content.decode(), text_of(page)
    opened = html.index("请您补正"), html.index("其他内容，不用改")
    for name in ("ratio", "payday", "paper-authorisation"):
        assert opened[0] < html.index(f'name="{name}"') < opened[1], name
    for name in ("uscc", "id_number", "first_month", "nature"):
        assert html.index(f'name="{name}"') > opened[1], name
    assert "原来填的是“单位 5%，职工 5%”" in words and "原来填的是“每月 10 日”" in words
    assert "请一起补上。" in words and "停止计时" in words
    assert re.search(r'name="ratio"[^>]*value="5"|value="5"[^>]*name="ratio"', html)
    assert "签署协议" not in words


def test_the_answer_keeps_history_and_the_reviewer_reads_before_and_after(
    now: Clock, papers_elsewhere: None
) -> None:
    client, where = _asked(now, "ratio", "authorisation")
    with outside(legal_person="望江"):
        answer = client.post(
            f"{where}supplement/", {**unit_fields(ratio="12"), "paper-authorisation": upload()}
        )
    assert answer.status_code == 302, text_of(answer)
    words = text_of(client.get(where))
    assert "缴存比例 单位 5%，职工 5% 单位 12%，职工 12%" in words
    assert "您修改了缴存比例，补交了 1 份材料。" in words
    reviewer = Actor(9, 9_012, "reviewer", None, "何静", CENTRE)
    case = cases.desk_case(reviewer, case_of(where))
    assert [(c.label, c.before, c.after) for c in case.corrections[0].changes] == [
        ("缴存比例", "单位 5%，职工 5%", "单位 12%，职工 12%")
    ]
    assert case.answers["ratio"] == 12 and case.papers[0].file_name is not None
    _, at_the_desk = staff(3, Role.REVIEWER)
    page = at_the_desk.get(f"/desk/cases/{case_of(where)}/")
    assert page.status_code == 200
    assert "补正前 补正后" in text_of(page) and "缴存比例 单位 5%，职工 5% 单位 12%，职工 12%" in text_of(page)


def test_the_clock_stands_while_the_page_waits_and_runs_on_after_it(now: Clock) -> None:
    client, where = _asked(now, "payday")
    login = identity.login_by_phone("13800000001")
    assert login is not None
    mine = Actor(login.login_id, None, "applicant", None, login.name, CENTRE)
    stopped = cases.case_for(mine, case_of(where))
    assert stopped.clock_stopped and stopped.promised_on is not None
    now.later(days=7)
    with outside(legal_person="望江"):
        client = _again(client)
        assert client.post(f"{where}supplement/", unit_fields(ratio="5", payday="15")).status_code == 302
    running = cases.case_for(mine, case_of(where))
    assert not running.clock_stopped and running.promised_on is not None
    assert (running.promised_on - stopped.promised_on).days == 7


def _again(client: Client) -> Client:
    """A week later: log in anew."""
    client.post("/login/", {"name": "13800000001", "password": PASSWORD})
    client.post("/login/code/", {"code": newest_code()})
    HANDS.later(seconds=61)
    return client


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("ratio", "13", "5% 到 12%"), ("ratio", "\x00", "无法保存的字符"), ("payday", "9" * 40, "字"),
     ("payday", "32", "1 到 31"), ("uscc", unit_code(7)[:-1] + "0", "统一社会信用代码不对")],
)  # fmt: skip
def test_a_wrong_value_is_said_beside_its_field_and_nothing_typed_is_lost(
    now: Clock, papers_elsewhere: None, field: str, value: str, words: str
) -> None:
    client, where = _asked(now, "ratio", "payday")
    answer = client.post(f"{where}supplement/", unit_fields(**{"ratio": "9", "payday": "11", field: value}))
    html = answer.content.decode()
    assert answer.status_code == 422 and "<title>错误：" in html
    assert f'id="id_{field}-error"' in html and words in text_of(answer)
    assert 'role="alert"' in html and f'href="#id_{field}"' in html
    kept = {"ratio": "9", "payday": "11"}
    kept.pop(field, None)
    for name, old in kept.items():
        assert re.search(rf'name="{name}"[^>]*value="{old}"|value="{old}"[^>]*name="{name}"', html), name
    if field == "uscc":
        assert re.search(r'<details class="fold" open[^>]*><summary>其他内容', html)


def test_a_missing_paper_and_a_wrong_field_are_said_at_once(now: Clock) -> None:
    client, where = _asked(now, "ratio", "authorisation")
    answer = client.post(f"{where}supplement/", unit_fields(ratio="50"))
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_ratio-error"' in html and 'id="id_paper-authorisation-error"' in html
    assert "有 2 处要改" in text_of(answer)


def test_a_paper_that_may_not_be_kept_is_refused_beside_its_field(now: Clock, papers_elsewhere: None) -> None:
    client, where = _asked(now, "authorisation")
    answer = client.post(f"{where}supplement/", {"paper-authorisation": upload("授权.exe", b"MZ" * 60)})
    assert answer.status_code == 422 and 'id="id_paper-authorisation-error"' in answer.content.decode()
    assert "请您补正" in text_of(client.get(where))


def test_i_made_a_mistake_opens_every_field_and_goes_on_in_the_same_case(now: Clock) -> None:
    client = registered("unit")
    with outside(legal_person="望江"):
        where = applied(client, "unit", **unit_fields())
        assert "我填错了" in text_of(client.get(where))
        client.post(f"{where}mistake/")
        page = client.get(where).content.decode()
        assert "其他内容，不用改" not in page and page.count("原来填的是") >= 5
        assert client.post(f"{where}supplement/", unit_fields(payday="20")).status_code == 302
    assert "发薪日 每月 10 日 每月 20 日" in text_of(client.get(where))


def test_what_is_typed_is_kept_as_a_draft_also_when_it_is_wrong(now: Clock) -> None:
    client = registered("unit")
    key = hidden(client.get("/open/unit/apply/"), "key")
    wrong = client.post("/open/unit/apply/", {**unit_fields(payday="40"), "key": key})
    assert wrong.status_code == 422
    later = client.get("/open/unit/apply/").content.decode()
    assert "接着上次的草稿" in later and 'value="40"' in later


def test_the_same_page_sent_twice_makes_one_application(now: Clock) -> None:
    client = registered("unit")
    with outside(legal_person="望江"):
        key = hidden(client.get("/open/unit/apply/"), "key")
        first = client.post("/open/unit/apply/", {**unit_fields(), "key": key})
        second = client.post("/open/unit/apply/", {**unit_fields(), "key": key})
    assert first["Location"] == second["Location"]


def test_a_refused_unit_reads_why_and_may_begin_again(now: Clock) -> None:
    client = registered("unit")
    with outside():
        where = applied(client, "unit", **unit_fields())
        page = client.get(where)
        sent = {name: hidden(page, name) for name in ("version", "digest")}
        client.post(f"{where}sign/", {**sent, "agree": "on"})
        other = registered("unit", n=2, name="何清")
        refused = applied(other, "unit", **unit_fields(id_number=id_number(2)))
    words = text_of(other.get(refused))
    assert "这个单位已经在本中心登记" in words and "管理员" in words and "重新申请" in words
    assert "上一件申请没有同意" in text_of(other.get("/open/"))
    assert other.get("/open/unit/apply/").status_code == 200
