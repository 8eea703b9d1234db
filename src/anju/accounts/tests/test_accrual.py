"""Members' interest accrued month by month, and given back when the year is settled."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from math import floor

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anju.accounts import actions, queries
from anju.accounts.tests.world import (
    CENTRE,
    broken,
    contribute,
    moment,
    open_books,
    open_staff,
    standing_on_subjects,
    withdraw,
)
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.ledger import queries as books
from anju.ledger.types import VoucherKind

JULY, AUGUST, MIDSUMMER = Month(2025, 7), Month(2025, 8), date(2026, 7, 1)


@pytest.fixture
def staff(db: None) -> list[int]:
    open_books()
    ids = open_staff(3)
    contribute([(one, 500_000, 500_000) for one in ids], on=date(2025, 7, 1))
    return ids


def accrue(month: Month, *, on: date | None = None) -> object:
    return actions.accrue_interest(CENTRE, month, at=moment(on or month.last_day + timedelta(days=1)))


def standing() -> dict[str, int]:
    """Debit less credit of interest expense and interest payable."""
    totals = standing_on_subjects()
    return {subject: totals.get(subject, 0) for subject in ("411-01", "211")}


def test_a_month_is_accrued_once_by_one_voucher_of_its_last_day(staff: list[int]) -> None:
    made = accrue(JULY)
    fen = 3 * 1_292  # 10,000.00 over 31 days at 1.5 %
    assert (made.amount_fen, made.accrued_fen, made.interest_year) == (fen, fen, 2025)
    assert accrue(JULY, on=date(2025, 9, 9)) == made
    voucher = books.voucher(made.voucher_id, centre_id=CENTRE)
    assert (voucher.business_date, voucher.idempotency_key) == (date(2025, 7, 31), "accrual:202507")
    assert (voucher.kind, voucher.member_count) == (VoucherKind.ACCRUAL, 0)
    assert standing() == {"411-01": fen, "211": -fen}
    assert broken() == {}


def test_the_next_month_posts_the_rest_and_what_was_taken_back_goes_back(staff: list[int]) -> None:
    first = accrue(JULY).amount_fen
    second = accrue(Month(2025, 9))  # August was left out and is contained
    assert second.accrued_fen == 3 * round(1_000_000 * 92 * 150 / 3_600_000) == first + second.amount_fen
    actions.reverse_contributions(
        queries.movement(staff[0], 1).voucher_id, centre_id=CENTRE, key="r", maker=11, checker=12, reason="退票",
        at=moment(date(2025, 10, 9)),
    )  # fmt: skip
    third = accrue(Month(2025, 10))
    assert (third.accrued_fen, third.amount_fen) == (0, -second.accrued_fen)
    fourth = accrue(Month(2025, 11))
    assert (fourth.amount_fen, fourth.voucher_id) == (0, None)
    assert standing() == {"411-01": 0, "211": 0}
    assert broken() == {}


def test_the_settlement_empties_what_was_accrued_and_the_year_bears_what_was_credited(staff: list[int]) -> None:
    for n in range(11):
        accrue(JULY + n)
    contribute([(staff[0], 10_000, 0)], on=date(2026, 6, 3), value_on=date(2025, 9, 1))
    before = standing()["411-01"]
    run = actions.settle_interest(CENTRE, 2025, at=moment(MIDSUMMER))
    assert standing() == {"411-01": run.interest_fen, "211": 0}
    assert run.interest_fen - before > 3 * 1_000_000 * 30 * 150 // 3_600_000
    actions.settle_interest(CENTRE, 2025, at=moment(date(2026, 7, 2)))
    assert standing() == {"411-01": run.interest_fen, "211": 0}
    kept = queries.accruals(CENTRE, 2025)
    assert (len(kept), kept[-1].month, sum(one.amount_fen for one in kept)) == (12, 202513, 0)
    assert books.voucher(kept[-1].voucher_id, centre_id=CENTRE).business_date == date(2026, 6, 30)
    assert broken() == {}


def test_june_accrued_before_the_settlement_is_exactly_what_it_credits(staff: list[int]) -> None:
    accrue(AUGUST)
    june = accrue(Month(2026, 6), on=MIDSUMMER)
    assert june.accrued_fen == queries.preview_interest(CENTRE, 2025).interest_fen == 3 * 15_208
    contribute([(staff[0], 5_000, 5_000)], on=date(2026, 7, 1))  # carried before its chunk
    assert standing()["211"] == -3 * 15_208
    assert actions.settle_interest(CENTRE, 2025, at=moment(date(2026, 7, 2))).interest_fen == 2 * 15_208
    assert standing() == {"411-01": 3 * 15_208, "211": 0}
    assert accrue(JULY + 12, on=date(2026, 8, 1)).interest_year == 2026
    assert broken() == {}


def test_june_accrued_after_the_settlement_posts_nothing(staff: list[int]) -> None:
    accrue(AUGUST)
    actions.settle_interest(CENTRE, 2025, at=moment(MIDSUMMER))
    made = accrue(Month(2026, 6), on=MIDSUMMER)
    assert (made.amount_fen, made.accrued_fen, made.voucher_id) == (0, 0, None)
    assert standing()["211"] == 0


def test_a_month_is_refused_before_its_end_before_a_later_one_and_while_a_year_is_unsettled(staff: list[int]) -> None:
    with pytest.raises(Refusal, match="month_not_over"):
        accrue(JULY, on=date(2025, 7, 31))
    accrue(AUGUST)
    with pytest.raises(Refusal, match="accrued_later"):
        accrue(JULY)
    contribute([(staff[0], 5_000, 5_000)], on=date(2026, 7, 1))
    with pytest.raises(Refusal, match="earlier_year_left"):
        accrue(JULY + 12, on=date(2026, 8, 1))
    assert broken() == {}


FIRST = date(2025, 7, 1)
MOVES = st.lists(
    st.tuples(st.integers(0, 364), st.sampled_from(["in", "in", "late", "out"]), st.integers(1, 10**9),
              st.integers(0, 300)),
    max_size=10,
)  # fmt: skip


@pytest.mark.django_db
@given(moves=MOVES, months=st.sets(st.integers(0, 10), max_size=5), late=st.integers(0, 20))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_accrued_is_the_sum_of_every_day_through_the_month(
    moves: list[tuple[int, str, int, int]], months: set[int], late: int
) -> None:
    with transaction.atomic():
        open_books()
        account_id = open_staff(1)[0]
        # An accrual is asked for some days after the month's end, beside what is posted on those days.
        asked = [((JULY + n).last_day + timedelta(days=1 + late), 1, n) for n in sorted(months)]
        posted: list[tuple[date, int]] = []
        for day, after_moves, what in sorted(
            [*asked, *((FIRST + timedelta(days=move[0]), 0, n) for n, move in enumerate(moves))]
        ):
            if after_moves:
                end = (JULY + what).last_day + timedelta(days=1)
                assert accrue(JULY + what, on=day).accrued_fen == _by_day(posted, end)
                continue
            _, kind, amount, back = moves[what]
            balance = sum(fen for _, fen in posted)
            if kind != "out":
                value_on = max(day - timedelta(days=back), FIRST) if kind == "late" else day
                contribute([(account_id, amount, 0)], on=day, value_on=value_on, key=f"c{what}")
                posted.append((value_on, amount))
            elif balance:
                withdraw(account_id, min(balance, amount), on=day, source_id=what + 1)
                posted.append((day, -min(balance, amount)))
        run = actions.settle_interest(CENTRE, 2025, at=moment(MIDSUMMER))
        assert standing() == {"411-01": run.interest_fen, "211": 0}
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert broken() == {}
        transaction.set_rollback(True)


def _by_day(posted: list[tuple[date, int]], end: date) -> int:
    days = [FIRST + timedelta(days=n) for n in range((end - FIRST).days)]
    lying = sum(sum(fen for on, fen in posted if on <= day) for day in days)
    exact = Fraction(lying * 150, 3_600_000)
    return max(floor(exact + Fraction(1, 2)), -sum(fen for _, fen in posted))
