"""Keeping uploads: under a name nobody can guess, outside the web root, once."""

from __future__ import annotations

import stat
from datetime import UTC, datetime

import pytest

from anju.files import actions, queries
from anju.files.models import File
from anju.files.tests.workbooks import workbook
from anju.files.types import FileKind, ScanState
from anju.kernel.refusal import Refusal

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings: object, tmp_path: object) -> None:
    settings.ANJU_FILES_DIR = tmp_path  # type: ignore[attr-defined]


def keep(content: bytes = b"", filename: str = "名单.xlsx", unit_id: int = 7) -> int:
    return actions.keep(content or workbook(), filename, centre_id=1, purpose="roster", at=AT, owner_unit_id=unit_id)


def test_a_kept_file_reads_back_and_lies_under_a_random_private_name() -> None:
    content = workbook()
    file_id = keep(content)
    row = File.objects.get(file_id=file_id)
    path = actions.stored_path(row.stored_name)
    assert queries.content(file_id) == content
    assert "名单" not in str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert queries.kept_file(file_id).filename == "名单.xlsx"
    assert queries.kept_file(file_id).kind is FileKind.WORKBOOK


def test_the_same_file_twice_is_kept_once_per_owner() -> None:
    content = workbook()
    assert keep(content) == keep(content)
    assert keep(content) != keep(content, unit_id=8)


def test_a_path_in_the_file_name_is_cut_off() -> None:
    assert queries.kept_file(keep(filename="..\\..\\etc/名单.xlsx")).filename == "名单.xlsx"


def test_a_file_name_that_reads_backwards_is_refused() -> None:
    with pytest.raises(Refusal):
        keep(filename="名单\u202excod.xlsx")


def test_a_file_the_scanner_refused_is_not_handed_out() -> None:
    file_id = keep()
    actions.mark_scanned(file_id, state=ScanState.REFUSED)
    with pytest.raises(Refusal, match="file_refused"):
        queries.content(file_id)


def test_bytes_changed_on_disk_are_noticed() -> None:
    file_id = keep()
    actions.stored_path(File.objects.get(file_id=file_id).stored_name).write_bytes(b"other")
    with pytest.raises(AssertionError):
        queries.content(file_id)


@pytest.mark.parametrize(
    ("content", "filename", "code"),
    [
        (PDF + b"<< /OpenAction 2 0 R >>", "证明.pdf", "pdf_active"),
        (PDF + b"<< /J#61vaScript (x) >>", "证明.pdf", "pdf_active"),
        (workbook(), "照片.jpg", "file_kind"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x00\x01\x00\x00\x00\x01\x00\x00", "图.png", "image_pixels"),
        (b"\xff\xd8\xff\xe0\x00\x04ab", "图.jpg", "image_damaged"),
        (b"<svg onload=alert(1)>", "图.svg", "file_kind"),
    ],
)
def test_papers_that_could_act_or_flood_are_refused(content: bytes, filename: str, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        keep(content, filename)
    assert caught.value.code == code


def test_a_plain_pdf_is_kept() -> None:
    assert queries.kept_file(keep(PDF, "证明.pdf")).kind is FileKind.PDF


def test_an_unknown_file_is_404() -> None:
    with pytest.raises(Refusal) as caught:
        queries.content(10**9)
    assert caught.value.status == 404
