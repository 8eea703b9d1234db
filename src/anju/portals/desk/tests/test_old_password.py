"""A colleague whose password is too old: one page opens, and from it the way goes on to where they wanted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anju.identity import actions as identity
from anju.identity.models import Login
from anju.identity.types import Role
from anju.kernel import clock
from anju.kernel.actor import Actor
from anju.kernel.identifiers import IdKind
from anju.portals.desk.tests.world import SYSTEM, client_of, id_number, person

pytestmark = pytest.mark.django_db
OLD, NEW = "shanqing-shuixiu-77", "yunqi-tianlang-2026"


def colleague() -> Actor:
    login_id = identity.register(
        name="许文博", id_kind=IdKind.ID18, id_number=id_number(1), phone="13800000001", password=OLD, at=clock.now()
    )
    identity.bind_person(login_id, person(1), actor=SYSTEM, at=clock.now())
    identity.grant_mandate(login_id, Role.CLERK, actor=SYSTEM, at=clock.now())
    return Actor(login_id, person(1), Role.CLERK.value, None, "许文博", SYSTEM.centre_id)


def test_only_the_password_page_opens_until_the_password_is_new_and_then_the_work_goes_on() -> None:
    actor = colleague()
    client = client_of(actor)
    assert client.get("/desk/cases/?q=x").status_code == 200
    Login.objects.update(password_set_at=clock.now() - timedelta(days=91))
    sent = client.get("/desk/cases/?q=x")
    assert sent["Location"] == "/me/settings/password/?next=%2Fdesk%2Fcases%2F%3Fq%3Dx"
    for path in ("/desk/", "/me/settings/", "/me/inbox/", "/switch/"):
        assert client.get(path)["Location"].startswith("/me/settings/password/?next="), path
    assert client.post("/desk/next/")["Location"] == "/me/settings/password/"
    page = client.get(sent["Location"]).content.decode()
    assert "密码用满期限了" in page and "12 到 64 位" in page
    same = client.post(sent["Location"], {"old": OLD, "new": OLD})
    assert same.status_code == 422 and "新密码与原密码相同" in same.content.decode()
    done = client.post(sent["Location"], {"old": OLD, "new": NEW})
    assert done["Location"] == "/desk/cases/?q=x"
    assert client.get(done["Location"]).status_code == 200
    assert client.get("/me/settings/password/?next=https://elsewhere.example/").status_code == 200
    again = client.post("/me/settings/password/?next=https://elsewhere.example/", {"old": NEW, "new": OLD})
    assert again["Location"] == "/me/settings/?done=password"


def test_one_can_always_leave() -> None:
    client = client_of(colleague())
    Login.objects.update(password_set_at=clock.now() - timedelta(days=91))
    assert client.post("/logout/").status_code == 302
    assert client.get("/desk/")["Location"].startswith("/login/")


def test_a_member_is_reminded_on_the_home_page_and_may_put_it_off() -> None:
    from anju.contributions.tests import world as money

    with money.wired():
        money.open_centre()
        unit_id = money.open_unit()
        money.apply(unit_id, money.staff_rows(1))
    from anju.contributions.tests.lists import id18
    from anju.parties.queries import person_by_document

    number = id18(1, "19600101")
    known = person_by_document(IdKind.ID18, number, centre_id=SYSTEM.centre_id)
    assert known is not None
    login_id = identity.register(
        name=known.name, id_kind=IdKind.ID18, id_number=number, phone="13800000055", password=OLD, at=clock.now(),
        password_set_at=clock.now() - timedelta(days=181),
    )  # fmt: skip
    identity.bind_person(login_id, known.person_id, actor=SYSTEM, at=clock.now())
    identity.grant_mandate(login_id, Role.MEMBER, actor=SYSTEM, at=clock.now(), source_case_id=1)
    client = client_of(Actor(login_id, known.person_id, Role.MEMBER.value, None, known.name, SYSTEM.centre_id))
    assert "密码用了很久了" in client.get("/me/").content.decode()
    assert client.get("/me/settings/password/later/").status_code == 405
    assert client.post("/me/settings/password/later/")["Location"] == "/me/"
    assert "密码用了很久了" not in client.get("/me/").content.decode()
