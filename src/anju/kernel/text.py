"""Text from outside. Owns the edge check: what cannot be stored is refused with words.

It never cleans in silence: a person is told what to change.
"""

from __future__ import annotations

import unicodedata

from anju.kernel.refusal import Refusal

# Direction overrides can make a file name or a reason read as something else than it is.
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\ufeff")


def clean_text(
    value: str, max_length: int, field: str, *, multi_line: bool = False, required: bool = False
) -> str:
    """The stripped text, or a Refusal naming the field: control characters, over-length, empty."""
    text = value.strip() if isinstance(value, str) else ""
    if multi_line:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if any(not _allowed(char, multi_line) for char in text):
        raise Refusal("text_characters", "内容含有无法保存的字符，请删除后重新填写。", field=field)
    if len(text) > max_length:
        raise Refusal(
            "text_length", f"最多填写 {max_length} 个字，现在是 {len(text)} 个字，请缩短。", field=field
        )
    if required and not text:
        raise Refusal("text_missing", "请填写这一项。", field=field)
    return unicodedata.normalize("NFC", text)


def _allowed(char: str, multi_line: bool) -> bool:
    if char == "\n":
        return multi_line
    # Cc: controls; Cs: lone surrogates, which PostgreSQL cannot store.
    return unicodedata.category(char) not in ("Cc", "Cs") and char not in _DIRECTION
