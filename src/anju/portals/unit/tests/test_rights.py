"""Who may see and do what: agent, administrator, another unit, other roles; and what every list costs."""

from __future__ import annotations

import re

import pytest
from django.urls import get_resolver

from anju.identity.types import Role
from anju.notices import actions as notices
from anju.portals.unit.tests.queries import held
from anju.portals.unit.tests.world import (
    OCTOBER,
    Clock,
    Unit,
    acting,
    answered,
    checked,
    client_of,
    confirm_fields,
    enrol,
    latest,
    money,
    open_books,
    paid,
    sheet,
    staff_row,
    text_of,
    unit_of,
)

pytestmark = pytest.mark.django_db
LOOKS = ("/unit/", "/unit/people/", "/unit/payments/", "/unit/upload/", "/unit/people/change/", "/unit/mandates/",
         "/unit/inbox/", "/unit/differences/", "/unit/upload/template/")  # fmt: skip
NUMBERED = ("/unit/months/{n}/", "/unit/months/{n}/list/", "/unit/months/{n}/notice/", "/unit/months/{n}/approve/",
            "/unit/cases/{n}/", "/unit/uploads/{n}/202611/", "/unit/uploads/{n}/202611/errors/")  # fmt: skip


@pytest.fixture
def unit(now: Clock) -> Unit:
    open_books()
    made = unit_of(first_month=OCTOBER)
    paid(made, OCTOBER)
    return made


@pytest.mark.parametrize("who", ["agent", "admin"])
@pytest.mark.parametrize("path", LOOKS)
def test_agent_and_administrator_open_every_page(unit: Unit, who: str, path: str) -> None:
    assert unit.client(who).get(path).status_code == 200


@pytest.mark.parametrize("role", [Role.MEMBER, Role.CLERK, Role.REVIEWER, Role.TREASURER, Role.ADMINISTRATOR])
@pytest.mark.parametrize("path", LOOKS)
def test_other_roles_open_none(unit: Unit, role: Role, path: str) -> None:
    assert client_of(acting(77, "林晓雨", role)).get(path).status_code == 403


@pytest.mark.parametrize("path", [*LOOKS, "/unit/confirm/"])
def test_nobody_is_asked_to_log_in(now: Clock, path: str) -> None:
    from django.test import Client

    answer = Client().get(path)
    assert answer.status_code == 302 and answer["Location"].startswith("/login/")


def test_every_address_of_the_portal_has_one_permission() -> None:
    from anju.portals.unit import urls

    for pattern in urls.urlpatterns:
        assert getattr(pattern.callback, "permission", "").startswith("unit."), pattern
    assert get_resolver()


@pytest.mark.parametrize("number", ["0", "1", "9" * 18, "9" * 40])
@pytest.mark.parametrize("path", NUMBERED)
def test_a_number_of_nobody_is_a_missing_page(unit: Unit, path: str, number: str) -> None:
    assert unit.client().get(path.format(n=number)).status_code == 404


def test_the_right_of_somebody_ended_works_no_more_at_the_next_request(unit: Unit) -> None:
    from anju.identity import queries as logins

    admin, agent = unit.client("admin"), unit.client()
    held_by = {login.login_id: mandate.mandate_id for mandate, login in logins.unit_logins(unit.unit_id)}
    where = f"/unit/mandates/{held_by[unit.people['agent'].login_id or 0]}/end/"
    first, second = admin.post(where), admin.post(where)
    assert (first.status_code, first["Location"]) == (302, second["Location"])
    assert agent.get("/unit/").status_code == 403
    own = admin.post(f"/unit/mandates/{held_by[unit.people['admin'].login_id or 0]}/end/")
    assert own.status_code == 409 and admin.get("/unit/").status_code == 200


def test_an_agent_changes_no_rights_and_reads_whom_to_ask(unit: Unit) -> None:
    agent = unit.client()
    page = text_of(agent.get("/unit/mandates/"))
    assert "您是经办人" in page and "需要时请联系 陈立" in page and "结束授权" not in page
    assert agent.post("/unit/mandates/", {"phone": "13800000012", "role": "unit_admin"}).status_code == 403
    assert agent.post("/unit/mandates/second/", {"wanted": "1"}).status_code == 403
    assert agent.post("/unit/mandates/1/end/").status_code == 403


