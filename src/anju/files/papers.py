"""Decides whether an upload may be kept at all: extension, signature and content must agree.

Owns the allow-list. It refuses active PDFs, encrypted papers and pictures whose pixels would flood a viewer;
workbooks pass the archive check. Pictures are kept as they came and only ever served as attachments.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from anju.files import sheet_scan, text_table
from anju.files.archive import open_archive, refuse_too_large
from anju.files.types import FileKind
from anju.kernel.refusal import Refusal

PIXEL_LIMIT = 60_000_000
PDF_STREAM_LIMIT = 32 * 1024 * 1024
PDF_ACTIVE = re.compile(
    rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|OpenAction|AA|SubmitForm|ImportData|XFA|Encrypt)\b"
)
PDF_ESCAPED_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
PDF_STREAM = re.compile(rb"stream\r?\n")
NOT_ALLOWED = "只能上传 .xlsx、.csv、.pdf、.jpg、.png 文件，且内容要与扩展名一致。请另存后重新上传。"


@dataclass(frozen=True, slots=True)
class Accepted:
    """What an upload turned out to be, and the media type it is served with."""

    kind: FileKind
    media_type: str


def accept(content: bytes, filename: str) -> Accepted:
    """The kind of an upload that may be kept, or a refusal that says what to do."""
    if not content:
        raise Refusal("file_empty", "文件是空的。请确认已保存后重新上传。", field="file")
    refuse_too_large(len(content))
    suffix = filename.lower().rsplit(".", 1)[-1] if "." in filename else ""
    if suffix == "xlsx" and content.startswith(b"PK\x03\x04"):
        sheet_scan.sheet_parts(open_archive(content))
        return Accepted(FileKind.WORKBOOK, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    if suffix in ("csv", "txt", "tsv"):
        text_table.decode(content)
        return Accepted(FileKind.TEXT_TABLE, "text/csv")
    if suffix == "pdf" and content.startswith(b"%PDF-"):
        _refuse_active_pdf(content)
        return Accepted(FileKind.PDF, "application/pdf")
    if suffix in ("jpg", "jpeg") and content.startswith(b"\xff\xd8\xff"):
        _refuse_flood(_jpeg_size(content))
        return Accepted(FileKind.IMAGE, "image/jpeg")
    if suffix == "png" and content.startswith(b"\x89PNG\r\n\x1a\n"):
        _refuse_flood((int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")))
        return Accepted(FileKind.IMAGE, "image/png")
    raise Refusal("file_kind", NOT_ALLOWED, field="file")


def _refuse_active_pdf(content: bytes) -> None:
    """Names may be spelled with #xx and hidden in compressed object streams, so both are undone first."""
    for piece in (content, *_pdf_streams(content)):
        if PDF_ACTIVE.search(PDF_ESCAPED_NAME.sub(lambda m: bytes([int(m.group(1), 16)]), piece)):
            raise Refusal(
                "pdf_active",
                "PDF 里有脚本、附件、自动动作或密码。请用“打印为 PDF”重新生成后上传。",
                field="file",
            )


def _pdf_streams(content: bytes) -> list[bytes]:
    pieces: list[bytes] = []
    left = PDF_STREAM_LIMIT
    for match in PDF_STREAM.finditer(content):
        end = content.find(b"endstream", match.end())
        inflater = zlib.decompressobj()
        try:
            piece = inflater.decompress(content[match.end() : end], left)
        except zlib.error:
            continue
        left -= len(piece)
        if left <= 0 or inflater.unconsumed_tail:
            raise Refusal("pdf_bomb", "PDF 解压后的体积异常大，请重新生成后上传。", field="file")
        pieces.append(piece)
    return pieces


def _jpeg_size(content: bytes) -> tuple[int, int]:
    place = 2
    while place + 9 < len(content):
        if content[place] != 0xFF:
            break
        marker = content[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height = int.from_bytes(content[place + 5 : place + 7], "big")
            return int.from_bytes(content[place + 7 : place + 9], "big"), height
        place += 2 if marker == 0xFF else 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    raise Refusal("image_damaged", "图片已损坏。请重新拍照或另存后上传。", field="file")


def _refuse_flood(size: tuple[int, int]) -> None:
    width, height = size
    if width <= 0 or height <= 0 or width * height > PIXEL_LIMIT:
        raise Refusal("image_pixels", f"图片有 {width}×{height} 像素，太大了。请缩小后重新上传。", field="file")
