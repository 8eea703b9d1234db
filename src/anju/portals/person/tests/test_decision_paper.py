"""The decision on paper: its code and QR code prove it to anybody, and nothing altered passes."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from anju.casework import queries as cases
from anju.casework.queries.papers import case_number
from anju.certificates import queries as certificates
from anju.kernel.actor import Actor
from anju.portals.person.tests.walks import filed
from anju.portals.person.tests.world import (
    CENTRE,
    Clock,
    bank_and_agencies,
    browser,
    logged_in,
    member_with_history,
    text_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(now: Clock) -> tuple[Client, str, dict[str, str]]:
    """A member's browser, the case's address, and the number and code as its QR code holds them."""
    member = member_with_history()
    client = logged_in(member)
    with bank_and_agencies():
        where = filed(client)["Location"]
    actor = Actor(member.login_id, member.person_id, "member", None, member.name, CENTRE)
    number = cases.case_for(actor, int(where.split("/")[3])).number
    code = re.search(r"核验码\s*([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})", text_of(client.get(f"{where}decision/")))
    assert code is not None
    link = certificates.check_link(number, code[1])
    return client, where, {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}


def _check(**typed: str) -> Any:
    return browser().post("/verify/", typed)


def test_the_print_names_the_holder_code_fingerprint_and_where_to_check(
    paper: tuple[Client, str, dict[str, str]],
) -> None:
    client, where, _ = paper
    page = client.get(f"{where}decision/")
    words = text_of(page)
    for part in ("提取决定书", "申请人 林晓雨", "办审〔2026〕1123-", "核验码", "指纹", "/verify/", "壹仟捌佰元整"):
        assert part in words, part
    assert 'class="qr"' in page.content.decode()


def test_the_qr_code_leads_anybody_to_what_the_paper_says(paper: tuple[Client, str, dict[str, str]]) -> None:
    _, _, query = paper
    words = text_of(browser().get("/verify/", query))
    for part in ("真实有效", "林**", "同意提取2026年11月房租 1,800.00 元", "壹仟捌佰元整", "指纹"):
        assert part in words, part
    assert "林晓雨" not in words


def test_the_number_as_printed_is_as_good_as_the_cases_own(paper: tuple[Client, str, dict[str, str]]) -> None:
    _, _, query = paper
    day, serial = query["n"].split("-")
    for spelled in (f"办审〔{day[:4]}〕{day[4:]}-{serial}号", f"办审[{day[:4]}]{day[4:]} {serial}号", query["n"]):
        assert case_number(spelled) == query["n"]
        assert "真实有效" in text_of(_check(number=spelled, code=query["c"].lower().replace("-", " "), amount="1800"))


def test_one_altered_digit_anywhere_is_told(paper: tuple[Client, str, dict[str, str]]) -> None:
    _, _, query = paper
    last = query["n"][-1]
    other = query["n"][:-1] + ("2" if last == "1" else "1")
    wrong = query["c"][:-1] + ("A" if query["c"][-1] != "A" else "B")
    for typed in ({"number": other, "code": query["c"]}, {"number": query["n"], "code": wrong},
                  {"number": query["n"], "code": query["c"], "amount": "1800.01"}):  # fmt: skip
        words = text_of(_check(**typed))
        assert "不一致" in words and "请勿采信" in words and "林**" not in words, typed


def test_a_decision_whose_application_was_taken_back_is_void(paper: tuple[Client, str, dict[str, str]]) -> None:
    client, where, query = paper
    client.post(f"{where}cancel/", {"reason": "不租了"})
    words = text_of(browser().get("/verify/", query))
    assert "已作废" in words and "撤回了申请" in words and "1,800.00" not in words


@pytest.mark.parametrize("number", ["20261123-000000", "20261123-999999999999", "办审〔2026〕1123-00000１号", "1" * 60])
def test_numbers_that_name_nothing_are_answered_calmly(now: Clock, number: str) -> None:
    answer = _check(number=number[:40], code="AAAA-AAAA-AAAA")
    assert answer.status_code in (200, 422)
    assert "真实有效" not in text_of(answer)


@pytest.mark.parametrize("field", ["number", "code", "amount"])
@pytest.mark.parametrize("typed", ["\x00", "9" * 41, "'; --"])
def test_nonsense_in_any_field_is_no_fault(now: Clock, field: str, typed: str) -> None:
    answer = _check(**{"number": "20261123-000001", "code": "AAAA", field: typed})
    assert answer.status_code in (200, 422)
