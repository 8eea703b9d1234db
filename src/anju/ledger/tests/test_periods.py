"""Months and years of the books: closed once, signed by another, reopened before that, never after; distribution."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connections, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from anju.database.sql import execute, row, rows
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.ledger import actions, financial_statements, periods, queries
from anju.ledger.checks import CHECKS
from anju.ledger.period_checks import PERIODS
from anju.ledger.posting_rules import AMOUNT, PostingRule, compose
from anju.ledger.tests.test_posting import CENTRE, broken, settle_constraints
from anju.ledger.types import DistributionPlan, GlLine, PeriodKind, PeriodState, VoucherDraft, VoucherKind

NOVEMBER, DECEMBER = Month(2025, 11), Month(2025, 12)
NEW_YEAR = datetime(2026, 1, 5, 9, 0, tzinfo=ZONE)
ONE = Actor(1, 11, "accountant", None, "会计", CENTRE)
TWO = Actor(2, 12, "accountant", None, "会计主管", CENTRE)
PLAN = DistributionPlan("青公积金委〔2026〕3号", Decimal("0.6"), 3_000, 1_000, 1_000)


def post(rule: PostingRule, fen: int, day: date, **changes: Any) -> int:
    """One event of one sum; the key is the rule and the day."""
    return draft(compose(rule, {AMOUNT: fen}), day, key=changes.pop("key", f"{rule.name}:{day}"), **changes)


def draft(lines: tuple[GlLine, ...], day: date, *, key: str, **changes: Any) -> int:
    made = VoucherDraft(
        centre_id=CENTRE, idempotency_key=key, request_digest=b"", business_date=day, maker_person_id=None,
        checker_person_id=None, lines=lines, **{"kind": VoucherKind.OTHER} | changes,
    )  # fmt: skip
    return actions.post_voucher(made, at=NEW_YEAR).voucher_id


def balance(subject: str) -> int:
    return queries.subject_balance(CENTRE, subject)


@pytest.fixture
def books(db: None) -> Iterator[None]:
    """A fund of two months: 8000 fen of interest received, 3000 fen accrued to members; books must hold at the end."""
    actions.open_days(CENTRE, NOVEMBER.first_day, NOVEMBER.first_day)
    post(PostingRule.DEPOSIT_INTEREST_RECEIVED, 5_000, date(2025, 11, 20))
    post(PostingRule.INTEREST_ACCRUED, 1_000, date(2025, 11, 30))
    post(PostingRule.DEPOSIT_INTEREST_RECEIVED, 3_000, date(2025, 12, 20))
    post(PostingRule.INTEREST_ACCRUED, 2_000, date(2025, 12, 31))
    yield
    settle_constraints()
    assert broken(CHECKS) == []


def close(*months: Month) -> None:
    for month in months:
        periods.close_month(CENTRE, month, actor=ONE, at=NEW_YEAR)


def test_closing_a_month_carries_its_income_and_expense_and_closes_its_days(books: None) -> None:
    closed = periods.close_month(CENTRE, NOVEMBER, actor=ONE, at=NEW_YEAR)
    assert (closed.state, closed.maker_person_id, closed.closings) == (PeriodState.CLOSING, 11, 1)
    vouchers = rows("SELECT idempotency_key, business_date FROM voucher WHERE kind = 9 ORDER BY id")
    assert [one["idempotency_key"] for one in vouchers] == ["close:202511:income", "close:202511:expense"]
    assert {one["business_date"] for one in vouchers} == {date(2025, 11, 30)}
    sheet = financial_statements.balance_sheet(CENTRE, on=NOVEMBER.last_day)
    assert sheet.balances and sheet.unclosed_fen == 0
    assert [(line.subject, line.fen) for line in sheet.net_assets] == [("311", 4_000)]
    table = financial_statements.income_table(CENTRE, NOVEMBER)
    assert (table.period_fen, table.year_fen) == (4_000, 4_000)
    with pytest.raises(Refusal, match="period_closed"):
        post(PostingRule.OTHER_RECEIVED, 1, date(2025, 11, 15))


def test_closing_again_is_refused_and_posts_nothing(books: None) -> None:
    close(NOVEMBER)
    before = row("SELECT count(*) AS n FROM voucher")
    with pytest.raises(Refusal, match="period_closed") as refused:
        close(NOVEMBER)
    assert refused.value.status == 409 and "反结账" in refused.value.text
    assert row("SELECT count(*) AS n FROM voucher") == before


def test_months_are_closed_when_they_are_over_and_one_after_the_other(books: None) -> None:
    with pytest.raises(Refusal, match="earlier_month_open"):
        close(DECEMBER)
    with pytest.raises(Refusal, match="before_the_books"):
        close(NOVEMBER - 1)
    last_evening = datetime(2025, 11, 30, 23, 59, tzinfo=ZONE)
    with pytest.raises(Refusal, match="month_not_over"):
        periods.close_month(CENTRE, NOVEMBER, actor=ONE, at=last_evening)
    periods.close_month(CENTRE, NOVEMBER, actor=ONE, at=datetime(2025, 12, 1, tzinfo=ZONE))


def test_books_that_were_never_opened_have_no_month(db: None) -> None:
    with pytest.raises(Refusal, match="not_open"):
        close(NOVEMBER)


def test_a_month_is_closed_after_its_days_were_closed_one_by_one(books: None) -> None:
    actions.close_days(CENTRE, through=date(2025, 12, 10), actor=ONE, at=NEW_YEAR)
    close(NOVEMBER)
    assert balance("311") == -4_000


def test_a_month_without_income_closes_without_a_voucher(db: None) -> None:
    actions.open_days(CENTRE, NOVEMBER.first_day, NOVEMBER.first_day)
    close(NOVEMBER)
    assert rows("SELECT 1 FROM voucher") == []
    assert queries.period(CENTRE, PeriodKind.MONTH, NOVEMBER.number).state is PeriodState.CLOSING


def test_a_month_is_signed_by_another_person_and_then_stands(books: None) -> None:
    with pytest.raises(Refusal, match="period_open"):
        periods.sign_month(CENTRE, NOVEMBER, actor=TWO, at=NEW_YEAR)
    close(NOVEMBER, DECEMBER)
    with pytest.raises(Refusal, match="four_eyes") as refused:
        periods.sign_month(CENTRE, NOVEMBER, actor=ONE, at=NEW_YEAR)
    assert refused.value.status == 403
    with pytest.raises(Refusal, match="earlier_month_unsigned"):
        periods.sign_month(CENTRE, DECEMBER, actor=TWO, at=NEW_YEAR)
    signed = periods.sign_month(CENTRE, NOVEMBER, actor=TWO, at=NEW_YEAR)
    assert (signed.state, signed.checker_person_id) == (PeriodState.SIGNED, 12)
    for act in (periods.sign_month, periods.reopen_month):
        with pytest.raises(Refusal, match=r"period_signed|later_month_closed"):
            act(CENTRE, NOVEMBER, actor=TWO, at=NEW_YEAR)
    for statement in ("UPDATE period SET state = 1 WHERE state = 3", "DELETE FROM period WHERE state = 3"):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            execute(statement)


def test_a_month_is_reopened_by_counter_entries_and_closed_anew(books: None) -> None:
    close(NOVEMBER)
    reopened = periods.reopen_month(CENTRE, NOVEMBER, actor=TWO, at=NEW_YEAR)
    assert (reopened.state, reopened.maker_person_id, reopened.closings) == (PeriodState.OPEN, None, 1)
    assert (balance("401-01"), balance("411-01"), balance("311")) == (-8_000, 3_000, 0)
    late = {"kind": VoucherKind.ACCRUAL, "key": "fee"}
    post(PostingRule.COLLECTION_FEE_ACCRUED, 600, NOVEMBER.last_day, **late)
    assert financial_statements.income_table(CENTRE, NOVEMBER).period_fen == 3_400
    again = periods.close_month(CENTRE, NOVEMBER, actor=ONE, at=NEW_YEAR)
    assert again.closings == 2
    assert queries.posted(CENTRE, "close:202511:2:income") is not None
    assert financial_statements.balance_sheet(CENTRE, on=NOVEMBER.last_day).unclosed_fen == 0
    assert balance("311") == -3_400
    assert post(PostingRule.COLLECTION_FEE_ACCRUED, 600, NOVEMBER.last_day, **late) > 0, "answered as before"


def test_only_the_last_closed_month_is_reopened_and_none_that_is_open(books: None) -> None:
    with pytest.raises(Refusal, match="period_open"):
        periods.reopen_month(CENTRE, NOVEMBER, actor=ONE, at=NEW_YEAR)
    close(NOVEMBER, DECEMBER)
    with pytest.raises(Refusal, match="later_month_closed"):
        periods.reopen_month(CENTRE, NOVEMBER, actor=ONE, at=NEW_YEAR)


def test_entries_of_a_month_s_end_are_dated_its_last_day_and_wait_for_no_open_day(books: None) -> None:
    actions.close_days(CENTRE, through=NOVEMBER.last_day, actor=ONE, at=NEW_YEAR)
    with pytest.raises(Refusal, match="not_month_end"), transaction.atomic():
        post(PostingRule.LOAN_FEE_ACCRUED, 5, date(2025, 11, 29), kind=VoucherKind.ACCRUAL)
    post(PostingRule.LOAN_FEE_ACCRUED, 5, NOVEMBER.last_day, kind=VoucherKind.ACCRUAL)
    close(NOVEMBER)
    with pytest.raises(Refusal, match="period_closed"), transaction.atomic():
        post(PostingRule.LOAN_FEE_ACCRUED, 5, NOVEMBER.last_day, kind=VoucherKind.ACCRUAL, key="late")


def test_a_closing_entry_is_not_reversed_by_itself(books: None) -> None:
    close(NOVEMBER)
    made = queries.posted(CENTRE, "close:202511:income")
    assert made is not None
    closing = queries.voucher(made[0].voucher_id, centre_id=CENTRE)
    with pytest.raises(Refusal, match="period_entry"):
        actions.reverse_voucher(closing, key="r", maker=11, checker=12, at=NEW_YEAR)


def test_income_that_turned_round_is_closed_on_the_other_side(books: None) -> None:
    close(NOVEMBER)
    draft(tuple(line.reversed for line in compose(PostingRule.INCOME_INTEREST_RECEIVED, {AMOUNT: 700})),
          date(2025, 12, 3), key="taken back")  # fmt: skip
    close(DECEMBER)
    assert (balance("401-01"), balance("401-02"), balance("311")) == (0, 0, -4_300)


def test_a_year_is_closed_distributed_and_signed(books: None) -> None:
    close(NOVEMBER)
    with pytest.raises(Refusal, match="december_open"):
        periods.close_year(CENTRE, 2025, actor=ONE, at=NEW_YEAR)
    close(DECEMBER)
    periods.close_year(CENTRE, 2025, actor=ONE, at=NEW_YEAR)
    assert (balance("311"), balance("321-04")) == (0, -5_000)
    with pytest.raises(Refusal, match="year_closed"):
        periods.reopen_month(CENTRE, DECEMBER, actor=ONE, at=NEW_YEAR)
    with pytest.raises(Refusal, match="no_distribution"):
        periods.sign_distribution(CENTRE, 2025, actor=TWO, at=NEW_YEAR)
    periods.propose_distribution(CENTRE, 2025, replace(PLAN, document="旧稿"), actor=ONE, at=NEW_YEAR)
    periods.propose_distribution(CENTRE, 2025, PLAN, actor=ONE, at=NEW_YEAR)
    assert (balance("301"), balance("321-04")) == (0, -5_000), "a proposal moves nothing"
    with pytest.raises(Refusal, match="four_eyes"):
        periods.sign_distribution(CENTRE, 2025, actor=ONE, at=NEW_YEAR)
    signed = periods.sign_distribution(CENTRE, 2025, actor=TWO, at=NEW_YEAR)
    assert (signed.checker_person_id, signed.plan) == (12, PLAN)
    assert {code: -balance(code) for code in ("301", "214-01", "214-02", "321-01", "321-04")} == {
        "301": 3_000, "214-01": 1_000, "214-02": 1_000, "321-01": 0, "321-04": 0
    }  # fmt: skip
    table = financial_statements.distribution_table(CENTRE, 2025)
    assert (table.income_fen, table.distributable_fen, table.closing_fen) == (5_000, 5_000, 0)
    assert (table.reserve_fen, table.management_fee_fen, table.supplement_fen) == (3_000, 1_000, 1_000)
    assert table.balances
    for again in (
        lambda: periods.sign_distribution(CENTRE, 2025, actor=TWO, at=NEW_YEAR),
        lambda: periods.propose_distribution(CENTRE, 2025, PLAN, actor=TWO, at=NEW_YEAR),
        lambda: periods.reopen_year(CENTRE, 2025, actor=TWO, at=NEW_YEAR),
    ):
        with pytest.raises(Refusal, match="distribution_signed"):
            again()
    with pytest.raises(Refusal, match="december_unsigned"):
        periods.sign_year(CENTRE, 2025, actor=TWO, at=NEW_YEAR)
    for month in (NOVEMBER, DECEMBER):
        periods.sign_month(CENTRE, month, actor=TWO, at=NEW_YEAR)
    assert periods.sign_year(CENTRE, 2025, actor=TWO, at=NEW_YEAR).state is PeriodState.SIGNED
    with pytest.raises(Refusal, match="period_closed"), transaction.atomic():
        post(PostingRule.SUPPLEMENT_PAID, 1, date(2025, 12, 31), kind=VoucherKind.YEAR_END)
    acts = [one["act"] for one in rows("SELECT act FROM audit_record WHERE act LIKE 'ledger.%%' ORDER BY id")]
    assert acts.count("ledger.sign_period") == 3 and acts.count("ledger.close_period") == 3


def test_a_year_is_not_signed_before_its_income_is_distributed(books: None) -> None:
    close(NOVEMBER, DECEMBER)
    periods.close_year(CENTRE, 2025, actor=ONE, at=NEW_YEAR)
    for month in (NOVEMBER, DECEMBER):
        periods.sign_month(CENTRE, month, actor=TWO, at=NEW_YEAR)
    with pytest.raises(Refusal, match="undistributed"):
        periods.sign_year(CENTRE, 2025, actor=TWO, at=NEW_YEAR)


def test_a_closed_year_is_reopened_with_its_december(books: None) -> None:
    close(NOVEMBER, DECEMBER)
    periods.close_year(CENTRE, 2025, actor=ONE, at=NEW_YEAR)
    periods.propose_distribution(CENTRE, 2025, PLAN, actor=ONE, at=NEW_YEAR)
    periods.reopen_year(CENTRE, 2025, actor=ONE, at=NEW_YEAR)
    periods.reopen_month(CENTRE, DECEMBER, actor=ONE, at=NEW_YEAR)
    post(PostingRule.LOAN_FEE_ACCRUED, 100, DECEMBER.last_day, kind=VoucherKind.ACCRUAL)
    close(DECEMBER)
    periods.close_year(CENTRE, 2025, actor=ONE, at=NEW_YEAR)
    assert balance("321-04") == -4_900
    with pytest.raises(Refusal, match="income_changed"):
        periods.sign_distribution(CENTRE, 2025, actor=TWO, at=NEW_YEAR)


def test_a_loss_is_carried_and_nothing_is_distributed(db: None) -> None:
    actions.open_days(CENTRE, DECEMBER.first_day, DECEMBER.first_day)
    post(PostingRule.INTEREST_ACCRUED, 900, DECEMBER.last_day)
    close(DECEMBER)
    periods.close_year(CENTRE, 2025, actor=ONE, at=NEW_YEAR)
    assert (balance("311"), balance("321-04")) == (0, 900)
    with pytest.raises(Refusal, match="nothing_to_distribute"):
        periods.propose_distribution(CENTRE, 2025, PLAN, actor=ONE, at=NEW_YEAR)
    table = financial_statements.distribution_table(CENTRE, 2025)
    assert table.balances and (table.income_fen, table.closing_fen) == (-900, -900)
    periods.sign_month(CENTRE, DECEMBER, actor=TWO, at=NEW_YEAR)
    periods.sign_year(CENTRE, 2025, actor=TWO, at=NEW_YEAR)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"document": " "}, "document", "document"),
        ({"reserve_rate": Decimal("1.1")}, "reserve_rate", "reserve_rate"),
        ({"supplement_fen": -1}, "negative_part", "supplement_fen"),
        ({"reserve_fen": 2_999, "supplement_fen": 1_001}, "reserve_differs", "reserve_fen"),
        ({"supplement_fen": 999}, "parts_differ", "supplement_fen"),
        ({"supplement_fen": 1_001}, "parts_differ", "supplement_fen"),
    ],
)
def test_a_plan_that_does_not_add_up_is_refused_beside_its_field(
    changes: dict[str, Any], code: str, field: str
) -> None:
    periods.refuse_plan(PLAN, income_fen=5_000)
    with pytest.raises(Refusal, match=rf"ledger\.{code}") as refused:
        periods.refuse_plan(replace(PLAN, **changes), income_fen=5_000)
    assert refused.value.field == field


def test_a_plan_waits_for_the_closed_year(books: None) -> None:
    with pytest.raises(Refusal, match="period_open"):
        periods.propose_distribution(CENTRE, 2025, PLAN, actor=ONE, at=NEW_YEAR)


class RandomMonths(TestCase):
    RULES = (
        PostingRule.DEPOSIT_INTEREST_RECEIVED, PostingRule.INCOME_INTEREST_ACCRUED, PostingRule.INTEREST_ACCRUED,
        PostingRule.COLLECTION_FEE_ACCRUED, PostingRule.SUBSIDY_PAID, PostingRule.RECEIPT_UNMATCHED,
    )  # fmt: skip

    @given(st.lists(st.tuples(st.sampled_from(RULES), st.booleans(), st.integers(1, 10**12), st.integers(1, 61)),
                    max_size=10))  # fmt: skip
    @settings(max_examples=40, deadline=None)
    def test_closing_leaves_nothing_open_and_loses_nothing(
        self, events: list[tuple[PostingRule, bool, int, int]]
    ) -> None:
        actions.open_days(CENTRE, NOVEMBER.first_day, NOVEMBER.first_day)
        earned = {NOVEMBER: 0, DECEMBER: 0}
        for n, (rule, turned, fen, day) in enumerate(events):
            on = date.fromordinal(NOVEMBER.first_day.toordinal() + day - 1)
            lines = compose(rule, {AMOUNT: fen})
            lines = tuple(line.reversed for line in lines) if turned else lines
            draft(lines, on, key=f"e{n}")
            earned[Month.of(on)] += sum(
                line.credit_fen - line.debit_fen for line in lines if line.subject[:3] in ("401", "411")
            )
        close(NOVEMBER, DECEMBER)
        periods.close_year(CENTRE, 2025, actor=ONE, at=NEW_YEAR)
        settle_constraints()
        for month, fen in earned.items():
            assert financial_statements.income_table(CENTRE, month).period_fen == fen
            assert financial_statements.balance_sheet(CENTRE, on=month.last_day).unclosed_fen == 0
        table = financial_statements.distribution_table(CENTRE, 2025)
        assert table.balances and table.income_fen == table.closing_fen == sum(earned.values())
        assert financial_statements.trial_balance(
            CENTRE, from_date=NOVEMBER.first_day, to_date=DECEMBER.last_day
        ).balances
        assert broken(CHECKS) == []


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_who_close_at_once_one_wins_and_the_other_reads_why_not() -> None:
    actions.open_days(CENTRE, NOVEMBER.first_day, NOVEMBER.first_day)
    post(PostingRule.DEPOSIT_INTEREST_RECEIVED, 5_000, date(2025, 11, 20))
    ready = threading.Barrier(2)
    answers: list[str] = []

    def work(actor: Actor) -> None:
        try:
            ready.wait(10)
            answers.append(periods.close_month(CENTRE, NOVEMBER, actor=actor, at=NEW_YEAR).state.name)
        except Refusal as refused:
            answers.append(refused.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(actor,)) for actor in (ONE, TWO)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answers) == ["CLOSING", "ledger.period_closed"]
    assert row("SELECT count(*) AS n FROM voucher WHERE kind = 9") == {"n": 1}
    assert balance("311") == -5_000 and broken(CHECKS) == []


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_posting_in_flight_is_closed_with_its_month() -> None:
    actions.open_days(CENTRE, NOVEMBER.first_day, NOVEMBER.first_day)
    inside, go = threading.Event(), threading.Event()

    def work() -> None:
        try:
            with transaction.atomic():
                post(PostingRule.DEPOSIT_INTEREST_RECEIVED, 700, NOVEMBER.last_day)
                inside.set()
                assert go.wait(10)
        finally:
            connections.close_all()

    def let_go() -> None:
        go.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert inside.wait(10)
    threading.Timer(0.3, let_go).start()
    close(NOVEMBER)
    thread.join(10)
    assert (balance("401-01"), balance("311")) == (0, -700)


# One fen, one day, one name: what an owner with the triggers off could change, and the invariant that names it.
TAMPERINGS = [
    ("UPDATE gl_line SET debit_fen = debit_fen + 1 WHERE subject = '401-01' AND debit_fen > 0", "已全部结转"),
    ("UPDATE centre_day SET state = 1", "会计日都已关"),
    ("UPDATE gl_line SET debit_fen = debit_fen + 1 WHERE subject = '321-01' AND debit_fen > 0", "分配方案与凭证一致"),
    ("UPDATE income_distribution SET signed_at = NULL, checker_person_id = NULL", "分配方案与凭证一致"),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("statement", "named"), TAMPERINGS)
def test_what_is_changed_by_hand_in_closed_books_is_named(statement: str, named: str) -> None:
    actions.open_days(CENTRE, DECEMBER.first_day, DECEMBER.first_day)
    post(PostingRule.DEPOSIT_INTEREST_RECEIVED, 5_000, DECEMBER.first_day)
    close(DECEMBER)
    periods.close_year(CENTRE, 2025, actor=ONE, at=NEW_YEAR)
    periods.propose_distribution(CENTRE, 2025, PLAN, actor=ONE, at=NEW_YEAR)
    periods.sign_distribution(CENTRE, 2025, actor=TWO, at=NEW_YEAR)
    assert broken(PERIODS) == []
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"]) as owner:
        tables = ("voucher", "gl_line", "income_distribution", "centre_day")
        for table in tables:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner.execute(statement)
        for table in tables:
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    assert [name for name in broken(PERIODS) if named in name]
