"""A statement as a workbook or a text table: real numbers and real dates, and no cell that could be a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal

import xlsxwriter
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from anju.portals.person.lines import Line

HEADINGS = ("日期", "摘要", "收入（元）", "支出（元）", "其中个人（元）", "其中单位（元）", "余额（元）", "流水号")
WIDTHS = (16, 24, 14, 14, 14, 14, 16, 10)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def yuan(fen: int) -> Decimal:
    """Fen as an exact number of yuan."""
    return Decimal(fen) / 100


def workbook(
    lines: Sequence[Line], *, since: date, until: date, opening_fen: int, closing_fen: int, who: str, centre: str
) -> bytes:
    """The statement as xlsx: a head, the opening balance, the lines in their order, the closing balance."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    bold, head = book.add_format({"bold": True, "font_size": 14}), book.add_format({"bold": True, "bottom": 2})
    money, day = book.add_format({"num_format": "#,##0.00"}), book.add_format({"num_format": "yyyy-mm-dd"})
    total = book.add_format({"num_format": "#,##0.00", "bold": True, "top": 1})
    sheet = book.add_worksheet("对账单")
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, f"{centre} 个人账户对账单", bold)
    sheet.write_string(1, 0, f"{who}，{since.isoformat()} 至 {until.isoformat()}")
    for column, heading in enumerate(HEADINGS):
        sheet.write_string(3, column, heading, head)
    sheet.freeze_panes(4, 0)
    sheet.write_string(4, 1, "期初余额")
    sheet.write_number(4, 6, yuan(opening_fen), money)
    at = 5
    for line in lines:
        sheet.write_datetime(at, 0, datetime.combine(line.booked_on, time()), day)
        sheet.write_string(at, 1, line.title)
        if line.fen >= 0:
            sheet.write_number(at, 2, yuan(line.fen), money)
        else:
            sheet.write_number(at, 3, yuan(-line.fen), money)
        sheet.write_number(at, 4, yuan(line.own_fen), money)
        sheet.write_number(at, 5, yuan(line.unit_fen), money)
        sheet.write_number(at, 6, yuan(line.balance_fen), money)
        sheet.write_number(at, 7, line.seq)
        at += 1
    sheet.write_string(at, 1, "期末余额", total)
    for column, fen in ((2, _come(lines)), (3, _gone(lines)), (6, closing_fen)):
        sheet.write_number(at, column, yuan(fen), total)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(3)
    book.close()
    return stream.getvalue()


def _come(lines: Sequence[Line]) -> int:
    return sum(line.fen for line in lines if line.fen > 0)


def _gone(lines: Sequence[Line]) -> int:
    return -sum(line.fen for line in lines if line.fen < 0)


def text_table(lines: Sequence[Line], *, opening_fen: int, closing_fen: int) -> bytes:
    """The statement as csv in UTF-8 with the mark that Excel needs."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(HEADINGS)
    writer.writerow(["", "期初余额", "", "", "", "", yuan(opening_fen), ""])
    for line in lines:
        come, gone = (yuan(line.fen), "") if line.fen >= 0 else ("", yuan(-line.fen))
        writer.writerow(
            [line.booked_on.isoformat(), line.title, come, gone, yuan(line.own_fen), yuan(line.unit_fen),
             yuan(line.balance_fen), line.seq]
        )  # fmt: skip
    writer.writerow(["", "期末余额", yuan(_come(lines)), yuan(_gone(lines)), "", "", yuan(closing_fen), ""])
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def as_download(content: bytes, name: str, media_type: str) -> HttpResponse:
    """An attachment under a Chinese name (RFC 6266)."""
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = content_disposition_header(True, name)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
