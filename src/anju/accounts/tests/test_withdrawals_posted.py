# ruff: noqa: S608  names of this module only
"""Posting a paid withdrawal in one statement: what it writes, and what it refuses and then leaves as it was."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anju.accounts import actions, queries
from anju.accounts.tests.world import CENTRE, CLERK, broken, contribute, moment, open_books, open_staff
from anju.database.sql import row, rows
from anju.kernel.refusal import Refusal
from anju.ledger import queries as books
from anju.ledger.actions import request_digest

JULY = date(2025, 7, 10)
AUGUST = date(2025, 8, 15)
NEW_YEAR = date(2026, 7, 3)
TABLES = ("member_line", "voucher", "gl_line", "audit_record", "hold", "balance")


@pytest.fixture
def pay(db: None) -> dict[str, Any]:
    """A member with 1,200 yuan, of which 500 are held for withdrawal 5."""
    open_books()
    (account_id,) = open_staff(1)
    contribute([(account_id, 60_000, 60_000)], on=JULY)
    hold_id = actions.hold(account_id, 50_000, purpose="withdrawal", source_id=5, at=moment(AUGUST))
    return {
        "account_id": account_id, "hold_id": hold_id, "amount_fen": 50_000, "key": "withdrawal:5",
        "value_on": AUGUST, "reason": "rent", "source_id": 5, "maker": 11, "checker": 12, "at": moment(AUGUST, 15),
        "bank_account_id": 3, "event_id": 77,
    }  # fmt: skip


def content() -> list[Any]:
    """Everything that a posting may change."""
    return [rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in TABLES]


def test_a_withdrawal_is_posted_by_one_statement(pay: dict[str, Any]) -> None:
    with CaptureQueriesContext(connection) as seen:
        actions.post_withdrawal(**pay)
    assert [query["sql"].split()[0] for query in seen.captured_queries] == ["SAVEPOINT", "WITH", "RELEASE"]


def test_a_withdrawal_writes_line_voucher_and_audit_record_of_each_other(pay: dict[str, Any]) -> None:
    posted = actions.post_withdrawal(**pay, actor=CLERK)
    voucher = books.voucher(posted.voucher_id, centre_id=CENTRE)
    assert (voucher.idempotency_key, voucher.event_id, voucher.public_ref) == ("withdrawal:5", 77, posted.public_ref)
    assert [(one.subject, one.bank_account_id, one.debit_fen, one.credit_fen) for one in voucher.lines] == [
        ("201", None, 50_000, 0), ("101", 3, 0, 50_000),
    ]  # fmt: skip
    line = queries.movement(pay["account_id"], 2)
    assert (line.voucher_id, line.debit_fen, line.balance_after_fen) == (posted.voucher_id, 50_000, 70_000)
    assert (line.source_id, line.value_on) == (5, AUGUST)
    record = row("SELECT * FROM audit_record WHERE act = 'accounts.post_withdrawal'")
    assert record is not None
    assert (record["centre_id"], record["login_id"], record["actor_person_id"], record["role"]) == (
        CENTRE, CLERK.login_id, CLERK.person_id, CLERK.role,
    )  # fmt: skip
    assert (record["subject"], record["subject_id"], record["at"]) == ("account", pay["account_id"], pay["at"])
    found = row("SELECT details::text AS text FROM audit_record WHERE act = 'accounts.post_withdrawal'")
    assert found == {
        "text": f'{{"fen": 50000, "seq": 2, "reason": "rent", "hold_id": {pay["hold_id"]}, "source_id": 5, '
        f'"voucher_id": {posted.voucher_id}}}'
    }
    assert broken() == {}


def test_without_an_actor_the_machine_of_the_account_s_centre_posted(pay: dict[str, Any]) -> None:
    actions.post_withdrawal(**pay)
    record = row("SELECT centre_id, login_id, role FROM audit_record WHERE act = 'accounts.post_withdrawal'")
    assert record == {"centre_id": CENTRE, "login_id": None, "role": "machine"}


@pytest.mark.parametrize(
    ("other", "code", "status"),
    [
        ({"account_id": 404}, "accounts.unknown", 404),
        ({"hold_id": 404}, "accounts.unknown_hold", 404),
        ({"amount_fen": 49_999}, "accounts.hold_differs", 409),
        ({"source_id": 6}, "accounts.hold_of_another", 409),
        ({"at": moment(date(2024, 6, 30))}, "ledger.not_open", 422),
        ({"key": "remit:7:2025-07:2025-07-10"}, "ledger.key_reused", 409),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_nothing(
    pay: dict[str, Any], other: dict[str, Any], code: str, status: int
) -> None:
    before = content()
    with pytest.raises(Refusal) as refused:
        actions.post_withdrawal(**pay | other)
    assert (refused.value.code, refused.value.status) == (code, status)
    assert content() == before


def test_a_posted_withdrawal_is_answered_again_and_refused_with_another_request(pay: dict[str, Any]) -> None:
    posted = actions.post_withdrawal(**pay)
    before = content()
    again = actions.post_withdrawal(**pay)
    assert (again.voucher_id, again.public_ref, again.replayed) == (posted.voucher_id, posted.public_ref, True)
    for other, code in (({"amount_fen": 1}, "ledger.key_reused"), ({"key": "another"}, "accounts.hold_ended")):
        with pytest.raises(Refusal, match=code):
            actions.post_withdrawal(**pay | other)
    assert content() == before


def test_a_released_hold_and_the_hold_of_a_closing_account_are_not_paid_as_a_withdrawal(pay: dict[str, Any]) -> None:
    actions.release_hold(pay["account_id"], pay["hold_id"], at=moment(AUGUST))
    with pytest.raises(Refusal, match="hold_ended"):
        actions.post_withdrawal(**pay)
    held = actions.hold_for_close_out(pay["account_id"], purpose="withdrawal", source_id=5, at=moment(AUGUST))
    with pytest.raises(Refusal, match="hold_differs"):
        actions.post_withdrawal(**pay | {"hold_id": held.hold_id, "amount_fen": held.balance_fen})
    assert broken() == {}


def test_an_account_of_the_year_before_is_carried_first(pay: dict[str, Any]) -> None:
    actions.post_withdrawal(**pay | {"at": moment(NEW_YEAR), "value_on": NEW_YEAR})
    line = queries.movement(pay["account_id"], 3)
    assert (line.booked_on, line.debit_fen) == (NEW_YEAR, 50_000)
    seen = queries.overview(pay["account_id"])
    assert (seen.interest_year, seen.held_fen) == (2026, 0)
    assert seen.balance_fen == 120_000 + seen.interest_fen - 50_000
    touched = row("SELECT idempotency_key, request_digest FROM voucher WHERE idempotency_key LIKE 'interest:%%'", [])
    assert touched is not None
    assert bytes(touched["request_digest"]) == request_digest(key=touched["idempotency_key"]), "as `carry` writes it"
    assert broken() == {}


def test_the_statement_is_planned_once_for_small_and_large_amounts(pay: dict[str, Any]) -> None:
    actions.post_withdrawal(**pay)
    hold_id = actions.hold(pay["account_id"], 1, purpose="withdrawal", source_id=2**40, at=moment(AUGUST))
    small = {"key": "small", "amount_fen": 1, "hold_id": hold_id, "source_id": 2**40}
    for _ in range(2):
        actions.post_withdrawal(**pay | small)
    kept = rows("SELECT 1 FROM pg_prepared_statements WHERE statement LIKE '%pay_out_hold%'")
    assert len(kept) == 1


def test_what_keeps_its_plans_finds_rows_by_key_only(db: None) -> None:
    kept = rows("SELECT proname FROM pg_proc WHERE 'enable_seqscan=off' = ANY (proconfig) ORDER BY 1")
    assert [one["proname"] for one in kept] == [
        "assert_voucher_balances", "carry_one", "claim_voucher_key", "pay_out_hold"
    ]
