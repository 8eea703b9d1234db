"""Help: guides say what holds today, problems are found from where they happen, and «this is wrong» is kept."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from anju import policy
from anju.casework import registry
from anju.database.sql import row
from anju.portals.guides.problems import problems

pytestmark = pytest.mark.django_db
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def test_every_problem_has_the_three_parts_and_its_link_leads_somewhere() -> None:
    found = problems()
    assert len({one.id for one in found}) == len(found) >= 10
    for one in found:
        assert len(one.problem) >= 4 and len(one.seen) >= 10 and len(one.solve) >= 3, one.id
        assert bool(one.link_name) == bool(one.link_label), one.id
        if one.link_name:
            assert reverse(one.link_name)


def test_a_page_that_fails_links_to_a_problem_that_is_there(client: Client) -> None:
    wanted = {
        mark
        for path in TEMPLATES.rglob("*.html")
        for mark in re.findall(r"help-problems' %}#([a-z-]+)|problems_href }}#([a-z-]+)", path.read_text("utf-8"))
        for mark in mark
        if mark
    }
    page = client.get("/help/problems/").content.decode()
    assert {"log-in", "code", "register"} <= wanted
    assert [one for one in wanted if f'id="{one}"' not in page] == []


@pytest.mark.parametrize(
    ("word", "told"),
    [("验证码", "收不到短信验证码"), ("大写锁定", "登录不了"), ("房租", "租房提取"), ("补正", "少交了材料")],
)
def test_the_search_finds_problems_and_questions(client: Client, word: str, told: str) -> None:
    page = client.get("/help/", {"q": word}).content.decode()
    assert f"和“{word}”有关的问题" in page and told in page


def test_a_word_nobody_wrote_finds_nothing_and_says_whom_to_ask(client: Client) -> None:
    page = client.get("/help/", {"q": "量子<b>"}).content.decode()
    assert "没有找到“量子&lt;b&gt;”" in page and "12329" in page


def test_every_service_on_offer_has_its_guide_with_who_how_long_and_the_law(client: Client) -> None:
    for found in registry.services_on_offer(on=date(2026, 11, 23)):
        page = client.get(f"/help/{found.code}/").content.decode()
        assert "谁可以办" in page and "一眼看清" in page and found.title in page, found.code
        assert page.count(f">{found.title}</h") == 1, f"{found.code} says its title twice"
    rent = client.get("/help/rent_withdrawal/").content.decode()
    assert "法定 3 日" in rent and "《住房公积金管理条例》第二十五条" in rent


def test_the_time_to_answer_a_dispute_comes_from_the_rules(client: Client) -> None:
    book = policy.book("anju")
    days = book.integer("dispute.answer_days", date(2026, 11, 23))
    page = client.get("/help/wrong/?done=7").content.decode()
    assert f"{days} 日内核实并答复" in page and "编号 7" in page


def test_what_is_said_to_be_wrong_is_kept_once_with_its_page(client: Client) -> None:
    page = client.get("/help/wrong/?from=/me/movements/3/").content.decode()
    assert 'value="/me/movements/3/"' in page
    answer = client.post("/help/wrong/", {"text": "基数不对，应该是 8600 元。", "page": "/me/movements/3/"})
    assert answer.status_code == 302 and re.search(r"\?done=\d+$", answer["Location"])
    empty = client.post("/help/wrong/", {"text": ""})
    assert empty.status_code == 422 and 'id="id_text-error"' in empty.content.decode()
    kept = row("SELECT count(*) AS n FROM support_report")
    assert kept is not None and kept["n"] == 1
