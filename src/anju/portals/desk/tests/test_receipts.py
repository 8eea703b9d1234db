"""The one screen of unmatched money: proposals with reasons, one click each, ageing, what is odd, the ledger's sum."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from anju.contributions import queries as contributions
from anju.contributions.tests import world as money
from anju.contributions.types import RemittanceState, SuspenseState
from anju.database.sql import execute
from anju.identity.types import Role
from anju.kernel import clock
from anju.ledger import queries as books
from anju.portals.desk.tests.world import CENTRE, staff, text_of
from anju.treasury import queries as treasury

pytestmark = pytest.mark.django_db
LIST = "/desk/treasury/"


@pytest.fixture
def declared() -> Iterator[Any]:
    """A unit with two people and a declared month of 4,128.00."""
    with money.wired():
        money.open_centre()
        unit_id = money.open_unit()
        money.apply(unit_id, money.staff_rows(2))
        yield money.declare(unit_id)


@pytest.fixture
def client() -> Client:
    return staff(3, Role.TREASURER)[1]


def choices(client: Client, *, tick: bool = False) -> list[str]:
    """What the page would send, in the order of its rows."""
    name = "receipt" if tick else "accept"
    return re.findall(rf'name="{name}" value="([^"]+)"', text_of(client.get(LIST)))


def state_of(n: int = 0) -> SuspenseState:
    return contributions.suspense_items(CENTRE, states=tuple(SuspenseState))[n].state


def test_the_reasons_stand_beside_the_proposal_and_one_click_allocates(declared: Any, client: Client) -> None:
    money.pay(412_800, "11月公积金")
    page = text_of(client.get(LIST))
    for words in ("分摊到安居第1工厂2026年11月", "2 人入账。", "把握很大", "付款账户是该单位登记的账户",
                  "金额正好是2026年11月应缴的 4,128.00 元", "付款附言提到11月"):  # fmt: skip
        assert words in page, words
    (accept,) = choices(client)
    sent = client.post("/desk/treasury/accept/?q=公积金", {"accept": accept})
    assert sent["Location"] == "/desk/treasury/?q=%E5%85%AC%E7%A7%AF%E9%87%91&done=allocated"
    money.run_posting()
    assert contributions.remittance(CENTRE, declared.remittance_id).state is RemittanceState.POSTED
    assert not money.broken()
    again = client.post("/desk/treasury/accept/", {"accept": accept})
    assert again.status_code == 409 and "刚刚由别人处理过" in text_of(again)


def test_too_little_is_kept_waiting_by_one_click(declared: Any, client: Client) -> None:
    money.pay(412_700, declared.number)
    (accept,) = choices(client)
    assert accept.endswith(f"wait-{declared.remittance_id}:412700")
    assert client.post("/desk/treasury/accept/", {"accept": accept})["Location"].endswith("?done=waiting")
    assert state_of() is SuspenseState.WAITING
    assert "等待补足 1.00 元" in text_of(client.get(LIST, {"show": "waiting"}))


def test_money_paid_twice_is_sent_back_by_one_click_with_a_second_signature(declared: Any, client: Client) -> None:
    money.pay(412_800, declared.number)
    money.run_posting()
    money.pay(412_800, declared.number)
    assert "这是重复的一笔" in text_of(client.get(LIST))
    (accept,) = choices(client)
    assert client.post("/desk/treasury/accept/", {"accept": accept})["Location"].endswith("?done=refund")
    (order,) = treasury.release_queue(CENTRE)
    assert (order.amount_fen, order.releaser_person_id) == (412_800, None)
    assert "退款 4,128.00 元办理中" in text_of(client.get(LIST))


def test_a_short_payment_that_shrinks_meanwhile_is_not_allocated(declared: Any, client: Client) -> None:
    """A proposal of a page that is old is refused by the act itself, in its own words."""
    money.pay(412_799, declared.number)
    (item,) = contributions.suspense_items(CENTRE)
    forged = f"{item.suspense_id}:allocate-{declared.remittance_id}:412799"
    refused = client.post("/desk/treasury/accept/", {"accept": forged})
    assert refused.status_code == 409 and "还差 0.01 元" in text_of(refused)
    for raw in ("", "x", f"{item.suspense_id}:pay-1:1", f"{item.suspense_id}:allocate-1:1\x00"):
        assert client.post("/desk/treasury/accept/", {"accept": raw}).status_code == 409
    assert client.post("/desk/treasury/accept/", {"accept": "77:wait-1:1"}).status_code == 409
    assert state_of() is SuspenseState.OPEN


def test_many_are_accepted_together_and_only_likely_ones_can_be_ticked(declared: Any, client: Client) -> None:
    money.pay(999_999, "", payer="777")
    money.pay(500_000, "公积金")
    assert choices(client, tick=True) == [] and len(choices(client)) == 1 and "供参考" in text_of(client.get(LIST))
    money.pay(412_700, declared.number)
    ticked = choices(client, tick=True)
    assert len(ticked) == 1
    sent = client.post("/desk/treasury/match/", {"receipt": ticked})
    assert sent["Location"] == "/desk/treasury/?done=accepted&number=1"
    assert "已按建议办理（笔）：1。" in text_of(client.get(sent["Location"]))


def test_the_sum_is_the_ledger_s_and_a_difference_is_said(declared: Any, client: Client) -> None:
    money.pay(100, "a")
    money.pay(250, "b")
    page = text_of(client.get(LIST))
    assert "与明细一致" in page and -books.suspense_balance(CENTRE) == -350 and "3.50" in page
    execute("UPDATE suspense SET open_fen = open_fen - 1 WHERE open_fen = 250")
    assert "与明细相差 0.01 元，请会计核对" in text_of(client.get(LIST))


def test_ageing_counts_and_filters(declared: Any, client: Client) -> None:
    now = clock.now()
    for fen, days in ((101, 0), (102, 3), (103, 4), (104, 10), (105, 11), (106, 30), (107, 31)):
        money.pay(fen, f"款{fen}", at=now - timedelta(days=days))
    page = text_of(client.get(LIST))
    for words in ("3 天以内 2 笔 2.03 元", "4 至 10 天 2 笔 2.07 元", "11 至 30 天 2 笔 2.11 元",
                  "30 天以上 1 笔 1.07 元", "已等 31 天", "今天"):  # fmt: skip
        assert words in page, words
    assert page.index("款107") < page.index("款101"), "the oldest first"
    for age, inside, outside in ((0, "款102", "款103"), (1, "款104", "款105"), (3, "款107", "款106")):
        found = text_of(client.get(LIST, {"age": age}))
        assert inside in found and outside not in found
    assert client.get(LIST, {"age": "9", "show": "x", "q": "甲"}).status_code == 200


def test_a_word_finds_payer_text_amount_and_tail(declared: Any, client: Client) -> None:
    money.pay(123_456, "甲款")
    money.pay(100, "乙款", payer="6222000011112222")
    for word in ("甲款", "1,234.56", "1234.56"):
        page = text_of(client.get(LIST, {"q": word}))
        assert "甲款" in page and "乙款" not in page
    assert "乙款" in text_of(client.get(LIST, {"q": "2222"}))
    assert "没有这样的来款" in text_of(client.get(LIST, {"q": "丙"}))


def test_what_is_odd_at_the_bank_stands_on_the_same_screen(declared: Any, client: Client) -> None:
    """A reversal before its original, and one serial told in two ways; both are gone when they are explained."""
    money.pay(500, "", serial="R1", reversal_of="H9")
    page = text_of(client.get(LIST))
    assert "冲回通知，等待原到账" in page and "原到账的通知或对账单到了会自动对上" in page and "R1" in page
    money.pay(500, "迟到的", serial="H9")
    assert "银行那边要核实的" not in text_of(client.get(LIST))
    assert -books.suspense_balance(CENTRE) == 0 and not money.broken()
    money.pay(412_800, "x", serial="H10")
    money.pay(412_801, "x", serial="H10")
    assert "1 笔通知前后说法不一" in text_of(client.get(LIST))


def test_one_receipt_s_page_gives_all_proposals_with_their_reasons(declared: Any, client: Client) -> None:
    money.pay(412_800, "公积金")
    (item,) = contributions.suspense_items(CENTRE)
    page = text_of(client.get(f"/desk/treasury/receipts/{item.suspense_id}/"))
    assert "系统的建议" in page and "付款账户是该单位登记的账户" in page and "2 人入账。" in page
