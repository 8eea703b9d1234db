"""Keeps uploads: the bytes under a random name in the data folder, what is known about them in one row.

A file is written whole and made durable before its row exists, so no row ever points at a half-written file;
a rolled-back transaction may leave bytes without a row, which nobody can reach.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from datetime import datetime
from pathlib import Path

from django.conf import settings

from anju.files import papers
from anju.files.models import File
from anju.files.types import ScanState
from anju.kernel.refusal import Refusal
from anju.kernel.text import clean_text

FILENAME_LIMIT = 150


def keep(
    content: bytes,
    filename: str,
    *,
    centre_id: int,
    purpose: str,
    at: datetime,
    owner_person_id: int | None = None,
    owner_unit_id: int | None = None,
    case_id: int | None = None,
    login_id: int | None = None,
) -> int:
    """Keep an allowed upload and return its id; the same bytes of one owner and purpose are kept once."""
    name = clean_filename(filename)
    accepted = papers.accept(content, name)
    digest = hashlib.sha256(content).digest()
    known = File.objects.filter(
        centre_id=centre_id, owner_unit_id=owner_unit_id, owner_person_id=owner_person_id, case_id=case_id,
        purpose=purpose, sha256=digest,
    ).first()  # fmt: skip
    if known is not None and stored_path(known.stored_name).exists():
        return int(known.file_id)
    stored_name = secrets.token_hex(24)
    _write(stored_path(stored_name), content)
    kept = File.objects.create(
        centre_id=centre_id, stored_name=stored_name, filename=name, kind=accepted.kind.value,
        purpose=purpose, sha256=digest, size=len(content), scan_state=ScanState.PENDING.value,
        owner_person_id=owner_person_id, owner_unit_id=owner_unit_id, case_id=case_id,
        kept_by_login_id=login_id, kept_at=at,
    )  # fmt: skip
    return int(kept.file_id)


def mark_scanned(file_id: int, *, state: ScanState) -> None:
    """Write down what a malware scanner found; a refused file is no longer handed out."""
    changed = File.objects.filter(file_id=file_id).update(scan_state=state.value)
    assert changed == 1, file_id


def clean_filename(filename: str) -> str:
    """The last part of an uploaded name, without characters that hide or reorder it."""
    last = filename.replace("\\", "/").rsplit("/", 1)[-1]
    if last in ("", ".", ".."):
        raise Refusal("file_name", "文件没有名称，请改名后重新上传。", field="file")
    return clean_text(last, FILENAME_LIMIT, "file")


def stored_path(stored_name: str) -> Path:
    """Where the bytes of a stored name lie."""
    return Path(settings.ANJU_FILES_DIR) / stored_name[:2] / stored_name


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_suffix(".part")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
