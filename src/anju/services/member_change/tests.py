"""A change of staff: form and file are judged by the same check."""

from __future__ import annotations

from anju.contributions.roster.types import Field
from anju.services.member_change.lists import person_table


def test_one_person_becomes_a_table_of_one_row() -> None:
    table = person_table(
        {"month": "2026-11", "change": "seal", "name": "郑国平", "id_number": "11010519491231002X", "reason": "retired"}
    )
    cells = {table.headers[column]: value for column, value in table.rows[0].cells.items()}
    assert cells == {
        Field.NAME.zh: "郑国平", Field.ID_NUMBER.zh: "11010519491231002X", Field.MONTH.zh: "2026-11",
        Field.CHANGE.zh: "封存", Field.REASON.zh: "退休",
    }  # fmt: skip
