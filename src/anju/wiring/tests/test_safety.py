"""«不是我操作», a changed phone and a nearly used-up SMS budget reach somebody who acts on them."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from anju.accounts import queries as accounts
from anju.accounts.types import FreezeKind
from anju.contributions.tests import world as money
from anju.contributions.tests.lists import id18
from anju.database.sql import rows
from anju.identity import actions as identity
from anju.identity import queries
from anju.identity.actions.sessions import open_session
from anju.identity.types import Browser, Role, SendingBudgetNear
from anju.kernel import events
from anju.kernel.actor import Actor
from anju.kernel.identifiers import IdKind
from anju.notices import queries as notices
from anju.parties import queries as parties
from anju.support import queries as support

pytestmark = pytest.mark.django_db
CENTRE, AT = money.CENTRE, money.AT
MACHINE = Actor.machine(CENTRE, "test")


@pytest.fixture(autouse=True)
def inside_the_test_transaction(settings: Settings) -> None:
    settings.ANJU_TESTING_ATOMIC = True


def member() -> tuple[int, int]:
    """A member with an account: log-in and person."""
    with money.wired():
        money.open_centre()
        money.apply(money.open_unit(), money.staff_rows(1))
    number = id18(1, "19600101")
    person = parties.person_by_document(IdKind.ID18, number, centre_id=CENTRE)
    assert person is not None
    return login(31, number, person.person_id, Role.MEMBER, name=person.name), person.person_id


def login(n: int, number: str, person_id: int, role: Role, *, name: str = "沈岚") -> int:
    login_id = identity.register(
        name=name, id_kind=IdKind.ID18, id_number=number, phone=f"138000000{n}", at=AT, password="shanqing-shuixiu-77"
    )
    identity.bind_person(login_id, person_id, actor=MACHINE, at=AT)
    identity.grant_mandate(login_id, role, actor=MACHINE, at=AT, source_case_id=1 if role is Role.MEMBER else None)
    return login_id


def browser(login_id: int) -> Browser:
    anonymous = identity.open_anonymous_session(address="10.1.2.3", agent="Chrome/140.0", at=AT)
    here = Browser(anonymous.session_id, "10.1.2.3", "Chrome/140.0")
    opened = open_session(login_id, browser=here, at=AT)
    return Browser(opened.session_id, "10.1.2.3", "Chrome/140.0")


def test_not_me_freezes_the_account_tells_its_owner_and_lies_on_top_of_the_desks_list() -> None:
    login_id, person_id = member()
    identity.note_activity(login_id, "log_in", "在新设备上登录", at=AT, browser=browser(login_id))
    line = queries.activity(login_id)[0]
    from anju.support import actions as reports

    reports.report_wrong(text="九月基数不对", page="/me/", login_id=None, centre_id=CENTRE, at=AT)
    assert identity.report_not_me(login_id, line.activity_id, at=AT)
    account_id = accounts.account_of_person(person_id)
    assert account_id is not None
    (freeze,) = accounts.freezes(account_id)
    assert (freeze.kind, freeze.authority) == (FreezeKind.RECEIVE_ONLY, "本人报告非本人操作")
    danger, other = support.open_reports(CENTRE)
    assert danger.danger and not other.danger and danger.login_id == login_id
    assert "在新设备上登录" in str(danger.text) and "支取已停用" in str(danger.text)
    (told,) = notices.inbox(person_id=person_id)
    assert told.kind == "account_frozen"
    assert [sms["purpose"] for sms in rows("SELECT purpose FROM sms")] == ["account_frozen"]
    assert not identity.report_not_me(login_id, line.activity_id, at=AT)
    assert support.open_dangers(CENTRE) == 1


def test_not_me_of_somebody_without_an_account_still_reaches_the_desk() -> None:
    login_id = login(32, id18(2, "19700101"), 900, Role.CLERK)
    identity.note_activity(login_id, "log_in", "登录", at=AT)
    identity.report_not_me(login_id, queries.activity(login_id)[0].activity_id, at=AT)
    (danger,) = support.open_reports(CENTRE)
    assert "没有可以停用的账户" in str(danger.text)
    assert rows("SELECT purpose FROM sms") == []


def test_a_changed_phone_is_the_one_the_centre_knows_and_old_and_new_were_told() -> None:
    from anju.identity.tests.world import code_in

    login_id, person_id = member()
    here = browser(login_id)
    old, new = identity.begin_phone_change(here, login_id, "13900000099", at=AT)
    identity.finish_phone_change(here, login_id, old_code=code_in(old), new_code=code_in(new), at=AT)
    assert parties.phone_of(person_id) == "13900000099"
    changed = rows("SELECT phone_digest FROM sms WHERE purpose = 'phone_changed'")
    assert {bytes(line["phone_digest"]) for line in changed} == {
        queries.phone_digest(phone) for phone in ("13800000031", "13900000099")
    }
    assert [one.kind for one in notices.inbox(login_id=login_id)] == ["phone_changed"]


def test_a_nearly_used_up_budget_is_read_by_every_administrator_and_nobody_else() -> None:
    chiefs = [login(40 + n, id18(n, "19750101"), 800 + n, Role.ADMINISTRATOR) for n in (1, 2)]
    clerk = login(45, id18(5, "19750101"), 805, Role.CLERK)
    events.publish(SendingBudgetNear(40_000, 50_000, AT))
    for chief in chiefs:
        (told,) = notices.inbox(login_id=chief)
        assert "40,000" in told.text and "50,000" in told.text
    assert notices.inbox(login_id=clerk) == []
