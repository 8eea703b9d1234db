"""What waits for the treasurer and for agents today: suspense of every kind, payments to sign, a month to approve.

The bank's messages come through the same action as over HTTP.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from anju.contributions import actions as contributions
from anju.contributions import queries as months
from anju.contributions.types import Declaration, RemittanceState
from anju.demo.bank_entries import bank_fee
from anju.demo.city import City
from anju.demo.filing import file
from anju.demo.months import LATE, declare, pay
from anju.demo.outside import PAUSE
from anju.demo.rents import enough, file_rent, not_online
from anju.demo.settling import YEAR, household_of
from anju.kernel.actor import Actor
from anju.kernel.month import Month
from anju.treasury import actions as treasury
from anju.treasury import queries as payments

# More than any standing mandate covers, and more than may go into a batch: it is signed by itself.
MISDIRECTED_FEN = 68_000_000
NIGHT_RENTS_YUAN = (1180, 1350, 1450, 1600, 1750, 1300)


def plan_money(city: City) -> None:
    """This month's stories, each on its day."""
    stories = (
        (8, 11, 0, _paid_late), (7, 15, 20, _paid_twice), (6, 10, 5, _without_reference),
        (5, 9, 40, _to_a_cancelled_number), (4, 14, 10, _waiting_for_the_rest), (3, 16, 30, _one_fen_short),
        (2, 11, 25, _misdirected), (1, 10, 30, _to_be_approved), (1, 17, 0, _bank_fee), (1, 19, 50, _unknown_payment),
        (1, 20, 30, _mandate_taken_back), (1, 21, 5, _rents_of_the_night), (0, 8, 10, _mandate_signed_anew),
    )  # fmt: skip
    for days, hour, minute, happen in stories:
        at = city.this_month(days, hour, minute)
        city.agenda.put(at, partial(happen, city, at))


def declare_online(city: City, agent: str, month: Month, at: datetime) -> Declaration:
    """An agent confirms the month as it stands, as a case."""
    actor = city.actor(agent)
    assert actor.unit_id is not None
    seen = months.unit_month(city.centre_id, actor.unit_id, at=at)
    typed = {"month": str(month), "expected_total_fen": str(seen.total_fen)}
    file(city, "employer_remittance", typed, actor=actor, at=at)
    city.outside.catch_up(at)
    return contributions.declare_month(city.centre_id, actor.unit_id, month, actor=actor, at=at)


def _paid_late(city: City, at: datetime) -> None:
    unit = city.employer(LATE)
    found = months.remittances(city.centre_id, city.units[LATE], limit=1)[0]
    assert found.state is RemittanceState.CONFIRMED
    pay(city, unit, found.total_fen, f"汇缴 {found.number}", at=at)
    city.outside.catch_up(at + PAUSE)


def _paid_twice(city: City, at: datetime) -> None:
    found = months.remittances(city.centre_id, city.units["unit6"], limit=1)[0]
    assert found.state is RemittanceState.POSTED
    pay(city, city.employer("unit6"), found.total_fen, f"汇缴 {found.number}", at=at)


def _without_reference(city: City, at: datetime) -> None:
    """One that can be guessed by payer and amount, one that cannot."""
    unit = city.employer("unit7")
    declared = declare(city, unit, Month.of(at.date()), at)
    pay(city, unit, declared.total_fen, "公积金", at=at + PAUSE)
    stranger = {"payer": "安居东湾物流有限公司", "payer_account": "6228000090001"}
    pay(city, None, 1_234_500, "职工公积金", at=at + 2 * PAUSE, **stranger)


def _to_a_cancelled_number(city: City, at: datetime) -> None:
    """Declared, taken back and declared anew; the agent pays with the first letter in hand."""
    unit, clerk, now = city.employer("unit8"), city.actor("clerk"), Month.of(at.date())
    old = declare(city, unit, now, at)
    contributions.cancel_remittance(
        city.centre_id, city.units[unit.key], old.remittance_id, reason="有一位职工漏报", actor=clerk, at=at + PAUSE
    )
    declare(city, unit, now, at + 2 * PAUSE)
    pay(city, unit, old.total_fen, f"汇缴 {old.number}", at=at + 3 * PAUSE)


