"""Reads single cells: an amount, a month, a ratio, a document kind. What cannot be read says how to mend it.

Each reader answers the value, or a `Fault` with a code, words, and a suggestion where one is likely.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from anju.contributions.roster.types import ChangeKind, SealReason
from anju.files.types import Cell
from anju.kernel.identifiers import IdKind
from anju.kernel.month import Month


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a cell cannot be used, and how to mend it."""

    code: str
    text: str
    repair: str
    suggestion: str = ""


_AMOUNT = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?|\d+(\.\d+)?", re.ASCII)
_AMOUNT_INSIDE = re.compile(r"^[^\d]{0,3}(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(万|千)?[^\d]{0,4}$", re.ASCII)
_LOOKALIKES = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1", "。": ".", "，": ","})
_MONTH = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})(\s*月)?(\s*[-/.]?\s*\d{1,2}\s*日?)?", re.ASCII)
_TIMES = {"万": 10_000, "千": 1_000}
LARGEST_YUAN = Decimal(10) ** 9

ID_KINDS: dict[str, IdKind] = {
    "身份证": IdKind.ID18,
    "居民身份证": IdKind.ID18,
    "二代身份证": IdKind.ID18,
    "01": IdKind.ID18,
    "护照": IdKind.PASSPORT,
    "外国护照": IdKind.PASSPORT,
    "外国人护照": IdKind.PASSPORT,
    "03": IdKind.PASSPORT,
    "外国人永久居留身份证": IdKind.FOREIGN_PR,
    "外国人永久居留证": IdKind.FOREIGN_PR,
    "永久居留身份证": IdKind.FOREIGN_PR,
    "04": IdKind.FOREIGN_PR,
    "港澳台居民居住证": IdKind.HMT_RESIDENCE,
    "港澳居民居住证": IdKind.HMT_RESIDENCE,
    "台湾居民居住证": IdKind.HMT_RESIDENCE,
    "港澳居民来往内地通行证": IdKind.HMT_PERMIT,
    "台湾居民来往大陆通行证": IdKind.HMT_PERMIT,
    "港澳台居民来往内地通行证": IdKind.HMT_PERMIT,
    "港澳台居民来往内地(大陆)通行证": IdKind.HMT_PERMIT,
    "通行证": IdKind.HMT_PERMIT,
    "回乡证": IdKind.HMT_PERMIT,
    "台胞证": IdKind.HMT_PERMIT,
    "军官证": IdKind.OFFICER,
    "02": IdKind.OFFICER,
    "其他": IdKind.OTHER,
    "其他证件": IdKind.OTHER,
}

CHANGES: dict[str, ChangeKind] = {
    "新增": ChangeKind.NEW,
    "增员": ChangeKind.NEW,
    "增加": ChangeKind.NEW,
    "新开户": ChangeKind.NEW,
    "开户": ChangeKind.NEW,
    "启封": ChangeKind.UNSEAL,
    "封存": ChangeKind.SEAL,
    "减员": ChangeKind.SEAL,
    "减少": ChangeKind.SEAL,
    "离职": ChangeKind.SEAL,
    "转入": ChangeKind.TRANSFER_IN,
    "转出": ChangeKind.TRANSFER_OUT,
    "基数变化": ChangeKind.BASE,
    "基数变更": ChangeKind.BASE,
    "基数调整": ChangeKind.BASE,
    "调整基数": ChangeKind.BASE,
    "变更": ChangeKind.BASE,
    "不变": ChangeKind.SAME,
    "正常": ChangeKind.SAME,
}

SEAL_REASONS: dict[str, SealReason] = {
    "解除劳动合同": SealReason.CONTRACT_ENDED,
    "终止劳动合同": SealReason.CONTRACT_ENDED,
    "离职": SealReason.CONTRACT_ENDED,
    "辞职": SealReason.CONTRACT_ENDED,
    "合同到期": SealReason.CONTRACT_ENDED,
    "停薪留职": SealReason.UNPAID_LEAVE,
    "退休": SealReason.RETIRED,
    "离休": SealReason.RETIRED,
    "调动": SealReason.MOVED,
    "调出": SealReason.MOVED,
    "死亡": SealReason.DEATH,
    "去世": SealReason.DEATH,
    "其他": SealReason.OTHER,
}


