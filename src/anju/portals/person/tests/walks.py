"""Ways through the member's pages that several tests take: rent filed, a certificate issued, a report made."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from anju.exchange.types import Kind
from anju.portals.person.tests.world import bank_and_agencies, hidden, newest_code


def first_screen(client: Client, rent: str = "2600") -> Any:
    """Screen 1 of rent; the answer to its press."""
    return client.post("/me/services/rent/", {"monthly_rent": rent})


def filed(client: Client, rent: str = "2600") -> Any:
    """Through both screens of rent; the answer to the last press."""
    confirm = first_screen(client, rent)["Location"]
    page = client.get(confirm)
    return client.post(confirm, {"code": newest_code(), "key": hidden(page, "key")})


def reviewed(client: Client, rent: str = "2600") -> str:
    """A case that waits for people, because civil affairs did not answer; its address."""
    with bank_and_agencies() as (_, world):
        world.down(Kind.MARRIAGE)
        return str(filed(client, rent)["Location"])


def purpose_of(page: str) -> str:
    """The first purpose a certificate is offered for."""
    found = re.search(r'name="purpose" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def issued(client: Client) -> Any:
    """Both screens of the certificate, with its code where one is asked for; the answer to the last press."""
    first = client.get("/me/certificate/")
    page = first.content.decode()
    choice = {"purpose": purpose_of(page), "key": hidden(first, "key")}
    if 'name="code"' not in page:
        return client.post("/me/certificate/", choice)
    sent = client.post("/me/certificate/", {**choice, "resend": "1"})
    assert sent.status_code == 200 and "验证码已发到" in sent.content.decode()
    assert re.search(rf'value="{choice["purpose"]}"[^>]*checked', sent.content.decode())
    return client.post("/me/certificate/", {**choice, "code": newest_code()})


def proved(client: Client, wanted: str = "/me/") -> Any:
    """The page that asks for a fresh proof, with its code; the answer leads on to what was wanted."""
    client.post("/step-up/", {"send": "1", "next": wanted})
    answer = client.post("/step-up/", {"code": newest_code(), "next": wanted})
    assert answer.status_code == 302 and answer["Location"] == wanted
    return answer


def told_wrong(
    client: Client, where: str = "/me/wrong/?movement=2", what: str = "base", text: str = "应当是 8,900 元"
) -> Any:
    """«这里不对» from a page; the answer to its press."""
    page = client.get(where)
    return client.post(where, {"what": what, "text": text, "key": hidden(page, "key")})
