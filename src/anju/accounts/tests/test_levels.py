"""What all members have at the end of a day, asked on a later day."""

from __future__ import annotations

from datetime import date

from anju.accounts import actions
from anju.accounts.queries.levels import members_total
from anju.accounts.tests.world import CENTRE, broken, contribute, moment, open_books, open_staff
from anju.kernel.month import Month


def test_a_day_in_june_is_told_without_the_interest_that_was_posted_since(db: None) -> None:
    open_books()
    (account_id,) = open_staff(1)
    contribute([(account_id, 500_000, 500_000)], on=date(2025, 9, 10))
    actions.settle_interest(CENTRE, 2025, at=moment(date(2026, 7, 1)))
    assert [members_total(CENTRE, day).fen for day in (date(2025, 12, 31), date(2026, 6, 29))] == [1_000_000] * 2
    credited = members_total(CENTRE, date(2026, 6, 30)).fen
    assert credited > 1_000_000 and members_total(CENTRE, date(2026, 7, 1)).fen == credited


def test_june_accrued_after_its_year_was_settled_finds_the_accrual_given_back(db: None) -> None:
    open_books()
    (account_id,) = open_staff(1)
    contribute([(account_id, 500_000, 500_000)], on=date(2025, 9, 10))
    assert actions.accrue_interest(CENTRE, Month(2026, 5), at=moment(date(2026, 6, 2))).accrued_fen > 0
    actions.settle_interest(CENTRE, 2025, at=moment(date(2026, 7, 1)))
    june = actions.accrue_interest(CENTRE, Month(2026, 6), at=moment(date(2026, 7, 2)))
    assert (june.accrued_fen, june.amount_fen) == (0, 0) and broken() == {}
