"""J1: a person opens the online service in four screens and four fields; the signature creates the permission."""

from __future__ import annotations

import re

import pytest

from anju.casework import actions as casework
from anju.casework import queries as cases
from anju.identity import queries as identity
from anju.identity.types import Role
from anju.kernel.actor import Actor
from anju.portals.person.tests.world import CENTRE, Clock, browser, hidden, newest_code, newest_sms, text_of
from anju.portals.public.tests.world import (
    NAME,
    PASSWORD,
    applied,
    case_of,
    clerk,
    fields_to_type,
    outside,
    registered,
    typed,
    upload,
)

pytestmark = pytest.mark.django_db


def test_the_strong_way_is_four_screens_and_four_fields(now: Clock) -> None:
    client = browser()
    screens = [client.get("/open/person/")]
    screens.append(client.post("/open/person/", typed(), follow=True))
    screens.append(client.post("/open/person/code/", {"code": newest_code(), "password": PASSWORD}, follow=True))
    with outside():
        key = hidden(screens[-1], "key")
        screens.append(client.post("/open/person/apply/", {"key": key}, follow=True))
    asked = [fields_to_type(screen) for screen in screens]
    assert asked == [["name", "id_number", "phone"], [], [], ["greeting"]]
    assert (len(screens), sum(len(one) for one in asked)) == (4, 4)
    page = screens[-1]
    where = page.redirect_chain[-1][0]
    sent = {name: hidden(page, name) for name in ("version", "digest")}
    answer = client.post(f"{where}sign/", {**sent, "agree": "on", "greeting": "山高水长"})
    assert answer.status_code == 302 and answer["Location"] == "/me/"
    login = identity.login_by_phone(typed()["phone"])
    assert login is not None and login.greeting == "山高水长" and login.person_id is not None
    assert [held.role for held in identity.mandates_of(login.login_id)] == [Role.MEMBER]
    assert "已开通" in newest_sms() or "开通" in newest_sms()


def test_the_kind_of_document_is_a_list_with_the_citizens_card_chosen(now: Clock) -> None:
    page = browser().get("/open/person/").content.decode()
    assert re.search(r'<select name="id_kind"[^>]*>', page) and 'type="radio"' not in page
    assert '<option value="01" selected>居民身份证</option>' in page


def test_without_the_consent_nothing_is_signed_and_the_greeting_stays_typed(now: Clock) -> None:
    client = registered()
    with outside():
        where = applied(client)
    page = client.get(where)
    sent = {name: hidden(page, name) for name in ("version", "digest")}
    answer = client.post(f"{where}sign/", {**sent, "greeting": "山高水长"})
    assert answer.status_code == 422 and 'value="山高水长"' in answer.content.decode()
    assert identity.mandates_of(1) == []
    old = client.post(f"{where}sign/", {**sent, "digest": "0" * 64, "agree": "on"})
    assert old.status_code == 422 and "协议已经更新" in text_of(old)


def test_the_agreement_can_be_printed_before_and_after_and_nobody_else_reads_whose(now: Clock) -> None:
    client = registered()
    with outside():
        where = applied(client)
    before = text_of(client.get(f"{where}agreement/1.0/"))
    assert "还没有签署" in before and "协议" in before
    page = client.get(where)
    sent = {name: hidden(page, name) for name in ("version", "digest")}
    client.post(f"{where}sign/", {**sent, "agree": "on"})
    after = text_of(client.get(f"{where}agreement/1.0/"))
    assert "以本人登录账户在网上签署" in after and sent["digest"] in after
    for path in (f"{where}agreement/9.9/", f"{where}agreement/../"):
        assert client.get(path).status_code == 404
    stranger = registered(n=2, name="何清")
    assert stranger.get(f"{where}agreement/1.0/").status_code == 404
    assert "已经开通" in text_of(client.get(where))


