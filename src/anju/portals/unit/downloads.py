"""Answers that are files: real numbers and dates, long numbers as text, nothing that starts a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Column:
    """One column: its heading, its width, and whether its whole numbers are fen."""

    heading: str
    width: int = 16
    money: bool = False

    @classmethod
    def of_money(cls, heading: str) -> Column:
        return cls(heading, 14, True)


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]


def workbook_response(content: bytes, name: str) -> HttpResponse:
    """A workbook as attachment, its Chinese name by RFC 6266."""
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename=\"list.xlsx\"; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def sheet_response(name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A workbook of one sheet."""
    return workbook_response(workbook([Sheet(name[:31], columns, rows)]), f"{name}.xlsx")


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The sheets as xlsx; headings stay in sight."""
    stream = BytesIO()
    book = Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head, text = book.add_format({"bold": True, "num_format": "@"}), book.add_format({"num_format": "@"})
    amount, day = book.add_format({"num_format": "#,##0.00"}), book.add_format({"num_format": "yyyy-mm-dd"})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        page.freeze_panes(1, 0)
        for place, column in enumerate(sheet.columns):
            page.set_column(place, place, column.width)
            page.write_string(0, place, column.heading, head)
        for line, row in enumerate(sheet.rows, start=1):
            for place, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
                _write(page, line, place, value, column, text=text, amount=amount, day=day)
    book.close()
    return stream.getvalue()


def _write(
    page: Worksheet, line: int, place: int, value: Any, column: Column, *, text: Any, amount: Any, day: Any
) -> None:
    if value is None or value == "":
        return
    if column.money:
        page.write_number(line, place, Decimal(value) / 100, amount)
    elif isinstance(value, int):
        page.write_number(line, place, value)
    elif isinstance(value, datetime | date):
        page.write_datetime(line, place, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
    else:
        page.write_string(line, place, str(value), text)
