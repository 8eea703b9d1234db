"""A trial run of the yearly settlement: posts nothing, explains everything, and is what is credited afterwards."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from anju.accounts import actions, queries
from anju.accounts.queries.receipt import product_table
from anju.accounts.tests.world import (
    CENTRE,
    book_with_rates,
    broken,
    contribute,
    moment,
    open_books,
    open_staff,
    withdraw,
)
from anju.accounts.types import TrialDifference
from anju.database.sql import row, rows
from anju.kernel.refusal import Refusal
from anju.ledger.posting_rules import PostingRule
from anju.policy.formulas.interest import RateSegment

JUNE, MIDSUMMER = date(2026, 6, 25), date(2026, 7, 1)


@pytest.fixture
def staff(db: None) -> list[int]:
    open_books()
    return open_staff(4)


def test_a_trial_posts_nothing_and_says_totals_changes_and_who_gets_nothing(staff: list[int]) -> None:
    contribute([(staff[0], 500_000, 500_000), (staff[1], 40, 40)], on=date(2025, 7, 1))
    contribute([(staff[2], 100_000, 0)], on=date(2025, 8, 1))
    actions.reverse_line(
        staff[2], 1, key="r", rule=PostingRule.MEMBERS_TO_SUSPENSE, maker=11, checker=12, reason="错缴",
        at=moment(date(2025, 9, 1)), unit_id=7,
    )  # fmt: skip
    before = row("SELECT (SELECT count(*) FROM voucher) AS v, (SELECT count(*) FROM member_line) AS l")
    run = actions.trial_interest(CENTRE, 2025, at=moment(JUNE))
    assert row("SELECT (SELECT count(*) FROM voucher) AS v, (SELECT count(*) FROM member_line) AS l") == before
    assert (run.accounts, run.settled_accounts, run.interest_fen, run.balance_fen) == (4, 0, 15_209, 1_000_080)
    assert (run.zero_accounts, run.negative_accounts, run.last_year_fen) == (0, 0, 0)
    seen = queries.trial(CENTRE, run.run_id)
    assert seen.run == run == queries.latest_trial(CENTRE, 2025)
    assert [(one.account_id, one.change_fen) for one in seen.largest_changes[:2]] == [
        (staff[0], 15_208), (staff[1], 1)]  # fmt: skip
    assert seen.nothing == ()
    assert broken() == {}


def test_accounts_whose_interest_is_nothing_or_less_are_named(db: None) -> None:
    open_books()
    staff = open_staff(3, on=date(2024, 7, 1))
    contribute([(staff[0], 500_000, 0)], on=date(2024, 7, 1))
    actions.settle_interest(CENTRE, 2024, at=moment(date(2025, 7, 1)))
    actions.reverse_line(
        staff[0], 1, key="r", rule=PostingRule.MEMBERS_TO_SUSPENSE, maker=11, checker=12, reason="错缴",
        at=moment(date(2025, 7, 1)), unit_id=7,
    )  # fmt: skip
    contribute([(staff[1], 5, 0)], on=date(2025, 7, 1))
    run = actions.trial_interest(CENTRE, 2025, at=moment(MIDSUMMER))
    assert (run.zero_accounts, run.negative_accounts, run.taken_fen, run.last_year_fen) == (1, 1, 7_489, 7_604)
    seen = queries.trial(CENTRE, run.run_id).nothing
    assert [(one.account_id, one.interest_fen) for one in seen] == [(staff[0], -7_489), (staff[1], 0)]


def test_the_receipt_is_the_product_table_of_the_worked_year(staff: list[int]) -> None:
    contribute([(staff[0], 1_000_000, 1_000_000)], on=date(2025, 7, 1))
    contribute([(staff[0], 120_000, 120_000)], on=date(2025, 7, 15))
    withdraw(staff[0], 1_000_000, on=date(2026, 3, 10))
    receipt = queries.trial_receipt(staff[0], 2025)
    assert [(one.days, one.balance_fen, one.product, one.rate_bp) for one in receipt.pieces] == [
        (14, 2_000_000, 28_000_000, 150), (238, 2_240_000, 533_120_000, 150), (113, 1_240_000, 140_120_000, 150),
    ]  # fmt: skip
    by_hand = Decimal(receipt.product) * 150 / 10_000 / receipt.day_base
    assert receipt.interest_fen == receipt.earned_fen == round(by_hand) == 29_218
    actions.settle_interest(CENTRE, 2025, at=moment(MIDSUMMER))
    assert queries.trial_receipt(staff[0], 2025) == receipt
    assert queries.overview(staff[0]).interest_fen == 29_218


def test_a_rate_change_begins_a_line_of_the_receipt_and_late_money_has_its_own(db: None) -> None:
    rates = [RateSegment(date(2016, 2, 21), Decimal("0.0150")), RateSegment(date(2025, 6, 21), Decimal("0.0200")),
             RateSegment(date(2026, 1, 1), Decimal("0.0100"))]  # fmt: skip
    open_books(rates=book_with_rates(rates))
    (account_id,) = open_staff(1)
    contribute([(account_id, 36_000_000, 0)], on=date(2025, 7, 1), value_on=date(2025, 6, 16))
    receipt = queries.trial_receipt(account_id, 2025)
    assert [(one.days, one.rate_bp) for one in receipt.pieces] == [(5, 150), (10, 200), (184, 200), (181, 100)]
    actions.settle_interest(CENTRE, 2025, at=moment(MIDSUMMER))
    assert queries.overview(account_id).interest_fen == receipt.interest_fen
    assert receipt.interest_fen == 5 * 1_500 + 194 * 2_000 + 181 * 1_000


def test_money_counted_beyond_the_year_is_taken_off_until_its_day() -> None:
    rates = [{"day": date(2016, 2, 21), "rate_bp": 150, "factor": 1}]
    pieces = product_table(
        [(date(2025, 7, 1), 0), (date(2026, 7, 3), 100)], start=date(2025, 7, 1), end=MIDSUMMER, rates=rates
    )
    assert [(one.from_day, one.to_day, one.balance_fen) for one in pieces] == [(MIDSUMMER, date(2026, 7, 3), -100)]


def test_what_is_posted_after_the_trial_shows_as_a_difference(staff: list[int]) -> None:
    contribute([(one, 500_000, 500_000) for one in staff], on=date(2025, 7, 1))
    first = actions.trial_interest(CENTRE, 2025, at=moment(JUNE))
    contribute([(staff[1], 1_000_000, 1_000_000)], on=date(2026, 6, 26))
    actions.settle_interest(CENTRE, 2025, at=moment(MIDSUMMER))
    assert queries.trial_differences(CENTRE, first.run_id) == (TrialDifference(staff[1], 15_208, 15_625),)


def test_a_touched_account_is_counted_as_settled_and_a_second_trial_replaces_the_first(staff: list[int]) -> None:
    contribute([(one, 500_000, 500_000) for one in staff], on=date(2025, 7, 1))
    first = actions.trial_interest(CENTRE, 2025, at=moment(JUNE))
    contribute([(staff[0], 1, 1)], on=date(2026, 7, 2))
    second = actions.trial_interest(CENTRE, 2025, at=moment(date(2026, 7, 2)))
    assert (second.accounts, second.settled_accounts, second.interest_fen) == (3, 1, 3 * 15_208)
    with pytest.raises(Refusal, match="trial_gone"):
        queries.trial(CENTRE, first.run_id)
    with pytest.raises(Refusal, match="trial_gone"):
        queries.trial_differences(CENTRE, first.run_id)
    assert len(rows("SELECT 1 FROM interest_trial")) == 3


def test_a_trial_is_refused_where_it_would_mislead(staff: list[int]) -> None:
    contribute([(one, 500_000, 500_000) for one in staff], on=date(2025, 7, 1))
    for year, refused in ((2022, "no_accounts"), (2026, "no_accounts")):
        with pytest.raises(Refusal, match=refused):
            actions.trial_interest(CENTRE, year, at=moment(MIDSUMMER))
    contribute([(staff[0], 1, 1)], on=date(2026, 7, 2))
    with pytest.raises(Refusal, match="earlier_year_left"):
        actions.trial_interest(CENTRE, 2026, at=moment(date(2027, 6, 1)))
    with pytest.raises(Refusal, match="unknown_trial"):
        queries.trial(CENTRE, 999_999_999)
    with pytest.raises(Refusal, match="no_year"):
        queries.trial_receipt(staff[1], 2027)
    assert queries.latest_trial(CENTRE, 2026) is None
