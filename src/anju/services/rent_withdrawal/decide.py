"""Rent withdrawal: from facts to the answer of the law of the acceptance date. The rule itself is the formula."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from anju.casework.types import Answers, Facts, Outcome, Verdict
from anju.kernel.month import Month
from anju.policy.formulas.rent import RentFacts, RentOutcome, rent_withdrawal

if TYPE_CHECKING:
    from anju.policy import Book

# The centre's own books always answer; should they not, people look.
OWN_BOOKS = ("account_state", "frozen", "balance_fen", "held_fen", "continuous_months", "own_base_fen",
             "other_case_running", "periods_taken", "card")  # fmt: skip


def decide(facts: Facts, *, answers: Answers, book: Book, on: date) -> Verdict:
    """Grant the lowest of balance, rent and cap; refuse by the article that stands against it; else to people."""
    missing = tuple(name for name in OWN_BOOKS if not facts.known(name))
    if missing:
        return Verdict(Outcome.REVIEW, "账户信息没有读到。", article="regulation.rent", unknown=missing)
    period = Month.of(on)
    explained = rent_withdrawal(_facts(facts, answers, period), book=book, accepted_on=on)
    decision = explained.value
    outcome = Outcome(decision.outcome.value)
    reviewed = decision.outcome is RentOutcome.REVIEW
    can_be_agreed = reviewed and not decision.unknown
    return Verdict(
        outcome=outcome,
        text=decision.sentence,
        article=decision.article,
        to_do=decision.to_do,
        amount_fen=None if outcome is Outcome.REFUSE else decision.amount_fen,
        working=explained.working,
        can_be_agreed=can_be_agreed,
        agreed_text=f"经人工核对，同意提取{period.zh}房租。" if can_be_agreed else "",
        unknown=decision.unknown if reviewed else (),
        result={"period": str(period), "card_tail": facts.value("card")["tail"]},
    )


def _facts(facts: Facts, answers: Answers, period: Month) -> RentFacts:
    card = facts.value("card")
    return RentFacts(
        account_state=facts.value("account_state"),
        frozen=facts.value("frozen"),
        balance_fen=facts.value("balance_fen"),
        held_fen=facts.value("held_fen"),
        continuous_months=facts.value("continuous_months"),
        homes_own=facts.get("homes_own"),
        homes_spouse=facts.get("homes_spouse"),
        marital_status=facts.get("marital_status"),
        own_base_fen=facts.value("own_base_fen"),
        spouse_base_fen=facts.get("spouse_base_fen"),
        monthly_rent_fen=answers["monthly_rent"],
        period=period,
        periods_taken=frozenset(Month.parse(month) for month in facts.value("periods_taken")),
        other_case_running=facts.value("other_case_running"),
        card_ready=card["ready"],
        card_tail=card["tail"],
        spouse_taken_fen=(facts.get("spouse_taken") or {"fen": 0})["fen"],
        lines={fact.name: fact.line() for fact in facts.items},
    )
