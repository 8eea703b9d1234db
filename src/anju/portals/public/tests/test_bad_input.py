"""Every field of the public pages takes whatever is thrown at it: a clear 4xx, the words beside the field, no crash."""

from __future__ import annotations

import pytest

from anju.portals.person.tests.world import Clock, browser, hidden, newest_code, phone, register, text_of
from anju.portals.public.tests.world import PASSWORD, registered, typed, unit_fields

pytestmark = pytest.mark.django_db
HUGE = "9" * 5000
RARE = "\U00030edd"  # 𰻝, a character most fonts lack
NASTY = {"nul": "\x00", "nul inside": "12\x0034", "huge": HUGE, "bidi": "\u202e12345", "control": "\x1b[31m"}


@pytest.mark.parametrize("what", NASTY)
@pytest.mark.parametrize(
    ("path", "field", "rest"),
    [
        ("/login/", "name", {"password": PASSWORD}),
        ("/reset/", "phone", {"id_number": "110105194912310021"}),
        ("/reset/", "id_number", {"phone": "13800000001"}),
        ("/progress/", "number", {"code": "ABCD"}),
        ("/progress/", "code", {"number": "20261123-000001"}),
        ("/verify/", "number", {"code": "ABCD"}),
        ("/verify/", "code", {"number": "JC20261123-000017-42"}),
        ("/verify/", "amount", {"number": "JC20261123-000017-42", "code": "ABCD"}),
        ("/help/wrong/", "text", {}),
        ("/help/wrong/", "page", {"text": "不对"}),
        ("/open/person/", "name", typed()),
        ("/open/person/", "id_number", typed()),
        ("/open/person/", "phone", typed()),
        ("/open/person/", "id_kind", typed()),
    ],
)
def test_a_nasty_value_is_refused_beside_its_field(
    now: Clock, path: str, field: str, rest: dict[str, str], what: str
) -> None:
    answer = browser().post(path, {**rest, field: NASTY[what]})
    assert answer.status_code == 422, text_of(answer)[:400]
    page = answer.content.decode()
    assert "<title>错误：" in page and 'role="alert"' in page
    assert f'id="id_{field}-error"' in page


@pytest.mark.parametrize(
    ("number", "words"),
    [("110105194912310021", "最后一位校验不对"), ("11010519491231002", "应为 18 位"),
     ("110105209912310029", "晚于今天"), ("110105194913310023", "出生日期不存在"), ("1101051949123100ZZ", "字符")],
)  # fmt: skip
def test_a_wrong_identity_number_says_which_part_is_wrong(now: Clock, number: str, words: str) -> None:
    answer = browser().post("/open/person/", typed(id_number=number))
    assert answer.status_code == 422 and words in text_of(answer)
    assert 'id="id_id_number-error"' in answer.content.decode()
    assert f'value="{number}"' in answer.content.decode()


def test_a_name_with_a_character_no_font_has_is_taken_and_shown(now: Clock) -> None:
    client = registered(name=f"王{RARE}")
    page = client.get("/open/person/apply/")
    assert page.status_code == 200 and RARE in page.content.decode()


@pytest.mark.parametrize("name", ["", " ", "王" * 61, "王\n小", "<script>alert(1)</script>"])
def test_what_is_no_name_is_refused_beside_its_field(now: Clock, name: str) -> None:
    answer = browser().post("/open/person/", typed(name=name))
    assert answer.status_code == 422 and 'id="id_name-error"' in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()


@pytest.mark.parametrize("field", ["uscc", "id_number", "payday", "first_month", "ratio", "nature"])
@pytest.mark.parametrize("what", ["nul", "nul inside", "huge"])
def test_a_nasty_value_in_a_units_application_is_refused_beside_its_field(now: Clock, field: str, what: str) -> None:
    client = registered("unit")
    key = hidden(client.get("/open/unit/apply/"), "key")
    answer = client.post("/open/unit/apply/", {**unit_fields(**{field: NASTY[what]}), "key": key})
    assert answer.status_code == 422, text_of(answer)[:400]
    assert f'id="id_{field}-error"' in answer.content.decode()


@pytest.mark.parametrize("key", ["", "short", "x" * 5000, "\x00" * 20, "键" * 20])
def test_a_forged_request_key_is_replaced_and_never_breaks_the_page(now: Clock, key: str) -> None:
    client = registered("unit")
    answer = client.post("/open/unit/apply/", {**unit_fields(payday="99"), "key": key})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "path",
    [f"/open/cases/{2**63}/", f"/open/cases/{2**80}/", "/open/cases/0/", "/open/cases/-1/", "/codes/%00/", "/open/%00/",
     "/help/%00/", f"/help/{'a' * 3000}/"],
)  # fmt: skip
def test_an_absurd_address_is_a_plain_404(now: Clock, path: str) -> None:
    assert registered().get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/services/?q=%00", f"/services/?q={'9' * 4000}", "/help/?q=%00%0a", "/help/?q=<script>", "/login/?next=%00",
     "/login/?next=https://evil.example/", "/login/?ended=9", "/help/wrong/?from=%00&done=%00",
     f"/help/wrong/?done={HUGE}", "/verify/?n=%00&c=%00", f"/verify/?n={HUGE}&c={HUGE}", "/progress/?number=%00"],
)  # fmt: skip
def test_an_absurd_query_never_breaks_a_page(now: Clock, path: str) -> None:
    answer = browser().get(path)
    assert answer.status_code in (200, 422)
    assert "<script>" not in answer.content.decode().replace('<script type="module"', "").replace("<script defer", "")


@pytest.mark.parametrize("mandate", ["", "x", "-1", HUGE, "\x00", "１２", str(2**62)])
def test_a_capacity_one_does_not_hold_is_a_plain_404(now: Clock, mandate: str) -> None:
    assert registered().post("/switch/", {"mandate": mandate}).status_code == 404


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_the_log_in_never_leads_to_another_host(now: Clock, target: str) -> None:
    register(1)
    client = browser()
    client.post("/login/", {"name": phone(1), "password": PASSWORD, "next": target})
    answer = client.post("/login/code/", {"code": newest_code(), "next": target})
    assert answer["Location"] == "/me/"