def _waiting_for_the_rest(city: City, at: datetime) -> None:
    """Short by five hundred; the treasurer lets it wait."""
    unit = city.employer("unit10")
    declared = declare(city, unit, Month.of(at.date()), at)
    pay(city, unit, declared.total_fen - 50_000, f"汇缴 {declared.number}", at=at + PAUSE)
    item = months.suspense_items(city.centre_id, unit_id=city.units[unit.key])[0]
    contributions.wait_for_rest(
        item.suspense_id, declared.remittance_id, actor=city.actor("treasurer"), at=at + 2 * PAUSE
    )


def _one_fen_short(city: City, at: datetime) -> None:
    declared = declare_online(city, "suspense", Month.of(at.date()), at)
    pay(city, city.employer("unit5"), declared.total_fen - 1, f"汇缴 {declared.number}", at=at + 2 * PAUSE)


def _misdirected(city: City, at: datetime) -> None:
    """Somebody's purchase money came here by mistake; its refund is above every limit and wants a second treasurer."""
    paid = pay(
        city, None, MISDIRECTED_FEN, "设备款", at=at, payer="安居长桥建筑工程有限公司", payer_account="6228000090002"
    )
    kept = months.receipt_of(city.centre_id, paid.notice_id)
    assert kept is not None and kept[0] == "suspense"
    contributions.refund(
        kept[1], reason="付款单位来函：付错了收款单位，申请退回", actor=city.actor("treasurer"), at=at + 3 * PAUSE
    )


def _bank_fee(city: City, at: datetime) -> None:
    """Yesterday's fee that nobody ordered: who visits says what it was, and books it as another person."""
    bank_fee(city, at)


def _unknown_payment(city: City, at: datetime) -> None:
    """The bank did not answer, and asked again it says that it never saw the payment: a person must decide."""
    who: Actor = city.actor("asked_again")
    city.outside.bank_silent = True
    file_rent(city, who, enough(city, 1650, at), at)
    city.outside.catch_up(at + PAUSE)
    city.outside.bank_silent = False
    order = payments.unknown_payments(city.centre_id)[0]
    treasury.advance(city.centre_id, order.order_id, at=at + 2 * PAUSE)


def _mandate_taken_back(city: City, at: datetime) -> None:
    """The treasurer ends the standing mandate in the evening, to sign a new one in the morning."""
    live = [one for one in payments.mandates(city.centre_id) if one.ended_at is None and one.ends_on >= at.date()]
    for mandate in live:
        treasury.end_mandate(mandate.mandate_id, actor=city.actor("treasurer"), at=at)


def _rents_of_the_night(city: City, at: datetime) -> None:
    """Approved by rule while no mandate stood: nothing pays them, and three people let them leave together."""
    people = not_online(city)
    chosen = people[1 :: max(len(people) // len(NIGHT_RENTS_YUAN), 1)]
    for place, (one, rent_yuan) in enumerate(zip(chosen, NIGHT_RENTS_YUAN, strict=False)):
        who = household_of(city, one, city.ago(13, 20, place * 3))
        file_rent(city, who, enough(city, rent_yuan, at), at + place * PAUSE)
    city.outside.catch_up(at + len(NIGHT_RENTS_YUAN) * PAUSE)


def _mandate_signed_anew(city: City, at: datetime) -> None:
    """From this morning on the machine releases payments again; those of the night still wait for people."""
    treasury.sign_mandate(
        limit_fen=city.book.fen("treasury.mandate_limit", at.date()), starts_on=at.date(),
        ends_on=(at + YEAR).date(), actor=city.actor("treasurer"), at=at,
    )  # fmt: skip


def _to_be_approved(city: City, at: datetime) -> None:
    """The largest unit's agent has declared; the second person has not looked yet."""
    declared = declare_online(city, "agent", Month.of(at.date()), at)
    assert declared.state is RemittanceState.AWAITING_APPROVAL
