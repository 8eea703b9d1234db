"""The empty list: the columns, one line of explanation each, text cells for long numbers."""

from __future__ import annotations

from io import BytesIO

from xlsxwriter import Workbook

from anju.contributions.roster.types import Field

COLUMNS = (
    (Field.NAME, "和证件一样"), (Field.ID_NUMBER, "18 位，末位可为 X"), (Field.PHONE, "可不填"),
    (Field.BASE, "元，上年月平均工资"), (Field.MONTH, "如 2026-11，可不填"),
    (Field.CHANGE, "新增、启封、封存、转入、转出、基数变化，可不填"), (Field.REASON, "封存时填"),
)  # fmt: skip


def template_workbook() -> bytes:
    """An xlsx with the headers only; the explanations stand on a second sheet, out of the way of the check."""
    stream = BytesIO()
    book = Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, notes = book.add_worksheet("名册"), book.add_worksheet("说明")
    text, head = book.add_format({"num_format": "@"}), book.add_format({"bold": True})
    for place, (column, note) in enumerate(COLUMNS):
        sheet.write_string(0, place, column.zh, head)
        sheet.set_column(place, place, 20, text if column is not Field.BASE else None)
        notes.write_string(place, 0, column.zh, head)
        notes.write_string(place, 1, note)
    book.close()
    return stream.getvalue()
