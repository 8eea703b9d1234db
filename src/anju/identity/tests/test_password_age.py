"""How old a password may be: whoever acts for others must change it, a member is advised and may put it off."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from anju import policy
from anju.identity import actions
from anju.identity.actions.sessions import open_session
from anju.identity.permissions import PERMISSIONS, RENEWAL, permission
from anju.identity.principal import Principal, load_principal
from anju.identity.tests.world import (
    AT,
    PASSWORD,
    SYSTEM,
    browser,
    id_number,
    later,
    log_in,
    login,
    member,
    phone,
    staff,
)
from anju.identity.types import STAFF_ROLES, UNIT_ROLES, Role
from anju.kernel.identifiers import IdKind

pytestmark = pytest.mark.django_db
UNIT = 1001
NEW = "xin-shanshui-2026"


def days(handle: str) -> timedelta:
    return timedelta(days=policy.book(settings.ANJU_CITY).integer(handle, AT.date()))


STAFF_DAYS, MEMBER_DAYS = days("login.password_days_staff"), days("login.password_days_member")


def holder(role: Role) -> None:
    login_id = login(1, person_id=501)
    unit_id = UNIT if role in UNIT_ROLES else None
    actions.grant_mandate(login_id, role, actor=SYSTEM, at=AT, unit_id=unit_id, source_case_id=1)


def seen(at: datetime) -> Principal:
    opened, _ = log_in(at=at)
    return load_principal(opened.key, at=at)


def ask(name: str, principal: Principal, *, method: str = "get", **headers: str) -> HttpResponse:
    @permission(name)
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse("seen")

    request = getattr(RequestFactory(), method)("/desk/?a=1", headers=headers)
    request.principal = principal
    answer: HttpResponse = page(request)
    return answer


def test_the_days_are_those_of_the_policy() -> None:
    assert (STAFF_DAYS.days, MEMBER_DAYS.days, days("login.password_postpone_days").days) == (90, 180, 30)


@pytest.mark.parametrize("role", sorted(STAFF_ROLES | UNIT_ROLES))
def test_whoever_acts_for_others_gets_nowhere_but_to_a_new_password_from_the_ninety_first_day(role: Role) -> None:
    holder(role)
    assert seen(AT + STAFF_DAYS).password_due == ""
    late = seen(AT + STAFF_DAYS + timedelta(minutes=2))
    assert late.password_due == "must"
    for name, entry in PERMISSIONS.items():
        answer = ask(name, late)
        if entry.open_to or name == RENEWAL:
            assert answer.content == b"seen", name
        else:
            assert answer["Location"] == "/me/settings/password/?next=%2Fdesk%2F%3Fa%3D1", name
    assert ask("login.own", late, method="post")["Location"] == "/me/settings/password/"
    fragment = ask("login.own", late, **{"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (403, "/me/settings/password/")


def test_a_new_password_opens_everything_again_and_counts_from_then() -> None:
    staff(1, Role.CLERK, 501)
    at = AT + STAFF_DAYS + timedelta(days=1)
    opened, here = log_in(at=at)
    login_id = load_principal(opened.key, at=at).login_id or 0
    changed = actions.change_password(here, login_id, old=PASSWORD, new=NEW, at=at)
    after = load_principal(changed.key, at=at)
    assert after.password_due == "" and ask("desk.view", after).content == b"seen"
    assert after.password_set_at == at


def test_a_member_is_reminded_and_can_put_it_off_and_nothing_is_closed_to_them() -> None:
    login_id = member()
    assert seen(AT + MEMBER_DAYS).password_due == ""
    at = AT + MEMBER_DAYS + timedelta(minutes=2)
    late = seen(at)
    assert late.password_due == "remind" and ask("me.view", late).content == b"seen"
    actions.postpone_password(login_id, at=at)
    peace = days("login.password_postpone_days")
    assert seen(at + peace - timedelta(minutes=1)).password_due == ""
    assert seen(at + peace + timedelta(minutes=2)).password_due == "remind"


def test_putting_it_off_spares_nobody_who_acts_for_others_in_whatever_capacity_they_act() -> None:
    login_id = member()
    actions.grant_mandate(login_id, Role.UNIT_AGENT, actor=SYSTEM, at=AT, unit_id=UNIT)
    at = AT + STAFF_DAYS + timedelta(minutes=2)
    actions.postpone_password(login_id, at=at)
    late = seen(at)
    assert late.role is Role.MEMBER and late.password_due == "must"


def test_a_log_in_that_has_set_no_password_is_not_asked_for_a_new_one() -> None:
    login_id, old = login(1, password=None, person_id=501), later(days=400)
    opened = open_session(login_id, browser=browser(at=old), at=old)
    assert load_principal(opened.key, at=old).password_due == ""


def test_a_log_in_older_than_its_password_counts_from_the_password() -> None:
    old = later(days=400)
    login_id = actions.register(
        name="林晓雨", id_kind=IdKind.ID18, id_number=id_number(1), phone=phone(1), password=PASSWORD, at=AT,
        password_set_at=old,
    )  # fmt: skip
    actions.grant_mandate(login_id, Role.UNIT_AGENT, actor=SYSTEM, at=AT, unit_id=UNIT)
    assert seen(old + STAFF_DAYS).password_due == ""
    assert seen(old + STAFF_DAYS + timedelta(minutes=2)).password_due == "must"
