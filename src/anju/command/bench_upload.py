"""``anju bench upload``: an employer's whole list checked against the roster, beside the bare reading of its sheet.

Measured through the product's own action: pre-check of the container, parsing, columns found, every cell read, every
person looked up, every wrong cell named with its repair, differences against the roster. A hundred faults of twenty
kinds are planted; a run that does not name each of them at its own cell, or names anything else, has failed whatever
its time. The floor is calamine reading the same bytes in the same rounds.

Expects Django set up on a migrated database of its own.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from anju.command.bench_ground import CENTRE, Options, interleave, moment, owner, peak_mb
from anju.command.bench_row import BenchRow

AT = moment(date(2026, 11, 23))
FAULTS = 100
HEADINGS = ("序号", "部门", "姓名", "证件类型", "身份证号码", "手机号码", "公积金基数（元）", "备注")
NAME, KIND, NUMBER, PHONE, BASE = 2, 3, 4, 5, 6
LETTERS = "ABCDEFGH"
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏"
_GIVEN = "安宁平和清明朗润泽嘉怡文思远书瑶晨曦雨桐子涵梓轩浩然"


class FaultsMissed(AssertionError):
    """A planted fault was not named, or something right was called wrong."""


@dataclass
class _Sheet:
    """The list as it is written, and what is wrong with it: cell → code."""

    rows: list[list[Any]]
    planted: dict[str, str] = field(default_factory=dict)


def run(options: Options) -> list[BenchRow]:
    """Enrol the staff, plant the faults, check the file in each round beside the floor, prove every fault named."""
    rows = options.rows or 10_000
    assert rows >= 2 * FAULTS, "a fault needs a row of its own"
    unit_id, people = _build(rows)
    sheet = _plant(people)
    content = _workbook(sheet)
    with owner() as connection:
        found = interleave(
            connection, options.rounds,
            {"ours": lambda turn: _prove(sheet, _check(content, unit_id)), "floor": lambda turn: _bare(content)},
            warm=1,
        )  # fmt: skip
    seconds, bare = found.time("ours"), found.time("floor")
    return [
        BenchRow(
            bench="upload", scale=f"{rows} rows, {FAULTS} faults", rows=rows, seconds=seconds,
            floor="calamine reading the sheet", floor_seconds=bare, ratio=seconds / bare, peak_mb=peak_mb(), target=60,
        )
    ]  # fmt: skip


def _check(content: bytes, unit_id: int) -> Any:
    from anju.contributions.actions import check_upload
    from anju.exchange import fakes
    from anju.kernel.month import Month

    with fakes.agencies():
        return check_upload(
            content, "名单.xlsx", centre_id=CENTRE, unit_id=unit_id, month=Month(2026, 11), at=AT
        ).checked


def _bare(content: bytes) -> None:
    import python_calamine

    python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def _prove(sheet: _Sheet, checked: Any) -> None:
    found = {problem.place: problem.code for problem in checked.problems}
    if found != sheet.planted:
        missed = {place: code for place, code in sheet.planted.items() if found.get(place) != code}
        wrong = {place: code for place, code in found.items() if sheet.planted.get(place) != code}
        raise FaultsMissed(f"missed {missed}, wrongly named {wrong}")
    if checked.unchanged != len(sheet.rows) - len(sheet.planted):
        raise FaultsMissed(f"{checked.unchanged} unchanged of {len(sheet.rows)}")


# ----------------------------------------------------------------------------------------------- the unit


def _build(count: int) -> tuple[int, list[tuple[str, str, str, int]]]:
    """A unit with its staff on the roster: name, number, phone, base in yuan."""
    from anju.contributions.actions import apply_changes
    from anju.contributions.types import ListSource
    from anju.kernel.actor import Actor
    from anju.kernel.month import Month
    from anju.ledger.actions import open_days
    from anju.parties.actions import register_unit
    from anju.parties.types import UnitDraft

    agent = Actor(1, 1, "unit_agent", None, "经办", CENTRE)
    open_days(CENTRE, date(2025, 7, 1), date(2025, 7, 1))
    salt = time.time_ns()  # a unit and people of their own in a database used twice
    unit_id = register_unit(
        UnitDraft(
            name="测量用单位", uscc=_uscc(salt), address="安居市", nature="33", payday=10, first_month=Month(2026, 11),
            unit_ratio=Decimal("0.12"), person_ratio=Decimal("0.12"), legal_person_name="周正",
        ),
        centre_id=CENTRE, actor=agent, at=AT,
    )  # fmt: skip
    people = [_person(n, salt) for n in range(count)]
    apply_changes(
        _opening(people), centre_id=CENTRE, unit_id=unit_id, source=ListSource.OPENING, actor=agent, at=AT,
        verify_elsewhere=False,
    )  # fmt: skip
    return unit_id, people


def _opening(people: list[tuple[str, str, str, int]]) -> Any:
    from anju.contributions.roster.types import ChangeKind, CheckedList, RosterLine
    from anju.kernel.identifiers import IdKind
    from anju.kernel.month import Month

    month, ratio = Month(2026, 11), Decimal("0.12")
    lines = tuple(
        RosterLine(row, ChangeKind.NEW, name, IdKind.ID18, number, phone, base * 100, ratio, ratio, month, "")
        for row, (name, number, phone, base) in enumerate(people, start=2)
    )
    return CheckedList(month, True, "", {}, (), lines, (), ())


def _person(n: int, salt: int) -> tuple[str, str, str, int]:
    from anju.kernel.identifiers import check_id18

    name = _SURNAMES[n % len(_SURNAMES)] + _GIVEN[n // 30 % len(_GIVEN)] + _GIVEN[n // 700 % len(_GIVEN)]
    # The region digits carry the salt: withdrawn regions are never refused.
    body = f"{100000 + (salt // 1000 + n // 300_000) % 700000}{1965 + n // 9000 % 35}{n // 750 % 12 + 1:02d}"
    body += f"{n // 27 % 28 + 1:02d}{n % 999:03d}"
    return name, body + str(check_id18(body + "0").correct_char), f"138{n:08d}", 3000 + n % 20_000


def _uscc(salt: int) -> str:
    from anju.kernel.identifiers import check_uscc

    body = f"91330100MA{salt // 1000 % 10_000_000:07d}"
    return body + str(check_uscc(body + "0").correct_char)


# ---------------------------------------------------------------------------------------------- the faults


def _plant(people: list[tuple[str, str, str, int]]) -> _Sheet:
    """The right list, with one fault in each of a hundred rows spread over it."""
    sheet = _Sheet([[n, "生产部", name, "身份证", number, phone, base, ""] for n, (name, number, phone, base) in
                    enumerate(people, start=1)])  # fmt: skip
    apart = len(people) // FAULTS
    for turn in range(FAULTS):
        column, code, change = _CHANGES[turn % len(_CHANGES)]
        row = turn * apart + 1
        line = sheet.rows[row]
        line[column] = people[row - 1][1] if code == "duplicate" else change(line[column])
        sheet.planted[f"{LETTERS[column]}{row + 2}"] = code
    return sheet


def _workbook(sheet: _Sheet) -> bytes:
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet("11月名单")
    page.write_row(0, 0, HEADINGS)
    for row, line in enumerate(sheet.rows, start=1):
        page.write_row(row, 0, line)
    book.close()
    return target.getvalue()


def _other_check(number: str) -> str:
    return number[:17] + ("1" if number[17] != "1" else "2")


def _born(number: str, day: str) -> str:
    from anju.kernel.identifiers import check_id18

    body = number[:6] + day + number[14:17]
    return body + str(check_id18(body + "0").correct_char)


_CHANGES: tuple[tuple[int, str, Callable[[Any], Any]], ...] = (
    (NUMBER, "id_check_digit", _other_check),
    (NUMBER, "id_birth_future", lambda number: _born(number, "20270101")),
    (NUMBER, "id_birth_date", lambda number: _born(number, "19900230")),
    (NUMBER, "id_length", lambda number: number[:17]),
    (NUMBER, "id_characters", lambda number: "A" + number[1:]),
    (NUMBER, "id_as_number", lambda number: int(number[:17] + "0")),
    (NUMBER, "id_missing", lambda number: ""),
    (NUMBER, "duplicate", lambda number: number),
    (NAME, "name_missing", lambda name: ""),
    (NAME, "name_characters", lambda name: f"{name}（12 车间）3"),
    (NAME, "name_differs", lambda name: name + "其"),
    (KIND, "id_kind", lambda kind: "驾驶证"),
    (PHONE, "phone", lambda phone: phone[:10]),
    (BASE, "base_text", lambda base: f"{base}元"),
    (BASE, "base_text", lambda base: "八千六"),
    (BASE, "base_over_cap", lambda base: base * 100),
    (BASE, "base_over_cap", lambda base: 28_500.01),
    (BASE, "base_under_floor", lambda base: 2_489.99),
    (BASE, "base_under_floor", lambda base: 860),
    (BASE, "base_places", lambda base: base + 0.123),
)
