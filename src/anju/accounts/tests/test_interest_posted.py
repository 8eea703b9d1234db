"""Interest as it is posted: the worked examples, and random histories, against an addition of every single day."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from pathlib import Path

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

import anju.policy as policy
from anju.accounts import actions, queries
from anju.accounts.tests.world import (
    CENTRE,
    book_with_rates,
    broken,
    close_out,
    contribute,
    moment,
    open_books,
    open_staff,
    withdraw,
)
from anju.accounts.types import LineKind
from anju.database.sql import row, rows
from anju.kernel.month import Month, interest_year
from anju.ledger.posting_rules import PostingRule
from anju.policy.formulas.interest import RateSegment

EXAMPLES = json.loads((Path(policy.__file__).parent / "tests" / "examples.json").read_text(encoding="utf-8"))
CASES = [case for case in EXAMPLES["cases"] if case["area"] == "interest"]
ONE_DAY = timedelta(days=1)


def fen(yuan: str) -> int:
    return int(Decimal(yuan) * 100)


def in_our_years(text: str) -> date:
    """The day, or the same day of a later year that is a leap year when it was one: the books begin in July 2022."""
    day = date.fromisoformat(text)
    return day if day.year > 2022 else day.replace(year=day.year + 8)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_worked_examples_are_earned_by_postings(db: None, case: dict) -> None:
    given, expected = case["input"], case["expected"]
    end = in_our_years(given["to_exclusive"])
    account_id = _posted(given)
    before = queries.overview(account_id).balance_fen
    assert queries.accrued_interest(account_id, end).fen == fen(expected["interest"])
    if (end.month, end.day) == (7, 1):
        assert actions.settle_interest(CENTRE, end.year - 1, at=moment(end)).interest_fen == fen(expected["interest"])
        assert queries.overview(account_id).balance_fen == before + fen(expected["interest"])
    else:
        close_out(account_id, on=end)
        paid = queries.close_out(account_id)
        assert paid is not None and (paid.principal_fen, paid.interest_fen) == (before, fen(expected["interest"]))
        assert queries.overview(account_id).balance_fen == 0
    receipt = queries.trial_receipt(account_id, interest_year(end - ONE_DAY))
    assert receipt.interest_fen == fen(expected["interest"])
    assert receipt.product == fen(expected.get("product_sum", str(receipt.product / Decimal(100))))
    if "closing_after_interest" in expected:
        assert before + fen(expected["interest"]) == fen(expected["closing_after_interest"])
    assert broken() == {}


def _posted(given: dict) -> int:
    """The example's account with its opening balance and movements as postings."""
    start = in_our_years(given["from"])
    segments = given.get("segments") or [{"from": given["from"], "annual_rate": given["annual_rate"]}]
    rates = [RateSegment(in_our_years(one["from"]), Decimal(one["annual_rate"])) for one in segments]
    open_books(start, rates=book_with_rates(rates, given.get("rate_change", "SEGMENT")))
    account_id = open_staff(1, on=start)[0]
    moves = [{"date": given["from"], "amount": given["opening_balance"]}, *given["movements"]]
    for n, movement in enumerate(moves):
        day, amount = in_our_years(movement["date"]), fen(movement["amount"])
        if amount > 0:
            contribute([(account_id, amount, 0)], on=day, key=f"c{n}")
        elif amount < 0:
            withdraw(account_id, -amount, on=day, source_id=n)
    return account_id


FIRST = date(2023, 7, 1)  # the first of two interest years; the first has a 29 February
LAST = date(2025, 7, 1)


@dataclass
class Model:
    """An account and its interest by plain addition: what lies there each day, by the day from which it counts."""

    basis_points: dict[date, int]
    by_segment: bool
    opened_on: date = FIRST
    opening: int = 0
    moves: list[tuple[date, int]] = field(default_factory=list)
    credited: list[int] = field(default_factory=list)

    @property
    def balance(self) -> int:
        return self.opening + sum(amount for _, amount in self.moves)

    def rate(self, day: date) -> int:
        return self.basis_points[max(one for one in self.basis_points if one <= day)]

    def earned(self, end: date) -> int:
        """A day earns by what lies there that day; money that came late earns from the day it counts from."""
        earned, last = 0, self.rate(end - ONE_DAY)
        day = min([self.opened_on, *(on for on, _ in self.moves)])
        while day < end:
            lying = sum(amount for on, amount in self.moves if on <= day)
            lying += self.opening if day >= self.opened_on else 0
            earned += lying * (self.rate(day) if self.by_segment else last)
            day += ONE_DAY
        exact = Fraction(earned, 10_000 * 360)
        rounded = floor(abs(exact) + Fraction(1, 2)) * (1 if exact >= 0 else -1)
        return max(rounded, -self.balance)

    def close_year(self, end: date) -> None:
        """What was earned is credited and begins the next year."""
        rounded = self.earned(end)
        self.credited.append(rounded)
        self.opening, self.moves, self.opened_on = self.balance + rounded, [], end


