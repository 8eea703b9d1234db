"""Reads one table out of an upload: xlsx, csv or pasted cells.

Owns the way from bytes to rows with row numbers and column letters, and every refusal on it: size, zip
bomb, macros, formulas, merged cells, wrong or ambiguous sheet, no heading row. It knows nothing of what the
columns mean; the caller's `recognise` says how many headings of a row it knows.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import python_calamine

from anju.files import sheet_scan, text_table
from anju.files.archive import DAMAGED, Archive, open_archive, refuse_too_large
from anju.files.types import Cell, Cells, Recognise, Row, SheetSeen, Table
from anju.kernel.refusal import Refusal

HEADING_SEARCH_ROWS = 20
DATA_ROW_LIMIT = 50_000
LEGACY_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_MARK = b"PK\x03\x04"
TEXT_SUFFIXES = (".csv", ".txt", ".tsv")
PASTED = "粘贴内容"


def read_table(content: bytes, filename: str, *, recognise: Recognise | None = None, sheet: str | None = None) -> Table:
    """The table of an upload; `sheet` is the agent's choice when the workbook holds several."""
    return _table(*_opened(content, filename, recognise or _any_heading, sheet))


def read_cells(content: bytes, filename: str, *, recognise: Recognise) -> Cells:
    """Every cell of an upload's one fitting sheet, with what stands above the headings and with times of day.

    Refuses what `read_table` refuses, but not a sheet without lines below its headings.
    """
    name, header, grid = _opened(content, filename, recognise, None)
    if len(grid) - header - 1 > DATA_ROW_LIMIT:
        raise Refusal("rows_too_many", f"一次最多 {DATA_ROW_LIMIT} 行，请分成几份上传。", field="file")
    return Cells(name, header, tuple(tuple(_exact(cell) for cell in row) for row in grid))


def _opened(content: bytes, filename: str, known: Recognise, sheet: str | None) -> tuple[str, int, list[list[Any]]]:
    """Name, index of the heading row from 0, and the raw cells of the sheet that is meant."""
    refuse_too_large(len(content))
    if not content:
        raise Refusal("file_empty", "文件是空的。请确认名单已保存后重新上传。", field="file")
    suffix = "." + filename.lower().rsplit(".", 1)[-1] if "." in filename else ""
    if content.startswith(ZIP_MARK):
        if suffix not in (".xlsx", ""):
            raise Refusal("file_kind", "请上传 .xlsx 或 .csv 文件（.xlsm 请另存为 .xlsx）。", field="file")
        return _open_workbook(open_archive(content), known, sheet)
    if content.startswith(LEGACY_MARK):
        raise Refusal(
            "workbook_legacy",
            "这是旧版 .xls 或设了密码的文件。请打开后另存为不带密码的 .xlsx，再重新上传。",
            field="file",
        )
    if suffix == ".xlsx":
        raise Refusal("workbook_damaged", DAMAGED, field="file")
    if suffix not in TEXT_SUFFIXES:
        raise Refusal("file_kind", "请上传 .xlsx 或 .csv 文件。", field="file")
    return _open_text(text_table.decode(content), filename, known)


def read_pasted(text: str, *, recognise: Recognise | None = None) -> Table:
    """The table of cells pasted from a spreadsheet into a text field."""
    refuse_too_large(len(text))
    if not text.strip():
        raise Refusal("file_empty", "还没有粘贴内容。请在表格里选中名单（连同表头）复制后粘贴。", field="pasted")
    return _table(*_open_text(text, PASTED, recognise or _any_heading))


def sheets_of(content: bytes, *, recognise: Recognise) -> tuple[SheetSeen, ...]:
    """The filled sheets of a workbook in the order of their tabs, for its owner to choose from."""
    archive = open_archive(content)
    sheets = sheet_scan.sheet_parts(archive)
    _refuse_unsafe(archive, sheets)
    grids = _grids(_book(archive, sheets), sheets)
    return tuple(
        SheetSeen(name, _rows_below(grid, header), tuple(_heading(cell) for cell in grid[header] if _heading(cell)))
        if (header := _header_index(grid, recognise)) is not None
        else SheetSeen(name, sum(1 for row in grid if any(row)), ())
        for name, grid in grids.items()
        if any(map(any, grid))
    )


