"""Money that does not match is in suspense with its reason, and the treasurer can settle every kind of it."""

from __future__ import annotations

from typing import Any

import pytest

from anju import jobs
from anju.contributions import actions, queries
from anju.contributions.queries.ageing import Source, suspense_ageing
from anju.contributions.tests.world import (
    AGENT,
    AT,
    CENTRE,
    OTHER_TREASURER,
    SECOND,
    TREASURER,
    apply,
    balances,
    broken,
    declare,
    items,
    open_centre,
    open_unit,
    pay,
    remittance,
    run_posting,
    staff_rows,
    wired,
)
from anju.contributions.types import (
    Declaration,
    MoveKind,
    RemittanceReversed,
    RemittanceState,
    SuspenseOpened,
    SuspenseSettled,
    SuspenseState,
)
from anju.database.sql import rows
from anju.kernel.refusal import Refusal
from anju.ledger import queries as books
from anju.treasury import actions as treasury
from anju.treasury import queries as treasury_queries
from anju.treasury.bank import using as using_bank
from anju.treasury.fake_bank import FakeBank, PayMood
from anju.treasury.types import BankResult, ResultState

pytestmark = pytest.mark.django_db


@pytest.fixture
def declared() -> Declaration:
    open_centre()
    unit = open_unit()
    with wired():
        apply(unit, staff_rows(3))
        return declare(unit)


def state(declared: Declaration) -> RemittanceState:
    return RemittanceState(remittance(declared.remittance_id)["state"])


def only_item() -> dict[str, Any]:
    (item,) = items()
    return item


@pytest.mark.parametrize(
    ("change", "summary", "reason", "words"),
    [
        (-1, "{number}", "short", "还差 0.01 元"),
        (+1, "{number}", "over", "多付了 0.01 元"),
        (0, "11月公积金", "no_reference", "没有缴款书编号"),
        (0, "HJ261100000000", "wrong_reference", "编号有误"),
        (0, "HJ991299999995", "unknown_reference", "没有编号为"),
    ],
)
def test_each_kind_of_mismatch_says_why(
    declared: Declaration, change: int, summary: str, reason: str, words: str
) -> None:
    with wired(SuspenseOpened) as told:
        pay(declared.total_fen + change, summary.format(number=declared.number))
        run_posting()
    item = only_item()
    assert (item["reason"], item["state"]) == (reason, SuspenseState.OPEN)
    assert item["reason_text"].startswith("已收到，尚未匹配，因为")
    assert words in item["reason_text"]
    assert told[0].text == item["reason_text"]
    assert state(declared) is RemittanceState.CONFIRMED
    assert balances() == [0, 0, 0]
    assert broken() == {}


def test_without_reference_the_unit_and_the_likely_month_are_suggested_by_account_and_amount(
    declared: Declaration,
) -> None:
    with wired():
        pay(declared.total_fen, "公积金")
        pay(declared.total_fen, "公积金", payer="999")
    known, stranger = items()
    assert known["remittance_id"] == declared.remittance_id
    assert stranger["unit_id"] is None
    assert "不是任何单位登记的账户" in stranger["reason_text"]


def test_paying_twice_posts_once_and_keeps_the_second_in_suspense(declared: Declaration) -> None:
    with wired():
        pay(declared.total_fen, declared.number)
        pay(declared.total_fen, declared.number)
        run_posting()
        pay(declared.total_fen, declared.number)
    assert state(declared) is RemittanceState.POSTED
    assert [item["reason"] for item in items()] == ["double", "double"]
    assert broken() == {}


def test_the_same_notice_again_changes_nothing(declared: Declaration) -> None:
    with wired():
        serial = pay(declared.total_fen - 1, declared.number)
        pay(declared.total_fen - 1, declared.number, serial=serial)
    assert len(items()) == 1


def test_money_for_a_list_taken_back_waits_for_the_treasurer(declared: Declaration) -> None:
    unit = queries.remittance(CENTRE, declared.remittance_id).unit_id
    with wired():
        actions.cancel_remittance(CENTRE, unit, declared.remittance_id, reason="重报", actor=AGENT, at=AT)
        pay(declared.total_fen, declared.number)
    assert only_item()["reason"] == "cancelled"


def test_money_before_the_second_approval_waits_and_posts_with_it() -> None:
    open_centre()
    unit = open_unit(second_approval=True)
    with wired():
        apply(unit, staff_rows(2))
        declared = declare(unit)
        pay(declared.total_fen, declared.number)
        assert only_item()["state"] == SuspenseState.WAITING
        actions.approve_remittance(CENTRE, unit, declared.remittance_id, actor=SECOND, at=AT)
        run_posting()
    assert state(declared) is RemittanceState.POSTED
    assert only_item()["state"] == SuspenseState.SETTLED
    assert broken() == {}


