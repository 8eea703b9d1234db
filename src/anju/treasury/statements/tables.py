"""Statements that come as a table: csv (UTF-8 or GB18030) and xlsx.

Two shapes are read by one rule: an account's data may stand above the table (账号、起止日期、期初余额、期末余额、笔数)
or in its columns, and a line of totals (合计) may end it. A file that tells neither a closing balance nor totals
cannot be known to be whole and is refused. Bytes become cells in the files room, with its limits.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from anju.files.sheet_scan import column_letters
from anju.files.types import Cell, Cells
from anju.files.workbook import ZIP_MARK, read_cells
from anju.kernel.refusal import Refusal
from anju.treasury.statements import cells as read
from anju.treasury.statements.columns import SHAPES, Column, meaning, plain, recognise
from anju.treasury.statements.shape import RawEntry, RawStatement, StatementFormat, fault
from anju.treasury.types import Direction

# The files room speaks of lists of people; here it is a bank's file.
_WORDS = {
    "file_empty": "文件是空的，请重新从银行下载对账单。",
    "upload_too_large": "文件超过 10 MB 的上限，请按较短的日期分几次下载对账单后逐份上传。",
    "workbook_bomb": "文件解压后的体积异常大，已拒绝打开，请重新从银行下载对账单。",
    "workbook_too_many_parts": "文件内部结构异常，已拒绝打开，请重新从银行下载对账单。",
    "workbook_stretched": "文件的行数或列数过多，请按较短的日期分几次下载对账单后逐份上传。",
    "rows_too_many": "一份对账单最多 50,000 行，请按较短的日期分几次下载后逐份上传。",
    "heading_missing": f"没有找到对账单的表头。{SHAPES}，请核对后重新上传。",
    "file_kind": "对账单只能是 .csv、.xlsx 或 camt.053 的 .xml 文件，请重新从银行下载。",
    "sheet_wrong": "第一张工作表不是对账单，请只保留对账单的工作表后重新上传。",
    "sheet_ambiguous": "有几张工作表都像对账单，请只保留一张后重新上传。",
}
_LABELS = {
    "账号": "account", "账户账号": "account", "本方账号": "account", "币种": "currency",
    "起始日期": "first", "开始日期": "first", "终止日期": "last", "截止日期": "last", "结束日期": "last",
    "起止日期": "period", "查询期间": "period", "查询日期": "period",
    "期初余额": "opening", "上期余额": "opening", "期末余额": "closing", "本期余额": "closing",
    "总笔数": "count", "笔数": "count", "借方合计": "debit", "借方发生额合计": "debit",
    "贷方合计": "credit", "贷方发生额合计": "credit",
}  # fmt: skip
_TOTAL = re.compile(r"(本期)?(合计|总计).*")
_COUNT = re.compile(r"(\d{1,6})笔", re.ASCII)
_BETWEEN = re.compile(r"至|到|~|—+|--")


@dataclass
class _Told:
    """What the lines around the table tell of the account."""

    account: str = ""
    first: date | None = None
    last: date | None = None
    opening: int | None = None
    closing: int | None = None
    count: int | None = None
    debit: int | None = None
    credit: int | None = None
    totals_line: int | None = field(default=None)


def read_table_statement(content: bytes, filename: str) -> RawStatement:
    """The statement in a csv or xlsx file as it was read, not yet proven."""
    is_book = content.startswith(ZIP_MARK)
    if not is_book and content and content[-1:] not in (b"\n", b"\r", b"\x00"):
        line = content.count(b"\n") + 1
        raise fault("cut", f"第 {line} 行没有结束，文件可能没有传完，请重新从银行下载完整的对账单。")
    try:
        sheet = read_cells(content, filename, recognise=recognise)
    except Refusal as refusal:
        raise fault(refusal.code, _WORDS.get(refusal.code, refusal.text)) from refusal
    columns = _columns(sheet)
    told = _Told()
    for number in range(sheet.heading):
        _read_labels(sheet.rows[number], number, told)
    entries = tuple(_entries(sheet, columns, told))
    if told.closing is None and told.count is None and (told.debit is None or told.credit is None):
        raise fault("end_missing", "文件里没有期末余额、笔数或合计行，不能确认完整，请重新从银行下载带合计的对账单。")
    if not told.account:
        raise fault("account_missing", "文件里没有写明账号，请重新从银行下载带账号的对账单。")
    return RawStatement(
        format=StatementFormat.XLSX if is_book else StatementFormat.CSV, digest=hashlib.sha256(content).digest(),
        account=told.account, first=told.first, last=told.last, opening_fen=told.opening, closing_fen=told.closing,
        entries=entries, count=told.count, debit_fen=told.debit, credit_fen=told.credit,
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------- the columns


def _columns(sheet: Cells) -> dict[Column, int]:
    """Where each column stands; unknown, doubled and missing headings are refused by their place."""
    found: dict[Column, int] = {}
    for position, cell in enumerate(sheet.rows[sheet.heading]):
        name = str(cell).strip()
        if not name:
            continue
        column = meaning(name)
        place = _place(sheet.heading, position)
        if column is None:
            raise fault("column_unknown", f"{place}“{name[:20]}”是不认识的列。{SHAPES}，请核对后重新上传。")
        if column is Column.UNUSED:
            continue
        if column in found:
            raise fault("column_twice", f"{place}“{name[:20]}”与另一列意思相同，请只保留一列后重新上传。")
        found[column] = position
    sides = {Column.DEBIT, Column.CREDIT} <= set(found) and Column.AMOUNT not in found
    signed = {Column.AMOUNT, Column.SIDE} <= set(found) and not {Column.DEBIT, Column.CREDIT} & set(found)
    if not (sides or signed) or not {Column.SERIAL, Column.BALANCE} <= set(found) or not _date_columns(found):
        raise fault("column_missing", f"第 {sheet.heading + 1} 行的表头不完整。{SHAPES}，请核对后重新上传。")
    return found


def _date_columns(columns: dict[Column, int]) -> list[Column]:
    """The column of the booking day: 记账日期, else 交易日期, else a 交易时间 that holds the day too."""
    return [column for column in (Column.BOOKED, Column.TRADED, Column.TIME) if column in columns]


# ------------------------------------------------------------------------------------------------ the lines


def _entries(sheet: Cells, columns: dict[Column, int], told: _Told) -> Iterator[RawEntry]:
    width = max(columns.values()) + 1
    for number in range(sheet.heading + 1, len(sheet.rows)):
        row = sheet.rows[number]
        filled = [cell for cell in row if cell != ""]
        if not filled:
            continue
        if told.totals_line is not None:
            _read_labels(row, number, told)
            continue
        if _TOTAL.fullmatch(plain(filled[0])):
            _read_totals(row, number, columns, told)
            continue
        if isinstance(filled[0], str) and _label(filled[0])[0] in _LABELS:
            _read_labels(row, number, told)
            told.totals_line = number
            continue
        if len(row) < width:
            raise fault(
                "cut",
                f"第 {number + 1} 行只有 {len(row)} 列，应有 {width} 列，文件可能没有传完，请重新从银行下载。",
            )
        yield _entry(_Line(row, number, columns), told)


@dataclass(frozen=True)
class _Line:
    """One line of the table with the place of each cell."""

    row: Sequence[Cell]
    number: int
    columns: dict[Column, int]

    def cell(self, column: Column) -> Cell:
        position = self.columns.get(column)
        return "" if position is None or position >= len(self.row) else self.row[position]

    def place(self, column: Column) -> str:
        return _place(self.number, self.columns.get(column, 0))

    def key(self, column: Column, name: str) -> str:
        return read.key(self.cell(column), self.place(column), name)


def _entry(line: _Line, told: _Told) -> RawEntry:
    _note_account(line.key(Column.OF, "账号"), line.place(Column.OF), told)
    read.refuse_foreign(line.cell(Column.CURRENCY), line.place(Column.CURRENCY))
    dated = _date_columns(line.columns)[0]
    entry_date = read.day(line.cell(dated), line.place(dated))
    serial = line.key(Column.SERIAL, "流水号")
    if not serial:
        raise fault("serial_missing", f"{line.place(Column.SERIAL)}没有流水号，请重新从银行下载带流水号的对账单。")
    balance = read.fen(line.cell(Column.BALANCE), line.place(Column.BALANCE))
    if balance is None:
        raise fault("balance_missing", f"{line.place(Column.BALANCE)}没有余额，文件可能没有传完，请重新从银行下载。")
    reversal = read.marked(line.cell(Column.REVERSAL), line.place(Column.REVERSAL))
    direction, amount = _moved(line, reversal)
    time = read.time_of_day(line.cell(Column.TIME), line.place(Column.TIME))
    return RawEntry(
        place=f"第 {line.number + 1} 行", entry_date=entry_date, host_serial=serial, direction=direction,
        amount_fen=amount, told_fen=balance, reversal=reversal,
        booked_time=time or (read.moment(line.cell(dated)) or (entry_date, ""))[1],
        counter_name=read.words(line.cell(Column.NAME)), counter_account=line.key(Column.ACCOUNT, "对方账号"),
        counter_bank=line.key(Column.BANK, "对方行号")[:20], summary=read.words(line.cell(Column.SUMMARY)),
        remark=read.words(line.cell(Column.REMARK)), voucher_number=line.key(Column.VOUCHER, "凭证号"),
        original_host_serial=line.key(Column.ORIGINAL, "原流水号"),
        original_serial=line.key(Column.OWN_SERIAL, "企业流水号"),
    )  # fmt: skip


def _moved(line: _Line, reversal: bool) -> tuple[Direction, int]:
    """Effect on the account and amount. A negative amount is a reversal in red ink on its original's side."""
    if Column.AMOUNT in line.columns:
        column = Column.AMOUNT
        side = read.side(line.cell(Column.SIDE), line.place(Column.SIDE))
        amount = read.moved_fen(line.cell(column), line.place(column))
    else:
        debit = read.moved_fen(line.cell(Column.DEBIT), line.place(Column.DEBIT))
        credit = read.moved_fen(line.cell(Column.CREDIT), line.place(Column.CREDIT))
        if debit and credit:
            raise fault("both_sides", f"{line.place(Column.CREDIT)}：同一行既有借方又有贷方发生额，请核对后重新上传。")
        side, column = (Direction.DEBIT, Column.DEBIT) if debit else (Direction.CREDIT, Column.CREDIT)
        amount = debit or credit
    if amount == 0:
        raise fault("amount_missing", f"{line.place(column)}没有发生额，请核对后重新上传。")
    if amount > 0:
        return side, amount
    if not reversal:
        raise fault("amount_negative", f"{line.place(column)}的发生额是负数，却没有冲正标志，请核对后重新上传。")
    return (Direction.CREDIT if side is Direction.DEBIT else Direction.DEBIT), -amount


