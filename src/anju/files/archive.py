"""Opens an office archive without trusting it.

Owns the pre-check every zip container passes before a parser may see it: number of entries, declared
and really unpacked size, compression ratio, names, and complete streams. It refuses rather than repairs.
The parser never receives the uploaded container: it gets a new one, rebuilt uncompressed from the checked
parts, so that a container whose headers lie to one reader and not to another has nothing left to lie with.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass

from anju.kernel.refusal import Refusal

UPLOAD_LIMIT = 10 * 1024 * 1024
UNPACKED_LIMIT = 120 * 1024 * 1024
ENTRY_LIMIT = 300
RATIO_LIMIT = 120
RATIO_FREE_SIZE = 1024 * 1024
CHUNK = 256 * 1024

DAMAGED = "文件已损坏或没有传完，无法打开。请在电脑上打开确认无误后另存为 .xlsx，再重新上传。"
BOMB = "文件解压后的体积异常大，已拒绝打开。请新建一个工作簿，只粘贴名单内容，另存为 .xlsx 后重新上传。"


def size_text(size: int) -> str:
    """A file size in whole or tenths of a megabyte, as agents know it from their file manager."""
    megabytes = (size * 10 + 1024 * 1024 - 1) // (1024 * 1024)
    return f"{megabytes // 10}.{megabytes % 10} MB"


def refuse_too_large(size: int) -> None:
    """Refuse an upload over the limit before a single byte of it is interpreted."""
    if size > UPLOAD_LIMIT:
        raise Refusal(
            "upload_too_large",
            f"文件有 {size_text(size)}，超过 {size_text(UPLOAD_LIMIT)} 的上限。请删去图片和多余的工作表，"
            "或把名单分成几份上传。",
            field="file",
        )


@dataclass(frozen=True, slots=True)
class Archive:
    """The checked parts of an office archive by their path inside it."""

    parts: dict[str, bytes]

    def rebuilt(self, wanted: set[str] | None = None) -> bytes:
        """A fresh uncompressed container of the wanted parts, for parsers that want a file."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as container:
            for path, content in self.parts.items():
                if wanted is None or path in wanted:
                    container.writestr(path, content)
        return target.getvalue()


def open_archive(content: bytes) -> Archive:
    """Unpack a zip container within all limits, or refuse it by name of the limit."""
    refuse_too_large(len(content))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as container:
            entries = [entry for entry in container.infolist() if not entry.is_dir()]
            _check_declared(entries)
            return Archive(_unpack(content, entries))
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        ValueError,
        NotImplementedError,
        OverflowError,
    ) as problem:
        raise Refusal("workbook_damaged", DAMAGED, field="file") from problem


def _check_declared(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > ENTRY_LIMIT:
        raise Refusal("workbook_too_many_parts", BOMB, field="file")
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise Refusal("workbook_damaged", DAMAGED, field="file")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Refusal("workbook_encrypted", "文件设了打开密码。请去掉密码后重新上传。", field="file")
    if sum(entry.file_size for entry in entries) > UNPACKED_LIMIT:
        raise Refusal("workbook_bomb", BOMB, field="file")
    for entry in entries:
        packed = max(entry.compress_size, 1)
        if entry.file_size > RATIO_FREE_SIZE and entry.file_size // packed > RATIO_LIMIT:
            raise Refusal("workbook_bomb", BOMB, field="file")


def _unpack(content: bytes, entries: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    left = UNPACKED_LIMIT
    for entry in entries:
        part = _inflate(_packed_bytes(content, entry), entry, left)
        if len(part) != entry.file_size or zlib.crc32(part) != entry.CRC:
            raise zipfile.BadZipFile(entry.filename)
        left -= len(part)
        parts[entry.filename.lstrip("/")] = part
    return parts


def _packed_bytes(content: bytes, entry: zipfile.ZipInfo) -> bytes:
    header = content[entry.header_offset : entry.header_offset + 30]
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile(entry.filename)
    name_length = int.from_bytes(header[26:28], "little")
    extra_length = int.from_bytes(header[28:30], "little")
    start = entry.header_offset + 30 + name_length + extra_length
    packed = content[start : start + entry.compress_size]
    if len(packed) != entry.compress_size:
        raise zipfile.BadZipFile(entry.filename)
    return packed


def _inflate(packed: bytes, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """Unpack one stream to its very end, so that nothing hides behind the declared size."""
    if entry.compress_type == zipfile.ZIP_STORED:
        return packed
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise NotImplementedError(entry.filename)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    pieces: list[bytes] = []
    size = 0
    while not inflater.eof:
        piece = inflater.decompress(packed, CHUNK)
        if not piece and not inflater.eof:
            raise zipfile.BadZipFile(entry.filename)
        size += len(piece)
        if size > min(limit, entry.file_size):
            raise Refusal("workbook_bomb", BOMB, field="file")
        pieces.append(piece)
        packed = inflater.unconsumed_tail
    return b"".join(pieces)