def test_the_weak_way_is_reviewed_and_asks_for_papers_on_the_same_page(now: Clock, papers_elsewhere: None) -> None:
    client = registered()
    with outside(strong=False):
        where = applied(client)
        page = text_of(client.get(where))
        assert "由工作人员审核" in page and "手机号没有核对上" in page and "3 个工作日" in page
        casework.request_correction(case_of(where), items=["document"], note="请拍清楚。", actor=clerk(), at=now.at)
        asked = client.get(where)
        assert "请您补正" in text_of(asked) and "请拍清楚。" in text_of(asked) and 'name="paper-document"' in (
            asked.content.decode()
        )
        missing = client.post(f"{where}supplement/", {})
        assert missing.status_code == 422 and "id_paper-document-error" in missing.content.decode()
        assert "<title>错误：" in missing.content.decode()
        answer = client.post(f"{where}supplement/", {"paper-document": upload("证件.pdf")})
    assert answer.status_code == 302, text_of(answer)
    login = identity.login_by_phone(typed()["phone"])
    assert login is not None
    mine = Actor(login.login_id, None, "applicant", None, NAME, CENTRE)
    assert [paper.material for paper in cases.case_for(mine, case_of(where)).papers] == ["document"]


def test_a_story_that_moved_asks_for_the_whole_page_and_a_still_one_for_its_part(now: Clock) -> None:
    client = registered()
    with outside(strong=False):
        where = applied(client)
    poll = {"HX-Request": "true"}
    version = re.search(r"\?v=(\d+)", client.get(where).content.decode())
    assert version is not None
    part = client.get(f"{where}?v={version[1]}", headers=poll)
    assert 'id="case-part"' in part.content.decode() and "<html" not in part.content.decode()
    assert client.get(f"{where}?v=1", headers=poll)["HX-Refresh"] == "true"


def test_the_progress_code_is_shown_once_and_serves_without_log_in(now: Clock) -> None:
    client = registered()
    with outside(strong=False):
        where = applied(client)
    page = text_of(client.get(where))
    found = re.search(r"业务编号 (\S+?)，查询码 (\S+?)。", page)
    assert found is not None
    assert "查询码" not in text_of(client.get(where))
    anybody = browser()
    answer = anybody.post("/progress/", {"number": found[1], "code": found[2]})
    assert answer.status_code == 200
    words = text_of(answer)
    assert "审核中" in words and "工作人员正在审核" in words
    assert NAME not in words and "核对上" not in words
    for wrong in ({"number": found[1], "code": "AAAA"}, {"number": "20260101-000001", "code": found[2]}):
        refused = anybody.post("/progress/", wrong)
        assert refused.status_code == 422 and "案号或查询码不对" in text_of(refused)


def test_a_second_application_leads_to_the_running_one_and_an_opened_person_is_told(now: Clock) -> None:
    client = registered()
    with outside():
        where = applied(client)
    assert client.get("/open/person/apply/")["Location"] == where
    page = client.get(where)
    client.post(f"{where}sign/", {name: hidden(page, name) for name in ("version", "digest")} | {"agree": "on"})
    answer = client.get("/open/person/apply/")
    assert answer.status_code == 409 and "已经开通" in text_of(answer)


def test_an_application_is_taken_back_until_it_is_decided(now: Clock) -> None:
    client = registered()
    with outside(strong=False):
        where = applied(client)
    assert client.post(f"{where}withdraw/").status_code == 302
    assert "撤回" in text_of(client.get(where)) and "撤回申请" not in text_of(client.get(where))


def test_a_foreign_application_is_not_there_for_anybody_else(now: Clock) -> None:
    mine, other = registered(), registered(n=2, name="何清")
    with outside(strong=False):
        where = applied(mine)
    for path in ("", "agreement/1.0/"):
        assert other.get(where + path).status_code == 404
    for path in ("sign/", "supplement/", "mistake/", "withdraw/"):
        assert other.post(where + path, {"agree": "on", "version": "1.0", "digest": "x"}).status_code in (404, 422)
        assert other.post(f"/open/cases/{2**80}/{path}").status_code == 404
    assert "审核" in text_of(mine.get(where))
