"""The chart: every subject of the accounting method, as the file says it and as the database holds it."""

from __future__ import annotations

import pytest

from anju.database.sql import rows
from anju.ledger.chart import Section, chart

OF_THE_METHOD = {
    "101", "102", "111", "119", "121", "122", "124", "201", "211", "214", "214-02", "219", "301", "311", "321",
    "321-01", "321-02", "321-03", "321-04", "401", "401-01", "401-02", "401-03", "401-04", "401-05", "411", "411-01",
    "411-02", "411-03",
}  # fmt: skip


def test_the_chart_has_every_subject_of_the_method_and_says_which_details_are_ours() -> None:
    assert {one.code for one in chart().subjects if not one.local} == OF_THE_METHOD
    assert chart().edition.isoformat() == "2026-11-25" and "会计核算办法" in chart().source


def test_codes_are_said_once_and_a_detail_lies_beneath_its_parent_in_the_same_section() -> None:
    known: dict[str, Section] = {}
    for one in chart().subjects:
        assert one.code not in known
        assert one.parent is None or known[one.parent] is one.section, one.code
        assert one.parent is None or one.name.startswith(chart().find(one.parent).name + "——")
        known[one.code] = one.section


def test_suspense_has_five_sources() -> None:
    sources = [code for code in chart().details_of("219") if code < "219-10"]
    assert len(sources) == 5
    assert {chart().find(code).asks for code in sources} == {"unit"}


@pytest.mark.django_db
def test_the_database_holds_what_the_file_says() -> None:
    held = rows(
        "SELECT code, name, section, from_date, asks, member_control, parent, debit_side FROM subject ORDER BY code"
    )
    told = [
        {"code": one.code, "name": one.name, "section": one.section, "from_date": one.from_date, "asks": one.asks,
         "member_control": one.member_control, "parent": one.parent, "debit_side": one.section.debit_side}
        for one in sorted(chart().subjects, key=lambda one: one.code)
    ]  # fmt: skip
    assert held == told
