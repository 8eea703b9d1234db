"""What is found out about a unit's month: whether its turn has come, how many people, how much."""

from __future__ import annotations

from typing import Any

from anju.casework.types import Asking, Fact, Facts
from anju.contributions import queries as contributions
from anju.kernel.money import format_fen
from anju.kernel.month import Month
from anju.services.employer_remittance.labels import LABELS

SOURCE = "中心缴存登记"


def gather(asking: Asking) -> Facts:
    """All from the centre's own books; a month that is not the next one in turn is said to be so."""
    unit_id = asking.subject.unit_id
    assert unit_id is not None, "units only"
    seen = contributions.unit_month(asking.subject.centre_id, unit_id, at=asking.at)
    asked = Month.parse(str(asking.answers["month"]))
    why = seen.why_not
    if asked != seen.month:
        why = f"现在该申报的是{seen.month.zh}，请在那个月的页面上确认。"
    elif seen.remittance is not None:
        why = f"{seen.month.zh}已经申报过，汇缴书 {seen.remittance.number}。"
    at = asking.at.isoformat(timespec="seconds")

    def fact(name: str, value: Any, text: str) -> Fact:
        return Fact(name, LABELS[name], value, text, SOURCE, "", at)

    return Facts(
        (
            fact("turn", why, why or "可以申报"),
            fact("headcount", seen.headcount, f"{seen.headcount} 人"),
            fact("total_fen", seen.total_fen, f"{format_fen(seen.total_fen)} 元"),
            fact("without_base", seen.without_base, f"{seen.without_base} 人"),
            fact("due_on", seen.due_on.isoformat(), f"{seen.due_on.year}年{seen.due_on.month}月{seen.due_on.day}日"),
        )
    )
