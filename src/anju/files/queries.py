"""Reads kept files: metadata, and bytes whose digest still agrees with the row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from anju.files.actions import stored_path
from anju.files.models import File
from anju.files.types import FileKind, KeptFile, ScanState
from anju.kernel.refusal import Refusal


def kept_file(file_id: int) -> KeptFile:
    """The metadata of one file; a missing one is a Refusal with status 404."""
    return _kept(_row(file_id))


def files_of_case(case_id: int) -> list[KeptFile]:
    """All files of one case, oldest first."""
    return [_kept(row) for row in File.objects.filter(case_id=case_id).order_by("file_id")]


def filenames(file_ids: Iterable[int]) -> dict[int, str]:
    """The names their owners gave some files, in one query; a file that is not kept has none."""
    found = File.objects.filter(file_id__in=list(file_ids)).values_list("file_id", "filename")
    return {file_id: str(name) for file_id, name in found}


def content(file_id: int) -> bytes:
    """The bytes of a kept file; refused when the scanner refused it, an error when they changed on disk."""
    row = _row(file_id)
    if row.scan_state == ScanState.REFUSED.value:
        raise Refusal("file_refused", "这个文件没有通过安全检查，不能打开。", status=403)
    stored = stored_path(row.stored_name).read_bytes()
    assert hashlib.sha256(stored).digest() == bytes(row.sha256), f"file {file_id} changed on disk"
    return stored


def _row(file_id: int) -> File:
    row = File.objects.filter(file_id=file_id).first()
    if row is None:
        raise Refusal("file_unknown", "没有找到这个文件。", status=404)
    return row


def _kept(row: File) -> KeptFile:
    return KeptFile(
        file_id=row.file_id, kind=FileKind(row.kind), filename=str(row.filename), sha256=bytes(row.sha256).hex(),
        size=row.size, scan_state=ScanState(row.scan_state), kept_at=row.kept_at, purpose=row.purpose,
        owner_person_id=row.owner_person_id, owner_unit_id=row.owner_unit_id, case_id=row.case_id,
        centre_id=row.centre_id,
    )  # fmt: skip
