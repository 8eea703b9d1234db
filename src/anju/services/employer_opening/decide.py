"""Opening for a unit: the legal representative with strong proof is approved by rule, an agent by people."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from anju.casework.types import Answers, Facts, Outcome, Verdict
from anju.kernel.explained import Condition, Working
from anju.policy.formulas.contribution import ratio_problem
from anju.services.employer_opening.ratios import first_day, ratios, ratios_zh, sides_may_differ

if TYPE_CHECKING:
    from anju.policy import Book

IDENTITY, REGISTRATION, RATIO = "online_measure.identity", "regulation.registration", "regulation.ratio"
RATIO_HANDLES = (
    "contribution.ratio_min", "contribution.ratio_max", "contribution.ratio_step", "contribution.ratio_sides",
)  # fmt: skip
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
    nature = _nature(facts, answers)
    reason = _reason_for_people(facts, answers)
    if reason is None:
        name = facts.value("company")["name"]
        return Verdict(
            Outcome.GRANT, f"核对一致，同意{name}开通网上业务。", article, to_do=SIGN, working=working,
            result={"nature": nature},
        )  # fmt: skip
    needed = ("company", "registered", "agency", "legal_person", *(() if nature else ("nature",)))
    unknown = tuple(name for name in needed if not facts.known(name))
    # Without the registry's entry there is no name to register the unit under, whoever agrees.
    possible = facts.known("company", "registered") and not facts.get("other_login", True) and bool(nature)
    return Verdict(
        Outcome.REVIEW, reason, article, working=working, unknown=unknown, can_be_agreed=possible,
        agreed_text=AGREED if possible else "", to_do=SIGN if possible else "", result={"nature": nature},
    )  # fmt: skip


def _nature(facts: Facts, answers: Answers) -> str:
    """The nature to be registered: what an agency or a clerk found holds, else what the applicant chose."""
    return str(facts.get("nature") or answers.get("nature") or "")


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
    problem = _ratio_problem(answers, book)
    if problem:
        return Verdict(
            Outcome.REFUSE, f"缴存比例（{ratios_zh(answers)}）不符合规定。", book.article(RATIO, on).handle,
            working=working, to_do=f"{problem.removesuffix('，请修改。')}，改好后请重新申请。",
        )  # fmt: skip
    return None


def _ratio_problem(answers: Answers, book: Book) -> str:
    day = first_day(answers)
    unit, person = ratios(answers)
    if unit != person and not sides_may_differ(book, day):
        return "本市规定单位和职工的缴存比例相同，请修改。"
    return ratio_problem(unit, book=book, on=day) or ratio_problem(person, book=book, on=day)


def _reason_for_people(facts: Facts, answers: Answers) -> str | None:
    if not facts.known("company"):
        return "企业登记没有查到，由工作人员核对单位信息。"
    if not facts.known("registered"):
        return "中心登记没有读到。"
    if not _nature(facts, answers):
        return "单位性质没有登记，由工作人员核对。"
    agency = facts.get("agency")
    if agency is None:
        return "身份核验系统暂时没有答复，由工作人员核对您的身份。"
    if not (agency["match"] and agency["phone_match"]):
        return "您的身份没有在线核对上，由工作人员核对。"
    if facts.get("other_login", False):
        return "您本人已有登录账户。请用原来的账户登录后再申请单位开通，这一件可以撤回。"
    if facts.get("legal_person") is not True:
        return "您不是法定代表人，由工作人员核对单位的授权。"
    if answers.get("nature") and facts.get("nature", answers["nature"]) != answers["nature"]:
        return "填写的单位性质与登记的不一致，由工作人员核对。"
    return None


def _article(book: Book, on: date) -> str:
    found = book.find_article(IDENTITY, on)
    return found.handle if found else book.article(REGISTRATION, on).handle


def _conditions(facts: Facts, answers: Answers, book: Book, on: date) -> list[Condition]:
    company, registered = facts.get("company"), facts.get("registered")
    agency, legal = facts.get("agency"), facts.get("legal_person")
    own = None if agency is None or legal is None else bool(agency["match"] and agency["phone_match"] and legal)
    operating = None if company is None else company["state"] == IN_BUSINESS
    return [
        _condition("单位在正常经营", operating, facts, ("company",), "企业登记在册、正常经营", book, on, REGISTRATION),
        _condition("单位还没有登记", None if registered is None else not registered, facts, ("registered",),
                   "一个单位登记一次", book, on, REGISTRATION),
        _condition("申请人身份", own or None, facts, ("agency", "legal_person"),
                   "法定代表人本人核对一致的，当场同意；经办人申请的，由工作人员核对授权", book, on, IDENTITY),
        _condition("单位性质", _nature_met(facts, answers), facts, ("nature",),
                   "按登记机关的登记；登记机关没有写明的，按单位填写", book, on, REGISTRATION),
        _ratio_condition(answers, book, on),
    ]  # fmt: skip


def _nature_met(facts: Facts, answers: Answers) -> bool | None:
    found = _nature(facts, answers)
    return True if found and answers.get("nature") in (None, "", found) else None


def _ratio_condition(answers: Answers, book: Book, on: date) -> Condition:
    day = first_day(answers)
    refs = tuple(book.parameter_ref(handle, day) for handle in RATIO_HANDLES)
    within = not _ratio_problem(answers, book)
    return Condition(
        "缴存比例", within, ratios_zh(answers), (), "不低于下限、不高于上限，按档填写；两边是否相同按本市规定",
        book.article_ref(RATIO, on), refs, "在范围内" if within else "不符合规定",
    )  # fmt: skip


def _condition(
    title: str, met: bool | None, facts: Facts, names: tuple[str, ...], rule: str, book: Book, on: date, handle: str
) -> Condition:
    article = book.find_article(handle, on)
    brief = {True: "满足", False: "不满足", None: "待核对"}[met]
    lines = tuple(facts.line(name) for name in names if name in facts.by_name)
    return Condition(title, met, brief, lines, rule, article.ref if article else None, (), brief)
