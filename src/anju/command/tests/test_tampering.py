"""Every money column of every ledger table, changed by one fen by a superuser: check and verify-books both say so."""

# ruff: noqa: S608  names of tables and columns are this file's constants
from __future__ import annotations

from datetime import date
from pathlib import Path

import psycopg
import pytest

from anju.accounts import actions
from anju.accounts.tests.world import CENTRE, CLERK, close_out, contribute, moment, open_books, open_staff, withdraw
from anju.command import export_books, verify_books
from anju.command.tests.superuser import as_superuser
from anju.database.checks import violations
from anju.kernel.actor import Actor
from anju.kernel.month import Month
from anju.ledger import periods
from anju.ledger.actions import post_voucher, request_digest
from anju.ledger.heads import make_heads
from anju.ledger.jobs import number
from anju.ledger.posting_rules import PostingRule, pair
from anju.ledger.types import DistributionPlan, VoucherDraft, VoucherKind

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = Actor(2, 12, "accountant", None, "复核", CENTRE)


@pytest.fixture
def centre() -> list[int]:
    """Half a year closed, signed and distributed, a settled interest year, an open hold, and an account paid out."""
    open_books()
    staff = open_staff(3, on=date(2024, 7, 1))
    for month in (Month(2024, 7) + n for n in range(6)):
        day = date(month.year, month.month, 10)
        contribute([(one, 40_000, 60_000) for one in staff], on=day)
        _bank_interest(day, 500_000)
        after = moment((month + 1).first_day)
        actions.accrue_interest(CENTRE, month, at=after)
        periods.close_month(CENTRE, month, actor=CLERK, at=after)
    _distribute(moment(date(2025, 1, 3)))
    withdraw(staff[0], 123_456, on=date(2025, 2, 3))
    actions.settle_interest(CENTRE, 2024, at=moment(date(2025, 7, 1)))
    wrong = contribute([(one, 100, 50) for one in staff[:2]], on=date(2025, 7, 8), key="wrong")
    actions.reverse_contributions(
        wrong.voucher_id, centre_id=CENTRE, key="back", maker=11, checker=12, reason="错汇", at=moment(date(2025, 7, 9))
    )
    actions.hold(staff[1], 77, purpose="withdrawal", source_id=5, at=moment(date(2025, 6, 30)))
    close_out(staff[2], on=date(2025, 9, 25))
    number(CENTRE)
    make_heads(CENTRE, day=date(2025, 9, 25), at=moment(date(2025, 9, 26)))
    return staff


def _bank_interest(day: date, fen: int) -> None:
    post_voucher(
        VoucherDraft(
            centre_id=CENTRE, idempotency_key=f"bank:{day}", request_digest=request_digest(day=str(day)),
            kind=VoucherKind.OTHER, business_date=day, maker_person_id=11, checker_person_id=12,
            lines=pair(PostingRule.DEPOSIT_INTEREST_RECEIVED, amount_fen=fen, bank_account_id=1),
        ),
        at=moment(day),
    )  # fmt: skip


def _distribute(at: object) -> None:
    from decimal import Decimal

    periods.close_year(CENTRE, 2024, actor=CLERK, at=at)
    income = -_undistributed()
    reserve = round(income * 6 / 10)
    plan = DistributionPlan("委〔2025〕1号", Decimal("0.6"), reserve, 1_000, income - reserve - 1_000)
    periods.propose_distribution(CENTRE, 2024, plan, actor=CLERK, at=at)
    periods.sign_distribution(CENTRE, 2024, actor=SECOND, at=at)


def _undistributed() -> int:
    from anju.ledger.queries import subject_balance

    return subject_balance(CENTRE, "321-04")


