"""Mandates and permissions: who may grant what, and that an end works on the next request of every session."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from anju.database.checks import Invariant
from anju.identity import actions, queries
from anju.identity.checks import CHECKS
from anju.identity.digests import id_digest
from anju.identity.permissions import PERMISSIONS, NotPermitted, permission
from anju.identity.principal import load_principal, nobody
from anju.identity.tests.world import AT, CENTRE, SYSTEM, browser, id_number, later, log_in, login, member, staff
from anju.identity.types import STAFF_ROLES, UNIT_ROLES, Browser, Role
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal

UNIT = 1001


def _actor(role: Role, *, login_id: int = 900, unit_id: int | None = None) -> Actor:
    return Actor(login_id, 900, role.value, unit_id, "沈*", CENTRE)


def _grant(login_id: int, role: Role, **more: Any) -> int:
    return actions.grant_mandate(login_id, role, at=more.pop("at", AT), actor=more.pop("actor", SYSTEM), **more)


def _refused(code: str, work: Any, *given: Any, **more: Any) -> Refusal:
    with pytest.raises(Refusal) as refused:
        work(*given, **more)
    assert refused.value.code == code
    return refused.value


@pytest.mark.django_db
def test_an_ended_mandate_is_gone_on_the_next_request_of_every_session() -> None:
    login_id = member()
    agent = _grant(login_id, Role.UNIT_AGENT, unit_id=UNIT)
    sessions = [log_in(at=later(minutes=2 * n)) for n in range(2)]
    at = later(minutes=4)
    keys = [actions.switch_capacity(here, agent, at=at).key for _, here in sessions]
    assert all(load_principal(key, at=at).can("unit.declare") for key in keys)
    actions.end_mandate(agent, why="离职", actor=SYSTEM, at=at)
    for key in keys:
        principal = load_principal(key, at=at)
        assert not principal.can("unit.declare") and principal.role is Role.MEMBER and principal.unit_id is None


@pytest.mark.django_db
def test_a_granted_mandate_works_on_the_next_request() -> None:
    login_id = login(person_id=501)
    opened, _ = log_in()
    assert load_principal(opened.key, at=AT).role is Role.APPLICANT
    _grant(login_id, Role.MEMBER, source_case_id=7)
    assert load_principal(opened.key, at=AT).can("me.view")


@pytest.mark.django_db
def test_switching_capacity_gives_a_new_key_and_the_units_rights_alone() -> None:
    login_id = member()
    agent = _grant(login_id, Role.UNIT_AGENT, unit_id=UNIT)
    opened, here = log_in()
    switched = actions.switch_capacity(here, agent, at=AT)
    principal = load_principal(switched.key, at=AT)
    assert load_principal(opened.key, at=AT).is_anonymous
    assert principal.actor is not None and (principal.actor.role, principal.actor.unit_id) == ("unit_agent", UNIT)
    assert principal.can("unit.view") and not principal.can("me.view")


@pytest.mark.django_db
def test_anothers_ended_or_missing_mandate_cannot_be_switched_to() -> None:
    mine, other = member(1), member(2, 502)
    foreign = _grant(other, Role.UNIT_AGENT, unit_id=UNIT)
    ended = _grant(mine, Role.UNIT_AGENT, unit_id=UNIT)
    actions.end_mandate(ended, why="", actor=SYSTEM, at=AT)
    _, here = log_in()
    for mandate_id in (foreign, ended, 10**18):
        assert _refused("mandate_unknown", actions.switch_capacity, here, mandate_id, at=AT).status == 404
    assert _refused("mandate_unknown", actions.switch_capacity, browser(), foreign, at=AT).status == 404


@pytest.mark.django_db
def test_granting_what_is_held_answers_the_same_and_a_new_one_may_follow_an_end() -> None:
    login_id = login()
    first = _grant(login_id, Role.UNIT_AGENT, unit_id=UNIT)
    assert _grant(login_id, Role.UNIT_AGENT, unit_id=UNIT) == first
    assert _grant(login_id, Role.UNIT_AGENT, unit_id=UNIT + 1) != first
    actions.end_mandate(first, why="", actor=SYSTEM, at=AT)
    actions.end_mandate(first, why="", actor=SYSTEM, at=AT)
    assert _grant(login_id, Role.UNIT_AGENT, unit_id=UNIT) != first


@pytest.mark.django_db
def test_nobody_gives_himself_a_staff_role() -> None:
    boss = staff(1, Role.ADMINISTRATOR, 501)
    _refused("self_grant", _grant, boss, Role.TREASURER, actor=_actor(Role.ADMINISTRATOR, login_id=boss))


@pytest.mark.django_db
@pytest.mark.parametrize("role", [*Role])
def test_only_an_administrator_gives_staff_roles(role: Role) -> None:
    other = login(2, person_id=502)
    actor = _actor(role, unit_id=UNIT if role in UNIT_ROLES else None)
    if role is Role.ADMINISTRATOR:
        assert _grant(other, Role.CLERK, actor=actor)
    else:
        assert _refused("grant_denied", _grant, other, Role.CLERK, actor=actor).status == 403


@pytest.mark.django_db
def test_a_member_becomes_one_by_a_case_and_by_nothing_else() -> None:
    other = login(person_id=501)
    for role in (Role.ADMINISTRATOR, Role.CLERK, Role.MEMBER, Role.APPLICANT):
        _refused("grant_denied", _grant, other, Role.MEMBER, actor=_actor(role))
    assert _grant(other, Role.MEMBER, actor=_actor(Role.APPLICANT), source_case_id=7)


@pytest.mark.django_db
def test_a_unit_administrator_makes_agents_of_the_own_unit_only() -> None:
    other, admin = login(), _actor(Role.UNIT_ADMIN, unit_id=UNIT)
    assert _grant(other, Role.UNIT_AGENT, unit_id=UNIT, actor=admin)
    _refused("grant_denied", _grant, other, Role.UNIT_AGENT, unit_id=UNIT + 1, actor=admin)
    agent = _actor(Role.UNIT_AGENT, unit_id=UNIT)
    _refused("grant_denied", _grant, other, Role.UNIT_ADMIN, unit_id=UNIT, actor=agent)


@pytest.mark.django_db
def test_staff_act_as_natural_persons() -> None:
    _refused("person_missing", _grant, login(), Role.CLERK, actor=_actor(Role.ADMINISTRATOR))


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "unit_id"), [(Role.UNIT_AGENT, None), (Role.CLERK, UNIT), (Role.APPLICANT, None)])
def test_a_role_that_does_not_fit_its_unit_is_a_programming_error(role: Role, unit_id: int | None) -> None:
    with pytest.raises(ValueError):
        _grant(login(person_id=501), role, unit_id=unit_id)


@pytest.mark.django_db
def test_an_unknown_or_disabled_log_in_gets_nothing() -> None:
    gone = login(person_id=501)
    actions.disable_login(gone, why="", actor=SYSTEM, at=AT)
    for login_id in (gone, 10**15):
        _refused("login_unknown", _grant, login_id, Role.CLERK)


@pytest.mark.django_db
def test_a_mandate_is_ended_by_those_it_is_under() -> None:
    agent = _grant(login(), Role.UNIT_AGENT, unit_id=UNIT)
    foreign = _actor(Role.UNIT_ADMIN, unit_id=UNIT + 1)
    assert _refused("mandate_unknown", actions.end_mandate, agent, why="", actor=foreign, at=AT).status == 404
    _refused("end_denied", actions.end_mandate, agent, why="", actor=_actor(Role.CLERK), at=AT)
    actions.end_mandate(agent, why="离职", actor=_actor(Role.UNIT_ADMIN, unit_id=UNIT), at=AT)
    assert queries.unit_logins(UNIT) == []


@pytest.mark.django_db
def test_the_last_administrator_of_a_unit_stays_and_staff_do_not_end_their_own() -> None:
    boss = login(1)
    only = _grant(boss, Role.UNIT_ADMIN, unit_id=UNIT, source_case_id=1)
    own = _actor(Role.UNIT_ADMIN, login_id=boss, unit_id=UNIT)
    _refused("last_admin", actions.end_mandate, only, why="", actor=own, at=AT)
    _grant(login(2), Role.UNIT_ADMIN, unit_id=UNIT, actor=own)
    actions.end_mandate(only, why="", actor=own, at=AT)
    chief = staff(3, Role.ADMINISTRATOR, 503)
    held = queries.mandates_of(chief)[0].mandate_id
    actor = _actor(Role.ADMINISTRATOR, login_id=chief)
    _refused("own_mandate", actions.end_mandate, held, why="", actor=actor, at=AT)
    _refused("own_login", actions.disable_login, chief, why="", actor=actor, at=AT)


@pytest.mark.django_db
def test_a_log_in_is_bound_once_to_the_person_of_its_own_number() -> None:
    login_id = login()
    _refused("id_differs", actions.bind_person, login_id, 501, actor=SYSTEM, at=AT,
             id_digest=id_digest("01", id_number(2)))  # fmt: skip
    actions.bind_person(login_id, 501, actor=SYSTEM, at=AT, id_digest=id_digest("01", id_number(1)))
    actions.bind_person(login_id, 501, actor=SYSTEM, at=AT)
    _refused("login_bound", actions.bind_person, login_id, 502, actor=SYSTEM, at=AT)
    _refused("person_has_login", actions.bind_person, login(2), 501, actor=SYSTEM, at=AT)


@pytest.mark.django_db
def test_a_person_whose_log_in_was_closed_may_have_another() -> None:
    actions.disable_login(login(1, person_id=501), why="手机遗失", actor=SYSTEM, at=AT)
    actions.bind_person(login(2), 501, actor=SYSTEM, at=AT)


@pytest.mark.django_db
def test_grants_and_ends_are_in_the_audit_and_in_the_persons_activity() -> None:
    login_id = member()
    actions.end_mandate(queries.mandates_of(login_id)[0].mandate_id, why="", actor=SYSTEM, at=AT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT act FROM audit_record ORDER BY id")
        assert [line[0] for line in cursor.fetchall()] == ["bind_person", "grant_mandate", "end_mandate"]
    assert [line.text for line in queries.activity(login_id)][:2] == ["身份已结束：缴存职工", "获得身份：缴存职工"]


def _page(name: str) -> Any:
    @permission(name)
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse("seen")

    return page


def _ask(name: str, key: str | None, **headers: str) -> HttpResponse:
    request = RequestFactory().get("/me/x?a=1", headers=headers)
    request.principal = load_principal(key, at=AT) if key else nobody(AT)  # type: ignore[attr-defined]
    answer: HttpResponse = _page(name)(request)
    return answer


def test_a_view_says_its_permission_and_says_it_once() -> None:
    assert _page("me.view").permission == "me.view"
    with pytest.raises(AssertionError):
        permission("me.view")(_page("me.view"))
    with pytest.raises(KeyError):
        permission("me.everything")


def test_nobody_is_sent_to_log_in_and_back() -> None:
    assert _ask("me.view", None)["Location"] == "/login/?next=%2Fme%2Fx%3Fa%3D1"
    fragment = _ask("me.view", None, **{"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (401, "/login/")
    assert _ask("public", None).content == b"seen"


@pytest.mark.django_db
@pytest.mark.parametrize("role", [role for role in Role])
def test_every_role_has_exactly_the_permissions_of_the_table(role: Role) -> None:
    login_id = login(person_id=501)
    if role is not Role.APPLICANT:
        _grant(login_id, role, unit_id=UNIT if role in UNIT_ROLES else None, source_case_id=1)
    opened, _ = log_in()
    for name, entry in PERMISSIONS.items():
        if entry.open_to or role in entry.roles:
            assert _ask(name, opened.key).content == b"seen"
        else:
            with pytest.raises(NotPermitted) as refused:
                _ask(name, opened.key)
            assert entry.zh in refused.value.text


def test_no_citizen_role_holds_a_staff_permission_and_the_other_way_round() -> None:
    for name, entry in PERMISSIONS.items():
        if name.startswith(("desk.", "treasury.", "admin.")):
            assert entry.roles <= STAFF_ROLES, name
        if name.startswith("me."):
            assert entry.roles == {Role.MEMBER}, name
        if name.startswith("unit."):
            assert entry.roles <= UNIT_ROLES, name


def test_who_accepts_does_not_approve_and_who_approves_does_not_pay() -> None:
    duties = [PERMISSIONS[name].roles for name in ("desk.accept", "desk.approve", "treasury.release", "admin.logins")]
    assert all(not one & other for n, one in enumerate(duties) for other in duties[n + 1 :])


@pytest.mark.django_db
def test_a_refusal_names_the_capacity_that_could() -> None:
    login_id = member()
    agent = _grant(login_id, Role.UNIT_AGENT, unit_id=UNIT)
    opened, _ = log_in()
    with pytest.raises(NotPermitted) as refused:
        _ask("unit.declare", opened.key)
    assert [held.mandate_id for held in refused.value.capacities] == [agent]
    assert "切换身份" in refused.value.text


@pytest.mark.django_db
def test_the_database_refuses_a_staff_mandate_with_a_unit() -> None:
    from django.db import IntegrityError, transaction

    from anju.identity.models import Mandate

    login_id = login(person_id=501)
    with pytest.raises(IntegrityError), transaction.atomic():
        Mandate.objects.create(login_id=login_id, role="clerk", unit_id=UNIT, started_at=AT)


@pytest.mark.django_db
@pytest.mark.parametrize("invariant", CHECKS, ids=lambda check: check.name)
def test_the_rooms_invariants_hold_after_a_life(invariant: Invariant) -> None:
    login_id = member()
    _grant(login_id, Role.UNIT_AGENT, unit_id=UNIT)
    _, here = log_in()
    actions.switch_capacity(Browser(here.session_id, ""), queries.mandates_of(login_id)[1].mandate_id, at=AT)
    actions.disable_login(login_id, why="", actor=SYSTEM, at=later(minutes=1))
    with connection.cursor() as cursor:
        cursor.execute(invariant.sql)
        assert cursor.fetchall() == []


@pytest.mark.django_db
def test_the_invariants_see_what_is_wrong() -> None:
    from anju.identity.models import Login, Mandate

    login_id = member()
    log_in()
    Login.objects.filter(login_id=login_id).update(disabled_at=AT, person_id=None)
    Mandate.objects.filter(login_id=login_id).update(granted_by=login_id, source_case_id=None)
    broken = set()
    for invariant in CHECKS:
        with connection.cursor() as cursor:
            cursor.execute(invariant.sql)
            if cursor.fetchall():
                broken.add(invariant.name)
    assert len(broken) == 3
