"""The tests of a rent withdrawal, each with its five stations: 事实 → 规则 → 条文 → 参数 → 结论."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from anju.kernel.explained import ArticleRef, Condition, FactLine, ParameterRef
from anju.kernel.month import Month
from anju.policy.book import Book
from anju.policy.formulas.rent_facts import NORMAL, SEALED, RentFacts
from anju.policy.formulas.wording import day, percent, yuan
from anju.policy.types import Parameter


@dataclass(frozen=True)
class Test:
    """A condition with what the machine needs to answer for it."""

    condition: Condition
    code: str
    article: str
    to_do: str = ""
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Law:
    """The book on the legal date, with the city's own measure where it has one."""

    book: Book
    on: date

    def article(self, local: str, national: str) -> ArticleRef:
        own = self.book.find_article(f"withdrawal_measure.{local}", self.on)
        return own.ref if own else self.book.article_ref(f"regulation.{national}", self.on)

    def refs(self, *handles: str, district: str | None = None) -> tuple[ParameterRef, ...]:
        found = (self.book.find(handle, self.on, district) for handle in handles)
        return tuple(parameter.ref for parameter in found if parameter)


def _test(
    title: str,
    *,
    met: bool | None,
    brief: str,
    facts: Sequence[FactLine],
    rule: str,
    article: ArticleRef,
    conclusion: str,
    code: str,
    parameters: tuple[ParameterRef, ...] = (),
    to_do: str = "",
    unknown: tuple[str, ...] = (),
) -> Test:
    condition = Condition(title, met, brief, tuple(facts), rule, article, parameters, conclusion)
    return Test(condition, "" if met else code, article.handle, "" if met else to_do, unknown if met is None else ())


def account_can_pay(facts: RentFacts, law: Law) -> Test:
    state_right = facts.account_state in (NORMAL, SEALED)
    met = state_right and not facts.frozen
    if facts.frozen:
        brief, conclusion, code = "已冻结", "账户已冻结，不能提取", "frozen"
        to_do = "请先向作出冻结决定的机关申请解除冻结，再来办理。"
    elif not state_right:
        brief, conclusion, code = "已销户", "账户已销户或者已转出，不能提取", "account_state"
        to_do = "请到现在缴存的中心办理。"
    else:
        brief, conclusion, code, to_do = "可以", "满足", "", ""
    shown = "正常缴存" if facts.account_state == NORMAL else "封存" if state_right else "已销户或者已转出"
    return _test(
        "账户可以提取",
        met=met,
        brief=brief,
        facts=(
            facts.line("account_state", f"账户状态：{shown}"),
            facts.line("frozen", "账户已冻结" if facts.frozen else "账户没有冻结"),
        ),
        rule="账户没有销户、没有冻结的，可以提取",
        article=law.article("account_state", "rent"),
        conclusion=conclusion,
        code=code,
        to_do=to_do,
    )


def nothing_else_runs(facts: RentFacts, law: Law) -> Test:
    running = facts.other_case_running
    text = "有一笔提取或者贷款正在办理" if running else "没有正在办理的提取或者贷款"
    return _test(
        "没有正在办理的提取或者贷款",
        met=not running,
        brief="有在办业务" if running else "没有",
        facts=(facts.line("other_case_running", text),),
        rule="同一时间只能办理一笔提取或者贷款",
        article=law.article("running_case", "rent"),
        conclusion="有业务正在办理，办结后才能再申请" if running else "满足",
        code="running_case",
        to_do="请等正在办理的业务办结，或者先撤回它。",
    )


