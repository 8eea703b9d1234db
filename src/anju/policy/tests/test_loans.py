"""Loans against exact fractions and simple invariants."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anju.policy.formulas import loan, repayment
from anju.policy.formulas.limit import lowest
from anju.policy.formulas.loan import Method
from anju.policy.formulas.repayment import OffsetMode, PrepaymentMode, allocate, offset, prepay

principals = st.integers(1_000_000, 300_000_000)
rates = st.integers(0, 600).map(lambda points: Decimal(points).scaleb(-4))
terms = st.integers(1, 360)


@settings(max_examples=40, deadline=None)
@given(principals, rates, terms, st.sampled_from(Method))
def test_a_schedule_repays_the_principal_exactly_and_charges_each_month_its_interest(
    principal: int, rate: Decimal, months: int, method: Method
) -> None:
    rows = loan.schedule(principal, rate, months, method)
    assert len(rows) == months
    assert sum(row.principal_fen for row in rows) == principal
    assert rows[-1].balance_after_fen == 0
    balance = principal
    for row in rows:
        exact = Fraction(balance) * Fraction(rate) / 12
        assert abs(row.interest_fen - exact) <= Fraction(1, 2)
        balance -= row.principal_fen
        assert row.balance_after_fen == balance >= 0


@settings(max_examples=40, deadline=None)
@given(principals, rates, terms)
def test_the_exact_instalment_brings_the_balance_to_zero(principal: int, rate: Decimal, months: int) -> None:
    instalment, balance = loan.exact_instalment(principal, rate, months), Fraction(principal)
    for _ in range(months):
        balance = balance * (1 + Fraction(rate) / 12) - instalment
    assert balance == 0
    rounded = loan.instalment(principal, rate, months)
    assert abs(rounded - instalment) <= Fraction(1, 2)
    carried = repayment.largest_principal(rounded, rate, months, method=Method.EQUAL_INSTALMENT)
    assert abs(carried - principal) <= months


@settings(max_examples=25, deadline=None)
@given(principals, st.integers(1, 600), st.integers(24, 240), st.sampled_from(PrepaymentMode), st.sampled_from(Method))
def test_a_prepayment_never_costs_more_and_only_shortening_saves_periods(
    principal: int, points: int, months: int, mode: PrepaymentMode, method: Method
) -> None:
    done = prepay(
        principal, Decimal(points).scaleb(-4), months, paid_periods=12, prepaid_fen=100_000, mode=mode, method=method
    )
    assert done.balance_after_fen == done.balance_before_fen - 100_000
    # A shorter term keeps the instalment, so only the last payments may differ by rounding.
    assert done.interest_saved_fen >= -months
    if mode is PrepaymentMode.REDUCE_INSTALMENT:
        assert done.periods_saved == 0
    else:
        assert done.periods_saved >= 0


def test_prepaying_everything_leaves_nothing() -> None:
    before = loan.balance_after(1_000_000, Decimal("0.026"), 12, paid_periods=6, method=Method.EQUAL_INSTALMENT)
    done = prepay(
        1_000_000, Decimal("0.026"), 12, paid_periods=6, prepaid_fen=before, mode=PrepaymentMode.SHORTEN_TERM
    )
    assert (done.balance_after_fen, done.remaining_periods, done.instalment_fen) == (0, 0, 0)
    with pytest.raises(ValueError, match="prepaid"):
        prepay(
            1_000_000, Decimal("0.026"), 12, paid_periods=6, prepaid_fen=before + 1,
            mode=PrepaymentMode.SHORTEN_TERM,
        )  # fmt: skip


def test_an_instalment_that_does_not_cover_the_interest_is_refused() -> None:
    with pytest.raises(ValueError, match="cover"):
        list(loan.rows_with_kept_instalment(1_000_000, Decimal("0.12"), instalment_fen=10_000))


@given(
    st.integers(0, 10**7),
    st.lists(st.fixed_dictionaries(dict.fromkeys("abc", st.integers(0, 10**6))), min_size=1, max_size=4),
)
def test_an_allocation_loses_nothing(payment: int, due: list[dict[str, int]]) -> None:
    done = allocate(payment, due, order=["a", "b", "c"])
    owed = sum(sum(one.values()) for one in due)
    assert sum(done.paid.values()) + done.left_over_fen == payment
    assert sum(done.paid.values()) + sum(done.still_due.values()) == owed
    assert done.left_over_fen == max(payment - owed, 0)


def test_a_part_without_a_place_in_the_order_is_refused() -> None:
    with pytest.raises(ValueError, match="fee"):
        allocate(100, [{"fee": 1}], order=["penalty"])


@given(st.integers(1, 10**6), st.lists(st.integers(0, 10**6), max_size=4), st.sampled_from(OffsetMode))
def test_an_offset_pays_the_instalment_exactly(due: int, balances: list[int], mode: OffsetMode) -> None:
    done = offset(due, [(str(n), balance) for n, balance in enumerate(balances)], mode=mode)
    assert sum(fen for _, fen in done.taken) + done.bank_fen == due
    assert all(fen <= balance for (_, fen), balance in zip(done.taken, balances, strict=True))
    if mode is OffsetMode.ALL_OR_NOTHING:
        assert done.bank_fen in (0, due)
    else:
        assert done.bank_fen == max(due - sum(balances), 0)


@given(st.integers(1, 10**8), st.integers(0, 30))
def test_a_split_prepayment_carries_its_own_interest(amount: int, days: int) -> None:
    due = repayment.split_prepayment(amount, Decimal("0.026"), days=days)
    assert due.amount_fen == amount
    assert abs(due.principal_fen * Fraction(26, 12_000) * days / 30 - due.interest_fen) <= 2


def test_of_equal_terms_the_first_binds_and_all_are_shown() -> None:
    explained = lowest({"ABILITY": 500, "CAP": 500, "PRICE": 900}, step_fen=200)
    assert (explained.value.fen, explained.value.binding) == (400, "ABILITY")
    assert [term.binding for term in explained.working.terms] == [True, False, False]
