"""A person's name in the one spelling it is stored and compared in.

Any character of GB 18030-2022 is taken, also those of four bytes and those newer than this Python knows; the
middle dot in its many forms becomes ·; Latin names keep their spaces. Refuses digits, symbols and over 60 characters.
"""

from __future__ import annotations

import re
import unicodedata

from anju.kernel.refusal import Refusal
from anju.kernel.text import clean_text

LONGEST = 60
_DOTS = re.compile("[\u2022\u2027\u30fb\u00b7\uff65\u2219\u22c5\u0387]")
_CJK_SPACE = re.compile(r"(?<=[^\x00-\u024f])[\s\u3000]+(?=[^\x00-\u024f])")
_LATIN_MARKS = frozenset(" '-.\u2019")


def clean_person_name(value: str, *, field: str = "name") -> str:
    """The cleaned name, or a Refusal naming the field and the character."""
    text = clean_text(value, LONGEST * 2, field, required=True)
    text = _CJK_SPACE.sub("", _DOTS.sub("·", text))
    text = re.sub(r"\s*·\s*", "·", re.sub(r"\s+", " ", text)).strip("· ")
    if not text:
        raise Refusal("text_missing", "请填写姓名。", field=field)
    if len(text) > LONGEST:
        raise Refusal("text_length", f"姓名最多 {LONGEST} 个字，现在是 {len(text)} 个字，请缩短。", field=field)
    strange = next((char for char in text if not _of_a_name(char)), None)
    if strange is not None:
        raise Refusal("name_character", f"姓名里不应有“{strange}”，请与证件上的姓名逐字核对。", field=field)
    return text


def _of_a_name(char: str) -> bool:
    if char == "·" or char in _LATIN_MARKS:
        return True
    point = ord(char)
    # Planes 2 and 3 hold the rare characters; private use holds those older documents were issued with.
    if 0x20000 <= point <= 0x3FFFF or 0xE000 <= point <= 0xF8FF or point in (0x3007, 0x25CB):
        return True
    return unicodedata.category(char)[0] in "LM"
