"""Rent withdrawal (租房提取): who may, and the lowest of balance, rent and cap.

One formula for both laws: the law of the acceptance date decides which tests apply and which article is named.
Known against: refused. Not known: to people. An unknown fact alone never refuses.
"""

from __future__ import annotations

from datetime import date

from anju.kernel.explained import Condition, Explained, FactLine, Step, Term, Working
from anju.policy.book import Book
from anju.policy.formulas.rent_conditions import ALL, Law, Test
from anju.policy.formulas.rent_facts import RentDecision, RentFacts, RentOutcome
from anju.policy.formulas.wording import yuan

__all__ = ["RentDecision", "RentFacts", "RentOutcome", "rent_withdrawal"]

BALANCE, RENT, CAP = "账户可提余额", "实际月租", "每月上限"
CAP_HANDLE, REMAINDER_HANDLE = "withdraw.rent.monthly_cap", "withdraw.min_remainder"


def rent_withdrawal(facts: RentFacts, *, book: Book, accepted_on: date) -> Explained[RentDecision]:
    """The decision for one month's rent, under the law and the parameters of the acceptance date."""
    law = Law(book, accepted_on)
    tests = [test for make in ALL if (test := make(facts, law)) is not None]
    terms = _terms(facts, law)
    amount_fen = max(min(term.fen for term in terms), 0)
    amount = _amount_test(facts, law, terms, amount_fen)
    tests.append(amount)
    decision = _decide(facts, tests, terms, amount_fen)
    granted = decision.amount_fen if decision.outcome is RentOutcome.GRANT else None
    working = Working(
        conditions=tuple(test.condition for test in tests),
        terms=terms,
        steps=_steps(terms, amount_fen),
        result_fen=granted,
    )
    return Explained(decision, working)


def _terms(facts: RentFacts, law: Law) -> tuple[Term, ...]:
    """Three limits; without a cap in force two. The first of the lowest binds.

    An expression never says its own name again: every receipt prints the name before it.
    """
    remainder = law.book.fen(REMAINDER_HANDLE, law.on)
    held = f" − 已冻结或者占用 {yuan(facts.held_fen)}" if facts.held_fen else ""
    shared = f" − 配偶已提取 {yuan(facts.spouse_taken_fen)}" if facts.spouse_taken_fen else ""
    balance = f"余额 {yuan(facts.balance_fen)}{held} − 最低保留 {yuan(remainder)}"
    limits = [
        (BALANCE, balance, facts.balance_fen - facts.held_fen - remainder),
        (RENT, f"{yuan(facts.monthly_rent_fen)} × 1 个月{shared}", facts.monthly_rent_fen - facts.spouse_taken_fen),
    ]
    if law.book.has(CAP_HANDLE, law.on, facts.district):
        cap = law.book.fen(CAP_HANDLE, law.on, facts.district)
        limits.append((CAP, f"{yuan(cap)} × 1 个月", cap))
    lowest = min(limits, key=lambda limit: limit[2])
    return tuple(Term(*limit, binding=limit is lowest) for limit in limits)


def _amount_test(facts: RentFacts, law: Law, terms: tuple[Term, ...], amount_fen: int) -> Test:
    """The amount as a test of its own: it keeps the facts and the dated parameters the terms came from."""
    capped = any(term.name == CAP for term in terms)
    met = None if not capped else amount_fen > 0
    article = law.article("rent_amount", "rent")
    condition = Condition(
        title="可提金额取各项限制中最小的一项",
        met=met,
        brief={True: f"{yuan(amount_fen)} 元", False: "没有可提金额", None: "上限没有录入"}[met],
        facts=(
            facts.line("balance_fen", f"账户余额 {yuan(facts.balance_fen)} 元"),
            facts.line("monthly_rent_fen", f"月租 {yuan(facts.monthly_rent_fen)} 元"),
            *_shared_line(facts),
        ),
        rule="提取额不超过可提余额、实际月租和每月上限；夫妻合计不超过实际月租",
        article=article,
        parameters=law.refs(REMAINDER_HANDLE, CAP_HANDLE, district=facts.district),
        conclusion={
            True: f"可以提取 {yuan(amount_fen)} 元",
            False: "可提金额为 0.00 元",
            None: "本市的每月上限没有录入",
        }[met],
    )
    code = "" if met else "cap_unknown" if met is None else "balance"
    return Test(condition, code, article.handle, _when_more(facts, terms) if met is False else "")


