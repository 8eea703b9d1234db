"""The headings Chinese banks give the columns of a statement, and what each of them means here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import Enum, auto


class Column(Enum):
    """What a column holds."""

    BOOKED = auto()
    TRADED = auto()
    TIME = auto()
    SERIAL = auto()
    DEBIT = auto()
    CREDIT = auto()
    AMOUNT = auto()
    SIDE = auto()
    BALANCE = auto()
    NAME = auto()
    ACCOUNT = auto()
    BANK = auto()
    SUMMARY = auto()
    REMARK = auto()
    OWN_SERIAL = auto()
    REVERSAL = auto()
    ORIGINAL = auto()
    VOUCHER = auto()
    OF = auto()
    CURRENCY = auto()
    UNUSED = auto()


_NAMES = {
    Column.BOOKED: "记账日期 入账日期 会计日期",
    Column.TRADED: "交易日期 日期",
    Column.TIME: "交易时间 时间 入账时间",
    Column.SERIAL: "流水号 交易流水号 银行流水号 核心流水号 主机流水号 账户明细编号-交易流水号 账户明细编号",
    Column.DEBIT: "借方发生额 借方发生额(支取) 借方金额 支出金额 支出 借方",
    Column.CREDIT: "贷方发生额 贷方发生额(收入) 贷方金额 收入金额 收入 贷方",
    Column.AMOUNT: "发生额 交易金额 金额",
    Column.SIDE: "借贷标志 借贷方向 借贷标识 收支标志",
    Column.BALANCE: "余额 账户余额 交易后余额",
    Column.NAME: "对方户名 对方名称 对方账户名称 对方单位",
    Column.ACCOUNT: "对方账号 对方账户 对方卡号",
    Column.BANK: "对方行号 对方联行号",
    Column.SUMMARY: "摘要 交易摘要",
    Column.REMARK: "附言 备注 用途",
    Column.OWN_SERIAL: "企业流水号 客户流水号 业务流水号",
    Column.REVERSAL: "冲正标志 冲销标志 红冲标志",
    Column.ORIGINAL: "原流水号 原交易流水号",
    Column.VOUCHER: "凭证号 凭证号码",
    Column.OF: "账号 本方账号 账户账号",
    Column.CURRENCY: "币种 货币",
    Column.UNUSED: "序号 户名 账户名称 本方户名 凭证种类 对方开户机构 对方开户行 对方行名 关联账户 交易机构 钞汇标志",
}
_MEANING = {name: column for column, names in _NAMES.items() for name in names.split()}
_YUAN = re.compile(r"\((人民币)?元\)$")
SHAPES = (
    "表头应有：记账日期（或交易日期）、流水号、借方发生额和贷方发生额（或发生额和借贷标志）、余额，"
    "可有交易时间、对方户名、对方账号、摘要、附言、企业流水号、冲正标志、原流水号、账号、币种"
)


def plain(text: object) -> str:
    """A heading or label without spaces, full-width forms and the unit yuan."""
    folded = unicodedata.normalize("NFKC", text).strip().rstrip(":") if isinstance(text, str) else ""
    return _YUAN.sub("", re.sub(r"\s+", "", folded))


def meaning(heading: str) -> Column | None:
    return _MEANING.get(plain(heading))


def recognise(cells: Sequence[str]) -> int:
    """How many of these cells are headings of a statement; labels above the table do not make a heading row."""
    found = {column for cell in cells if (column := meaning(cell)) is not None}
    return len(found) if found & {Column.BALANCE, Column.SERIAL} and len(found) > 3 else 0
