"""Notices: kept once, understood, passed on once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import override_settings

from anju.database.sql import rows
from anju.kernel.refusal import Refusal
from anju.treasury import actions, messages, queries
from anju.treasury.bank import using
from anju.treasury.checks import CHECKS
from anju.treasury.fake_bank import FakeBank, PayMood
from anju.treasury.inbound import handle_notice
from anju.treasury.tests.world import (
    ACCOUNT,
    AT,
    CENTRE,
    TREASURER_1,
    draft,
    later,
    member,
    news,
    notice,
    open_world,
    treasurer,
)
from anju.treasury.types import (
    Direction,
    MoneyReceived,
    NoticeState,
    PaymentReturned,
    PaymentSettled,
    PaymentState,
    ReceiptReversed,
)

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "ab" * 32


def sound() -> None:
    for check in CHECKS:
        assert rows(check.sql) == [], check.name


def test_money_in_is_told_once_however_often_the_notice_comes() -> None:
    account = open_world()
    with news() as heard:
        first = actions.receive_notice(notice(), at=AT)
        again = actions.receive_notice(notice(), at=later(9))
    assert (first.replayed, again.replayed, again.notice_id) == (False, True, first.notice_id)
    (received,) = heard
    assert received == MoneyReceived(
        first.notice_id, CENTRE, account, 4_128_000, "安居市云栖软件有限公司", "33050161000000000912",
        "R2026110000000012", AT.date(),
    )  # fmt: skip
    sound()


def test_a_notice_that_repeats_a_serial_with_another_amount_changes_nothing_and_is_recorded() -> None:
    open_world()
    with news() as heard:
        actions.receive_notice(notice(), at=AT)
        actions.receive_notice(notice(amount_fen=1), at=AT)
        actions.receive_notice(notice(amount_fen=1), at=later(60))
        actions.receive_notice(notice(counter_account="33050161000000000999"), at=later(90))
        actions.receive_notice(notice(summary="另一种写法"), at=later(95))
    assert len(heard) == 1
    assert len(rows("SELECT id FROM audit_record WHERE act = 'treasury.notice_contradicts'")) == 2
    less, elsewhere = queries.contradictions(CENTRE)
    assert (less.kept.amount_fen, less.amount_fen, less.told_count) == (4_128_000, 1, 2)
    assert (less.told_first_at, less.told_last_at) == (AT, later(60))
    assert (elsewhere.kept.counter_tail, elsewhere.counter_tail, elsewhere.told_count) == ("0912", "0999", 1)
    sound()


def test_what_the_bank_said_of_a_contradiction_is_written_down_once_by_a_treasurer() -> None:
    open_world()
    actions.receive_notice(notice(), at=AT)
    actions.receive_notice(notice(amount_fen=1), at=AT)
    (one,) = queries.contradictions(CENTRE)
    settle = actions.settle_contradiction

    def refused(code: str, **changes: Any) -> None:
        given: dict[str, Any] = {"answer": "银行：先前那笔对", "actor": treasurer(), "at": later(5)}
        with pytest.raises(Refusal) as refusal:
            settle(changes.pop("which", one.contradiction_id), **{**given, **changes})
        assert refusal.value.code == code

    refused("not_treasurer", actor=member())
    refused("text_missing", answer=" ")
    refused("contradiction_unknown", which=987654321)
    refused("contradiction_unknown", actor=replace(treasurer(), centre_id=CENTRE + 1))
    settle(one.contradiction_id, answer="银行：先前那笔对", actor=treasurer(), at=later(5))
    refused("contradiction_settled")
    actions.receive_notice(notice(amount_fen=1), at=later(9))
    assert queries.contradictions(CENTRE) == [] and queries.open_contradictions(CENTRE) == 0
    (closed,) = queries.contradictions(CENTRE, settled=True)
    assert (closed.answer, closed.settled_by_person_id, closed.told_count) == ("银行：先前那笔对", TREASURER_1, 2)
    sound()


@pytest.mark.parametrize("side", list(Direction))
def test_a_reversal_undoes_the_receipt_whichever_side_the_bank_writes_it_on(side: Direction) -> None:
    open_world()
    with news() as heard:
        receipt = actions.receive_notice(notice(), at=AT)
        back = notice("H2", reversal=True, original_host_serial="H1", direction=side)
        assert actions.receive_notice(back, at=AT).state is NoticeState.REVERSAL
        assert actions.receive_notice(back, at=AT).replayed
    assert [type(one) for one in heard] == [MoneyReceived, ReceiptReversed]
    assert (heard[1].receipt_id, heard[1].at) == (receipt.notice_id, AT)
    seen = queries.receipt(receipt.notice_id, centre_id=CENTRE)
    assert seen is not None and seen.reversed
    sound()


def test_a_reversal_before_its_original_waits_for_it() -> None:
    open_world()
    with news() as heard:
        back = notice("H2", reversal=True, original_host_serial="H1")
        assert actions.receive_notice(back, at=AT).state is NoticeState.WAITING
        assert heard == []
        assert actions.receive_notice(notice(), at=later(5)).state is NoticeState.REVERSED
    assert [type(one) for one in heard] == [MoneyReceived, ReceiptReversed]
    sound()


def test_a_debit_taken_back_before_it_was_told_is_not_booked_by_anybody() -> None:
    open_world()
    back = notice("F2", direction=Direction.DEBIT, reversal=True, original_host_serial="F1")
    assert actions.receive_notice(back, at=AT).state is NoticeState.WAITING
    fee = notice("F1", direction=Direction.DEBIT)
    assert actions.receive_notice(fee, at=later(5)).state is NoticeState.REVERSED
    assert actions.receive_notice(fee, at=later(6)).replayed
    assert actions.receive_notice(notice("F3", direction=Direction.DEBIT), at=later(7)).state is NoticeState.UNEXPECTED
    sound()


def test_a_reversal_of_a_payment_told_before_its_debit_returns_the_payment() -> None:
    open_world()
    order_id = actions.order_payment(draft(), at=AT)
    with news() as heard, using(FakeBank()) as bank:
        back = notice("H8", direction=Direction.CREDIT, amount_fen=180_000, reversal=True, original_host_serial="HX")
        assert actions.receive_notice(back, at=AT).state is NoticeState.WAITING
        actions.advance(CENTRE, order_id, at=AT)
        serial = bank.sent[0].business_serial
        debit = notice("HX", direction=Direction.DEBIT, amount_fen=180_000, original_serial=serial)
        assert actions.receive_notice(debit, at=later(5)).state is NoticeState.OWN_PAYMENT
    assert [type(one) for one in heard] == [PaymentSettled, PaymentReturned]
    sound()


def test_a_reversal_of_another_amount_is_left_to_the_treasurer() -> None:
    open_world()
    with news() as heard:
        actions.receive_notice(notice(), at=AT)
        odd = notice("H2", reversal=True, original_host_serial="H1", amount_fen=5)
        assert actions.receive_notice(odd, at=AT).state is NoticeState.UNEXPECTED
    assert len(heard) == 1


def test_the_debit_of_our_own_payment_is_recognised_before_and_after_the_answer() -> None:
    open_world()
    order_id = actions.order_payment(draft(), at=AT)
    with news() as heard, using(FakeBank()) as bank:
        actions.advance(CENTRE, order_id, at=AT)
        serial = bank.sent[0].business_serial
        debit = notice(f"H{serial}", direction=Direction.DEBIT, amount_fen=180_000)
        kept = actions.receive_notice(debit, at=AT)
        assert kept.state is NoticeState.OWN_PAYMENT

        early = actions.order_payment(draft("2", source_id=2), at=AT)
        bank.will(PayMood.EXECUTE_THEN_SILENT)
        actions.advance(CENTRE, early, at=AT)
        serial = bank.sent[1].business_serial
        debit = notice(f"H{serial}", direction=Direction.DEBIT, amount_fen=180_000)
        assert actions.receive_notice(debit, at=AT).state is NoticeState.UNEXPECTED
        actions.advance(CENTRE, early, at=later(60))
    assert [type(one) for one in heard] == [PaymentSettled, PaymentSettled]
    assert {one.state for one in queries.notices(CENTRE)} == {NoticeState.OWN_PAYMENT}
    sound()


def test_a_debit_nobody_ordered_is_for_the_treasurer_and_no_receipt() -> None:
    open_world()
    with news() as heard:
        kept = actions.receive_notice(notice(direction=Direction.DEBIT), at=AT)
    assert kept.state is NoticeState.UNEXPECTED and heard == []


def test_money_of_our_own_payment_that_comes_back_is_no_receipt() -> None:
    open_world()
    order_id = actions.order_payment(draft(), at=AT)
    with news() as heard, using(FakeBank()) as bank:
        actions.advance(CENTRE, order_id, at=AT)
        back = notice("H7", amount_fen=180_000, original_serial=bank.sent[0].business_serial)
        assert actions.receive_notice(back, at=later(60)).state is NoticeState.OWN_PAYMENT
    assert [type(one) for one in heard] == [PaymentSettled, PaymentReturned]
    assert heard[1].after_settlement and "6620" in heard[1].reason_text
    found = queries.payment(order_id, centre_id=CENTRE)
    assert found is not None and found.state is PaymentState.RETURNED
    sound()


def test_a_debit_reversed_by_the_bank_returns_the_payment() -> None:
    open_world()
    order_id = actions.order_payment(draft(), at=AT)
    with news() as heard, using(FakeBank()) as bank:
        actions.advance(CENTRE, order_id, at=AT)
        serial = bank.sent[0].business_serial
        back = notice("H8", direction=Direction.DEBIT, amount_fen=180_000, reversal=True,
                      original_host_serial=f"H{serial}")  # fmt: skip
        assert actions.receive_notice(back, at=AT).state is NoticeState.REVERSAL
    assert [type(one) for one in heard] == [PaymentSettled, PaymentReturned]


def test_an_account_that_is_not_ours_is_refused() -> None:
    open_world()
    with pytest.raises(Refusal):
        actions.receive_notice(notice(account="999"), at=AT)


def test_lost_notices_are_fetched_from_the_bank_once() -> None:
    account = open_world()
    with news() as heard, using(FakeBank()) as bank:
        bank.booked = [notice("H1"), notice("H2", amount_fen=5_00)]
        actions.receive_notice(notice("H1"), at=AT)
        assert actions.fetch_entries(CENTRE, account, AT.date(), AT.date(), at=AT) == 1
        assert actions.fetch_entries(CENTRE, account, AT.date(), AT.date(), at=AT) == 0
    assert len(heard) == 2


def _message(amount: str = "41280.00", code: str = "SBDC100") -> bytes:
    fields = (("account", ACCOUNT), ("host_serial", "H1"), ("direction", "02"), ("amount", amount),
              ("date", "20261123"), ("counter_name", "甲"), ("summary", "R1"))  # fmt: skip
    return messages.write(code, "N1", fields, node="BANK", at=AT)


@override_settings(ANJU_BANK_KEY=KEY)
def test_the_door_keeps_a_signed_notice_and_answers_every_delivery_alike() -> None:
    open_world()
    body = _message()
    signature = messages.sign(body, bytes.fromhex(KEY))
    with news() as heard:
        first, second = (handle_notice(body, signature, at=AT) for _ in range(2))
    assert first == second and messages.read(first).head["status"] == "0"
    assert len(heard) == 1


@override_settings(ANJU_BANK_KEY=KEY)
def test_the_door_refuses_wrong_signatures_and_unreadable_bytes_by_status() -> None:
    open_world()
    body = _message()
    for content, signature, status in (
        (body, "", 403),
        (body, messages.sign(body + b" ", bytes.fromhex(KEY)), 403),
        (b"<x", messages.sign(b"<x", bytes.fromhex(KEY)), 400),
        (_message(amount="1.5"), messages.sign(_message(amount="1.5"), bytes.fromhex(KEY)), 400),
        (_message(code="BDC101"), messages.sign(_message(code="BDC101"), bytes.fromhex(KEY)), 400),
    ):
        with pytest.raises(Refusal) as refused:
            handle_notice(content, signature, at=AT)
        assert refused.value.status == status
    assert rows("SELECT 1 FROM bank_notice") == []


@override_settings(ANJU_BANK_KEY="")
def test_without_a_key_nothing_is_believed() -> None:
    open_world()
    body = _message()
    with pytest.raises(Refusal):
        handle_notice(body, messages.sign(body, b""), at=AT)


def test_names_and_accounts_of_payers_are_ciphertext() -> None:
    open_world()
    actions.receive_notice(replace(notice(), counter_name="可认出的名字"), at=AT)
    (raw,) = rows("SELECT counter_name, counter_account FROM bank_notice")
    assert "可认出的名字".encode() not in bytes(raw["counter_name"])
    assert b"33050161" not in bytes(raw["counter_account"])
