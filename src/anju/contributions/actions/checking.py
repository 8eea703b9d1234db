"""Checking a list an agent uploads or pastes, against the people and terms as they stand.

Nothing of the business is written here. Other centres are asked about people who are new, outside any
transaction and within a time budget; who could not be asked in time counts as unknown, which never refuses.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from anju.contributions.queries.people import world
from anju.contributions.roster.columns import map_columns, recognise
from anju.contributions.roster.error_file import error_workbook
from anju.contributions.roster.judge import judge_list
from anju.contributions.roster.read import ReadList, read_list
from anju.contributions.roster.types import (
    AccountView,
    CheckDay,
    CheckedList,
    Document,
    Elsewhere,
    World,
)
from anju.contributions.types import ListSource
from anju.database.sql import row
from anju.exchange import queries as asked
from anju.exchange.actions import ask
from anju.exchange.types import Answer, AnswerStatus, Kind
from anju.files.types import Table
from anju.files.workbook import read_pasted, read_table
from anju.kernel.clock import ZONE
from anju.kernel.month import Month

ASKING_SECONDS = 8.0
ANSWER_LASTS = timedelta(hours=12)
"""How long an answer about an account elsewhere is taken as it is, so that looking at a list again asks nobody."""


@dataclass(frozen=True)
class ListAnswer:
    """The answer to an uploaded list: what it does, what is wrong with it, whether it was applied before."""

    checked: CheckedList
    table: Table
    source: ListSource
    content_digest: bytes
    applied_list_id: int | None

    def error_file(self, *, only_wrong: bool = False) -> bytes:
        """The list as xlsx with the reasons in a last column."""
        return error_workbook(self.table, self.checked.problems, only_wrong=only_wrong)


def readable(content: bytes, filename: str, *, sheet: str | None = None) -> Table:
    """The table of a file, refused only for what makes it unreadable as a whole: kind, sheet, headings."""
    table = read_table(content, filename, recognise=recognise, sheet=sheet)
    map_columns(table)
    return table


def readable_pasted(text: str) -> Table:
    """The same for pasted cells."""
    table = read_pasted(text, recognise=recognise)
    map_columns(table)
    return table


def check_upload(
    content: bytes, filename: str, *, centre_id: int, unit_id: int, month: Month, at: datetime,
    sheet: str | None = None, asking_seconds: float = ASKING_SECONDS,
) -> ListAnswer:  # fmt: skip
    """Read and check a file; refuses only what makes it unreadable as a whole. The same file gives the same answer."""
    table = read_table(content, filename, recognise=recognise, sheet=sheet)
    digest = hashlib.sha256(b"file\0" + (sheet or "").encode() + b"\0" + content).digest()
    return _check(table, ListSource.FILE, digest, centre_id, unit_id, month, at, asking_seconds)


def check_pasted(
    text: str, *, centre_id: int, unit_id: int, month: Month, at: datetime,
    asking_seconds: float = ASKING_SECONDS,
) -> ListAnswer:  # fmt: skip
    """Read and check cells pasted from a spreadsheet."""
    table = read_pasted(text, recognise=recognise)
    digest = hashlib.sha256(b"paste\0" + text.encode()).digest()
    return _check(table, ListSource.PASTE, digest, centre_id, unit_id, month, at, asking_seconds)


def check_table(
    table: Table, *, centre_id: int, unit_id: int, month: Month, at: datetime,
    asking_seconds: float = ASKING_SECONDS,
) -> CheckedList:  # fmt: skip
    """Check a table that did not come from a file, such as one person's form."""
    read = read_list(table, day=_day(month, at))
    return _judged(read, centre_id, unit_id, month, at, asking_seconds)


def _check(
    table: Table, source: ListSource, digest: bytes, centre_id: int, unit_id: int, month: Month, at: datetime,
    asking_seconds: float,
) -> ListAnswer:  # fmt: skip
    applied = row(
        "SELECT list_id FROM change_list WHERE centre_id = %s AND unit_id = %s AND month = %s AND file_digest = %s"
        " ORDER BY list_id DESC LIMIT 1",
        [centre_id, unit_id, month.number, digest],
    )
    checked = _judged(read_list(table, day=_day(month, at)), centre_id, unit_id, month, at, asking_seconds)
    return ListAnswer(checked, table, source, digest, applied["list_id"] if applied else None)


def _day(month: Month, at: datetime) -> CheckDay:
    return CheckDay(month, at.astimezone(ZONE).date())


def _judged(
    read: ReadList, centre_id: int, unit_id: int, month: Month, at: datetime, asking_seconds: float
) -> CheckedList:
    day = _day(month, at)
    found = world(centre_id, unit_id, month=month, documents=read.documents)
    strangers = strangers_of(read, found)
    if strangers:
        told = ask_elsewhere(strangers, centre_id=centre_id, at=at, seconds=asking_seconds)
        found = World(found.unit, found.limits, found.people, found.roster, told)
    return judge_list(read, world=found, day=day)


def strangers_of(read: ReadList, of: World) -> list[Document]:
    """Documents of the list without an open account here: other centres must be asked about them."""
    return [
        document
        for document in read.documents
        if (known := of.people.get(document)) is None or known.view in (None, AccountView.CLOSED)
    ]


def ask_elsewhere(
    documents: Sequence[Document], *, centre_id: int, at: datetime, seconds: float = ASKING_SECONDS
) -> dict[Document, Elsewhere]:
    """What the national platform says about each person, until the time is used up or the platform is silent.

    Who was asked about lately is not asked about again, unless the answer stands in the way: it may have been mended
    since. With no time at all nobody is asked, so that a page can show a list without asking anybody.
    """
    told: dict[Document, Elsewhere] = dict.fromkeys(documents, Elsewhere.UNKNOWN)
    known = asked.recent_answers(
        Kind.ELSEWHERE, [_question(document) for document in told], centre_id=centre_id, since=at - ANSWER_LASTS
    )
    told |= {document: _elsewhere(answer) for document, answer in zip(told, known, strict=True) if answer is not None}
    until = time.monotonic() + seconds
    for document in [one for one in told if told[one] in (Elsewhere.UNKNOWN, Elsewhere.NORMAL)]:
        if time.monotonic() >= until:
            break
        answer = ask(Kind.ELSEWHERE, _question(document), centre_id=centre_id, at=at)
        if answer.status is AnswerStatus.DOWN:
            break
        told[document] = _elsewhere(answer)
    return told


def _question(document: Document) -> dict[str, str]:
    return {"id_number": document[1]}


def _elsewhere(answer: Answer) -> Elsewhere:
    if not (answer.known and answer.facts.get("exists")):
        return Elsewhere.NONE
    return Elsewhere.SEALED if answer.facts.get("state") == "sealed" else Elsewhere.NORMAL
