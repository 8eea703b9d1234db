"""Members' own cards."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anju import treasury
from anju.database.sql import rows
from anju.kernel.refusal import Refusal
from anju.treasury import actions, queries
from anju.treasury.bank import using
from anju.treasury.fake_bank import FakeBank
from anju.treasury.tests.world import AT, MEMBER, member
from anju.treasury.types import CardCheck, CardStatus

pytestmark = pytest.mark.django_db(transaction=True)
CARD, OTHER = "6217000010000006620", "6222020200112230"
OK = CardCheck(status=CardStatus.OK, serial="F1", read_at=AT, bank_name="安居银行")


def bind(card: str = CARD, check: CardCheck = OK, **changes: object) -> object:
    return actions.bind_card(MEMBER, card=card, holder="林晓雨", check=check, actor=member(), at=AT, **changes)


def test_a_card_is_usable_after_the_wait_of_the_rules() -> None:
    bind("6217 0000 1000 0006 620")
    assert queries.usable_card(MEMBER, AT + timedelta(hours=24) - timedelta(seconds=1)) is None
    card = queries.usable_card(MEMBER, AT + timedelta(hours=24))
    assert card is not None and card.tail == "6620" and card.payee.account == CARD
    assert "6217" not in repr(card)


def test_a_new_card_ends_the_old_one_and_waits_anew() -> None:
    bind()
    actions.bind_card(MEMBER, card=OTHER, holder="林晓雨", check=OK, actor=member(), at=AT + timedelta(days=3))
    assert queries.usable_card(MEMBER, AT + timedelta(days=3, hours=23)) is None
    card = queries.usable_card(MEMBER, AT + timedelta(days=4))
    assert card is not None and (card.n, card.tail) == (2, "2230")


def test_the_same_card_again_does_not_wait_again() -> None:
    bind()
    again = actions.bind_card(MEMBER, card=CARD, holder="林晓雨", check=OK, actor=member(), at=AT + timedelta(days=3))
    assert (again.n, again.usable) == (1, True)


def test_an_ended_card_is_not_paid() -> None:
    bind()
    actions.end_card(MEMBER, actor=member(), at=AT)
    assert queries.usable_card(MEMBER, AT + timedelta(days=9)) is None
    assert queries.bound_card(MEMBER, at=AT) is None


@pytest.mark.parametrize("status", [CardStatus.DIFFERS, CardStatus.DOWN])
def test_a_card_the_bank_did_not_confirm_is_refused_with_its_reason(status: CardStatus) -> None:
    check = CardCheck(status=status, serial="", read_at=AT, reason="请换一张卡。")
    with pytest.raises(Refusal) as refused:
        bind(check=check)
    assert refused.value.text == "请换一张卡。" and refused.value.field == "card"


@pytest.mark.parametrize("card", ["", "123", "6" * 20, "62170000100000066２0", "6217000010000006620\x00"])
def test_a_number_that_is_no_card_is_refused_beside_its_field(card: str) -> None:
    with pytest.raises(Refusal) as refused:
        bind(card)
    assert refused.value.field == "card"


def test_the_number_and_the_holder_are_ciphertext() -> None:
    bind()
    (raw,) = rows("SELECT card_sealed, holder_sealed FROM member_card")
    assert CARD.encode() not in bytes(raw["card_sealed"]) and "林晓雨".encode() not in bytes(raw["holder_sealed"])


def test_the_bank_is_asked_for_name_and_document() -> None:
    with using(FakeBank(cards={CARD: ("林晓雨", "110101199003070038")})) as bank:
        assert treasury.ask_card_owner(CARD, "林晓雨", "110101199003070038", at=AT).status is CardStatus.OK
        assert treasury.ask_card_owner(CARD, "林晓", "110101199003070038", at=AT).status is CardStatus.DIFFERS
        bank.down = True
        assert treasury.ask_card_owner(CARD, "林晓雨", "110101199003070038", at=AT).status is CardStatus.DOWN
