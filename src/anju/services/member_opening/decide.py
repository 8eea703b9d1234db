"""Opening for a person: strong proof is approved by rule, everything else by people; knowing a number is nothing.

Strong: name, document and phone agree at the identity agency, or name, document and the phone the employer enrolled.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from anju.casework.types import Answers, Facts, Outcome, Verdict
from anju.kernel.explained import Condition, Working

if TYPE_CHECKING:
    from anju.policy import Book

IDENTITY, OPENING = "online_measure.identity", "online_measure.opening"
APPROVED = "身份核对一致，同意开通个人网上业务。"


def decide(facts: Facts, *, answers: Answers, book: Book, on: date) -> Verdict:
    """Grant on strong proof; nothing about an account is told to whoever has not given it."""
    article = _article(book, IDENTITY, on)
    by_agency = facts.known("agency") and facts.value("agency")["match"] and facts.value("agency")["phone_match"]
    by_employer = facts.get("known") == "same" and facts.get("enrolled_phone") is True
    strong = bool(by_agency or by_employer)
    working = _working(facts, strong, book, on)
    if not facts.known("known", "other_login"):
        return Verdict(Outcome.REVIEW, "登记信息没有读到。", article, unknown=("known",), working=working)
    if not strong:
        return _to_people(facts, article, working)
    if facts.value("known") == "name_differs":
        return Verdict(
            Outcome.REVIEW, "姓名与本中心登记的不一致，需要核对后更正。", article, working=working,
            to_do="请等工作人员核对；单位登记错了姓名的，请单位更正。",
        )  # fmt: skip
    if facts.value("other_login"):
        return Verdict(
            Outcome.REFUSE, "您本人已经有登录账户，不能再开通一个。", article, working=working,
            to_do="请用原来的账户登录；忘记密码的，可以找回密码。如果原账户不是您开的，请马上拨打 12329。",
        )  # fmt: skip
    return Verdict(Outcome.GRANT, APPROVED, article, to_do="请阅读并签订服务协议，签订后立即开通。", working=working)


def _to_people(facts: Facts, article: str, working: Working) -> Verdict:
    agency = facts.get("agency")
    if agency is None:
        text = "身份核验系统暂时没有答复，由工作人员核对您的身份。"
    elif not agency["match"]:
        text = "姓名和证件号码没有核对上，由工作人员核对您的身份。"
    else:
        text = "您的手机号没有核对上是本人的，由工作人员核对您的身份。"
    safe = facts.value("known") != "name_differs" and not facts.value("other_login")
    return Verdict(
        Outcome.REVIEW, text, article, working=working, can_be_agreed=safe,
        agreed_text="工作人员已核对您的身份，同意开通个人网上业务。" if safe else "",
        to_do="请阅读并签订服务协议，签订后立即开通。" if safe else "",
        unknown=() if facts.known("agency") else ("agency",),
    )  # fmt: skip


def _article(book: Book, handle: str, on: date) -> str:
    found = book.find_article(handle, on)
    return found.handle if found else book.article("regulation.one_account", on).handle


def _working(facts: Facts, strong: bool, book: Book, on: date) -> Working:
    article = book.find_article(IDENTITY, on)
    lines = tuple(facts.line(name) for name in ("agency", "enrolled_phone") if name in facts.by_name)
    return Working(
        conditions=(
            Condition(
                "本人身份", True if strong else None, "一致" if strong else "待核对", lines,
                "姓名、证件号码和手机号核对一致的，当场同意；不能在线核对的，由工作人员核对",
                article.ref if article else None, (), "身份核对一致" if strong else "需要工作人员核对",
            ),
        )
    )  # fmt: skip
