"""Statements of the books against an independent sum in plain Python, over random vouchers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from anju.kernel.month import Month
from anju.ledger import actions, financial_statements
from anju.ledger.chart import Section, chart
from anju.ledger.levels import account_money
from anju.ledger.posting_rules import AMOUNT, PostingRule, compose
from anju.ledger.tests.test_posting import AT, CENTRE, settle_constraints
from anju.ledger.types import GlLine, VoucherDraft, VoucherKind

FIRST, LAST = date(2025, 11, 1), date(2026, 12, 31)
days = st.dates(FIRST, LAST)


@st.composite
def entries(draw: st.DrawFn) -> tuple[date, tuple[GlLine, ...]]:
    """A business day and the lines of one event."""
    rule = draw(st.sampled_from(PostingRule))
    parts = draw(st.sets(st.sampled_from([move.part for move in rule.moves]), min_size=1))
    return draw(days), compose(rule, {part: draw(st.integers(1, 10**12)) for part in sorted(parts)})


def post(n: int, day: date, lines: tuple[GlLine, ...], kind: VoucherKind = VoucherKind.OTHER) -> None:
    members = [line for line in lines if line.subject == "201"]
    actions.post_voucher(
        VoucherDraft(
            centre_id=CENTRE, idempotency_key=f"v{n}", request_digest=b"", kind=kind, business_date=day,
            maker_person_id=None, checker_person_id=None, lines=lines, member_count=len(members),
            member_debit_fen=sum(line.debit_fen for line in members),
            member_credit_fen=sum(line.credit_fen for line in members),
        ),
        at=AT,
    )  # fmt: skip


def summed(vouchers: list[tuple[date, tuple[GlLine, ...]]], of: str, from_date: date, to_date: date) -> int:
    """Debit less credit of a subject and its details, added up line by line."""
    total = 0
    for day, lines in vouchers:
        if from_date <= day <= to_date:
            for line in lines:
                if line.subject == of or line.subject.startswith(of + "-"):
                    total += line.debit_fen - line.credit_fen
    return total


class StatementsOfRandomBooks(TestCase):
    @given(vouchers=st.lists(entries(), max_size=12), a=days, b=days)
    @settings(max_examples=60, deadline=None)
    def test_statements_balance_and_say_what_the_lines_say(
        self, vouchers: list[tuple[date, tuple[GlLine, ...]]], a: date, b: date
    ) -> None:
        start, end = min(a, b), max(a, b)
        actions.open_days(CENTRE, FIRST, FIRST)
        for n, (day, lines) in enumerate(vouchers):
            post(n, day, lines)
        settle_constraints()

        trial = financial_statements.trial_balance(CENTRE, from_date=start, to_date=end)
        assert trial.balances
        assert trial.debit_fen == sum(line.debit_fen for d, ls in vouchers if start <= d <= end for line in ls)
        for line in trial.lines:
            assert line.opening_fen == summed(vouchers, line.subject, FIRST, start - timedelta(1)), line
            assert line.closing_fen == summed(vouchers, line.subject, FIRST, end), line
            assert line.debit_fen - line.credit_fen == summed(vouchers, line.subject, start, end), line
        moved = {line.subject for d, ls in vouchers if d <= end for line in ls}
        assert moved <= {line.subject for line in trial.lines}

        sheet = financial_statements.balance_sheet(CENTRE, on=end)
        assert sheet.balances
        assert sheet.assets_fen == sum(
            summed(vouchers, one.code, FIRST, end)
            for one in chart().subjects if one.section is Section.ASSET and one.parent is None
        )  # fmt: skip

        month = Month.of(end)
        income = financial_statements.income_table(CENTRE, month)
        year_start = date(end.year, 1, 1)
        for period, from_date in ((income.period_fen, month.first_day), (income.year_fen, year_start)):
            assert period == -sum(summed(vouchers, top, from_date, month.last_day) for top in ("401", "411"))
        assert financial_statements.income_table(CENTRE, end.year).period_fen == -sum(
            summed(vouchers, top, year_start, date(end.year, 12, 31)) for top in ("401", "411")
        )


@pytest.mark.django_db
def test_details_roll_up_to_their_subject_beside_its_own_lines() -> None:
    actions.open_days(CENTRE, FIRST, FIRST)
    post(1, FIRST, compose(PostingRule.RECEIPT_UNMATCHED, {AMOUNT: 700}))
    post(2, FIRST, compose(PostingRule.TIME_DEPOSIT_MADE, {AMOUNT: 300}))
    post(3, FIRST, compose(PostingRule.OTHER_RECEIVED, {AMOUNT: 50}))
    trial = financial_statements.trial_balance(CENTRE, from_date=FIRST, to_date=FIRST)
    found = {line.subject: line for line in trial.lines}
    assert (found["101"].debit_fen, found["101"].credit_fen, found["101"].closing_fen) == (1050, 300, 750)
    assert (found["101-03"].closing_fen, found["101-03"].parent) == (300, "101")
    assert (found["219"].closing_fen, found["219-05"].closing_fen) == (-750, -50)


@pytest.mark.django_db
def test_a_statement_is_one_query_and_of_one_centre(django_assert_num_queries: Any) -> None:
    actions.open_days(CENTRE, FIRST, FIRST)
    with transaction.atomic():
        post(1, FIRST, compose(PostingRule.DEPOSIT_INTEREST_RECEIVED, {AMOUNT: 700}))
    for ask in (
        lambda centre: financial_statements.trial_balance(centre, from_date=FIRST, to_date=LAST).lines,
        lambda centre: financial_statements.balance_sheet(centre, on=LAST).assets,
        lambda centre: financial_statements.income_table(centre, 2025).income,
    ):
        with django_assert_num_queries(1):
            assert len(ask(CENTRE)) > 0
        assert ask(CENTRE + 1) == ()
    with django_assert_num_queries(1):
        assert financial_statements.distribution_table(CENTRE, 2025).balances


@pytest.mark.django_db
def test_before_a_month_is_closed_its_income_stands_in_the_net_assets() -> None:
    actions.open_days(CENTRE, FIRST, FIRST)
    post(1, FIRST, compose(PostingRule.DEPOSIT_INTEREST_RECEIVED, {AMOUNT: 700}))
    post(2, FIRST, compose(PostingRule.INTEREST_ACCRUED, {AMOUNT: 900}))
    sheet = financial_statements.balance_sheet(CENTRE, on=FIRST)
    assert (sheet.assets_fen, sheet.liabilities_fen, sheet.net_assets_fen, sheet.unclosed_fen) == (700, 900, -200, -200)


@pytest.mark.django_db
def test_what_the_books_say_of_each_bank_account_is_told_over_all_subjects_of_deposits() -> None:
    actions.open_days(CENTRE, FIRST, FIRST)
    post(1, FIRST, compose(PostingRule.RECEIPT_UNMATCHED, {AMOUNT: 700}, unit_id=7, bank_account_id=1))
    post(2, FIRST, compose(PostingRule.TIME_DEPOSIT_MADE, {AMOUNT: 300}, bank_account_id=4, from_bank_account_id=1))
    post(3, FIRST, compose(PostingRule.INCOME_INTEREST_RECEIVED, {AMOUNT: 9}, bank_account_id=2))
    post(4, FIRST, compose(PostingRule.OTHER_RECEIVED, {AMOUNT: 5}))
    post(5, FIRST + timedelta(1), compose(PostingRule.OTHER_RECEIVED, {AMOUNT: 1}, bank_account_id=1))
    told = {one.bank_account_id: one.closing_fen for one in account_money(CENTRE, FIRST, FIRST)}
    assert told == {1: 400, 4: 300, 2: 9}, "a line that names no account is nobody's"
    assert account_money(CENTRE + 1, FIRST, FIRST) == ()
