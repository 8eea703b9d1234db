"""Every route names one permission, and every role meets exactly what its permissions say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from anju.identity import actions
from anju.identity.table import EVERYBODY, MACHINE, PERMISSIONS
from anju.identity.types import Browser, Role
from anju.kernel import clock
from anju.kernel.actor import Actor

SAMPLES = {"int": "1", "str": "person", "slug": "rent_withdrawal", "uuid": "00000000-0000-0000-0000-000000000000",
           "path": "x"}  # fmt: skip


def _routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for found in patterns:
        route = prefix + str(found.pattern)
        if isinstance(found, URLResolver):
            yield from _routes(found.url_patterns, route)
        else:
            yield route, found


ROUTES = sorted(_routes(get_resolver().url_patterns), key=lambda found: found[0])


def _address(route: str) -> str:
    address = route.replace("^", "").replace("$", "")
    for kind, value in SAMPLES.items():
        while f"<{kind}:" in address:
            start = address.index(f"<{kind}:")
            address = address[:start] + value + address[address.index(">", start) + 1 :]
    while "<" in address:
        start = address.index("<")
        address = address[:start] + "1" + address[address.index(">", start) + 1 :]
    return "/" + address


@pytest.mark.parametrize(("route", "pattern"), ROUTES, ids=[route for route, _ in ROUTES])
def test_a_route_names_one_permission(route: str, pattern: URLPattern) -> None:
    assert getattr(pattern.callback, "permission", None) in PERMISSIONS, f"/{route} declares no permission"


def test_route_names_are_unique() -> None:
    names = [pattern.name for _, pattern in ROUTES if pattern.name]
    assert len(names) == len(set(names))


def _client_as(role: Role | None, number: int) -> Client:
    client = Client()
    if role is None:
        return client
    at = clock.now() - timedelta(seconds=1)
    login_id = actions.register(
        name="测试人", id_kind="03", id_number=f"E{number:08d}", phone=f"138001380{number:02d}", at=at,
        password="long-enough-qwzx-81", staff=True,
    )  # fmt: skip
    machine = Actor.machine(990100, "test")
    actions.bind_person(login_id, 5000 + number, actor=machine, at=at)
    if role is not Role.APPLICANT:
        unit_id = 77 if role in (Role.UNIT_ADMIN, Role.UNIT_AGENT) else None
        actions.grant_mandate(login_id, role, actor=machine, at=at, unit_id=unit_id)
    anonymous = actions.open_anonymous_session(address="127.0.0.1", agent="", at=at)
    from anju.identity.actions.sessions import open_session

    opened = open_session(login_id, browser=Browser(anonymous.session_id, "127.0.0.1"), at=at)
    client.cookies["__Host-anju"] = opened.key
    return client


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role.value if role else "nobody")
def test_a_role_gets_in_exactly_where_its_permissions_say(role: Role | None) -> None:
    client = _client_as(role, list(Role).index(role) + 1 if role else 0)
    client.raise_request_exception = False
    broken = []
    for route, pattern in ROUTES:
        entry = PERMISSIONS[pattern.callback.permission]  # type: ignore[attr-defined]
        if entry.open_to in (EVERYBODY, MACHINE):
            continue
        response = client.get(_address(route))
        if role is None:
            fits = response.status_code == 302 and response["Location"].startswith("/login/")
        elif role in entry.roles:
            # Past the door: the page, a missing object, a wrong method or a refusal in words, never the door itself.
            fits = response.status_code != 403 or "您现在的身份不能" not in response.content.decode()
            fits = fits and response.status_code < 500
        else:
            fits = response.status_code == 403
        if not fits:
            broken.append((_address(route), entry.name, response.status_code))
    assert broken == []
