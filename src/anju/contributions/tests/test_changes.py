"""Applied lists open, unseal, seal and move accounts and write terms; differences are seen; nothing is done twice."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from anju.accounts import queries as accounts
from anju.accounts.types import AccountState
from anju.contributions import actions, queries
from anju.contributions.tests.lists import id18
from anju.contributions.tests.world import (
    AGENT,
    AT,
    CENTRE,
    NOVEMBER,
    apply,
    broken,
    check,
    declare,
    open_centre,
    open_unit,
    pay,
    run_posting,
    staff_rows,
    wired,
)
from anju.contributions.types import ActiveElsewhereFound, ChangeKind, ListSource, SealReason
from anju.database.sql import row
from anju.exchange import fakes
from anju.exchange.types import Kind
from anju.files.tests.workbooks import workbook
from anju.kernel.identifiers import IdKind
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.parties import queries as parties

pytestmark = pytest.mark.django_db
CHANGES = ("姓名", "证件号码", "基数", "变更类型", "原因")


def upload(content: bytes, unit: int, month: Month = NOVEMBER) -> actions.ListAnswer:
    return actions.check_upload(content, "名单.xlsx", centre_id=CENTRE, unit_id=unit, month=month, at=AT)


def confirm(answer: actions.ListAnswer, unit: int) -> Any:
    return actions.apply_changes(
        answer.checked, centre_id=CENTRE, unit_id=unit, source=answer.source, actor=AGENT, at=AT,
        content_digest=answer.content_digest,
    )  # fmt: skip


def test_new_staff_get_accounts_with_numbers_that_run_on_in_the_order_of_the_list() -> None:
    open_centre()
    unit = open_unit()
    with wired():
        apply(unit, staff_rows(5))
    ids = queries.normal_accounts(unit)
    assert list(ids) == list(range(ids[0], ids[0] + 5))
    people = parties.people([accounts.person_of(one) or 0 for one in ids])
    assert [people[accounts.person_of(one) or 0].name for one in ids][:2] == ["员工一", "员工二"]


def test_the_same_file_twice_gives_the_same_answer_and_one_list() -> None:
    open_centre()
    unit = open_unit()
    content = workbook(staff_rows(3))
    with wired():
        first, again = upload(content, unit), upload(content, unit)
        assert first.checked == again.checked
        done, replayed = confirm(first, unit), confirm(again, unit)
        assert (replayed.list_id, replayed.replayed) == (done.list_id, True)
        third = upload(content, unit)
    assert third.applied_list_id == done.list_id
    assert [line.change for line in third.checked.lines] == [ChangeKind.SAME] * 3
    assert len(queries.normal_accounts(unit)) == 3


def test_the_same_file_later_does_again_what_is_to_be_done_then() -> None:
    """A base set by one file, set back by another, and set again by the first one: three lists, not two."""
    open_centre()
    unit = open_unit()
    high, low = workbook(staff_rows(1, base=9000)), workbook(staff_rows(1, base=8600))
    with wired():
        apply(unit, staff_rows(1))
        lists = [confirm(upload(content, unit), unit) for content in (high, low, high)]
        assert [one.replayed for one in lists] == [False, False, False]
        assert confirm(upload(high, unit), unit).replayed
    assert [person.base_fen for person in queries.roster(CENTRE, unit, month=NOVEMBER)] == [900_000]


def test_the_same_file_with_another_answer_about_who_is_left_out_is_another_list() -> None:
    open_centre()
    unit = open_unit()
    content = workbook(staff_rows(1))
    with wired():
        apply(unit, staff_rows(2))
        confirm(upload(content, unit), unit)
        assert len(queries.normal_accounts(unit)) == 2
        answer = upload(content, unit)
        done = actions.apply_changes(
            answer.checked, centre_id=CENTRE, unit_id=unit, source=answer.source, actor=AGENT, at=AT,
            content_digest=answer.content_digest, seal_left_out=SealReason.RETIRED,
        )  # fmt: skip
    assert (done.replayed, done.leaves, len(queries.normal_accounts(unit))) == (False, 1, 1)


def test_a_list_checked_before_another_one_was_applied_is_checked_anew() -> None:
    open_centre()
    unit = open_unit()
    with wired():
        apply(unit, staff_rows(2))
        stale = check(unit, staff_rows(2, base=9000))
        apply(unit, staff_rows(2, base=9500))
        with pytest.raises(Refusal, match="list_stale"):
            actions.apply_changes(stale, centre_id=CENTRE, unit_id=unit, source=ListSource.FORM, actor=AGENT, at=AT)


def test_a_list_with_an_error_is_applied_not_even_in_part() -> None:
    open_centre()
    unit = open_unit()
    with wired():
        checked = check(unit, [*staff_rows(2), ("员工坏", "110105199001010011", 8600)])
        assert len(checked.lines) == 2
        with pytest.raises(Refusal, match="list_has_errors"):
            actions.apply_changes(checked, centre_id=CENTRE, unit_id=unit, source=ListSource.FILE, actor=AGENT, at=AT)
    assert queries.normal_accounts(unit) == ()


def test_the_five_kinds_and_a_new_base_in_one_list() -> None:
    open_centre()
    unit, other = open_unit(), open_unit(number=2, bank="2")
    with wired():
        apply(unit, staff_rows(4))
        apply(other, staff_rows(1, first=9))
        apply(other, [("员工九", id18(9, "19600101"), "", "封存", "离职")], headings=CHANGES)
        apply(unit, [("员工四", id18(4, "19600101"), "", "封存", "停薪留职")], headings=CHANGES)
        apply(
            unit,
            [
                ("员工一", id18(1, "19600101"), "", "封存", "退休"),
                ("员工二", id18(2, "19600101"), "", "转出", ""),
                ("员工三", id18(3, "19600101"), 9000, "基数变化", ""),
                ("员工四", id18(4, "19600101"), 7000, "启封", ""),
                ("员工九", id18(9, "19600101"), 6500, "转入", ""),
                ("员工十", id18(10, "19600101"), 5000, "新增", ""),
            ],
            headings=CHANGES,
        )
    roster = {person.account_id: person.base_fen for person in queries.roster(CENTRE, unit, month=NOVEMBER)}
    assert sorted(base or 0 for base in roster.values()) == [500_000, 650_000, 700_000, 900_000]
    assert accounts.state_counts(unit) == {AccountState.NORMAL: 4, AccountState.SEALED: 2}
    assert accounts.state_counts(other) == {}
    assert broken() == {}


def test_people_a_full_list_leaves_out_are_sealed_only_when_the_agent_says_so() -> None:
    open_centre()
    unit = open_unit()
    with wired():
        apply(unit, staff_rows(3))
        assert len(check(unit, staff_rows(2)).left_out) == 1
        apply(unit, staff_rows(2, base=8700))
        assert len(queries.normal_accounts(unit)) == 3
        applied = apply(unit, staff_rows(2, base=8800), seal_left_out=SealReason.CONTRACT_ENDED)
    assert (applied.leaves, applied.base_changes) == (1, 2)
    assert len(queries.normal_accounts(unit)) == 2


def test_a_person_active_under_another_unit_here_is_refused_and_sealed_there_moves() -> None:
    open_centre()
    unit, other = open_unit(), open_unit(number=2, bank="2")
    with wired():
        apply(other, staff_rows(1))
        assert [problem.code for problem in check(unit, staff_rows(1)).errors] == ["active_elsewhere"]
        apply(other, [(*staff_rows(1)[0][:2], "", "封存", "离职")], headings=CHANGES)
        applied = apply(unit, staff_rows(1))
    assert applied.joins == 1
    assert len(queries.normal_accounts(unit)) == 1


@pytest.mark.parametrize(
    ("state", "code", "errors"), [("normal", "active_elsewhere", 1), ("sealed", "sealed_elsewhere", 0)]
)
def test_other_centres_are_asked_about_strangers_only(state: str, code: str, errors: int) -> None:
    open_centre()
    unit = open_unit()
    with wired(), fakes.agencies() as world:
        apply(unit, staff_rows(1))
        world.asked.clear()
        world.knows(Kind.ELSEWHERE, {"exists": True, "state": state, "centre": "别市"}, id_number=id18(2, "19600101"))
        checked = check(unit, staff_rows(2))
    assert [params["id_number"] for _, params in world.asked] == [id18(2, "19600101")]
    assert ([problem.code for problem in checked.problems], len(checked.errors)) == ([code], errors)
    assert "别市" not in str(checked.problems)


def test_a_silent_platform_lets_the_list_through_and_is_asked_again_later() -> None:
    open_centre()
    unit = open_unit()
    with wired(ActiveElsewhereFound) as told, fakes.agencies() as world:
        world.down(Kind.ELSEWHERE)
        apply(unit, staff_rows(2))
        run_posting()
        assert told == []
        world.up(Kind.ELSEWHERE)
        world.knows(
            Kind.ELSEWHERE, {"exists": True, "state": "normal", "centre": "别市"}, id_number=id18(1, "19600101")
        )
        listed = row("SELECT list_id FROM change_list")
        assert listed is not None
        assert actions.verify_elsewhere(CENTRE, listed["list_id"], at=AT) == 0
    assert [event.account_id for event in told] == [queries.normal_accounts(unit)[0]]


def test_a_foreign_employee_is_enrolled_by_passport() -> None:
    open_centre()
    unit = open_unit()
    with wired():
        apply(unit, [("Anna Weber", "护照", "C01X00T47", 9000)], headings=("姓名", "证件类型", "证件号码", "基数"))
    assert parties.person_by_document(IdKind.PASSPORT, "C01X00T47", centre_id=CENTRE) is not None


def test_an_account_that_was_closed_by_withdrawal_may_be_opened_anew() -> None:
    open_centre()
    unit = open_unit()
    with wired():
        apply(unit, staff_rows(1))
        account = queries.normal_accounts(unit)[0]
        person = accounts.person_of(account)
        assert person is not None and accounts.account_of_person(person) == account


def test_the_dashboard_shows_what_changed_since_last_month() -> None:
    open_centre()
    unit = open_unit(first_month=Month(2026, 10))
    with wired():
        apply(unit, staff_rows(4), month=Month(2026, 10))
        declared = declare(unit, Month(2026, 10))
        pay(declared.total_fen, declared.number)
        run_posting()
        apply(unit, [*staff_rows(2), ("员工三", id18(3, "19600101"), 9000), *staff_rows(1, first=5)],
              seal_left_out=SealReason.RETIRED)  # fmt: skip
        month = queries.unit_month(CENTRE, unit, at=AT)
        what = sorted(one.what for one in queries.differences(CENTRE, unit, at=AT))
    assert (month.month, month.headcount, month.can_declare) == (NOVEMBER, 4, True)
    assert (month.joined, month.left, month.base_changed, month.unchanged) == (1, 1, 1, 2)
    assert what == ["减少", "基数变化", "新增"]
    assert month.due_on == date(2026, 11, 16)


@pytest.mark.parametrize("people", [3, 300])
def test_reads_and_the_check_cost_a_constant_number_of_statements(
    people: int, django_assert_max_num_queries: Any
) -> None:
    open_centre()
    unit = open_unit()
    with wired():
        apply(unit, staff_rows(people))
        with django_assert_max_num_queries(10):
            queries.unit_month(CENTRE, unit, at=AT)
        with django_assert_max_num_queries(6):
            queries.differences(CENTRE, unit, at=AT)
        with django_assert_max_num_queries(4):
            queries.roster(CENTRE, unit, month=NOVEMBER)
        with django_assert_max_num_queries(9):
            check(unit, staff_rows(people, base=8700))
        with django_assert_max_num_queries(20):
            declare(unit)
        with django_assert_max_num_queries(2):
            queries.remittances(CENTRE, unit)
            queries.suspense_items(CENTRE)
