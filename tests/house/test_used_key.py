"""A key that was used for one thing serves nothing else: 409, in words, and nothing is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from anju.database.placement import PLACEMENT
from anju.database.sql import row
from anju.notices.models import Sms
from tests.house.centre import STARTS, Centre
from tests.house.pages import Form, Seen, Value, undone

See = Callable[[str], Seen]

# What is written whenever somebody knocks: traces, codes and their messages, sessions, questions to other agencies;
# and drafts, which are nothing done yet.
TRACES = ("audit_record", "identity_activity", "identity_attempt", "identity_code", "identity_session", "identity_send",
          "sms", "exchange_query", "case_draft")  # fmt: skip


def _counts() -> dict[str, int]:
    tables = [name for name in PLACEMENT if not name.startswith(TRACES)]
    found = row("SELECT " + ", ".join(f"(SELECT count(*) FROM {name}) AS {name}" for name in tables))  # noqa: S608
    assert found is not None
    return dict(found)


def _fillings(seen: See) -> Iterator[tuple[str, Form, dict[str, Value]]]:
    """Every form somebody finds, as it stands in the page; what is empty is filled in with something that may do."""
    known = set()
    for who in STARTS:
        for name, forms in seen(who).forms.items():
            for form in forms:
                for way in form.ways():
                    if (key := (who, name, *sorted(way))) not in known and not form.files:
                        known.add(key)
                        yield who, form, {field: value or _something(field, form) for field, value in way.items()}


def _something(field: str, form: Form) -> str:
    fitting = {"monthly_rent": "2600", "new_phone": "13800009999", "phone": "13800009998", "base": "8600"}
    return fitting.get(field, "1000" if field in form.numbers else "已经核对无误")


def test_a_form_sent_twice_writes_nothing_the_second_time(centre: Centre, seen: See) -> None:
    """The second answer leads where the first one led, or says in words that it is done already."""
    more, done = [], 0
    for who, form, filled in _fillings(seen):
        client = centre.client(who)
        with undone(client):
            first = client.post(form.action, filled)
            after = _counts()
            second = client.post(form.action, filled)
            again = _counts()
        done += first.status_code == 302
        written = {name: (after[name], again[name]) for name in after if after[name] != again[name]}
        if written or second.status_code >= 500:
            more.append((who, form.action, sorted(filled), second.status_code, written))
    assert more == [], "\n".join(map(str, more))
    assert done > 50, "too few of the forms are taken at all"


def _key(page: Any) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page.content.decode())
    assert found is not None
    return found[1]


def _newest_code() -> str:
    for sms in Sms.objects.filter(bears_code=True).order_by("-id"):
        if found := re.search(r"验证码(\d{6})", str(sms.text_sealed or "")):
            return found[1]
    raise AssertionError("no SMS bears a code")


def _rent(centre: Centre, client: Client, yuan: str, key: str) -> Any:
    """Through both screens, with this key."""
    centre.hands.later(seconds=61)
    confirm = client.post("/me/services/rent/", {"monthly_rent": yuan})["Location"]
    _key(client.get(confirm))
    return client.post(confirm, {"code": _newest_code(), "key": key})


def test_a_key_that_paid_one_rent_pays_no_other(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    client = centre.client("member")
    monkeypatch.setattr(centre.hands, "at", centre.hands.at)
    with undone(client):
        running = next(path for path in centre.known["member"] if path.startswith("/me/cases/"))
        assert client.post(f"{'/'.join(running.split('/')[:4])}/cancel/").status_code == 302
        first = _rent(centre, client, "1200", "the-key-of-one-withdrawal")
        assert first.status_code == 302
        assert client.post(f"{first['Location']}cancel/").status_code == 302
        before = _counts()["casework_case"]
        other = _rent(centre, client, "1500", "the-key-of-one-withdrawal")
        assert other.status_code == 409 and "已经提交过" in other.content.decode()
        assert _counts()["casework_case"] == before


@pytest.mark.parametrize(
    ("who", "route", "field", "value"),
    [("member", "me-certificate", "purpose", "visa"), ("unit_admin", "unit-person-change", "base", "9000")],
)
def test_a_key_that_was_used_serves_nothing_else(
    centre: Centre, seen: See, who: str, route: str, field: str, value: str
) -> None:
    client = centre.client(who)
    form = next(one for one in seen(who).forms[route] if field in one.fields and "id_number" not in one.fields)
    filled = {name: kept or _something(name, form) for name, kept in form.ways()[0].items()}
    with undone(client):
        first, again = client.post(form.action, filled), client.post(form.action, filled)
        assert (first.status_code, again.status_code) == (302, 302) and first["Location"] == again["Location"]
        before = _counts()["casework_case"]
        other = client.post(form.action, {**filled, field: value})
        assert other.status_code == 409 and "提交过" in other.content.decode()
        assert _counts()["casework_case"] == before
