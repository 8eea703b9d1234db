"""Words of a checked list: its lines, what is wrong with which cell, and what is known about the people in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from anju.kernel.identifiers import IdKind
from anju.kernel.money import format_fen
from anju.kernel.month import Month


class ChangeKind(StrEnum):
    """What a line does to the roster: the five kinds of the change list (变更清册), and a new base."""

    NEW = "new"
    UNSEAL = "unseal"
    SEAL = "seal"
    TRANSFER_IN = "transfer_in"
    TRANSFER_OUT = "transfer_out"
    BASE = "base"
    SAME = "same"

    @property
    def zh(self) -> str:
        return _CHANGE_ZH[self]


_CHANGE_ZH = {
    ChangeKind.NEW: "新增",
    ChangeKind.UNSEAL: "启封",
    ChangeKind.SEAL: "封存",
    ChangeKind.TRANSFER_IN: "转入",
    ChangeKind.TRANSFER_OUT: "转出",
    ChangeKind.BASE: "基数变化",
    ChangeKind.SAME: "不变",
}

JOINING = frozenset({ChangeKind.NEW, ChangeKind.UNSEAL, ChangeKind.TRANSFER_IN})
LEAVING = frozenset({ChangeKind.SEAL, ChangeKind.TRANSFER_OUT})


class SealReason(StrEnum):
    """Why an account is sealed (封存原因)."""

    CONTRACT_ENDED = "contract_ended"
    UNPAID_LEAVE = "unpaid_leave"
    RETIRED = "retired"
    MOVED = "moved"
    DEATH = "death"
    OTHER = "other"

    @property
    def zh(self) -> str:
        return _REASON_ZH[self]


_REASON_ZH = {
    SealReason.CONTRACT_ENDED: "解除劳动合同",
    SealReason.UNPAID_LEAVE: "停薪留职",
    SealReason.RETIRED: "退休",
    SealReason.MOVED: "调动",
    SealReason.DEATH: "死亡",
    SealReason.OTHER: "其他",
}


class Field(StrEnum):
    """A column a list may have."""

    NAME = "name"
    ID_KIND = "id_kind"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    BASE = "base"
    MONTH = "month"
    CHANGE = "change"
    REASON = "reason"
    UNIT_RATIO = "unit_ratio"
    PERSON_RATIO = "person_ratio"

    @property
    def zh(self) -> str:
        return _FIELD_ZH[self]


_FIELD_ZH = {
    Field.NAME: "姓名",
    Field.ID_KIND: "证件类型",
    Field.ID_NUMBER: "证件号码",
    Field.PHONE: "手机号",
    Field.BASE: "缴存基数",
    Field.MONTH: "起缴月份",
    Field.CHANGE: "变更类型",
    Field.REASON: "变更原因",
    Field.UNIT_RATIO: "单位缴存比例",
    Field.PERSON_RATIO: "个人缴存比例",
}


class AccountView(StrEnum):
    """How an account stands as seen from one unit; the other unit is never named."""

    HERE_NORMAL = "here_normal"
    HERE_SEALED = "here_sealed"
    OTHER_NORMAL = "other_normal"
    OTHER_SEALED = "other_sealed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """What the centre knows about one document number in a list."""

    person_id: int
    name: str
    account_id: int | None = None
    view: AccountView | None = None
    base_fen: int | None = None
    unit_ratio: Decimal | None = None
    person_ratio: Decimal | None = None
    paid_to: Month | None = None


class Elsewhere(StrEnum):
    """What the national platform says about an account in another centre."""

    NONE = "none"
    NORMAL = "normal"
    SEALED = "sealed"
    UNKNOWN = "unknown"


Document = tuple[IdKind, str]
"""A document kind and its normalised number."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The policy numbers a list is checked against, of the list's month."""

    base_floor_fen: int
    base_cap_fen: int
    ratio_min: Decimal
    ratio_max: Decimal
    ratio_step: Decimal


@dataclass(frozen=True, slots=True)
class UnitView:
    """The unit whose list it is. `open_from` is the first month that may still be changed."""

    centre_id: int
    unit_id: int
    unit_ratio: Decimal
    person_ratio: Decimal
    open_from: Month
    last_list_id: int = 0
    """The list applied last: what this one is compared with stands as that one left it."""


@dataclass(frozen=True)
class World:
    """Everything a list is compared with, read beforehand in a few set queries."""

    unit: UnitView
    limits: Limits
    people: Mapping[Document, KnownPerson]
    roster: tuple[int, ...] = ()
    """Normal accounts of the unit: who is on its list unless this one changes that."""
    elsewhere: Mapping[Document, Elsewhere] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong cell, as the agent sees it: row and column letter, masked value, what is wrong, how to mend it.

    `suggestion` is the repaired cell text where one can be given; `blocks` is false for a mere notice.
    """

    row: int
    column: str
    field: Field | None
    value: str
    code: str
    text: str
    repair: str
    suggestion: str = ""
    blocks: bool = True

    @property
    def place(self) -> str:
        """E5, as spreadsheet programs write it; only the row when no column is to blame."""
        return f"{self.column}{self.row}" if self.column else f"第 {self.row} 行"


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One person of a checked list and what the line does."""

    row: int
    change: ChangeKind
    name: str
    id_kind: IdKind
    id_number: str
    phone: str
    base_fen: int | None
    unit_ratio: Decimal
    person_ratio: Decimal
    month: Month
    reason: str
    account_id: int | None = None
    person_id: int | None = None
    old_base_fen: int | None = None

    @property
    def document(self) -> Document:
        return self.id_kind, self.id_number


@dataclass(frozen=True)
class CheckedList:
    """The answer to a list: its lines, its problems, and who of last month's roster it leaves out."""

    month: Month
    full_roster: bool
    sheet: str
    columns: Mapping[Field, str]
    unused: tuple[str, ...]
    lines: tuple[RosterLine, ...]
    problems: tuple[Problem, ...]
    left_out: tuple[int, ...]
    """Accounts of the roster that a full list does not name; sealed only when the agent says so."""
    last_list_id: int | None = None
    """The unit's last applied list when this one was checked; None where nothing was compared."""

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.blocks)

    @property
    def notices(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if not problem.blocks)

    def of(self, *kinds: ChangeKind) -> tuple[RosterLine, ...]:
        """The lines of these kinds, in the order of the file."""
        return tuple(line for line in self.lines if line.change in kinds)

    @property
    def joins(self) -> tuple[RosterLine, ...]:
        return self.of(*JOINING)

    @property
    def leaves(self) -> tuple[RosterLine, ...]:
        return self.of(*LEAVING)

    @property
    def base_changes(self) -> tuple[RosterLine, ...]:
        return self.of(ChangeKind.BASE)

    @property
    def unchanged(self) -> int:
        return sum(1 for line in self.lines if line.change is ChangeKind.SAME)


def yuan(fen: int) -> str:
    """An amount as the texts of this room print it."""
    return format_fen(fen)


@dataclass(frozen=True, slots=True)
class CheckDay:
    """The month a list is for, and the day it is checked on."""

    month: Month
    today: date
