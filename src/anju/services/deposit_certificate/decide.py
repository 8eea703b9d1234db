"""A certificate is given to everybody who has an account here, unless the printer lacks a character of a name."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from anju.casework.types import Answers, Facts, Outcome, Verdict
from anju.kernel.explained import Condition, Working

if TYPE_CHECKING:
    from anju.policy import Book

CERTIFICATE, RARE = "online_measure.certificate", "online_measure.rare_character"
VALID_DAYS = "certificate.valid_days"


def decide(facts: Facts, *, answers: Answers, book: Book, on: date) -> Verdict:
    """Granted at once. A name that cannot be printed is told, with the counter's way, and never printed as a box."""
    if not facts.known("account_state", "unprintable"):
        missing = tuple(name for name in ("account_state", "unprintable") if not facts.known(name))
        return Verdict(Outcome.REVIEW, "账户信息没有读到。", article=CERTIFICATE, unknown=missing)
    working = Working(conditions=(_account(facts, book, on), _printable(facts, book, on)))
    if facts.value("account_state") == 0:
        return Verdict(
            Outcome.REFUSE, "您在本中心没有个人账户，没有可以证明的缴存。", article=CERTIFICATE, working=working,
            to_do="如果您在其他城市缴存，请到当地中心开具；刚入职的，请向单位确认是否已经开户。",
        )  # fmt: skip
    rare = facts.value("unprintable")
    if rare:
        spelled = "、".join(f"“{character}”（U+{ord(character):04X}）" for character in rare)
        return Verdict(
            Outcome.REFUSE, f"姓名或单位名称中的 {spelled} 网上暂时不能打印，证明没有出具。", article=RARE,
            working=working, to_do="请携带身份证件到任一网点，窗口当场为您出具；也可以拨打 12329 预约。",
        )  # fmt: skip
    days = book.integer(VALID_DAYS, on)
    return Verdict(
        Outcome.GRANT, f"缴存证明已出具，有效期 {days} 天，可凭编号和核验码在线核验。", article=CERTIFICATE,
        working=working,
    )  # fmt: skip


def _account(facts: Facts, book: Book, on: date) -> Condition:
    article, days = book.find_article(CERTIFICATE, on), book.find(VALID_DAYS, on)
    met = facts.value("account_state") != 0
    return Condition(
        "在本中心有个人账户", met, facts.by_name["account_state"].text, (facts.line("account_state"),),
        "有个人账户的职工，可以开具缴存证明", article.ref if article else None, (days.ref,) if days else (),
        "可以开具" if met else "没有账户",
    )  # fmt: skip


def _printable(facts: Facts, book: Book, on: date) -> Condition:
    article = book.find_article(RARE, on)
    met = not facts.value("unprintable")
    return Condition(
        "姓名和单位名称能打印", met, facts.by_name["unprintable"].text, (facts.line("unprintable"),),
        "含有暂时不能打印的字的，由柜台办理", article.ref if article else None, (),
        "能打印" if met else "请到柜台",
    )  # fmt: skip
