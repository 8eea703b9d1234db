"""A form sent twice is done once: the second answer leads where the first one led, or says that it is done already."""

from __future__ import annotations

from tests.house.centre import Centre
from tests.house.pages import undone
from tests.house.sending import See, counts, fillings, key


def test_a_form_sent_twice_writes_nothing_the_second_time(centre: Centre, seen: See) -> None:
    """The second answer leads where the first one led, or says in words that it is done already."""
    more, done = [], 0
    for who, form, filled in fillings(seen):
        client = centre.client(who)
        with undone(client):
            first = client.post(form.action, filled)
            after = counts()
            second = client.post(form.action, filled)
            again = counts()
        done += first.status_code == 302
        written = {name: (after[name], again[name]) for name in after if after[name] != again[name]}
        if written or second.status_code >= 500:
            more.append((who, form.action, sorted(filled), second.status_code, written))
    assert more == [], "\n".join(map(str, more))
    assert done > 50, "too few of the forms are taken at all"


def test_a_month_declared_once_is_not_declared_again_with_another_sum(centre: Centre, seen: See) -> None:
    client = centre.client("other_unit_admin")
    with undone(client):
        assert client.post(seen("other_unit_admin").addresses["unit-cancel"][0]).status_code == 302
        page = client.get("/unit/")
        sent = {"key": key(page), "month": "202611", "total_fen": "206400"}
        assert client.post("/unit/confirm/", sent).status_code == 302
        before = counts()["remittance"]
        # The month stands: whoever sends it again is led to it, whatever sum the page had.
        assert client.post("/unit/confirm/", {**sent, "total_fen": "1"}).status_code == 302
        assert counts()["remittance"] == before
