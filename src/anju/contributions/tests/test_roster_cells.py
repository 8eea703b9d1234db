"""Each wrong cell of a list is named by row, column, masked value, problem and repair."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from anju.contributions.roster.cells import Fault, read_amount, read_month, read_ratio
from anju.contributions.roster.columns import recognise
from anju.contributions.roster.error_file import REASONS, error_workbook
from anju.contributions.roster.types import AccountView, ChangeKind, Elsewhere, Field
from anju.contributions.tests.lists import NOVEMBER, check, id18, known, only, table, world
from anju.files.tests.workbooks import workbook
from anju.files.workbook import read_table
from anju.kernel.identifiers import IdKind, check_id18
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal

GOOD = id18(1)


def test_columns_are_found_in_the_agents_own_order_and_words() -> None:
    content = table(
        [("8600", "备注甲", GOOD, "13812345678", "赵一")],
        ("公积金基数（元）", "部门", "身份证号码*", "手机", "员工姓名"),
    )
    checked = check(content)
    assert checked.columns[Field.BASE] == "A"
    assert checked.columns[Field.NAME] == "E"
    assert checked.unused == ("部门",)
    assert checked.lines[0].base_fen == 860_000


def test_a_doubled_column_is_refused() -> None:
    with pytest.raises(Refusal, match="column_twice"):
        check(table([("赵一", GOOD, 1, 2)], ("姓名", "证件号码", "基数", "缴存基数")))


def test_a_missing_column_is_refused_by_name() -> None:
    with pytest.raises(Refusal) as caught:
        check(table([("赵一", GOOD)], ("姓名", "证件号码")))
    assert caught.value.code == "column_missing"
    assert "缴存基数" in caught.value.text


def test_a_wrong_check_digit_is_named_with_the_right_one() -> None:
    wrong = GOOD[:17] + ("1" if GOOD[17] != "1" else "2")
    problem = only(check(table([("赵一", wrong, 8600)])))
    assert (problem.place, problem.code) == ("B2", "id_check_digit")
    assert f"末位应为 {GOOD[17]}" in problem.repair
    assert problem.suggestion == GOOD
    assert "***********" in problem.value and wrong not in problem.value


def test_a_birth_date_in_the_future_is_refused() -> None:
    assert only(check(table([("赵一", id18(1, "20270101"), 8600)]))).code == "id_birth_future"


def test_a_birth_date_of_today_is_possible() -> None:
    assert not check(table([("赵一", id18(1, "20261123"), 8600)])).problems


def test_a_number_kept_as_a_number_has_lost_its_digits() -> None:
    content = read_table(workbook([("赵一", 110105194912310021, 8600)]), "名单.xlsx", recognise=recognise)
    assert only(check(content)).code == "id_as_number"


def test_seventeen_digits_suggest_the_missing_one() -> None:
    assert only(check(table([("赵一", GOOD[:17], 8600)]))).suggestion == GOOD


@pytest.mark.parametrize(
    ("number", "kind_text", "kind"),
    [
        ("E12345678", "护照", IdKind.PASSPORT),
        ("H12345678", "", IdKind.HMT_PERMIT),
        ("12345678", "台胞证", IdKind.HMT_PERMIT),
        ("810000199408230021", "", IdKind.HMT_RESIDENCE),
        ("USA123456789012", "", IdKind.FOREIGN_PR),
    ],
)
def test_foreign_and_hmt_employees_are_accepted(number: str, kind_text: str, kind: IdKind) -> None:
    content = table([("安娜·李 Smith", kind_text, number, 8600)], ("姓名", "证件类型", "证件号码", "基数"))
    checked = check(content)
    assert not checked.problems
    assert checked.lines[0].document == (kind, number)


def test_a_foreign_residence_card_written_down_as_citizen_id_is_put_right() -> None:
    card = "91100019900101001"
    card += str(check_id18(card + "0").correct_char)
    checked = check(table([("安娜", "身份证", card, 8600)], ("姓名", "证件类型", "证件号码", "基数")))
    assert checked.lines[0].id_kind is IdKind.FOREIGN_PR
    assert not only(checked).blocks


def test_a_passport_without_its_kind_asks_for_the_kind() -> None:
    assert only(check(table([("安娜", "E12345678", 8600)]))).code == "id_kind_missing"


def test_the_same_person_twice_is_named_with_the_other_row() -> None:
    checked = check(table([("赵一", GOOD, 8600), ("钱二", id18(3), 8600), ("赵一", GOOD.lower(), 9000)]))
    problem = only(checked)
    assert (problem.row, problem.code) == (4, "duplicate")
    assert "第 2 行" in problem.text


@pytest.mark.parametrize(
    ("cell", "code", "suggestion"),
    [
        ("86000", "base_over_cap", "8600.00"),
        ("28500.01", "base_over_cap", "28500.00"),
        ("860", "base_under_floor", "8600.00"),
        ("2489.99", "base_under_floor", "24899.90"),
        ("8600元", "base_text", "8600.00"),
        ("约 8,600", "base_text", "8600.00"),
        ("86O0", "base_text", "8600.00"),
        ("1.2万", "base_text", "12000.00"),
        ("八千六", "base_text", ""),
        ("8600.005", "base_places", "8600.00"),
        ("", "base_missing", ""),
    ],
)
def test_each_wrong_base_is_named_with_its_repair(cell: str, code: str, suggestion: str) -> None:
    problem = only(check(table([("赵一", GOOD, cell)])))
    assert (problem.place, problem.code, problem.suggestion) == ("C2", code, suggestion)


@pytest.mark.parametrize("cell", ["2490", "28500", "8,600.00", "8600.5"])
def test_a_base_at_its_limits_is_right(cell: str) -> None:
    assert not check(table([("赵一", GOOD, cell)])).problems


def test_a_base_over_the_cap_reads_as_promised() -> None:
    problem = only(check(table([("赵一", GOOD, "86000")])))
    assert problem.text == "高于上限 28,500.00"
    assert problem.repair == "像是多了一个 0 → 8,600.00"


@pytest.mark.parametrize(
    ("headings", "row", "code"),
    [
        (("姓名", "证件号码", "基数"), ("", GOOD, 8600), "name_missing"),
        (("姓名", "证件号码", "基数"), ("3号赵一", GOOD, 8600), "name_characters"),
        (("姓名", "证件号码", "基数"), ("赵一", "", 8600), "id_missing"),
        (("姓名", "证件号码", "基数"), ("赵一", "110105900101001", 8600), "id_length"),
        (("姓名", "证件类型", "证件号码", "基数"), ("赵一", "驾照", GOOD, 8600), "id_kind"),
        (("姓名", "证件号码", "基数", "手机"), ("赵一", GOOD, 8600, "8612345"), "phone"),
        (("姓名", "证件号码", "基数", "起缴月份"), ("赵一", GOOD, 8600, "十一月"), "month_text"),
        (("姓名", "证件号码", "基数", "起缴月份"), ("赵一", GOOD, 8600, "2026-10"), "month_paid"),
        (("姓名", "证件号码", "基数", "起缴月份"), ("赵一", GOOD, 8600, "2026-12"), "month_later"),
        (("姓名", "证件号码", "基数", "单位比例"), ("赵一", GOOD, 8600, "13%"), "ratio_range"),
        (("姓名", "证件号码", "基数", "个人比例"), ("赵一", GOOD, 8600, "4%"), "ratio_range"),
        (("姓名", "证件号码", "基数", "个人比例"), ("赵一", GOOD, 8600, "7.5%"), "ratio_range"),
        (("姓名", "证件号码", "基数", "个人比例"), ("赵一", GOOD, 8600, "7%"), "ratio_differs"),
        (("姓名", "证件号码", "基数", "个人比例"), ("赵一", GOOD, 8600, "十二"), "ratio_text"),
        (("姓名", "证件号码", "基数", "变更类型"), ("赵一", GOOD, 8600, "加人"), "change_unknown"),
    ],
)
def test_each_other_wrong_cell_has_its_own_code(headings: tuple[str, ...], row: tuple[object, ...], code: str) -> None:
    assert only(check(table([row], headings))).code == code


CHANGES = ("姓名", "证件号码", "基数", "变更类型", "原因")


@pytest.mark.parametrize(
    ("view", "wanted", "code", "suggestion"),
    [
        (AccountView.HERE_NORMAL, "新增", "change_misfit", "基数变化"),
        (AccountView.HERE_NORMAL, "启封", "change_misfit", "基数变化"),
        (AccountView.HERE_SEALED, "新增", "change_misfit", "启封"),
        (AccountView.HERE_SEALED, "封存", "change_misfit", "启封"),
        (AccountView.OTHER_SEALED, "新增", "change_misfit", "转入"),
        (AccountView.OTHER_NORMAL, "转入", "active_elsewhere", ""),
        (None, "封存", "change_misfit", "新增"),
    ],
)
def test_a_change_that_does_not_fit_the_account_says_which_does(
    view: AccountView | None, wanted: str, code: str, suggestion: str
) -> None:
    checked = check(table([("赵一", GOOD, 8600, wanted, "")], CHANGES), world({GOOD: known(1, view)}))
    problem = next(problem for problem in checked.problems if problem.code == code)
    assert problem.suggestion == suggestion
    assert not checked.lines


@pytest.mark.parametrize(
    ("view", "wanted", "change"),
    [
        (AccountView.HERE_NORMAL, "封存", ChangeKind.SEAL),
        (AccountView.HERE_NORMAL, "转出", ChangeKind.TRANSFER_OUT),
        (AccountView.HERE_NORMAL, "基数变化", ChangeKind.BASE),
        (AccountView.HERE_SEALED, "启封", ChangeKind.UNSEAL),
        (AccountView.OTHER_SEALED, "转入", ChangeKind.TRANSFER_IN),
        (AccountView.CLOSED, "新增", ChangeKind.NEW),
        (None, "新增", ChangeKind.NEW),
    ],
)
def test_each_kind_of_change_is_accepted_where_it_fits(
    view: AccountView | None, wanted: str, change: ChangeKind
) -> None:
    people = {GOOD: known(1, view)}
    checked = check(table([("赵一", GOOD, 9000, wanted, "离职" if wanted == "封存" else "")], CHANGES), world(people))
    assert not checked.problems
    assert checked.lines[0].change is change


def test_sealing_without_a_reason_is_refused() -> None:
    checked = check(table([("赵一", GOOD, "", "封存", "")], CHANGES), world({GOOD: known(1)}))
    assert only(checked).code == "reason_missing"


def test_another_unit_is_never_named_and_the_employee_is_told_what_to_do() -> None:
    problem = only(check(table([("赵一", GOOD, 8600)]), world({GOOD: known(1, AccountView.OTHER_NORMAL)})))
    assert problem.code == "active_elsewhere"
    assert "原单位办理封存" in problem.repair


@pytest.mark.parametrize(
    ("state", "code", "blocks"),
    [
        (Elsewhere.NORMAL, "active_elsewhere", True),
        (Elsewhere.SEALED, "sealed_elsewhere", False),
        (Elsewhere.UNKNOWN, "elsewhere_unknown", False),
    ],
)
def test_an_account_in_another_city_refuses_only_when_it_is_active(state: Elsewhere, code: str, blocks: bool) -> None:
    checked = check(table([("赵一", GOOD, 8600)]), world(elsewhere={GOOD: state}))
    assert (only(checked).code, only(checked).blocks) == (code, blocks)
    assert len(checked.lines) == (0 if blocks else 1)


def test_a_name_that_differs_is_refused_without_showing_the_registered_one() -> None:
    problem = only(check(table([("钱二", GOOD, 8600)]), world({GOOD: known(1, name="赵一")})))
    assert problem.code == "name_differs"
    assert "赵一" not in problem.text + problem.repair + problem.value


def test_a_middle_dot_and_spaces_do_not_make_a_name_differ() -> None:
    people = {GOOD: known(1, name="阿依·古丽")}
    assert not check(table([("阿依•古丽 ", GOOD, 8600)]), world(people)).problems


def test_a_full_list_shows_joins_changes_the_unchanged_and_who_is_left_out() -> None:
    people = {id18(n): known(n, name=f"员工甲{'乙丙丁戊'[n - 1]}") for n in range(1, 4)}
    rows = [("员工甲乙", id18(1), 8600), ("员工甲丙", id18(2), 9000), ("员工甲戊", id18(4), 7000)]
    checked = check(table(rows), world(people))
    assert checked.full_roster
    assert [line.change for line in checked.lines] == [ChangeKind.SAME, ChangeKind.BASE, ChangeKind.NEW]
    assert checked.left_out == (9003,)
    assert checked.unchanged == 1


def test_a_typing_mistake_does_not_count_its_person_as_having_left() -> None:
    checked = check(table([("赵一", GOOD, "八千六")]), world({GOOD: known(1)}))
    assert checked.left_out == ()
    assert only(checked).code == "base_text"


def test_an_empty_base_keeps_the_base_of_a_person_who_stays() -> None:
    checked = check(table([("赵一", GOOD, "")]), world({GOOD: known(1)}))
    assert checked.lines[0].change is ChangeKind.SAME


def test_a_month_before_the_persons_own_paid_month_is_refused() -> None:
    person = known(1, AccountView.OTHER_SEALED, paid_to=NOVEMBER)
    assert only(check(table([("赵一", GOOD, 8600)]), world({GOOD: person}))).code == "month_paid"


def test_the_error_file_keeps_every_row_and_column_in_its_place() -> None:
    content = (
        table([("=1+1", GOOD, 8600)], ("姓名", "证件号码", "缴存基数"))
        if False
        else table([("赵一", GOOD, "86000"), ("钱二", id18(2), 8600)])
    )
    checked = check(content)
    file = read_table(error_workbook(content, checked.problems), "错误.xlsx", recognise=recognise)
    assert file.headers["D"] == REASONS
    assert file.rows[0].cells["C"] == "86000"
    assert "像是多了一个 0 → 8,600.00" in str(file.rows[0].cells["D"])
    assert "D" not in file.rows[1].cells


def test_a_dangerous_text_is_written_as_text() -> None:
    import python_calamine

    from anju.files.types import Row, Table

    content = Table("x", 1, {"A": "姓名"}, (Row(2, {"A": "=HYPERLINK(1)"}),))
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(error_workbook(content, ())))
    assert book.get_sheet_by_index(0).to_python()[1][0] == "=HYPERLINK(1)"


@pytest.mark.parametrize(
    ("cell", "month"),
    [
        ("2026-11", NOVEMBER), ("2026/11", NOVEMBER), ("202611", NOVEMBER), ("2026年11月", NOVEMBER),
        (Decimal(202611), NOVEMBER), (date(2026, 11, 1), NOVEMBER), ("2026-1", Month(2026, 1)),
        ("2026-11-01", NOVEMBER),
    ],
)  # fmt: skip
def test_months_are_read_in_every_usual_spelling(cell: Any, month: Month) -> None:
    assert read_month(cell) == month


@pytest.mark.parametrize("cell", ["2026-13", "11月", "", "99999999999999"])
def test_what_is_no_month_is_a_fault(cell: str) -> None:
    assert isinstance(read_month(cell), Fault)


@pytest.mark.parametrize("cell", ["12%", "12", "0.12", Decimal("0.12"), Decimal(12)])
def test_ratios_are_read_in_every_usual_spelling(cell: Any) -> None:
    assert read_ratio(cell) == Decimal("0.12")


@pytest.mark.parametrize("cell", ["NaN", "Infinity", "1e999999", "十二", True])
def test_what_is_no_ratio_is_a_fault(cell: Any) -> None:
    assert isinstance(read_ratio(cell), Fault)


@pytest.mark.parametrize("cell", ["9" * 400, Decimal("1E+400"), Decimal(-1), "-5", True])
def test_absurd_amounts_are_faults(cell: Any) -> None:
    assert isinstance(read_amount(cell), Fault)


def test_while_a_document_cannot_be_read_nobody_is_said_to_have_left() -> None:
    people = {GOOD: known(1), id18(2): known(2, name="钱二")}
    checked = check(table([("赵一", GOOD[:17], 8600)]), world(people))
    assert checked.left_out == ()
    assert len(check(table([("赵一", GOOD, 8600)]), world(people)).left_out) == 1


def test_a_faulty_name_is_called_faulty_once() -> None:
    assert only(check(table([("赵一2", GOOD, 8600)]), world({GOOD: known(1)}))).code == "name_characters"
