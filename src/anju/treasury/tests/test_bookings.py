"""What the bank did by itself is booked by two people, once, and journal and books agree on it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from anju.database.sql import execute, row, rows
from anju.kernel.actor import Actor
from anju.kernel.events import listen, stop_listening
from anju.kernel.refusal import Refusal
from anju.ledger import actions as ledger
from anju.ledger.posting_rules import pair
from anju.ledger.queries import subject_balance, voucher
from anju.ledger.types import VoucherDraft, VoucherKind
from anju.treasury import actions, queries
from anju.treasury.bank import using
from anju.treasury.booking_types import BookingPurpose, BookingState
from anju.treasury.checks import CHECKS
from anju.treasury.fake_bank import FakeBank, PayMood
from anju.treasury.tests.statement_files import Line, signed_csv
from anju.treasury.tests.world import (
    AT,
    CENTRE,
    TREASURER_1,
    TREASURER_2,
    draft,
    later,
    member,
    notice,
    open_world,
    treasurer,
)
from anju.treasury.types import Direction, EntryNotice, NoticeState, ReceiptBooked

pytestmark = pytest.mark.django_db(transaction=True)
ACCOUNTANT = Actor(410, 41, "accountant", None, "秦海宁", CENTRE)
FEE = BookingPurpose.BANK_FEE


def fee(serial: str = "F1", **changes: Any) -> int:
    """A debit nobody ordered; its notice."""
    base = notice(serial, direction=Direction.DEBIT, amount_fen=3_500, counter_account="", summary="回单打印费")
    return actions.receive_notice(replace(base, **changes), at=AT).notice_id


def taken_back(serial: str = "F1") -> EntryNotice:
    return replace(
        notice(f"R{serial}"), direction=Direction.CREDIT, amount_fen=3_500, reversal=True, original_host_serial=serial
    )


def propose(notice_id: int, purpose: BookingPurpose = FEE, who: Actor | None = None, reason: str = "") -> int:
    return actions.propose_booking(notice_id, purpose, reason=reason, actor=who or treasurer(), at=AT)


def confirm(booking_id: int, who: Actor = ACCOUNTANT, at: Any = AT) -> int:
    (found,) = rows("SELECT content_digest FROM bank_booking WHERE booking_id = %s", [booking_id])
    return actions.confirm_booking(booking_id, digest=bytes(found["content_digest"]).hex(), actor=who, at=at)


def state(notice_id: int) -> NoticeState:
    found = queries.notice(notice_id, centre_id=CENTRE)
    assert found is not None
    return found.state


def history(notice_id: int) -> list[BookingState]:
    return [one.state for one in queries.bookings_of(notice_id, centre_id=CENTRE)]


def sound() -> None:
    for check in CHECKS:
        assert row(check.sql) is None, check.name


def agrees() -> bool:
    sound()
    return all(one.agrees for one in queries.journal_against_books(CENTRE, AT.date() + timedelta(days=1)))


def refused(code: str, call: Any, *args: Any, **named: Any) -> Refusal:
    before = rows("SELECT count(*) AS n FROM voucher")
    with pytest.raises(Refusal) as caught:
        call(*args, **named)
    assert caught.value.code == code, caught.value
    assert rows("SELECT count(*) AS n FROM voucher") == before
    return caught.value


@contextmanager
def suspense_posts() -> Iterator[None]:
    """Stands for the room that keeps the suspense: it posts what it is asked to."""

    def post(event: ReceiptBooked) -> None:
        ledger.post_voucher(
            VoucherDraft(
                centre_id=CENTRE, idempotency_key=event.key, request_digest=b"x", kind=VoucherKind.SUSPENSE,
                business_date=event.business_date, maker_person_id=event.maker_person_id,
                checker_person_id=event.checker_person_id, lines=pair(event.rule, amount_fen=event.amount_fen),
                event_id=event.receipt_id,
            ),
            at=event.at,
        )  # fmt: skip

    listen(ReceiptBooked, post)
    try:
        yield
    finally:
        stop_listening(ReceiptBooked, post)


def test_a_fee_is_proposed_by_one_booked_by_another_and_levels_agree() -> None:
    account = open_world(mandate_fen=None)
    notice_id = fee()
    assert not agrees(), "nobody has booked it"
    booking_id = propose(notice_id)
    assert queries.bookings_waiting(CENTRE, TREASURER_1) == (1, 0)
    assert queries.bookings_waiting(CENTRE, 41) == (1, 1)
    assert propose(notice_id) == booking_id, "sent twice is one proposal"
    voucher_id = confirm(booking_id)
    assert confirm(booking_id) == voucher_id, "confirmed twice is booked once"
    posted = voucher(voucher_id, centre_id=CENTRE)
    assert (posted.maker_person_id, posted.checker_person_id, posted.event_id) == (TREASURER_1, 41, notice_id)
    assert [(line.subject, line.debit_fen, line.credit_fen, line.bank_account_id) for line in posted.lines] == [
        ("411-04", 3_500, 0, None), ("101", 0, 3_500, account)
    ]  # fmt: skip
    assert agrees() and state(notice_id) is NoticeState.BOOKED
    assert queries.bookings_waiting(CENTRE, 41) == (0, 0)
    acts = [one["act"] for one in rows("SELECT act FROM audit_record WHERE subject = 'bank_booking'")]
    assert sorted(acts) == ["treasury.confirm_booking", "treasury.propose_booking"]


def test_a_debit_to_be_got_back_stands_on_other_receivables_and_wants_a_reason() -> None:
    open_world(mandate_fen=None)
    notice_id = fee()
    assert refused("text_missing", propose, notice_id, BookingPurpose.TO_RECOVER).field == "reason"
    confirm(propose(notice_id, BookingPurpose.TO_RECOVER, reason="银行扣错户，已电话要求退回"))
    assert subject_balance(CENTRE, "119") == 3_500 and agrees()


def test_interest_leaves_suspense_by_a_voucher_of_both_people() -> None:
    open_world(mandate_fen=None)
    interest = actions.receive_notice(notice("I1", counter_account="", summary="结息", amount_fen=52_301), at=AT)
    with suspense_posts():
        posted = voucher(confirm(propose(interest.notice_id, BookingPurpose.INTEREST)), centre_id=CENTRE)
    assert [(line.subject, line.debit_fen, line.credit_fen) for line in posted.lines] == [
        ("219-01", 52_301, 0), ("401-01", 0, 52_301)
    ]  # fmt: skip
    assert state(interest.notice_id) is NoticeState.RECEIVED
    sound()


def test_what_was_not_accrued_or_not_owed_cannot_be_drawn_from_the_receivable() -> None:
    open_world(mandate_fen=None)
    interest = actions.receive_notice(notice("I1", summary="结息", amount_fen=52_301), at=AT).notice_id
    for purpose, words in ((BookingPurpose.ACCRUED_INTEREST, "111 应收利息只有 0.00 元"),
                           (BookingPurpose.RECOVERED, "119 其他应收款只有 0.00 元")):  # fmt: skip
        why = refused("booking_beyond", propose, interest, purpose, reason="银行来函")
        assert why.field == "purpose" and words in why.text


@pytest.mark.parametrize("who", [member(), replace(treasurer(), role="auditor"), replace(treasurer(), person_id=None)])
def test_only_treasurers_and_accountants_book(who: Actor) -> None:
    open_world(mandate_fen=None)
    notice_id = fee()
    assert refused("not_treasurer", propose, notice_id, who=who).status == 403
    booking_id = propose(notice_id)
    assert refused("not_treasurer", confirm, booking_id, who).status == 403
    refused("not_treasurer", actions.decline_booking, booking_id, reason="不", actor=who, at=AT)


def test_the_proposer_never_confirms_also_under_another_log_in() -> None:
    open_world(mandate_fen=None)
    booking_id = propose(fee())
    assert refused("four_eyes", confirm, booking_id, treasurer()).status == 403
    other_login = replace(ACCOUNTANT, person_id=TREASURER_1)
    assert refused("four_eyes", confirm, booking_id, other_login).status == 403
    with pytest.raises(IntegrityError), transaction.atomic():
        execute("UPDATE bank_booking SET checker_person_id = maker_person_id")


def test_a_purpose_of_the_other_side_is_refused_beside_its_field() -> None:
    open_world(mandate_fen=None)
    debit = fee()
    assert refused("booking_direction", propose, debit, BookingPurpose.INTEREST).field == "purpose"
    credit = actions.receive_notice(notice("H1"), at=AT).notice_id
    assert "这笔流水是收入" in refused("booking_direction", propose, credit, FEE).text


def test_what_is_understood_already_is_not_booked() -> None:
    open_world()
    with using(FakeBank()) as bank:
        bank.will(PayMood.LOSE)
        actions.advance(CENTRE, actions.order_payment(draft(), at=AT), at=AT)
    own = fee("P1", amount_fen=180_000)
    assert state(own) is NoticeState.UNEXPECTED
    assert "可能就是它" in refused("booking_maybe_ours", propose, own).text
    execute("UPDATE bank_notice SET state = 5 WHERE notice_id = %s", [own])
    assert "本中心付款" in refused("booking_not_open", propose, own).text
    back = actions.receive_notice(taken_back("none"), at=AT).notice_id
    refused("booking_not_open", propose, back)
    assert refused("notice_unknown", propose, 10**9).status == 404
    refused("booking_none", propose, fee(), BookingPurpose.UNDO, reason="记错")


def test_one_open_proposal_an_entry_and_none_after_it_is_booked() -> None:
    open_world(mandate_fen=None)
    notice_id = fee()
    booking_id = propose(notice_id)
    assert refused("booking_waits", propose, notice_id, who=ACCOUNTANT).status == 409
    refused("booking_waits", propose, notice_id, BookingPurpose.TO_RECOVER, reason="另想")
    confirm(booking_id)
    assert refused("booking_done", propose, notice_id, who=ACCOUNTANT).status == 409
    assert refused("booking_decided", confirm, booking_id, treasurer(TREASURER_2)).status == 409
    refused("booking_decided", actions.decline_booking, booking_id, reason="晚了", actor=ACCOUNTANT, at=AT)


def test_what_was_not_shown_is_not_confirmed() -> None:
    open_world(mandate_fen=None)
    booking_id = propose(fee())
    refused("booking_changed", actions.confirm_booking, booking_id, digest="00", actor=ACCOUNTANT, at=AT)
    assert refused("booking_unknown", actions.confirm_booking, 10**9, digest="", actor=ACCOUNTANT, at=AT).status == 404


def test_it_is_sent_back_or_withdrawn_with_a_reason_and_can_be_proposed_anew() -> None:
    open_world(mandate_fen=None)
    notice_id = fee()
    first = propose(notice_id)
    missing = refused("text_missing", actions.decline_booking, first, reason=" ", actor=ACCOUNTANT, at=AT)
    assert missing.field == "reason"
    for _ in range(2):
        actions.decline_booking(first, reason="没有收费凭证", actor=ACCOUNTANT, at=AT)
    second = propose(notice_id)
    actions.decline_booking(second, reason="填错了", actor=treasurer(), at=AT)
    assert history(notice_id) == [BookingState.REJECTED, BookingState.WITHDRAWN]
    (sent_back, withdrawn) = queries.bookings_of(notice_id, centre_id=CENTRE)
    assert (sent_back.checker_person_id, sent_back.answer_text) == (41, "没有收费凭证")
    assert withdrawn.checker_person_id is None
    confirm(propose(notice_id))
    assert agrees()


def test_it_is_booked_on_the_open_day_when_its_own_is_closed_and_nowhere_before_the_books() -> None:
    open_world(mandate_fen=None)
    notice_id, tomorrow = fee(), AT + timedelta(days=1)
    ledger.close_days(CENTRE, through=AT.date(), actor=treasurer(), at=tomorrow)
    posted = voucher(confirm(propose(notice_id), at=tomorrow), centre_id=CENTRE)
    assert posted.business_date == tomorrow.date() and agrees()
    second = propose(fee("F2"))
    refused("ledger.not_open", confirm, second, at=AT - timedelta(days=90))


def test_taking_a_booking_back_needs_two_people_and_opens_the_entry_again() -> None:
    open_world(mandate_fen=None)
    notice_id = fee()
    first = confirm(propose(notice_id))
    undo = propose(notice_id, BookingPurpose.UNDO, ACCOUNTANT, "不是手续费，是错扣")
    assert state(notice_id) is NoticeState.BOOKED, "nothing moves before the second person"
    refused("four_eyes", confirm, undo, ACCOUNTANT)
    back = voucher(confirm(undo, treasurer()), centre_id=CENTRE)
    assert back.reverses_id == first and (back.maker_person_id, back.checker_person_id) == (41, TREASURER_1)
    assert state(notice_id) is NoticeState.UNEXPECTED and subject_balance(CENTRE, "101") == 0
    assert not agrees(), "the entry waits again"
    confirm(propose(notice_id, BookingPurpose.TO_RECOVER, reason="错扣"))
    assert agrees() and subject_balance(CENTRE, "119") == 3_500 and subject_balance(CENTRE, "411-04") == 0
    assert history(notice_id) == [BookingState.UNDONE, BookingState.BOOKED, BookingState.BOOKED]


@pytest.mark.parametrize("booked", [True, False])
def test_what_the_bank_takes_back_itself_is_undone_without_anybody(booked: bool) -> None:
    open_world(mandate_fen=None)
    notice_id = fee()
    booking_id = propose(notice_id)
    if booked:
        confirm(booking_id)
    kept = actions.receive_notice(taken_back(), at=later(60))
    assert kept.state is NoticeState.REVERSAL and state(notice_id) is NoticeState.REVERSED
    assert history(notice_id) == [BookingState.UNDONE if booked else BookingState.WITHDRAWN]
    assert subject_balance(CENTRE, "101") == 0 and agrees(), "two lines that cancel want no voucher"
    refused("booking_not_open", propose, notice_id)
    if not booked:
        refused("booking_decided", confirm, booking_id)


def test_two_people_who_confirm_in_the_same_moment_book_once() -> None:
    open_world(mandate_fen=None)
    notice_id = fee()
    booking_id, start = propose(notice_id), threading.Barrier(2)
    answers: list[str] = []

    def run(who: Actor) -> None:
        try:
            start.wait(5)
            confirm(booking_id, who)
            answers.append("booked")
        except Refusal as refusal:
            answers.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(who,)) for who in (ACCOUNTANT, treasurer(TREASURER_2))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(answers) == ["booked", "booking_decided"]
    assert subject_balance(CENTRE, "411-04") == 3_500 and agrees()


def test_a_confirmation_and_the_banks_reversal_in_the_same_moment_end_with_nothing_booked() -> None:
    open_world(mandate_fen=None)
    notice_id = fee()
    booking_id, start = propose(notice_id), threading.Barrier(2)
    wrong: list[Exception] = []

    def run(call: Any) -> None:
        try:
            start.wait(5)
            call()
        except Refusal as refusal:
            assert refusal.code == "booking_decided"
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    calls = (lambda: confirm(booking_id), lambda: actions.receive_notice(taken_back(), at=later(60)))
    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert wrong == [] and state(notice_id) is NoticeState.REVERSED
    assert subject_balance(CENTRE, "101") == 0 and agrees()


def test_the_database_holds_amount_two_people_and_one_booking() -> None:
    open_world(mandate_fen=None)
    notice_id = fee()
    confirm(propose(notice_id))
    wrong = (
        "UPDATE bank_booking SET amount_fen = 0", "UPDATE bank_booking SET voucher_id = NULL",
        "UPDATE bank_booking SET checker_person_id = NULL", "UPDATE bank_booking SET decided_at = NULL",
        "UPDATE bank_booking SET purpose = 9", "DELETE FROM bank_notice",
    )  # fmt: skip
    for sql in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            execute(sql)


def test_a_booked_entry_whose_booking_is_changed_behind_the_product_is_found() -> None:
    open_world(mandate_fen=None)
    notice_id = fee()
    confirm(propose(notice_id))
    named = [check for check in CHECKS if "booked entry" in check.name]
    assert len(named) == 1 and row(named[0].sql) is None
    execute("UPDATE bank_notice SET state = 6 WHERE notice_id = %s", [notice_id])
    assert row(named[0].sql) is not None
    execute("UPDATE bank_notice SET state = 7 WHERE notice_id = %s", [notice_id])
    execute("UPDATE bank_booking SET maker_person_id = 77")
    assert row(named[0].sql) is not None


def test_a_day_agreed_before_a_booking_was_taken_back_and_made_anew_still_agrees() -> None:
    """The table that goes on from an agreed day says the same as the whole one."""
    account = open_world(mandate_fen=None)
    notice_id = fee()
    confirm(propose(notice_id))
    content = signed_csv((Line("F1", -3_500, AT.date(), account="", name=""),), first=AT.date(), last=AT.date())
    actions.import_statement(content, "a.csv", actor=treasurer(), at=later(60))
    assert actions.agree_day(CENTRE, account, AT.date(), at=later(120))
    tomorrow = AT + timedelta(days=1)
    execute("UPDATE centre_day SET state = 2 WHERE business_date <= %s", [AT.date()])
    undo = propose(notice_id, BookingPurpose.UNDO, reason="另记")
    confirm(undo, at=tomorrow)
    confirm(propose(notice_id), at=tomorrow)
    found = queries.reconcile_bank(CENTRE, account, tomorrow.date())
    execute("DELETE FROM reconciled_day")
    whole = queries.reconcile_bank(CENTRE, account, tomorrow.date())
    assert found.books.agrees and whole.books.agrees and (found.books_fen, whole.books_fen) == (-3_500, -3_500)
