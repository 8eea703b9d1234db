"""Amounts computed by the database equal those of the pure formula, for every base, ratio and rounding."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anju.contributions.amounts import ratio_units, share_sql
from anju.contributions.numbers import looks_like_number, numbers_in, payment_number
from anju.database.sql import rows
from anju.kernel.month import Month
from anju.kernel.rounding import Rounding
from anju.policy.formulas.contribution import share_of

bases = st.integers(min_value=1, max_value=10**11)
ratios = st.integers(min_value=0, max_value=10_000).map(lambda units: Decimal(units) / 10_000)


@pytest.mark.django_db
@pytest.mark.parametrize("rounding", list(Rounding))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(st.tuples(bases, ratios), min_size=1, max_size=40))
def test_the_database_computes_what_the_formula_computes(rounding: Rounding, people: list[tuple[int, Decimal]]) -> None:
    share = share_sql("base", "ratio", rounding)
    found = rows(
        f"SELECT {share} AS fen FROM unnest(%s::bigint[], %s::numeric(6,4)[])"  # noqa: S608  (a formula of ours)
        " WITH ORDINALITY AS t (base, ratio, n) ORDER BY n",
        [[base for base, _ in people], [ratio for _, ratio in people]],
    )
    assert [line["fen"] for line in found] == [share_of(base, ratio, rounding) for base, ratio in people]


def test_a_ratio_finer_than_its_column_is_an_error() -> None:
    assert ratio_units(Decimal("0.12")) == 1200
    with pytest.raises(AssertionError):
        ratio_units(Decimal("0.12345"))


@given(st.integers(min_value=0, max_value=9_999_999), st.integers(min_value=1, max_value=12))
def test_a_payment_number_is_found_again_in_a_banks_summary(sequence: int, month: int) -> None:
    number = payment_number(Month(2026, month), sequence)
    assert numbers_in(f"{number} 公积金") == [number]
    assert numbers_in(f"汇款 {number[2:6]} {number[6:10]}-{number[10:]}") == [number]
    assert numbers_in(f"hj{number[2:]}") == [number]


@given(
    st.integers(min_value=0, max_value=9_999_999), st.integers(min_value=2, max_value=13),
    st.integers(min_value=1, max_value=9),
)  # fmt: skip
def test_one_wrong_digit_is_never_another_number(sequence: int, place: int, shift: int) -> None:
    number = payment_number(Month(2026, 11), sequence)
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert numbers_in(wrong) == []
    assert looks_like_number(wrong)


def test_an_ordinary_summary_holds_no_number() -> None:
    assert numbers_in("11月公积金 张工 13800000000") == []
    assert not looks_like_number("公积金")