def _shared_line(facts: RentFacts) -> tuple[FactLine, ...]:
    """Only where there is somebody to share the rent with."""
    if facts.has_spouse is not True:
        return ()
    text = f"配偶已提取本月房租 {yuan(facts.spouse_taken_fen)} 元" if facts.spouse_taken_fen else "配偶没有提取本月房租"
    return (facts.line("spouse_taken", text),)


def _when_more(facts: RentFacts, terms: tuple[Term, ...]) -> str:
    """What to wait for when nothing can be had: the balance, or, where the spouse had the rent, the next month."""
    if any(term.binding and term.name == RENT for term in terms):
        return f"这个月的房租配偶已经提取，可以从{(facts.period + 1).zh}起再申请。"
    return "余额达到最低保留额以上后可以再申请。"


def _steps(terms: tuple[Term, ...], amount_fen: int) -> tuple[Step, ...]:
    parameters = {BALANCE: REMAINDER_HANDLE, CAP: CAP_HANDLE}
    lines = [Step(term.name, term.expression, yuan(term.fen), "", parameters.get(term.name, "")) for term in terms]
    compared = "、".join(yuan(term.fen) for term in terms)
    return (*lines, Step("可提金额", f"{compared} 取最小", yuan(amount_fen)))


def _decide(
    facts: RentFacts, tests: list[Test], terms: tuple[Term, ...], amount_fen: int
) -> RentDecision:
    against = [test for test in tests if test.condition.met is False]
    open_tests = [test for test in tests if test.condition.met is None]
    what = f"{facts.period.zh}房租"
    if against:
        why = "；".join(test.condition.conclusion for test in against)
        return RentDecision(
            RentOutcome.REFUSE, 0, f"不能提取{what}：{why}。", tuple(test.code for test in against),
            against[0].to_do, against[0].article,
        )  # fmt: skip
    if open_tests:
        why = "；".join(test.condition.conclusion for test in open_tests)
        unknown = dict.fromkeys(name for test in open_tests for name in test.unknown)
        return RentDecision(
            RentOutcome.REVIEW, amount_fen, f"提取{what}需要工作人员核对：{why}。",
            tuple(test.code for test in open_tests), "您不用做什么，核对后会通知您。", open_tests[0].article,
            tuple(unknown),
        )  # fmt: skip
    return RentDecision(
        RentOutcome.GRANT, amount_fen, _granted(facts, terms, amount_fen), article=_rent_article(tests)
    )


def _granted(facts: RentFacts, terms: tuple[Term, ...], amount_fen: int) -> str:
    binding = next(term.name for term in terms if term.binding)
    because = {
        BALANCE: "账户可提余额低于房租和每月上限，所以按可提余额支付",
        RENT: _because_of_rent(facts),
        CAP: "实际房租高于每月上限，所以按上限支付",
    }[binding]
    return (
        f"同意提取{facts.period.zh}房租 {yuan(amount_fen)} 元。"
        f"您在本市无房、已连续缴存 {facts.continuous_months} 个月，{because}。"
    )


def _because_of_rent(facts: RentFacts) -> str:
    if facts.spouse_taken_fen:
        return f"配偶已提取这个月的房租 {yuan(facts.spouse_taken_fen)} 元，所以支付实际房租的其余部分"
    return "实际房租没有超过每月上限，所以按实际房租支付"


def _rent_article(tests: list[Test]) -> str:
    return next(test.article for test in tests if test.condition.title == "本人和配偶在本市无房")
