"""Whether a change of staff can be done: a list without a wrong cell is done, any other is handed back whole."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from anju.casework.types import Answers, Facts, Outcome, Verdict
from anju.kernel.explained import Condition, Working

if TYPE_CHECKING:
    from anju.policy import Book

NEEDED = ("problems", "joins", "leaves", "base_changes", "left_out")
LAW, OWN = "regulation.staff_change", "contribution_measure.member_change"


def decide(facts: Facts, *, answers: Answers, book: Book, on: date) -> Verdict:
    """All or nothing: no line of a list with a wrong cell is done."""
    own = book.find_article(OWN, on)
    article = own.handle if own else LAW
    ref = own.ref if own else book.article_ref(LAW, on)
    missing = tuple(name for name in NEEDED if not facts.known(name))
    if missing:
        return Verdict(Outcome.REVIEW, "名单暂时核对不了，稍后会继续办理。", article=article, unknown=missing)
    problems = facts.value("problems")
    well = not problems
    brief = "没有" if well else f"{len(problems)} 处"
    working = Working(
        conditions=(
            Condition(
                "名单没有要改的地方", well, brief, (facts.line("problems"),),
                "证件、基数、月份和缴存状态逐格核对，全部无误才办理", ref, (), brief,
            ),
        )
    )  # fmt: skip
    if not well:
        return Verdict(
            Outcome.REFUSE, f"没有办理：{problems[0].rstrip('。')}。", article=article,
            to_do="请按提示改好后重新提交，其余内容不用重填。", working=working,
        )  # fmt: skip
    done = [
        (facts.value("joins"), "进来"), (facts.value("leaves"), "离开"), (facts.value("base_changes"), "基数变化"),
    ]  # fmt: skip
    left = facts.value("left_out") if answers.get("left_out") else 0
    if left:
        done.append((left, "封存"))
    told = "，".join(f"{what} {number} 人" for number, what in done if number) or "没有变化"
    return Verdict(Outcome.GRANT, f"职工变更已办理：{told}。", article=article, working=working)
