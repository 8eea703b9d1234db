"""A demo year from opening the books to the distribution: every statement right, and one changed fen named by both."""

# ruff: noqa: S608  names of tables are this file's constants
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from anju.command import demo_year, simulate, verify_books
from anju.command.tests.superuser import as_superuser
from anju.command.tests.test_books import export
from anju.database.checks import violations

pytestmark = pytest.mark.django_db(transaction=True)

# One fen in each table of the books; what the fen is added to comes from the year itself.
ONE_FEN = {
    "voucher": "UPDATE voucher SET member_credit_fen = member_credit_fen + 1 WHERE id = (SELECT max(id) FROM voucher"
               " WHERE member_credit_fen > 0)",
    "gl_line": "UPDATE gl_line SET credit_fen = credit_fen + 1 WHERE (voucher_id, n) = (SELECT voucher_id, n FROM"
               " gl_line WHERE subject LIKE '301%' ORDER BY 1 DESC LIMIT 1)",
    "member_line": "UPDATE member_line SET credit_fen = credit_fen + 1 WHERE (account_id, seq) = (SELECT account_id,"
                   " seq FROM member_line WHERE kind = 9 AND credit_fen > 0 ORDER BY 1, 2 LIMIT 1)",
    "balance": "UPDATE balance SET balance_fen = balance_fen - 1 WHERE (account_id, interest_year) = (SELECT"
               " account_id, interest_year FROM balance ORDER BY 2 DESC, 1 DESC LIMIT 1)",
}  # fmt: skip


@pytest.fixture(autouse=True)
def empty_database() -> Iterator[None]:
    simulate.empty()
    yield
    simulate.empty()


def test_a_year_is_right_to_the_fen_and_a_changed_fen_is_named(tmp_path: Path) -> None:
    told, wrong = demo_year.live(3)
    assert wrong == [], "\n".join((*told, *wrong))
    assert "months: 24" in told and "taken back: 1" in told and "signed runs: 24" in told and "payments: 4" in told
    assert verify_books.verify(export(tmp_path / "honest")).total == 0
    for table, statement in ONE_FEN.items():
        with as_superuser() as super_user:
            with super_user.cursor().copy(f"COPY (SELECT * FROM {table}) TO STDOUT") as copy:
                kept = b"".join(bytes(block) for block in copy)
            assert super_user.execute(statement).rowcount == 1, table
        try:
            assert violations() != [], table
            assert verify_books.verify(export(tmp_path / table)).total > 0, table
        finally:
            with as_superuser() as super_user:
                super_user.execute(f"DELETE FROM {table}")
                with super_user.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(kept)
        assert violations() == [], table