def test_an_administrator_adds_an_agent_once(unit: Unit) -> None:
    acting(55, "高玉兰", Role.MEMBER)
    admin = unit.client("admin")
    fields = {"phone": "13800000055", "role": "unit_agent"}
    first, second = admin.post("/unit/mandates/", fields), admin.post("/unit/mandates/", fields)
    assert (first.status_code, first["Location"]) == (302, second["Location"])
    assert text_of(answered(admin, first)).count("结束授权高玉兰") == 1


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [({"phone": "13899999999", "role": "unit_agent"}, "phone", "还没有开通个人网上业务"),
     ({"phone": "1", "role": "unit_agent"}, "phone", "11 位"), ({"phone": "\x00", "role": "unit_agent"}, "phone", ""),
     ({"phone": "13800000012", "role": "treasurer"}, "role", "")],
)  # fmt: skip
def test_a_right_that_cannot_be_given_is_refused_beside_its_field(
    unit: Unit, fields: dict[str, str], field: str, said: str
) -> None:
    answer = unit.client("admin").post("/unit/mandates/", fields)
    assert answer.status_code == 422 and said in text_of(answer)
    assert f'id="id_{field}-error"' in answer.content.decode()


def test_a_foreign_mandate_is_a_missing_page(unit: Unit) -> None:
    from anju.identity import queries as logins

    other = unit_of(2, staff=0)
    mandate = logins.unit_logins(other.unit_id)[0][0]
    assert unit.client("admin").post(f"/unit/mandates/{mandate.mandate_id}/end/").status_code == 404
    assert other.client().get("/unit/").status_code == 200


def test_the_second_approval_is_set_and_lifted(unit: Unit) -> None:
    admin = unit.client("admin")
    for wanted, said in (("1", "以后每次申报都要第二人复核"), ("0", "以后申报后直接缴款")):
        first, second = (admin.post("/unit/mandates/second/", {"wanted": wanted}) for _ in range(2))
        assert first["Location"] == second["Location"] and said in text_of(answered(admin, first))


def test_another_units_case_and_messages_are_out_of_reach(unit: Unit) -> None:
    client = unit.client()
    client.post("/unit/confirm/", confirm_fields(client.get("/unit/")))
    case_id = latest(unit).case_id
    page = client.get(f"/unit/cases/{case_id}/")
    assert "单位汇缴" in text_of(page) and "所属年月 2026年11月" in text_of(page)
    stranger = unit_of(2, staff=0).client()
    assert stranger.get(f"/unit/cases/{case_id}/").status_code == 404
    assert "没有消息" in text_of(stranger.get("/unit/inbox/"))


def test_messages_are_paged_and_marked_as_read(unit: Unit, now: Clock) -> None:
    for n in range(25):
        notices.send("note", at=now.at, unit_id=unit.unit_id, title=f"第 {n} 条", text="请看")
    client = unit.client()
    page = client.get("/unit/inbox/")
    assert re.search(r"2\d 条未读", text_of(page)) and "更早的消息" in text_of(page)
    older = re.search(r"\?before=(\d+)", page.content.decode())
    assert older is not None and "第 1 条" in text_of(client.get(f"/unit/inbox/?before={older[1]}"))
    assert "全部标为已读" in text_of(page)
    assert "未读" not in text_of(answered(client, client.post("/unit/inbox/read/")))
    assert client.get("/unit/inbox/?before=%00").status_code == 200


def test_no_page_costs_more_for_five_hundred_people_than_for_five(unit: Unit, now: Clock) -> None:
    enrol(unit, [4, 5])
    client = unit.client()
    client.post("/unit/drafts/", {"change": "new", "name": "何安"})
    money(unit, 100_00, "公积金")
    address, _ = checked(client, sheet([staff_row(n) for n in range(1, 6)]))
    found = latest(unit).remittance_id
    paths = ["/unit/", "/unit/?kind=joined", "/unit/people/", "/unit/people/?q=员工", "/unit/people/?state=all",
             "/unit/payments/", "/unit/inbox/", "/unit/mandates/", "/unit/upload/", "/unit/people/change/",
             "/unit/differences/", f"/unit/months/{found}/", f"/unit/months/{found}/list/"]  # fmt: skip
    few = held(client, paths)
    enrol(unit, range(10, 505))
    assert held(client, paths) == few
    declared = unit.client()
    declared.post("/unit/confirm/", confirm_fields(declared.get("/unit/")))
    waiting = latest(unit).remittance_id
    held(declared, ["/unit/", f"/unit/months/{waiting}/", f"/unit/months/{waiting}/approve/"])


def test_a_checked_list_costs_the_same_for_five_rows_and_five_hundred(unit: Unit) -> None:
    from anju.portals.unit.tests.queries import cost

    client = unit.client()
    few, _ = checked(client, sheet([staff_row(n) for n in range(1, 6)]))
    many, _ = checked(client, sheet([staff_row(n) for n in range(1, 501)]), "很多.xlsx")
    assert cost(client, few) == cost(client, many) <= 15
