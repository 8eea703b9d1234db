"""Every area against a second reckoning, through the same door as `anju examples`."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anju.kernel.rounding import Rounding
from anju.policy import book
from anju.policy.examples import problems_of
from anju.policy.tests import oracle

CALENDAR = book("national").calendar
yuan = st.integers(0, 10**9).map(lambda fen: Decimal(fen).scaleb(-2))
ratios = st.integers(0, 24).map(lambda percent: Decimal(percent).scaleb(-2))
rates = st.integers(0, 5000).map(lambda points: Decimal(points).scaleb(-5))
terms = st.sampled_from((1, 2, 12, 13, 60, 61, 120, 240, 359, 360))
# Loans of real size: on a few yuan the convention's own rounding repays all before the last month.
principals = st.integers(1_000_000, 500_000_000).map(lambda fen: Decimal(fen).scaleb(-2))


def agrees(area: str, given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert problems_of({"area": area, "input": given, "expected": expected}) == []


def text(**values: object) -> dict[str, Any]:
    return {key: value if isinstance(value, int | list | str) else str(value) for key, value in values.items()}


births = st.dates(date(1900, 1, 1), date(2026, 11, 23))
regions = st.sampled_from(("110105", "512221", "422103", "810000", "820000", "830000", "911156", "999001"))


@given(regions, births, st.integers(0, 999), st.sampled_from("0123456789Xx"))
def test_identity_numbers(region: str, born: date, sequence: int, last: str) -> None:
    """Regions long withdrawn (512221, 422103), the three of 港澳台, and foreigners' 9…: one check for all."""
    number = f"{region}{born:%Y%m%d}{sequence:03d}"
    right = oracle.id_check_character(number)
    valid = last.upper() == right
    agrees(
        "identifier",
        {"kind": "CN_ID18", "value": number + last},
        {"checksum_valid": valid, "valid": valid, "correct_check_char": right, "birth_date": born.isoformat()},
    )


@given(st.text(oracle.USCC_CHARACTERS, min_size=17, max_size=17), st.sampled_from(oracle.USCC_CHARACTERS))
def test_unified_social_credit_codes(code: str, last: str) -> None:
    right = oracle.uscc_check_character(code)
    expected = {"checksum_valid": last == right, "correct_check_char": right}
    agrees("identifier", {"kind": "USCC18", "value": code + last}, expected)


@given(yuan, ratios, ratios, st.sampled_from(list(Rounding)))
def test_monthly_amounts(base: Decimal, unit: Decimal, person: Decimal, mode: Rounding) -> None:
    sides = [oracle.rounded(base * ratio, mode.value) for ratio in (unit, person)]
    agrees(
        "contribution",
        text(base=base, unit_ratio=unit, person_ratio=person, rounding=mode.value),
        text(unit_amount=sides[0], person_amount=sides[1], monthly_total=sum(sides)),
    )


@given(yuan, st.integers(1500, 3000), st.integers(20_000, 50_000))
def test_bases_within_their_limits(wage: Decimal, floor: int, cap: int) -> None:
    base = sorted((Decimal(floor), wage, Decimal(cap)))[1]
    given = text(last_year_average_monthly_wage=wage, base_floor=str(floor), base_cap=str(cap))
    agrees("contribution", given, {"base": str(base)})


@st.composite
def histories(draw: st.DrawFn) -> tuple[date, date, list[tuple[date, Decimal]], list[tuple[date, Decimal]]]:
    """A period with its movements and rates; leap days and the two ends of the interest year come up often."""
    start = draw(st.sampled_from((date(2023, 7, 1), date(2024, 2, 28), date(2025, 6, 30), date(2015, 12, 31))))
    end = start + timedelta(days=draw(st.integers(1, 400)))
    days = st.dates(start, end - timedelta(days=1))
    signed = st.integers(-(10**6), 10**7).map(lambda fen: Decimal(fen).scaleb(-2))
    movements = draw(st.lists(st.tuples(days, signed), max_size=8))
    changes = draw(st.lists(st.tuples(days, rates), max_size=3, unique_by=lambda change: change[0]))
    return start, end, movements, [(start - timedelta(days=1), Decimal("0.0035")), *changes]


@settings(max_examples=60, deadline=None)
@given(yuan, histories())
def test_interest(opening: Decimal, history: tuple[date, date, list[Any], list[Any]]) -> None:
    start, end, movements, changes = history
    product, interest = oracle.interest(opening, movements, changes, start=start, end=end)
    closing = opening + sum(amount for _, amount in movements)
    agrees(
        "interest",
        {
            "opening_balance": str(opening),
            "from": start.isoformat(),
            "to_exclusive": end.isoformat(),
            "segments": [{"from": since.isoformat(), "annual_rate": str(rate)} for since, rate in changes],
            "day_base": 360,
            "movements": [{"date": on.isoformat(), "amount": str(amount)} for on, amount in movements],
        },
        text(product_sum=product, interest=interest, closing_after_interest=closing + interest),
    )


