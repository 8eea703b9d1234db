"""补正: what the desk asked for, put right in one go, with every paper beside its own field."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from anju.casework import actions as casework
from anju.exchange.types import Kind
from anju.kernel.actor import Actor
from anju.portals.person.tests.world import (
    CENTRE,
    Clock,
    bank_and_agencies,
    hidden,
    logged_in,
    member_with_history,
    newest_code,
    register,
    text_of,
)

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def _papers_elsewhere(settings: Any, tmp_path: Any) -> None:
    settings.ANJU_FILES_DIR = tmp_path


def _asked(now: Clock, *items: str) -> tuple[Client, str]:
    """A case the clerk has sent back for these things; the member's browser and the case's address."""
    client = logged_in(member_with_history())
    with bank_and_agencies() as (_, world):
        world.down(Kind.MARRIAGE)
        confirm = client.post("/me/services/rent/", {"monthly_rent": "2600"})["Location"]
        key = hidden(client.get(confirm), "key")
        where = client.post(confirm, {"code": newest_code(), "key": key})["Location"]
    staff = register(70, "许文博", opened=False)
    clerk = Actor(staff.login_id, staff.person_id, "clerk", None, staff.name, CENTRE)
    case_id = int(where.split("/")[3])
    assert casework.claim(case_id, actor=clerk, at=now.at)
    casework.request_correction(case_id, items=list(items), note="请在三天内补上。", actor=clerk, at=now.at)
    return client, where


def _upload(name: str = "结婚证.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def test_the_page_names_everything_that_was_asked_for_and_the_clock_stands(now: Clock) -> None:
    client, where = _asked(now, "marriage", "lease")
    words = text_of(client.get(where))
    for part in ("请您补正", "婚姻状况证明", "租房合同", "请在三天内补上", "补正期间停止计时"):
        assert part in words, part
    assert "等您办" in text_of(client.get("/me/cases/"))


def test_papers_are_kept_and_the_case_goes_back_to_people(now: Clock) -> None:
    client, where = _asked(now, "marriage")
    with bank_and_agencies() as (_, world):
        world.down(Kind.MARRIAGE)
        answer = client.post(f"{where}supplement/", {"paper-marriage": _upload()})
    assert answer.status_code == 302, text_of(answer)
    page = client.get(where)
    assert "审核中" in text_of(page) and "婚姻状况证明 下载看看" in text_of(page)
    link = re.search(rf"{where}papers/\d+/", page.content.decode())
    assert link is not None
    paper = client.get(link[0])
    assert paper.content == PDF and paper["Content-Disposition"].startswith("attachment")
    assert "%E7%BB%93%E5%A9%9A%E8%AF%81.pdf" in paper["Content-Disposition"]


def test_a_missing_paper_is_said_beside_its_field(now: Clock) -> None:
    client, where = _asked(now, "marriage", "lease")
    answer = client.post(f"{where}supplement/", {"paper-lease": _upload("合同.pdf")})
    assert answer.status_code == 422
    assert "id_paper-marriage-error" in answer.content.decode() and "还缺：婚姻状况证明" in text_of(answer)


@pytest.mark.parametrize(
    ("name", "content"), [("证.exe", b"MZ" * 50), ("证.pdf", b"<html></html>"), ("证.png", b"x" * 40)]
)
def test_what_may_not_be_kept_is_refused_beside_its_field(now: Clock, name: str, content: bytes) -> None:
    client, where = _asked(now, "marriage")
    answer = client.post(f"{where}supplement/", {"paper-marriage": _upload(name, content)})
    assert answer.status_code == 422 and "id_paper-marriage-error" in answer.content.decode()
    assert "请您补正" in text_of(client.get(where))


def test_a_value_that_was_asked_for_is_mended_in_the_services_own_form(now: Clock) -> None:
    client, where = _asked(now, "monthly_rent")
    page = client.get(where).content.decode()
    assert 'name="monthly_rent"' in page and 'type="file"' not in page
    with bank_and_agencies():
        answer = client.post(f"{where}supplement/", {"monthly_rent": "1500"})
    assert answer.status_code == 302
    assert "1,500.00 元" in text_of(client.get(where))
