"""The card: one field, the bank's word, a code that names the card, and the wait that is explained."""

from __future__ import annotations

from typing import Any

import pytest

from anju.portals.person.tests.world import (
    CARD,
    Clock,
    Member,
    bank_and_agencies,
    hidden,
    id_number,
    logged_in,
    member_with_history,
    newest_code,
    newest_sms,
    text_of,
)

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = "6217009900000007715"


def _bound(member: Member, number: str, *, owner: str = "林晓雨") -> Any:
    """Through both screens; the case page after it."""
    client = logged_in(member)
    with bank_and_agencies() as (bank, _):
        bank.cards[number] = (owner, id_number(1))
        answer = client.post("/me/card/", {"card": f"{number[:4]} {number[4:]}"})
        assert answer.status_code == 302, text_of(answer)
        page = client.get(answer["Location"])
        done = client.post(answer["Location"], {"code": newest_code(), "key": hidden(page, "key")})
    return client, page, done


def test_a_card_of_ones_own_is_bound_and_waits(now: Clock) -> None:
    client, page, done = _bound(member_with_history(1, card=False), CARD)
    assert "6217 0099 0000 0006 620" in text_of(page)
    assert done.status_code == 302, text_of(done)
    assert "已绑定" in text_of(client.get(done["Location"]))
    words = text_of(client.get("/me/card/"))
    assert "尾号 6620" in words and "等待中" in words and "2026年11月24日" in words and "24 小时" in words


def test_the_sms_names_the_card_the_code_is_for(now: Clock) -> None:
    client = logged_in(member_with_history(1, card=False))
    with bank_and_agencies() as (bank, _):
        bank.cards[CARD] = ("林晓雨", id_number(1))
        client.post("/me/card/", {"card": CARD})
    assert "绑定收款卡（尾号6620）" in newest_sms()


def test_a_card_of_another_person_is_refused_with_what_to_do(now: Clock) -> None:
    client = logged_in(member_with_history(1, card=False))
    with bank_and_agencies() as (bank, _):
        bank.cards[OTHER] = ("王国强", id_number(2))
        answer = client.post("/me/card/", {"card": OTHER})
        words = text_of(client.get(answer["Location"]))
    assert "不能办理" in words and "本人名下" in words


@pytest.mark.parametrize("number", ["", "12", "abc", "9" * 60, "6217\x000099"])
def test_what_is_no_card_number_is_refused_beside_its_field(now: Clock, number: str) -> None:
    client = logged_in(member_with_history(1, card=False))
    answer = client.post("/me/card/", {"card": number})
    assert answer.status_code == 422 and "id_card-error" in answer.content.decode()
