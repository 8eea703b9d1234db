"""Month after month: what units pay, whom they take on and let go, and which rents are taken out, each on its day.

Money moves in the order of time. Interest is settled on 1 July, before anything else of that day.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from anju.accounts import actions as accounts
from anju.accounts.types import InterestSettled
from anju.contributions import actions as contributions
from anju.contributions.types import Declaration
from anju.demo.bank_entries import plan_bank_entries
from anju.demo.city import City, Progress, moment
from anju.demo.closing import plan_days_close, plan_month_close
from anju.demo.outside import CENTRE_ACCOUNT
from anju.demo.population import WITH_A_STORY, Employer
from anju.kernel.actor import Actor
from anju.kernel.events import publish
from anju.kernel.month import Month
from anju.treasury import actions as treasury
from anju.treasury.types import Direction, EntryNotice, NoticeKept

MONTH_WEIGHT = 6
PAYING_TAKES = timedelta(hours=3)
IN_ARREARS, LATE = "unit4", "unit9"


def play_months(city: City, progress: Progress) -> None:
    """Every month with its remittances and with what else happens in it."""
    for month in city.months:
        progress.step(f"{month.zh}汇缴", by=MONTH_WEIGHT)
        plan_remittances(city, month)
        plan_bank_entries(city, month)
        plan_month_close(city, month)
        city.agenda.play(before=moment((month + 1).first_day, 0))


def play_this_month(city: City) -> None:
    """The month that runs, up to now: who has had payday has paid, but for those with a story."""
    now = Month.of(city.at.date())
    plan_days_close(city)
    for employer in city.employers[WITH_A_STORY:]:
        at = payment_day(employer, now)
        if at < city.at - PAYING_TAKES:
            city.agenda.put(at, partial(pay_month, city, employer, now, at))
    city.agenda.play(before=city.at + timedelta(seconds=1))


def payment_day(employer: Employer, month: Month) -> datetime:
    """A unit pays two days after payday."""
    day = month.first_day.replace(day=min(employer.payday + 2, month.last_day.day))
    return moment(day, 9 + employer.payday % 7, employer.payday * 2)


def plan_remittances(city: City, month: Month) -> None:
    """What the units owe and pay in a month, and interest if it is July."""
    if month.month == 7:
        settled = moment(month.first_day, 1)
        city.agenda.put(settled, partial(settle_year, city, month.year - 1, settled))
    for employer in city.employers:
        at = payment_day(employer, month)
        if not owes(city, employer, month):
            city.agenda.put(at, partial(pay_month, city, employer, month, at))
        elif employer.key == LATE or month == city.months[-2]:
            city.agenda.put(at, partial(declare, city, employer, month, at))


def settle_year(city: City, interest_year: int, at: datetime) -> None:
    """Interest for everybody, and a message to everybody that says how much."""
    accounts.settle_interest(city.centre_id, interest_year, at=at)
    publish(InterestSettled(city.centre_id, interest_year))
    city.outside.catch_up(at + timedelta(hours=7))


def owes(city: City, employer: Employer, month: Month) -> bool:
    """Whether this month of this unit is not paid in its time: two of one unit, the last one of another."""
    if employer.key == IN_ARREARS:
        return month in city.months[-2:]
    return employer.key == LATE and month == city.months[-1]


def pay_month(city: City, employer: Employer, month: Month, at: datetime) -> None:
    """Declare, pay and post one month of one unit."""
    with transaction.atomic():
        declared = declare(city, employer, month, at)
        pay(city, employer, declared.total_fen, f"汇缴 {declared.number}", at=at + PAYING_TAKES)
    city.outside.catch_up(at + PAYING_TAKES)


def declare(city: City, employer: Employer, month: Month, at: datetime) -> Declaration:
    """The unit's agent declares, and a second person approves where the unit wants that; else the counter does."""
    maker, second = agents_of(city, employer)
    unit_id = city.units[employer.key]
    declared = contributions.declare_month(city.centre_id, unit_id, month, actor=maker, at=at)
    if second is not None:
        contributions.approve_remittance(
            city.centre_id, unit_id, declared.remittance_id, actor=second, at=at + timedelta(hours=1)
        )
    return declared


def agents_of(city: City, employer: Employer) -> tuple[Actor, Actor | None]:
    """Who declares for a unit, and who approves."""
    if employer.key == "jiangnan":
        return city.actor("agent"), city.actor("approver")
    named = {"qiming": "wrong_file", "school": "school_agent", "unit4": "arrears", "unit5": "suspense"}
    return city.actor(named.get(employer.key, "clerk")), None


def pay(
    city: City, employer: Employer | None, amount_fen: int, summary: str, *, at: datetime, payer: str = "",
    payer_account: str = "",
) -> NoticeKept:  # fmt: skip
    """The bank tells of money that came in."""
    city.asked += 1
    notice = EntryNotice(
        account=CENTRE_ACCOUNT, host_serial=f"D{at:%Y%m%d}{city.asked:06d}", direction=Direction.CREDIT,
        amount_fen=amount_fen, entry_date=at.date(), booked_time=f"{at:%H%M%S}", summary=summary,
        counter_name=employer.name if employer else payer,
        counter_account=employer.bank_account if employer else payer_account,
    )  # fmt: skip
    city.outside.book(notice, at)
    return treasury.receive_notice(notice, at=at)
