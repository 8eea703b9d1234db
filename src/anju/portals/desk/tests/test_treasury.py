"""Suspense, payments, mandates and books through the treasurer's pages, with real money in the books."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anju.contributions import actions as contribution_actions
from anju.contributions import queries as contributions
from anju.contributions.tests import world as money
from anju.contributions.types import RemittanceState, SuspenseState
from anju.identity.types import Role
from anju.kernel import clock
from anju.kernel.actor import Actor
from anju.ledger import queries as books
from anju.portals.desk.tests.world import CENTRE, client_of, login, person, staff, text_of
from anju.treasury import actions as treasury
from anju.treasury import queries as treasury_queries
from anju.treasury.types import Direction, EntryNotice, Payee, PaymentDraft, PaymentState

pytestmark = pytest.mark.django_db
BODY = {"limit": "50,000.00", "starts_on_0": "2026", "starts_on_1": "11", "starts_on_2": "25",
        "ends_on_0": "2099", "ends_on_1": "12", "ends_on_2": "31"}  # fmt: skip


@pytest.fixture
def wired() -> Iterator[None]:
    with money.wired():
        money.open_centre()
        yield


@pytest.fixture
def declared(wired: None) -> tuple[int, Any]:
    """A unit with two people and a declared month of 4,128.00."""
    unit_id = money.open_unit()
    money.apply(unit_id, money.staff_rows(2))
    return unit_id, money.declare(unit_id)


def only_item() -> Any:
    items = contributions.suspense_items(CENTRE, states=tuple(SuspenseState))
    assert len(items) == 1
    return items[0]


def order(maker: int | None, *, key: str = "withdrawal:1", fen: int = 180_000, checker: int | None = None) -> int:
    return treasury.order_payment(
        PaymentDraft(
            centre_id=CENTRE, idempotency_key=key, source_kind="test", source_id=1, amount_fen=fen,
            payee=Payee(name="林晓雨", account="6217000010000006620", bank_name="安居银行"), summary="租房提取",
            maker_person_id=maker, checker_person_id=checker, checker_release="" if checker else "2026.11-test",
        ),
        at=clock.now(),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ suspense


def test_an_unmatched_receipt_stands_in_the_list_with_its_reason_and_the_ledger_s_balance(declared: Any) -> None:
    _, client = staff(3, Role.TREASURER)
    money.pay(400_000, declared[1].number)
    page = text_of(client.get("/desk/treasury/"))
    assert "还差 128.00 元" in page and "等待补足 128.00 元" in page and "4,000.00" in page
    assert -books.suspense_balance(CENTRE) == -400_000
    assert "1 笔待处理" in page


def test_money_that_reaches_is_allocated_from_its_page(declared: Any) -> None:
    _, client = staff(3, Role.TREASURER)
    money.pay(412_800, "十一月公积金")
    item = only_item()
    page = text_of(client.get(f"/desk/treasury/receipts/{item.suspense_id}/"))
    assert "金额正好" in page and declared[1].number in page
    sent = client.post(
        f"/desk/treasury/receipts/{item.suspense_id}/allocate/", {"remittance": str(declared[1].remittance_id)}
    )
    assert sent["Location"].endswith("?done=allocated")
    money.run_posting()
    assert contributions.remittance(CENTRE, declared[1].remittance_id).state is RemittanceState.POSTED
    assert only_item().state is SuspenseState.SETTLED
    assert not money.broken()


def test_short_money_is_not_allocated_but_waits_and_is_posted_when_the_missing_fen_comes(declared: Any) -> None:
    _, client = staff(3, Role.TREASURER)
    money.pay(412_799, declared[1].number)
    item, body = only_item(), {"remittance": str(declared[1].remittance_id)}
    where = f"/desk/treasury/receipts/{item.suspense_id}/"
    refused = client.post(f"{where}allocate/", body)
    assert refused.status_code == 409 and "还差 0.01 元" in text_of(refused)
    assert client.post(f"{where}allocate/", {**body, "wait": "1"}).status_code == 302
    assert "还差 0.01 元" in text_of(client.get(where))
    money.pay(1, declared[1].number)
    money.run_posting()
    assert contributions.remittance(CENTRE, declared[1].remittance_id).state is RemittanceState.POSTED
    assert not money.broken()


def test_waiting_can_be_stopped(declared: Any) -> None:
    _, client = staff(3, Role.TREASURER)
    money.pay(100, declared[1].number)
    item = only_item()
    where = f"/desk/treasury/receipts/{item.suspense_id}/"
    client.post(f"{where}allocate/", {"remittance": str(declared[1].remittance_id), "wait": "1"})
    assert only_item().state is SuspenseState.WAITING
    client.post(f"{where}stop/")
    assert only_item().state is SuspenseState.OPEN


def test_proposals_are_allocated_together_and_what_is_refused_is_named(declared: Any) -> None:
    _, client = staff(3, Role.TREASURER)
    money.pay(412_800, "十一月公积金")
    item = only_item()
    nothing = client.post("/desk/treasury/match/", {})
    assert nothing.status_code == 409 and "请先勾选" in text_of(nothing)
    (choice,) = re.findall(r'name="receipt" value="([^"]+)"', text_of(client.get("/desk/treasury/")))
    assert choice == f"{item.suspense_id}:allocate-{declared[1].remittance_id}:412800"
    sent = client.post("/desk/treasury/match/", {"receipt": [choice, "x", "999", choice.replace(":4", ":5")]})
    page = text_of(sent)
    assert sent.status_code == 200 and "已办 1 笔" in page and page.count("没有看懂选中的建议") == 2
    assert "刚刚由别人处理过" in page and f'href="/desk/treasury/receipts/{item.suspense_id}/"' in page
    assert only_item().state is not SuspenseState.OPEN


def test_a_refund_goes_back_to_the_payer_and_is_released_by_another_treasurer_only(declared: Any) -> None:
    maker, client = staff(3, Role.TREASURER, stepped_up=True)
    money.pay(500_000, "不知道是什么")
    item = only_item()
    where = f"/desk/treasury/receipts/{item.suspense_id}/"
    bare = client.post(f"{where}refund/", {"amount": "5,000.00", "reason": ""})
    assert bare.status_code == 422 and "5,000.00" in text_of(bare)
    assert client.post(f"{where}refund/", {"amount": "6000", "reason": "错汇"}).status_code == 422
    assert client.post(f"{where}refund/", {"amount": "5000", "reason": "错汇"})["Location"].endswith("done=refund")
    queued = treasury_queries.release_queue(CENTRE)
    assert [one.maker_person_id for one in queued] == [maker.person_id]
    assert "您经办或复核" in text_of(client.get("/desk/treasury/payments/"))
    body = {"seen": [f"{queued[0].order_id}:{queued[0].digest}"]}
    refused = client.post("/desk/treasury/payments/release/", body)
    assert refused.status_code == 403 and "一笔也没有签发" in text_of(refused)
    assert treasury_queries.payment(queued[0].order_id, centre_id=CENTRE).releaser_person_id is None  # type: ignore[union-attr]
    second, other = staff(4, Role.TREASURER, stepped_up=True)
    assert other.post("/desk/treasury/payments/release/", body)["Location"].endswith("done=released&number=1")
    assert treasury_queries.payment(queued[0].order_id, centre_id=CENTRE).releaser_person_id == second.person_id  # type: ignore[union-attr]


def test_a_month_of_another_unit_is_found_by_the_unit_s_name(declared: Any) -> None:
    _, client = staff(3, Role.TREASURER)
    money.pay(412_800, "公积金", payer="6222999900001111")
    item = only_item()
    where = f"/desk/treasury/receipts/{item.suspense_id}/"
    assert "还没有可以分摊的汇缴书" in text_of(client.get(where))
    assert declared[1].number in text_of(client.get(where, {"unit": "第1工厂"}))
    body = {"remittance": str(declared[1].remittance_id), "unit": "第1工厂"}
    assert client.post(f"{where}allocate/", body).status_code == 302
    assert client.post(f"{where}allocate/", {**body, "remittance": "77"}).status_code == 422


def test_a_receipt_that_is_not_there_is_a_404(wired: None) -> None:
    _, client = staff(3, Role.TREASURER)
    for number in ("77", "9" * 30):
        assert client.get(f"/desk/treasury/receipts/{number}/").status_code == 404
        assert client.post(f"/desk/treasury/receipts/{number}/refund/").status_code == 404


# ------------------------------------------------------------------------------------------------ payments


def test_several_payments_are_checked_and_signed_by_a_second_person(wired: None) -> None:
    actor, client = staff(3, Role.TREASURER, stepped_up=True)
    orders = [order(person(5), key=f"withdrawal:{n}") for n in range(3)]
    assert "林**" in text_of(client.get("/desk/treasury/payments/"))
    check = client.post("/desk/treasury/payments/check/", {"payment": [str(one) for one in orders[:2]]})
    page = text_of(check)
    assert "3,600.00" in page and "叁仟陆佰元整" in page and "共 2 笔" in page
    seen = re.findall(r'name="seen" value="([^"]+)"', page)
    assert len(seen) == 2
    sent = client.post("/desk/treasury/payments/release/", {"seen": seen})
    assert sent["Location"].endswith("done=released&number=2")
    signed = {one.order_id: one.releaser_person_id for one in treasury_queries.recent_payments(CENTRE)}
    assert signed == {orders[0]: actor.person_id, orders[1]: actor.person_id, orders[2]: None}


def test_signing_needs_a_fresh_proof_of_identity(wired: None) -> None:
    _, client = staff(3, Role.TREASURER)
    order_id = order(person(5))
    digest = treasury_queries.payment(order_id, centre_id=CENTRE).digest  # type: ignore[union-attr]
    assert "用短信验证码核验" in text_of(client.get("/desk/treasury/payments/"))
    sent = client.post("/desk/treasury/payments/release/", {"seen": f"{order_id}:{digest}"})
    assert sent["Location"].startswith("/step-up/?next=")
    assert treasury_queries.payment(order_id, centre_id=CENTRE).releaser_person_id is None  # type: ignore[union-attr]


def test_maker_and_checker_do_not_release_and_all_or_none_is_signed(wired: None) -> None:
    actor, client = staff(3, Role.TREASURER, stepped_up=True)
    orders = [order(person(5), key="a"), order(person(5), key="b", checker=actor.person_id)]
    seen = [f"{one}:{treasury_queries.payment(one, centre_id=CENTRE).digest}" for one in orders]  # type: ignore[union-attr]
    refused = client.post("/desk/treasury/payments/release/", {"seen": seen})
    assert refused.status_code == 403
    assert all(one.releaser_person_id is None for one in treasury_queries.recent_payments(CENTRE))


def test_a_signature_for_other_content_is_refused(wired: None) -> None:
    _, client = staff(3, Role.TREASURER, stepped_up=True)
    order_id = order(person(5))
    for digest in ("0" * 64, "", "nonsense"):
        refused = client.post("/desk/treasury/payments/release/", {"seen": f"{order_id}:{digest}"})
        assert refused.status_code == 409
    assert client.post("/desk/treasury/payments/release/", {"seen": "77:aa"}).status_code == 404
    assert client.post("/desk/treasury/payments/release/", {}).status_code == 422
    assert client.post("/desk/treasury/payments/check/", {"payment": "zz"}).status_code == 422


def test_a_payment_is_declined_with_a_reason(wired: None) -> None:
    _, client = staff(3, Role.TREASURER)
    order_id = order(person(5))
    where = f"/desk/treasury/payments/{order_id}/"
    assert client.post(f"{where}decline/", {"reason": " "}).status_code == 422
    assert client.post(f"{where}decline/", {"reason": "收款账户需要核实"})["Location"] == f"{where}?done=declined"
    found = treasury_queries.payment(order_id, centre_id=CENTRE)
    assert found is not None and found.state is PaymentState.RETURNED and found.reason_text == "收款账户需要核实"
    assert client.post(f"{where}decline/", {"reason": "再来一次"}).status_code == 409


def test_an_unknown_payment_is_neither_sent_again_nor_given_up_before_the_bank_has_spoken(wired: None) -> None:
    _, client = staff(3, Role.TREASURER, stepped_up=True)
    order_id = order(person(5))
    for do in ("again", "give-up"):
        refused = client.post(f"/desk/treasury/payments/{order_id}/unknown/", {"do": do})
        assert refused.status_code == 409 and "可能已经付出" in text_of(refused)


def test_two_tellings_of_one_serial_are_shown_side_by_side_until_the_bank_has_spoken(wired: None) -> None:
    actor, client = staff(3, Role.TREASURER)
    assert "没有互相矛盾的通知" in text_of(client.get("/desk/treasury/notices/contradictions/"))
    serial = money.pay(412_800, "R1")
    money.pay(412_700, "R1", serial=serial)
    assert "互相矛盾的银行通知" in text_of(client.get("/desk/")) and "有 1 笔通知互相矛盾" in text_of(
        client.get("/desk/treasury/notices/")
    )
    page = text_of(client.get("/desk/treasury/notices/contradictions/"))
    assert serial in page and "4,128.00" in page and "<b>4,127.00</b>" in page
    assert page.count('class="is-differ"') == 1 and "请银行先冲回" in page
    (one,) = treasury_queries.contradictions(CENTRE)
    address = f"/desk/treasury/notices/contradictions/{one.contradiction_id}/settle/"
    empty = client.post(address, {"answer": " "})
    assert empty.status_code == 422 and f'id="settle-{one.contradiction_id}-answer"' in text_of(empty)
    sent = client.post(address, {"answer": "安居银行王经理：4,128.00 元对"})
    assert sent["Location"] == "/desk/treasury/notices/contradictions/?done=contradiction"
    assert client.post(address, {"answer": "再答"}).status_code == 409
    settled = text_of(client.get("/desk/treasury/notices/contradictions/?show=settled"))
    assert "4,128.00 元对" in settled and actor.name in settled
    assert client.post("/desk/treasury/notices/contradictions/77/settle/", {"answer": "谁"}).status_code == 404
    _, clerk = staff(1, Role.CLERK)
    assert clerk.get("/desk/treasury/notices/contradictions/").status_code == 403
    assert -books.suspense_balance(CENTRE) == -412_800


def test_a_mandate_is_signed_within_the_limit_and_ended(wired: None) -> None:
    actor, client = staff(3, Role.TREASURER, stepped_up=True)
    assert "还没有付款授权" in text_of(client.get("/desk/treasury/mandate/"))
    over = client.post("/desk/treasury/mandate/", {**BODY, "limit": "999,999,999.00"})
    assert over.status_code == 422 and "999,999,999.00" in text_of(over) and "不超过规定的" in text_of(over)
    no_day = client.post("/desk/treasury/mandate/", {**BODY, "ends_on_1": "13"})
    assert no_day.status_code == 422 and "没有这一天" in text_of(no_day)
    assert client.post("/desk/treasury/mandate/", BODY)["Location"] == "/desk/treasury/mandate/?done=signed"
    client.post("/desk/treasury/mandate/", BODY)  # the same form again signs nothing new
    signed = treasury_queries.mandates(CENTRE)
    assert [(one.limit_fen, one.signed_by_person_id) for one in signed] == [(5_000_000, actor.person_id)]
    assert client.post("/desk/treasury/mandate/77/end/").status_code == 404
    client.post(f"/desk/treasury/mandate/{signed[0].mandate_id}/end/")
    assert treasury_queries.mandates(CENTRE)[0].ended_at is not None
    _, plain = staff(4, Role.TREASURER)
    assert plain.post("/desk/treasury/mandate/", BODY)["Location"].startswith("/step-up/")


# --------------------------------------------------------------------------------------------------- books


def test_the_trial_balance_and_one_voucher_can_be_read_and_printed(declared: Any) -> None:
    _, client = staff(3, Role.TREASURER)
    money.pay(412_800, declared[1].number)
    money.run_posting()
    page = text_of(client.get("/desk/ledger/"))
    assert "借贷相等" in page and page.count("4,128.00") >= 4
    number = re.findall(r"/desk/ledger/(\d+)/", text_of(client.get("/desk/ledger/vouchers/")))[0]
    sheet = text_of(client.get(f"/desk/ledger/{number}/"))
    assert "肆仟壹佰贰拾捌元整" in sheet and "安居银行 尾号 0018" in sheet and "安居第1工厂" in sheet
    assert "记账凭证" in text_of(client.get(f"/desk/ledger/{number}/", {"print": "1"}))
    assert client.get("/desk/ledger/987654321/").status_code == 404
    assert client.get("/desk/ledger/" + "9" * 30 + "/").status_code == 404
    odd = {"through": "2026-02-31", "on": "x", "kind": "9\x00", "before": "-1"}
    assert client.get("/desk/ledger/", odd).status_code == 200
    assert "没有这样的凭证" in text_of(client.get("/desk/ledger/vouchers/", {"last": str(date(2020, 1, 1))}))


def test_a_payer_s_name_brings_no_markup_and_is_written_once(wired: None) -> None:
    _, client = staff(3, Role.TREASURER)
    name = '甲&乙"<b>{{ 1 }}</b>'
    treasury.receive_notice(
        EntryNotice(account=money.ACCOUNT, host_serial="X1", direction=Direction.CREDIT, amount_fen=100,
                    entry_date=money.DAY, counter_name=name, counter_account="62", summary=name),
        at=clock.now(), centre_id=CENTRE,
    )  # fmt: skip
    for path in ("/desk/treasury/", f"/desk/treasury/receipts/{only_item().suspense_id}/", "/desk/treasury/notices/"):
        page = text_of(client.get(path))
        assert "甲&amp;乙&quot;&lt;b&gt;{{ 1 }}&lt;/b&gt;" in page, path
        assert "<b>{{" not in page and "&amp;amp;" not in page, path


def test_the_bank_s_entries_are_listed(declared: Any) -> None:
    _, client = staff(3, Role.TREASURER)
    serial = money.pay(1_00, "没有编号")
    assert serial in text_of(client.get("/desk/treasury/notices/"))
    assert serial not in text_of(client.get("/desk/treasury/notices/", {"state": "odd"}))
    assert client.get("/desk/treasury/notices/", {"state": "\x00"}).status_code == 200


PAGES = ("/desk/treasury/", "/desk/treasury/payments/", "/desk/treasury/notices/", "/desk/ledger/",
         "/desk/treasury/mandate/")  # fmt: skip


@pytest.mark.parametrize("role", [Role.MEMBER, Role.CLERK, Role.REVIEWER, Role.ADMINISTRATOR])
def test_money_pages_are_the_treasurer_s_alone(role: Role) -> None:
    _, client = staff(6, role)
    for path in PAGES:
        assert client.get(path).status_code == 403
        assert Client().get(path)["Location"].startswith("/login/")
    for path in ("match/", "accept/", "payments/check/", "payments/release/", "payments/1/decline/",
                 "payments/1/unknown/", "receipts/1/allocate/", "receipts/1/refund/", "receipts/1/stop/",
                 "receipts/1/cover/", "mandate/1/end/"):  # fmt: skip
        assert client.post(f"/desk/treasury/{path}").status_code == 403


def test_money_pages_need_few_queries_however_long_the_list(declared: Any) -> None:
    actor = login(3, Role.TREASURER)
    client = client_of(actor)
    for n in range(4):
        money.pay(100 + n, "没有编号")
        order(person(5), key=f"w:{n}")
    money.pay(412_799, "公积金")
    item = contributions.suspense_items(CENTRE)[0]
    most = {"/desk/": 12, "/desk/treasury/": 15, "/desk/treasury/payments/": 4, "/desk/treasury/notices/": 4,
            "/desk/ledger/": 3, "/desk/treasury/mandate/": 3,
            f"/desk/treasury/receipts/{item.suspense_id}/": 14}  # fmt: skip
    for path, limit in most.items():
        with CaptureQueriesContext(connection) as caught:
            assert client.get(path).status_code == 200
        assert len(caught) <= limit, (path, len(caught), [query["sql"][:90] for query in caught])


def test_the_treasurer_s_home_counts_what_waits(declared: Any) -> None:
    _, client = staff(3, Role.TREASURER)
    money.pay(100, "没有编号")
    order(person(5))
    page = text_of(client.get("/desk/"))
    assert "处理未匹配来款" in page and page.count("1 笔") >= 2


def test_owed_money_is_covered_by_another_receipt(declared: Any) -> None:
    """The bank takes back what has been refunded already: the unit owes it, and new money covers it."""
    maker = login(3, Role.TREASURER)
    client = client_of(maker)
    serial = money.pay(500_000, "错汇")
    item = only_item()
    at = clock.now()
    order_id = contribution_actions.refund(item.suspense_id, reason="错汇", actor=maker, at=at)
    other = Actor(login(4, Role.TREASURER).login_id, person(4), "treasurer", None, "出纳", CENTRE)
    treasury.release_payment(order_id, actor=other, at=at)
    money.pay(500_000, "", reversal_of=serial)
    owed = [one for one in contributions.suspense_items(CENTRE) if one.owed]
    money.pay(500_000, "补回")
    cover = next(one for one in contributions.suspense_items(CENTRE) if not one.owed and one.open_fen)
    page = text_of(client.get(f"/desk/treasury/receipts/{owed[0].suspense_id}/"))
    assert "用哪一笔到账抵补" in page
    body = {"suspense": str(cover.suspense_id)}
    assert client.post(f"/desk/treasury/receipts/{owed[0].suspense_id}/cover/", body).status_code == 302
    assert not [one for one in contributions.suspense_items(CENTRE) if one.owed]
