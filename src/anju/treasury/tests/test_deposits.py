"""Deposits and moves between the centre's accounts: two people, one voucher, and a register that equals the books."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from anju.database.sql import execute, row, rows
from anju.kernel.refusal import Refusal
from anju.ledger.queries import subject_balance
from anju.treasury import actions, queries
from anju.treasury.bank import using
from anju.treasury.checks import CHECKS
from anju.treasury.deposit_types import DepositKind, DepositState, DepositTerms, MoveState, Rollover
from anju.treasury.fake_bank import AskMood, FakeBank, PayMood
from anju.treasury.machine import QUIET_SECONDS
from anju.treasury.tests.world import (
    AT,
    CENTRE,
    TREASURER_1,
    TREASURER_2,
    later,
    member,
    news,
    notice,
    open_world,
    treasurer,
)
from anju.treasury.types import Direction, NoticeState

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = "3301040160000000026"


def terms(account: int, **changes: Any) -> DepositTerms:
    base = DepositTerms(
        kind=DepositKind.TIME, bank_account_id=account, amount_fen=10_000_000, rate=Decimal("0.0155"),
        starts_on=AT.date(), ends_on=date(2027, 11, 23), rollover=Rollover.NONE,
    )  # fmt: skip
    return replace(base, **changes)


def checked(move_id: int, person_id: int = TREASURER_2) -> int:
    seen = queries.move(move_id, centre_id=CENTRE)
    assert seen is not None
    actions.check_move(move_id, digest=seen.digest, actor=treasurer(person_id), at=AT)
    return move_id


def made(account: int, **changes: Any) -> int:
    """A deposit the bank has; its id."""
    move_id = checked(actions.propose_deposit(terms(account, **changes), actor=treasurer(), at=AT))
    assert actions.advance_move(CENTRE, move_id, at=AT) is None
    return queries.deposits(CENTRE)[0].deposit_id


def state(move_id: int) -> MoveState:
    seen = queries.move(move_id, centre_id=CENTRE)
    assert seen is not None
    return seen.state


def other_account() -> int:
    return actions.open_bank_account(
        CENTRE, number=OTHER, name="安居市住房公积金管理中心", bank_name="惠民银行", actor=treasurer(), at=AT
    )


def sound() -> None:
    for check in CHECKS:
        assert row(check.sql) is None, check.name
    for one in queries.journal_against_books(CENTRE, AT.date() + timedelta(days=1)):
        assert one.agrees, one


def test_a_time_deposit_is_made_and_drawn_with_its_interest_each_with_one_voucher() -> None:
    account = open_world(mandate_fen=None)
    with using(FakeBank(interest_fen=155_000)) as bank:
        deposit_id = made(account)
        (kept,) = queries.deposits(CENTRE)
        assert kept.state is DepositState.IN_FORCE and kept.deposit_number
        assert subject_balance(CENTRE, "101-03") == queries.deposits_in_force_fen(CENTRE) == 10_000_000
        assert subject_balance(CENTRE, "101") == -10_000_000
        sound()
        move_id = checked(actions.propose_drawing(deposit_id, actor=treasurer(), at=AT))
        assert queries.deposits(CENTRE)[0].drawing
        actions.advance_move(CENTRE, move_id, at=AT)
        assert actions.advance_move(CENTRE, move_id, at=later(9)) is None
    assert len(bank.moves) == 2 and bank.moves[1].deposit_number == kept.deposit_number
    (drawn,) = queries.deposits(CENTRE)
    assert (drawn.state, drawn.interest_fen, drawn.drawn_on) == (DepositState.DRAWN, 155_000, AT.date())
    assert subject_balance(CENTRE, "101-03") == 0 and subject_balance(CENTRE, "101") == 155_000
    assert subject_balance(CENTRE, "401-01") == -155_000
    sound()


def test_a_transfer_books_both_sides_once_and_the_notices_of_both_are_recognised() -> None:
    account = open_world(mandate_fen=None)
    other = other_account()
    with news() as heard, using(FakeBank()):
        move_id = checked(actions.propose_transfer(account, other, 500_000, actor=treasurer(), at=AT))
        actions.advance_move(CENTRE, move_id, at=AT)
        sound()
        seen = queries.move(move_id, centre_id=CENTRE)
        assert seen is not None
        told = notice("H77", account=OTHER, amount_fen=500_000, original_serial=seen.business_serial)
        assert actions.receive_notice(told, at=later(5), centre_id=CENTRE).state is NoticeState.OWN_PAYMENT
        debit = notice(f"H{seen.business_serial}", amount_fen=500_000, direction=Direction.DEBIT)
        assert actions.receive_notice(debit, at=later(5), centre_id=CENTRE).state is NoticeState.OWN_PAYMENT
    assert heard == [], "own money is nobody's receipt"
    sides = rows("SELECT bank_account_id, debit_fen - credit_fen AS fen FROM gl_line ORDER BY bank_account_id")
    assert [(one["bank_account_id"], one["fen"]) for one in sides] == [(account, -500_000), (other, 500_000)]
    sound()


def test_a_notice_deposit_and_an_agreement() -> None:
    account = open_world(mandate_fen=None)
    with using(FakeBank()) as bank:
        made(account, kind=DepositKind.NOTICE, ends_on=None, notice_days=7)
        agreement = terms(account, kind=DepositKind.AGREEMENT, ends_on=None, rate=Decimal("0.009"))
        checked(actions.propose_deposit(agreement, actor=treasurer(), at=AT))
    agreed = next(one for one in queries.deposits(CENTRE) if one.kind is DepositKind.AGREEMENT)
    assert agreed.state is DepositState.IN_FORCE and len(bank.moves) == 1, "an agreement moves nothing"
    assert queries.deposits_in_force_fen(CENTRE) == 10_000_000
    with pytest.raises(Refusal) as refused:
        actions.propose_drawing(agreed.deposit_id, actor=treasurer(), at=AT)
    assert refused.value.code == "deposit_not_drawable"
    sound()


def test_the_same_proposal_sent_twice_is_one_until_somebody_has_looked_at_it() -> None:
    account = open_world(mandate_fen=None)
    other = other_account()
    with using(FakeBank()):
        for _ in range(2):
            first = actions.propose_deposit(terms(account), actor=treasurer(), at=AT)
            second = actions.propose_transfer(account, other, 1, actor=treasurer(), at=AT)
        assert len(queries.moves(CENTRE)) == 2 and len(queries.deposits(CENTRE)) == 1
        checked(first)
        checked(second)
        assert actions.propose_deposit(terms(account), actor=treasurer(), at=AT) != first
        assert actions.propose_transfer(account, other, 1, actor=treasurer(), at=AT) != second
        actions.advance_move(CENTRE, first, at=AT)
        deposit_id = queries.maturities(CENTRE, until=date(2028, 1, 1))[0].deposit_id
        drawing = actions.propose_drawing(deposit_id, actor=treasurer(), at=AT)
        assert actions.propose_drawing(deposit_id, actor=treasurer(), at=AT) == drawing


def test_two_people_are_two_and_a_deposit_is_drawn_once() -> None:
    account = open_world(mandate_fen=None)
    with using(FakeBank()):
        deposit_id = made(account)
        move_id = actions.propose_drawing(deposit_id, actor=treasurer(), at=AT)
        with pytest.raises(Refusal) as refused:
            actions.propose_drawing(deposit_id, actor=treasurer(TREASURER_2), at=AT)
        assert refused.value.code == "deposit_being_drawn"
        for code, person_id, digest in (("four_eyes", TREASURER_1, ""), ("move_changed", TREASURER_2, "00")):
            with pytest.raises(Refusal) as refused:
                actions.check_move(move_id, digest=digest, actor=treasurer(person_id), at=AT)
            assert refused.value.code == code
        with pytest.raises(Refusal):
            actions.propose_drawing(deposit_id, actor=member(), at=AT)
        with pytest.raises(IntegrityError), transaction.atomic():
            execute("UPDATE own_move SET checker_person_id = maker_person_id WHERE move_id = %s", [move_id])
        actions.cancel_move(move_id, reason="改期", actor=treasurer(), at=AT)
        again = checked(actions.propose_drawing(deposit_id, actor=treasurer(), at=AT))
        with pytest.raises(Refusal):
            actions.cancel_move(again, reason="太晚", actor=treasurer(), at=AT)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount_fen": 0}, "amount"), ({"rate": Decimal(2)}, "rate"), ({"ends_on": None}, "ends_on"),
        ({"ends_on": AT.date()}, "ends_on"), ({"notice_days": 7}, "notice_days"),
        ({"kind": DepositKind.NOTICE, "rollover": Rollover.PRINCIPAL}, "rollover"), ({"bank_account_id": 0}, "account"),
    ],
)  # fmt: skip
def test_terms_that_cannot_be_are_refused_by_their_field(changes: dict[str, Any], field: str) -> None:
    account = open_world(mandate_fen=None)
    with pytest.raises(Refusal) as refused:
        actions.propose_deposit(replace(terms(account), **changes), actor=treasurer(), at=AT)
    assert refused.value.field == field
    with pytest.raises(Refusal) as refused:
        actions.propose_transfer(account, account, 1, actor=treasurer(), at=AT)
    assert refused.value.field == "to_account"


def test_what_the_bank_refuses_leaves_no_voucher() -> None:
    account = open_world(mandate_fen=None)
    with using(FakeBank().will(PayMood.REFUSE)):
        move_id = checked(actions.propose_deposit(terms(account), actor=treasurer(), at=AT))
        assert actions.advance_move(CENTRE, move_id, at=AT) is None
    assert state(move_id) is MoveState.FAILED and queries.deposits(CENTRE)[0].state is DepositState.GIVEN_UP
    assert subject_balance(CENTRE, "101-03") == 0
    sound()


def test_silence_is_pending_and_is_only_asked_for() -> None:
    account = open_world(mandate_fen=None)
    bank = FakeBank().will(PayMood.EXECUTE_THEN_SILENT, PayMood.LOSE).will_answer([AskMood.SILENT])
    with using(bank):
        paid = checked(actions.propose_deposit(terms(account), actor=treasurer(), at=AT))
        actions.advance_move(CENTRE, paid, at=AT)
        assert state(paid) is MoveState.PENDING and subject_balance(CENTRE, "101-03") == 0
        actions.advance_move(CENTRE, paid, at=later(5))
        actions.advance_move(CENTRE, paid, at=later(9))
        assert state(paid) is MoveState.DONE
        lost = checked(actions.propose_deposit(terms(account), actor=treasurer(), at=AT))
        for n in range(4):
            actions.advance_move(CENTRE, lost, at=later(QUIET_SECONDS * n))
        seen = queries.move(lost, centre_id=CENTRE)
        assert seen is not None and seen.never_seen and len(bank.moves) == 2, "never sent again by the machine"
        with pytest.raises(Refusal):
            actions.give_up_move(lost, actor=treasurer(), at=AT)
        actions.give_up_move(lost, actor=treasurer(TREASURER_2), at=AT)
    assert state(lost) is MoveState.FAILED and subject_balance(CENTRE, "101-03") == 10_000_000
    sound()


def test_eight_workers_on_one_move_tell_the_bank_once_and_post_one_voucher() -> None:
    account = open_world(mandate_fen=None)
    with using(FakeBank()) as bank:
        move_id = checked(actions.propose_deposit(terms(account), actor=treasurer(), at=AT))
        start = threading.Barrier(8)

        def work() -> None:
            start.wait()
            actions.advance_move(CENTRE, move_id, at=later(QUIET_SECONDS * 2))
            connection.close()

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(bank.moves) == 1 and len(rows("SELECT id FROM voucher")) == 1
    sound()


def test_maturities_come_in_the_order_of_their_days_and_lost_jobs_are_found() -> None:
    account = open_world(mandate_fen=None)
    with using(FakeBank()):
        made(account)
        made(account, ends_on=date(2026, 12, 20))
        waiting = checked(actions.propose_deposit(terms(account), actor=treasurer(), at=AT))
        assert actions.chase_moves(CENTRE, at=later(9)) == 0 and actions.chase_moves(CENTRE, at=later(900)) == 1
    assert [one.ends_on for one in queries.maturities(CENTRE, until=date(2026, 12, 31))] == [date(2026, 12, 20)]
    assert len(queries.maturities(CENTRE, until=date(2027, 12, 31))) == 2
    assert queries.moves(CENTRE)[0].move_id == waiting


def test_a_register_changed_behind_the_product_s_back_is_named() -> None:
    account = open_world(mandate_fen=None)
    with using(FakeBank()):
        made(account)
    execute("UPDATE deposit SET amount_fen = amount_fen + 1")
    assert [check.name for check in CHECKS if row(check.sql)] == [
        "treasury: the register of deposits is the balance of the time and notice deposits of each account"
    ]
