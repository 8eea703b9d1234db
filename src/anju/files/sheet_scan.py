"""Looks at the raw XML of a workbook before any parser builds cells from it.

Owns what the bytes alone can tell: which part is which sheet, macros and embedded objects, formulas by cell,
merged areas, and how far a sheet stretches (a single cell in the last corner would make a reader allocate
seventeen thousand million cells). It refuses parts whose text a byte search could misread.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from anju.files.archive import DAMAGED, Archive
from anju.kernel.refusal import Refusal

COLUMN_LIMIT = 256
ROW_LIMIT = 60_000
ACTIVE_PARTS = re.compile(
    r"(vbaProject|vbaData|macrosheets/|dialogsheets/|activeX/|embeddings/|externalLinks/|connections\.xml"
    r"|queryTables/|ctrlProps/|customUI|oleObject)",
    re.IGNORECASE,
)
# A tag never contains "<" before its end, so none of these patterns can run on past one tag.
PREFIX = rb"<(?:[^\s<>/:]+:)?"
FORMULA = re.compile(PREFIX + rb"f[\s/>]")
FORMULA_CELL = re.compile(PREFIX + rb'c\s[^<>]*?\br="([A-Z]{1,3}\d{1,7})"[^<>]*>\s*' + PREFIX + rb"f[\s/>]")
PLACE = re.compile(PREFIX + rb'c\s[^<>]*?\br="([A-Z]{1,3})(\d{1,7})"')
ROW_PLACE = re.compile(PREFIX + rb'row\s[^<>]*?\br="(\d{1,7})"')
CELL_TAG = re.compile(PREFIX + rb"c(?=[\s/>])[^<>]*")
ROW_TAG = re.compile(PREFIX + rb"row(?=[\s/>])[^<>]*")
OWN_PLACE = re.compile(rb"[\s:]r\s*=")
ENCODING = re.compile(rb'^\s*<\?xml[^>]*encoding=["\']([^"\']+)["\']')


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One worksheet: its name as the tab shows it, its part, and whether the tab is hidden."""

    name: str
    path: str
    hidden: bool


def column_number(letters: str) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def sheet_parts(archive: Archive) -> tuple[SheetPart, ...]:
    """The worksheets in the order of their tabs; refuses macros and embedded or linked objects."""
    for path in archive.parts:
        if ACTIVE_PARTS.search(path):
            raise Refusal(
                "workbook_active_content",
                "工作簿里有宏、外部链接或嵌入对象，为安全起见不能接收。请另存为不带宏的 .xlsx 后重新上传。",
                field="file",
            )
    try:
        book = ElementTree.fromstring(archive.parts["xl/workbook.xml"], forbid_dtd=True)
        links = ElementTree.fromstring(archive.parts["xl/_rels/workbook.xml.rels"], forbid_dtd=True)
    except (KeyError, ElementTree.ParseError, DefusedXmlException) as problem:
        raise Refusal("workbook_damaged", DAMAGED, field="file") from problem
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    found = []
    for element in book.iter():
        if element.tag.rsplit("}", 1)[-1] == "sheet":
            link_id = next((value for key, value in element.attrib.items() if key.endswith("}id")), None)
            path = posixpath.normpath(posixpath.join("xl", targets.get(link_id, ""))).lstrip("/")
            path = path.removeprefix("xl/xl/") if path not in archive.parts else path
            part = path if path in archive.parts else f"xl/{path}"
            if part in archive.parts and "chartsheets/" not in part:
                hidden = element.get("state", "visible") != "visible"
                found.append(SheetPart(element.get("name", ""), part, hidden))
    if not found:
        raise Refusal("workbook_damaged", DAMAGED, field="file")
    return tuple(found)


def refuse_unreadable(part: bytes) -> None:
    """Refuse a part that is not plain UTF-8 XML, or that declares a document type."""
    declared = ENCODING.match(part[:200].removeprefix(b"\xef\xbb\xbf"))
    plain = part.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"
    utf8 = declared is None or declared.group(1).lower() in (b"utf-8", b"utf8", b"us-ascii")
    if not plain or not utf8 or b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise Refusal("workbook_damaged", DAMAGED, field="file")


def refuse_formulas(sheet: SheetPart, part: bytes) -> None:
    """Refuse a sheet in which any cell is computed, naming the first such cells."""
    if not FORMULA.search(part):
        return
    cells = []
    for match in FORMULA_CELL.finditer(part):
        cells.append(match.group(1).decode())
        if len(cells) == 3:
            break
    where = "、".join(cells)
    raise Refusal(
        "workbook_formula",
        f"工作表“{sheet.name}”的 {where or '某些'} 单元格是公式。请选中整张表，复制后用“选择性粘贴 → 数值”"
        "贴回原处，再重新上传。",
        field="file",
    )


def refuse_stretched(sheet: SheetPart, part: bytes) -> None:
    """Refuse a sheet whose cells reach beyond the columns and rows a list can need."""
    rows = ROW_PLACE.findall(part)
    cells = PLACE.findall(part)
    row_tags, cell_tags = ROW_TAG.findall(part), CELL_TAG.findall(part)
    last_row = max(len(row_tags), max(map(int, rows), default=0))
    last_row = max(last_row, max((int(row) for _, row in cells if len(row) > 4), default=0))
    last_column = max((column_number(column.decode()) for column in {column for column, _ in cells}), default=0)
    if len(rows) < len(row_tags) or len(cells) < len(cell_tags):
        _refuse_odd_places(row_tags, ROW_PLACE)
        _refuse_odd_places(cell_tags, PLACE)
        last_column = max(last_column, *(len(CELL_TAG.findall(row)) for row in ROW_TAG.split(part)))
    if last_row > ROW_LIMIT or last_column > COLUMN_LIMIT:
        raise Refusal(
            "workbook_stretched",
            f"工作表“{sheet.name}”一直延伸到第 {last_row} 行、{column_letters(last_column)} 列。请删去名单"
            "以外的空行和空列，或把名单复制到新的工作簿后重新上传。",
            field="file",
        )


def _refuse_odd_places(tags: list[bytes], expected: re.Pattern[bytes]) -> None:
    """A tag may leave its place out, but must not write it in a way that only some readers understand."""
    for tag in tags:
        if not expected.match(tag) and OWN_PLACE.search(tag):
            raise Refusal("workbook_damaged", DAMAGED, field="file")