# ------------------------------------------------------------------------------- the lines around the table


def _read_labels(row: Sequence[Cell], number: int, told: _Told) -> None:
    """Labels with their values, in one cell (账号：33…) or in two side by side. What is no label is decoration."""
    position = 0
    while position < len(row):
        name, value = _label(row[position])
        meant = _LABELS.get(name)
        place = _place(number, position)
        if meant and not value and position + 1 < len(row):
            position += 1
            place, cell = _place(number, position), row[position]
        else:
            cell = value
        if meant:
            _note(meant, cell, place, told)
        position += 1


def _label(cell: Cell) -> tuple[str, str]:
    if not isinstance(cell, str):
        return "", ""
    name, _, value = cell.replace("：", ":").partition(":")
    return plain(name), value.strip()


def _note(meant: str, cell: Cell, place: str, told: _Told) -> None:
    if cell == "":
        return
    match meant:
        case "account":
            _note_account(read.key(cell, place, "账号"), place, told)
        case "currency":
            read.refuse_foreign(cell, place)
        case "period":
            ends = _BETWEEN.split(str(cell)) if not isinstance(cell, date) else [cell, cell]
            if len(ends) == 1 and str(cell).count("-") == 1:
                ends = str(cell).split("-")
            if len(ends) != 2:
                raise fault("date", f"{place}“{str(cell)[:30]}”不是起止日期，请核对后重新上传。")
            told.first, told.last = (read.day(end.strip() if isinstance(end, str) else end, place) for end in ends)
        case "first" | "last":
            setattr(told, meant, read.day(cell, place))
        case "count":
            digits = re.sub(r"\D", "", str(cell))
            told.count = int(digits[:9]) if digits else None
        case _:
            setattr(told, meant, read.fen(cell, place))


def _note_account(account: str, place: str, told: _Told) -> None:
    if account and told.account and account != told.account:
        raise fault("account_mixed", f"{place}的账号与前面的不同，一份对账单只能是一个账户的，请分账户下载后逐份上传。")
    told.account = told.account or account


def _read_totals(row: Sequence[Cell], number: int, columns: dict[Column, int], told: _Told) -> None:
    """The line 合计: turnover of both sides, closing balance, and the number of entries, as far as it tells them."""
    told.totals_line = number
    for column, name in ((Column.DEBIT, "debit"), (Column.CREDIT, "credit"), (Column.BALANCE, "closing")):
        position = columns.get(column)
        if position is not None and position < len(row) and row[position] != "":
            setattr(told, name, read.fen(row[position], _place(number, position)))
    said = _COUNT.search(plain("".join(str(cell) for cell in row)))
    if said:
        told.count = int(said[1])


def _place(number: int, position: int) -> str:
    return f"第 {number + 1} 行 {column_letters(position + 1)} 列"
