"""The unit's second person: sees the frozen list, agrees or sends it back with a reason; the maker cannot."""

from __future__ import annotations

import pytest

from anju.contributions.types import RemittanceState
from anju.identity.types import Role
from anju.portals.unit.tests.world import (
    OCTOBER,
    Clock,
    Unit,
    acting,
    answered,
    client_of,
    confirm_fields,
    enrol,
    latest,
    open_books,
    paid,
    text_of,
    unit_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit(now: Clock) -> Unit:
    """A unit whose declarations need a second person; one has been declared by the agent, with a newcomer."""
    open_books()
    made = unit_of(first_month=OCTOBER, second_approval=True)
    paid(made, OCTOBER)
    enrol(made, [9])
    client = made.client()
    sent = client.post("/unit/confirm/", confirm_fields(client.get("/unit/")))
    assert "已申报，等另一位同事复核" in text_of(answered(client, sent))
    return made


def address(unit: Unit) -> str:
    return f"/unit/months/{latest(unit).remittance_id}/approve/"


def test_the_second_person_sees_what_was_frozen_and_agrees(unit: Unit) -> None:
    admin = unit.client("admin")
    home = admin.get("/unit/")
    assert "等您复核" in text_of(home) and address(unit) in home.content.decode()
    page = text_of(admin.get(address(unit)))
    assert "周敏于 2026年11月12日 10:41 申报" in page and "员工九" in page
    assert "上月（2026年10月） 3" in page and "本月应缴 4" in page and "同意这份名册" in page
    after = admin.post(address(unit), {})
    assert "已同意。现在可以缴款" in text_of(answered(admin, after))
    assert latest(unit).state is RemittanceState.CONFIRMED
    twice = admin.post(address(unit), {})
    assert (twice.status_code, twice["Location"]) == (after.status_code, after["Location"])


def test_the_maker_cannot_agree_and_reads_who_can(unit: Unit) -> None:
    agent = unit.client()
    assert "陈立可以复核" in text_of(agent.get("/unit/"))
    page = text_of(agent.get(address(unit)))
    assert "这是您自己申报的" in page and "请 陈立 登录后复核" in page and "同意这份名册" not in page
    refused = agent.post(address(unit), {})
    assert refused.status_code == 403 and "申报人不能复核自己的申报" in text_of(refused)
    sent_back = agent.post(address(unit), {"return": "1", "reason": "算了"})
    assert sent_back.status_code == 403 and "撤回重报" in text_of(sent_back)
    assert latest(unit).state is RemittanceState.AWAITING_APPROVAL


def test_the_same_person_under_another_capacity_cannot_agree_either(unit: Unit, now: Clock) -> None:
    from anju.identity import actions as identity
    from anju.portals.unit.tests.world import MACHINE

    agent = unit.people["agent"]
    assert agent.login_id is not None
    held = identity.grant_mandate(
        agent.login_id, Role.UNIT_ADMIN, actor=MACHINE, at=now.at, unit_id=unit.unit_id, source_case_id=1
    )
    client = unit.client()
    client.post("/switch/", {"mandate": str(held)})
    assert client.post(address(unit), {}).status_code == 403
    assert latest(unit).state is RemittanceState.AWAITING_APPROVAL


def test_sending_back_needs_a_reason_and_the_maker_reads_it(unit: Unit) -> None:
    admin, agent = unit.client("admin"), unit.client()
    refused = admin.post(address(unit), {"return": "1", "reason": "  "})
    body = refused.content.decode()
    assert refused.status_code == 422 and 'id="id_reason-error"' in body and "<title>错误：" in body
    long = admin.post(address(unit), {"return": "1", "reason": "长" * 201})
    assert long.status_code == 422 and "长" * 201 in long.content.decode()
    where = address(unit)
    first = admin.post(where, {"return": "1", "reason": "员工九的基数不对"})
    second = admin.post(where, {"return": "1", "reason": "员工九的基数不对"})
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    page = text_of(agent.get("/unit/"))
    assert "复核人退回了这个月的名册" in page and "原因：员工九的基数不对" in page and "确认申报" in page
    assert "复核退回" in text_of(agent.get("/unit/payments/"))
    assert "员工九的基数不对" in text_of(agent.get(where.replace("approve/", "")))


def test_what_was_sent_back_is_declared_anew_and_approved(unit: Unit) -> None:
    admin, agent = unit.client("admin"), unit.client()
    admin.post(address(unit), {"return": "1", "reason": "再看看"})
    agent.post("/unit/confirm/", confirm_fields(agent.get("/unit/")))
    assert "复核人退回了" not in text_of(agent.get("/unit/"))
    admin.post(address(unit), {})
    assert latest(unit).state is RemittanceState.CONFIRMED


def test_before_the_approval_there_is_no_payment_notice(unit: Unit) -> None:
    answer = unit.client().get(address(unit).replace("approve/", "notice/"))
    assert answer.status_code == 409 and "还不能缴款" in text_of(answer)


def test_a_unit_of_one_person_reads_that_nobody_can_approve(now: Clock) -> None:
    from anju.identity import actions as identity
    from anju.identity import queries as logins
    from anju.portals.unit.tests.world import MACHINE

    open_books()
    alone = unit_of(second_approval=True)
    for mandate, login in logins.unit_logins(alone.unit_id):
        if login.login_id == alone.people["agent"].login_id:
            identity.end_mandate(mandate.mandate_id, why="test", actor=MACHINE, at=now.at)
    client = alone.client("admin")
    client.post("/unit/confirm/", confirm_fields(client.get("/unit/")))
    assert "本单位还没有别人可以复核" in text_of(client.get("/unit/"))


@pytest.mark.parametrize("tail", ["", "approve/", "notice/", "list/"])
def test_another_units_month_is_a_missing_page(unit: Unit, tail: str) -> None:
    where = address(unit).replace("approve/", tail)
    stranger = unit_of(2, staff=0).client("admin")
    assert stranger.get(where).status_code == 404
    assert stranger.post(address(unit), {}).status_code == 404
    assert stranger.post(address(unit).replace("approve", "cancel"), {}).status_code == 404


@pytest.mark.parametrize("role", [Role.MEMBER, Role.CLERK, Role.TREASURER, Role.ADMINISTRATOR])
def test_nobody_outside_the_unit_approves(unit: Unit, role: Role) -> None:
    client = client_of(acting(77, "林晓雨", role))
    assert client.get(address(unit)).status_code == 403
    assert client.post(address(unit), {}).status_code == 403
