"""An answer of the audit as a workbook: above the lines stands all that is needed to ask again and compare."""

from __future__ import annotations

from anju.kernel.clock import ZONE
from anju.portals.desk.sheet import Sheets
from anju.reports.types import Answer


def workbook(answer: Answer) -> bytes:
    """The answer as xlsx."""
    asked, question = answer.asked, answer.question
    made = Sheets()
    made.add(
        "审计提问", title=question.title, columns=question.columns, lines=answer.lines,
        notes=(
            f"{asked.first} 至 {asked.last}，提问时间 {answer.at.astimezone(ZONE):%Y-%m-%d %H:%M}",
            f"提问 {question.code} 第 {question.version} 版，种子号 {asked.seed}",
            f"结果摘要（SHA-256）{answer.digest}",
        ),
        after="后面还有：请缩短起止日期再问。" if answer.more else "",
    )  # fmt: skip
    return made.content()
