"""Opening for a unit: the legal representative with strong proof is approved by rule, an agent by people."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from anju.casework.types import Answers, Facts, Outcome, Verdict
from anju.kernel.explained import Condition, Working
from anju.kernel.month import Month

if TYPE_CHECKING:
    from anju.policy import Book

IDENTITY, REGISTRATION, RATIO = "online_measure.identity", "regulation.registration", "regulation.ratio"
IN_BUSINESS = "normal"
SIGN = "请阅读并签订服务协议，签订后立即开通。"
AGREED = "工作人员已核对单位和您的身份，同意单位开通网上业务。"


def decide(facts: Facts, *, answers: Answers, book: Book, on: date) -> Verdict:
    """Refuse what is registered already, a company out of business, a ratio out of bounds; grant strong proof."""
    working = Working(conditions=tuple(_conditions(facts, answers, book, on)))
    refusal = _refusal(facts, answers, book, on, working)
    if refusal is not None:
        return refusal
    article = _article(book, on)
    reason = _reason_for_people(facts)
    if reason is None:
        name = facts.value("company")["name"]
        return Verdict(Outcome.GRANT, f"核对一致，同意{name}开通网上业务。", article, to_do=SIGN, working=working)
    unknown = tuple(name for name in ("company", "registered", "agency", "legal_person") if not facts.known(name))
    # Without the registry's entry there is no name to register the unit under, whoever agrees.
    possible = facts.known("company", "registered") and not facts.get("other_login", True)
    return Verdict(
        Outcome.REVIEW, reason, article, working=working, unknown=unknown, can_be_agreed=possible,
        agreed_text=AGREED if possible else "", to_do=SIGN if possible else "",
    )  # fmt: skip


def _refusal(facts: Facts, answers: Answers, book: Book, on: date, working: Working) -> Verdict | None:
    if facts.get("registered") is True:
        return Verdict(
            Outcome.REFUSE, "这个单位已经在本中心登记。", book.article(REGISTRATION, on).handle, working=working,
            to_do="请由单位账户管理员登录，在“授权”里给您开通；管理员已离职的，请带单位介绍信到柜台办理。",
        )  # fmt: skip
    company = facts.get("company")
    if company is not None and company["state"] != IN_BUSINESS:
        return Verdict(
            Outcome.REFUSE, "企业登记显示这个单位不在正常经营状态，不能开户。", book.article(REGISTRATION, on).handle,
            working=working, to_do="请先到市场监管部门核实单位状态；单位已注销的，请办理职工账户转移或封存。",
        )  # fmt: skip
    lowest, highest = _bounds(book, _first_day(answers))
    if not lowest <= Decimal(answers["ratio"]) / 100 <= highest:
        return Verdict(
            Outcome.REFUSE, f"缴存比例 {answers['ratio']}% 超出规定范围。", book.article(RATIO, on).handle,
            working=working, to_do=f"请在 {lowest:.0%} 到 {highest:.0%} 之间填写后重新申请。",
        )  # fmt: skip
    return None


def _reason_for_people(facts: Facts) -> str | None:
    if not facts.known("company"):
        return "企业登记没有查到，由工作人员核对单位信息。"
    if not facts.known("registered"):
        return "中心登记没有读到。"
    agency = facts.get("agency")
    if agency is None:
        return "身份核验系统暂时没有答复，由工作人员核对您的身份。"
    if not (agency["match"] and agency["phone_match"]):
        return "您的身份没有在线核对上，由工作人员核对。"
    if facts.get("other_login", False):
        return "您本人已有登录账户。请用原来的账户登录后再申请单位开通，这一件可以撤回。"
    if facts.get("legal_person") is not True:
        return "您不是法定代表人，由工作人员核对单位的授权。"
    return None


def _bounds(book: Book, on: date) -> tuple[Decimal, Decimal]:
    return book.decimal("contribution.ratio_min", on), book.decimal("contribution.ratio_max", on)


def _first_day(answers: Answers) -> date:
    return Month.parse(answers["first_month"]).first_day


def _article(book: Book, on: date) -> str:
    found = book.find_article(IDENTITY, on)
    return found.handle if found else book.article(REGISTRATION, on).handle


def _conditions(facts: Facts, answers: Answers, book: Book, on: date) -> list[Condition]:
    company, registered = facts.get("company"), facts.get("registered")
    agency, legal = facts.get("agency"), facts.get("legal_person")
    own = None if agency is None or legal is None else bool(agency["match"] and agency["phone_match"] and legal)
    lowest, highest = _bounds(book, _first_day(answers))
    within = lowest <= Decimal(answers["ratio"]) / 100 <= highest
    refs = tuple(
        book.parameter_ref(handle, _first_day(answers))
        for handle in ("contribution.ratio_min", "contribution.ratio_max")
    )
    operating = None if company is None else company["state"] == IN_BUSINESS
    return [
        _condition("单位在正常经营", operating, facts, ("company",), "企业登记在册、正常经营", book, on, REGISTRATION),
        _condition("单位还没有登记", None if registered is None else not registered, facts, ("registered",),
                   "一个单位登记一次", book, on, REGISTRATION),
        _condition("申请人身份", own or None, facts, ("agency", "legal_person"),
                   "法定代表人本人核对一致的，当场同意；经办人申请的，由工作人员核对授权", book, on, IDENTITY),
        Condition("缴存比例", within, f"{answers['ratio']}%", (), "不低于下限、不高于上限",
                  book.article_ref(RATIO, on), refs, "在范围内" if within else "超出范围"),
    ]  # fmt: skip


def _condition(
    title: str, met: bool | None, facts: Facts, names: tuple[str, ...], rule: str, book: Book, on: date, handle: str
) -> Condition:
    article = book.find_article(handle, on)
    brief = {True: "满足", False: "不满足", None: "待核对"}[met]
    lines = tuple(facts.line(name) for name in names if name in facts.by_name)
    return Condition(title, met, brief, lines, rule, article.ref if article else None, (), brief)
