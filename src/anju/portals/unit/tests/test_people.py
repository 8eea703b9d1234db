"""The staff: searched, by state, page by page, as a workbook; and one person by form."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from anju.contributions import queries
from anju.portals.unit.tests.world import (
    CENTRE,
    NOVEMBER,
    OCTOBER,
    Clock,
    Unit,
    answered,
    apply,
    checked,
    client_of,
    enrol,
    hidden,
    open_books,
    paid,
    staff_id,
    text_of,
    unit_of,
    upload,
    wrong_digit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit(now: Clock) -> Unit:
    open_books()
    made = unit_of(first_month=OCTOBER)
    paid(made, OCTOBER)
    return made


def accounts(unit: Unit) -> dict[int, Any]:
    return {one.account_id: one for one in queries.roster(CENTRE, unit.unit_id, month=NOVEMBER, sealed=True)}


def form_of(client: Any, path: str = "/unit/people/change/", **values: str) -> dict[str, str]:
    """The person's form as it is sent."""
    page = client.get(path)
    fields = {"key": hidden(page, "key"), "month": "2026-11", **values}
    found = re.search(r'name="account" value="(\d+)"', page.content.decode())
    return {**fields, "account": found[1]} if found else fields


def test_people_are_found_by_part_of_a_name_or_the_end_of_a_number(unit: Unit) -> None:
    client = unit.client()
    assert "员工二" in text_of(client.get("/unit/people/?q=工二"))
    assert "员工一" not in text_of(client.get("/unit/people/?q=工二"))
    assert "员工三" in text_of(client.get(f"/unit/people/?q={staff_id(3)[-4:].lower()}"))
    page = text_of(client.get("/unit/people/?q=没有这个人"))
    assert "没有找到“没有这个人”" in page and "现在只在“正常缴存”里找" in page


def test_each_state_is_counted_and_chosen(unit: Unit) -> None:
    client = unit.client()
    account = next(iter(accounts(unit)))
    client.post("/unit/people/change/", form_of(client, f"/unit/people/change/?account={account}", change="seal",
                                                reason="retired"))  # fmt: skip
    page = client.get("/unit/people/?state=sealed")
    assert "正常缴存 2" in text_of(page) and "已封存 1" in text_of(page) and "全部 3" in text_of(page)
    assert "员工一" in text_of(page) and "封存" in text_of(page)
    assert "员工一" not in text_of(client.get("/unit/people/"))
    assert "没有“没有基数”的职工" in text_of(client.get("/unit/people/?state=without-base"))


def test_a_long_staff_is_paged_and_the_balance_is_nowhere(unit: Unit) -> None:
    enrol(unit, range(10, 150))
    client = unit.client()
    first, second = client.get("/unit/people/"), client.get("/unit/people/?page=2")
    assert "第 1 页，共 2 页 143 条" in text_of(first) and "下一页" in text_of(first)
    assert "员工一四九" in text_of(second) and text_of(second).count("余额") == 1, "only that it is not shown"
    assert client.get("/unit/people/?page=99").status_code == 200


def test_an_empty_staff_says_how_to_begin(now: Clock) -> None:
    open_books()
    assert "上传第一份名册" in text_of(unit_of(staff=0).client().get("/unit/people/"))


def test_the_roster_leaves_the_house_only_after_a_fresh_proof_and_comes_back_unchanged(unit: Unit) -> None:
    from anju.audit.models import AuditRecord

    plain = unit.client().get("/unit/people/list/")
    assert plain.status_code == 302 and plain["Location"] == "/step-up/?next=%2Funit%2Fpeople%2Flist%2F"
    account = next(iter(accounts(unit)))
    agent = unit.client()
    agent.post("/unit/people/change/", form_of(agent, f"/unit/people/change/?account={account}", change="seal",
                                               reason="retired"))  # fmt: skip
    client = client_of(unit.people["agent"], stepped_up=True)
    answer = client.get("/unit/people/list/")
    made = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    rows = made.get_sheet_by_name("名册").to_python()
    assert rows[0][:4] == ["姓名", "证件类型", "证件号码", "缴存基数"]
    assert rows[1][:4] == ["员工二", "居民身份证", staff_id(2), 8600.0]
    assert staff_id(1) not in str(made.get_sheet_by_index(1).to_python())
    assert AuditRecord.objects.filter(act="unit.staff_downloaded").count() == 1
    _, page = checked(client, answer.content, "名册.xlsx")
    assert "和现在的名册一模一样" in text_of(page), "sent back as it is, it changes nothing and unseals nobody"


def test_one_person_is_taken_on_by_form_once(unit: Unit) -> None:
    client = unit.client()
    fields = form_of(client, change="new", name="何安", id_number=staff_id(8), base="8,000")
    first, second = client.post("/unit/people/change/", fields), client.post("/unit/people/change/", fields)
    assert (first.status_code, first["Location"]) == (302, second["Location"])
    assert "进来 1 人" in text_of(answered(client, first)) and len(accounts(unit)) == 4


