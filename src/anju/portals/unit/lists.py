"""An employer's list between its upload and its application: kept, read, checked, mended, chosen from.

A kept list is reachable by its unit alone. Showing one asks no other agency; sending one does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from anju.contributions import actions as contributions
from anju.contributions.actions import ListAnswer
from anju.contributions.roster.columns import recognise
from anju.contributions.roster.mending import mended
from anju.contributions.roster.table_file import table_workbook
from anju.contributions.roster.types import Field
from anju.files import actions as files
from anju.files import queries as kept_files
from anju.files.types import SheetSeen, Table
from anju.files.workbook import sheets_of
from anju.kernel.actor import Actor
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.portals.unit.here import id_in
from anju.services.member_change.lists import PASTED_NAME, PURPOSE


@dataclass(frozen=True)
class KeptList:
    """A kept list with its bytes."""

    file_id: int
    content: bytes
    filename: str

    @property
    def is_pasted(self) -> bool:
        return self.filename == PASTED_NAME

    @property
    def name(self) -> str:
        """What the agent calls it."""
        return "粘贴的内容" if self.is_pasted else self.filename


def keep(content: bytes, filename: str, *, actor: Actor, at: datetime) -> KeptList:
    """Keep a list that can be read; one with several sheets is kept too, because its owner can choose.

    Refuses what no list can be: kind, size, formulas, merged cells, no heading, nothing under it.
    """
    assert actor.unit_id is not None
    try:
        _read(content, filename)
    except Refusal as refusal:
        if refusal.field != "sheet":
            raise
    file_id = files.keep(
        content, filename, centre_id=actor.centre_id, purpose=PURPOSE, at=at, owner_unit_id=actor.unit_id,
        login_id=actor.login_id,
    )  # fmt: skip
    return KeptList(file_id, content, filename)


def keep_pasted(text: str, *, actor: Actor, at: datetime) -> KeptList:
    """Keep pasted cells."""
    return keep(text.encode(), PASTED_NAME, actor=actor, at=at)


def kept_list(file_id: int, *, unit_id: int) -> KeptList:
    """The list; another unit's, or a file for something else, answers like a missing one (404)."""
    found = kept_files.kept_file(id_in(file_id))
    if found.owner_unit_id != unit_id or found.purpose != PURPOSE:
        raise Refusal("file_unknown", "没有找到这个文件。", status=404)
    return KeptList(file_id, kept_files.content(file_id), found.filename)


def answer(kept: KeptList, *, actor: Actor, month: Month, at: datetime, asking: bool) -> ListAnswer:
    """The list checked against people and terms as they stand; `asking` whether agencies may be asked now."""
    assert actor.unit_id is not None
    seconds = contributions.ASKING_SECONDS if asking else 0.0
    if kept.is_pasted:
        return contributions.check_pasted(
            kept.content.decode(), centre_id=actor.centre_id, unit_id=actor.unit_id, month=month, at=at,
            asking_seconds=seconds,
        )  # fmt: skip
    return contributions.check_upload(
        kept.content, kept.filename, centre_id=actor.centre_id, unit_id=actor.unit_id, month=month, at=at,
        asking_seconds=seconds,
    )  # fmt: skip


def sheets(kept: KeptList) -> tuple[SheetSeen, ...]:
    """The sheets to choose from."""
    return sheets_of(kept.content, recognise=recognise)


def keep_sheet(kept: KeptList, sheet: str, *, actor: Actor, at: datetime) -> KeptList:
    """The list of one sheet alone; the workbook stays kept as it came."""
    table = contributions.readable(kept.content, kept.filename, sheet=sheet)
    return keep(table_workbook(table), _workbook_name(kept), actor=actor, at=at)


def keep_mended(
    kept: KeptList, table: Table, *, corrections: Mapping[tuple[int, Field], str], dropped: Collection[int],
    actor: Actor, at: datetime,
) -> KeptList:  # fmt: skip
    """The list with these cells corrected and without these rows; the one before stays kept as it was."""
    corrected = mended(table, corrections=corrections, dropped=dropped)
    if not corrected.rows:
        raise Refusal("rows_missing", "这样就一行也不剩了。请至少留下一行，或者换一份名册。")
    return keep(table_workbook(corrected), _workbook_name(kept), actor=actor, at=at)


def _workbook_name(kept: KeptList) -> str:
    return f"{kept.filename.rsplit('.', 1)[0]}.xlsx"


def _read(content: bytes, filename: str) -> Table:
    if filename == PASTED_NAME:
        return contributions.readable_pasted(content.decode())
    return contributions.readable(content, filename)
