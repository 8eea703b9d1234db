"""What the books refuse, whoever asks: the program, the serving role by hand, and the owner of the tables."""

from __future__ import annotations

import os

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, transaction

from anju.database.sql import execute, row
from anju.ledger import actions
from anju.ledger.tests.test_posting import AT, CENTRE, DAY, draft
from anju.ledger.types import GlLine

_LINE = (
    "INSERT INTO gl_line (centre_id, voucher_id, n, subject, debit_fen, credit_fen) VALUES (%s, %s, 9, '101', %s, %s)"
)


@pytest.fixture
def voucher_id(db: None) -> int:
    actions.open_days(CENTRE, DAY, DAY)
    return actions.post_voucher(draft(), at=AT).voucher_id


@pytest.mark.parametrize(("debit_fen", "credit_fen"), [(0, 0), (-5, 0), (0, -5), (-5, 5), (5, 5)])
def test_a_line_has_exactly_one_amount_and_it_is_greater_than_zero(
    voucher_id: int, debit_fen: int, credit_fen: int
) -> None:
    with pytest.raises(AssertionError):
        GlLine("101", debit_fen, credit_fen)
    with pytest.raises(IntegrityError, match="gl_line_one_side"), transaction.atomic():
        execute(_LINE, [CENTRE, voucher_id, debit_fen, credit_fen])


def test_a_line_of_no_voucher_is_refused(voucher_id: int) -> None:
    with pytest.raises(IntegrityError, match="gl_line_voucher"), transaction.atomic():
        execute(_LINE, [CENTRE, voucher_id + 1_000_000, 5, 0])
        execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_is_neither_empty_nor_endless(voucher_id: int, key: str) -> None:
    with pytest.raises(IntegrityError, match="voucher_key_length"), transaction.atomic():
        actions.post_voucher(draft(key), at=AT)


@pytest.mark.parametrize("table", ["voucher", "gl_line"])
@pytest.mark.parametrize("act", ["UPDATE {} SET centre_id = centre_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_serving_role_is_refused_by_postgresql(voucher_id: int, table: str, act: str) -> None:
    with pytest.raises(DatabaseError, match=f"permission denied for table {table}"), transaction.atomic():
        execute(act.format(table))
    assert row("SELECT count(*) AS n FROM gl_line WHERE voucher_id = %s", [voucher_id]) == {"n": 2}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "act",
    ["UPDATE gl_line SET debit_fen = debit_fen + 1 WHERE debit_fen > 0", "DELETE FROM gl_line", "DELETE FROM voucher",
     "UPDATE voucher SET business_date = business_date - 1"],
)  # fmt: skip
def test_even_the_owner_changes_nothing_while_the_triggers_stand(act: str) -> None:
    actions.open_days(CENTRE, DAY, DAY)
    actions.post_voucher(draft(), at=AT)
    with (
        psycopg.connect(os.environ["OWNER_DATABASE_URL"]) as owner,
        pytest.raises(psycopg.errors.RestrictViolation, match="never changed or deleted"),
    ):
        owner.execute(act)
