"""Binding a card: the bank says it is the member's own, or it is not bound."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from anju.casework.types import Answers, Facts, Outcome, Verdict
from anju.kernel.explained import Condition, Working
from anju.kernel.identifiers import mask_tail

if TYPE_CHECKING:
    from anju.policy import Book

ARTICLE, WAIT = "online_measure.bank_card", "card.wait_hours"


def decide(facts: Facts, *, answers: Answers, book: Book, on: date) -> Verdict:
    """Own: bound, usable after the wait. Another's: refused. The bank silent: people ask again."""
    found = book.find_article(ARTICLE, on)
    article = found.handle if found else "regulation.withdrawal_decision"
    tail = mask_tail(answers["card"])
    if not facts.known("owner"):
        return Verdict(
            Outcome.REVIEW, "银行暂时没有答复，还不能确认这张卡是您本人的。", article=article, unknown=("owner",),
            working=_working(facts, None, book, on), to_do="您不用再做什么，银行答复后会继续办理。",
        )  # fmt: skip
    owner = facts.value("owner")
    if not owner["own"]:
        return Verdict(
            Outcome.REFUSE, f"尾号 {tail} 的银行卡没有通过核验：{owner['reason'] or '不是您本人名下的卡。'}",
            article=article, to_do="请换一张您本人名下的借记卡；如果姓名或证件在银行登记有误，请先到银行更正。",
            working=_working(facts, False, book, on),
        )  # fmt: skip
    hours = book.integer(WAIT, on)
    return Verdict(
        Outcome.GRANT, f"尾号 {tail} 的银行卡已核对为您本人所有，{hours} 小时后可以收款。", article=article,
        working=_working(facts, True, book, on),
    )  # fmt: skip


def _working(facts: Facts, met: bool | None, book: Book, on: date) -> Working:
    article = book.find_article(ARTICLE, on)
    parameter = book.find(WAIT, on)
    brief = {True: "一致", False: "不一致", None: "未能查到"}[met]
    lines = (facts.line("owner"),) if "owner" in facts.by_name else ()
    return Working(
        conditions=(
            Condition(
                "银行卡是本人的", met, brief, lines, "收款卡须为本人名下，户名、卡号、证件与银行登记一致",
                article.ref if article else None, (parameter.ref,) if parameter else (), brief,
            ),
        )
    )  # fmt: skip