def shown(cell: Cell) -> str:
    """A cell as text, the way the sheet shows it."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, date):
        return cell.isoformat()
    return format(cell, "f")


def plain(cell: Cell) -> str:
    """Half-width text without spaces inside, for words that are looked up."""
    text = unicodedata.normalize("NFKC", shown(cell))
    return re.sub(r"\s+", "", text)


def read_amount(cell: Cell) -> int | Fault:
    """Fen of an amount in yuan; text is read only when nothing but a number stands in it."""
    if isinstance(cell, Decimal):
        return _fen(cell)
    if not isinstance(cell, str):
        return Fault("base_text", "应填金额，这里却不是数字", "请填数字，如 8600.00")
    text = unicodedata.normalize("NFKC", cell).strip()
    if _AMOUNT.fullmatch(text):
        return _fen(Decimal(text.replace(",", "")))
    inside = _AMOUNT_INSIDE.match(text.translate(_LOOKALIKES))
    if inside:
        amount = Decimal(inside.group(1).replace(",", "")) * _TIMES.get(inside.group(2) or "", 1)
        suggestion = format(amount.quantize(Decimal("0.01")), "f")
        return Fault("base_text", "数字格里有文字", f"只填数字 → {suggestion}", suggestion)
    return Fault("base_text", "应填金额，这里却是文字", "请填数字，如 8600.00")


def _fen(amount: Decimal) -> int | Fault:
    if amount < 0 or amount >= LARGEST_YUAN:
        return Fault("base_size", "金额不合理", "请核对后填写每月工资额，如 8600.00")
    fen = amount * 100
    if fen != fen.to_integral_value():
        rounded = format(amount.quantize(Decimal("0.01")), "f")
        return Fault("base_places", "金额超过两位小数", f"金额最多到分 → {rounded}", rounded)
    return int(fen)


def read_ratio(cell: Cell) -> Decimal | Fault:
    """A ratio as a share of one, from 12%, 12 or 0.12."""
    fault = Fault("ratio_text", "应填缴存比例", "请填百分数，如 12%")
    if isinstance(cell, Decimal):
        share = cell
    elif isinstance(cell, str):
        text = plain(cell)
        try:
            share = Decimal(text.removesuffix("%"))
        except InvalidOperation:
            return fault
        if not share.is_finite():
            return fault
        if text.endswith("%"):
            share /= 100
    else:
        return fault
    if not 0 <= share <= 100:
        return fault
    share = share / 100 if share > 1 else share
    return share if share == share.quantize(Decimal("0.0001")) else fault


def read_month(cell: Cell) -> Month | Fault:
    """A month from a date cell, 2026-11, 2026/11, 202611 or 2026年11月."""
    if isinstance(cell, date):
        return Month.of(cell)
    text = unicodedata.normalize("NFKC", shown(cell)).strip()
    found = _MONTH.fullmatch(text)
    if found:
        try:
            return Month(int(found.group(1)), int(found.group(2)))
        except ValueError:
            pass
    return Fault("month_text", "看不出是哪年哪月", "请按“2026-11”填写")


def guess_id_kind(number: str) -> IdKind | None:
    """The document kind that a number's shape leaves no doubt about."""
    if re.fullmatch(r"\d{17}[\dX]", number, re.ASCII):
        if number[0] == "9":
            return IdKind.FOREIGN_PR
        return IdKind.HMT_RESIDENCE if number[:2] in ("81", "82", "83") else IdKind.ID18
    if re.fullmatch(r"[HM]\d{8}(\d{2})?", number, re.ASCII):
        return IdKind.HMT_PERMIT
    if re.fullmatch(r"[A-Z]{3}\d{12}", number, re.ASCII):
        return IdKind.FOREIGN_PR
    if re.fullmatch(r"[\dX*]{14,20}", number, re.ASCII):
        return IdKind.ID18
    return None
