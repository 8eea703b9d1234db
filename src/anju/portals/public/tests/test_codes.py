"""SMS codes on the public pages: what became of them, expired, used, of another purpose; a mistyped phone."""

from __future__ import annotations

import pytest
from django.test import Client

from anju.notices.models import Sms
from anju.portals.person.tests.world import Clock, browser, newest_code, phone, register, text_of
from anju.portals.public.tests.world import PASSWORD, registered, typed

pytestmark = pytest.mark.django_db
WRONG = "验证码不正确或已失效"


def _waiting(kind: str = "person") -> Client:
    """A browser that waits for the code of its registration."""
    client = browser()
    assert client.post(f"/open/{kind}/", typed()).status_code == 302
    return client


def _beside_the_code(answer: object) -> bool:
    page = answer.content.decode()  # type: ignore[attr-defined]
    return 'id="id_code-error"' in page and "<title>错误：" in page and answer.status_code == 422  # type: ignore[attr-defined]


def test_an_expired_code_is_refused_beside_the_field_and_the_page_says_it_is_over(now: Clock) -> None:
    client = _waiting()
    code = newest_code()
    now.later(minutes=5, seconds=1)
    answer = client.post("/open/person/code/", {"code": code, "password": PASSWORD})
    assert _beside_the_code(answer) and WRONG in text_of(answer)
    assert "过了有效期，请重新发送" in text_of(answer)


def test_a_used_code_does_not_serve_again(now: Clock) -> None:
    client = _waiting()
    code = newest_code()
    weak = client.post("/open/person/code/", {"code": code, "password": "1234567890"})
    assert weak.status_code == 422 and 'id="id_password-error"' in weak.content.decode()
    # The phone is proved; the code is neither asked for again nor good for another browser.
    assert 'name="code"' not in client.get("/open/person/code/").content.decode()
    other = _waiting_elsewhere(now)
    answer = other.post("/open/person/code/", {"code": code, "password": PASSWORD})
    assert _beside_the_code(answer) and WRONG in text_of(answer)


def _waiting_elsewhere(now: Clock) -> Client:
    now.later(seconds=61)
    return _waiting()


def test_a_code_of_another_purpose_is_worthless(now: Clock) -> None:
    register(1)
    client = browser()
    client.post("/reset/", {"phone": phone(1), "id_number": typed()["id_number"]})
    code = newest_code()
    now.later(seconds=61)
    assert client.post("/login/", {"name": phone(1), "password": PASSWORD}).status_code == 302
    answer = client.post("/login/code/", {"code": code})
    assert _beside_the_code(answer) and WRONG in text_of(answer)


def test_five_wrong_codes_end_the_right_one(now: Clock) -> None:
    client = _waiting()
    code = newest_code()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert _beside_the_code(client.post("/open/person/code/", {"code": wrong, "password": PASSWORD}))
    assert _beside_the_code(client.post("/open/person/code/", {"code": code, "password": PASSWORD}))


@pytest.mark.parametrize("typed_code", ["", "12345", "1234567", "12a456", "１２３４５", "\x00" * 6, "9" * 400])
def test_what_is_no_code_is_said_beside_the_field(now: Clock, typed_code: str) -> None:
    client = _waiting()
    assert _beside_the_code(client.post("/open/person/code/", {"code": typed_code, "password": PASSWORD}))


@pytest.mark.parametrize(
    ("state", "words", "asks_again"),
    [("queued", "正在排队", True), ("sent", "还没有收到送达回执", True), ("delivered", "已经送达手机", False),
     ("failed", "短信没有送达", False)],
)  # fmt: skip
def test_the_page_shows_what_became_of_the_sms(now: Clock, state: str, words: str, asks_again: bool) -> None:
    client = _waiting()
    newest = Sms.objects.filter(pk=Sms.objects.latest("id").pk)
    newest.update(state=state, **({} if state == "queued" else {"text_sealed": None}))
    page = client.get("/open/person/code/")
    assert words in text_of(page)
    part = client.get("/codes/register/", headers={"HX-Request": "true"})
    assert words in text_of(part) and ("hx-trigger" in part.content.decode()) is asks_again
    assert "<html" not in part.content.decode()


def test_nobody_reads_another_browsers_code(now: Clock) -> None:
    _waiting()
    assert browser().get("/codes/register/").content.decode().strip() == ""
    assert browser().get("/codes/lottery/").status_code == 404


