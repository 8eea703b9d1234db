"""Small lists and a small known world for tests of the two passes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from anju.contributions.roster.columns import recognise
from anju.contributions.roster.judge import judge_list
from anju.contributions.roster.read import read_list
from anju.contributions.roster.types import (
    AccountView,
    CheckDay,
    CheckedList,
    Document,
    Elsewhere,
    KnownPerson,
    Limits,
    Problem,
    UnitView,
    World,
)
from anju.files.types import Table
from anju.files.workbook import read_pasted
from anju.kernel.identifiers import IdKind, check_id18
from anju.kernel.month import Month

NOVEMBER = Month(2026, 11)
OCTOBER = Month(2026, 10)
DAY = CheckDay(NOVEMBER, date(2026, 11, 23))
LIMITS = Limits(249_000, 2_850_000, Decimal("0.05"), Decimal("0.12"), Decimal("0.01"))
UNIT = UnitView(1, 7, Decimal("0.12"), Decimal("0.12"), NOVEMBER)


def id18(number: int, birth: str = "19900101") -> str:
    body = f"110105{birth}{number:03d}"
    return body + str(check_id18(body + "0").correct_char)


def table(rows: Sequence[Sequence[Any]], headings: Sequence[str] = ("姓名", "证件号码", "缴存基数")) -> Table:
    lines = ["\t".join(headings), *("\t".join(str(cell) for cell in row) for row in rows)]
    return read_pasted("\n".join(lines), recognise=recognise)


def known(
    number: int, view: AccountView | None = AccountView.HERE_NORMAL, *, name: str = "赵一", base_fen: int = 860_000,
    paid_to: Month | None = OCTOBER,
) -> KnownPerson:  # fmt: skip
    account = None if view is None else 9_000 + number
    return KnownPerson(number, name, account, view, base_fen, Decimal("0.12"), Decimal("0.12"), paid_to)


def world(people: Mapping[str, KnownPerson] | None = None, elsewhere: Mapping[str, Elsewhere] | None = None) -> World:
    by_document: dict[Document, KnownPerson] = {(IdKind.ID18, n): p for n, p in (people or {}).items()}
    roster = tuple(
        person.account_id
        for person in by_document.values()
        if person.view is AccountView.HERE_NORMAL and person.account_id is not None
    )
    return World(UNIT, LIMITS, by_document, roster, {(IdKind.ID18, n): e for n, e in (elsewhere or {}).items()})


def check(content: Table, of: World | None = None, day: CheckDay = DAY) -> CheckedList:
    return judge_list(read_list(content, day=day), world=of or world(), day=day)


def only(checked: CheckedList) -> Problem:
    assert len(checked.problems) == 1, checked.problems
    return checked.problems[0]
