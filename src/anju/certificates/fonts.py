"""The one font family of the papers and what it can print.

Owns: where the font file lies and the set of characters it holds, read from the font's own character
map. Refuses (through ``paper.py``) what it cannot print: a missing glyph is never printed as a box.
"""

from __future__ import annotations

import struct
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from pathlib import Path

import noto_cjk_sans_otc

FAMILY = "Noto Sans CJK SC"
# Categories that print nothing of their own and can reorder or hide what stands on the paper.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def font_folder() -> Path:
    """The folder that holds the collection; nothing else lies in it but the wheel's own module."""
    return Path(str(noto_cjk_sans_otc.FONT_PATH)).parent


def missing_characters(text: str) -> tuple[str, ...]:
    """Characters of ``text`` that the font cannot print, each once, in reading order."""
    starts, ends = _coverage()
    missing: dict[str, None] = {}
    for character in text:
        at = bisect_right(starts, ord(character)) - 1
        covered = at >= 0 and ord(character) <= ends[at]
        if not covered or unicodedata.category(character) in _UNPRINTABLE:
            missing[character] = None
    return tuple(missing)


@lru_cache(maxsize=1)
def _coverage() -> tuple[list[int], list[int]]:
    """Covered code points as two parallel lists of range starts and ends."""
    content = Path(str(noto_cjk_sans_otc.FONT_PATH)).read_bytes()
    table = _character_map(content, _face_offset(content))
    return _ranges_of_format_12(content, table)


def _face_offset(content: bytes) -> int:
    """Where the face named ``FAMILY`` begins in the collection (OpenType: TTC header)."""
    assert content[:4] == b"ttcf", "the font wheel holds a collection"
    count = struct.unpack_from(">I", content, 8)[0]
    for offset in struct.unpack_from(f">{count}I", content, 12):
        if _family_name(content, offset) == FAMILY:
            return int(offset)
    raise AssertionError(f"{FAMILY} is not in the font wheel")


def _tables(content: bytes, face: int) -> dict[bytes, int]:
    count = struct.unpack_from(">H", content, face + 4)[0]
    records = (struct.unpack_from(">4sIII", content, face + 12 + 16 * n) for n in range(count))
    return {tag: offset for tag, _, offset, _ in records}


def _family_name(content: bytes, face: int) -> str:
    """Name id 1 of the Windows platform (3), which is stored as UTF-16."""
    table = _tables(content, face)[b"name"]
    count, strings = struct.unpack_from(">HH", content, table + 2)
    for n in range(count):
        record = struct.unpack_from(">6H", content, table + 6 + 12 * n)
        platform, _, language, name, length, offset = record
        if (platform, language, name) == (3, 0x409, 1):
            start = table + strings + offset
            return content[start : start + length].decode("utf-16-be")
    return ""


def _character_map(content: bytes, face: int) -> int:
    """Offset of the full-repertoire Unicode subtable (platform 3 encoding 10, format 12)."""
    table = _tables(content, face)[b"cmap"]
    count = struct.unpack_from(">H", content, table + 2)[0]
    for n in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", content, table + 4 + 8 * n)
        if (platform, encoding) == (3, 10):
            return int(table + offset)
    raise AssertionError("the font has no full Unicode map")


def _ranges_of_format_12(content: bytes, subtable: int) -> tuple[list[int], list[int]]:
    assert struct.unpack_from(">H", content, subtable)[0] == 12
    groups = struct.unpack_from(">I", content, subtable + 12)[0]
    starts: list[int] = []
    ends: list[int] = []
    for n in range(groups):
        start, end, glyph = struct.unpack_from(">III", content, subtable + 16 + 12 * n)
        if glyph:
            starts.append(start)
            ends.append(end)
    return starts, ends
