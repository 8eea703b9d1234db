"""A table of the desk as a workbook: real numbers and dates, and no cell that could be a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from anju.kernel.clock import ZONE
from anju.reports.types import Column, Show, Value

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTHS = {Show.TEXT: 24, Show.FEN: 18, Show.DAY: 14, Show.MOMENT: 18, Show.NUMBER: 8, Show.VOUCHER: 12,
          Show.ACCOUNT: 16}
FORMATS = {Show.FEN: "#,##0.00", Show.DAY: "yyyy-mm-dd", Show.MOMENT: "yyyy-mm-dd hh:mm"}
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


class Sheets:
    """A workbook under construction, one sheet after another."""

    def __init__(self) -> None:
        self._stream = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._stream, OPTIONS)
        self._title = self._book.add_format({"bold": True, "font_size": 14})
        self._head = self._book.add_format({"bold": True, "bottom": 2})
        self._shown = {show: self._book.add_format({"num_format": form}) for show, form in FORMATS.items()}

    def add(
        self, name: str, *, title: str, notes: Sequence[str], columns: Sequence[Column],
        lines: Iterable[Sequence[Value]], after: str = "",
    ) -> None:  # fmt: skip
        """One sheet: a title, what must be known of the table, an empty line, the heads, the lines. Amounts are fen."""
        sheet = self._book.add_worksheet(name)
        sheet.write_string(0, 0, title, self._title)
        for row, note in enumerate(notes, start=1):
            sheet.write_string(row, 0, note)
        first = len(notes) + 3
        for at, column in enumerate(columns):
            sheet.set_column(at, at, WIDTHS[column.show])
            sheet.write_string(first - 1, at, column.title, self._head)
        sheet.freeze_panes(first, 0)
        row = first
        for row, line in enumerate(lines, start=first):  # noqa: B007  (the last one is needed below)
            for at, (column, value) in enumerate(zip(columns, line, strict=True)):
                self._write(sheet, row, at, column.show, value)
        if after:
            sheet.write_string(row + 1, 0, after)

    def content(self) -> bytes:
        """The finished workbook."""
        self._book.close()
        return self._stream.getvalue()

    def _write(self, sheet: Any, row: int, at: int, show: Show, value: Value) -> None:
        if value is None:
            return
        if show is Show.ACCOUNT:
            sheet.write_string(row, at, str(value))
        elif show is Show.FEN and isinstance(value, int):
            sheet.write(row, at, Decimal(value) / 100, self._shown[show])
        elif isinstance(value, datetime):
            sheet.write(row, at, value.astimezone(ZONE).replace(tzinfo=None), self._shown[Show.MOMENT])
        elif isinstance(value, date):
            sheet.write(row, at, datetime.combine(value, time()), self._shown[Show.DAY])
        else:
            sheet.write(row, at, value)


def attachment(content: bytes, name: str, *, content_type: str = XLSX) -> HttpResponse:
    """A file to be kept, under a Chinese name."""
    sent = HttpResponse(content, content_type=content_type)
    sent["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    sent["X-Content-Type-Options"] = "nosniff"
    return sent
