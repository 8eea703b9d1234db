"""The packs as they ship: what the platform asks for is answered in every city, and says how well it is known."""

from datetime import date, timedelta

import pytest

from anju.kernel.rounding import Rounding
from anju.policy import Status, book, city_names
from anju.policy.formulas.contribution import monthly_amounts

NOBODY = "尚无人核对"
# The days on which the law, the rent cap, the limits and the year change, with their eves, and today.
DAYS = [date(2026, 6, 30), date(2026, 7, 1), date(2026, 9, 19), date(2026, 9, 20), date(2026, 9, 30),
        date(2026, 10, 1), date(2026, 11, 23), date(2026, 12, 31)]  # fmt: skip
ASKED = """
    contribution.base_cap contribution.base_floor contribution.ratio_min contribution.ratio_max contribution.ratio_step
    contribution.rounding contribution.remittance_days contribution.year_start
    interest.rate interest.day_base interest.rate_change interest.value_date interest.settlement_day
    withdraw.min_remainder withdraw.decision_days withdraw.rent.monthly_cap withdraw.rent.continuous_months
    withdraw.rent.frequency withdraw.rent.income_test opening.review_working_days card.wait_hours
    certificate.valid_days dispute.answer_days treasury.mandate_limit treasury.batch_order_limit treasury.batch_limit
    treasury.batch_day_limit treasury.window_from treasury.window_until
    login.password_days_staff login.password_days_member login.password_postpone_days
    unit.registration_days unit.account_opening_days unit.change_days unit.closing_days
    member.hiring_days member.leaving_days
    promise.bank_card promise.deposit_certificate promise.employer_opening promise.employer_remittance
    promise.member_change promise.member_opening promise.payment promise.rent_withdrawal promise.suspense
"""
OWN = ("contribution.base_cap", "contribution.base_floor", "contribution.ratio_max", "contribution.rounding",
       "withdraw.rent.monthly_cap", "withdraw.rent.frequency")  # fmt: skip


@pytest.mark.parametrize("city", city_names())
@pytest.mark.parametrize("day", DAYS, ids=str)
def test_every_city_answers_what_the_platform_asks(city: str, day: date) -> None:
    rules = book(city)
    assert [handle for handle in ASKED.split() if not rules.has(handle, day)] == []


@pytest.mark.parametrize("city", city_names())
def test_what_differs_from_city_to_city_is_the_citys_own_and_has_no_gap(city: str) -> None:
    rules = book(city)
    for handle in OWN:
        values = [value for value in rules.history(handle) if value.key is None]
        for one, following in zip(values, values[1:], strict=False):
            assert one.ends_on is not None and one.ends_on + timedelta(days=1) == following.starts_on, handle


@pytest.mark.parametrize("city", ("national", *city_names()))
def test_a_value_nobody_checked_says_so_and_a_checked_one_names_its_checker(city: str) -> None:
    for file in book(city).parameters.values():
        for value in file.values:
            assert value.source.title
            assert (value.checker == NOBODY) == (value.status is Status.UNVERIFIED), (city, value.handle)


def test_the_amounts_that_beijing_published_are_what_its_limits_give() -> None:
    """缴存额上限 by ratio, both sides together, from July 2026."""
    published = {12: 8724, 11: 7996, 10: 7270, 9: 6542, 8: 5816, 7: 5088, 6: 4362, 5: 3634}
    beijing, july = book("beijing"), date(2026, 7, 1)
    step = beijing.decimal("contribution.ratio_step", july)
    for percent, yuan in published.items():
        amounts = monthly_amounts(
            beijing.fen("contribution.base_cap", july),
            unit_ratio=percent * step,
            person_ratio=percent * step,
            rounding=beijing.rounding("contribution.rounding", july),
        )
        assert amounts.total_fen == yuan * 100


def test_what_was_not_found_is_unverified() -> None:
    hangzhou, on = book("hangzhou"), date(2026, 11, 23)
    assert hangzhou.parameter("contribution.rounding", on).status is Status.UNVERIFIED
    assert hangzhou.rounding("contribution.rounding", on) is Rounding.YUAN_HALF_UP
    for handle in ("withdraw.min_remainder", "withdraw.rent.continuous_months"):
        assert hangzhou.parameter(handle, on).status is Status.UNVERIFIED
    # Doubtful first days: the rise of the lowest wage came half a year after the contribution year began.
    assert hangzhou.parameter("contribution.base_floor", date(2023, 7, 1)).status is Status.UNVERIFIED
    assert book("beijing").parameter("contribution.base_floor", date(2023, 9, 1)).status is Status.UNVERIFIED
    assert book("beijing").parameter("withdraw.rent.frequency", on).status is Status.UNVERIFIED
    assert book("national").parameter("interest.rate", on).status is Status.UNVERIFIED
    assert book("national").parameter("interest.rate", date(2026, 9, 19)).status is Status.OFFICIAL
