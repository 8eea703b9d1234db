"""The contract of posting: each kind of event has exactly one rule, each rule balances and has a worked example."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from anju.database.sql import rows
from anju.ledger import actions
from anju.ledger.business_events import EventKind
from anju.ledger.chart import Asks, chart
from anju.ledger.checks import CHECKS
from anju.ledger.levels import turnover
from anju.ledger.posting_rules import AMOUNT, MEMBERS, PostingRule, compose, pair, rule_of
from anju.ledger.tests.test_posting import AT, CENTRE, DAY, settle_constraints
from anju.ledger.types import GlLine, VoucherDraft, VoucherKind

EXAMPLES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "posting_examples.yaml").read_text(encoding="utf-8")
)
# The pairs of the accounting method that the sector's systems post; each must be a move of some rule.
PAIRINGS = """
101 219-01, 219-01 201, 101 201, 201 219-03, 219-01 101, 201 101, 211 101, 411-01 211, 211 201, 201 401-05,
101-02 101, 121 101-02,
101 121, 101 401-03, 102 401-03, 122 121, 101 122, 201 121, 201 401-03, 102 101, 301 122, 101 301, 101 401-01,
102 401-02, 111 401-01, 111 401-02, 101 111, 102 111, 124-01 101, 124-02 101, 101 124-01, 101 124-02, 101 401-04,
101-03 101, 101 101-03, 411-02 219-11, 411-03 219-12, 219-11 102, 219-12 102, 411-04 102, 411-04 101, 401-01 311,
401-05 311, 311 411-01, 311 411-03, 311 321-04, 321-01 301, 321-02 214-01, 214-01 102, 321-03 214-02, 214-02 102,
119 101, 219-01 401-01, 219-01 111, 219-01 119
"""


def test_each_kind_of_event_has_exactly_one_rule() -> None:
    assert Counter(rule.event for rule in PostingRule) == Counter(EventKind)
    assert len(PostingRule.__members__) == len(PostingRule), "a rule hides behind another's name"
    assert all(rule_of(rule.event) is rule for rule in PostingRule)
    assert len({rule.zh for rule in PostingRule}) == len(PostingRule)


def test_every_rule_names_subjects_of_the_chart_and_details_where_a_subject_has_them() -> None:
    known = {one.code for one in chart().subjects}
    with_lines_of_their_own = {"101"}
    for rule in PostingRule:
        for move in rule.moves:
            for code in (move.debit, move.credit):
                assert code in known
                assert not chart().details_of(code) or code in with_lines_of_their_own, f"{rule.name}: {code}"


def test_every_pairing_of_the_method_is_a_move_of_a_rule() -> None:
    wanted = {tuple(one.split()) for one in PAIRINGS.replace("\n", " ").split(",")}
    assert wanted - {(move.debit, move.credit) for rule in PostingRule for move in rule.moves} == set()


@given(st.data())
def test_every_rule_balances_whatever_its_amounts(data: st.DataObject) -> None:
    rule = data.draw(st.sampled_from(PostingRule))
    parts = data.draw(st.sets(st.sampled_from([move.part for move in rule.moves]), min_size=1))
    amounts = {part: data.draw(st.integers(1, 10**15), label=part) for part in parts}
    lines = compose(rule, amounts, unit_id=7, bank_account_id=3)
    total = sum(amounts.values())
    assert (sum(line.debit_fen for line in lines), sum(line.credit_fen for line in lines)) == (total, total)
    for line in lines:
        asks = chart().find(line.subject).asks
        assert (line.unit_id, line.bank_account_id) == (
            7 if asks is Asks.UNIT else None, 3 if asks is Asks.BANK else None
        )  # fmt: skip


@pytest.mark.parametrize("amounts", [{}, {AMOUNT: 0}, {AMOUNT: -1}, {"principal": 5}])
def test_a_rule_refuses_no_money_money_below_nothing_and_parts_it_does_not_know(amounts: dict[str, int]) -> None:
    with pytest.raises(AssertionError):
        compose(PostingRule.RECEIPT_UNMATCHED, amounts)


def test_a_rule_of_several_moves_is_not_posted_as_a_pair() -> None:
    with pytest.raises(AssertionError, match="several sums"):
        pair(PostingRule.CLOSE_OUT_PAID, amount_fen=5)


def test_money_between_two_accounts_or_two_units_names_both() -> None:
    moved = compose(PostingRule.OWN_MONEY_MOVED, {AMOUNT: 5}, bank_account_id=2, from_bank_account_id=1)
    assert moved == (GlLine("101", 5, 0, None, 2), GlLine("101", 0, 5, None, 1))
    given_over = compose(PostingRule.SUSPENSE_MOVED, {AMOUNT: 5}, unit_id=8, from_unit_id=9)
    assert [line.unit_id for line in given_over] == [8, 9]


def test_every_rule_has_one_example() -> None:
    assert Counter(one["rule"] for one in EXAMPLES) == Counter(rule.name for rule in PostingRule)


@pytest.mark.django_db
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one["rule"])
def test_the_example_posts_and_totals_stand_where_it_says(example: dict[str, Any]) -> None:
    actions.open_days(CENTRE, DAY, DAY)
    amounts = {part: int(fen) for part, fen in example["amounts"].items()}
    lines = compose(PostingRule[example["rule"]], amounts, unit_id=7, bank_account_id=3)
    members = [line for line in lines if line.subject == MEMBERS]
    actions.post_voucher(
        VoucherDraft(
            centre_id=CENTRE, idempotency_key=example["rule"], request_digest=b"x", kind=VoucherKind.OTHER,
            business_date=DAY, maker_person_id=None, checker_person_id=None, lines=lines, member_count=len(members),
            member_debit_fen=sum(line.debit_fen for line in members),
            member_credit_fen=sum(line.credit_fen for line in members),
        ),
        at=AT,
    )  # fmt: skip
    settle_constraints()
    totals = {line.subject: line.debit_fen - line.credit_fen for line in turnover(CENTRE, DAY, DAY)}
    assert totals == {subject: int(fen) for subject, fen in example["totals"].items()}
    assert [check.name for check in CHECKS if rows(check.sql)] == []
