"""The wrong cells of a list as the page asks for them, and what the agent answered. Decides nothing about a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.http import QueryDict

from anju.contributions.roster.mending import Mend, Way
from anju.contributions.roster.types import Field
from anju.kernel.identifiers import mask_name
from anju.kernel.refusal import Refusal


@dataclass(frozen=True)
class MendCell:
    """One wrong cell on the page: whose it is, what was typed, and which boxes are ticked."""

    mend: Mend
    name: str
    typed: str = ""
    taken: str = ""
    dropped: bool = False
    error: str = ""

    @property
    def id(self) -> str:
        """Of the field the error summary leads to."""
        return f"{'drop' if self.mend.way is Way.DROP else 'fix'}-{self.mend.key}"

    @property
    def place(self) -> str:
        """第 47 行 C 列."""
        problem = self.mend.problem
        return f"第 {problem.row} 行 {problem.column} 列" if problem.column else f"第 {problem.row} 行"

    @property
    def offers(self) -> list[tuple[str, str, bool]]:
        """Each suggestion: its text, how it reads, whether it is the one taken."""
        return [(text, self._reads(text), text == self.taken) for text in self.mend.suggestions]

    def _reads(self, text: str) -> str:
        return f"{Decimal(text):,.2f}" if self.mend.field is Field.BASE else text

    @property
    def types(self) -> bool:
        return self.mend.way is Way.TYPE

    @property
    def chooses(self) -> bool:
        return self.mend.way is Way.CHOOSE


def mend_cells(wrong: Sequence[Mend], names: Mapping[int, str]) -> list[MendCell]:
    """As shown the first time: likely slips ticked for mending, what only a person's paper can tell left open."""
    return [
        MendCell(mend, mask_name(names.get(mend.problem.row, "")), taken=mend.taken_unless_said) for mend in wrong
    ]


def read_mends(
    data: QueryDict, cells: Sequence[MendCell], *, clean: Callable[[str], str]
) -> tuple[list[MendCell], dict[tuple[int, Field], str], set[int]]:
    """The cells as answered, the corrections, and the rows to leave out. Nothing but the shown cells is read."""
    left_out = frozenset(data.getlist("drop"))
    answered: list[MendCell] = []
    corrections: dict[tuple[int, Field], str] = {}
    dropped: set[int] = set()
    for cell in cells:
        mend, row = cell.mend, cell.mend.problem.row
        raw = data.get(f"fix-{mend.key}", "")
        taken = data.get(f"take-{mend.key}", "")
        seen = replace(
            cell, typed=raw[:200], taken=taken if taken in mend.suggestions else "", dropped=str(row) in left_out,
            error="",
        )  # fmt: skip
        try:
            typed = clean(raw)
        except Refusal as refusal:
            answered.append(replace(seen, typed="", error=refusal.text))
            continue
        answered.append(seen)
        if seen.dropped:
            dropped.add(row)
        elif typed:
            corrections[row, mend.field] = typed
        elif seen.taken:
            corrections[row, mend.field] = seen.taken
    return answered, corrections, dropped
