"""First pass over a list: each row by itself, without knowing anybody.

Owns what a cell may look like: names, document numbers with their check digit, phones, amounts, months.
It answers rows for the second pass and the problems found so far; a row whose document cannot be read goes no further.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from anju.contributions.roster.cells import (
    CHANGES,
    ID_KINDS,
    SEAL_REASONS,
    Fault,
    guess_id_kind,
    plain,
    read_amount,
    read_month,
    read_ratio,
    shown,
)
from anju.contributions.roster.columns import map_columns
from anju.contributions.roster.documents import document_fault
from anju.contributions.roster.types import ChangeKind, CheckDay, Document, Field, Problem
from anju.files.types import Cell, Row, Table
from anju.kernel.identifiers import (
    IdKind,
    check_document,
    mask_id,
    mask_name,
    mask_phone,
    normalise_id,
)
from anju.kernel.month import Month

Value = TypeVar("Value")
NAME_LIMIT = 60
_DIGITS_KEPT_BY_SPREADSHEETS = Decimal(10) ** 15
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[\s·.’'\-])*", re.UNICODE)
_DOTS = re.compile("[•‧・∙●．]")
_PHONE = re.compile(r"1\d{10}", re.ASCII)
_SEPARATORS = re.compile(r"[\s\-—()（）+]")


@dataclass(frozen=True, slots=True)
class PlainRow:
    """One row as read. `whole` is false when one of its cells cannot be used."""

    row: int
    name: str
    document: Document
    phone: str
    base_fen: int | None
    month: Month
    change: ChangeKind | None
    reason: str
    unit_ratio: Decimal | None
    person_ratio: Decimal | None
    whole: bool


@dataclass(frozen=True, slots=True)
class ReadList:
    """A list after the first pass."""

    sheet: str
    columns: Mapping[Field, str]
    unused: tuple[str, ...]
    rows: tuple[PlainRow, ...]
    problems: tuple[Problem, ...]
    unread: int
    """Rows whose document cannot be read: nobody knows yet whom they name."""

    @property
    def documents(self) -> list[Document]:
        """Every document of the list once, in order."""
        return list(dict.fromkeys(row.document for row in self.rows))


def read_list(table: Table, *, day: CheckDay) -> ReadList:
    """Read every row of a table; refuses only what concerns the whole sheet (missing or doubled columns)."""
    columns, unused = map_columns(table)
    problems: list[Problem] = []
    reader = _Reader(columns, day, problems)
    rows = [found for row in table.rows if (found := reader.read(row)) is not None]
    kept = tuple(_without_doubles(rows, columns, problems))
    return ReadList(table.sheet, columns, unused, kept, tuple(problems), unread=len(table.rows) - len(rows))


def masked(field: Field | None, value: str) -> str:
    """A cell as the complaint shows it: who it is about stays recognisable to the agent, and to nobody else."""
    short = value if len(value) <= 30 else value[:30] + "…"
    if field is Field.NAME:
        return mask_name(short)
    if field is Field.ID_NUMBER:
        return mask_id(short)
    return mask_phone(short) if field is Field.PHONE else short


def name_key(name: str) -> str:
    """The spelling under which two writings of one name are equal."""
    return re.sub(r"\s+", "", _DOTS.sub("·", unicodedata.normalize("NFKC", name))).casefold()


class _Reader:
    """Reads rows one by one and notes what is wrong with their cells."""

    def __init__(self, columns: Mapping[Field, str], day: CheckDay, problems: list[Problem]) -> None:
        self.columns = columns
        self.day = day
        self.problems = problems

    def read(self, row: Row) -> PlainRow | None:
        before = len(self.problems)
        name = self._name(row)
        document = self._document(row)
        phone = self._phone(row)
        base = self._value(row, Field.BASE, read_amount)
        month = self._value(row, Field.MONTH, read_month)
        unit_ratio = self._value(row, Field.UNIT_RATIO, read_ratio)
        person_ratio = self._value(row, Field.PERSON_RATIO, read_ratio)
        change = self._change(row)
        reason = self._reason(row, change)
        if document is None:
            return None
        whole = len(self.problems) == before or not any(problem.blocks for problem in self.problems[before:])
        return PlainRow(
            row.number, name, document, phone, base, month or self.day.month, change, reason, unit_ratio,
            person_ratio, whole,
        )  # fmt: skip

    def _cell(self, row: Row, field: Field) -> Cell | None:
        letter = self.columns.get(field)
        return row.cells.get(letter) if letter else None

    def _note(self, row: Row, field: Field, cell: Cell | None, fault: Fault, *, blocks: bool = True) -> None:
        value = "" if cell is None else masked(field, shown(cell))
        self.problems.append(
            Problem(
                row.number,
                self.columns.get(field, ""),
                field,
                value,
                fault.code,
                fault.text,
                fault.repair,
                fault.suggestion,
                blocks,
            )  # fmt: skip
        )

    def _value(self, row: Row, field: Field, read: Callable[[Cell], Value | Fault]) -> Value | None:
        cell = self._cell(row, field)
        if cell is None:
            return None
        value = read(cell)
        if isinstance(value, Fault):
            self._note(row, field, cell, value)
            return None
        return value

    def _name(self, row: Row) -> str:
        cell = self._cell(row, Field.NAME)
        if cell is None:
            self._note(row, Field.NAME, cell, Fault("name_missing", "没有填姓名", "请填写姓名"))
            return ""
        name = unicodedata.normalize("NFC", shown(cell))
        if len(name) > NAME_LIMIT or not _NAME.fullmatch(_DOTS.sub("·", name)):
            fault = Fault("name_characters", "姓名里有数字或符号", "请按证件上的姓名填写，不带编号和备注")
            self._note(row, Field.NAME, cell, fault)
            return ""
        return name

    def _phone(self, row: Row) -> str:
        cell = self._cell(row, Field.PHONE)
        if cell is None:
            return ""
        phone = _SEPARATORS.sub("", unicodedata.normalize("NFKC", shown(cell))).removeprefix("86")
        if not _PHONE.fullmatch(phone):
            self._note(row, Field.PHONE, cell, Fault("phone", "不是 11 位手机号", "请填写职工本人的手机号"))
            return ""
        return phone

    def _document(self, row: Row) -> Document | None:
        cell = self._cell(row, Field.ID_NUMBER)
        if cell is None:
            self._note(row, Field.ID_NUMBER, cell, Fault("id_missing", "没有填证件号码", "请填写证件号码"))
            return None
        if isinstance(cell, Decimal) and cell >= _DIGITS_KEPT_BY_SPREADSHEETS:
            fault = Fault(
                "id_as_number",
                "号码被存成了数字，最后几位已经丢失",
                "请把这一列设为“文本”后，对照证件重新填写",
            )
            self._note(row, Field.ID_NUMBER, cell, fault)
            return None
        number = unicodedata.normalize("NFKC", plain(cell)).upper()
        kind = self._id_kind(row, number)
        if kind is None:
            return None
        return self._checked_document(row, cell, kind, normalise_id(kind, number))

    def _id_kind(self, row: Row, number: str) -> IdKind | None:
        cell = self._cell(row, Field.ID_KIND)
        if cell is not None:
            kind = ID_KINDS.get(plain(cell))
            if kind is None:
                fault = Fault(
                    "id_kind", "不认识这种证件", "请填：身份证、护照、外国人永久居留身份证、港澳台居民居住证或通行证"
                )
                self._note(row, Field.ID_KIND, cell, fault)
            return kind
        kind = guess_id_kind(number)
        if kind is None:
            fault = Fault("id_kind_missing", "看不出是哪种证件", "如是护照等证件，请加一列“证件类型”并填写")
            self._note(row, Field.ID_NUMBER, self._cell(row, Field.ID_NUMBER), fault)
        return kind

    def _checked_document(self, row: Row, cell: Cell, kind: IdKind, number: str) -> Document | None:
        check = check_document(kind, number, today=self.day.today)
        if check.valid:
            return kind, number
        if check.reason == "KIND":
            other = guess_id_kind(number)
            if other is not None and check_document(other, number, today=self.day.today).valid:
                fault = Fault("id_kind_mended", f"这个号码是{other.zh}", f"已按“{other.zh}”登记，不用修改")
                self._note(row, Field.ID_NUMBER, cell, fault, blocks=False)
                return other, number
        self._note(row, Field.ID_NUMBER, cell, document_fault(kind, number, check))
        return None

    def _change(self, row: Row) -> ChangeKind | None:
        cell = self._cell(row, Field.CHANGE)
        if cell is None:
            return None
        change = CHANGES.get(plain(cell))
        if change is None:
            fault = Fault("change_unknown", "不认识这种变更", "请填：新增、启封、封存、转入、转出或基数变化")
            self._note(row, Field.CHANGE, cell, fault)
        return change

    def _reason(self, row: Row, change: ChangeKind | None) -> str:
        cell = self._cell(row, Field.REASON)
        if cell is None or change is not ChangeKind.SEAL:
            return ""
        reason = SEAL_REASONS.get(plain(cell))
        if reason is None:
            fault = Fault("reason_unknown", "不认识这个原因", "请填：解除劳动合同、停薪留职、退休、调动、死亡或其他")
            self._note(row, Field.REASON, cell, fault)
            return ""
        return reason.value


def _without_doubles(rows: list[PlainRow], columns: Mapping[Field, str], problems: list[Problem]) -> list[PlainRow]:
    """Keep the first row of each person and complain about the later ones."""
    first: dict[Document, int] = {}
    kept = []
    for row in rows:
        earlier = first.setdefault(row.document, row.row)
        if earlier == row.row:
            kept.append(row)
            continue
        problems.append(
            Problem(
                row.row,
                columns[Field.ID_NUMBER],
                Field.ID_NUMBER,
                mask_id(row.document[1]),
                "duplicate",
                f"与第 {earlier} 行是同一人",
                "请只保留一行",
            )  # fmt: skip
        )
    return kept
