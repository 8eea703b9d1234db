"""A list of new employees with three mistakes in it, as an agent in a hurry would write it."""

from __future__ import annotations

from io import BytesIO

from xlsxwriter import Workbook

from anju.contributions.roster.types import Field
from anju.demo.characters import identity_number

COLUMNS = (Field.NAME, Field.ID_NUMBER, Field.PHONE, Field.BASE, Field.CHANGE)
NEW = "新增"


def rows() -> list[tuple[str | int, ...]]:
    """Six people; a check digit, a base and a phone are wrong."""
    names = ("卢思远", "姜晨曦", "范涛", "汪雅", "苏健", "叶文")
    stated: list[tuple[str | int, ...]] = []
    for place, name in enumerate(names):
        number = identity_number(f"199{place}0{place + 1}1{place}", 960 + place)
        stated.append((name, number, f"160200000{place:02d}", 7000 + 450 * place, NEW))
    right = str(stated[1][1])
    stated[1] = (stated[1][0], right[:-1] + ("0" if right[-1] != "0" else "1"), *stated[1][2:])
    stated[3] = (*stated[3][:3], "八千三", NEW)
    stated[4] = (*stated[4][:2], "1602000", *stated[4][3:])
    return stated


def wrong_list_workbook() -> bytes:
    """The list as an xlsx."""
    stream = BytesIO()
    book = Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, text = book.add_worksheet("名册"), book.add_format({"num_format": "@"})
    sheet.write_row(0, 0, [column.zh for column in COLUMNS])
    sheet.set_column(0, len(COLUMNS) - 1, 20, text)
    for place, row in enumerate(rows(), start=1):
        sheet.write_row(place, 0, row)
    book.close()
    return stream.getvalue()
