"""Declaring a month: seen by the portal's tests end to end; here the words of the decision."""

from __future__ import annotations

from datetime import date

from anju import policy
from anju.casework.types import Fact, Facts, Outcome
from anju.services.employer_remittance.decide import decide


def _facts(**values: object) -> Facts:
    return Facts(tuple(Fact(name, name, value, str(value), "账簿") for name, value in values.items()))


def test_a_list_that_changed_since_it_was_seen_is_not_declared() -> None:
    found = _facts(turn="", headcount=3, total_fen=300, without_base=0, due_on="2026-11-25")
    answers = {"month": "2026-11", "expected_total_fen": 200}
    verdict = decide(found, answers=answers, book=policy.book("anju"), on=date(2026, 11, 23))
    assert verdict.outcome is Outcome.REFUSE and "3.00" in verdict.text and verdict.to_do
