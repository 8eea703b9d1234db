"""Whether a month can be declared: its turn has come, everybody has a base, and the list is the one that was seen."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from anju.casework.types import Answers, Facts, Outcome, Verdict
from anju.kernel.explained import Condition, Working
from anju.kernel.money import format_fen
from anju.kernel.month import Month

if TYPE_CHECKING:
    from anju.policy import Book

NEEDED = ("turn", "headcount", "total_fen", "without_base")
LAW, LIST = "regulation.remittance", "contribution_measure.list_confirmed"


def decide(facts: Facts, *, answers: Answers, book: Book, on: date) -> Verdict:
    """Granted at once, or refused with what to do first."""
    month = Month.parse(str(answers["month"])).zh
    own = book.find_article(LIST, on)
    article = own.handle if own else LAW
    missing = tuple(name for name in NEEDED if not facts.known(name))
    if missing:
        return Verdict(Outcome.REVIEW, f"{month}的名册暂时读不出来，稍后会继续办理。", article=article, unknown=missing)
    tests = (
        (not facts.value("turn"), "轮到申报这个月", facts.value("turn") or "可以申报", "turn",
         "请先处理上面说的事，再来申报。"),
        (facts.value("without_base") == 0, "每个人都有缴存基数", f"{facts.value('without_base')} 人没有",
         "without_base", "请在职工名册里补上缴存基数。"),
        (facts.value("total_fen") == answers["expected_total_fen"], "名册还是您看到的那一份",
         f"现在合计 {format_fen(facts.value('total_fen'))} 元", "total_fen", "名册在您确认前变了，请刷新后重新核对。"),
    )  # fmt: skip
    ref = own.ref if own else book.article_ref(LAW, on)
    working = Working(
        conditions=tuple(
            Condition(title, met, brief, (facts.line(name),), title, ref, (), brief if met else f"不满足：{brief}")
            for met, title, brief, name, _ in tests
        )
    )
    for met, _, brief, _, to_do in tests:
        if not met:
            text = f"{month}没有申报成：{brief.rstrip('。')}。"
            return Verdict(Outcome.REFUSE, text, article=article, to_do=to_do, working=working)
    amount = facts.value("total_fen")
    return Verdict(
        Outcome.GRANT, f"{month}申报 {facts.value('headcount')} 人，合计 {format_fen(amount)} 元。", article=article,
        amount_fen=amount, working=working,
    )  # fmt: skip
