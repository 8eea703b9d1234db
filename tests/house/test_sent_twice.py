"""A form sent twice is done once: the second answer leads where the first one led, or says that it is done already."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from anju.database.placement import PLACEMENT
from anju.database.sql import row
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


def test_a_month_declared_once_is_not_declared_again_with_another_sum(centre: Centre, seen: See) -> None:
    client = centre.client("other_unit_admin")
    with undone(client):
        assert client.post(seen("other_unit_admin").addresses["unit-cancel"][0]).status_code == 302
        page = client.get("/unit/")
        sent = {"key": _key(page), "month": "202611", "total_fen": "206400"}
        assert client.post("/unit/confirm/", sent).status_code == 302
        before = _counts()["remittance"]
        # The month stands: whoever sends it again is led to it, whatever sum the page had.
        assert client.post("/unit/confirm/", {**sent, "total_fen": "1"}).status_code == 302
        assert _counts()["remittance"] == before
