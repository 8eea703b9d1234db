"""After «不是我操作»: the desk sees it first, one colleague answers, another gives the withdrawals back."""

from __future__ import annotations

import pytest
from django.test import Client

from anju.accounts import queries as accounts
from anju.contributions.tests import world as money
from anju.contributions.tests.lists import id18
from anju.identity import actions as identity
from anju.identity import queries
from anju.identity.types import Role, SendingBudgetNear
from anju.kernel import clock, events
from anju.kernel.identifiers import IdKind
from anju.notices import queries as notices
from anju.parties import queries as parties
from anju.portals.desk.tests.world import CENTRE, SYSTEM, staff
from anju.support import actions as support
from anju.support import queries as reports

pytestmark = pytest.mark.django_db


def reported() -> tuple[int, int, str]:
    """A member with an account who said «不是我操作»: person, log-in, the address that lifts the freeze."""
    with money.wired():
        money.open_centre()
        money.apply(money.open_unit(), money.staff_rows(1))
    number = id18(1, "19600101")
    person = parties.person_by_document(IdKind.ID18, number, centre_id=CENTRE)
    assert person is not None
    at = clock.now()
    login_id = identity.register(name=person.name, id_kind=IdKind.ID18, id_number=number, phone="13800000031", at=at)
    identity.bind_person(login_id, person.person_id, actor=SYSTEM, at=at)
    line = identity.note_activity(login_id, "log_in", "在新设备上登录", at=at)
    identity.report_not_me(login_id, line, at=at)
    return person.person_id, login_id, f"/desk/people/{person.person_id}/freezes/1/"


def text_of(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def frozen(person_id: int) -> bool:
    account_id = accounts.account_of_person(person_id)
    assert account_id is not None
    return accounts.overview(account_id).frozen


def test_a_report_of_danger_stands_on_top_of_list_and_home_and_opens_the_persons_file() -> None:
    _, client = staff(1, Role.CLERK)
    support.report_wrong(text="九月基数不对", page="/me/", login_id=None, centre_id=CENTRE, at=clock.now())
    person_id, _, _ = reported()
    assert "1 位用户报告“不是我操作”" in text_of(client, "/desk/")
    page = text_of(client, "/desk/wrong/")
    assert page.index("在新设备上登录") < page.index("九月基数不对")
    assert f'action="/desk/people/{person_id}/"' in page
    file = client.post(f"/desk/people/{person_id}/", {"purpose": "complaint", "case_number": ""}).content.decode()
    assert "本人报告非本人操作" in file and "核实本人后由复核人员恢复" in file


def test_withdrawals_come_back_by_a_second_person_after_the_owner_was_spoken_with() -> None:
    person_id, login_id, address = reported()
    clerk, clerks = staff(1, Role.CLERK)
    reviewer, reviewers = staff(2, Role.REVIEWER)
    assert frozen(person_id)
    file = reviewers.post(f"/desk/people/{person_id}/", {"purpose": "complaint", "case_number": ""})
    assert f'href="{address}"' in file.content.decode()
    assert "恢复支取" in text_of(reviewers, address)
    early = reviewers.post(address, {"ground": "本人带身份证到柜台"})
    assert early.status_code == 409 and "还没有答复" in early.content.decode() and frozen(person_id)
    (report,) = reports.open_reports(CENTRE)
    number = report.report_id
    assert clerks.post(f"/desk/wrong/{number}/", {"answer": "已与您核实，请重设密码。"}).status_code == 302
    assert clerks.get(address).status_code == 403
    bare = reviewers.post(address, {"ground": " "})
    assert bare.status_code == 422 and 'id="id_ground"' in bare.content.decode()
    done = reviewers.post(address, {"ground": "本人带身份证到柜台"})
    assert done["Location"] == "/desk/people/?done=lifted" and not frozen(person_id)
    assert "已恢复支取" in text_of(reviewers, done["Location"])
    assert [one.kind for one in notices.inbox(person_id=person_id)] == ["account_unfrozen", "account_frozen"]
    assert reviewers.get(address).status_code == 404
    assert (clerk.person_id, reviewer.person_id) != (None, None) and queries.login(login_id) is not None


def test_whoever_answered_does_not_also_lift() -> None:
    person_id, _, address = reported()
    both, _ = staff(1, Role.CLERK)
    identity.grant_mandate(both.login_id or 0, Role.REVIEWER, actor=SYSTEM, at=clock.now())
    from anju.portals.desk.tests.world import client_of

    (report,) = reports.open_reports(CENTRE)
    support.answer_report(report.report_id, text="已核实", actor=both, at=clock.now())
    client = client_of(both)
    page = client.get("/switch/").content.decode()
    mandates = [part.split('"')[0] for part in page.split('name="mandate" value="')[1:]]
    for mandate in mandates:
        client.post("/switch/", {"mandate": mandate})
        answer = client.post(address, {"ground": "本人到柜台"})
        assert answer.status_code == 403, "neither as clerk nor as reviewer"
    assert frozen(person_id)


def test_a_courts_freeze_and_ones_own_are_not_lifted_here() -> None:
    from anju.accounts import actions as freezing
    from anju.accounts.types import FreezeKind

    person_id, _, address = reported()
    account_id = accounts.account_of_person(person_id) or 0
    at = clock.now()
    freezing.freeze(account_id, kind=FreezeKind.FULL, authority="安居市法院", document="（2026）1 号", at=at)
    _, client = staff(2, Role.REVIEWER)
    for path in (address.replace("/1/", "/2/"), address.replace("/1/", "/77/"), "/desk/people/987654321/freezes/1/"):
        assert client.get(path).status_code == 404
        assert client.post(path, {"ground": "x"}).status_code == 404


def test_the_administrator_sees_the_days_sms_before_they_are_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from anju.identity import queries as identity_queries
    from anju.identity.limits import LIMITS
    from anju.identity.tests.world import browser
    from anju.identity.types import Purpose

    actor, client = staff(9, Role.ADMINISTRATOR)
    assert "快用完了" not in text_of(client, "/desk/")
    monkeypatch.setattr(identity_queries, "LIMITS", replace(LIMITS, budget_day=1))
    identity.send_code(browser(), purpose=Purpose.REGISTER, subject=b"x", phone="13800000777", at=clock.now())
    page = text_of(client, "/desk/")
    assert "快用完了" in page and "0 条未读" in page
    events.publish(SendingBudgetNear(40_000, 50_000, clock.now()))
    assert "1 条未读" in text_of(client, "/desk/")
    assert "短信发送量接近上限" in text_of(client, "/me/inbox/")
    assert actor.login_id is not None
