"""Activity and «不是我操作», inbox, phone, password, greeting: what a person does for the own safety."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from anju.accounts import queries as accounts
from anju.audit.actions import looked
from anju.identity import queries as identity
from anju.kernel.actor import Actor
from anju.notices import actions as notices
from anju.notices.models import Sms
from anju.portals.person.tests.world import (
    CENTRE,
    PASSWORD,
    Clock,
    Member,
    browser,
    logged_in,
    member_with_history,
    phone,
    register,
    text_of,
)

pytestmark = pytest.mark.django_db
CLERK = Actor(7, 70, "clerk", None, "许文博", CENTRE)


def _tell(member: Member, now: Clock, title: str = "业务已受理") -> int:
    return notices.send("case_accepted", at=now.at, login_id=member.login_id, title=title, text="已受理。")


def test_not_me_takes_two_presses_and_works_at_once(now: Clock) -> None:
    member = member_with_history()
    client, elsewhere = logged_in(member), logged_in(member)
    way = re.search(r"/me/activity/\d+/not-me/", client.get("/me/side/").content.decode())
    assert way is not None
    assert "立即保护" in text_of(client.get(way[0]))
    done = client.post(way[0])
    assert done.status_code == 200 and "已经保护起来了" in text_of(done)
    assert elsewhere.get("/me/").status_code == 302 and client.get("/me/").status_code == 302
    assert accounts.overview(member.account_id).frozen
    answer = browser().post("/login/", {"name": phone(1), "password": PASSWORD})
    assert answer.status_code == 422


def test_looking_at_the_not_me_page_changes_nothing(now: Clock) -> None:
    member = member_with_history()
    client = logged_in(member)
    line = identity.activity(member.login_id)[0]
    assert client.get(f"/me/activity/{line.activity_id}/not-me/").status_code == 200
    assert client.get("/me/").status_code == 200 and not accounts.overview(member.account_id).frozen


@pytest.mark.parametrize("number", ["0", "999999", "99999999999999999999999"])
def test_a_line_of_another_log_in_is_a_404(now: Clock, number: str) -> None:
    client = logged_in(member_with_history(1))
    assert client.get(f"/me/activity/{number}/not-me/").status_code == 404
    assert client.post(f"/me/activity/{number}/not-me/").status_code == 404


def test_a_strangers_line_cannot_be_reported(now: Clock) -> None:
    mine = logged_in(member_with_history(1))
    stranger = register(2, "王国强")
    logged_in(stranger)
    line = identity.activity(stranger.login_id)[0]
    assert mine.post(f"/me/activity/{line.activity_id}/not-me/").status_code == 404


def test_the_activity_page_tells_who_looked_and_why(now: Clock, django_assert_max_num_queries: Any) -> None:
    member = member_with_history(1)
    looked(actor=CLERK, at=now.at, subject="person", person_id=member.person_id, purpose="审核案件")
    client = logged_in(member)
    with django_assert_max_num_queries(6):
        words = text_of(client.get("/me/activity/"))
    assert "登录" in words and "受理人员" in words and "审核案件" in words


def test_the_inbox_is_the_callers_own_and_reading_marks_only_by_a_press(
    now: Clock, django_assert_max_num_queries: Any
) -> None:
    member, stranger = register(1), register(2, "王国强")
    notice_id = _tell(member, now)
    client = logged_in(member)
    with django_assert_max_num_queries(6):
        listed = text_of(client.get("/me/inbox/"))
    assert "1 条没有读" in listed
    client.get(f"/me/inbox/{notice_id}/")
    assert "1 条没有读" in text_of(client.get("/me/inbox/"))
    part = client.post(f"/me/inbox/{notice_id}/read/", headers={"HX-Request": "true"})
    assert part.status_code == 200 and "已读" in part.content.decode()
    assert "没有读" not in text_of(client.get("/me/inbox/"))
    other = logged_in(stranger)
    assert other.get(f"/me/inbox/{notice_id}/").status_code == 404
    assert other.post(f"/me/inbox/{notice_id}/read/").status_code == 404


def test_a_long_inbox_is_paged_at_the_same_price(now: Clock, django_assert_max_num_queries: Any) -> None:
    member = register()
    for n in range(45):
        _tell(member, now, f"第{n}条消息")
    client = logged_in(member)
    with django_assert_max_num_queries(6):
        first = client.get("/me/inbox/")
    assert "第44条消息" in text_of(first) and "第24条消息" not in text_of(first)
    before = re.search(r"before=(\d+)", first.content.decode())
    assert before is not None
    assert "第24条消息" in text_of(client.get(f"/me/inbox/?before={before[1]}"))


def test_all_messages_are_marked_as_read_at_once(now: Clock) -> None:
    member = register()
    _tell(member, now)
    _tell(member, now)
    client = logged_in(member)
    client.post("/me/inbox/read/")
    assert "没有读" not in text_of(client.get("/me/inbox/"))


def test_settings_show_nothing_in_full_and_keep_the_greeting(now: Clock, django_assert_max_num_queries: Any) -> None:
    client = logged_in(member_with_history(1))
    with django_assert_max_num_queries(6):
        page = client.get("/me/settings/")
    words = text_of(page)
    assert "138****0001" in words and phone(1) not in page.content.decode() and "尾号 6620" in words
    answer = client.post("/me/settings/", {"greeting": "湖边的柳树"})
    assert "预留信息已保存" in text_of(client.get(answer["Location"]))
    assert 'value="湖边的柳树"' in client.get("/me/settings/").content.decode()


@pytest.mark.parametrize("greeting", ["长" * 31, "a\x00b"])
def test_a_greeting_that_cannot_be_kept_is_refused(now: Clock, greeting: str) -> None:
    client = logged_in(register())
    answer = client.post("/me/settings/", {"greeting": greeting})
    assert answer.status_code == 422 and "id_greeting-error" in answer.content.decode()


def _code_to(number: str) -> str:
    for sms in Sms.objects.filter(bears_code=True).order_by("-id"):
        if str(sms.phone_sealed) == number:
            found = re.search(r"验证码(\d{6})", str(sms.text_sealed))
            assert found is not None
            return found[1]
    raise AssertionError(f"no code to {number}")


def test_a_phone_is_changed_with_a_code_from_each_number(now: Clock) -> None:
    client = logged_in(register())
    answer = client.post("/me/settings/phone/", {"new_phone": phone(55)})
    assert answer["Location"] == "/me/settings/phone/?step=codes"
    codes = {"old_code": _code_to(phone(1)), "new_code": _code_to(phone(55))}
    done = client.post(answer["Location"], codes)
    assert done.status_code == 302, text_of(done)
    assert "138****0055" in text_of(client.get(done["Location"]))


def test_a_wrong_code_of_a_phone_change_is_said_beside_its_field(now: Clock) -> None:
    client = logged_in(register())
    where = client.post("/me/settings/phone/", {"new_phone": phone(55)})["Location"]
    right = _code_to(phone(1))
    answer = client.post(where, {"old_code": f"{(int(right) + 1) % 1_000_000:06d}", "new_code": _code_to(phone(55))})
    assert answer.status_code == 422 and "id_old_code-error" in answer.content.decode()


def test_a_password_is_changed_with_the_old_one(now: Clock) -> None:
    client: Client = logged_in(register())
    wrong = client.post("/me/settings/password/", {"old": "not-the-old-one", "new": "liushu-hupan-2031"})
    assert wrong.status_code == 422 and "id_old-error" in wrong.content.decode()
    done = client.post("/me/settings/password/", {"old": PASSWORD, "new": "liushu-hupan-2031"})
    assert done.status_code == 302
    assert client.get("/me/settings/").status_code == 200
    assert browser().post("/login/", {"name": phone(1), "password": PASSWORD}).status_code == 422


def test_whats_wrong_carries_the_reference_of_the_movement(now: Clock) -> None:
    client = logged_in(member_with_history(2))
    words = text_of(client.get("/me/wrong/?movement=2"))
    assert "11月缴存" in words and "账簿编号" in words and "不是我操作" in words
    assert client.get("/me/wrong/").status_code == 200
    assert client.get("/me/wrong/?movement=99").status_code == 404
    assert client.get("/me/wrong/?case=99").status_code == 404
