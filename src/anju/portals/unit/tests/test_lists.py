"""Lists by file and by paste, through the page: three screens, every bad input refused in words, mended in place."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from anju.contributions import queries
from anju.portals.unit.tests.world import (
    CENTRE,
    HEADINGS,
    NOVEMBER,
    OCTOBER,
    Clock,
    Unit,
    answered,
    apply,
    book,
    checked,
    confirm_fields,
    elsewhere,
    hidden,
    latest,
    open_books,
    paid,
    sheet,
    staff_id,
    staff_row,
    text_of,
    unit_of,
    upload,
    wrong_digit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit(now: Clock) -> Unit:
    """October is posted, November is open; three people."""
    open_books()
    made = unit_of(first_month=OCTOBER)
    paid(made, OCTOBER)
    return made


def staff(unit: Unit) -> dict[str, int | None]:
    """Base by name of the unit's normal people."""
    from anju.parties import queries as parties

    roster = queries.roster(CENTRE, unit.unit_id, month=NOVEMBER)
    people = parties.people([one.person_id for one in roster])
    return {people[one.person_id].name: one.base_fen for one in roster}


# -------------------------------------------------------------------------------------------- three screens


def test_a_changed_month_by_file_is_three_screens(unit: Unit) -> None:
    client = unit.client()
    screens = []

    def seen(answer: Any) -> Any:
        assert answer.status_code == 200
        screens.append(answer)
        return answer

    seen(client.get("/unit/upload/"))
    sent = upload(client, sheet([staff_row(1), staff_row(2, 9000), staff_row(3), staff_row(9)]))
    differences = seen(client.get(sent["Location"]))
    assert "员工九" in text_of(differences) and "基数变化" in text_of(differences)
    done = apply(client, sent["Location"], differences)
    month = seen(client.get(done["Location"]))
    assert "进来 1 人，基数变化 1 人" in text_of(month)
    declared = client.post("/unit/confirm/", confirm_fields(month))
    assert declared.status_code == 302 and len(screens) == 3
    assert (latest(unit).headcount, latest(unit).total_fen) == (4, (1032 * 2 * 3 + 1080 * 2) * 100)


def test_an_unchanged_file_needs_nothing_but_the_confirmation(unit: Unit) -> None:
    address, page = checked(unit.client(), sheet([staff_row(1), staff_row(2), staff_row(3)]))
    assert "和现在的名册一模一样" in text_of(page)


# -------------------------------------------------------------------------------------- what can be wrong

WRONG_CELLS: dict[str, tuple[tuple[object, ...], str, str, str]] = {
    "check digit": (("周小满", wrong_digit(staff_id(9)), "", 8600), "第 2 行 B 列", "校验位不对", "末位应为"),
    "birth in the future": (("周小满", "700100209001010015", "", 8600), "第 2 行 B 列", "出生日期", "请对照证件更正"),
    "base over cap": (("周小满", staff_id(9), "", 86_000), "第 2 行 D 列", "高于上限 28,500.00", "像是多了一个 0"),
    "base under floor": (("周小满", staff_id(9), "", 1000), "第 2 行 D 列", "低于下限 2,490.00", "2,490.00"),
    "text in a number": (("周小满", staff_id(9), "", "8600元整"), "第 2 行 D 列", "数字格里有文字", "8600.00"),
    "words for a number": (("周小满", staff_id(9), "", "八千六"), "第 2 行 D 列", "应填金额", "请填数字"),
    "too many places": (("周小满", staff_id(9), "", "8600.005"), "第 2 行 D 列", "两位小数", "8600.0"),
    "no base": (("周小满", staff_id(9), "", ""), "第 2 行 D 列", "没有填缴存基数", "请填写"),
    "no name": (("", staff_id(9), "", 8600), "第 2 行 A 列", "没有填姓名", "请填写姓名"),
    "no document": (("周小满", "", "", 8600), "第 2 行 B 列", "没有填证件号码", "请填写"),
    "seventeen digits": (("周小满", staff_id(9)[:17], "", 8600), "第 2 行 B 列", "只有 17 位", "应为 18 位"),
    "old document": (("周小满", "700100900101001", "", 8600), "第 2 行 B 列", "15 位旧号码", "18 位公民身份号码"),
    "phone": (("周小满", staff_id(9), "12345", 8600), "第 2 行 C 列", "不是 11 位手机号", "职工本人的手机号"),
    "document as a number": (("周小满", 700100198501010038, "", 8600), "第 2 行 B 列", "存成了数字", "设为“文本”"),
    "foreigner": (("John Smith", "P1234567X", "", 8600), "第 2 行 B 列", "看不出是哪种证件", "加一列“证件类型”"),
}


