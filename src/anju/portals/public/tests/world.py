"""People who open the online service, through the pages alone; agencies that answer for them; a counter of fields."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from anju.exchange import fakes
from anju.exchange.types import Kind
from anju.kernel.actor import Actor
from anju.kernel.identifiers import check_uscc
from anju.portals.person.tests.world import CENTRE, HANDS, browser, hidden, id_number, newest_code, phone, register

PASSWORD = "shanqing-shuixiu-77"
NAME = "简宁"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def unit_code(n: int) -> str:
    """A unified social credit code of an invented company."""
    body = f"91700100MA{n:07d}"
    return body + (check_uscc(body + "0").correct_char or "")


@contextmanager
def outside(*, strong: bool = True, legal_person: str = NAME) -> Iterator[fakes.FakeAgencies]:
    """Agencies that know the applicant (`strong`: and the phone as well) and the company."""
    with fakes.agencies() as world:
        world.knows(Kind.IDENTITY, {"match": True, "phone_match": strong})
        company = {
            "name": "安居望江测试有限公司", "legal_person_name": legal_person, "address": "安居市望江路 1 号",
            "state": "normal", "nature": "33",
        }  # fmt: skip
        world.knows(Kind.COMPANY, company)
        yield world


def typed(n: int = 1, **changes: str) -> dict[str, str]:
    """What a person types first."""
    return {"name": NAME, "id_kind": "01", "id_number": id_number(n), "phone": phone(n), **changes}


def registered(kind: str = "person", n: int = 1, *, name: str = NAME) -> Client:
    """A browser that went through who-one-is and the code, and stands before the application."""
    client = browser()
    answer = client.post(f"/open/{kind}/", typed(n, name=name))
    assert answer.status_code == 302, answer.content.decode()[:3000]
    answer = client.post(f"/open/{kind}/code/", {"code": newest_code(), "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    HANDS.later(seconds=61)
    return client


def applied(client: Client, kind: str = "person", **fields: str) -> str:
    """File the application; the address of its page."""
    page = client.get(f"/open/{kind}/apply/")
    answer = client.post(f"/open/{kind}/apply/", {**fields, "key": hidden(page, "key")})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return str(answer["Location"])


def unit_fields(n: int = 1, **changes: str) -> dict[str, str]:
    """What stands in a unit's application when it is sent."""
    return {
        "uscc": unit_code(7), "id_number": id_number(n), "payday": "10", "first_month": "2026-11", "ratio": "12",
        "nature": "", **changes,
    }  # fmt: skip


def clerk() -> Actor:
    """Somebody at the desk."""
    staff = register(70, "许文博", opened=False)
    return Actor(staff.login_id, staff.person_id, "clerk", None, staff.name, CENTRE)


def case_of(address: str) -> int:
    """The case a page is about."""
    return int(address.strip("/").split("/")[-1])


def upload(name: str = "授权书.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


class _Fields(HTMLParser):
    """The controls of the form with the page's one main button."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.select: dict[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({"asked": [], "main": False})
        if not self.forms:
            return
        form = self.forms[-1]
        if tag == "button" and "button--go" in given.get("class", ""):
            form["main"] = True
        if tag == "textarea" or (tag == "input" and self._typed(given)):
            form["asked"].append(given.get("name", ""))

    @staticmethod
    def _typed(given: dict[str, str]) -> bool:
        """Neither hidden nor filled in; codes, passwords and consents are not counted as fields."""
        kind = given.get("type", "text")
        if kind in ("hidden", "checkbox", "password", "submit", "file", "radio"):
            return False
        return given.get("autocomplete") != "one-time-code" and not given.get("value")


def fields_to_type(answer: Any) -> list[str]:
    """The fields a person must fill on this screen: what is filled in already only has to be confirmed."""
    reader = _Fields()
    reader.feed(answer.content.decode())
    main = [form for form in reader.forms if form["main"]]
    assert len(main) == 1, f"{len(main)} main buttons"
    return list(main[0]["asked"])
