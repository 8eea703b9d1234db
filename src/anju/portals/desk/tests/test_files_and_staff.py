"""Units, people, parameters, staff and reports: looks are recorded, names masked, duties kept apart."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anju.audit import queries as audit
from anju.audit.models import AuditRecord
from anju.contributions.tests import world as money
from anju.identity import queries as identity
from anju.identity.types import Role
from anju.kernel import clock
from anju.notices.models import Notice
from anju.portals.desk.tests.world import (
    CENTRE,
    NAMES,
    client_of,
    id_number,
    in_review,
    login,
    offered,
    person,
    staff,
    text_of,
)
from anju.support import actions as support
from anju.support import queries as support_queries

pytestmark = pytest.mark.django_db


def search(client: Client, n: int, **more: str) -> Any:
    body = {"id_kind": "01", "id_number": id_number(n), "purpose": "consult", "case_number": "", **more}
    return client.post("/desk/people/", body)


# ------------------------------------------------------------------------------------------------- people


def test_a_person_is_found_masked_and_opened_for_a_purpose_and_both_are_recorded() -> None:
    actor, client = staff(1, Role.CLERK)
    person_id = person(5)
    found = text_of(search(client, 5))
    assert NAMES[5] not in found and f"{NAMES[5][0]}**" in found
    assert found.count(id_number(5)) == 1  # what was typed stays in the form, and stands nowhere else
    assert f"***********{id_number(5)[-4:]}" in found
    opened = client.post(f"/desk/people/{person_id}/", {"purpose": "consult", "case_number": ""})
    page = text_of(opened)
    assert NAMES[5] in page and id_number(5) not in page and "本人到柜台或来电咨询" in page
    acts = [(line["act"], line["role"], line["details"]["purpose"]) for line in audit.of_person(person_id)]
    assert acts == [("look", actor.role, "consult"), ("search", actor.role, "consult")]


def test_no_file_opens_without_a_purpose_and_a_case_as_purpose_needs_its_number() -> None:
    _, client = staff(1, Role.CLERK)
    person_id = person(5)
    for body in ({}, {"purpose": "curiosity"}, {"purpose": "case", "case_number": ""},
                 {"purpose": "case", "case_number": "20261123-999999"}):  # fmt: skip
        answer = client.post(f"/desk/people/{person_id}/", body)
        assert answer.status_code == 422 and NAMES[5] not in text_of(answer), body
    assert audit.of_person(person_id) == []
    assert client.get(f"/desk/people/{person_id}/").status_code == 405


def test_a_look_for_a_case_carries_the_case() -> None:
    _, client = staff(1, Role.CLERK)
    with offered() as world:
        member = login(5, Role.MEMBER)
        case_id = in_review(world, member)
        from anju.casework.models import Case

        number = Case.objects.get(pk=case_id).number
        body = {"purpose": "case", "case_number": number}
        page = text_of(client.post(f"/desk/people/{member.person_id}/", body))
        assert number in page
    look = AuditRecord.objects.get(act="look", person_id=member.person_id)
    assert look.case_id == case_id


def test_a_wrong_number_is_named_and_an_unknown_person_is_not_invented() -> None:
    _, client = staff(1, Role.CLERK)
    wrong = search(client, 5, id_number=id_number(5)[:-1] + ("0" if id_number(5)[-1] != "0" else "1"))
    assert wrong.status_code == 422 and "证件号码不对" in text_of(wrong)
    assert "中心没有这个人" in text_of(search(client, 77))
    assert search(client, 5, id_number="1\x002").status_code == 422


def test_nobody_opens_the_own_file_or_that_of_another_centre_across_the_desk() -> None:
    actor, client = staff(1, Role.CLERK)
    for person_id in (actor.person_id, 987654321):
        assert client.post(f"/desk/people/{person_id}/", {"purpose": "consult"}).status_code == 404


# -------------------------------------------------------------------------------------------------- units


def test_a_unit_is_found_by_name_and_opened_for_a_purpose() -> None:
    _, client = staff(1, Role.CLERK)
    with money.wired():
        money.open_centre()
        unit_id = money.open_unit()
        money.apply(unit_id, money.staff_rows(2))
        declared = money.declare(unit_id)
    assert "安居第1工厂" in text_of(client.get("/desk/units/", {"q": "第1工"}))
    assert "没有找到单位" in text_of(client.get("/desk/units/", {"q": "%"}))
    bare = client.post(f"/desk/units/{unit_id}/", {"purpose": ""})
    assert bare.status_code == 422 and declared.number not in text_of(bare)
    page = text_of(client.post(f"/desk/units/{unit_id}/", {"purpose": "check"}))
    assert declared.number in page and "2 人" in page and "周正" not in page and "尾号 0099" in page
    assert AuditRecord.objects.filter(act="look", unit_id=unit_id, details__purpose="check").count() == 1
    assert client.post("/desk/units/987654321/", {"purpose": "check"}).status_code == 404


@pytest.mark.parametrize("role", [Role.MEMBER, Role.ADMINISTRATOR])
def test_files_are_for_the_desk_and_the_treasurer(role: Role) -> None:
    _, client = staff(6, role)
    for path in ("/desk/units/", "/desk/people/"):
        assert client.get(path).status_code == 403
        assert Client().get(path)["Location"].startswith("/login/")
    assert client.post("/desk/units/1/", {"purpose": "check"}).status_code == 403
    assert client.post("/desk/people/1/", {"purpose": "check"}).status_code == 403


# --------------------------------------------------------------------------------------------- parameters


def test_every_parameter_in_force_is_shown_and_what_is_not_verified_is_said() -> None:
    _, client = staff(1, Role.CLERK)
    page = text_of(client.get("/desk/parameters/"))
    assert "月缴存基数上限" in page and "未核实" in page and "演示数值" in page
    unverified = text_of(client.get("/desk/parameters/", {"status": "unverified"}))
    assert "月缴存基数上限" not in unverified and unverified.count("is-differ") >= 1
    assert "月缴存基数上限" in text_of(client.get("/desk/parameters/", {"q": "基数"}))
    history = text_of(client.get("/desk/parameters/contribution.base_cap/"))
    assert "24,000.00" in history and "现行" in history and "安房金管" in history
    assert client.get("/desk/parameters/no.such/").status_code == 404


# -------------------------------------------------------------------------------------------------- staff


NEW = {"name": "唐晓雯", "phone": "13900001234", "account_name": "tangxiaowen", "role": "reviewer"}


def test_a_colleague_is_taken_on_bound_to_the_person_and_can_be_given_no_opposed_duty() -> None:
    _, client = staff(9, Role.ADMINISTRATOR)
    sent = client.post("/desk/administration/new/", {**NEW, "id_number": id_number(40)})
    assert sent["Location"] == "/desk/administration/?done=created"
    held = {login.account_name: (duty.role, login) for duty, login in identity.staff()}
    role, facts = held["tangxiaowen"]
    assert role is Role.REVIEWER and facts.person_id is not None
    page = text_of(client.get("/desk/administration/"))
    assert "唐晓雯" in page and "139****1234" in page and "13900001234" not in page
    for opposed in ("treasurer", "administrator"):
        refused = client.post("/desk/administration/grant/", {"id_number": id_number(40), "role": opposed})
        assert refused.status_code == 409 and "不相容岗位" in text_of(refused)
    assert client.post("/desk/administration/grant/", {"id_number": id_number(40), "role": "clerk"}).status_code == 302
    assert len(identity.mandates_of(facts.login_id)) == 2


def test_taking_on_refuses_a_wrong_name_a_known_log_in_and_a_taken_phone_and_keeps_what_was_typed() -> None:
    _, client = staff(9, Role.ADMINISTRATOR)
    login(5, Role.MEMBER)
    person(6)
    for n, more, told in ((6, {}, "另一个姓名"), (5, {"name": NAMES[5]}, "已有登录账户"),
                          (41, {"phone": "13800000005"}, "手机号"),
                          (42, {"account_name": "9!"}, "登录名")):  # fmt: skip
        refused = client.post("/desk/administration/new/", {**NEW, "id_number": id_number(n), **more})
        page = text_of(refused)
        assert refused.status_code in (409, 422) and told in page and "<title>错误：" in page, told
        assert id_number(n) in page
    wrong = client.post("/desk/administration/new/", {**NEW, "id_number": "110105194912310021"})
    assert wrong.status_code == 422
    assert len(identity.staff()) == 1


def test_nobody_grants_or_ends_the_own_duties() -> None:
    actor, client = staff(9, Role.ADMINISTRATOR)
    own = identity.mandates_of(actor.login_id or 0)[0].mandate_id
    refused = client.post("/desk/administration/grant/", {"id_number": id_number(9), "role": "administrator"})
    assert refused.status_code == 403 and "不能给自己授权" in text_of(refused)
    assert client.post(f"/desk/administration/duties/{own}/end/", {"why": "轮岗"}).status_code == 403
    assert client.post(f"/desk/administration/logins/{actor.login_id}/disable/", {"why": "离职"}).status_code == 403
    assert len(identity.mandates_of(actor.login_id or 0)) == 1


def test_an_ended_duty_works_no_more_on_the_next_request_and_needs_a_reason() -> None:
    _, client = staff(9, Role.ADMINISTRATOR)
    clerk, clerks = staff(1, Role.CLERK)
    duty = identity.mandates_of(clerk.login_id or 0)[0].mandate_id
    assert clerks.get("/desk/cases/").status_code == 200
    bare = client.post(f"/desk/administration/duties/{duty}/end/", {"why": ""})
    assert bare.status_code == 422 and f'id="end-{duty}-why"' in text_of(bare) and "请填写原因" in text_of(bare)
    assert client.post(f"/desk/administration/duties/{duty}/end/", {"why": "调岗"}).status_code == 302
    assert clerks.get("/desk/cases/").status_code == 403


def test_a_disabled_log_in_is_out_at_once_and_a_member_s_is_not_this_page_s() -> None:
    _, client = staff(9, Role.ADMINISTRATOR)
    clerk, clerks = staff(1, Role.CLERK)
    member = login(5, Role.MEMBER)
    mandate = identity.mandates_of(member.login_id or 0)[0].mandate_id
    assert client.post(f"/desk/administration/logins/{member.login_id}/disable/", {"why": "x"}).status_code == 404
    assert client.post(f"/desk/administration/duties/{mandate}/end/", {"why": "x"}).status_code == 404
    assert client.post(f"/desk/administration/logins/{clerk.login_id}/disable/", {"why": "离职"}).status_code == 302
    assert clerks.get("/desk/")["Location"].startswith("/login/")


@pytest.mark.parametrize("role", [Role.MEMBER, Role.CLERK, Role.REVIEWER, Role.TREASURER])
def test_staff_is_the_administrator_s(role: Role) -> None:
    _, client = staff(6, role)
    assert client.get("/desk/administration/").status_code == 403
    for path in ("new/", "grant/", "duties/1/end/", "logins/1/disable/"):
        assert client.post(f"/desk/administration/{path}").status_code == 403


def test_the_homes_of_administrator_and_member() -> None:
    _, client = staff(9, Role.ADMINISTRATOR)
    page = text_of(client.get("/desk/"))
    assert "工作人员和授权" in page and "未核实" in page
    _, member = staff(6, Role.MEMBER)
    for path in ("/desk/", "/desk/parameters/", "/desk/wrong/"):
        assert member.get(path).status_code == 403
    assert member.post("/desk/next/").status_code == 403
    assert Client().get("/desk/")["Location"].startswith("/login/")


# ------------------------------------------------------------------------------------------------ reports


def test_what_somebody_says_is_wrong_is_answered_once_and_reaches_the_inbox() -> None:
    _, client = staff(1, Role.CLERK)
    member = login(5, Role.MEMBER)
    number = support.report_wrong(
        text="九月的缴存基数不对", page="/me/", login_id=member.login_id, centre_id=CENTRE, at=clock.now()
    )
    assert "九月的缴存基数不对" in text_of(client.get("/desk/wrong/"))
    assert client.post(f"/desk/wrong/{number}/", {"answer": " "}).status_code == 422
    sent = client.post(f"/desk/wrong/{number}/", {"answer": "已请单位核对，十日内答复您。"})
    assert sent["Location"] == f"/desk/wrong/?done=answered&number={number}"
    assert support_queries.open_reports(CENTRE) == []
    assert Notice.objects.filter(login_id=member.login_id, kind="report_answered").count() == 1
    assert client.post(f"/desk/wrong/{number}/", {"answer": "再答一次"}).status_code == 409
    assert client.post("/desk/wrong/987654321/", {"answer": "谁"}).status_code == 404


def test_these_pages_need_few_queries() -> None:
    clerk, client = staff(1, Role.CLERK)
    administrator = client_of(login(9, Role.ADMINISTRATOR))
    for n in range(4):
        support.report_wrong(text=f"第 {n} 条", page="/", login_id=None, centre_id=CENTRE, at=clock.now())
        login(20 + n, Role.CLERK)
    most = {"/desk/parameters/": 1, "/desk/wrong/": 2, "/desk/units/?q=安居": 2, "/desk/people/": 1}
    for path, limit in most.items():
        with CaptureQueriesContext(connection) as caught:
            assert client.get(path).status_code == 200
        assert len(caught) <= limit, (path, len(caught), [query["sql"][:90] for query in caught])
    for path, limit in {"/desk/administration/": 3, "/desk/": 7}.items():
        with CaptureQueriesContext(connection) as caught:
            assert administrator.get(path).status_code == 200
        assert len(caught) <= limit, path
    assert clerk.person_id is not None
    person_id = person(5)
    with CaptureQueriesContext(connection) as caught:
        client.post(f"/desk/people/{person_id}/", {"purpose": "consult"})
    assert len(caught) <= 10, len(caught)
