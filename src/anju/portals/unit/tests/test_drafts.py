"""Nothing is lost: work half done survives a closed page, a time-out, and what is sent after it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from anju.casework.models import CaseDraft
from anju.portals.unit.tests.world import (
    HEADINGS,
    OCTOBER,
    Clock,
    Unit,
    answered,
    apply,
    checked,
    hidden,
    open_books,
    paid,
    sheet,
    staff_id,
    staff_row,
    text_of,
    unit_of,
)

pytestmark = pytest.mark.django_db
PERSON = {"change": "new", "name": "何安", "id_number": staff_id(8), "base": "8000", "month": "2026-11", "phone": "",
          "reason": ""}  # fmt: skip


@pytest.fixture
def unit(now: Clock) -> Unit:
    open_books()
    made = unit_of(first_month=OCTOBER)
    paid(made, OCTOBER)
    return made


def run_out(now: Clock) -> None:
    """The session is left alone for longer than it lives."""
    now.later(minutes=40)


def sent_to_log_in(answer: Any) -> None:
    assert answer.status_code == 302 and answer["Location"].startswith("/login/"), answer


def test_a_list_under_way_is_found_again_after_a_new_log_in(unit: Unit, now: Clock) -> None:
    client = unit.client()
    address, _ = checked(client, sheet([("何安", staff_id(8), "", "八千")]))
    run_out(now)
    sent_to_log_in(client.get("/unit/"))
    again = unit.client()
    page = again.get("/unit/")
    assert "名册“十一月工资公积金.xlsx”" in text_of(page) and address in page.content.decode()
    assert "要改的 1 处" in text_of(again.get(address))
    assert "没办完的" in text_of(again.get("/unit/upload/"))


def test_a_list_mended_is_the_draft_that_goes_on_and_a_list_done_is_none(unit: Unit) -> None:
    client = unit.client()
    address, _ = checked(client, sheet([staff_row(1), ("何安", staff_id(8), "", "八千")]))
    after = client.post(f"{address}mend/", {"fix-3-base": "8000"})
    mended = after["Location"].partition("?")[0]
    page = client.get("/unit/").content.decode()
    assert mended in page and address not in page and CaseDraft.objects.count() == 1
    apply(client, mended, client.get(mended))
    assert CaseDraft.objects.count() == 0 and "没办完的" not in text_of(client.get("/unit/"))


def test_a_person_sent_after_the_session_ran_out_is_kept_and_nothing_is_done(unit: Unit, now: Clock) -> None:
    client = unit.client()
    key = hidden(client.get("/unit/people/change/"), "key")
    run_out(now)
    answer = client.post("/unit/people/change/", {**PERSON, "key": key})
    sent_to_log_in(answer)
    assert "next=%2Funit%2Fpeople%2Fchange%2F%3Fdraft%3D1" in answer["Location"] and "ended=1" in answer["Location"]
    again = unit.client()
    assert "办一个人" in text_of(again.get("/unit/")) and "何安" in text_of(again.get("/unit/"))
    body = again.get("/unit/people/change/?draft=1").content.decode()
    for name in ("name", "id_number", "base"):
        assert f'value="{PERSON[name]}"' in body, name
    assert "上次没填完" in text_of(again.get("/unit/people/change/"))
    done = again.post("/unit/people/change/", {**PERSON, "key": hidden(again.get("/unit/people/change/"), "key")})
    assert done.status_code == 302 and CaseDraft.objects.count() == 0


def test_a_file_sent_after_the_session_ran_out_is_kept_too(unit: Unit, now: Clock) -> None:
    client = unit.client()
    client.get("/unit/upload/")
    run_out(now)
    content = sheet([staff_row(1), staff_row(9)])
    answer = client.post("/unit/upload/", {"file": SimpleUploadedFile("迟到.xlsx", content), "pasted": ""})
    sent_to_log_in(answer)
    again = unit.client()
    page = again.get("/unit/")
    assert "名册“迟到.xlsx”" in text_of(page)
    address = str(CaseDraft.objects.get().draft_id)
    assert f"/unit/drafts/{address}/discard/" in page.content.decode()


@pytest.mark.parametrize("pasted", ["\t".join(HEADINGS) + f"\n员工九\t{staff_id(9)}\t\t9000", "还没有粘完的半张表"])
def test_pasted_cells_sent_too_late_are_kept_even_when_they_are_no_list_yet(
    unit: Unit, now: Clock, pasted: str
) -> None:
    client = unit.client()
    client.get("/unit/upload/")
    run_out(now)
    sent_to_log_in(client.post("/unit/upload/", {"pasted": pasted}))
    again = unit.client()
    assert "没办完的" in text_of(again.get("/unit/"))
    if "半张" in pasted:
        assert pasted in again.get("/unit/upload/?draft=1").content.decode()


def test_a_file_that_is_no_list_sent_too_late_is_asked_for_again(unit: Unit, now: Clock) -> None:
    client = unit.client()
    client.get("/unit/upload/")
    run_out(now)
    answer = client.post("/unit/upload/", {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.4"), "pasted": ""})
    sent_to_log_in(answer)
    assert CaseDraft.objects.count() == 0


def test_after_logging_out_on_purpose_nothing_sent_is_kept(unit: Unit) -> None:
    client = unit.client()
    key = hidden(client.get("/unit/people/change/"), "key")
    cookies = dict(client.cookies)
    client.post("/logout/")
    client.cookies.update(cookies)
    sent_to_log_in(client.post("/unit/people/change/", {**PERSON, "key": key}))
    assert CaseDraft.objects.count() == 0


def test_what_runs_out_longer_ago_is_not_kept(unit: Unit, now: Clock) -> None:
    client = unit.client()
    client.get("/unit/people/change/")
    now.later(hours=20)
    sent_to_log_in(client.post("/unit/people/change/", PERSON))
    assert CaseDraft.objects.count() == 0


def test_the_page_keeps_its_words_without_keeping_the_session(unit: Unit, now: Clock) -> None:
    client = unit.client()
    client.get("/unit/people/change/")
    now.later(minutes=13)
    kept = client.post("/unit/drafts/", PERSON, headers={"X-Anju-Poll": "1"})
    assert kept.status_code == 204 and CaseDraft.objects.count() == 1
    now.later(minutes=3)
    sent_to_log_in(client.get("/unit/"))


def test_a_draft_is_kept_by_its_own_button_and_the_newest_words_count(unit: Unit) -> None:
    client = unit.client()
    assert "已存为草稿" in text_of(answered(client, client.post("/unit/drafts/", {**PERSON, "base": ""})))
    client.post("/unit/drafts/", PERSON)
    assert CaseDraft.objects.count() == 1
    assert 'value="8000"' in client.get("/unit/people/change/?draft=1").content.decode()


def test_an_empty_form_is_no_draft(unit: Unit) -> None:
    unit.client().post("/unit/drafts/", {"change": "new", "month": "2026-11"})
    assert CaseDraft.objects.count() == 0


def test_drafts_are_ones_own_and_last_thirty_days(unit: Unit, now: Clock) -> None:
    client = unit.client()
    client.post("/unit/drafts/", PERSON)
    draft_id = CaseDraft.objects.get().draft_id
    admin = unit.client("admin")
    assert "没办完的" not in text_of(admin.get("/unit/"))
    admin.post(f"/unit/drafts/{draft_id}/discard/")
    unit_of(2, staff=0).client().post(f"/unit/drafts/{draft_id}/discard/")
    assert CaseDraft.objects.count() == 1
    now.at += timedelta(days=31)
    assert "没办完的" not in text_of(unit.client().get("/unit/"))


def test_a_draft_is_thrown_away_and_twice_is_once(unit: Unit) -> None:
    client = unit.client()
    client.post("/unit/drafts/", PERSON)
    where = f"/unit/drafts/{CaseDraft.objects.get().draft_id}/discard/"
    first, second = client.post(where), client.post(where)
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert "草稿已丢弃" in text_of(answered(client, first)) and CaseDraft.objects.count() == 0


@pytest.mark.parametrize("number", ["0", "9" * 25])
def test_a_draft_that_is_not_there_is_thrown_away_all_the_same(unit: Unit, number: str) -> None:
    assert unit.client().post(f"/unit/drafts/{number}/discard/").status_code == 302
