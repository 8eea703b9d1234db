"""Rent withdrawal under both laws: every refusal once, every boundary on both sides."""

from dataclasses import replace
from datetime import date

import pytest

from anju.kernel.explained import FactLine, from_json, to_json
from anju.kernel.month import Month
from anju.policy import book
from anju.policy.formulas.rent import RentFacts, RentOutcome, rent_withdrawal

CITY = book("anju")
ON = date(2026, 11, 23)
LAST_OLD, FIRST_NEW = date(2026, 9, 19), date(2026, 9, 20)
LIN = RentFacts(
    account_state=1, frozen=False, balance_fen=6_850_206, held_fen=0, continuous_months=44, homes_own=0,
    homes_spouse=None, marital_status="single", own_base_fen=860_000, spouse_base_fen=None,
    monthly_rent_fen=260_000, period=Month(2026, 11), periods_taken=frozenset({Month(2026, 10)}),
    other_case_running=False, card_ready=True, card_tail="6620",
)  # fmt: skip


def decide(facts: RentFacts, on: date = ON, city: str = "anju"):  # noqa: ANN201
    return rent_withdrawal(facts, book=book(city), accepted_on=on)


def test_a_rent_over_the_cap_is_paid_up_to_the_cap_and_says_why() -> None:
    explained = decide(LIN)
    assert explained.value.outcome is RentOutcome.GRANT
    assert explained.value.amount_fen == explained.working.result_fen == 180_000
    assert explained.value.article == "regulation.24.1"
    assert "1,800.00 元" in explained.value.sentence and "按上限支付" in explained.value.sentence
    assert [(term.fen, term.binding) for term in explained.working.terms] == [
        (6_840_206, False), (260_000, False), (180_000, True),
    ]  # fmt: skip


def test_the_lower_rent_and_the_lower_balance_bind_in_turn() -> None:
    assert decide(replace(LIN, monthly_rent_fen=179_999)).value.amount_fen == 179_999
    poor = decide(replace(LIN, balance_fen=30_000, held_fen=5_000))
    assert poor.value.amount_fen == 15_000 and "按可提余额支付" in poor.value.sentence


def test_a_couple_together_never_takes_more_than_the_rent() -> None:
    couple = replace(LIN, marital_status="married", homes_spouse=0)
    rest = decide(replace(couple, spouse_taken_fen=100_000))
    assert rest.value.amount_fen == 160_000 and "其余部分" in rest.value.sentence
    assert [term.expression for term in rest.working.terms][1] == "2,600.00 × 1 个月 − 配偶已提取 1,000.00"
    assert "配偶已提取本月房租 1,000.00 元" in [fact.text for fact in rest.working.conditions[-1].facts]
    assert decide(replace(couple, spouse_taken_fen=79_999)).value.amount_fen == 180_000
    assert decide(replace(couple, spouse_taken_fen=80_001)).value.amount_fen == 179_999
    assert decide(replace(couple, spouse_taken_fen=259_999)).value.amount_fen == 1
    for taken in (260_000, 300_000):
        nothing = decide(replace(couple, spouse_taken_fen=taken)).value
        assert (nothing.outcome, nothing.amount_fen) == (RentOutcome.REFUSE, 0)
        assert nothing.article == "withdrawal_measure.8.2" and "2026年12月" in nothing.to_do
    alone = decide(couple).working.conditions[-1]
    assert "配偶没有提取本月房租" in [fact.text for fact in alone.facts]