@pytest.mark.parametrize("case", WRONG_CELLS)
def test_a_wrong_cell_is_named_by_row_column_value_and_repair(unit: Unit, case: str) -> None:
    row, place, problem, repair = WRONG_CELLS[case]
    client = unit.client()
    address, page = checked(client, sheet([row, staff_row(1)]))
    text = text_of(page)
    assert page.content.decode().count("<title>错误：名册里有 1 处要改") == 1
    assert place in text and problem in text and repair in text, text[:1500]
    assert "按这份名册办理" not in text
    assert client.post(f"{address}apply/", {"key": "k" * 20, "left_out": "keep"}).status_code == 422
    assert len(staff(unit)) == 3


def test_a_foreign_employee_with_the_kind_of_document_is_taken_on(unit: Unit) -> None:
    headings = ("姓名", "证件类型", "证件号码", "缴存基数")
    client = unit.client()
    rows = [
        ("John Smith", "护照", "P1234567", 8600), ("Anna Ivanova", "外国人永久居留身份证", "911124198108030024", 9000),
    ]  # fmt: skip
    address, page = checked(client, sheet(rows, headings))
    assert "要改" not in text_of(page), text_of(page)[:1500]
    assert apply(client, address, page).status_code == 302
    assert {"John Smith", "Anna Ivanova"} <= set(staff(unit))


def test_the_same_person_twice_keeps_the_first_row_until_said(unit: Unit) -> None:
    client = unit.client()
    address, page = checked(client, sheet([staff_row(9), staff_row(9, 9000), staff_row(1)]))
    assert "第 3 行 B 列" in text_of(page) and "与第 2 行是同一人" in text_of(page)
    after = answered(client, client.post(f"{address}mend/", {"drop": "3"}))
    assert "要改的" not in text_of(after) and "员工九" in text_of(after)


def test_somebody_active_in_another_unit_is_refused_without_naming_it(unit: Unit) -> None:
    other = unit_of(2, staff=0)
    from anju.portals.unit.tests.world import enrol

    enrol(other, [77])
    _, page = checked(unit.client(), sheet([staff_row(77), staff_row(1)]))
    text = text_of(page)
    assert "此人目前在别处正常缴存" in text and "请职工联系原单位办理封存" in text
    assert "第2机电" not in page.content.decode()


def test_somebody_sealed_in_another_unit_is_offered_as_a_transfer(unit: Unit, now: Clock) -> None:
    from anju.accounts import actions as accounts
    from anju.accounts import queries as account_queries
    from anju.accounts.types import AccountState
    from anju.portals.unit.tests.world import MACHINE, enrol

    other = unit_of(2, staff=0)
    enrol(other, [77])
    ids = list(account_queries.ids_of_unit(other.unit_id, state=AccountState.NORMAL))
    accounts.seal_accounts(ids, reason="调动", on=now.at.date(), at=now.at, actor=MACHINE)
    client = unit.client()
    address, page = checked(client, sheet([staff_row(77)]))
    assert "员工七七 转入" in text_of(page) and "第2机电" not in page.content.decode()
    apply(client, address, page)
    assert "员工七七" in staff(unit)


@pytest.mark.parametrize(("state", "said"), [("normal", "此人在其他城市正常缴存"), ("sealed", "异地转移接续")])
def test_an_account_in_another_city_is_refused_or_told(unit: Unit, state: str, said: str) -> None:
    with elsewhere(state):
        _, page = checked(unit.client(), sheet([staff_row(9)]))
    assert said in text_of(page)
    assert ("按这份名册办理" in text_of(page)) is (state == "sealed")


def test_another_name_for_a_known_document_is_refused_without_saying_the_known_one(unit: Unit) -> None:
    _, page = checked(unit.client(), sheet([("李四", staff_id(1), "", 8600)]))
    assert "姓名与该证件登记的姓名不一致" in text_of(page) and "员工一" not in text_of(page)


