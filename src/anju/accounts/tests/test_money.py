"""Posting, holding, withdrawing and reversing, seen from one member."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from anju.accounts import actions, queries
from anju.accounts.tests.world import CENTRE, broken, contribute, moment, open_books, open_staff, withdraw
from anju.accounts.types import AccountState, FreezeKind, LineKind
from anju.database.sql import execute, rows
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.ledger import queries as books
from anju.ledger.posting_rules import PostingRule

JULY = date(2025, 7, 15)
AUGUST = date(2025, 8, 15)


@pytest.fixture
def staff(db: None) -> list[int]:
    open_books()
    return open_staff(3)


def month(ids: list[int], own: int = 60_000, unit: int = 60_000) -> list[tuple[int, int, int]]:
    return [(one, own, unit) for one in ids]


def test_accounts_of_a_unit_get_consecutive_numbers_under_the_centres_code(staff: list[int]) -> None:
    assert [one - staff[0] for one in staff] == [0, 1, 2]
    assert str(staff[0]).startswith(str(CENTRE))
    assert [one.account_id for one in queries.unit_accounts(7)] == staff
    assert queries.account_of_person(2) == staff[1]


def test_a_person_gets_no_second_account_while_one_is_open(staff: list[int]) -> None:
    with pytest.raises(Refusal, match="already_open") as refused:
        open_staff(1, first_person=2)
    assert str(staff[1]) in refused.value.text


def test_a_remittance_credits_each_member_with_both_shares(staff: list[int]) -> None:
    posted = contribute([(staff[0], 60_000, 60_000), (staff[1], 10_001, 20_002)], on=JULY)
    seen = queries.overview(staff[1])
    assert (seen.balance_fen, seen.own_paid_fen, seen.unit_paid_fen) == (30_003, 10_001, 20_002)
    assert (seen.paid_to, seen.available_fen, seen.withdrawn_fen) == (Month(2025, 7), 30_003, 0)
    line = queries.movement(staff[1], 1)
    assert (line.voucher_id, line.kind, line.credit_fen) == (posted.voucher_id, LineKind.REMITTANCE, 30_003)
    assert books.subject_balance(CENTRE, "201") == -150_003
    assert broken() == {}


def test_the_same_remittance_twice_posts_once(staff: list[int]) -> None:
    first = contribute(month(staff), on=JULY)
    again = contribute(month(staff), on=JULY)
    assert (again.voucher_id, again.replayed) == (first.voucher_id, True)
    with pytest.raises(Refusal, match="key_reused"):
        contribute(month(staff, own=1), on=JULY)
    assert queries.overview(staff[0]).last_seq == 1


def test_a_register_that_does_not_sum_to_the_money_is_refused(staff: list[int]) -> None:
    with pytest.raises(Refusal, match="total_differs"):
        contribute(month(staff), on=JULY, total_fen=1)
    assert rows("SELECT 1 FROM voucher") == []


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda ids: month([*ids, ids[0]]), "batch_twice"),
        (lambda ids: [*month(ids), (99, 1, 1)], "batch_unknown"),
        (lambda ids: [(ids[0], 0, 0), *month(ids[1:])], "batch_amount"),
        (lambda ids: [(ids[0], -5, 10), *month(ids[1:])], "batch_amount"),
        (lambda ids: [], "empty_batch"),
    ],
)
def test_a_wrong_register_is_refused_whole(staff: list[int], spoil: object, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        contribute(spoil(staff), on=JULY)
    assert rows("SELECT 1 FROM member_line") == []
    assert rows("SELECT 1 FROM voucher") == []


def test_a_sealed_account_refuses_contributions_from_the_sealing_month_on(staff: list[int]) -> None:
    contribute(month(staff), on=JULY)
    actions.seal_accounts([staff[0]], reason="离职", on=date(2025, 8, 5), at=moment(date(2025, 8, 5)))
    with pytest.raises(Refusal, match="batch_sealed") as refused:
        contribute(month(staff), on=AUGUST)
    assert f"1 个（账号 {staff[0]}）" in refused.value.text
    contribute(month([staff[0]]), on=AUGUST, month=Month(2025, 7), kind=LineKind.SUPPLEMENT)
    actions.unseal_accounts([staff[0]], on=date(2025, 8, 20), at=moment(date(2025, 8, 20)))
    contribute(month([staff[0]]), on=date(2025, 8, 21), month=Month(2025, 8))
    assert [spell.state for spell in queries.spells(staff[0])] == [1, 2, 1]
    assert broken() == {}


def test_states_change_only_along_their_paths(staff: list[int]) -> None:
    at = moment(AUGUST)
    with pytest.raises(Refusal, match="wrong_state"):
        actions.unseal_accounts(staff, on=AUGUST, at=at)
    actions.seal_accounts(staff[:2], reason="离职", on=AUGUST, at=at)
    with pytest.raises(Refusal, match="2 个"):
        actions.seal_accounts(staff, reason="离职", on=AUGUST, at=at)
    actions.move_accounts(staff[:1], to_unit_id=8, on=AUGUST, at=at)
    moved = queries.overview(staff[0])
    assert (moved.state, moved.unit_id) == (AccountState.NORMAL, 8)
    assert [one.account_id for one in queries.unit_accounts(8)] == staff[:1]
    assert broken() == {}


def test_a_withdrawal_is_held_paid_and_released_once(staff: list[int]) -> None:
    contribute(month(staff), on=JULY)
    hold_id = actions.hold(staff[0], 50_000, purpose="withdrawal", source_id=5, at=moment(AUGUST))
    assert actions.hold(staff[0], 50_000, purpose="withdrawal", source_id=5, at=moment(AUGUST)) == hold_id
    assert queries.overview(staff[0]).available_fen == 70_000
    with pytest.raises(Refusal, match="not_available"):
        actions.hold(staff[0], 70_001, purpose="withdrawal", source_id=6, at=moment(AUGUST))
    pay = {"hold_id": hold_id, "amount_fen": 50_000, "key": "w5", "value_on": AUGUST, "reason": "rent",
           "source_id": 5, "maker": 11, "checker": 12}  # fmt: skip
    posted = actions.post_withdrawal(staff[0], **pay, at=moment(AUGUST))
    assert actions.post_withdrawal(staff[0], **pay, at=moment(AUGUST)).voucher_id == posted.voucher_id
    with pytest.raises(Refusal, match="hold_ended"):
        actions.post_withdrawal(staff[0], **pay | {"key": "w6"}, at=moment(AUGUST))
    seen = queries.overview(staff[0])
    assert (seen.balance_fen, seen.held_fen, seen.withdrawn_fen) == (70_000, 0, 50_000)
    with pytest.raises(Refusal, match="hold_posted"):
        actions.release_hold(staff[0], hold_id, at=moment(AUGUST))
    assert broken() == {}


def test_released_money_is_available_again(staff: list[int]) -> None:
    contribute(month(staff), on=JULY)
    hold_id = actions.hold(staff[0], 120_000, purpose="withdrawal", source_id=5, at=moment(AUGUST))
    for _ in range(2):
        actions.release_hold(staff[0], hold_id, at=moment(AUGUST))
    assert queries.overview(staff[0]).available_fen == 120_000
    actions.hold(staff[0], 120_000, purpose="withdrawal", source_id=5, at=moment(AUGUST))
    assert broken() == {}


@pytest.mark.parametrize(
    ("kind", "amount", "pays", "receives"),
    [
        (FreezeKind.AMOUNT, 100_000, "not_available", True),
        (FreezeKind.AMOUNT, 900_000, "not_available", True),
        (FreezeKind.RECEIVE_ONLY, None, "frozen", True),
        (FreezeKind.FULL, None, "frozen", False),
    ],
)
def test_a_freeze_stops_what_it_says(
    staff: list[int], kind: FreezeKind, amount: int | None, pays: str, receives: bool
) -> None:
    contribute(month(staff), on=JULY)
    n = actions.freeze(
        staff[0], kind=kind, amount_fen=amount, authority="安居市人民法院", document="执字 1 号", at=moment(AUGUST)
    )
    with pytest.raises(Refusal, match=pays):
        actions.hold(staff[0], 20_001, purpose="withdrawal", source_id=5, at=moment(AUGUST))
    if receives:
        contribute(month(staff), on=AUGUST)
    else:
        with pytest.raises(Refusal, match="batch_frozen"):
            contribute(month(staff), on=AUGUST)
    assert broken() == {}
    actions.unfreeze(staff[0], n, document="解字 2 号", at=moment(AUGUST))
    actions.hold(staff[0], 120_000, purpose="withdrawal", source_id=5, at=moment(AUGUST))
    with pytest.raises(Refusal, match="no_freeze"):
        actions.unfreeze(staff[0], n, document="解字 2 号", at=moment(AUGUST))
    assert broken() == {}


def test_a_whole_remittance_is_reversed_and_its_month_with_it(staff: list[int]) -> None:
    contribute(month(staff), on=JULY)
    posted = contribute(month(staff), on=AUGUST)
    reverse = {"centre_id": CENTRE, "maker": 11, "checker": 12, "reason": "退票", "at": moment(date(2025, 9, 1))}
    undone = actions.reverse_contributions(posted.voucher_id, key="r1", **reverse)
    assert actions.reverse_contributions(posted.voucher_id, key="r1", **reverse).voucher_id == undone.voucher_id
    seen = queries.overview(staff[2])
    assert (seen.balance_fen, seen.own_paid_fen, seen.paid_to) == (120_000, 60_000, Month(2025, 7))
    assert queries.contribution_months(staff[2]).months == (Month(2025, 7),)
    with pytest.raises(Refusal, match="already_reversed"):
        actions.reverse_contributions(posted.voucher_id, key="r2", **reverse)
    with pytest.raises(Refusal, match="reversal_of_reversal"):
        actions.reverse_contributions(undone.voucher_id, key="r3", **reverse)
    assert broken() == {}


def test_one_wrong_line_goes_back_to_the_unit(staff: list[int]) -> None:
    posted = contribute(month(staff), on=JULY)
    wrong = {"rule": PostingRule.MEMBERS_TO_SUSPENSE, "maker": 11, "checker": 12, "reason": "错缴", "unit_id": 7,
             "at": moment(AUGUST)}  # fmt: skip
    actions.reverse_line(staff[0], 1, key="c1", **wrong)
    assert queries.overview(staff[0]).balance_fen == 0
    assert books.suspense_balance(CENTRE) == 120_000
    for seq, code in ((1, "already_reversed"), (2, "not_reversible"), (9, "unknown_line")):
        with pytest.raises(Refusal, match=code):
            actions.reverse_line(staff[0], seq, key=f"again{seq}", **wrong | (
                {"rule": PostingRule.WITHDRAWAL_RETURNED} if seq == 2 else {}))  # fmt: skip
    with pytest.raises(Refusal, match="已经单独冲账"):
        actions.reverse_contributions(
            posted.voucher_id, centre_id=CENTRE, key="r", maker=11, checker=12, reason="", at=moment(AUGUST)
        )
    assert broken() == {}


def test_money_already_spent_cannot_be_taken_back(staff: list[int]) -> None:
    posted = contribute(month(staff), on=JULY)
    withdraw(staff[1], 1, on=AUGUST)
    with pytest.raises(Refusal, match=f"cannot_reverse.*{staff[1]}"):
        actions.reverse_contributions(
            posted.voucher_id, centre_id=CENTRE, key="r", maker=11, checker=12, reason="", at=moment(AUGUST)
        )
    assert queries.overview(staff[0]).balance_fen == 120_000
    assert broken() == {}


def test_a_returned_withdrawal_comes_back(staff: list[int]) -> None:
    contribute(month(staff), on=JULY)
    withdraw(staff[0], 100_000, on=AUGUST)
    actions.reverse_line(
        staff[0], 2, key="b", rule=PostingRule.WITHDRAWAL_RETURNED, maker=11, checker=12, reason="退汇",
        at=moment(date(2025, 8, 18)),
    )  # fmt: skip
    seen = queries.overview(staff[0])
    assert (seen.balance_fen, seen.withdrawn_fen) == (120_000, 0)
    assert broken() == {}


@pytest.mark.parametrize(
    "statement",
    ["UPDATE member_line SET credit_fen = 1", "DELETE FROM member_line", "TRUNCATE member_line",
     "UPDATE member_line_202507 SET credit_fen = 1"],
)  # fmt: skip
def test_lines_can_be_neither_changed_nor_deleted(staff: list[int], statement: str) -> None:
    contribute(month(staff), on=JULY)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        execute(statement)


def test_a_statement_opens_and_closes_on_any_days(staff: list[int]) -> None:
    contribute(month(staff), on=JULY)
    contribute(month(staff), on=AUGUST)
    withdraw(staff[0], 40_000, on=date(2025, 9, 3))
    whole = queries.statement(staff[0], from_date=date(2025, 7, 1), to_date=date(2025, 12, 31))
    assert (whole.opening_fen, whole.credit_fen, whole.debit_fen, whole.closing_fen) == (0, 240_000, 40_000, 200_000)
    part = queries.statement(staff[0], from_date=AUGUST, to_date=AUGUST)
    assert (part.opening_fen, part.closing_fen, len(part.movements)) == (120_000, 240_000, 1)
    after = queries.statement(staff[0], from_date=date(2025, 10, 1), to_date=date(2025, 10, 31))
    assert (after.opening_fen, after.closing_fen, after.movements) == (200_000, 200_000, ())
    assert [line.seq for line in queries.movements(staff[0], limit=2)] == [3, 2]
    assert [line.seq for line in queries.movements(staff[0], limit=2, before=2, from_date=JULY)] == [1]


def test_months_paid_for_and_their_unbroken_run(staff: list[int]) -> None:
    for number in (1, 2, 4, 5, 6):
        contribute(month(staff[:1]), on=date(2026, number, 12))
    found = queries.contribution_months(staff[0])
    assert (found.count, found.continuous, found.last) == (5, 3, Month(2026, 6))
    assert queries.contribution_months(staff[0], since=Month(2026, 5)).count == 2
    assert queries.contribution_months(staff[1]).last is None


def test_a_freeze_ends_by_itself_after_its_last_day(staff: list[int]) -> None:
    contribute(month(staff), on=JULY)
    actions.freeze(
        staff[0], kind=FreezeKind.FULL, authority="法院", document="1", until_on=AUGUST, at=moment(JULY)
    )
    at = moment(date(2025, 8, 16))
    assert actions.end_lapsed_freezes(CENTRE, today=AUGUST, at=at) == 0
    assert queries.overview(staff[0]).available_fen == 0
    assert actions.end_lapsed_freezes(CENTRE, today=date(2025, 8, 16), at=at) == 1
    assert queries.overview(staff[0]).available_fen == 120_000
    assert queries.freezes(staff[0])[0].ended_at is not None
    assert broken() == {}


def test_movements_of_several_years_are_paged_without_gaps(staff: list[int]) -> None:
    for year in (2025, 2026):
        for number in (8, 10, 12):
            contribute(month(staff[:1]), on=date(year, number, 10))
    pages, before = [], None
    while page := queries.movements(staff[0], limit=3, before=before):
        pages.append([line.seq for line in page])
        before = page[-1].seq
    assert pages == [[7, 6, 5], [4, 3, 2], [1]]
    assert [queries.movement(staff[0], n).seq for n in range(1, 8)] == [1, 2, 3, 4, 5, 6, 7]
    until = queries.movements(staff[0], to_date=date(2026, 6, 30))
    assert [line.kind for line in until] == [LineKind.INTEREST] + [LineKind.REMITTANCE] * 3
    assert [line.seq for line in queries.movements(staff[0], from_date=date(2026, 7, 1))] == [7, 6, 5]
    assert queries.movements(staff[1]) == ()


@pytest.mark.parametrize("count", [2, 40])
def test_posting_takes_the_same_few_queries_for_any_number_of_members(
    db: None, count: int, django_assert_num_queries: object
) -> None:
    open_books()
    lines = month(open_staff(count))
    with django_assert_num_queries(12):  # four of them savepoints of the test's own transaction
        contribute(lines, on=JULY)


def test_reads_take_a_fixed_number_of_queries(staff: list[int], django_assert_num_queries: object) -> None:
    contribute(month(staff), on=JULY)
    for queries_taken, read in (
        (1, lambda: queries.overview(staff[0])),
        (1, lambda: queries.account_of_person(1)),
        (2, lambda: queries.movements(staff[0])),
        (2, lambda: queries.movement(staff[0], 1)),
        (1, lambda: queries.own_overview(1)),
        (2, lambda: queries.own_movement(1, 1)),
        (1, lambda: queries.statement(staff[0], from_date=JULY, to_date=AUGUST)),
        (2, lambda: queries.contribution_months(staff[0])),
        (1, lambda: queries.accrued_interest(staff[0], AUGUST)),
        (1, lambda: queries.unit_accounts(7)),
    ):
        with django_assert_num_queries(queries_taken):
            read()


def test_a_person_reads_the_own_account_only(staff: list[int]) -> None:
    contribute(month(staff[:2]), on=JULY)
    assert queries.own_overview(2) == queries.overview(staff[1])
    assert queries.own_overview(99) is None
    assert queries.own_movement(2, 1) == queries.movement(staff[1], 1)
    for person_id, seq in ((3, 1), (2, 2), (2, 0), (99, 1)):
        with pytest.raises(Refusal, match="unknown_line"):
            queries.own_movement(person_id, seq)