def test_a_known_and_an_unknown_phone_read_alike_on_the_way_to_a_new_password(now: Clock) -> None:
    register(1)
    pages = []
    for n in (1, 2):
        client = browser()
        answer = client.post("/reset/", {"phone": phone(n), "id_number": typed()["id_number"]})
        assert answer["Location"] == "/reset/code/"
        page = text_of(client.get("/reset/code/"))
        pages.append(page.replace(phone(n), ""))
    assert pages[0] == pages[1]


def test_the_button_counts_from_when_the_last_code_went(now: Clock) -> None:
    client = _waiting()
    now.later(seconds=20)
    assert 'data-resend="41"' in client.get("/open/person/code/").content.decode()
    now.later(seconds=60)
    assert 'data-resend="0"' in client.get("/open/person/code/").content.decode()
    before = newest_code()
    assert client.post("/open/person/code/", {"resend": "1", "password": ""}).status_code == 200
    assert newest_code() != before


def test_sending_too_soon_is_said_beside_the_code(now: Clock) -> None:
    client = _waiting()
    answer = client.post("/open/person/code/", {"resend": "1"})
    assert _beside_the_code(answer) and "秒后再获取" in text_of(answer)


def test_a_mistyped_phone_is_mended_where_the_code_is_waited_for(now: Clock) -> None:
    client = _waiting()
    bad = client.post("/open/person/code/", {"mend": "1", "phone": "1380000"})
    assert bad.status_code == 422 and 'id="id_phone-error"' in bad.content.decode()
    assert client.post("/open/person/code/", {"mend": "1", "phone": phone(9)}).status_code == 302
    assert phone(9) in text_of(client.get("/open/person/code/"))
    answer = client.post("/open/person/code/", {"code": newest_code(), "password": PASSWORD})
    assert answer.status_code == 302 and answer["Location"] == "/open/person/apply/"


def test_going_back_a_page_without_changes_needs_no_second_code(now: Clock) -> None:
    client = _waiting()
    assert client.post("/open/person/", typed())["Location"] == "/open/person/code/"
    changed = client.post("/open/person/", typed(id_number=typed(5)["id_number"]))
    assert changed.status_code == 422 and "秒后再获取" in text_of(changed)
    assert 'value="' + typed(5)["id_number"] in changed.content.decode()


def test_a_phone_that_has_a_log_in_is_told_so_after_the_code_only(now: Clock) -> None:
    registered()
    client = _waiting()
    assert "已经注册过" not in text_of(client.get("/open/person/code/"))
    answer = client.post("/open/person/code/", {"code": newest_code(), "password": PASSWORD})
    assert answer.status_code == 409 and "已经注册过" in text_of(answer)
    page = client.get("/open/person/code/")
    assert "去登录" in text_of(page) and "找回密码" in text_of(page) and 'name="password"' not in page.content.decode()


def test_who_goes_back_at_the_log_in_uses_the_code_already_sent(now: Clock) -> None:
    register(1)
    client = browser()
    client.post("/login/", {"name": phone(1), "password": PASSWORD})
    code = newest_code()
    now.later(seconds=15)
    assert client.post("/login/", {"name": phone(1), "password": PASSWORD})["Location"] == "/login/code/"
    assert client.post("/login/code/", {"code": code}).status_code == 302


def test_without_a_begun_log_in_or_reset_the_code_pages_lead_back(now: Clock) -> None:
    client = browser()
    ways = {"/login/code/": "/login/", "/reset/code/": "/reset/", "/open/person/code/": "/open/person/"}
    for page, back in ways.items():
        assert client.get(page)["Location"] == back
        assert client.post(page, {"code": "123456", "password": PASSWORD})["Location"] == back


def test_a_log_in_that_fails_says_the_same_for_everybody_and_names_the_ways_out(now: Clock) -> None:
    register(1)
    pages = []
    for name in (phone(1), phone(2), typed()["id_number"], "ghost"):
        answer = browser().post("/login/", {"name": name, "password": "falsch-falsch-1"})
        assert answer.status_code == 422
        pages.append(text_of(answer))
    assert len(set(pages)) == 1
    assert "登录名或密码不正确" in pages[0] and "大写" in pages[0] and "找回密码" in pages[0]
