"""Words of people (职工) and units (单位)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from anju.kernel.identifiers import IdKind
from anju.kernel.month import Month
from anju.parties.natures import nature_zh


class UnitState(StrEnum):
    """Status of a unit account (单位账户状态): codes of the national data standard."""

    NORMAL = "01"
    OPENED = "02"
    DEFERRED = "03"
    CLOSED = "04"
    SEALED = "05"

    @property
    def zh(self) -> str:
        """Name in Chinese."""
        return {"01": "正常", "02": "已开户，尚未汇缴", "03": "缓缴", "04": "销户", "05": "封存"}[self.value]


class ContactSource(StrEnum):
    """Who told the centre of a contact: the person, or the employer who enrolled them."""

    SELF = "self"
    EMPLOYER = "employer"


@dataclass(frozen=True)
class PersonDraft:
    """One person as stated by somebody: name, document, and perhaps a phone the employer gives."""

    name: str
    id_kind: IdKind
    id_number: str
    phone: str = ""
    birth_on: date | None = None
    sex: str = "0"


@dataclass(frozen=True)
class FoundPerson:
    """What became of a draft: the person's id, whether they were known, and whether the name differs from ours.

    ``name_differs``: a person with this document is known under another name. Nothing of the known person is told.
    """

    person_id: int
    known: bool
    name_differs: bool


@dataclass(frozen=True)
class PersonFacts:
    """A person as rooms above may see them. Names and numbers are plain here and masked by the pages."""

    person_id: int
    centre_id: int
    name: str
    id_kind: IdKind
    id_number: str
    id_digest: bytes
    birth_on: date | None
    sex: str


@dataclass(frozen=True)
class UnitFacts:
    """A unit with the terms in force today."""

    centre_id: int
    unit_id: int
    account_number: str
    name: str
    uscc: str
    address: str
    nature: str
    payday: int
    first_month: Month
    unit_ratio: Decimal
    person_ratio: Decimal
    second_approval: bool
    state: UnitState
    bank_account: str
    bank_name: str
    legal_person_name: str
    opened_at: datetime

    @property
    def nature_zh(self) -> str:
        """Name of the nature (单位性质)."""
        return nature_zh(self.nature)


@dataclass(frozen=True)
class UnitDraft:
    """What registration of a unit states (缴存登记)."""

    name: str
    uscc: str
    address: str
    nature: str
    payday: int
    first_month: Month
    unit_ratio: Decimal
    person_ratio: Decimal
    legal_person_name: str
    bank_account: str = ""
    bank_name: str = ""
    second_approval: bool = False