# ------------------------------------------------------------------------------------- files as a whole


def with_formula(made: Any, page: Any) -> None:
    page.write_formula("D2", "=8000+600", None, 8600)


def with_merged(made: Any, page: Any) -> None:
    page.merge_range("A3:A4", "员工二")


def bomb() -> bytes:
    """A workbook of a few hundred kilobytes that unpacks to far more than any list."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sheet([staff_row(1)]))) as source, zipfile.ZipFile(
        target, "w", zipfile.ZIP_DEFLATED
    ) as made:
        for entry in source.namelist():
            made.writestr(entry, source.read(entry))
        made.writestr("xl/media/image1.bin", b"\0" * (200 * 1024 * 1024))
    return target.getvalue()


WHOLE_FILES: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    "formula": (lambda: book({"名册": [HEADINGS, staff_row(1)]}, with_formula), "a.xlsx", ("D2", "公式")),
    "merged": (lambda: book({"名册": [HEADINGS, staff_row(1)]}, with_merged), "a.xlsx", ("A3:A4", "合并单元格")),
    "bomb": (bomb, "a.xlsx", ("解压后的体积异常大",)),
    "fifty megabytes": (lambda: b"PK\x03\x04" + b"\1" * (50 * 1024 * 1024), "a.xlsx", ("超过 10 MB",)),
    "empty": (lambda: b"", "a.xlsx", ("空",)),
    "no headings": (lambda: sheet([staff_row(1)], ("甲", "乙", "丙", "丁")), "a.xlsx", ("没有找到表头",)),
    "no base column": (lambda: sheet([("员工一", staff_id(1))], ("姓名", "证件号码")), "a.xlsx", ("没有“缴存基数”列",)),
    "column twice": (
        lambda: sheet([("员工一", staff_id(1), 1, 2)], ("姓名", "证件号码", "基数", "缴存基数")), "a.xlsx",
        ("C 列和 D 列",),
    ),
    "only headings": (lambda: sheet([]), "a.xlsx", ("只有表头",)),
    "old format": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.xls", ("另存为不带密码的 .xlsx",)),
    "damaged": (lambda: b"PK\x03\x04garbage", "a.xlsx", ("损坏",)),
    "not a list": (lambda: b"%PDF-1.4", "a.pdf", ("xlsx 或 .csv",)),
    "csv with a formula": (lambda: "姓名,证件号码,缴存基数\n员工一,x,=1+1\n".encode(), "a.csv", ("C2 是公式",)),
    "csv of no encoding": (lambda: b"\xff\xff\xff\x00\x00", "a.csv", ("文字编码",)),
}  # fmt: skip


@pytest.mark.parametrize("case", WHOLE_FILES)
def test_a_file_that_cannot_be_a_list_is_refused_beside_its_field(unit: Unit, case: str) -> None:
    content, name, said = WHOLE_FILES[case]
    answer = upload(unit.client(), content(), name)
    assert answer.status_code == 422
    text = text_of(answer)
    assert all(words in text for words in said), text[:900]
    assert 'id="id_file-error"' in answer.content.decode() and "<title>错误：" in answer.content.decode()
    assert len(staff(unit)) == 3


def test_nothing_at_all_is_asked_for(unit: Unit) -> None:
    answer = unit.client().post("/unit/upload/", {"pasted": ""})
    assert answer.status_code == 422 and "请选择文件，或者粘贴表格内容" in text_of(answer)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_a_csv_of_any_chinese_office_is_read(unit: Unit, encoding: str) -> None:
    lines = ["姓名,身份证号,公积金基数", f"员工一,{staff_id(1)},8600", f"欧阳·娜,{staff_id(9)},9000"]
    _, page = checked(unit.client(), "\r\n".join(lines).encode(encoding), "名册.csv")
    assert "欧阳·娜" in text_of(page) and "要改" not in text_of(page)


def test_a_csv_with_the_name_of_pasted_cells_is_a_file_all_the_same(unit: Unit) -> None:
    lines = ["姓名,身份证号,公积金基数", f"员工九,{staff_id(9)},9000"]
    _, page = checked(unit.client(), "\n".join(lines).encode("gb18030"), "粘贴的名册.csv")
    assert "员工九" in text_of(page)


def test_pasted_cells_are_read_with_their_tabs(unit: Unit) -> None:
    client = unit.client()
    lines = ["\t".join(HEADINGS), f"员工九\t{staff_id(9)}\t13910000009\t8,600.00", f"员工一\t{staff_id(1)}\t\t86000"]
    sent = client.post("/unit/upload/", {"pasted": "\r\n".join(lines)})
    page = answered(client, sent)
    assert "粘贴的内容" in text_of(page) and "第 3 行 D 列" in text_of(page) and "员工九" in text_of(page)
    after = answered(client, client.post(f"{sent['Location']}mend/", {"take-3-base": "8600.00"}))
    assert "要改的" not in text_of(after) and "粘贴的内容" not in after.content.decode().split("<main")[0]


@pytest.mark.parametrize("pasted", ["只有一行", "a\x00b\tc", "姓名\t证件号码\t缴存基数"])
def test_pasted_words_that_are_no_list_are_refused_and_kept(unit: Unit, pasted: str) -> None:
    answer = unit.client().post("/unit/upload/", {"pasted": pasted})
    assert answer.status_code == 422 and 'id="id_pasted-error"' in answer.content.decode()
    assert pasted.split("\x00")[0] in answer.content.decode()


# ----------------------------------------------------------------------------------------- several sheets

LIST = [("姓名", "证件号码", "缴存基数"), ("员工一", staff_id(1), 8600), ("员工九", staff_id(9), 9000)]
OLD = [("姓名", "证件号码", "缴存基数"), ("员工一", staff_id(1), 8600)]


def test_of_several_sheets_one_is_chosen_without_sending_the_file_again(unit: Unit) -> None:
    client = unit.client()
    sent = upload(client, book({"十月": OLD, "十一月": LIST, "说明": [("填表说明",)]}))
    page = answered(client, sent)
    text = text_of(page)
    assert "文件已经存好，不用重新上传" in text and "都像名单，不能替您猜。请在下面选一张" in text
    assert "十一月2 行；表头：姓名、证件号码、缴存基数" in text and "说明1 行，没有找到名册的表头" in text
    nothing = client.post(f"{sent['Location']}sheet/", {})
    assert nothing.status_code == 422 and "请选择一张工作表" in text_of(nothing)
    wrong = client.post(f"{sent['Location']}sheet/", {"sheet": "2"})
    assert wrong.status_code == 422 and "没有找到表头" in text_of(wrong)
    chosen = answered(client, client.post(f"{sent['Location']}sheet/", {"sheet": "1"}))
    assert "员工九" in text_of(chosen) and "已按您选的工作表检查" in text_of(chosen)


def test_a_list_behind_another_sheet_is_offered_not_guessed(unit: Unit) -> None:
    client = unit.client()
    sent = upload(client, book({"说明": [("请按要求填写",)], "名单": LIST}))
    assert "第一张工作表“说明”不是名单" in text_of(answered(client, sent))
    assert "员工九" in text_of(answered(client, client.post(f"{sent['Location']}sheet/", {"sheet": "1"})))


@pytest.mark.parametrize("raw", ["-1", "99", "x", "9" * 40, "\x00"])
def test_a_sheet_that_is_not_there_is_asked_for_again(unit: Unit, raw: str) -> None:
    client = unit.client()
    sent = upload(client, book({"十月": OLD, "十一月": LIST}))
    assert client.post(f"{sent['Location']}sheet/", {"sheet": raw}).status_code == 422


# ------------------------------------------------------------------------------------------------ mending

THREE_WRONG = [
    staff_row(1), staff_row(2), ("员工三", staff_id(3), "", 86_000), ("周小满", wrong_digit(staff_id(9)), "", 8600),
    ("何安", staff_id(8), "", "八千"),
]  # fmt: skip


def test_three_wrong_cells_are_mended_where_they_are_shown(unit: Unit) -> None:
    client = unit.client()
    address, page = checked(client, sheet(THREE_WRONG))
    body = page.content.decode()
    assert re.search(r'name="take-4-base" value="8600.00" checked', body), "a likely slip is ticked"
    assert re.search(rf'name="take-5-id_number" value="{staff_id(9)}">', body), "a paper's number is not"
    after = client.post(f"{address}mend/", {
        "take-4-base": "8600.00", "fix-4-base": "", "take-5-id_number": staff_id(9), "fix-6-base": "8,000",
    })  # fmt: skip
    page = answered(client, after)
    assert "已按您改的重新检查" in text_of(page) and "要改的" not in text_of(page)
    assert "“十一月工资公积金.xlsx”共 5 行" in text_of(page)
    apply(client, after["Location"].partition("?")[0], page)
    assert staff(unit) == {
        "员工一": 860_000, "员工二": 860_000, "员工三": 860_000, "周小满": 860_000, "何安": 800_000,
    }  # fmt: skip


def test_what_is_typed_goes_before_the_suggestion_and_what_stays_wrong_stays_named(unit: Unit) -> None:
    client = unit.client()
    address, _ = checked(client, sheet(THREE_WRONG))
    after = client.post(f"{address}mend/", {"take-4-base": "8600.00", "fix-4-base": "9100", "fix-6-base": "很多"})
    page = answered(client, after)
    assert "要改的 2 处" in text_of(page) and "很多" in text_of(page) and "第 4 行" not in text_of(page)
    assert "9,100.00" in text_of(page)


def test_the_wrong_rows_are_left_for_later_and_handed_back(unit: Unit) -> None:
    client = unit.client()
    address, page = checked(client, sheet(THREE_WRONG))
    assert "去掉这 3 行，先办其余" in text_of(page)
    left = client.get(f"{address}errors/?only=1")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(left.content)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows if row[0] in ("员工三", "周小满", "何安", "员工一")] == ["员工三", "周小满", "何安"]
    after = client.post(f"{address}mend/", {"without": "1"})
    page = answered(client, after)
    assert "要改的" not in text_of(page) and "保留这 1 人，照常缴存" in text_of(page)
    apply(client, after["Location"].partition("?")[0], page)
    assert staff(unit) == {"员工一": 860_000, "员工二": 860_000, "员工三": 860_000}


def test_a_list_of_nothing_but_wrong_rows_is_not_emptied(unit: Unit) -> None:
    client = unit.client()
    address, page = checked(client, sheet([("何安", staff_id(8), "", "八千")]))
    assert "先办其余" not in text_of(page)
    answer = client.post(f"{address}mend/", {"without": "1"})
    assert answer.status_code == 422 and "一行也不剩" in text_of(answer)


@pytest.mark.parametrize("typed", ["a\x00b", "x" * 101, "\u202e8600"])
def test_what_cannot_be_kept_is_refused_beside_its_cell_and_the_rest_stays(unit: Unit, typed: str) -> None:
    client = unit.client()
    address, _ = checked(client, sheet(THREE_WRONG))
    answer = client.post(f"{address}mend/", {"fix-4-base": typed, "fix-6-base": "8000", "drop": "5"})
    body = answer.content.decode()
    assert answer.status_code == 422 and 'id="fix-4-base-error"' in body
    assert 'name="fix-6-base" value="8000"' in body and re.search(r'name="drop" value="5"[^>]* checked', body)


def test_a_missing_column_is_added_when_it_is_mended(unit: Unit) -> None:
    client = unit.client()
    address, page = checked(client, sheet([("员工三", staff_id(3), "封存")], ("姓名", "证件号码", "变更类型")))
    assert "没有填封存原因" in text_of(page)
    after = answered(client, client.post(f"{address}mend/", {"fix-2-reason": "退休"}))
    assert "员工三 封存" in text_of(after) and "要改的" not in text_of(after)


def test_mending_twice_in_the_same_way_leads_to_the_same_list(unit: Unit) -> None:
    client = unit.client()
    address, _ = checked(client, sheet(THREE_WRONG))
    fields = {"take-4-base": "8600.00", "fix-6-base": "8000"}
    first, second = client.post(f"{address}mend/", fields), client.post(f"{address}mend/", fields)
    assert (first.status_code, first["Location"]) == (302, second["Location"])


def test_mending_reads_nothing_but_the_shown_cells(unit: Unit) -> None:
    client = unit.client()
    address, _ = checked(client, sheet(THREE_WRONG))
    after = client.post(f"{address}mend/", {"fix-2-base": "1", "take-4-base": "99999", "drop": ["2", "x", "9" * 40]})
    page = text_of(answered(client, after))
    assert "要改的 3 处" in page and "第 2 行" not in page.split("其余的会做什么")[0].split("要改的 3 处")[1]


def test_the_reasons_come_back_as_a_workbook_of_the_agents_own_rows(unit: Unit) -> None:
    client = unit.client()
    address, _ = checked(client, sheet(THREE_WRONG))
    answer = client.get(f"{address}errors/")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[0][-1] == "问题和修改建议" and "D4 缴存基数：高于上限" in rows[3][-1] and rows[1][-1] == ""


def test_mended_sheets_keep_numbers_and_days_as_they_were(unit: Unit) -> None:
    from datetime import datetime

    def with_day(made: Any, page: Any) -> None:
        page.write_datetime("D2", datetime(2026, 11, 1), made.add_format({"num_format": "yyyy-mm"}))  # noqa: DTZ001
        page.write_number("C2", 8600.55)

    client = unit.client()
    content = book({"名册": [("姓名", "证件号码", "缴存基数", "起缴月份"), ("员工九", staff_id(9)),
                            ("何安", staff_id(8), "很多", "2026-11")]}, with_day)  # fmt: skip
    address, _ = checked(client, content)
    after = client.post(f"{address}mend/", {"fix-3-base": "7000"})
    page = answered(client, after)
    assert "8,600.55" in text_of(page) and "要改的" not in text_of(page)


# ----------------------------------------------------------------------------------------- twice and again


def test_the_same_list_is_applied_once_however_often_it_is_sent(unit: Unit) -> None:
    client = unit.client()
    content = sheet([("员工三", staff_id(3), "", "", "封存", "退休"), ("员工九", staff_id(9), "", 9000, "新增", "")],
                    (*HEADINGS, "变更类型", "变更原因"))  # fmt: skip
    address, page = checked(client, content)
    fields = {"key": hidden(page, "key")}
    first, second = client.post(f"{address}apply/", fields), client.post(f"{address}apply/", fields)
    assert (first.status_code, first["Location"]) == (302, second["Location"])
    assert set(staff(unit)) == {"员工一", "员工二", "员工九"}
    again, page = checked(client, content)
    assert again == address and "这份名册已经办过" in text_of(page) and "要改的" not in text_of(page)
    assert "按这份名册办理" not in text_of(page)


def test_who_is_not_on_a_full_list_is_sealed_only_when_it_is_said(unit: Unit) -> None:
    client = unit.client()
    address, page = checked(client, sheet([staff_row(1)]))
    assert "本单位有 2 人不在名册里：员工二、员工三" in text_of(page)
    assert "保留这 2 人，照常缴存" in text_of(page)
    apply(client, address, page, left_out="retired")
    assert set(staff(unit)) == {"员工一"}
    assert "减少 −2" in text_of(client.get("/unit/")) and "封存：退休" in text_of(client.get("/unit/"))


def test_an_unknown_answer_about_those_left_out_seals_nobody(unit: Unit) -> None:
    client = unit.client()
    address, page = checked(client, sheet([staff_row(1)]))
    assert apply(client, address, page, left_out="everybody").status_code == 422
    assert len(staff(unit)) == 3


def test_looking_at_a_list_asks_no_agency(unit: Unit, now: Clock) -> None:
    from anju.exchange.models import ExchangeQuery

    client = unit.client()
    address, _ = checked(client, sheet([staff_row(9)]))
    asked = ExchangeQuery.objects.count()
    assert asked == 1
    client.get(address)
    client.get(f"{address}errors/")
    assert ExchangeQuery.objects.count() == asked


@pytest.mark.parametrize("tail", ["", "errors/", "sheet/", "mend/", "apply/"])
def test_another_units_list_is_a_missing_page(unit: Unit, tail: str) -> None:
    address, _ = checked(unit.client(), sheet([staff_row(9)]))
    stranger = unit_of(2, staff=0).client()
    answer = stranger.get(f"{address}{tail}") if tail in ("", "errors/") else stranger.post(f"{address}{tail}")
    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["0/202611/", "9999999999999999999999/202611/", "1/0/", "1/999999/", "1/202613/"])
def test_a_list_that_is_not_there_is_a_missing_page(unit: Unit, path: str) -> None:
    assert unit.client().get(f"/unit/uploads/{path}").status_code == 404