def test_somebody_of_the_staff_is_changed_with_one_field(unit: Unit) -> None:
    client = unit.client()
    account = next(iter(accounts(unit)))
    page = client.get(f"/unit/people/change/?account={account}")
    assert "员工一的变更" in text_of(page) and "现在的基数 8,600.00" in text_of(page)
    assert 'name="id_number"' not in page.content.decode() and "启封" not in text_of(page)
    fields = form_of(client, f"/unit/people/change/?account={account}", change="base", base="9000")
    assert client.post("/unit/people/change/", fields).status_code == 302
    assert accounts(unit)[account].base_fen == 900_000


def test_a_sealed_person_is_unsealed_and_sending_it_twice_is_once(unit: Unit) -> None:
    client = unit.client()
    account = next(iter(accounts(unit)))
    path = f"/unit/people/change/?account={account}"
    sealing = form_of(client, path, change="seal", reason="unpaid_leave")
    first, second = client.post("/unit/people/change/", sealing), client.post("/unit/people/change/", sealing)
    assert (first.status_code, first["Location"]) == (302, second["Location"])
    assert accounts(unit)[account].sealed
    page = client.get(path)
    assert "启封" in text_of(page) and "封存原因" not in text_of(page)
    client.post("/unit/people/change/", form_of(client, path, change="unseal", base="8600"))
    assert not accounts(unit)[account].sealed


REFUSED: dict[str, tuple[dict[str, str], str, str]] = {
    "check digit": ({"id_number": wrong_digit(staff_id(8))}, "id_number", "校验位不对"),
    "base over cap": ({"base": "86000"}, "base", "高于上限"),
    "base under floor": ({"base": "100"}, "base", "低于下限"),
    "no base": ({"base": ""}, "base", "没有填缴存基数"),
    "words for a base": ({"base": "八千"}, "base", "金额只写数字"),
    "month closed": ({"month": "2026-10"}, "month", "已经申报或缴清"),
    "month to come": ({"month": "2027-03"}, "month", "现在办的是 2026年11月的名册"),
    "no month": ({"month": "十一月"}, "month", "月份请写成"),
    "here already": ({"name": "员工一", "id_number": staff_id(1)}, "change", "此人已在本单位正常缴存"),
    "seal without reason": ({"name": "员工一", "id_number": staff_id(1), "change": "seal"}, "reason", "没有填封存原因"),
    "phone": ({"phone": "123"}, "phone", "手机号应为 11 位"),
    "nul": ({"name": "何\x00安"}, "name", ""),
    "too long": ({"name": "长" * 61}, "name", "最多填写 60 个字"),
    "huge": ({"base": "9" * 18}, "base", ""),
    "unknown kind": ({"change": "fire"}, "change", ""),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_stands_beside_its_field_and_the_rest_is_kept(unit: Unit, case: str) -> None:
    wrong, field, said = REFUSED[case]
    client = unit.client()
    fields = form_of(client, change="new", name="何安", id_number=staff_id(8), base="8000", phone="13912345678")
    answer = client.post("/unit/people/change/", {**fields, **wrong})
    body = answer.content.decode()
    assert answer.status_code == 422 and f'id="id_{field}-error"' in body and said in text_of(answer), text_of(answer)
    kept = "id_number" if field != "id_number" else "name"
    assert f'value="{({**fields, **wrong})[kept]}"' in body and hidden(answer, "key") == fields["key"]
    assert len(accounts(unit)) == 3


@pytest.mark.parametrize("raw", ["1", "9" * 30, "x", "%00", "-1"])
def test_an_account_that_is_not_the_units_is_a_missing_page(unit: Unit, raw: str) -> None:
    assert unit.client().get(f"/unit/people/change/?account={raw}").status_code == 404


def test_another_units_person_is_a_missing_page_to_look_at_and_to_change(unit: Unit) -> None:
    account = next(iter(accounts(unit)))
    stranger = unit_of(2, staff=0).client()
    assert stranger.get(f"/unit/people/change/?account={account}").status_code == 404
    assert stranger.post("/unit/people/change/", {"account": str(account), "change": "seal"}).status_code == 404
    assert not accounts(unit)[account].sealed


@pytest.mark.parametrize("query", ["page=" + "9" * 40, "page=-1", "page=x", "q=%00", "state=%00", "q=" + "x" * 5000])
def test_absurd_questions_about_the_staff_are_answered(unit: Unit, query: str) -> None:
    assert unit.client().get(f"/unit/people/?{query}").status_code == 200


def test_a_list_applied_meanwhile_is_seen_in_the_staff(unit: Unit) -> None:
    client = unit.client()
    lines = f"姓名,证件号码,缴存基数\n员工九,{staff_id(9)},9000"
    sent = upload(client, lines.encode(), "名册.csv")
    apply(client, sent["Location"], client.get(sent["Location"]))
    assert "员工九" in text_of(client.get("/unit/people/"))