def contributed_long_enough(facts: RentFacts, law: Law) -> Test:
    handle = "withdraw.rent.continuous_months"
    wanted, months = law.book.integer(handle, law.on), facts.continuous_months
    met = months >= wanted
    return _test(
        f"连续缴存满 {wanted} 个月",
        met=met,
        brief=f"已 {months} 个月",
        facts=(facts.line("continuous_months", f"连续缴存 {months} 个月"),),
        rule="申请时连续缴存月数不少于规定月数",
        article=law.article("continuous_months", "rent"),
        parameters=law.refs(handle),
        conclusion=f"{months} ≥ {wanted}，满足" if met else f"{months} < {wanted}，还差 {wanted - months} 个月",
        code="continuous_months",
        to_do=f"再连续缴存 {max(wanted - months, 0)} 个月后可以申请。",
    )


def owns_no_home(facts: RentFacts, law: Law) -> Test:
    """A home that is known decides at once; without one, every count that matters must be known."""
    spouse = facts.has_spouse
    counts = [facts.homes_own] if spouse is False else [facts.homes_own, facts.homes_spouse]
    known = [count for count in counts if count is not None]
    unknown = [name for name in ("homes_own", "homes_spouse") if getattr(facts, name) is None]
    if spouse is False and "homes_spouse" in unknown:
        unknown.remove("homes_spouse")
    if spouse is None:
        unknown.append("marital_status")
    met: bool | None = None if unknown else True
    if sum(known) > 0:
        met = False
    lines = [facts.line("homes_own", _homes("本人", facts.homes_own))]
    lines.append(facts.line("marital_status", _marriage(spouse)))
    if spouse is not False:
        lines.append(facts.line("homes_spouse", _homes("配偶", facts.homes_spouse)))
    return _test(
        "本人和配偶在本市无房",
        met=met,
        brief={True: "无房", False: f"有 {sum(known)} 套", None: "未能核查"}[met],
        facts=lines,
        rule="职工和配偶在缴存城市没有自有住房，租房自住的，可以提取房租",
        article=law.book.article_ref("regulation.rent", law.on),
        parameters=law.refs("withdraw.rent.search_area"),
        conclusion={
            True: "0 套，满足",
            False: f"名下住房 {sum(known)} 套，不满足无房条件",
            None: "有关部门暂时没有答复，住房情况没有查到",
        }[met],
        code="homes" if met is False else "homes_unknown",
        to_do="如果登记有误，请先到不动产登记中心更正；有房贷的，可以办理偿还贷款提取。",
        unknown=tuple(unknown),
    )


def _homes(who: str, count: int | None) -> str:
    return f"{who}名下住房：未能查到" if count is None else f"{who}名下住房 {count} 套"


def _marriage(spouse: bool | None) -> str:
    return "婚姻状况：未能查到" if spouse is None else "已婚" if spouse else "没有配偶需要查询"


def month_not_yet_taken(facts: RentFacts, law: Law) -> Test:
    taken, future = facts.period in facts.periods_taken, facts.period > Month.of(law.on)
    last = max(facts.periods_taken, default=None)
    text = f"最近一次提取的是{last.zh}房租" if last else "没有提取过房租"
    conclusion = "满足"
    if future:
        conclusion = f"{facts.period.zh}还没有到，不能提前提取"
    elif taken:
        conclusion = f"{facts.period.zh}的房租已经提取过"
    return _test(
        f"{facts.period.zh}还没有提取过",
        met=not (taken or future),
        brief="月份未到" if future else "已提取" if taken else "未提取",
        facts=(facts.line("periods_taken", text),),
        rule="同一个月的房租只能提取一次",
        article=law.article("rent_once", "rent"),
        parameters=law.refs("withdraw.rent.frequency"),
        conclusion=conclusion,
        code="future_month" if future else "rent_taken",
        to_do=f"请在{facts.period.zh}再申请。" if future else f"可以从{(facts.period + 1).zh}起再申请。",
    )


