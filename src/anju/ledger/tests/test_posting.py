"""Posting to the books: balanced or not at all, once per key, never changed afterwards."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from anju.database.checks import Invariant
from anju.database.sql import execute, row, rows
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.refusal import Refusal
from anju.ledger import actions, days, queries
from anju.ledger.checks import CHECKS
from anju.ledger.levels import turnover
from anju.ledger.posting_rules import PostingRule, interest_lines, pair
from anju.ledger.types import GlLine, VoucherDraft, VoucherKind

CENTRE = 990100
DAY = date(2026, 3, 10)
AT = datetime(2026, 3, 10, 9, 30, tzinfo=ZONE)
CLERK = Actor(1, 11, "treasurer", None, "出纳", CENTRE)


@pytest.fixture
def books(db: None) -> None:
    actions.open_days(CENTRE, date(2026, 1, 1), date(2026, 12, 31))


def draft(key: str = "k1", lines: tuple[GlLine, ...] | None = None, **changes: object) -> VoucherDraft:
    made = {
        "centre_id": CENTRE, "idempotency_key": key, "request_digest": actions.request_digest(key=key),
        "kind": VoucherKind.RECEIPT, "business_date": DAY, "maker_person_id": 11, "checker_person_id": None,
        "lines": lines if lines is not None else pair(PostingRule.RECEIPT_UNMATCHED, amount_fen=1000, unit_id=7),
        **changes,
    }  # fmt: skip
    return VoucherDraft(**made)


def settle_constraints() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_receipt_stands_on_both_its_subjects(books: None) -> None:
    posted = actions.post_voucher(draft(), at=AT)
    settle_constraints()
    totals = {line.subject: line.debit_fen - line.credit_fen for line in turnover(CENTRE, DAY, DAY)}
    assert totals == {"101": 1000, "219-01": -1000}
    assert queries.suspense_balance(CENTRE) == 1000
    found = queries.voucher(posted.voucher_id, centre_id=CENTRE)
    assert [line.unit_id for line in found.lines] == [None, 7]
    assert found.public_ref.version == 7


def test_a_voucher_is_quoted_in_one_statement(books: None, django_assert_num_queries: Any) -> None:
    posted = actions.post_voucher(draft(), at=AT)
    with django_assert_num_queries(1):
        quoted = queries.reference(posted.voucher_id, centre_id=CENTRE)
    whole = queries.voucher(posted.voucher_id, centre_id=CENTRE)
    assert (quoted.kind, quoted.business_date, quoted.number, quoted.public_ref, quoted.unit_id) == (
        whole.kind, whole.business_date, whole.number, whole.public_ref, 7
    )  # fmt: skip
    with pytest.raises(Refusal, match="unknown_voucher"):
        queries.reference(posted.voucher_id, centre_id=CENTRE + 1)


def test_the_same_request_twice_answers_the_same_and_posts_once(books: None) -> None:
    first = actions.post_voucher(draft(), at=AT)
    second = actions.post_voucher(draft(), at=AT + timedelta(hours=1))
    assert (second.voucher_id, second.public_ref, second.replayed) == (first.voucher_id, first.public_ref, True)
    assert row("SELECT count(*) AS n FROM gl_line") == {"n": 2}


def test_the_same_key_for_another_request_is_refused(books: None) -> None:
    actions.post_voucher(draft(), at=AT)
    with pytest.raises(Refusal) as refused:
        actions.post_voucher(draft(request_digest=b"other"), at=AT)
    assert (refused.value.code, refused.value.status) == ("ledger.key_reused", 409)


@pytest.mark.parametrize(
    ("lines", "constraint"),
    [
        ((GlLine("101", 1000), GlLine("219", 0, 999)), "does not balance"),
        ((), "has no lines"),
        ((GlLine("101", 1000), GlLine("201", 0, 1000)), "differ from member totals"),
    ],
)
def test_what_does_not_balance_is_refused_at_commit(
    books: None, lines: tuple[GlLine, ...], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        actions.post_voucher(draft(lines=lines), at=AT)
        settle_constraints()


def test_an_unknown_subject_is_refused(books: None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.post_voucher(draft(lines=(GlLine("101", 5), GlLine("999", 0, 5))), at=AT)
        settle_constraints()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE voucher SET business_date = '2026-03-11'", "DELETE FROM voucher", "UPDATE gl_line SET debit_fen = 1",
        "DELETE FROM gl_line", "TRUNCATE voucher, gl_line", "UPDATE voucher SET number = 1",
    ],
)  # fmt: skip
def test_the_serving_role_can_neither_change_nor_delete(books: None, statement: str) -> None:
    actions.post_voucher(draft(), at=AT)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        execute(statement)


@pytest.mark.django_db(transaction=True)
def test_a_posted_voucher_takes_no_further_lines() -> None:
    actions.open_days(CENTRE, date(2026, 1, 1), date(2026, 12, 31))
    posted = actions.post_voucher(draft(), at=AT)
    with pytest.raises(IntegrityError, match="already posted"):
        execute(
            "INSERT INTO gl_line (centre_id, voucher_id, n, subject, debit_fen, credit_fen)"
            " VALUES (%(c)s, %(v)s, 3, '101', 5, 0), (%(c)s, %(v)s, 4, '219', 0, 5)",
            {"c": CENTRE, "v": posted.voucher_id},
        )


@pytest.mark.django_db(transaction=True)
def test_an_unbalanced_voucher_is_refused_by_a_real_commit() -> None:
    actions.open_days(CENTRE, date(2026, 1, 1), date(2026, 12, 31))
    with pytest.raises(IntegrityError, match="does not balance"):
        actions.post_voucher(draft(lines=(GlLine("101", 1000), GlLine("219", 0, 1))), at=AT)
    assert row("SELECT count(*) AS n FROM voucher") == {"n": 0}


def test_maker_and_checker_are_two_people(books: None) -> None:
    with pytest.raises(IntegrityError, match="voucher_four_eyes"), transaction.atomic():
        actions.post_voucher(draft(checker_person_id=11), at=AT)


def test_a_voucher_is_reversed_once_and_a_reversal_never(books: None) -> None:
    original = actions.post_voucher(draft(), at=AT)
    found = queries.voucher(original.voucher_id, centre_id=CENTRE)
    reversal = actions.reverse_voucher(found, key="r1", maker=11, checker=12, at=AT)
    again = actions.reverse_voucher(found, key="r1", maker=11, checker=12, at=AT)
    settle_constraints()
    assert again.voucher_id == reversal.voucher_id and again.replayed
    assert [line.debit_fen - line.credit_fen for line in turnover(CENTRE, DAY, DAY)] == [0, 0]
    with pytest.raises(Refusal, match="already_reversed"):
        actions.reverse_voucher(found, key="r2", maker=11, checker=12, at=AT)
    of_reversal = queries.voucher(reversal.voucher_id, centre_id=CENTRE)
    with pytest.raises(Refusal, match="reversal_of_reversal"):
        actions.reverse_voucher(of_reversal, key="r3", maker=11, checker=12, at=AT)
    assert broken(CHECKS) == []


def test_books_that_were_never_opened_take_no_posting(db: None) -> None:
    with pytest.raises(Refusal, match="not_open"):
        actions.post_voucher(draft(), at=AT)
    with pytest.raises(Refusal, match="not_open"):
        queries.business_date(CENTRE, AT)


def test_after_closing_a_late_posting_is_booked_on_the_next_day(books: None) -> None:
    after = AT + timedelta(days=1)
    actions.close_days(CENTRE, through=DAY, actor=CLERK, at=after)
    assert queries.business_date(CENTRE, AT) == DAY + timedelta(days=1)
    assert queries.business_date(CENTRE, after) == DAY + timedelta(days=1)
    with pytest.raises(Refusal, match="day_closed"):
        actions.post_voucher(draft(), at=AT)
    assert broken(CHECKS) == []


def test_a_repeated_request_is_answered_after_its_day_was_closed(books: None) -> None:
    first = actions.post_voucher(draft(), at=AT)
    actions.close_days(CENTRE, through=DAY, actor=CLERK, at=AT + timedelta(days=1))
    assert actions.post_voucher(draft(), at=AT).voucher_id == first.voucher_id


def test_a_cut_day_takes_nothing_more_until_the_cut_is_taken_back(books: None) -> None:
    after = AT + timedelta(days=1)
    actions.cut_days(CENTRE, through=DAY, actor=CLERK, at=after)
    assert queries.business_date(CENTRE, AT) == DAY + timedelta(days=1) and days.closed_through(CENTRE) is None
    with pytest.raises(Refusal, match="day_closed"):
        actions.post_voucher(draft(), at=AT)
    actions.uncut_days(CENTRE, actor=CLERK, at=after)
    actions.post_voucher(draft(), at=AT)
    assert days.days_posted(CENTRE, DAY, DAY) == {DAY} and broken(CHECKS) == []


def test_what_is_closed_for_good_is_not_opened_again(books: None) -> None:
    after = AT + timedelta(days=1)
    actions.cut_days(CENTRE, through=DAY, actor=CLERK, at=after)
    actions.close_days(CENTRE, through=DAY, actor=CLERK, at=after)
    actions.uncut_days(CENTRE, actor=CLERK, at=after)
    actions.cut_days(CENTRE, through=DAY, actor=CLERK, at=after)
    assert days.closed_through(CENTRE) == DAY
    with pytest.raises(DatabaseError, match="closed for good"), transaction.atomic():
        execute("UPDATE centre_day SET state = 1 WHERE centre_id = %s", [CENTRE])
    assert broken(CHECKS) == []


def test_a_day_is_closed_only_when_it_is_over(books: None) -> None:
    with pytest.raises(Refusal, match="day_not_over"):
        actions.close_days(CENTRE, through=DAY, actor=CLERK, at=AT)
    with pytest.raises(Refusal, match="day_not_over"):
        actions.cut_days(CENTRE, through=DAY, actor=CLERK, at=AT)


def test_a_day_before_one_that_is_closed_is_not_cut_but_closed_with_it(books: None) -> None:
    actions.close_days(CENTRE, through=DAY + timedelta(days=20), actor=CLERK, at=AT + timedelta(days=21))
    actions.cut_days(CENTRE, through=DAY + timedelta(days=7), actor=CLERK, at=AT + timedelta(days=21))
    assert days.closed_through(CENTRE) == DAY + timedelta(days=20) and broken(CHECKS) == []


def test_numbers_are_consecutive_and_given_once(books: None) -> None:
    for n in range(3):
        actions.post_voucher(draft(f"n{n}"), at=AT)
    assert actions.number_vouchers(CENTRE) == 3
    actions.post_voucher(draft("n3"), at=AT)
    assert actions.number_vouchers(CENTRE) == 1
    assert [line["number"] for line in rows("SELECT number FROM voucher ORDER BY id")] == [1, 2, 3, 4]


def test_interest_moves_through_payable() -> None:
    lines = interest_lines(credited_fen=30, taken_back_fen=4)
    net = {}
    for line in lines:
        net[line.subject] = net.get(line.subject, 0) + line.debit_fen - line.credit_fen
    assert net == {"411-01": 26, "211": 0, "201": -26}


def broken(checks: list[Invariant]) -> list[str]:
    return [check.name for check in checks if rows(check.sql)]