def _rows_below(grid: Sequence[Sequence[Any]], header: int) -> int:
    return sum(1 for row in grid[header + 1 :] if any(cell not in ("", None) for cell in row))


def _any_heading(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if cell)


def _open_text(text: str, name: str, recognise: Recognise) -> tuple[str, int, list[list[Any]]]:
    rows = text_table.text_rows(text)
    computed = text_table.formula_cells(rows)
    if computed:
        cells = "、".join(f"{sheet_scan.column_letters(column + 1)}{row + 1}" for row, column in computed[:3])
        raise Refusal("workbook_formula", f"{cells} 是公式。请改成数值后重新上传。", field="file")
    widest = max((len(row) for row in rows), default=0)
    if widest > sheet_scan.COLUMN_LIMIT or len(rows) > sheet_scan.ROW_LIMIT:
        raise Refusal("workbook_stretched", "行数或列数过多，请只保留名单后重新上传。", field="file")
    header = _header_index(rows, recognise)
    if header is None:
        raise _no_heading(name)
    return name, header, rows


def _open_workbook(
    archive: Archive, recognise: Recognise, wanted: str | None
) -> tuple[str, int, list[list[Any]]]:
    sheets = sheet_scan.sheet_parts(archive)
    _refuse_unsafe(archive, sheets)
    book = _book(archive, sheets)
    grids = _grids(book, sheets)
    chosen = _choose(sheets, grids, recognise, wanted)
    header = _header_index(grids[chosen.name], recognise)
    if header is None:
        raise _no_heading(chosen.name)
    _refuse_merged(chosen.name, book, header)
    return chosen.name, header, grids[chosen.name]


def _refuse_unsafe(archive: Archive, sheets: tuple[sheet_scan.SheetPart, ...]) -> None:
    for part in archive.parts.values():
        if part[:5] in (b"<?xml", b"\xef\xbb\xbf<?"):
            sheet_scan.refuse_unreadable(part)
    for candidate in sheets:
        part = archive.parts[candidate.path]
        sheet_scan.refuse_unreadable(part)
        sheet_scan.refuse_formulas(candidate, part)
        sheet_scan.refuse_stretched(candidate, part)


def _book(archive: Archive, sheets: tuple[sheet_scan.SheetPart, ...]) -> python_calamine.CalamineWorkbook:
    """The parser's workbook over a rebuilt container that holds only what a list needs."""
    wanted = {sheet.path for sheet in sheets} | {
        path for path in archive.parts if path.endswith((".rels", "[Content_Types].xml"))
    }
    wanted |= {"xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"}
    wanted |= {path for path in archive.parts if path.lower().endswith(("sharedstrings.xml", "styles.xml"))}
    try:
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(archive.rebuilt(wanted)))
    except (python_calamine.CalamineError, OSError, ValueError) as problem:
        raise Refusal("workbook_damaged", DAMAGED, field="file") from problem


def _grids(
    book: python_calamine.CalamineWorkbook, sheets: tuple[sheet_scan.SheetPart, ...]
) -> dict[str, list[list[Any]]]:
    try:
        return {
            sheet.name: book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
            for sheet in sheets
            if not sheet.hidden
        }
    except (python_calamine.CalamineError, OSError, ValueError) as problem:
        raise Refusal("workbook_damaged", DAMAGED, field="file") from problem


def _choose(
    sheets: tuple[sheet_scan.SheetPart, ...],
    grids: dict[str, list[list[Any]]],
    recognise: Recognise,
    wanted: str | None,
) -> sheet_scan.SheetPart:
    filled = [sheet for sheet in sheets if any(map(any, grids.get(sheet.name, [])))]
    if not filled:
        raise Refusal("file_empty", "工作簿里没有内容。请确认名单已保存后重新上传。", field="file")
    if wanted is not None:
        for sheet in filled:
            if sheet.name == wanted:
                return sheet
        raise Refusal("sheet_unknown", f"工作簿里没有名为“{wanted}”的工作表，或它是空的。", field="sheet")
    fitting = [sheet for sheet in filled if _header_index(grids[sheet.name], recognise) is not None]
    if not fitting:
        raise _no_heading(filled[0].name)
    if len(fitting) > 1:
        names = "、".join(f"“{sheet.name}”" for sheet in fitting)
        raise Refusal(
            "sheet_ambiguous",
            f"工作表 {names} 都像名单，不能替您猜。请选一张，或只保留一张后重新上传。",
            field="sheet",
        )
    if fitting[0] is not filled[0]:
        raise Refusal(
            "sheet_wrong",
            f"第一张工作表“{filled[0].name}”不是名单；“{fitting[0].name}”看起来才是。请选“{fitting[0].name}”，"
            "或只保留它后重新上传。",
            field="sheet",
        )
    return fitting[0]


