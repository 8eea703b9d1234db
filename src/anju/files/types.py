"""What the files room hands out: tables read from uploads, and kept files.

A table keeps the row numbers and column letters of the sheet it came from, because every later
complaint about a cell must name the place the agent sees in the spreadsheet program.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

Cell = str | Decimal | date | bool
"""One cell as a person means it: text, number, day or yes/no. Empty cells are left out of a row."""

Recognise = Callable[[Sequence[str]], int]
"""How many of these heading texts belong to the table that is expected."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a sheet under its heading row."""

    number: int
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one sheet, each with the row number and column letters of the file."""

    sheet: str
    header_row: int
    headers: dict[str, str]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """All cells of one sheet as they stand; `heading` is the index, from 0, of the row with the headings."""

    sheet: str
    heading: int
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class SheetSeen:
    """A sheet of a workbook as its owner chooses it. `headings` is empty when it does not look like the table."""

    name: str
    rows: int
    headings: tuple[str, ...]


class ScanState(StrEnum):
    """What the malware scanner has said so far (查毒状态)."""

    PENDING = "pending"
    CLEAN = "clean"
    REFUSED = "refused"


class FileKind(StrEnum):
    """Which sort of paper it is; decides the allow-list and how it is served."""

    WORKBOOK = "workbook"
    TEXT_TABLE = "text_table"
    IMAGE = "image"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """The metadata of one kept upload; the content lies on disk under `stored_name`."""

    file_id: int
    kind: FileKind
    filename: str
    sha256: str
    size: int
    scan_state: ScanState
    kept_at: datetime
    centre_id: int
    purpose: str
    owner_person_id: int | None = None
    owner_unit_id: int | None = None
    case_id: int | None = None
