"""A table written back as a workbook, every cell at its old place: what is kept after an agent mended it on the page.

The same table gives the same bytes, so that a list mended twice in the same way is known as the same list.
"""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from anju.files.sheet_scan import column_number
from anju.files.types import Cell, Table

_FOREVER = datetime(2000, 1, 1)  # noqa: DTZ001  (the writer wants a naive one, and it must not be now)
_PLAIN_SHEET = "名册"


def table_workbook(table: Table) -> bytes:
    """The sheet with its heading row and rows where they stood; texts stay texts, nothing can start a formula."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    book.set_properties({"created": _FOREVER})
    page = book.add_worksheet(_sheet_name(table.sheet))
    text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
    heading = book.add_format({"bold": True, "num_format": "@"})
    for letter, title in table.headers.items():
        page.write_string(table.header_row - 1, column_number(letter) - 1, title, heading)
    for row in table.rows:
        for letter, cell in row.cells.items():
            _write(page, row.number - 1, column_number(letter) - 1, cell, text=text, day=day)
    book.close()
    return target.getvalue()


def _write(page: Worksheet, row: int, column: int, cell: Cell, *, text: object, day: object) -> None:
    if isinstance(cell, bool):
        page.write_boolean(row, column, cell)
    elif isinstance(cell, Decimal):
        page.write_number(row, column, cell)
    elif isinstance(cell, date):
        page.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
    else:
        page.write_string(row, column, cell, text)


def _sheet_name(name: str) -> str:
    """A name a workbook takes; that of pasted cells or of a csv may not fit one."""
    plain = "".join(char for char in name if char not in "[]:*?/\\").strip("'")[:31]
    return plain or _PLAIN_SHEET
