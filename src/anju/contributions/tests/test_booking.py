"""The bank's interest and returned fees leave suspense by two people's word, whole; and come back when it was wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from anju.contributions import actions, queries
from anju.contributions.queries import levels
from anju.contributions.tests import world
from anju.contributions.tests.world import AT, CENTRE, DAY
from anju.contributions.types import MoveKind, SuspenseState
from anju.database.checks import violations
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal
from anju.ledger.queries import subject_balance, voucher
from anju.treasury import actions as treasury
from anju.treasury import queries as bank
from anju.treasury.booking_types import BookingPurpose
from anju.treasury.types import Direction, EntryNotice, NoticeState

pytestmark = pytest.mark.django_db
ACCOUNTANT = Actor(410, 41, "accountant", None, "会计", CENTRE)
INTEREST = BookingPurpose.INTEREST


@pytest.fixture(autouse=True)
def _wired() -> Iterator[None]:
    with world.wired():
        world.open_centre()
        yield


def told(fen: int = 52_301, serial: str = "I1") -> int:
    """The bank's interest, in suspense since it was told; its notice."""
    world.pay(fen, "结息", payer="", serial=serial)
    return bank.notices(CENTRE, serial=serial)[0].notice_id


def booked(notice_id: int, purpose: BookingPurpose = INTEREST, *, swap: bool = False, reason: str = "") -> int:
    one, other = (ACCOUNTANT, world.TREASURER) if swap else (world.TREASURER, ACCOUNTANT)
    booking_id = treasury.propose_booking(notice_id, purpose, reason=reason, actor=one, at=AT)
    (*_, last) = bank.bookings_of(notice_id, centre_id=CENTRE)
    return treasury.confirm_booking(booking_id, digest=last.digest, actor=other, at=AT)


def agrees() -> bool:
    assert violations() == []
    # What the bank takes back is booked on the day the clock tells.
    return all(one.agrees for one in bank.journal_against_books(CENTRE, DAY + timedelta(days=366)))


def test_interest_becomes_income_and_its_item_is_settled() -> None:
    notice_id = told()
    posted = voucher(booked(notice_id), centre_id=CENTRE)
    assert (posted.maker_person_id, posted.checker_person_id) == (21, 41)
    assert [(line.subject, line.debit_fen, line.credit_fen) for line in posted.lines] == [
        ("219-01", 52_301, 0), ("401-01", 0, 52_301)
    ]  # fmt: skip
    (item,) = queries.suspense_items(CENTRE, states=(SuspenseState.SETTLED,))
    assert item.open_fen == 0
    assert [one.kind for one in queries.suspense_moves(CENTRE, item.suspense_id)] == [MoveKind.OPENED, MoveKind.BOOKED]
    assert agrees()
    assert (levels.suspense_through(CENTRE, DAY), levels.unlike_units(CENTRE)) == (0, ())
    assert levels.suspense_through(CENTRE, DAY - timedelta(days=1)) == 0


def test_money_got_back_draws_what_stands_receivable() -> None:
    taken = treasury.receive_notice(
        EntryNotice(account=world.ACCOUNT, host_serial="F1", direction=Direction.DEBIT, amount_fen=3_500,
                    entry_date=DAY), at=AT, centre_id=CENTRE,
    )  # fmt: skip
    booked(taken.notice_id, BookingPurpose.TO_RECOVER, reason="银行扣错")
    assert subject_balance(CENTRE, "119") == 3_500
    booked(told(3_500), BookingPurpose.RECOVERED, reason="银行退回")
    assert subject_balance(CENTRE, "119") == subject_balance(CENTRE, "101") == 0 and agrees()


def test_taken_back_it_lies_in_suspense_again_and_can_be_refunded_or_booked() -> None:
    notice_id = told()
    booked(notice_id)
    booked(notice_id, BookingPurpose.UNDO, swap=True, reason="是单位的钱")
    (item,) = queries.suspense_items(CENTRE, states=(SuspenseState.OPEN,))
    assert item.open_fen == 52_301 and subject_balance(CENTRE, "401-01") == 0 and agrees()
    booked(notice_id)
    assert subject_balance(CENTRE, "401-01") == -52_301 and agrees()


def test_what_the_bank_takes_back_after_it_was_booked_is_reversed_whole() -> None:
    notice_id = told()
    booked(notice_id)
    world.pay(52_301, "冲正", payer="", serial="R1", reversal_of="I1")
    found = bank.notice(notice_id, centre_id=CENTRE)
    assert found is not None and found.state is NoticeState.REVERSED
    assert all(subject_balance(CENTRE, code) == 0 for code in ("101", "219-01", "401-01")) and agrees()


def test_money_that_is_used_is_refused_and_nothing_is_booked() -> None:
    world.pay(52_301, "公积金", serial="I1")
    notice_id = bank.notices(CENTRE, serial="I1")[0].notice_id
    (item,) = queries.suspense_items(CENTRE, states=(SuspenseState.OPEN,))
    actions.refund(item.suspense_id, reason="多缴", amount_fen=100, actor=world.TREASURER, at=AT)
    with pytest.raises(Refusal) as caught:
        booked(notice_id)
    assert caught.value.code == "receipt_in_use" and subject_balance(CENTRE, "401-01") == 0
