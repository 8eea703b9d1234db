"""Closing an account with its interest: what is paid, once, what it leaves behind, and how it is taken back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from anju.accounts import actions, queries
from anju.accounts.tests.test_interest_posted import EVENTS, FIRST, LAST, TURNS, Model, live
from anju.accounts.tests.world import (
    CENTRE,
    book_with_rates,
    broken,
    close_out,
    contribute,
    moment,
    open_books,
    open_staff,
    pay_close_out,
    standing_on_subjects,
    withdraw,
)
from anju.accounts.types import AccountState, FreezeKind, LineKind
from anju.kernel.month import Month, interest_year
from anju.kernel.refusal import Refusal
from anju.ledger import queries as books
from anju.policy.formulas.interest import RateSegment

MIDSUMMER = date(2026, 7, 1)
CLOSED_ON = date(2026, 9, 25)


@pytest.fixture
def member(db: None) -> int:
    """The worked example: 45,678.90 on 1 July, 1,500.00 in July and in August."""
    open_books()
    account_id = open_staff(2)[0]
    contribute([(account_id, 4_567_890, 0)], on=MIDSUMMER)
    contribute([(account_id, 75_000, 75_000)], on=date(2026, 7, 10))
    contribute([(account_id, 75_000, 75_000)], on=date(2026, 8, 10))
    return account_id


def reverse(account_id: int, voucher_id: int, *, on: date, key: str = "back") -> object:
    return actions.reverse_close_out(
        account_id, voucher_id, key=f"{key}:{voucher_id}", maker=11, checker=12, reason="收款卡已注销", at=moment(on),
        event_id=77,
    )  # fmt: skip


def test_closing_pays_principal_and_interest_in_one_voucher_and_leaves_nothing(member: int) -> None:
    held = actions.hold_for_close_out(member, purpose="withdrawal", source_id=900, at=moment(CLOSED_ON))
    assert (held.principal_fen, held.interest_fen, held.amount_fen) == (4_867_890, 17_137, 4_885_027)
    posted = pay_close_out(held, paid=CLOSED_ON)
    voucher = books.voucher(posted.voucher_id, centre_id=CENTRE)
    assert [(line.subject, line.debit_fen, line.credit_fen) for line in voucher.lines] == [
        ("411-01", 17_137, 0), ("211", 0, 17_137), ("201", 4_867_890, 0), ("211", 17_137, 0), ("101", 0, 4_885_027),
    ]  # fmt: skip
    assert (voucher.event_id, voucher.member_count, voucher.lines[-1].bank_account_id) == (900, 1, 5)
    assert tuple(standing_on_subjects()[one] for one in ("201", "211", "411-01")) == (0, 0, 17_137)
    seen = queries.overview(member)
    assert (seen.balance_fen, seen.held_fen, seen.available_fen, seen.state) == (0, 0, 0, AccountState.WITHDRAWN)
    line = queries.movement(member, seen.last_seq)
    assert (line.kind, line.value_on, line.balance_after_fen) == (LineKind.CLOSING, CLOSED_ON, 0)
    assert pay_close_out(held, paid=CLOSED_ON).replayed
    assert broken() == {}


def test_statement_and_receipt_explain_the_interest_that_is_in_no_line(member: int) -> None:
    close_out(member, on=CLOSED_ON)
    seen = queries.statement(member, from_date=MIDSUMMER, to_date=date(2026, 12, 31))
    assert seen.closing_fen == 0 and seen.close_out is not None
    assert (seen.close_out.principal_fen, seen.close_out.interest_fen, seen.close_out.amount_fen) == (
        4_867_890, 17_137, 4_885_027)  # fmt: skip
    assert queries.statement(member, from_date=MIDSUMMER, to_date=date(2026, 9, 24)).close_out is None
    receipt = queries.trial_receipt(member, 2026)
    assert (receipt.product, receipt.interest_fen, receipt.closed_on) == (411_288_540, 17_137, CLOSED_ON)
    assert [piece.to_day for piece in receipt.pieces][-1] == CLOSED_ON


def test_while_the_payment_is_on_its_way_the_account_takes_no_money(member: int) -> None:
    held = actions.hold_for_close_out(member, purpose="withdrawal", source_id=900, at=moment(CLOSED_ON))
    with pytest.raises(Refusal, match="batch_closing"):
        contribute([(member, 100, 100)], on=CLOSED_ON)
    with pytest.raises(Refusal, match="closing"):
        actions.hold(member, 1, purpose="withdrawal", source_id=2, at=moment(CLOSED_ON))
    with pytest.raises(Refusal, match="closing"):
        actions.hold_for_close_out(member, purpose="withdrawal", source_id=901, at=moment(CLOSED_ON))
    again = actions.hold_for_close_out(member, purpose="withdrawal", source_id=900, at=moment(date(2026, 9, 28)))
    assert again == held
    assert broken() == {}
    actions.release_hold(member, held.hold_id, at=moment(date(2026, 9, 28)))
    contribute([(member, 100, 100)], on=date(2026, 9, 28))
    assert broken() == {}


def test_a_closing_is_refused_where_something_stands_in_its_way(member: int) -> None:
    at = moment(CLOSED_ON)
    with pytest.raises(Refusal, match="nothing_to_pay"):
        actions.hold_for_close_out(member + 1, purpose="withdrawal", source_id=1, at=at)
    running = actions.hold(member, 100, purpose="withdrawal", source_id=1, at=at)
    with pytest.raises(Refusal, match="payment_under_way"):
        actions.hold_for_close_out(member, purpose="withdrawal", source_id=2, at=at)
    actions.release_hold(member, running, at=at)
    frozen = actions.freeze(member, kind=FreezeKind.AMOUNT, amount_fen=5, authority="法院", document="1", at=at)
    with pytest.raises(Refusal, match="frozen"):
        actions.hold_for_close_out(member, purpose="withdrawal", source_id=2, at=at)
    actions.unfreeze(member, frozen, document="2", at=at)
    held = actions.hold_for_close_out(member, purpose="withdrawal", source_id=2, at=at)
    wrong = {"hold_id": held.hold_id, "key": "w", "paid_on": CLOSED_ON, "reason": "退休", "source_id": 2, "maker": 11,
             "checker": 12, "at": at}  # fmt: skip
    for amount, interest in ((held.amount_fen - 1, held.interest_fen), (held.amount_fen, held.interest_fen + 1)):
        with pytest.raises(Refusal, match="hold_differs"):
            actions.post_close_out(member, amount_fen=amount, interest_fen=interest, **wrong)
    actions.release_hold(member, held.hold_id, at=at)
    with pytest.raises(Refusal, match="hold_ended"):
        actions.post_close_out(member, amount_fen=held.amount_fen, interest_fen=held.interest_fen, **wrong)
    partial = actions.hold(member, 100, purpose="withdrawal", source_id=3, at=at)
    with pytest.raises(Refusal, match="hold_differs"):
        actions.post_close_out(member, amount_fen=100, interest_fen=0, **wrong | {"hold_id": partial})
    assert broken() == {}


def test_a_closed_account_takes_nothing_in_this_year_or_the_next(member: int) -> None:
    close_out(member, on=CLOSED_ON)
    actions.settle_interest(CENTRE, 2026, at=moment(date(2027, 7, 1)))
    for day in (date(2026, 10, 1), date(2027, 8, 1)):
        with pytest.raises(Refusal, match="closed"):
            actions.hold(member, 1, purpose="withdrawal", source_id=2, at=moment(day))
        with pytest.raises(Refusal, match="batch_closed"):
            contribute([(member, 100, 100)], on=day, month=Month(2026, 6))
    assert len(queries.movements(member, limit=100)) == 4
    assert broken() == {}


def test_a_freeze_that_comes_after_the_bank_was_told_does_not_stop_the_posting(member: int) -> None:
    held = actions.hold_for_close_out(member, purpose="withdrawal", source_id=900, at=moment(CLOSED_ON))
    frozen = actions.freeze(member, kind=FreezeKind.FULL, authority="法院", document="1", at=moment(CLOSED_ON))
    actions.unfreeze(member, frozen, document="2", at=moment(CLOSED_ON, 11))
    assert broken() == {}, "it is closing again"
    actions.freeze(member, kind=FreezeKind.FULL, authority="法院", document="3", at=moment(CLOSED_ON, 12))
    assert not pay_close_out(held, paid=CLOSED_ON).replayed
    assert broken() == {}


def test_the_month_s_accrual_gives_back_what_it_held_for_an_account_that_was_closed(member: int) -> None:
    actions.settle_interest(CENTRE, 2025, at=moment(MIDSUMMER))
    actions.accrue_interest(CENTRE, Month(2026, 8), at=moment(date(2026, 9, 1)))
    accrued = -standing_on_subjects()["211"]
    assert accrued == queries.accrued_interest(member, date(2026, 9, 1)).fen
    close_out(member, on=CLOSED_ON)
    assert (-standing_on_subjects()["211"], standing_on_subjects()["411-01"]) == (accrued, accrued + 17_137)
    actions.accrue_interest(CENTRE, Month(2026, 9), at=moment(date(2026, 10, 1)))
    assert (standing_on_subjects()["211"], standing_on_subjects()["411-01"]) == (0, 17_137)
    assert broken() == {}


def test_money_that_came_back_reopens_the_account_as_it_was(member: int) -> None:
    before = queries.accrued_interest(member, MIDSUMMER.replace(year=2027)).fen
    posted = close_out(member, on=CLOSED_ON)
    reverse(member, posted.voucher_id, on=date(2026, 10, 9))
    assert queries.close_out(member) is None
    seen = queries.overview(member)
    assert (seen.balance_fen, seen.state, seen.held_fen) == (4_867_890, AccountState.NORMAL, 0)
    assert queries.accrued_interest(member, MIDSUMMER.replace(year=2027)).fen == before
    assert (standing_on_subjects()["211"], standing_on_subjects()["411-01"]) == (0, 0)
    with pytest.raises(Refusal, match="already_reversed"):
        reverse(member, posted.voucher_id, on=date(2026, 10, 9), key="x")
    again = close_out(member, on=date(2026, 10, 20), source_id=901)
    assert again.voucher_id != posted.voucher_id and broken() == {}


def test_an_answer_after_midsummer_corrects_what_the_settlement_credited_too_much(member: int) -> None:
    last = date(2027, 6, 28)
    earned = queries.accrued_interest(member, last).fen
    whole = queries.accrued_interest(member, date(2027, 7, 1)).fen
    held = actions.hold_for_close_out(member, purpose="withdrawal", source_id=900, at=moment(last))
    actions.settle_interest(CENTRE, 2026, at=moment(date(2027, 7, 1)))
    posted = pay_close_out(held, paid=date(2027, 7, 2))
    paid = queries.close_out(member)
    assert paid is not None
    assert (paid.amount_fen, paid.interest_fen, paid.corrected_fen) == (4_867_890 + earned, 0, earned - whole)
    assert [(one.kind, one.change_fen) for one in reversed(queries.movements(member, limit=3))] == [
        (LineKind.INTEREST, whole), (LineKind.INTEREST, earned - whole), (LineKind.CLOSING, -paid.amount_fen),
    ]  # fmt: skip
    assert tuple(standing_on_subjects()[one] for one in ("201", "211", "411-01")) == (0, 0, earned)
    assert books.voucher(posted.voucher_id, centre_id=CENTRE).member_count == 2
    assert broken() == {}
    reverse(member, posted.voucher_id, on=date(2027, 7, 9))
    assert queries.overview(member).balance_fen == 4_867_890 + whole
    assert broken() == {}


def test_where_only_interest_is_left_it_is_paid_without_a_member_line(member: int) -> None:
    withdraw(member, 4_867_890, on=date(2026, 9, 1))
    posted = close_out(member, on=CLOSED_ON)
    voucher = books.voucher(posted.voucher_id, centre_id=CENTRE)
    assert (voucher.member_count, [line.subject for line in voucher.lines]) == (0, ["411-01", "211", "211", "101"])
    assert queries.overview(member).state is AccountState.WITHDRAWN
    assert broken() == {}
    reverse(member, posted.voucher_id, on=date(2026, 10, 9))
    assert broken() == {}


@pytest.mark.django_db
@drawn(
    events=EVENTS, turns=TURNS, by_segment=st.booleans(), offset=st.integers(0, (LAST - FIRST).days - 1),
    delay=st.integers(0, 4) | st.integers(0, 60), back=st.none() | st.integers(0, 400),
)  # fmt: skip
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_closings_pay_what_every_day_adds_up_to(
    events: list[tuple[int, str, int, int]], turns: dict[int, int], by_segment: bool, offset: int, delay: int,
    back: int | None,
) -> None:  # fmt: skip
    rates = {date(2016, 2, 21): 150} | {FIRST + timedelta(days=n): bp for n, bp in sorted(turns.items())}
    segments = [RateSegment(day, Decimal(bp) / 10_000) for day, bp in sorted(rates.items())]
    closes, paid = FIRST + timedelta(days=offset), FIRST + timedelta(days=offset + delay)
    with transaction.atomic():
        open_books(FIRST, rates=book_with_rates(segments, "SEGMENT" if by_segment else "RATE_ON_SETTLEMENT_DAY"))
        account_id = open_staff(1, on=FIRST)[0]
        model = Model(rates, by_segment)
        live(account_id, model, sorted(events), until=closes)
        balance, earned = model.balance, model.earned(closes)
        if balance + earned > 0:
            posted = close_out(account_id, on=closes, paid=paid)
            found = queries.close_out(account_id)
            assert found is not None and found.amount_fen == balance + earned
            assert found.interest_fen == (max(earned, 0) if interest_year(paid) == interest_year(closes) else 0)
            left = _close(model, closes, paid)
            assert queries.overview(account_id).balance_fen == 0
            if back is not None:
                returned = paid + timedelta(days=back)
                reverse(account_id, posted.voucher_id, on=returned)
                _turn_years(model, returned)
                model.moves.append(left)
                assert queries.overview(account_id).balance_fen == model.balance
                end = date(interest_year(returned) + 1, 7, 1)
                actions.settle_interest(CENTRE, end.year - 1, at=moment(end))
                model.close_year(end)
                assert queries.overview(account_id).balance_fen == model.balance
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert broken() == {}
        assert books.subject_balance(CENTRE, "211") == 0
        transaction.set_rollback(True)


def _close(model: Model, closes: date, paid: date) -> tuple[date, int]:
    """All there is leaves the model; what comes back when it is taken back, and from when it counts."""
    turned = interest_year(paid) > interest_year(closes)
    _turn_years(model, paid)
    on = date(interest_year(paid), 7, 1) if turned else closes
    gone = (on, model.balance)
    model.moves.append((on, -model.balance))
    return gone


def _turn_years(model: Model, day: date) -> None:
    for year in range(interest_year(model.opened_on), interest_year(day)):
        model.close_year(date(year + 1, 7, 1))