@settings(max_examples=25, deadline=None)
@given(principals, rates, terms, st.booleans())
def test_schedules(principal: Decimal, rate: Decimal, months: int, equal_instalment: bool) -> None:
    rows = list(oracle.schedule(principal, rate, months, equal_instalment=equal_instalment))
    method = "EQUAL_INSTALMENT" if equal_instalment else "EQUAL_PRINCIPAL"
    agrees(
        "loan",
        text(method=method, principal=principal, annual_rate=rate, months=months),
        {
            "total_interest": str(sum(charged for _, _, charged, _ in rows)),
            "rows": [
                {"period": period, **text(principal=repaid, interest=charged, balance_after=left)}
                for period, repaid, charged, left in rows
            ],
        },
    )


@settings(max_examples=15, deadline=None)
@given(principals, rates, st.sampled_from((60, 240, 360)), st.integers(0, 59), st.booleans())
def test_prepayments(principal: Decimal, rate: Decimal, months: int, paid: int, shorten: bool) -> None:
    rows = list(oracle.schedule(principal, rate, months, equal_instalment=True))
    before = rows[paid - 1][3] if paid else principal
    after = before - oracle.rounded(before / 3)
    loan = text(principal=principal, annual_rate=rate, months=months, paid_periods=paid)
    given = {**loan, "prepaid_principal": str(before - after)}
    expected = text(balance_before=before, balance_after=after)
    if not shorten:
        new = oracle.instalment(after, rate, months - paid)
        if months - paid > 1:
            expected |= text(remaining_periods=months - paid, new_instalment=new)
        agrees("loan", {**given, "mode": "REDUCE_INSTALMENT"}, expected)
        return
    kept, left, periods, last = oracle.instalment(principal, rate, months), after, 0, Decimal(0)
    while left:
        charged = oracle.rounded(left * rate / 12)
        repaid = min(kept - charged, left)
        left, periods, last = left - repaid, periods + 1, repaid + charged
    expected |= text(remaining_periods=periods, periods_saved=months - paid - periods, last_instalment=last)
    agrees("loan", {**given, "mode": "SHORTEN_TERM"}, expected)


@given(yuan, rates, st.integers(0, 400), st.sampled_from(("1.3", "1.5", "2")))
def test_interest_of_single_days(amount: Decimal, rate: Decimal, days: int, multiple: str) -> None:
    penalty = oracle.rounded(amount * rate * Decimal(multiple) * days / 360)
    given = text(overdue_principal=amount, overdue_interest="0", annual_rate=rate, penalty_multiple=multiple)
    agrees("loan", {**given, "days": days, "day_base": 360}, text(penalty_on_principal_only=penalty))


@given(st.lists(st.tuples(yuan, yuan, st.integers(0, 420)), min_size=1, max_size=3), yuan, yuan)
def test_limits_of_future_deposits(people: list[tuple[Decimal, Decimal, int]], cap: Decimal, price: Decimal) -> None:
    each = [10 * balance + monthly * months for balance, monthly, months in people]
    terms = {"FORMULA": sum(each), "PRICE": (price * 8 / 10).quantize(oracle.CENT, oracle.ROUND_DOWN), "CAP": cap}
    lowest = min(terms, key=lambda name: terms[name])
    keys = ("balance", "monthly_deposit", "months_to_retirement")
    given = {
        "formula": "BALANCE_PLUS_FUTURE_DEPOSITS", "multiple": 10, "cap": str(cap), "house_price": str(price),
        "ltv": "0.80", "people": [text(**dict(zip(keys, person, strict=True))) for person in people],
    }  # fmt: skip
    agrees("limit", given, {"people": [str(one) for one in each], "limit": str(terms[lowest]), "binding": lowest})


@pytest.mark.parametrize(
    ("category", "years", "first", "step", "most"),
    [
        ("MALE_60", 60, (1965, 1), 4, 36),
        ("FEMALE_55", 55, (1970, 1), 4, 36),
        ("FEMALE_50", 50, (1975, 1), 2, 60),
    ],
)
def test_the_retirement_age_of_every_birth_month(
    category: str, years: int, first: tuple[int, int], step: int, most: int
) -> None:
    for year, month, age in oracle.retirement_ages(years, first, step=step, most=most):
        given = {"category": category, "birth_month": f"{year}-{month:02d}"}
        agrees("retirement", given, {"age_months": age, "age": f"{age // 12}y{age % 12}m"})


@given(yuan, st.integers(1, 10**9))
def test_ratios_of_the_report(part: Decimal, whole: int) -> None:
    percent = oracle.rounded(100 * part / whole)
    agrees("report", {"year_withdrawals": str(part), "year_contributions": str(whole)}, text(ratio_percent=percent))


@given(st.dates(date(2023, 12, 31), date(2026, 12, 31)), st.integers(0, 30))
def test_deadlines(start: date, days: int) -> None:
    """Counted day by day; where the count leaves the years with a notice, the refusal is the answer."""
    plain = start + timedelta(days=days)
    given = {"start": start.isoformat(), "days": days}
    agrees("deadline", {**given, "calendar": "CALENDAR_DAYS"}, {"due": plain.isoformat()})
    day, left = start, days
    while left and CALENDAR.knows((day + timedelta(days=1)).year):
        day += timedelta(days=1)
        left -= CALENDAR.is_working_day(day)
    working = {"due": None, "reason": "CALENDAR_UNKNOWN"} if left else {"due": day.isoformat()}
    agrees("deadline", {**given, "calendar": "WORKING_DAYS"}, working)
