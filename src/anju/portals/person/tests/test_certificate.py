"""The certificate in two screens and one choice: proved by a code, the same paper every time, nobody else's."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest

from anju.portals.person.tests.walks import issued, proved, purpose_of
from anju.portals.person.tests.world import (
    Clock,
    hidden,
    logged_in,
    member_with_history,
    register,
    text_of,
)

pytestmark = pytest.mark.django_db


def test_a_certificate_is_two_screens_and_one_choice(now: Clock, django_assert_max_num_queries: Any) -> None:
    client = logged_in(member_with_history(2))
    with django_assert_max_num_queries(6):
        page = client.get("/me/certificate/").content.decode()
    assert set(re.findall(r'<input[^>]* name="([^"]+)"', page)) == {
        "csrfmiddlewaretoken", "next", "key", "purpose", "code"
    }  # fmt: skip
    done = issued(client)
    assert done.status_code == 302 and re.fullmatch(r"/me/certificate/\d+/", done["Location"])
    with django_assert_max_num_queries(6):
        words = text_of(client.get(done["Location"]))
    assert "证明已开好" in words and "JC20261123" in words and "下载 PDF" in words


def test_the_paper_is_an_attachment_and_the_same_every_time(now: Clock) -> None:
    client = logged_in(member_with_history(2))
    where = issued(client)["Location"]
    first, again = client.get(f"{where}pdf/"), client.get(f"{where}pdf/")
    assert first["Content-Type"] == "application/pdf" and first["Content-Disposition"].startswith("attachment")
    assert first.content.startswith(b"%PDF") and first.content == again.content


def test_minutes_after_a_code_no_second_one_is_asked(now: Clock) -> None:
    client = logged_in(member_with_history(2))
    issued(client)
    now.later(minutes=2)
    assert 'name="code"' not in client.get("/me/certificate/").content.decode()
    now.later(minutes=4)
    assert 'name="code"' in client.get("/me/certificate/").content.decode()


def test_the_paper_is_handed_out_again_on_a_fresh_proof_only(now: Clock) -> None:
    client = logged_in(member_with_history(2))
    where = issued(client)["Location"]
    now.later(minutes=6)
    asked = client.get(f"{where}pdf/")
    assert asked.status_code == 302 and asked["Location"] == f"/step-up/?next={quote(where, safe='')}"
    proved(client, where)
    assert client.get(f"{where}pdf/").content.startswith(b"%PDF")


def test_without_a_choice_or_a_code_nothing_is_issued(now: Clock) -> None:
    client = logged_in(member_with_history(2))
    page = client.get("/me/certificate/")
    answer = client.post("/me/certificate/", {"key": hidden(page, "key"), "code": "000000"})
    assert answer.status_code == 422 and "<title>错误：" in answer.content.decode()
    wrong = client.post(
        "/me/certificate/", {"key": hidden(page, "key"), "purpose": purpose_of(page.content.decode()), "code": "000000"}
    )
    assert wrong.status_code == 422 and "验证码不正确或已失效" in text_of(wrong)


def test_anothers_certificate_is_a_404(now: Clock) -> None:
    where = issued(logged_in(member_with_history(2)))["Location"]
    stranger = logged_in(register(2, "王国强"))
    assert stranger.get(where).status_code == 404 and stranger.get(f"{where}pdf/").status_code == 404
    assert stranger.get("/me/certificate/99999999999999999999999/").status_code == 404
