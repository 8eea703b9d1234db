"""Closing months and the year: days first, the accrual, income and expense, a second person; June after interest."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from anju.accounts import actions as accounts
from anju.accounts import queries as account_queries
from anju.closing import actions, queries
from anju.closing.tests.world import (
    ACCOUNTANT,
    CENTRE,
    MACHINE,
    OTHER_ACCOUNTANT,
    TREASURER,
    close,
    finish,
    texts,
    town,
)
from anju.closing.types import Run, RunKind, RunState
from anju.database.checks import violations
from anju.database.sql import rows
from anju.kernel.clock import ZONE
from anju.kernel.month import Month, months_between
from anju.kernel.refusal import Refusal
from anju.ledger import actions as books
from anju.ledger import queries as book_queries
from anju.ledger.posting_rules import PostingRule, pair
from anju.ledger.types import DistributionPlan, PeriodKind, PeriodState, VoucherDraft, VoucherKind

pytestmark = pytest.mark.django_db
FIRST, NOVEMBER, DECEMBER = Month(2025, 7), Month(2026, 11), Month(2026, 12)


def first_of(month: Month) -> datetime:
    """The morning on which a month can be closed."""
    return datetime.combine((month + 1).first_day, datetime.min.time(), ZONE).replace(hour=9)


def close_days(month: Month) -> None:
    close(month.last_day, at=first_of(month))


def close_month(month: Month, *, at: datetime | None = None) -> Run:
    moment = at or first_of(month)
    return finish(actions.start_month(CENTRE, month, actor=ACCOUNTANT, at=moment), at=moment)


def close_through(last: Month) -> None:
    """Every month since the books were opened."""
    close_days(last)
    for month in months_between(FIRST, last):
        close_month(month, at=first_of(last))


def receive_interest(fen: int, at: datetime) -> None:
    """The bank's interest on the fund's deposit, as income."""
    books.post_voucher(
        VoucherDraft(
            centre_id=CENTRE, idempotency_key=f"income:{at:%Y%m%d}", request_digest=b"", kind=VoucherKind.OTHER,
            business_date=at.date(), maker_person_id=None, checker_person_id=None,
            lines=pair(PostingRule.DEPOSIT_INTEREST_RECEIVED, amount_fen=fen),
        ),
        at=at,
    )  # fmt: skip


def test_a_month_is_closed_when_its_days_are_and_says_what_it_waits_for() -> None:
    town()
    at = first_of(NOVEMBER)
    with pytest.raises(Refusal, match="earlier_month_open"):
        actions.start_month(CENTRE, NOVEMBER, actor=ACCOUNTANT, at=at)
    run = actions.start_month(CENTRE, FIRST, actor=ACCOUNTANT, at=at)
    run = actions.advance(CENTRE, run.run_id, actor=ACCOUNTANT, at=at)
    assert texts(run)[0] == ("DAYS", "BLOCKED") and "还没有开始" in run.steps[0].text
    close(NOVEMBER.last_day, at=at)
    assert finish(run, at=at).state is RunState.SIGNED
    assert queries.first_open_month(CENTRE) == Month(2025, 8)


def test_the_machine_leaves_income_and_expense_to_a_person() -> None:
    town()
    close_days(NOVEMBER)
    run = actions.start_month(CENTRE, FIRST, actor=MACHINE, at=first_of(NOVEMBER))
    run = actions.advance(CENTRE, run.run_id, actor=MACHINE, at=first_of(NOVEMBER))
    assert texts(run)[:3] == [("DAYS", "DONE"), ("ACCRUE", "DONE"), ("CLOSE", "BLOCKED")]


def test_a_month_accrues_interest_closes_income_and_expense_and_is_signed_in_the_books() -> None:
    town()
    receive_interest(90_000, datetime(2026, 11, 28, 10, tzinfo=ZONE))
    close_through(NOVEMBER)
    run = queries.runs(CENTRE, RunKind.MONTH, limit=1)[0]
    assert book_queries.period(CENTRE, PeriodKind.MONTH, 202611).state is PeriodState.SIGNED
    accrued = account_queries.accruals(CENTRE, 2026)[-1].amount_fen
    assert accrued > 0 and run.report["result_fen"] == 90_000 - accrued and run.report["balances"]
    assert book_queries.subject_balance(CENTRE, "411-01") == book_queries.subject_balance(CENTRE, "401-01") == 0
    assert violations() == []


def test_a_closed_month_is_taken_back_and_closed_again_before_it_is_signed() -> None:
    town()
    at = first_of(NOVEMBER)
    close_days(NOVEMBER)
    for month in months_between(FIRST, NOVEMBER - 1):
        close_month(month, at=at)
    run = actions.start_month(CENTRE, NOVEMBER, actor=ACCOUNTANT, at=at)
    run = actions.advance(CENTRE, run.run_id, actor=ACCOUNTANT, at=at)
    actions.reopen(CENTRE, run.run_id, "还有一笔收入", actor=ACCOUNTANT, at=at)
    assert book_queries.period(CENTRE, PeriodKind.MONTH, 202611).state is PeriodState.OPEN
    assert close_month(NOVEMBER).state is RunState.SIGNED and violations() == []


def test_june_waits_for_its_interest_year_which_two_people_post() -> None:
    town()
    may, june = Month(2027, 5), Month(2027, 6)
    close_through(may)
    close_days(june)
    at = first_of(june)
    run = actions.start_month(CENTRE, june, actor=ACCOUNTANT, at=at)
    run = actions.advance(CENTRE, run.run_id, actor=ACCOUNTANT, at=at)
    assert texts(run)[1] == ("INTEREST_YEAR", "BLOCKED")
    for early in (first_of(may), at):
        with pytest.raises(Refusal):
            actions.order_interest(CENTRE, 2026, 1, actor=ACCOUNTANT, at=early)
    trial = actions.try_interest(CENTRE, 2026, actor=ACCOUNTANT, at=at)
    with pytest.raises(Refusal, match="no_order"):
        actions.sign_interest(CENTRE, 2026, trial.run_id, actor=TREASURER, at=at)
    order = actions.order_interest(CENTRE, 2026, trial.run_id, actor=ACCOUNTANT, at=at)
    assert order.interest_fen == trial.interest_fen > 0 and order.signed_at is None
    with pytest.raises(Refusal, match="four_eyes"):
        actions.sign_interest(CENTRE, 2026, trial.run_id, actor=ACCOUNTANT, at=at)
    with pytest.raises(Refusal, match="old_trial"):
        actions.sign_interest(CENTRE, 2026, trial.run_id + 1, actor=TREASURER, at=at)
    newer = actions.try_interest(CENTRE, 2026, actor=OTHER_ACCOUNTANT, at=at)
    with pytest.raises(Refusal, match="newer_trial"):
        actions.sign_interest(CENTRE, 2026, trial.run_id, actor=TREASURER, at=at)
    actions.order_interest(CENTRE, 2026, newer.run_id, actor=ACCOUNTANT, at=at)
    actions.sign_interest(CENTRE, 2026, newer.run_id, actor=TREASURER, at=at)
    planned = rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'accounts.settle_interest'")
    assert len(planned) == 1
    with pytest.raises(Refusal, match="interest_signed"):
        actions.sign_interest(CENTRE, 2026, trial.run_id, actor=OTHER_ACCOUNTANT, at=at)
    accounts.settle_interest(CENTRE, 2026, at=at)
    with pytest.raises(Refusal, match="settled"):
        actions.order_interest(CENTRE, 2026, trial.run_id, actor=ACCOUNTANT, at=at)
    assert finish(run, at=at).state is RunState.SIGNED and violations() == []


def test_a_year_is_closed_distributed_and_signed_by_two_people() -> None:
    town()
    receive_interest(90_000, datetime(2026, 12, 20, 10, tzinfo=ZONE))
    close_through(DECEMBER)
    at = first_of(DECEMBER) + timedelta(days=1)
    for year in (2025, 2026):
        actions.close_year(CENTRE, year, actor=ACCOUNTANT, at=at)
    with pytest.raises(Refusal, match="not_accountant"):
        actions.reopen_year(CENTRE, 2026, actor=TREASURER, at=at)
    income = -book_queries.subject_balance(CENTRE, "321-04")
    reserve = (income * 6 + 5) // 10
    plan = DistributionPlan("安公积金委〔2027〕1号", Decimal("0.6"), reserve, 0, income - reserve)
    actions.propose_distribution(CENTRE, 2026, plan, actor=ACCOUNTANT, at=at)
    with pytest.raises(Refusal, match="four_eyes"):
        actions.sign_distribution(CENTRE, 2026, actor=ACCOUNTANT, at=at)
    actions.sign_distribution(CENTRE, 2026, actor=TREASURER, at=at)
    signed = actions.sign_year(CENTRE, 2026, actor=TREASURER, at=at)
    assert signed.state is PeriodState.SIGNED and violations() == []


def test_nothing_else_in_the_house_closes_a_period() -> None:
    """The books' own acts are called from this room alone, but for the settlement, whose days must be closed."""
    import re
    from pathlib import Path

    import anju

    source = Path(anju.__file__).parent
    wanted = re.compile(r"ledger import (?:\w+, )*periods|ledger\.periods import|\bclose_days\b|\bcut_days\b")
    free = ("closing", "ledger", "command")
    found = {
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        if "tests" not in path.parts and path.relative_to(source).parts[0] not in free
        and wanted.search(path.read_text())
    }  # fmt: skip
    assert found == {"accounts/actions/settlement.py"}
