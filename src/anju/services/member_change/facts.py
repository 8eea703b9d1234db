"""What is found out about a change of staff: the list's own check, with other centres asked about strangers."""

from __future__ import annotations

from typing import Any

from anju.casework.types import Asking, Fact, Facts
from anju.services.member_change.labels import LABELS
from anju.services.member_change.lists import checked_list

SOURCE = "名册核对"
SHOWN = 20


def gather(asking: Asking) -> Facts:
    """Counts, and the first problems as the agent reads them."""
    unit_id = asking.subject.unit_id
    assert unit_id is not None, "units only"
    checked, _ = checked_list(
        asking.answers, centre_id=asking.subject.centre_id, unit_id=unit_id, at=asking.at, asking=True
    )
    problems = [f"{p.place}：{p.text}{p.repair}" for p in checked.errors]
    at = asking.at.isoformat(timespec="seconds")

    def fact(name: str, value: Any, text: str) -> Fact:
        return Fact(name, LABELS[name], value, text, SOURCE, "", at)

    def count(name: str, number: int) -> Fact:
        return fact(name, number, f"{number} 人")

    return Facts(
        (
            fact("lines", len(checked.lines), f"{len(checked.lines)} 行"),
            fact("problems", problems[:SHOWN], f"{len(problems)} 处"),
            count("joins", len(checked.joins)),
            count("leaves", len(checked.leaves)),
            count("base_changes", len(checked.base_changes)),
            count("left_out", len(checked.left_out)),
            count("unasked", sum(notice.code == "elsewhere_unknown" for notice in checked.notices)),
        )
    )
