"""What belongs to another member, unit or applicant is not there (404), whatever the address.

The addresses come from the URL table and from what each owner really finds: a new route is covered by itself, and one
that nobody in the small centre has anything for fails until somebody has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from anju.casework.registry import services
from anju.casework.types import Audience
from anju.database.sql import rows
from anju.identity.http import COOKIE
from anju.identity.table import MACHINE, PERMISSIONS
from anju.portals.person.ways import service_url
from tests.house.centre import STARTS, Centre
from tests.house.pages import Route, Seen, ask, routes, undone

See = Callable[[str], Seen]
ROUTES = {route.name: route for route in routes()}

OWNERS = (
    ("member", "other_member"), ("other_member", "member"), ("unit_admin", "other_unit_admin"),
    ("other_unit_admin", "unit_admin"), ("unit_agent", "other_unit_admin"), ("applicant", "other_applicant"),
    ("other_applicant", "applicant"), ("member", "applicant"),
)  # fmt: skip
OWN_PORTALS = ("me/", "unit/", "open/")
# Throwing away what is gone already is no mistake, and another's is as good as gone: the same answer, and nothing done.
TWICE_IS_ONCE = ("me-draft-discard", "unit-draft-discard")
# Movements are counted within an account, and months by the calendar: the same number is everybody's own.
NOBODY_S = {"me-movement": {"seq"}, "unit-upload-result": {"number"}, "unit-upload-errors": {"number"}}


def _ids(route: Route) -> list[str]:
    """The parts of an address that name something that belongs to somebody."""
    return [name for name in route.ids if name not in NOBODY_S.get(route.name, ()) and name != "number"]


GUARDED = [
    route for route in ROUTES.values()
    if route.path.startswith(OWN_PORTALS) and _ids(route) and route.name not in TWICE_IS_ONCE
]  # fmt: skip


def _answers(client: Client, address: str) -> set[int]:
    """What looking and sending give; a method the address does not know is no answer."""
    return {ask(client, method, address) for method in ("get", "post")} - {405}


def _has_a_plain_service() -> bool:
    """Whether a service on offer is drawn from its form alone; only such a one is confirmed at a plain address."""
    return any(
        one.audience is Audience.MEMBER and "/services/" + one.code in service_url(one.code) for one in services()
    )


def test_every_address_that_names_something_is_known_to_its_owner(seen: See) -> None:
    owned = {name for who, _ in OWNERS for name, paths in seen(who).addresses.items() if paths}
    out_of_use = set() if _has_a_plain_service() else {"me-apply-confirm"}
    missing = {route.name for route in GUARDED} - owned - out_of_use
    assert missing == set(), "give the small centre something to find there"


@pytest.mark.parametrize(("owner", "stranger"), OWNERS, ids=lambda who: who)
def test_what_is_another_s_is_not_there(centre: Centre, seen: See, owner: str, stranger: str) -> None:
    tried = {
        (route.name, path): _answers(centre.client(stranger), path)
        for route in GUARDED
        for path in seen(owner).addresses.get(route.name, [])
        if path not in seen(stranger).addresses.get(route.name, [])
    }
    assert tried
    roles = {str(role.value) for role in PERMISSIONS["me.view"].roles}
    shut = {403} if stranger.removeprefix("other_") not in roles and owner == "member" else set()
    found = {what: answers for what, answers in tried.items() if not answers or answers - {404} - shut}
    assert found == {}, "\n".join(map(str, found.items()))


@pytest.mark.parametrize(("owner", "stranger"), OWNERS[:4], ids=lambda who: who)
def test_another_s_draft_is_not_thrown_away(centre: Centre, seen: See, owner: str, stranger: str) -> None:
    theirs = [(name, path) for name in TWICE_IS_ONCE for path in seen(owner).addresses.get(name, [])]
    assert theirs
    for name, path in theirs:
        with undone(centre.client(stranger)):
            answer = centre.client(stranger).post(path)
            missing = centre.client(stranger).post(ROUTES[name].address(draft_id=10**17))
            assert (answer.status_code, answer.get("Location")) == (missing.status_code, missing.get("Location"))
            draft_id = ROUTES[name].values_of(path)["draft_id"]
            assert rows("SELECT 1 FROM case_draft WHERE draft_id = %s", [draft_id]), "it is still there"


@pytest.mark.parametrize(("owner", "stranger"), OWNERS[:4], ids=lambda who: who)
def test_what_is_another_s_is_not_there_behind_something_of_one_s_own(
    centre: Centre, seen: See, owner: str, stranger: str
) -> None:
    """An address with two names, one's own and another's: neither opens the other."""
    found = {}
    for route in (one for one in GUARDED if len(_ids(one)) > 1):
        for foreign in seen(owner).addresses.get(route.name, []):
            for own in seen(stranger).addresses.get(route.name, []):
                for name in _ids(route):
                    mixed = route.address(**{**route.values_of(own), name: route.values_of(foreign)[name]})
                    if (answers := _answers(centre.client(stranger), mixed)) != {404}:
                        found[mixed] = answers
    assert found == {}, "\n".join(map(str, found.items()))


@pytest.mark.parametrize("who", ["clerk", "reviewer", "treasurer"])
def test_a_paper_of_one_case_is_not_found_under_another(centre: Centre, seen: See, who: str) -> None:
    route = ROUTES["desk-case-paper"]
    known = [route.values_of(path) for path in seen("clerk").addresses["desk-case-paper"]]
    assert len(known) > 1
    crossed = {
        answer: ask(centre.client(who), "get", answer)
        for one in known
        for other in known
        if one != other and (answer := route.address(case_id=one["case_id"], file_id=other["file_id"]))
    }
    assert set(crossed.values()) <= {404, 403}, crossed


# ------------------------------------------------------------------------------------------ not from our own pages


def _changing(seen: See) -> Iterator[tuple[str, str]]:
    """Somebody and an address of theirs, for every route but the machines'."""
    for route in ROUTES.values():
        entry = PERMISSIONS[route.permission]
        if entry.open_to == MACHINE:
            continue
        may = [who for who in STARTS if entry.open_to or who.removeprefix("other_") in {r.value for r in entry.roles}]
        known = ((who, path) for who in may for path in seen(who).addresses.get(route.name, []))
        yield next(known, (may[0], route.address()))


def _strict(centre: Centre, who: str) -> Client:
    """The same session in a browser that is asked for its token."""
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False, HTTP_USER_AGENT="Chrome/140.0")
    if who != "nobody":
        strict.cookies[COOKIE] = centre.client(who).cookies[COOKIE].value
    return strict


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_done_without_the_page_s_token(centre: Centre, seen: See, method: str) -> None:
    taken = [
        (who, path, status)
        for who, path in _changing(seen)
        if (status := ask(_strict(centre, who), method, path, headers={"HX-Request": "true"})) != 403
    ]
    assert taken == []


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
                {"Sec-Fetch-Site": "same-site"}],
    ids=lambda headers: next(iter(headers.values())),
)  # fmt: skip
def test_nothing_is_done_for_a_page_of_another_site_even_with_a_token(
    centre: Centre, seen: See, headers: dict[str, str]
) -> None:
    page = centre.client("nobody").get("/login/")
    token, cookie = page.context["csrf_token"], page.cookies["__Host-csrf"].value
    taken = []
    for who, path in _changing(seen):
        strict = _strict(centre, who)
        strict.cookies["__Host-csrf"] = cookie
        status = ask(strict, "post", path, data={"csrfmiddlewaretoken": str(token)}, headers=headers)
        if status != 403:
            taken.append((who, path, status))
    assert taken == []
