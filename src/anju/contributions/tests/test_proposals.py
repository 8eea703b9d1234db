"""Proposals: every reason by one small case, and what holds of all of them whatever is known."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anju.contributions.numbers import payment_number
from anju.contributions.proposals import Act, Evidence, KnownPayer, Money, Owed, Payable, Proposal, Reason, propose
from anju.contributions.proposals.near import names_month, near_numbers, plain_name, resembles
from anju.kernel.month import Month

NOVEMBER = Month(2026, 11)
DAY = date(2026, 11, 20)
PAYER = b"a" * 32
NUMBER = payment_number(NOVEMBER, 17)


def month(n: int = 1, **changes: Any) -> Payable:
    made = Payable(
        remittance_id=n, unit_id=1, unit_name="安居第一工厂", month=NOVEMBER, number=payment_number(NOVEMBER, n),
        headcount=2, total_fen=412_800, missing_fen=412_800,
    )  # fmt: skip
    return replace(made, **changes)


def money(n: int = 1, fen: int = 412_800, summary: str = "", **changes: Any) -> Money:
    made = Money(n, fen, DAY, summary, "某某商行", PAYER, "0099")
    return replace(made, **changes)


def known(*months: Payable, payers: tuple[KnownPayer, ...] = (KnownPayer(1, months=3),), **changes: Any) -> Evidence:
    made = Evidence(months=months, payers={PAYER: payers}, names={1: ("安居第一工厂",), 2: ("安居第二工厂",)})
    return replace(made, **changes)


def best(item: Money, evidence: Evidence) -> Proposal:
    return propose([item], evidence)[item.suspense_id][0]


def why(proposal: Proposal) -> set[Reason]:
    return {clue.reason for clue in proposal.clues}


# ------------------------------------------------------------------------------------------ each reason once


def test_a_known_account_and_the_exact_amount_are_allocated_and_say_why() -> None:
    found = best(money(), known(month()))
    assert (found.act, found.targets, found.used_fen) == (Act.ALLOCATE, (1,), 412_800)
    assert why(found) == {Reason.ACCOUNT, Reason.AMOUNT, Reason.AMOUNT_ONLY_ONE}
    assert "付过该单位 3 个月" in found.clues[0].text + found.clues[1].text
    assert found.effect == "2 人入账。" and found.certain and found.likely


@pytest.mark.parametrize(
    "wrong",
    [NUMBER[:6] + "9" + NUMBER[7:], NUMBER[:5] + NUMBER[6:], NUMBER[:5] + "0" + NUMBER[5:],
     NUMBER[:-2] + NUMBER[-1] + NUMBER[-2]],
)  # fmt: skip
def test_one_slip_in_the_number_still_finds_its_month(wrong: str) -> None:
    stranger = money(summary=f"缴公积金{wrong}谢谢", payer=None)
    assert NUMBER in near_numbers(stranger.summary) and wrong != NUMBER
    found = best(stranger, known(month(5, number=NUMBER)))
    assert Reason.NUMBER_NEAR in why(found) and found.targets == (5,) and not found.certain
    assert any("只差一处" in clue.text for clue in found.clues)


def test_several_numbers_whose_months_make_the_sum_are_one_proposal() -> None:
    october = month(2, month=Month(2026, 10), number=payment_number(Month(2026, 10), 2), missing_fen=100, total_fen=100)
    found = best(money(fen=412_900, summary=f"{month().number} {october.number}", payer=None), known(month(), october))
    assert (found.act, found.targets, found.used_fen) == (Act.ALLOCATE, (2, 1), 412_900)
    assert "先分摊 1.00 元" in found.effect and "2026年11月" in found.effect


def test_a_month_and_its_arrears_together() -> None:
    late = month(2, month=Month(2026, 10), missing_fen=400_000, total_fen=400_000)
    found = best(money(fen=812_800), known(month(), late))
    assert found.targets == (2, 1) and Reason.AMOUNT_SEVERAL in why(found)


def test_two_units_of_one_payer() -> None:
    other = month(2, unit_id=2, unit_name="安居第二工厂", total_fen=100, missing_fen=100)
    both = known(month(), other, payers=(KnownPayer(1, 3), KnownPayer(2, 4)))
    found = best(money(fen=412_900), both)
    assert set(found.targets) == {1, 2} and found.used_fen == 412_900
    assert "安居第一工厂" in found.effect + found.title and "安居第二工厂" in found.effect + found.title


@pytest.mark.parametrize(
    ("payer", "reason"),
    [("安居第一工厂", Reason.NAME), ("安居第一厂（老）", Reason.NAME_FORMER), ("安居市第一工厂", Reason.NAME_NEAR)],
)
def test_the_payer_s_name(payer: str, reason: Reason) -> None:
    named = known(month(), payers=(), names={1: ("安居第一工厂", "安居第一厂(老)")})
    found = best(money(payer_name=payer), named)
    assert reason in why(found) and not found.certain


def test_a_person_who_was_left_out_is_seen_in_the_gap() -> None:
    found = best(money(fen=206_400), known(month(), lines={1: frozenset({206_400})}))
    assert found.act is Act.WAIT and Reason.AMOUNT_LEFT_OUT in why(found) and "2,064.00" in found.title
    assert Reason.SHORT in why(best(money(fen=206_399), known(month(), lines={1: frozenset({206_400})})))


def test_the_same_amount_soon_again_is_sent_back() -> None:
    paid = month(paid_on=DAY - timedelta(days=2), missing_fen=0, payer=PAYER)
    found = best(money(), known(paid))
    assert (found.act, found.targets, found.used_fen) == (Act.REFUND, (), 412_800)
    assert "重复" in found.clues[0].text and "另一位资金人员" in found.effect
    assert propose([money(payer_tail="", payer=None)], known(paid)) == {1: ()}
    long_ago = month(paid_on=DAY - timedelta(days=30), missing_fen=0, payer=PAYER)
    assert propose([money()], known(long_ago)) == {1: ()}


def test_of_two_equal_receipts_the_earlier_takes_the_month_and_the_later_goes_back() -> None:
    first, second = money(7), money(3, value_on=DAY + timedelta(days=1))
    told = propose([second, first], known(month()))
    assert told[7][0].act is Act.ALLOCATE and told[3][0].act is Act.REFUND
    assert all(one.targets != (1,) for one in told[3])


def test_money_taken_back_before_is_recognised_when_it_comes_again() -> None:
    found = best(money(), known(month(taken_back=True)))
    assert Reason.TAKEN_BACK in why(found)


def test_a_month_the_accounts_refused_is_not_proposed_as_if_nothing_had_happened() -> None:
    refused = best(money(), known(month(problem="职工已封存")))
    assert Reason.REFUSED_BEFORE in why(refused) and not refused.likely and not refused.certain


def test_what_a_unit_owes_is_covered_first() -> None:
    found = best(money(fen=500), known(owed=(Owed(9, 1, 300),)))
    assert (found.act, found.targets, found.used_fen) == (Act.COVER, (9,), 300) and "余 2.00 元" in found.effect


def test_more_than_is_due_leaves_a_rest_and_says_so() -> None:
    found = best(money(fen=412_900, summary=month().number), known(month()))
    assert found.act is Act.ALLOCATE and found.used_fen == 412_800 and "余 1.00 元留在暂收" in found.effect


def test_nothing_known_proposes_nothing() -> None:
    assert propose([money(payer=None)], known(month(missing_fen=1, total_fen=1))) == {1: ()}


@pytest.mark.parametrize(
    ("change", "item"),
    [
        ({"approved": False}, {}), ({"total_fen": 412_801}, {}), ({"problem": "封存"}, {}),
        ({}, {"summary": "HJ261100000"}), ({}, {"payer": None, "unit_id": 1}),
    ],
)  # fmt: skip
def test_any_doubt_is_no_certainty(change: dict[str, object], item: dict[str, object]) -> None:
    assert not best(money(**item), known(month(**change))).certain


def test_two_units_two_equal_months_or_a_payment_days_ago_are_doubts() -> None:
    two_units = known(month(), payers=(KnownPayer(1, 3), KnownPayer(2, 1)))
    two_months = known(month(), month(2, month=Month(2026, 10)))
    paid = month(3, month=Month(2026, 10), paid_on=DAY - timedelta(days=10), missing_fen=0, payer=PAYER)
    for evidence in (two_units, two_months, known(month(), paid)):
        assert not any(one.certain for one in propose([money()], evidence)[1])
    earlier = replace(paid, paid_on=DAY - timedelta(days=11))
    assert best(money(), known(month(), earlier)).certain


def test_names_and_months_as_people_write_them() -> None:
    assert plain_name(" 安居（临湖）公司 ") == "安居临湖公司"
    assert resembles("安居市云栖软件有限公司", "安居云栖软件有限责任公司") and not resembles("安居", "安居市")
    assert not resembles("临湖小学", "云栖软件")
    assert names_month("缴11月份公积金", NOVEMBER) and names_month("2026年11月", NOVEMBER)
    assert not names_month("2025年11月", NOVEMBER) and not names_month("1月", NOVEMBER)
    assert not names_month("第111月", NOVEMBER)


# ----------------------------------------------------------------------------- what holds whatever is known

FEN = st.sampled_from([1, 2, 3, 5, 8, 10])
UNIT = st.integers(1, 3)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Money], Evidence]:
    months = []
    for n in range(1, draw(st.integers(0, 7)) + 1):
        total = draw(FEN)
        paid = draw(st.sampled_from([None, None, None, DAY]))
        waiting = draw(st.integers(0, total - 1)) if paid is None else total
        months.append(
            month(
                n, unit_id=draw(UNIT), month=Month(2026, draw(st.integers(1, 12))), total_fen=total,
                missing_fen=0 if paid else total - waiting, paid_on=paid, approved=draw(st.booleans()),
                payer=draw(st.sampled_from([None, PAYER, b"b" * 32])), problem=draw(st.sampled_from(["", "", "封存"])),
                taken_back=draw(st.booleans()),
            )
        )  # fmt: skip
    numbers = [one.number for one in months]
    items = [
        Money(
            n, draw(FEN), DAY + timedelta(days=draw(st.integers(0, 3))),
            " ".join(draw(st.lists(st.sampled_from(numbers), max_size=2))) if numbers else "",
            draw(st.sampled_from(["", "安居第一工厂", "别家"])), draw(st.sampled_from([None, PAYER, b"b" * 32])),
            draw(st.sampled_from(["", "0099"])), draw(st.sampled_from([None, 1, 2])),
        )
        for n in range(100, 100 + draw(st.integers(0, 6)))
    ]  # fmt: skip
    payers = {one: tuple(KnownPayer(unit, 2) for unit in sorted(draw(st.sets(UNIT)))) for one in (PAYER, b"b" * 32)}
    owed = tuple(Owed(n, draw(UNIT), draw(FEN)) for n in range(900, 900 + draw(st.integers(0, 2))))
    names = {1: ("安居第一工厂",), 2: ("安居第二工厂",), 3: ("安居第三工厂", "别家")}
    lines = {one.remittance_id: frozenset({1, 2}) for one in months}
    return items, Evidence(months=tuple(months), payers=payers, names=names, lines=lines, owed=owed)


@settings(max_examples=150, deadline=None)
@given(world=worlds())
def test_no_fen_is_proposed_twice_and_none_that_is_not_there(world: tuple[list[Money], Evidence]) -> None:
    items, evidence = world
    told = propose(items, evidence)
    assert set(told) == {item.suspense_id for item in items}
    months = {one.remittance_id: one for one in evidence.months}
    owed = {one.suspense_id: one.fen for one in evidence.owed}
    taken: dict[int, int] = {}
    for item in items:
        for place, one in enumerate(told[item.suspense_id]):
            assert 0 < one.used_fen <= item.fen
            assert len(one.targets) == len(set(one.targets))
            if one.act in (Act.ALLOCATE, Act.WAIT):
                assert all(months[target].open for target in one.targets)
                assert one.act is Act.WAIT or one.used_fen == sum(months[target].missing_fen for target in one.targets)
            if place or one.act is Act.REFUND:
                continue
            if one.act is Act.COVER:
                owed[one.targets[0]] -= 1  # at most one fen each is needed to show that something is left
            elif one.act is Act.WAIT:
                taken[one.targets[0]] = taken.get(one.targets[0], 0) + one.used_fen
            else:
                for target in one.targets:
                    taken[target] = taken.get(target, 0) + months[target].missing_fen
    assert all(fen <= months[target].missing_fen for target, fen in taken.items())


@settings(max_examples=100, deadline=None)
@given(world=worlds(), seed=st.integers(0, 99))
def test_the_order_in_which_things_are_told_changes_nothing(world: tuple[list[Money], Evidence], seed: int) -> None:
    items, evidence = world
    chance = random.Random(seed)
    shuffled = replace(
        evidence, months=tuple(chance.sample(evidence.months, len(evidence.months))),
        owed=tuple(chance.sample(evidence.owed, len(evidence.owed))),
        names=dict(chance.sample(sorted(evidence.names.items()), len(evidence.names))),
    )  # fmt: skip
    assert propose(chance.sample(items, len(items)), shuffled) == propose(items, evidence)
