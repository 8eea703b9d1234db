"""Statements as they were known on a day of the past."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anju.accounts import actions, queries
from anju.accounts.tests.world import CENTRE, contribute, moment, open_books, open_staff
from anju.kernel.refusal import Refusal
from anju.ledger.posting_rules import PostingRule

AUGUST = {"from_date": date(2025, 8, 1), "to_date": date(2025, 8, 31)}


@pytest.fixture
def member(db: None) -> int:
    open_books()
    account_id = open_staff(1)[0]
    contribute([(account_id, 500_000, 500_000)], on=date(2025, 7, 1))
    contribute([(account_id, 60_000, 60_000)], on=date(2025, 8, 15))
    return account_id


def test_a_back_dated_payment_is_not_in_the_statement_of_a_day_before_it_came(member: int) -> None:
    contribute([(member, 1_000, 0)], on=date(2025, 10, 9), value_on=date(2025, 8, 20))
    then = moment(date(2025, 9, 1))
    seen = queries.statement_as_known(member, from_date=date(2025, 8, 1), to_date=date(2025, 12, 31), known_at=then)
    assert (seen.opening_fen, seen.closing_fen, len(seen.movements)) == (1_000_000, 1_120_000, 1)
    (later,) = queries.learned_later(member, **AUGUST, known_at=then)
    assert (later.movement.credit_fen, later.movement.value_on) == (1_000, date(2025, 8, 20))
    assert later.reverses_known_at is None


def test_a_reversal_learned_later_names_the_line_it_takes_back(member: int) -> None:
    actions.reverse_line(
        member, 2, key="r", rule=PostingRule.MEMBERS_TO_SUSPENSE, maker=11, checker=12, reason="错缴",
        at=moment(date(2025, 11, 3)), unit_id=7,
    )  # fmt: skip
    (later,) = queries.learned_later(member, **AUGUST, known_at=moment(date(2025, 9, 1)))
    assert (later.movement.reverses_seq, later.reverses_known_at) == (2, moment(date(2025, 8, 15)))
    assert later.reverses_booked_on == date(2025, 8, 15)


def test_interest_settled_late_was_not_known_on_midsummer(member: int) -> None:
    july = {"from_date": date(2026, 7, 1), "to_date": date(2026, 7, 31)}
    actions.settle_interest(CENTRE, 2025, at=moment(date(2026, 7, 20)))
    before = queries.statement_as_known(member, **july, known_at=moment(date(2026, 7, 19)))
    after = queries.statement_as_known(member, **july, known_at=moment(date(2026, 7, 20)))
    assert (before.opening_fen, before.closing_fen) == (1_120_000, 1_120_000)
    assert after.opening_fen == queries.overview(member).balance_fen > 1_120_000


def test_the_moment_itself_counts_and_before_the_first_line_nothing_was_known(member: int) -> None:
    at = moment(date(2025, 8, 15))
    assert len(queries.statement_as_known(member, **AUGUST, known_at=at).movements) == 1
    early = queries.statement_as_known(member, **AUGUST, known_at=moment(date(2024, 1, 1)))
    assert (early.opening_fen, early.closing_fen, early.movements) == (0, 0, ())


def test_each_question_is_one_statement_and_a_span_that_ends_before_it_begins_is_refused(member: int) -> None:
    known_at = moment(date(2026, 1, 1))
    for ask in (queries.statement_as_known, queries.learned_later):
        with CaptureQueriesContext(connection) as asked:
            ask(member, **AUGUST, known_at=known_at)
        assert len(asked) == 1
        with pytest.raises(Refusal, match="span"):
            ask(member, from_date=date(2025, 9, 1), to_date=date(2025, 8, 1), known_at=known_at)


def test_interest_of_the_running_year_is_learned_later_also_in_its_second_half(member: int) -> None:
    actions.settle_interest(CENTRE, 2025, at=moment(date(2026, 7, 20)))
    june = {"from_date": date(2026, 6, 1), "to_date": date(2026, 6, 30)}
    for then in (date(2025, 8, 20), date(2026, 5, 15), date(2026, 7, 19)):
        (later,) = queries.learned_later(member, **june, known_at=moment(then))
        assert later.movement.period == 202513, then
    assert queries.learned_later(member, **june, known_at=moment(date(2026, 7, 20))) == ()
