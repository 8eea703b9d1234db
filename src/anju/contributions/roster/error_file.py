"""The list handed back to the agent with what is wrong in each row, as a workbook of text cells."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable

import xlsxwriter

from anju.contributions.roster.cells import shown
from anju.contributions.roster.types import Problem
from anju.files.sheet_scan import column_number
from anju.files.types import Table

REASONS = "问题和修改建议"
_WARM = "#FFE9D6"


def error_workbook(table: Table, problems: Iterable[Problem], *, only_wrong: bool = False) -> bytes:
    """The agent's own columns and rows, wrong cells coloured, and a last column that says what to do.

    Rows and columns keep their places, so that the names of cells in the complaints fit this file too.
    """
    by_row: dict[int, list[Problem]] = defaultdict(list)
    for problem in problems:
        by_row[problem.row].append(problem)
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    page = book.add_worksheet("需要修改" if only_wrong else "名单")
    text = book.add_format({"num_format": "@"})
    wrong = book.add_format({"num_format": "@", "bg_color": _WARM})
    heading = book.add_format({"bold": True, "num_format": "@"})
    last = max((column_number(letter) for letter in table.headers), default=1)
    for letter, title in table.headers.items():
        page.write_string(table.header_row - 1, column_number(letter) - 1, title, heading)
    page.write_string(table.header_row - 1, last, REASONS, heading)
    page.set_column(last, last, 60)
    for row in table.rows:
        found = by_row.get(row.number, [])
        if only_wrong and not found:
            continue
        bad = {problem.column for problem in found if problem.blocks}
        for letter, cell in row.cells.items():
            page.write_string(row.number - 1, column_number(letter) - 1, shown(cell), wrong if letter in bad else text)
        if found:
            page.write_string(row.number - 1, last, "；".join(map(_sentence, found)), text)
    book.close()
    return target.getvalue()


def _sentence(problem: Problem) -> str:
    field = problem.field.zh if problem.field else ""
    return f"{problem.place} {field}：{problem.text}。{problem.repair}"
