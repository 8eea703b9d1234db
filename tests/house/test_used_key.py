"""A key that was used for one thing serves nothing else: 409, in words, and nothing is written."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from anju.notices.models import Sms
from tests.house.centre import Centre
from tests.house.pages import undone
from tests.house.sending import See, counts, key, something


def _newest_code() -> str:
    for sms in Sms.objects.filter(bears_code=True).order_by("-id"):
        if found := re.search(r"验证码(\d{6})", str(sms.text_sealed or "")):
            return found[1]
    raise AssertionError("no SMS bears a code")


def _rent(centre: Centre, client: Client, yuan: str, with_key: str) -> Any:
    """Through both screens, with this key."""
    centre.hands.later(seconds=61)
    confirm = client.post("/me/services/rent/", {"monthly_rent": yuan})["Location"]
    key(client.get(confirm))
    return client.post(confirm, {"code": _newest_code(), "key": with_key})


def test_a_key_that_paid_one_rent_pays_no_other(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    client = centre.client("member")
    monkeypatch.setattr(centre.hands, "at", centre.hands.at)
    with undone(client):
        running = next(path for path in centre.known["member"] if path.startswith("/me/cases/"))
        assert client.post(f"{'/'.join(running.split('/')[:4])}/cancel/").status_code == 302
        first = _rent(centre, client, "1200", "the-key-of-one-withdrawal")
        assert first.status_code == 302
        assert client.post(f"{first['Location']}cancel/").status_code == 302
        before = counts()["casework_case"]
        other = _rent(centre, client, "1500", "the-key-of-one-withdrawal")
        assert other.status_code == 409 and "已经提交过" in other.content.decode()
        assert counts()["casework_case"] == before


@pytest.mark.parametrize(
    ("who", "route", "field", "value"),
    [("member", "me-certificate", "purpose", "visa"), ("unit_admin", "unit-person-change", "base", "9000")],
)
def test_a_key_that_was_used_serves_nothing_else(
    centre: Centre, seen: See, who: str, route: str, field: str, value: str
) -> None:
    client = centre.client(who)
    form = next(one for one in seen(who).forms[route] if field in one.fields and "id_number" not in one.fields)
    filled = {name: kept or something(name, form) for name, kept in form.ways()[0].items()}
    with undone(client):
        first, again = client.post(form.action, filled), client.post(form.action, filled)
        assert (first.status_code, again.status_code) == (302, 302) and first["Location"] == again["Location"]
        before = counts()["casework_case"]
        other = client.post(form.action, {**filled, field: value})
        assert other.status_code == 409 and "提交过" in other.content.decode()
        assert counts()["casework_case"] == before