def test_of_money_paid_twice_before_the_approval_the_second_is_open_again() -> None:
    """Both wait for the month; it is posted from the first, and the second can be refunded."""
    open_centre()
    unit = open_unit(second_approval=True)
    with wired():
        apply(unit, staff_rows(2))
        declared = declare(unit)
        pay(declared.total_fen, declared.number)
        pay(declared.total_fen, declared.number)
        first, second = (item["suspense_id"] for item in items())
        actions.allocate(second, declared.remittance_id, actor=TREASURER, at=AT)
        assert {item["state"] for item in items()} == {SuspenseState.WAITING}
        actions.approve_remittance(CENTRE, unit, declared.remittance_id, actor=SECOND, at=AT)
        run_posting()
        assert state(declared) is RemittanceState.POSTED
        left = queries.suspense_item(CENTRE, second)
        assert (left.state, left.open_fen) == (SuspenseState.OPEN, declared.total_fen)
        assert queries.suspense_item(CENTRE, first).state is SuspenseState.SETTLED
        assert broken() == {}
        actions.refund(second, reason="重复缴款", actor=TREASURER, at=AT)
    assert broken() == {}


def test_the_missing_fen_completes_the_sum_and_posts_by_itself(declared: Declaration) -> None:
    with wired(SuspenseSettled) as told:
        pay(declared.total_fen - 1, declared.number)
        actions.wait_for_rest(only_item()["suspense_id"], declared.remittance_id, actor=TREASURER, at=AT)
        (seen,) = queries.suspense_items(CENTRE)
        assert (seen.state, seen.missing_fen) == (SuspenseState.WAITING, 1)
        pay(1, declared.number)
        assert state(declared) is RemittanceState.MATCHED
        run_posting()
    assert state(declared) is RemittanceState.POSTED
    assert balances() == [206_400] * 3
    assert [event.how for event in told] == [MoveKind.ALLOCATED] * 2
    assert -books.suspense_balance(CENTRE) == 0
    assert broken() == {}


def test_too_little_cannot_be_allocated_and_says_what_is_missing(declared: Declaration) -> None:
    with wired():
        pay(declared.total_fen - 1, declared.number)
        with pytest.raises(Refusal) as caught:
            actions.allocate(only_item()["suspense_id"], declared.remittance_id, actor=TREASURER, at=AT)
    assert caught.value.code == "suspense_short"
    assert "0.01" in caught.value.text
    assert only_item()["state"] == SuspenseState.OPEN


def test_too_much_is_allocated_and_the_rest_is_refunded_to_where_it_came_from(declared: Declaration) -> None:
    bank = FakeBank()
    with wired(SuspenseSettled), using_bank(bank):
        pay(declared.total_fen + 500, declared.number)
        item = only_item()["suspense_id"]
        actions.allocate(item, declared.remittance_id, actor=TREASURER, at=AT)
        run_posting()
        assert (only_item()["open_fen"], only_item()["state"]) == (500, SuspenseState.OPEN)
        order = actions.refund(item, reason="多缴", actor=TREASURER, at=AT)
        with pytest.raises(Refusal, match="four_eyes"):
            treasury.release_payment(order, actor=TREASURER, at=AT)
        treasury.release_payment(order, actor=OTHER_TREASURER, at=AT)
        run_posting()
    assert [payment.amount_fen for payment in bank.sent] == [500]
    assert bank.sent[0].payee.account == "6222020000000099"
    assert only_item()["state"] == SuspenseState.SETTLED
    assert books.subject_balance(CENTRE, "101") == declared.total_fen
    assert broken() == {}


def test_a_refund_the_bank_refuses_comes_back_into_suspense(declared: Declaration) -> None:
    bank = FakeBank().will(PayMood.REFUSE)
    with wired(), using_bank(bank):
        pay(500, "公积金")
        order = actions.refund(only_item()["suspense_id"], reason="多缴", actor=TREASURER, at=AT)
        assert only_item()["refunding_fen"] == 500
        with pytest.raises(Refusal, match="suspense_not_open"):
            actions.refund(only_item()["suspense_id"], reason="多缴", actor=TREASURER, at=AT)
        treasury.release_payment(order, actor=OTHER_TREASURER, at=AT)
        run_posting()
    assert (only_item()["open_fen"], only_item()["refunding_fen"]) == (500, 0)
    assert treasury_queries.payments_of("suspense_refund", only_item()["suspense_id"], centre_id=CENTRE)
    kinds = [move.kind for move in queries.suspense_moves(CENTRE, only_item()["suspense_id"])]
    assert kinds == [MoveKind.OPENED, MoveKind.REFUND_ORDERED, MoveKind.REFUND_RETURNED]
    assert broken() == {}


