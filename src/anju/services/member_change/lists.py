"""From what was stated to a checked list: the kept file read again, or one person as a list of one row."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from anju.casework.types import Answers
from anju.contributions import actions as contributions
from anju.contributions.roster.types import ChangeKind, CheckedList, Field, SealReason
from anju.files import queries as files
from anju.files.types import Cell, Row, Table
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal

PURPOSE = "roster"
PASTED_NAME = "粘贴的名册.csv"
COLUMNS = ("A", "B", "C", "D", "E", "F", "G")
FIELDS = (Field.NAME, Field.ID_NUMBER, Field.PHONE, Field.BASE, Field.MONTH, Field.CHANGE, Field.REASON)


def person_table(answers: Answers) -> Table:
    """One person's form as a table of one row, so that form and file are judged by the same check."""
    reason = str(answers.get("reason") or "")
    base = answers.get("base_fen")
    stated: tuple[Cell | None, ...] = (
        str(answers.get("name") or ""), str(answers.get("id_number") or ""), str(answers.get("phone") or ""),
        Decimal(int(base)) / 100 if base else None, str(answers["month"]),
        ChangeKind(str(answers["change"])).zh, SealReason(reason).zh if reason else "",
    )  # fmt: skip
    cells = {column: value for column, value in zip(COLUMNS, stated, strict=True) if value not in (None, "")}
    headers = {column: field.zh for column, field in zip(COLUMNS, FIELDS, strict=True)}
    return Table(sheet="", header_row=1, headers=headers, rows=(Row(2, cells),))  # type: ignore[arg-type]


def checked_list(
    answers: Answers, *, centre_id: int, unit_id: int, at: datetime, asking: bool
) -> tuple[CheckedList, dict[str, Any]]:
    """The list and what applying it needs to know of where it came from.

    ``asking``: whether other centres are asked about strangers; never inside a transaction.
    """
    month = Month.parse(str(answers["month"]))
    more: dict[str, Any] = {} if asking else {"asking_seconds": 0.0}
    if not answers.get("file_id"):
        table = person_table(answers)
        checked = contributions.check_table(
            table, centre_id=centre_id, unit_id=unit_id, month=month, at=at, **more
        )
        return checked, {}
    file_id = int(answers["file_id"])
    kept = files.kept_file(file_id)
    if kept.owner_unit_id != unit_id or kept.purpose != PURPOSE:
        raise Refusal("file_unknown", "没有找到这份名册，请重新上传。", status=404)
    content = files.content(file_id)
    if kept.filename == PASTED_NAME:
        answer = contributions.check_pasted(
            content.decode(), centre_id=centre_id, unit_id=unit_id, month=month, at=at, **more
        )
    else:
        answer = contributions.check_upload(
            content, kept.filename, centre_id=centre_id, unit_id=unit_id, month=month, at=at, **more
        )
    return answer.checked, {"content_digest": answer.content_digest, "file_id": file_id}
