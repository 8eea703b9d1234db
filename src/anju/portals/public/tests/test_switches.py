"""A service the city has not on: its pages are not there, and no list names it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from anju.casework import registry
from anju.portals.person.tests.world import Clock, logged_in, register
from anju.portals.public.tests.world import applied, outside, registered
from anju.services.tests.world import city_without

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("code", "paths"),
    [
        ("employer_opening", ("/open/unit/", "/open/unit/code/", "/help/employer_opening/")),
        ("member_opening", ("/open/person/", "/open/person/code/", "/help/member_opening/")),
        ("rent_withdrawal", ("/help/rent_withdrawal/",)),
    ],
)
def test_the_pages_of_a_service_that_is_off_are_not_there(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, paths: tuple[str, ...]
) -> None:
    for path in paths:
        assert client.get(path).status_code in (200, 302), path
    title = registry.service(code).title
    assert title in client.get("/services/").content.decode()
    monkeypatch.setattr(registry, "book", city_without(tmp_path, code))
    for path in paths:
        assert client.get(path).status_code == 404, path
        assert client.post(path, {"name": "x"}).status_code in (404, 405), path
    for page in ("/services/", "/help/", "/", "/open/"):
        html = client.get(page).content.decode()
        assert title not in html, page
        assert not [path for path in paths if f'href="{path}"' in html], page


def test_an_application_begun_before_the_switch_is_followed_and_no_new_one_begins(
    now: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = registered()
    with outside(strong=False):
        where = applied(client)
    monkeypatch.setattr(registry, "book", city_without(tmp_path, "member_opening"))
    assert client.get(where).status_code == 200
    other = logged_in(register(3, "何清", opened=False))
    assert other.get("/open/person/apply/").status_code == 404
    assert other.post("/open/person/apply/", {"key": "k" * 20}).status_code == 404


def test_a_members_page_of_a_service_that_is_off_is_not_there(
    now: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = logged_in(register())
    assert client.get("/me/services/rent/").status_code in (200, 404)
    monkeypatch.setattr(registry, "book", city_without(tmp_path, "rent_withdrawal", "bank_card"))
    for path in ("/me/services/rent/", "/me/card/"):
        assert client.get(path).status_code == 404, path
    assert "租房提取" not in client.get("/me/services/").content.decode()
