"""A unit's month: staff added by a list, the month declared, approved, paid, posted."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from anju.accounts import actions as accounts
from anju.contributions import actions, queries
from anju.contributions.tests.world import (
    AGENT,
    AT,
    CENTRE,
    NOVEMBER,
    SECOND,
    apply,
    balances,
    broken,
    declare,
    open_centre,
    open_unit,
    pay,
    remittance,
    run_posting,
    staff_rows,
    wired,
)
from anju.contributions.types import RemittanceDeclared, RemittancePosted, RemittanceState
from anju.kernel.clock import ZONE
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.parties import queries as parties
from anju.parties.types import UnitState

pytestmark = pytest.mark.django_db
OCTOBER = Month(2026, 10)
DECEMBER = Month(2026, 12)


def december(day: int = 12) -> datetime:
    return datetime(2026, 12, day, 10, tzinfo=ZONE)


def test_a_declared_month_that_is_paid_exactly_stands_on_every_account() -> None:
    open_centre()
    unit = open_unit()
    with wired(RemittancePosted) as told:
        applied = apply(unit, staff_rows(20))
        declared = declare(unit)
        assert (applied.joins, declared.headcount, declared.total_fen) == (20, 20, 20 * 2 * 103_200)
        pay(declared.total_fen, f"{declared.number} 11月公积金")
        assert remittance(declared.remittance_id)["state"] == RemittanceState.MATCHED
        run_posting()
    assert remittance(declared.remittance_id)["state"] == RemittanceState.POSTED
    assert balances() == [206_400] * 20
    assert [event.headcount for event in told] == [20]
    found = parties.unit(CENTRE, unit, on=NOVEMBER)
    assert found is not None and found.state is UnitState.NORMAL
    assert broken() == {}


def test_declaring_twice_answers_the_same_remittance() -> None:
    open_centre()
    unit = open_unit()
    with wired(RemittanceDeclared) as told:
        apply(unit, staff_rows(2))
        first, second = declare(unit), declare(unit)
    assert (second.remittance_id, second.number, second.replayed) == (first.remittance_id, first.number, True)
    assert len(told) == 1


def test_what_changes_after_declaring_does_not_change_the_frozen_list() -> None:
    open_centre()
    unit = open_unit()
    with wired():
        apply(unit, staff_rows(2))
        declared = declare(unit)
        with pytest.raises(Refusal, match="month_frozen|list_has_errors"):
            apply_frozen(unit)
    assert [line.base_fen for line in queries.lines(CENTRE, declared.remittance_id)] == [860_000, 860_000]


def apply_frozen(unit: int) -> None:
    from anju.contributions.tests.world import check
    from anju.contributions.types import ListSource

    checked = check(unit, staff_rows(2, base=9000))
    actions.apply_changes(checked, centre_id=CENTRE, unit_id=unit, source=ListSource.PASTE, actor=AGENT, at=AT)


def test_a_list_that_changed_under_the_agents_eyes_is_not_declared() -> None:
    open_centre()
    unit = open_unit()
    with wired():
        apply(unit, staff_rows(2))
        with pytest.raises(Refusal, match="list_changed"):
            actions.declare_month(CENTRE, unit, NOVEMBER, actor=AGENT, at=AT, expected_total_fen=1)
        assert queries.remittances(CENTRE, unit) == []


def test_an_unpaid_month_blocks_the_next_one() -> None:
    open_centre()
    unit = open_unit(first_month=OCTOBER)
    with wired():
        apply(unit, staff_rows(2), month=OCTOBER)
        declared = declare(unit, OCTOBER)
        with pytest.raises(Refusal) as caught:
            declare(unit, NOVEMBER)
        assert caught.value.code == "earlier_month_unpaid"
        assert declared.number in caught.value.text
        pay(declared.total_fen, declared.number)
        assert declare(unit, NOVEMBER).headcount == 2


def test_a_month_out_of_turn_names_the_one_whose_turn_it_is() -> None:
    open_centre()
    unit = open_unit(first_month=OCTOBER)
    with wired(), pytest.raises(Refusal) as caught:
        declare(unit, NOVEMBER)
    assert caught.value.code == "month_out_of_turn"
    assert "2026年10月" in caught.value.text


def test_a_month_that_has_not_begun_is_refused() -> None:
    open_centre()
    with wired(), pytest.raises(Refusal, match="month_not_begun"):
        declare(open_unit(first_month=DECEMBER), DECEMBER)


def test_a_month_without_staff_needs_no_money_and_lets_the_next_follow() -> None:
    open_centre()
    unit = open_unit(first_month=OCTOBER)
    with wired():
        empty = declare(unit, OCTOBER)
        assert (empty.state, empty.total_fen) == (RemittanceState.POSTED, 0)
        apply(unit, staff_rows(1))
        assert declare(unit).headcount == 1
    assert broken() == {}


def test_the_second_person_of_the_unit_must_be_another_person() -> None:
    open_centre()
    unit = open_unit(second_approval=True)
    with wired(RemittanceDeclared) as told:
        apply(unit, staff_rows(2))
        declared = declare(unit)
        assert declared.state is RemittanceState.AWAITING_APPROVAL
        with pytest.raises(Refusal, match="four_eyes"):
            actions.approve_remittance(CENTRE, unit, declared.remittance_id, actor=AGENT, at=AT)
        with pytest.raises(Refusal, match="remittance_not_confirmed"):
            queries.payment_notice(CENTRE, declared.remittance_id, unit_id=unit)
        actions.approve_remittance(CENTRE, unit, declared.remittance_id, actor=SECOND, at=AT)
        actions.approve_remittance(CENTRE, unit, declared.remittance_id, actor=SECOND, at=AT)
    assert remittance(declared.remittance_id)["state"] == RemittanceState.CONFIRMED
    assert [event.confirmed for event in told] == [False, True]


def test_a_declaration_taken_back_can_be_made_anew_with_another_number() -> None:
    open_centre()
    unit = open_unit()
    with wired():
        apply(unit, staff_rows(2))
        first = declare(unit)
        actions.cancel_remittance(CENTRE, unit, first.remittance_id, reason="漏报一人", actor=AGENT, at=AT)
        apply(unit, staff_rows(3))
        second = declare(unit)
    assert second.number != first.number
    assert (first.headcount, second.headcount) == (2, 3)
    assert broken() == {}


def test_a_paid_declaration_cannot_be_taken_back() -> None:
    open_centre()
    unit = open_unit()
    with wired():
        apply(unit, staff_rows(1))
        declared = declare(unit)
        pay(declared.total_fen, declared.number)
        with pytest.raises(Refusal, match="remittance_paid"):
            actions.cancel_remittance(CENTRE, unit, declared.remittance_id, reason="x", actor=AGENT, at=AT)


def test_another_units_remittance_is_not_found() -> None:
    open_centre()
    unit, other = open_unit(), open_unit(number=2, bank="1")
    with wired():
        apply(unit, staff_rows(1))
        declared = declare(unit)
    for act in (
        lambda: queries.remittance(CENTRE, declared.remittance_id, unit_id=other),
        lambda: queries.payment_notice(CENTRE, declared.remittance_id, unit_id=other),
        lambda: actions.approve_remittance(CENTRE, other, declared.remittance_id, actor=SECOND, at=AT),
        lambda: actions.cancel_remittance(CENTRE, other, declared.remittance_id, reason="x", actor=AGENT, at=AT),
    ):
        with pytest.raises(Refusal) as caught:
            act()
        assert caught.value.status == 404


def test_a_base_is_cut_to_the_limits_of_the_month_it_is_paid_for() -> None:
    """CON-42: a base filed under last year's floor is lifted when the new floor is in force."""
    open_centre()
    unit = open_unit(first_month=Month(2026, 6))
    july = datetime(2026, 7, 12, 10, tzinfo=ZONE)
    with wired():
        apply(unit, staff_rows(1, base=2390), month=Month(2026, 6), at=july)
        june = declare(unit, Month(2026, 6), at=july)
        assert queries.lines(CENTRE, june.remittance_id)[0].base_fen == 239_000
        pay(june.total_fen, june.number, at=july)
        declared = declare(unit, Month(2026, 7), at=july)
    assert queries.lines(CENTRE, declared.remittance_id)[0].base_fen == 249_000
    assert queries.remittance(CENTRE, declared.remittance_id).clamped == 1