# Table, column, which row; a change of one, or what to set. Where the database itself refuses, nothing can be changed.
ONE_MORE = [
    ("voucher", "member_debit_fen", "member_debit_fen > 0"), ("voucher", "member_credit_fen", "member_credit_fen > 0"),
    ("gl_line", "debit_fen", "debit_fen > 0"), ("gl_line", "credit_fen", "credit_fen > 0"),
    ("member_line", "debit_fen", "debit_fen > 0"), ("member_line", "credit_fen", "credit_fen > 0"),
    ("member_line", "balance_after_fen", "true"), ("member_line", "weighted_sum_after", "true"),
    *(("balance", column, f"interest_year = {year} AND balance_fen > 1000 AND account_id = (SELECT min(account_id) + 1"
       " FROM balance)")
      for year in (2024, 2025)
      for column in ("opening_fen", "balance_fen", "carried_fen", "held_fen", "own_paid_fen", "unit_paid_fen",
                     "weighted_sum", "interest_fen", "last_seq")),
    ("balance", "interest_fen", "state = 5"), ("balance", "weighted_sum", "state = 5"),
    ("hold", "amount_fen", "ended_at IS NULL"), ("hold", "amount_fen", "ended_at IS NOT NULL"),
    ("close_out", "principal_fen", "true"), ("close_out", "interest_fen", "true"),
    ("close_out", "corrected_fen", "true"),
    ("interest_accrual", "amount_fen", "amount_fen > 0"), ("interest_accrual", "accrued_fen", "amount_fen > 0"),
    ("income_distribution", "income_fen", "true"), ("income_distribution", "reserve_fen", "true"),
    ("income_distribution", "management_fee_fen", "true"), ("income_distribution", "supplement_fen", "true"),
    ("period", "closings", "number = 202407"),
    ("voucher_seal", "n", "n = (SELECT max(n) FROM voucher_seal)"),
    ("voucher_seal", "number", "number = (SELECT max(number) FROM voucher_seal)"),
    ("books_head", "debit_fen", "period = 202509"), ("books_head", "n", "period = 202509"),
    ("rate_index", "value", "day = (SELECT max(day) FROM rate_index WHERE day < '2024-07-01')"),
    ("rate_index", "day_base", "day = (SELECT max(day) FROM rate_index WHERE day < '2024-07-01')"),
]  # fmt: skip
CHANGED = [
    ("member_line", "own_fen = own_fen - 1", "own_fen > 0"), ("member_line", "unit_fen = unit_fen - 1", "unit_fen > 0"),
    ("period", "number = 202501", "number = 202412"),
    ("income_distribution", "reserve_fen = reserve_fen + 1, supplement_fen = supplement_fen - 1", "true"),
    ("income_distribution", "management_fee_fen = management_fee_fen + 1, supplement_fen = supplement_fen - 1", "true"),
    ("income_distribution", "reserve_rate = 0.500000", "true"),
    ("gl_line", "debit_fen = debit_fen + (debit_fen > 0)::int, credit_fen = credit_fen + (credit_fen > 0)::int",
     "voucher_id = (SELECT min(id) FROM voucher)"),
    ("rate_index", "rate_bp = rate_bp + 1, daily_step = daily_step + 1",
     "day = (SELECT max(day) FROM rate_index WHERE day < '2024-07-01')"),
    ("subject", "member_control = true", "code = '219'"), ("subject", "member_control = false", "code = '201'"),
    ("subject", "section = 'net_assets'", "code = '211'"),
    ("voucher_seal", "digest = sha256(digest)", "number = 3"),
    ("books_head", "digest = sha256(digest)", "period = 202509"),
    ("member_line", "value_on = value_on + 1", "kind = 9"), ("member_line", "month = month + 1", "month IS NOT NULL"),
    ("member_line", "known_at = known_at + interval '1 second'", "true"),
]  # fmt: skip


def test_a_fen_changed_in_any_ledger_table_is_named_by_both(centre: list[int], tmp_path: Path) -> None:
    assert violations() == [] and verify_books.verify(_export(tmp_path / "honest")).found == _nothing()
    changes = [(table, f"{column} = {column} + 1", where) for table, column, where in ONE_MORE]
    unnamed, refused = [], []
    for n, (table, change, where) in enumerate([*changes, *CHANGED]):
        with as_superuser() as super_user:
            kept = _row(super_user, table, where)
            try:
                super_user.execute(f"UPDATE {table} SET {change} WHERE ctid = %s AND tableoid = %s", kept[:2])
            except psycopg.errors.CheckViolation:
                refused.append((table, change))
                super_user.rollback()
                continue
        named = (bool(violations()), verify_books.verify(_export(tmp_path / str(n))).total > 0)
        if named != (True, True):
            unnamed.append((table, change, where, named))
        with as_superuser() as super_user:
            super_user.execute(f"DELETE FROM {table} t WHERE {_key(table)} = %s", kept[2:3])
            super_user.execute(
                f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, %s::jsonb)).*", kept[3:]
            )
    assert unnamed == []
    assert violations() == [], "everything was put back"
    assert {table for table, _ in refused} <= {"income_distribution", "balance", "close_out"}, refused


_IDENTITY = {
    "voucher": "id", "gl_line": "(voucher_id, n)", "member_line": "(account_id, seq)",
    "balance": "(account_id, interest_year)", "hold": "id", "close_out": "voucher_id", "interest_accrual": "month",
    "income_distribution": "year", "voucher_seal": "voucher_id", "books_head": "(day, period)", "subject": "code",
    "rate_index": "(product, day)", "period": "(kind, maker_person_id, closed_at)",
}  # fmt: skip


def _key(table: str) -> str:
    """What stays the same about a row that is changed, as text."""
    return f"row{_IDENTITY[table]}::text" if "(" in _IDENTITY[table] else f"{_IDENTITY[table]}::text"


def _row(super_user: psycopg.Connection[tuple[object, ...]], table: str, where: str) -> tuple[object, ...]:
    found = super_user.execute(
        f"SELECT ctid, tableoid, {_key(table)}, to_jsonb(t)::text FROM {table} t WHERE {where} ORDER BY 3 LIMIT 1"
    ).fetchone()
    assert found is not None, (table, where)
    return found


def _export(folder: Path) -> Path:
    export_books.export(folder, centre_id=CENTRE)
    return folder


def _nothing() -> dict[str, list[str]]:
    return {name: [] for name in verify_books.CHECKS}


def test_the_serving_role_changes_neither_the_chart_nor_the_rates(db: None) -> None:
    from django.db import ProgrammingError, connection, transaction

    for statement in (
        "UPDATE subject SET name = name", "DELETE FROM subject", "UPDATE rate_index SET value = value",
        "UPDATE close_out SET interest_fen = 0",
    ):  # fmt: skip
        refused = pytest.raises(ProgrammingError, match="permission denied")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
