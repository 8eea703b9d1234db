"""Duties that may not meet in one natural person are refused where they are granted, whoever grants them."""

from __future__ import annotations

import itertools
import threading

import pytest
from django.db import connection, connections

from anju.identity import actions, queries
from anju.identity.checks import CHECKS
from anju.identity.duties import APART, STAFF_DUTIES
from anju.identity.models import Mandate
from anju.identity.tests.world import AT, CENTRE, SYSTEM, login, member, staff
from anju.identity.types import STAFF_ROLES, UNIT_ROLES, Role
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal

CHIEF = Actor(900, 900, Role.ADMINISTRATOR.value, None, "沈岚", CENTRE)
PAIRS = list(itertools.permutations(STAFF_DUTIES, 2))
MEET = {(Role.CLERK, Role.REVIEWER), (Role.REVIEWER, Role.CLERK)}


def _refusal(login_id: int, role: Role, *, actor: Actor = CHIEF) -> Refusal:
    with pytest.raises(Refusal) as refused:
        actions.grant_mandate(login_id, role, actor=actor, at=AT)
    return refused.value


@pytest.mark.django_db
@pytest.mark.parametrize(("held", "asked"), PAIRS, ids=lambda role: role.value)
def test_running_deciding_and_paying_never_meet_in_one_person(held: Role, asked: Role) -> None:
    login_id = staff(1, held, 501)
    if (held, asked) in MEET:
        assert actions.grant_mandate(login_id, asked, actor=CHIEF, at=AT)
        return
    for actor in (CHIEF, SYSTEM):
        refused = _refusal(login_id, asked, actor=actor)
        assert (refused.code, refused.field, refused.status) == ("duties_conflict", "role", 409)
        assert held.zh in refused.text and asked.zh in refused.text
    assert [found.role for found in queries.mandates_of(login_id)] == [held]


@pytest.mark.django_db
def test_a_duty_that_has_ended_stands_in_no_way_and_a_citizen_s_capacity_never_does() -> None:
    login_id = member()
    actions.grant_mandate(login_id, Role.UNIT_AGENT, actor=SYSTEM, at=AT, unit_id=1001)
    clerk = actions.grant_mandate(login_id, Role.CLERK, actor=CHIEF, at=AT)
    assert _refusal(login_id, Role.TREASURER).code == "duties_conflict"
    actions.end_mandate(clerk, why="轮岗", actor=CHIEF, at=AT)
    assert actions.grant_mandate(login_id, Role.TREASURER, actor=CHIEF, at=AT)


@pytest.mark.django_db
def test_nobody_gives_himself_a_duty_under_another_log_in_either() -> None:
    login_id = staff(1, Role.CLERK, 501)
    same_person = Actor(login_id + 1000, 501, Role.ADMINISTRATOR.value, None, "许文博", CENTRE)
    assert _refusal(login_id, Role.REVIEWER, actor=same_person).code == "self_grant"
    own = Actor(login_id, 501, Role.CLERK.value, None, "许文博", CENTRE)
    assert _refusal(login_id, Role.REVIEWER, actor=own).code == "self_grant"
    assert _refusal(login(2, person_id=502), Role.REVIEWER, actor=own).code == "grant_denied"


@pytest.mark.django_db(transaction=True)
def test_two_administrators_at_once_cannot_give_two_opposed_duties() -> None:
    login_id = login(1, person_id=501)
    answers: list[str] = []
    start = threading.Barrier(2)

    def grant(role: Role, chief: int) -> None:
        start.wait()
        try:
            actions.grant_mandate(
                login_id, role, actor=Actor(chief, chief, "administrator", None, "沈岚", CENTRE), at=AT
            )
            answers.append("granted")
        except Refusal as refusal:
            answers.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=grant, args=one) for one in ((Role.REVIEWER, 901), (Role.TREASURER, 902))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["duties_conflict", "granted"]


@pytest.mark.django_db
def test_the_check_sees_two_opposed_duties_that_came_past_the_action() -> None:
    invariant = next(check for check in CHECKS if "may not meet" in check.name)
    login_id = staff(1, Role.CLERK, 501)
    with connection.cursor() as cursor:
        cursor.execute(invariant.sql)
        assert cursor.fetchall() == []
        Mandate.objects.create(login_id=login_id, role=Role.ADMINISTRATOR.value, started_at=AT)
        cursor.execute(invariant.sql)
        assert len(cursor.fetchall()) == 1


def test_every_staff_role_is_a_duty_the_table_speaks_of() -> None:
    assert set(STAFF_DUTIES) == STAFF_ROLES and not STAFF_ROLES & UNIT_ROLES
    assert {role for pair in APART for role in pair} == STAFF_ROLES