def test_the_cap_of_the_acceptance_day_counts() -> None:
    september = replace(LIN, period=Month(2026, 9))
    assert decide(september, on=date(2026, 9, 30)).value.amount_fen == 150_000
    assert decide(september, on=date(2026, 10, 1)).value.amount_fen == 180_000


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"account_state": 3}, "account_state"),
        ({"account_state": 5}, "account_state"),
        ({"frozen": True}, "frozen"),
        ({"other_case_running": True}, "running_case"),
        ({"continuous_months": 2}, "continuous_months"),
        ({"homes_own": 1}, "homes"),
        ({"homes_own": 1, "marital_status": None}, "homes"),
        ({"homes_own": None, "marital_status": "married", "homes_spouse": 1}, "homes"),
        ({"periods_taken": frozenset({Month(2026, 11)})}, "rent_taken"),
        ({"period": Month(2026, 12)}, "future_month"),
        ({"card_ready": False}, "card"),
        ({"card_ready": False, "card_tail": ""}, "card"),
        ({"balance_fen": 10_000}, "balance"),
        ({"held_fen": 6_850_206}, "balance"),
    ],
)
def test_each_refusal_names_its_reason_an_article_and_what_to_do(change: dict, reason: str) -> None:
    decision = decide(replace(LIN, **change)).value
    assert decision.outcome is RentOutcome.REFUSE
    assert decision.reasons == (reason,)
    assert decision.amount_fen == 0 and decision.article and decision.to_do.endswith("。")
    assert decision.sentence.startswith("不能提取")


def test_the_boundaries_are_on_the_granting_side() -> None:
    assert decide(replace(LIN, continuous_months=3)).value.outcome is RentOutcome.GRANT
    assert decide(replace(LIN, balance_fen=10_001)).value.amount_fen == 1
    assert decide(replace(LIN, account_state=2)).value.outcome is RentOutcome.GRANT


@pytest.mark.parametrize(
    ("change", "unknown"),
    [
        ({"homes_own": None}, ("homes_own",)),
        ({"marital_status": None, "homes_spouse": None}, ("homes_spouse", "marital_status")),
        ({"marital_status": "married", "homes_spouse": None}, ("homes_spouse",)),
        ({"marital_status": None, "homes_spouse": 0}, ("marital_status",)),
    ],
)
def test_what_could_not_be_known_goes_to_people_and_never_to_refusal(change: dict, unknown: tuple[str, ...]) -> None:
    explained = decide(replace(LIN, **change))
    assert explained.value.outcome is RentOutcome.REVIEW
    assert explained.value.unknown == unknown
    assert explained.working.result_fen is None
    assert [condition.met for condition in explained.working.conditions].count(None) == 1


def test_a_known_ground_refuses_even_when_another_fact_is_unknown() -> None:
    assert decide(replace(LIN, homes_own=None, frozen=True)).value.outcome is RentOutcome.REFUSE


def test_all_grounds_are_told_at_once() -> None:
    decision = decide(replace(LIN, frozen=True, homes_own=2, continuous_months=0)).value
    assert decision.reasons == ("frozen", "continuous_months", "homes")


# ------------------------------------------------------------------------------------------- the two laws

SEPTEMBER = replace(LIN, period=Month(2026, 9), periods_taken=frozenset(), monthly_rent_fen=200_000)


def test_the_same_case_gets_the_answers_of_two_laws_on_two_days() -> None:
    old, new = decide(SEPTEMBER, on=LAST_OLD), decide(SEPTEMBER, on=FIRST_NEW)
    assert (old.value.outcome, old.value.reasons) == (RentOutcome.REFUSE, ("income_share",))
    assert old.value.article == "regulation.24.6" and "2026年9月20日" in old.value.to_do
    assert (new.value.outcome, new.value.article) == (RentOutcome.GRANT, "regulation.24.1")
    numbers = [
        {one.article.number for one in explained.working.conditions if one.article and "条例" in one.article.title}
        for explained in (old, new)
    ]
    assert numbers == [{"第二十四条第一款第（六）项"}, {"第二十四条第一款第（一）项"}]
    assert len(old.working.conditions) == len(new.working.conditions) + 1


