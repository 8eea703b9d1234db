"""Reads lists that come as text: csv in the encodings of Chinese offices, and cells pasted from a sheet.

Text carries no cell types, so every cell is a string here; a leading "=" is a formula and is refused,
except the common `="110105…"` by which spreadsheet programs keep a long number as text.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from anju.kernel.refusal import Refusal

QUOTED_TEXT = re.compile(r'^="([^"]*)"$')
FORMULA_START = ("=", "@")
FIELD_LIMIT = 4096


def decode(content: bytes) -> str:
    """The text of a csv in UTF-8 (with or without mark), UTF-16 with mark, or GBK and its superset."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: Sequence[str] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise Refusal(
        "text_encoding",
        "无法识别文件的文字编码。请用表格软件打开，另存为 .xlsx 或“CSV UTF-8”后重新上传。",
        field="file",
    )


def text_rows(text: str) -> list[list[str]]:
    """The cells of a csv or of pasted text, split at the separator its first lines use."""
    if "\x00" in text:
        raise Refusal("text_control_character", "内容里有无法显示的控制字符，请重新复制后再粘贴。", field="file")
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
        rows = [[_plain(cell) for cell in row] for row in reader]
    except csv.Error as problem:
        raise Refusal(
            "text_damaged", "内容的引号或换行不完整，无法分列。请另存为 .xlsx 后重新上传。", field="file"
        ) from problem
    return rows


def formula_cells(rows: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    """Row and column (from 0) of the first cells that would start a formula."""
    found = []
    for row_index, row in enumerate(rows):
        for column_index, cell in enumerate(row):
            if cell.startswith(FORMULA_START):
                found.append((row_index, column_index))
                if len(found) == 5:
                    return found
    return found


def _separator(text: str) -> str:
    head = "\n".join(text.split("\n", 20)[:20])
    counts = {separator: head.count(separator) for separator in ("\t", ",", ";", "，")}
    if counts["\t"]:
        return "\t"
    return max(counts, key=lambda separator: counts[separator]) if any(counts.values()) else ","


def _plain(cell: str) -> str:
    cell = cell.strip().lstrip("\ufeff")
    kept_as_text = QUOTED_TEXT.match(cell)
    return kept_as_text.group(1).strip() if kept_as_text else cell
