"""Small workbooks for tests, good and bad, built in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import xlsxwriter

HEADINGS = ("姓名", "证件号码", "缴存基数")
ROWS: tuple[tuple[Any, ...], ...] = (
    ("赵一", "11010519491231002X", 8600),
    ("钱二", "440524188001010014", 9200.5),
)


def recognise(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if cell in HEADINGS)


def workbook(
    rows: Sequence[Sequence[Any]] = ROWS,
    headings: Sequence[str] = HEADINGS,
    *,
    sheet: str = "名单",
    finish: Callable[[xlsxwriter.Workbook, Any], None] | None = None,
) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False})
    page = book.add_worksheet(sheet)
    page.write_row(0, 0, headings)
    for number, row in enumerate(rows, start=1):
        page.write_row(number, 0, row)
    if finish:
        finish(book, page)
    book.close()
    return target.getvalue()


def changed(content: bytes, change: Callable[[dict[str, bytes]], None], **options: Any) -> bytes:
    """The same container after `change` has altered its parts."""
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    change(parts)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, **options) as container:
        for name, part in parts.items():
            container.writestr(name, part)
    return target.getvalue()
