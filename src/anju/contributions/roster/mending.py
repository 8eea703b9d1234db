"""Mending a list where it is shown: which wrong cell can be mended how, and the table with the agent's corrections.

Pure. It never decides that a correction is right: the mended table goes through the same check as every other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from anju.contributions.roster.cells import ID_KINDS
from anju.contributions.roster.columns import map_columns
from anju.contributions.roster.types import ChangeKind, Field, Limits, Problem, SealReason
from anju.files.sheet_scan import column_letters, column_number
from anju.files.types import Row, Table


class Way(StrEnum):
    """How a wrong cell is mended: typed anew, chosen from a few, or only by leaving its row out."""

    TYPE = "type"
    CHOOSE = "choose"
    DROP = "drop"


_ONLY_WITHOUT = frozenset({"duplicate", "active_elsewhere", "month_later"})
_LOOK_AT_THE_PAPER = frozenset({Field.ID_NUMBER, Field.NAME})
_CHOICES: Mapping[Field, tuple[str, ...]] = {
    Field.CHANGE: tuple(kind.zh for kind in ChangeKind if kind is not ChangeKind.SAME),
    Field.REASON: tuple(reason.zh for reason in SealReason),
    Field.ID_KIND: (
        "身份证", "护照", "外国人永久居留身份证", "港澳台居民居住证", "港澳居民来往内地通行证",
        "台湾居民来往大陆通行证",
    ),
}  # fmt: skip
assert set(_CHOICES[Field.ID_KIND]) <= set(ID_KINDS), "a choice must be read again"


@dataclass(frozen=True)
class Mend:
    """One wrong cell and the ways to mend it."""

    problem: Problem
    field: Field
    way: Way
    choices: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    """Likely right texts, the likeliest first; leaving the row out has none."""

    @property
    def key(self) -> str:
        return f"{self.problem.row}-{self.field.value}"

    @property
    def taken_unless_said(self) -> str:
        """The suggestion that is taken when nothing is said; none for what only the person's paper can tell."""
        return self.suggestions[0] if self.suggestions and self.field not in _LOOK_AT_THE_PAPER else ""


def mends(problems: Collection[Problem], *, limits: Limits) -> list[Mend]:
    """The ways to mend each problem that blocks, once for a cell, in the order of the file."""
    found: dict[tuple[int, Field], Mend] = {}
    for problem in problems:
        if not problem.blocks:
            continue
        field = Field.ID_KIND if problem.code == "id_kind_missing" else problem.field or Field.ID_NUMBER
        way = Way.DROP if problem.code in _ONLY_WITHOUT else Way.CHOOSE if field in _CHOICES else Way.TYPE
        choices = _CHOICES.get(field, ()) if way is Way.CHOOSE else ()
        suggestions = () if way is Way.DROP else _suggestions(problem, limits)
        found.setdefault((problem.row, field), Mend(problem, field, way, choices, suggestions))
    return list(found.values())


def _suggestions(problem: Problem, limits: Limits) -> tuple[str, ...]:
    """A base outside its limits is a slip of the pen or a wage out there: then the limit itself is the base (CON-22).

    A wage under the floor is common, and a lost zero would be dear: there the limit comes first.
    """
    said = (problem.suggestion,) if problem.suggestion else ()
    if problem.code == "base_over_cap":
        said = (*said, _yuan(limits.base_cap_fen))
    if problem.code == "base_under_floor":
        said = (_yuan(limits.base_floor_fen), *said)
    return tuple(dict.fromkeys(said))


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def mended(table: Table, *, corrections: Mapping[tuple[int, Field], str], dropped: Collection[int]) -> Table:
    """The table with corrected cells and without the rows left out; a column that was missing is added at the end."""
    letters = dict(map_columns(table)[0])
    headers = dict(table.headers)
    for _, field in corrections:
        if field not in letters:
            letters[field] = _next_letter(table, headers)
            headers[letters[field]] = field.zh
    by_row: dict[int, dict[str, str]] = {}
    for (row, field), text in corrections.items():
        by_row.setdefault(row, {})[letters[field]] = text
    without = frozenset(dropped)
    rows = tuple(_corrected(row, by_row.get(row.number)) for row in table.rows if row.number not in without)
    return replace(table, headers=headers, rows=rows)


def _corrected(row: Row, texts: Mapping[str, str] | None) -> Row:
    if not texts:
        return row
    cells = {letter: cell for letter, cell in row.cells.items() if letter not in texts}
    return Row(row.number, {**cells, **{letter: text for letter, text in texts.items() if text}})


def _next_letter(table: Table, headers: Mapping[str, str]) -> str:
    used = [*headers, *(letter for row in table.rows for letter in row.cells)]
    return column_letters(max(map(column_number, used), default=0) + 1)
