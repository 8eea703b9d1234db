"""An answer of the audit as a workbook: what was asked, real numbers and dates, and no cell that could be a formula."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from decimal import Decimal

import xlsxwriter

from anju.kernel.clock import ZONE
from anju.reports.types import Answer, Show, Value

WIDTHS = {Show.TEXT: 24, Show.FEN: 16, Show.DAY: 14, Show.MOMENT: 18, Show.NUMBER: 8, Show.VOUCHER: 12}
FORMATS = {Show.FEN: "#,##0.00", Show.DAY: "yyyy-mm-dd", Show.MOMENT: "yyyy-mm-dd hh:mm"}
FIRST_LINE = 6


def workbook(answer: Answer) -> bytes:
    """The answer as xlsx; above the lines stands all that is needed to ask again and compare."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    bold, head = book.add_format({"bold": True, "font_size": 14}), book.add_format({"bold": True, "bottom": 2})
    shown = {show: book.add_format({"num_format": form}) for show, form in FORMATS.items()}
    sheet = book.add_worksheet("审计提问")
    asked = answer.asked
    sheet.write_string(0, 0, answer.question.title, bold)
    sheet.write_string(1, 0, f"{asked.first} 至 {asked.last}，提问时间 {answer.at.astimezone(ZONE):%Y-%m-%d %H:%M}")
    sheet.write_string(2, 0, f"提问 {answer.question.code} 第 {answer.question.version} 版，种子号 {asked.seed}")
    sheet.write_string(3, 0, f"结果摘要（SHA-256）{answer.digest}")
    for at, column in enumerate(answer.question.columns):
        sheet.set_column(at, at, WIDTHS[column.show])
        sheet.write_string(FIRST_LINE - 1, at, column.title, head)
    sheet.freeze_panes(FIRST_LINE, 0)
    for row, line in enumerate(answer.lines, start=FIRST_LINE):
        for at, (column, value) in enumerate(zip(answer.question.columns, line, strict=True)):
            _write(sheet, row, at, column.show, value, shown)
    if answer.more:
        sheet.write_string(FIRST_LINE + len(answer.lines), 0, "后面还有：请缩短起止日期再问。")
    book.close()
    return stream.getvalue()


def _write(sheet: object, row: int, at: int, show: Show, value: Value, shown: dict[Show, object]) -> None:
    write = sheet.write  # type: ignore[attr-defined]
    if value is None:
        return
    if show is Show.FEN and isinstance(value, int):
        write(row, at, Decimal(value) / 100, shown[show])
    elif isinstance(value, datetime):
        write(row, at, value.astimezone(ZONE).replace(tzinfo=None), shown[Show.MOMENT])
    elif isinstance(value, date):
        write(row, at, datetime.combine(value, time()), shown[Show.DAY])
    else:
        write(row, at, value)
