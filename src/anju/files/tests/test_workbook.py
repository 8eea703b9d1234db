"""Reading uploads: what a list may look like, and every refusal once."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from anju.files import archive
from anju.files.tests.workbooks import HEADINGS, ROWS, changed, recognise, workbook
from anju.files.workbook import read_cells, read_pasted, read_table, sheets_of
from anju.kernel.refusal import Refusal


def refused(content: bytes, filename: str = "名单.xlsx", **options: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_table(content, filename, recognise=recognise, **options)  # type: ignore[arg-type]
    return caught.value


def test_cells_keep_their_row_number_and_column_letter() -> None:
    table = read_table(workbook(), "名单.xlsx", recognise=recognise)
    assert table.headers == {"A": "姓名", "B": "证件号码", "C": "缴存基数"}
    assert table.rows[1].number == 3
    assert table.rows[1].cells == {"A": "钱二", "B": "440524188001010014", "C": Decimal("9200.5")}


def test_title_rows_and_merged_titles_above_the_heading_are_passed_over() -> None:
    def title(book: object, page: object) -> None:
        page.merge_range("A1:C1", "某公司 2026 年 11 月")  # type: ignore[attr-defined]
        page.write_row(1, 0, HEADINGS)  # type: ignore[attr-defined]

    table = read_table(workbook((("",), ROWS[0]), ("",), finish=title), "名单.xlsx", recognise=recognise)
    assert table.header_row == 2
    assert table.rows[0].number == 3


def test_a_date_cell_becomes_a_day() -> None:
    def day(book: object, page: object) -> None:
        page.write_datetime(1, 3, date(2026, 11, 1), book.add_format({"num_format": "yyyy-mm-dd"}))  # type: ignore[attr-defined]

    table = read_table(workbook(finish=day), "名单.xlsx", recognise=recognise)
    assert table.rows[0].cells["D"] == date(2026, 11, 1)


def test_a_formula_is_refused_and_its_cell_named() -> None:
    refusal = refused(workbook(finish=lambda book, page: page.write_formula("C2", "=4300*2")))
    assert refusal.code == "workbook_formula"
    assert "C2" in refusal.text


def test_merged_cells_in_the_list_are_refused_and_named() -> None:
    refusal = refused(workbook(finish=lambda book, page: page.merge_range("C4:C6", 8600)))
    assert refusal.code == "workbook_merged"
    assert "C4:C6" in refusal.text


def test_the_wrong_first_sheet_is_refused_and_the_right_one_named() -> None:
    def list_behind(book: object, page: object) -> None:
        sheet = book.add_worksheet("11月名单")  # type: ignore[attr-defined]
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, ROWS[0])

    content = workbook((("请按要求填写",),), ("填表说明",), sheet="说明", finish=list_behind)
    refusal = refused(content)
    assert refusal.code == "sheet_wrong"
    assert "11月名单" in refusal.text
    chosen = read_table(content, "名单.xlsx", recognise=recognise, sheet="11月名单")
    assert chosen.rows[0].cells["A"] == "赵一"


def test_two_sheets_that_both_look_right_are_not_guessed_between() -> None:
    def second(book: object, page: object) -> None:
        book.add_worksheet("10月").write_row(0, 0, HEADINGS)  # type: ignore[attr-defined]

    assert refused(workbook(finish=second)).code == "sheet_ambiguous"


def test_a_sheet_of_notes_behind_the_list_does_no_harm() -> None:
    content = workbook(finish=lambda book, page: book.add_worksheet("说明").write(0, 0, "备注"))
    assert len(read_table(content, "名单.xlsx", recognise=recognise).rows) == 2


def test_a_chosen_sheet_that_does_not_exist_is_refused() -> None:
    assert refused(workbook(), sheet="别的").code == "sheet_unknown"


def test_macros_are_refused() -> None:
    content = changed(workbook(), lambda parts: parts.update({"xl/vbaProject.bin": b"\x01"}))
    assert refused(content).code == "workbook_active_content"


def test_an_old_or_encrypted_workbook_is_refused() -> None:
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "名单.xls").code == "workbook_legacy"


def test_a_file_of_50_mb_is_refused_before_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive.zipfile, "ZipFile", None)
    refusal = refused(b"PK\x03\x04" + bytes(50 * 1024 * 1024))
    assert refusal.code == "upload_too_large"
    assert "50.1 MB" in refusal.text or "50.0 MB" in refusal.text


def test_a_zip_bomb_is_refused_before_a_parser_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import python_calamine

    content = changed(workbook(), lambda parts: parts.update({"xl/media/a.bin": bytes(200 * 1024 * 1024)}))
    assert len(content) < archive.UPLOAD_LIMIT
    monkeypatch.setattr(python_calamine, "CalamineWorkbook", None)
    started = time.perf_counter()
    assert refused(content).code == "workbook_bomb"
    assert time.perf_counter() - started < 1


def test_a_stream_that_unpacks_to_more_than_its_header_says_is_refused() -> None:
    content = changed(workbook(), lambda parts: parts.update({"xl/media/a.bin": bytes(40 * 1024 * 1024)}))
    lie = bytearray(content)
    directory = content.rindex(b"PK\x01\x02", 0, content.index(b"xl/media/a.bin", content.rindex(b"PK\x01\x02")))
    lie[directory + 24 : directory + 28] = (1000).to_bytes(4, "little")
    assert refused(bytes(lie)).code == "workbook_bomb"


def test_too_many_parts_are_refused() -> None:
    content = changed(workbook(), lambda parts: parts.update({f"x/{n}": b"" for n in range(400)}))
    assert refused(content).code == "workbook_too_many_parts"


@pytest.mark.parametrize("place", [b'r="XFD1048576"', b"r='XFD1048576'", b'r = "XFD1048576"', b'r="xfd1048576"'])
def test_a_single_cell_in_the_last_corner_is_refused_however_it_is_written(place: bytes) -> None:
    def corner(parts: dict[str, bytes]) -> None:
        path = "xl/worksheets/sheet1.xml"
        parts[path] = parts[path].replace(b'r="C3"', place)

    assert refused(changed(workbook(), corner)).code in ("workbook_stretched", "workbook_damaged")


def test_an_external_entity_is_refused() -> None:
    def entity(parts: dict[str, bytes]) -> None:
        path = "xl/sharedStrings.xml"
        head, rest = parts[path].split(b"\n", 1)
        parts[path] = head + b'<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + rest

    assert refused(changed(workbook(), entity)).code == "workbook_damaged"


@pytest.mark.parametrize("cut", [10, 400, 2000])
def test_a_cut_off_file_is_refused(cut: int) -> None:
    assert refused(workbook()[:-cut]).code == "workbook_damaged"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_csv_is_read_in_the_encodings_of_offices(encoding: str) -> None:
    text = '姓名,证件号码,缴存基数\r\n赵一,="11010519491231002X","8,600.00"\r\n'
    table = read_table(text.encode(encoding), "名单.csv", recognise=recognise)
    assert table.rows[0].cells == {"A": "赵一", "B": "11010519491231002X", "C": "8,600.00"}


def test_a_formula_in_a_csv_is_refused() -> None:
    refusal = refused("姓名,证件号码\n赵一,=HYPERLINK(1)\n".encode(), "名单.csv")
    assert refusal.code == "workbook_formula"
    assert "B2" in refusal.text


def test_bytes_that_are_no_text_are_refused() -> None:
    assert refused(b"\xff\x00\x80\x81" * 20, "名单.csv").code == "text_encoding"


def test_pasted_cells_are_read_by_tabs() -> None:
    table = read_pasted("姓名\t证件号码\t缴存基数\n赵一\t11010519491231002X\t8600\n", recognise=recognise)
    assert table.rows[0].number == 2
    assert table.rows[0].cells["C"] == "8600"


@pytest.mark.parametrize(
    ("content", "filename", "code"),
    [
        (b"", "名单.xlsx", "file_empty"),
        (b"hello", "名单.xlsx", "workbook_damaged"),
        (b"hello", "名单.exe", "file_kind"),
        (workbook(()), "名单.xlsx", "rows_missing"),
        (workbook(headings=("甲", "乙", "丙")), "名单.xlsx", "heading_missing"),
        (workbook(), "名单.xlsm", "file_kind"),
    ],
)
def test_each_other_bad_upload_has_its_own_refusal(content: bytes, filename: str, code: str) -> None:
    assert refused(content, filename).code == code


def test_ten_thousand_rows_are_read_well_under_a_second() -> None:
    content = workbook([("赵一", "11010519491231002X", 8600)] * 10_000)
    started = time.perf_counter()
    assert len(read_table(content, "名单.xlsx", recognise=recognise).rows) == 10_000
    assert time.perf_counter() - started < 2.5


def test_a_container_is_rebuilt_without_what_is_not_needed() -> None:
    opened = archive.open_archive(workbook())
    rebuilt = zipfile.ZipFile(io.BytesIO(opened.rebuilt({"xl/workbook.xml"})))
    assert rebuilt.namelist() == ["xl/workbook.xml"]


def test_the_sheets_of_a_workbook_are_listed_to_choose_from() -> None:
    def second(book: object, page: object) -> None:
        book.add_worksheet("10月").write_row(0, 0, HEADINGS)  # type: ignore[attr-defined]
        book.add_worksheet("说明").write(0, 0, "备注")  # type: ignore[attr-defined]
        book.add_worksheet("空")  # type: ignore[attr-defined]

    listed = sheets_of(workbook(finish=second), recognise=recognise)
    assert [(sheet.name, sheet.rows, bool(sheet.headings)) for sheet in listed][1:] == [
        ("10月", 0, True), ("说明", 1, False),
    ]  # fmt: skip
    assert listed[0].rows == 2 and set(HEADINGS) <= set(listed[0].headings)


def test_cells_keep_what_stands_above_the_headings_and_the_time_of_day() -> None:
    moment = datetime(2026, 11, 23, 10, 5, 30)  # noqa: DTZ001  (a sheet knows no zone)

    def stamp(book: Any, page: Any) -> None:
        shape = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        page.write_datetime(1, 2, moment, shape)

    seen = read_cells(workbook(finish=stamp), "a.xlsx", recognise=recognise)
    assert (seen.heading, seen.rows[0][0], seen.rows[1][2]) == (0, "姓名", moment)
    text = read_cells("说明,\n姓名,证件号码\n".encode(), "a.csv", recognise=recognise)
    assert (text.heading, text.rows) == (1, (("说明", ""), ("姓名", "证件号码")))
