"""One cell of a statement as an amount, a day, a time, a side or a text; each refusal names the cell."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from anju.files.types import Cell
from anju.kernel.money import yuan_to_fen
from anju.treasury.statements.columns import plain
from anju.treasury.statements.shape import FEN_LIMIT, KEY_LIMIT, TEXT_LIMIT, fault
from anju.treasury.types import Direction

_AMOUNT = re.compile(r"-?(\d{1,14}|\d{1,3}(,\d{3}){1,4})(\.\d{1,2})?", re.ASCII)
_DAY = re.compile(
    r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[\sT]*(\d{1,2}):?(\d{2}):?(\d{2})(?:\.\d+)?)?", re.ASCII
)
_TIME = re.compile(r"(\d{1,2}):?(\d{2})(?::?(\d{2}))?(?:\.\d+)?", re.ASCII)
_NO_AMOUNT = frozenset({"", "-", "--", "0", "0.0", "0.00"})
_SIDES = {
    Direction.DEBIT: frozenset({"借", "借方", "D", "DR", "支", "支出", "1"}),
    Direction.CREDIT: frozenset({"贷", "贷方", "C", "CR", "收", "收入", "2"}),
}
_YES = frozenset({"1", "Y", "是", "冲正", "冲销", "红冲", "红字"})
_NO = frozenset({"", "0", "N", "否", "正常", "-"})
_CNY = frozenset({"人民币", "人民币元", "CNY", "RMB", "156"})
# A spreadsheet's number keeps fifteen digits; of a longer one the end was invented.
_EXACT_DIGITS = 15


def fen(cell: Cell, place: str) -> int | None:
    """Fen of an amount in yuan, exactly; None for an empty cell."""
    text = _text(cell).replace("，", ",").lstrip("¥￥")
    if text in ("", "-", "--"):
        return None
    if isinstance(cell, Decimal):
        text = format(cell, "f")
    if isinstance(cell, bool | date) or not _AMOUNT.fullmatch(text):
        raise fault("amount", f"{place}“{text[:30]}”不是以元为单位、最多两位小数的金额，请核对后重新上传。")
    amount = yuan_to_fen(text)
    if abs(amount) >= FEN_LIMIT:
        raise fault("amount", f"{place}的金额过大，请核对后重新上传。")
    return amount


def moved_fen(cell: Cell, place: str) -> int:
    """Fen of one side's turnover; an empty or zero cell is no turnover."""
    return 0 if _text(cell) in _NO_AMOUNT else fen(cell, place) or 0


def day(cell: Cell, place: str) -> date:
    found = moment(cell)
    if found is None:
        raise fault("date", f"{place}“{_text(cell)[:30]}”不是日期，应写成 2026-11-23 或 20261123，请核对后重新上传。")
    return found[0]


def moment(cell: Cell) -> tuple[date, str] | None:
    """Day and time of day (HHMMSS, or nothing) of a cell, None when it is no day."""
    if isinstance(cell, datetime):
        return cell.date(), f"{cell:%H%M%S}"
    if isinstance(cell, date):
        return cell, ""
    match = _DAY.fullmatch(_text(cell))
    if match is None:
        return None
    year, month, number, hour, minute, second = match.groups()
    try:
        found = date(int(year), int(month), int(number))
    except ValueError:
        return None
    return found, f"{int(hour):02d}{minute}{second}" if hour else ""


def time_of_day(cell: Cell, place: str) -> str:
    """HHMMSS, or nothing for an empty cell. A cell that holds a day too gives its time."""
    text = _text(cell)
    if not text:
        return ""
    whole = moment(cell)
    if whole is not None:
        return whole[1]
    match = _TIME.fullmatch(text.zfill(6) if isinstance(cell, Decimal) else text)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59 or int(match[3] or 0) > 60:
        raise fault("time", f"{place}“{text[:30]}”不是时间，应写成 10:05:30，请核对后重新上传。")
    return f"{int(match[1]):02d}{match[2]}{match[3] or '00'}"


def side(cell: Cell, place: str) -> Direction:
    text = plain(_text(cell)).upper()
    for direction, words in _SIDES.items():
        if text in words:
            return direction
    raise fault("side", f"{place}“{text[:10]}”不是借贷标志，应为“借”或“贷”，请核对后重新上传。")


def marked(cell: Cell, place: str) -> bool:
    text = plain(_text(cell)).upper()
    if text in _YES or text in _NO:
        return text in _YES
    raise fault("reversal_mark", f"{place}“{text[:10]}”不是冲正标志，应为“是”或空白，请核对后重新上传。")


def refuse_foreign(cell: Cell, place: str) -> None:
    """Only renminbi is booked."""
    text = plain(_text(cell)).upper()
    if text and text not in _CNY:
        raise fault("currency", f"{place}的币种是“{text[:10]}”，系统只记人民币账户，请下载人民币账户的对账单。")


def key(cell: Cell, place: str, name: str) -> str:
    """A serial or an account number: every digit counts."""
    text = _text(cell)
    if isinstance(cell, Decimal) and len(text.lstrip("-0")) > _EXACT_DIGITS:
        raise fault("digits_lost", f"{place}的{name}被存成了数字，末几位已经丢失，请把这一列按文本导出后重新上传。")
    text = re.sub(r"\s+", "", text)
    if len(text) > KEY_LIMIT:
        raise fault("too_long", f"{place}的{name}超过 {KEY_LIMIT} 个字符，请核对后重新上传。")
    return text


def words(cell: Cell, limit: int = TEXT_LIMIT) -> str:
    """Free text on one line; what cannot be printed becomes a space."""
    return "".join(char if char.isprintable() else " " for char in _text(cell)).strip()[:limit]


def _text(cell: Cell) -> str:
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return str(cell).strip()