@pytest.mark.parametrize(
    ("month", "payday", "due"),
    [
        (NOVEMBER, 10, date(2026, 11, 16)),
        (NOVEMBER, 11, date(2026, 11, 16)),
        (Month(2026, 9), 28, date(2026, 10, 8)),
        (Month(2026, 2), 31, date(2026, 3, 5)),
        (Month(2026, 12), 30, date(2027, 1, 4)),
    ],
)
def test_money_is_due_five_days_after_payday_moved_off_holidays(month: Month, payday: int, due: date) -> None:
    assert queries.due_date(month, payday=payday) == due


def test_a_month_paid_late_is_posted_all_the_same() -> None:
    open_centre()
    unit = open_unit()
    with wired():
        apply(unit, staff_rows(1))
        declared = declare(unit)
        assert len(queries.arrears(CENTRE, unit, today=december().date()).months) == 1
        pay(declared.total_fen, declared.number, at=december())
        run_posting()
    assert remittance(declared.remittance_id)["state"] == RemittanceState.POSTED
    assert queries.arrears(CENTRE, unit, today=december().date()).months == ()


def test_arrears_name_each_month_that_is_due_and_not_posted() -> None:
    open_centre()
    unit = open_unit(first_month=OCTOBER)
    with wired():
        apply(unit, staff_rows(1), month=OCTOBER)
        declared = declare(unit, OCTOBER)
    found = queries.arrears(CENTRE, unit, today=date(2026, 11, 23))
    assert [(month.month, month.state) for month in found.months] == [
        (OCTOBER, RemittanceState.CONFIRMED), (NOVEMBER, None),
    ]  # fmt: skip
    assert found.known_fen == declared.total_fen


def test_the_payment_notice_says_where_how_much_and_with_which_words() -> None:
    open_centre()
    unit = open_unit()
    with wired():
        apply(unit, staff_rows(1))
        declared = declare(unit)
    notice = queries.payment_notice(CENTRE, declared.remittance_id, unit_id=unit)
    assert notice.account_number == "3301040160000000018"
    assert notice.total_in_words == "贰仟零陆拾肆元整"
    assert notice.summary.startswith(declared.number)


def test_a_posting_the_accounts_refuse_leaves_the_money_in_suspense_with_the_reason() -> None:
    open_centre()
    unit = open_unit()
    with wired():
        apply(unit, staff_rows(2))
        declared = declare(unit)
        account = queries.normal_accounts(unit)[0]
        accounts.seal_accounts([account], reason="死亡", on=NOVEMBER.first_day, at=AT)
        pay(declared.total_fen, declared.number)
        run_posting()
    found = queries.remittance(CENTRE, declared.remittance_id)
    assert found.state is RemittanceState.CONFIRMED
    assert "封存" in found.problem
    (item,) = queries.suspense_items(CENTRE, unit_id=unit)
    assert item.open_fen == declared.total_fen
    assert "封存" in item.text
    assert balances() == [0, 0]
    assert broken() == {}