def test_the_old_law_wants_the_rent_above_the_share_not_at_it() -> None:
    assert decide(replace(SEPTEMBER, monthly_rent_fen=258_000), on=LAST_OLD).value.outcome is RentOutcome.REFUSE
    over = decide(replace(SEPTEMBER, monthly_rent_fen=258_001), on=LAST_OLD).value
    assert (over.outcome, over.article) == (RentOutcome.GRANT, "regulation.24.6")


def test_the_old_law_adds_the_income_of_both() -> None:
    married = replace(
        SEPTEMBER, marital_status="married", homes_spouse=0, spouse_base_fen=300_000, monthly_rent_fen=300_000
    )
    assert decide(married, on=LAST_OLD).value.reasons == ("income_share",)
    assert decide(replace(married, spouse_base_fen=0), on=LAST_OLD).value.outcome is RentOutcome.GRANT


def test_an_unknown_income_refuses_only_where_it_could_not_help() -> None:
    married = replace(SEPTEMBER, marital_status="married", homes_spouse=0, spouse_base_fen=None)
    assert decide(married, on=LAST_OLD).value.outcome is RentOutcome.REFUSE
    rich = decide(replace(married, monthly_rent_fen=300_000), on=LAST_OLD).value
    assert (rich.outcome, rich.reasons, rich.unknown) == (
        RentOutcome.REVIEW, ("income_unknown",), ("spouse_base_fen",),
    )  # fmt: skip


def test_a_city_without_the_share_or_without_a_cap_asks_people() -> None:
    assert decide(SEPTEMBER, on=LAST_OLD, city="hangzhou").value.reasons == ("income_unknown",)
    before = replace(SEPTEMBER, period=Month(2025, 8))
    assert "cap_unknown" in decide(before, on=date(2025, 8, 6), city="beijing").value.reasons
    assert decide(SEPTEMBER, on=FIRST_NEW, city="beijing").value.amount_fen == 200_000


def test_a_district_may_have_its_own_cap() -> None:
    tonglu = replace(LIN, district="桐庐县")
    assert decide(tonglu, city="hangzhou").value.amount_fen == 120_000
    assert decide(LIN, city="hangzhou").value.amount_fen == 200_000


# ------------------------------------------------------------------------------------------- the receipt


def test_every_condition_has_its_five_stations_and_survives_keeping() -> None:
    for on in (LAST_OLD, ON):
        working = decide(replace(SEPTEMBER, marital_status="married", homes_spouse=0, spouse_base_fen=1), on=on).working
        for condition in working.conditions:
            assert condition.facts and condition.rule and condition.conclusion and condition.brief
            assert condition.article is not None and condition.article.gist
        assert from_json(to_json(working)) == working


def test_a_fact_keeps_where_it_was_read() -> None:
    line = FactLine("名下住房 0 套", "不动产登记中心", "BDC-1", "2026-11-23 10:41:52")
    conditions = decide(replace(LIN, lines={"homes_own": line})).working.conditions
    assert line in next(one for one in conditions if one.title == "本人和配偶在本市无房").facts


def test_the_amount_keeps_the_dated_parameters_it_came_from() -> None:
    amount = decide(LIN).working.conditions[-1]
    assert [(one.handle, one.value, one.starts_on) for one in amount.parameters] == [
        ("withdraw.min_remainder", "100.00", "2026-09-20"),
        ("withdraw.rent.monthly_cap", "1,800.00", "2026-10-01"),
    ]


@pytest.mark.parametrize("change", [{}, {"held_fen": 5_000}, {"monthly_rent_fen": 100}])
def test_no_line_of_the_receipt_says_its_name_twice(change: dict) -> None:
    working = decide(replace(LIN, **change)).working
    assert [term.expression for term in working.terms][1:] == [
        "1.00 × 1 个月" if change.get("monthly_rent_fen") else "2,600.00 × 1 个月", "1,800.00 × 1 个月",
    ]  # fmt: skip
    for line in (*working.terms, *working.steps):
        assert line.name not in line.expression