@pytest.mark.parametrize("mood", [PayMood.OK, PayMood.REFUSE])
def test_a_refund_of_a_part_ends_as_the_bank_says_though_the_rest_has_paid_a_month(
    declared: Declaration, mood: PayMood
) -> None:
    bank = FakeBank().will(mood)
    with wired(), using_bank(bank):
        pay(declared.total_fen + 500, "公积金")
        item = only_item()["suspense_id"]
        order = actions.refund(item, reason="多缴", actor=TREASURER, at=AT, amount_fen=500)
        actions.allocate(item, declared.remittance_id, actor=TREASURER, at=AT)
        run_posting()
        assert (only_item()["open_fen"], only_item()["refunding_fen"]) == (0, 500)
        treasury.release_payment(order, actor=OTHER_TREASURER, at=AT)
        run_posting()
    paid = mood is PayMood.OK
    assert only_item()["state"] == (SuspenseState.SETTLED if paid else SuspenseState.OPEN)
    assert books.subject_balance(CENTRE, "101") == declared.total_fen + (0 if paid else 500)
    assert only_item()["open_fen"] == (0 if paid else 500)
    assert broken() == {}


def test_a_refund_that_comes_back_leaves_the_month_its_money_waits_for(declared: Declaration) -> None:
    bank = FakeBank()
    with wired(), using_bank(bank):
        pay(declared.total_fen + 500, "公积金")
        item = only_item()["suspense_id"]
        order = actions.refund(item, reason="多缴", actor=TREASURER, at=AT, amount_fen=500)
        treasury.release_payment(order, actor=OTHER_TREASURER, at=AT)
        run_posting()
        actions.allocate(item, declared.remittance_id, actor=TREASURER, at=AT)
        said = BankResult(state=ResultState.SUCCESS, host_serial="H", value_on=AT.date(), returned_on=AT.date())
        treasury.record_result(CENTRE, order, said, at=AT)
        assert (only_item()["open_fen"], only_item()["state"]) == (declared.total_fen + 500, SuspenseState.WAITING)
        run_posting()
    assert state(declared) is RemittanceState.POSTED
    assert (only_item()["open_fen"], only_item()["state"]) == (500, SuspenseState.OPEN)
    assert broken() == {}


def test_money_of_an_unknown_payer_is_allocated_under_the_right_unit(declared: Declaration) -> None:
    with wired():
        pay(declared.total_fen, "公积金", payer="999")
        actions.allocate(only_item()["suspense_id"], declared.remittance_id, actor=TREASURER, at=AT)
        run_posting()
    assert state(declared) is RemittanceState.POSTED
    assert broken() == {}


def test_only_a_treasurer_settles_suspense(declared: Declaration) -> None:
    with wired():
        pay(declared.total_fen, "公积金")
        item = only_item()["suspense_id"]
        for act in (
            lambda: actions.allocate(item, declared.remittance_id, actor=AGENT, at=AT),
            lambda: actions.wait_for_rest(item, declared.remittance_id, actor=AGENT, at=AT),
            lambda: actions.refund(item, reason="x", actor=AGENT, at=AT),
            lambda: actions.stop_waiting(item, actor=AGENT, at=AT),
        ):
            with pytest.raises(Refusal) as caught:
                act()
            assert caught.value.status == 403


def test_waiting_can_be_ended(declared: Declaration) -> None:
    with wired():
        pay(declared.total_fen - 1, declared.number)
        item = only_item()["suspense_id"]
        actions.wait_for_rest(item, declared.remittance_id, actor=TREASURER, at=AT)
        actions.stop_waiting(item, actor=TREASURER, at=AT)
    assert only_item()["state"] == SuspenseState.OPEN
    assert broken() == {}


def test_another_units_item_is_not_found(declared: Declaration) -> None:
    with wired():
        pay(1, "公积金")
    with pytest.raises(Refusal) as caught:
        queries.suspense_item(CENTRE, only_item()["suspense_id"], unit_id=999)
    assert caught.value.status == 404


# ------------------------------------------------------------------------------------------------ reversals


def test_a_reversal_before_posting_undoes_the_match(declared: Declaration) -> None:
    with wired(RemittanceReversed) as told:
        serial = pay(declared.total_fen, declared.number)
        pay(declared.total_fen, "冲正", reversal_of=serial)
        run_posting()
    assert state(declared) is RemittanceState.CONFIRMED
    assert balances() == [0, 0, 0]
    assert len(told) == 1
    assert broken() == {}