def _header_index(grid: Sequence[Sequence[Any]], recognise: Recognise) -> int | None:
    """The row, from 0, with the most known headings (at least two) among the first rows."""
    best, index = 1, None
    for row_index, row in enumerate(grid[:HEADING_SEARCH_ROWS]):
        score = recognise([cell.strip() if isinstance(cell, str) else "" for cell in row])
        if score > best:
            best, index = score, row_index
    return index


def _no_heading(name: str) -> Refusal:
    return Refusal(
        "heading_missing",
        f"“{name}”的前 {HEADING_SEARCH_ROWS} 行里没有找到表头。请保留一行表头（如 姓名、证件号码、缴存基数）"
        "后重新上传。",
        field="file",
    )


def _refuse_merged(name: str, book: python_calamine.CalamineWorkbook, header: int) -> None:
    """Merged cells above the heading row are decoration; from the heading row on they hide values."""
    areas = book.get_sheet_by_name(name).merged_cell_ranges or []
    inside = [area for area in areas if area[1][0] >= header]
    if inside:
        where = "、".join(_area_text(area) for area in inside[:3])
        raise Refusal(
            "workbook_merged",
            f"工作表“{name}”的 {where} 是合并单元格，无法确定每一行的内容。请取消合并、逐行填好后重新上传。",
            field="file",
        )


def _area_text(area: tuple[tuple[int, int], tuple[int, int]]) -> str:
    (top, left), (bottom, right) = area
    first, last = sheet_scan.column_letters(left + 1), sheet_scan.column_letters(right + 1)
    return f"{first}{top + 1}:{last}{bottom + 1}"


def _table(name: str, header: int, grid: Sequence[Sequence[Any]]) -> Table:
    letters = [sheet_scan.column_letters(number + 1) for number in range(max(map(len, grid)))]
    headings = {letters[position]: _heading(cell) for position, cell in enumerate(grid[header]) if _heading(cell)}
    rows = tuple(_rows(letters, grid, header))
    if not rows:
        raise Refusal("rows_missing", f"“{name}”只有表头，没有名单。请填好后重新上传。", field="file")
    if len(rows) > DATA_ROW_LIMIT:
        raise Refusal("rows_too_many", f"一次最多 {DATA_ROW_LIMIT} 行，请分成几份上传。", field="file")
    return Table(sheet=name, header_row=header + 1, headers=headings, rows=rows)


def _heading(cell: object) -> str:
    return cell.strip() if isinstance(cell, str) else ""


def _rows(letters: list[str], grid: Sequence[Sequence[Any]], header: int) -> Iterable[Row]:
    for index in range(header + 1, len(grid)):
        cells: dict[str, Cell] = {}
        for position, value in enumerate(grid[index]):
            if value == "" or value is None:
                continue
            cell = value.strip() if type(value) is str else _cell(value)
            if cell != "":
                cells[letters[position]] = cell
        if cells:
            yield Row(index + 1, cells)


def _exact(value: object) -> Cell:
    """A cell as `_cell` means it, empty ones as empty text, and a moment with its time of day."""
    if value is None or value == "":
        return ""
    return value if isinstance(value, datetime) else _cell(value)


def _cell(value: object) -> Cell:
    """A parser's value as a person means it; numbers become exact decimals of what the cell shows."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)
        return Decimal(int(value)) if value.is_integer() else Decimal(repr(value))
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, (time, timedelta)):
        return str(value)
    return str(value).strip()