def card_can_receive(facts: RentFacts, law: Law) -> Test:
    ready = facts.card_ready
    text = f"收款卡尾号 {facts.card_tail}" if facts.card_tail else "还没有绑定收款卡"
    waiting = "刚绑定，还在等待时间内" if facts.card_tail else "没有绑定"
    return _test(
        "收款卡是本人的，已过等待时间",
        met=ready,
        brief=f"尾号 {facts.card_tail}" if ready else waiting,
        facts=(facts.line("card", text),),
        rule="提取款只付到申请人本人已核对的银行卡",
        article=law.article("own_card", "withdrawal_decision"),
        parameters=law.refs("card.wait_hours"),
        conclusion=f"付到尾号 {facts.card_tail}" if ready else f"收款卡{waiting}，暂时不能收款",
        code="card",
        to_do="请等收款卡过了等待时间再申请。" if facts.card_tail else "请先绑定本人的银行卡。",
    )


def rent_over_income_share(facts: RentFacts, law: Law) -> Test | None:
    """Only under the law until 2026-09-19. An income that is not known can only raise the threshold."""
    required = law.book.parameter("withdraw.rent.income_test", law.on)
    if required.value != "REQUIRED":
        return None
    spouse_fen = 0 if facts.has_spouse is False else facts.spouse_base_fen
    unknown = () if spouse_fen is not None else ("spouse_base_fen",)
    if facts.has_spouse is None:
        unknown = (*unknown, "marital_status")
    income_fen = facts.own_base_fen + (spouse_fen or 0)
    met, brief, conclusion = _share_compared(facts.monthly_rent_fen, income_fen, law, income_known=not unknown)
    return _test(
        "房租超出家庭工资收入的规定比例",
        met=met,
        brief=brief,
        facts=_income_lines(facts, spouse_fen),
        rule="月租高于家庭月工资收入 × 规定比例，才可以提取房租",
        article=law.book.article_ref("regulation.rent", law.on),
        parameters=law.refs("withdraw.rent.income_share"),
        conclusion=conclusion,
        code="income_share" if met is False else "income_unknown",
        to_do=_when_the_test_ends(required),
        unknown=unknown,
    )


def _share_compared(rent_fen: int, income_fen: int, law: Law, *, income_known: bool) -> tuple[bool | None, str, str]:
    """Whether the rent is over the share of the income, the brief and the conclusion."""
    if not law.book.has("withdraw.rent.income_share", law.on):
        return None, "未能核对", "本市的规定比例没有录入"
    share = law.book.decimal("withdraw.rent.income_share", law.on)
    threshold = f"家庭月工资收入 {yuan(income_fen)} 元的 {percent(share)}"
    if rent_fen <= income_fen * Fraction(share):
        return False, f"未超出 {percent(share)}", f"月租 {yuan(rent_fen)} 元没有超过{threshold}"
    if not income_known:
        return None, "收入未能核查", "配偶的收入暂时没有查到"
    return True, f"超出 {percent(share)}", f"月租 {yuan(rent_fen)} 元超过{threshold}，满足"


def _income_lines(facts: RentFacts, spouse_fen: int | None) -> list[FactLine]:
    lines = [
        facts.line("monthly_rent_fen", f"月租 {yuan(facts.monthly_rent_fen)} 元"),
        facts.line("own_base_fen", f"本人月工资收入（缴存基数）{yuan(facts.own_base_fen)} 元"),
    ]
    if facts.has_spouse is not False:
        text = "配偶月工资收入：未能查到" if spouse_fen is None else f"配偶月工资收入 {yuan(spouse_fen)} 元"
        lines.append(facts.line("spouse_base_fen", text))
    return lines


def _when_the_test_ends(required: Parameter) -> str:
    if required.ends_on is None:
        return "房租超出规定比例后可以申请。"
    return f"{day(required.ends_on + timedelta(days=1))}起受理的申请不再看这一条，可以届时再申请。"


ALL: tuple[Callable[[RentFacts, Law], Test | None], ...] = (
    account_can_pay,
    nothing_else_runs,
    contributed_long_enough,
    owns_no_home,
    rent_over_income_share,
    month_not_yet_taken,
    card_can_receive,
)