def test_a_reversal_after_posting_takes_it_off_the_accounts_and_paying_again_posts_again(
    declared: Declaration,
) -> None:
    with wired():
        serial = pay(declared.total_fen, declared.number)
        run_posting()
        pay(declared.total_fen, "冲正", reversal_of=serial)
        assert state(declared) is RemittanceState.CONFIRMED
        assert balances() == [0, 0, 0]
        assert broken() == {}
        pay(declared.total_fen, declared.number)
        run_posting()
    assert state(declared) is RemittanceState.POSTED
    assert balances() == [206_400] * 3
    assert broken() == {}


def test_a_reversal_of_money_in_suspense_closes_the_item(declared: Declaration) -> None:
    with wired():
        serial = pay(declared.total_fen - 1, declared.number)
        pay(declared.total_fen - 1, "冲正", reversal_of=serial)
    assert only_item()["state"] == SuspenseState.REVERSED
    assert books.subject_balance(CENTRE, "101") == 0
    assert broken() == {}


def test_a_reversal_of_one_of_two_receipts_that_paid_a_month_opens_the_other_again(declared: Declaration) -> None:
    with wired():
        pay(declared.total_fen - 1, declared.number)
        actions.wait_for_rest(only_item()["suspense_id"], declared.remittance_id, actor=TREASURER, at=AT)
        serial = pay(1, declared.number)
        run_posting()
        assert state(declared) is RemittanceState.POSTED
        pay(1, "冲正", reversal_of=serial)
    first, second = items()
    assert (first["state"], first["open_fen"]) == (SuspenseState.OPEN, declared.total_fen - 1)
    assert second["state"] == SuspenseState.REVERSED
    assert state(declared) is RemittanceState.CONFIRMED
    assert broken() == {}


def test_a_reversal_between_match_and_posting_of_a_completed_sum_posts_nothing(declared: Declaration) -> None:
    with wired():
        pay(declared.total_fen - 1, declared.number)
        actions.wait_for_rest(only_item()["suspense_id"], declared.remittance_id, actor=TREASURER, at=AT)
        serial = pay(1, declared.number)
        pay(1, "冲正", reversal_of=serial)
        run_posting()
    assert state(declared) is RemittanceState.CONFIRMED
    assert balances() == [0, 0, 0]
    assert broken() == {}


def test_a_reversal_of_money_already_withdrawn_shows_the_unit_as_owing_and_is_covered_later(
    declared: Declaration,
) -> None:
    from anju.accounts import actions as accounts

    unit = queries.remittance(CENTRE, declared.remittance_id).unit_id
    with wired():
        serial = pay(declared.total_fen, declared.number)
        run_posting()
        accounts.hold(queries.normal_accounts(unit)[0], 200_000, purpose="withdrawal", source_id=1, at=AT)
        pay(declared.total_fen, "冲正", reversal_of=serial)
        owed = only_item()
        assert (owed["owed"], owed["reason"]) == (True, "reversal_stuck")
        assert state(declared) is RemittanceState.POSTED
        assert broken() == {}
        pay(declared.total_fen, "补回", payer="999")
        covered = actions.cover_owed(owed["suspense_id"], items()[1]["suspense_id"], actor=TREASURER, at=AT)
    assert covered == declared.total_fen
    assert [item["state"] for item in items()] == [SuspenseState.SETTLED] * 2
    assert books.subject_balance(CENTRE, "101") == declared.total_fen
    assert broken() == {}


def test_the_posting_job_run_again_changes_nothing(declared: Declaration) -> None:
    with wired():
        pay(declared.total_fen, declared.number)
        jobs.run_all()
        assert not actions.post_remittance(CENTRE, declared.remittance_id, at=AT)
    assert balances() == [206_400] * 3


def test_money_stands_on_the_detail_of_its_source_until_it_is_dealt_with(declared: Declaration) -> None:
    with wired():
        pay(5_000, "")
        pay(declared.total_fen - 1, declared.number)
        assert _details() == {"219-01": 5_000, "219-02": declared.total_fen - 1}
        unknown, short = items()
        actions.wait_for_rest(short["suspense_id"], declared.remittance_id, actor=TREASURER, at=AT)
        actions.allocate(unknown["suspense_id"], declared.remittance_id, actor=TREASURER, at=AT)
        run_posting()
    assert _details() == {"219-01": 0, "219-02": 4_999}, "items are used in the order they came"
    assert {one.source for one in suspense_ageing(CENTRE, on=AT.date())} == {Source.OVER_OR_SHORT}
    events = rows("SELECT idempotency_key FROM voucher WHERE event_id IS NULL")
    assert events == [], "every voucher names what caused it"
    assert broken() == {}


def _details() -> dict[str, int]:
    found = rows(
        "SELECT subject, sum(credit_fen - debit_fen)::bigint AS fen FROM gl_line WHERE subject LIKE '219%%'"
        " GROUP BY subject ORDER BY subject", []
    )  # fmt: skip
    return {line["subject"]: line["fen"] for line in found}
