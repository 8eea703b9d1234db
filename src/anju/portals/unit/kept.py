"""Lists a unit has uploaded: kept by the files room, reachable by that unit alone."""

from __future__ import annotations

from dataclasses import dataclass

from anju.files import queries as files
from anju.kernel.refusal import Refusal

PURPOSE = "roster"


@dataclass(frozen=True)
class KeptList:
    """A kept list with its bytes."""

    file_id: int
    content: bytes
    filename: str


def unit_file(file_id: int, *, unit_id: int) -> KeptList:
    """The list; another unit's, or a file for something else, answers like a missing one (404)."""
    found = files.kept_file(file_id)
    if found.owner_unit_id != unit_id or found.purpose != PURPOSE:
        raise Refusal("file_unknown", "没有找到这个文件。", status=404)
    return KeptList(file_id, files.content(file_id), found.filename)