EVENTS = st.lists(
    st.tuples(
        st.integers(0, (LAST - FIRST).days - 1) | st.sampled_from([0, 242, 243, 244, 365, 366]),  # 28 February and on
        st.sampled_from(["pay in", "pay in", "pay in late", "draw", "take back"]),
        st.integers(1, 10**9),
        st.integers(0, 500),
    ),
    min_size=1,
    max_size=14,
)
TURNS = st.dictionaries(st.integers(1, (LAST - FIRST).days - 1), st.integers(0, 400), max_size=4)


@pytest.mark.django_db
@drawn(events=EVENTS, turns=TURNS, by_segment=st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_posted_interest_equals_the_sum_of_every_day(
    events: list[tuple[int, str, int, int]], turns: dict[int, int], by_segment: bool
) -> None:
    rates = {date(2016, 2, 21): 150} | {FIRST + timedelta(days=n): bp for n, bp in sorted(turns.items())}
    segments = [RateSegment(day, Decimal(bp) / 10_000) for day, bp in sorted(rates.items())]
    mode = "SEGMENT" if by_segment else "RATE_ON_SETTLEMENT_DAY"
    with transaction.atomic():
        open_books(FIRST, rates=book_with_rates(segments, mode))
        account_id = open_staff(1, on=FIRST)[0]
        model = Model(rates, by_segment)
        live(account_id, model, sorted(events))
        actions.settle_interest(CENTRE, LAST.year - 2, at=moment(date(LAST.year - 1, 7, 1)))
        run = actions.trial_interest(CENTRE, LAST.year - 1, at=moment(LAST))
        receipts = [queries.trial_receipt(account_id, year) for year in (FIRST.year, FIRST.year + 1)]
        assert actions.settle_interest(CENTRE, LAST.year - 1, at=moment(LAST)).interest_fen == run.interest_fen
        assert queries.trial_differences(CENTRE, run.run_id) == ()
        again = actions.settle_interest(CENTRE, LAST.year - 1, at=moment(LAST))
        assert (again.accounts, again.vouchers) == (0, 0)
        model.close_year(LAST)
        posted = {year: 0 for year in (FIRST.year, FIRST.year + 1)} | {
            line["period"] // 100: line["credit_fen"] - line["debit_fen"]
            for line in rows("SELECT * FROM member_line WHERE kind = %s", [int(LineKind.INTEREST)])
        }
        assert list(posted.values()) == model.credited
        assert [one.interest_fen for one in receipts] == model.credited
        assert [queries.trial_receipt(account_id, one.interest_year) for one in receipts] == receipts
        assert queries.overview(account_id).balance_fen == model.balance
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert broken() == {}
        transaction.set_rollback(True)


def live(account_id: int, model: Model, events: list[tuple[int, str, int, int]], *, until: date = LAST) -> None:
    """Post events to an account and to its model, up to a day."""
    midsummer = date(LAST.year - 1, 7, 1)
    standing: list[tuple[int, date, int]] = []
    for n, (offset, what, amount, back) in enumerate(events):
        day = FIRST + timedelta(days=offset)
        if day > until:
            break
        if day >= midsummer > model.opened_on:
            model.close_year(midsummer)
        if what.startswith("pay in"):
            value_on = max(day - timedelta(days=back), FIRST) if what == "pay in late" else day
            contribute([(account_id, amount, 0)], on=day, value_on=value_on, key=f"c{n}", month=Month.of(day))
            model.moves.append((value_on, amount))
            found = row("SELECT max(seq) AS seq FROM member_line WHERE account_id = %s", [account_id])
            assert found is not None
            standing.append((found["seq"], value_on, amount))
        elif what == "draw" and model.balance > 0:
            drawn = min(amount, model.balance)
            value_on = max(day - timedelta(days=back % 3), FIRST)
            withdraw(account_id, drawn, on=day, value_on=value_on, source_id=n + 1)
            model.moves.append((value_on, -drawn))
        elif what == "take back" and standing and standing[back % len(standing)][2] <= model.balance:
            seq, value_on, taken = standing.pop(back % len(standing))
            actions.reverse_line(
                account_id, seq, key=f"r{n}", rule=PostingRule.MEMBERS_TO_SUSPENSE, maker=11, checker=12,
                reason="错缴", at=moment(day), unit_id=7,
            )  # fmt: skip
            model.moves.append((value_on, -taken))
    if model.opened_on < midsummer <= until:
        model.close_year(midsummer)


def test_the_29th_of_february_is_a_day_like_others(db: None) -> None:
    open_books(FIRST)
    first, second = open_staff(2, on=FIRST)
    contribute([(first, 36_000_000, 0), (second, 36_000_000, 0)], on=FIRST)
    withdraw(first, 36_000_000, on=date(2024, 2, 29), source_id=1)
    withdraw(second, 36_000_000, on=date(2024, 3, 1), source_id=2)
    actions.settle_interest(CENTRE, 2023, at=moment(date(2024, 7, 1)))
    a_day = 36_000_000 * 150 // 3_600_000
    assert [queries.overview(one).interest_fen for one in (first, second)] == [243 * a_day, 244 * a_day]
    assert broken() == {}
