"""Rents that were taken out: who asked when and for how much, and how each was decided, paid or returned.

The plan is drawn from the seed beforehand; the amounts are the rule's own. Most are decided by rule in seconds; when
the register of marriages is silent, a clerk establishes the fact and a reviewer decides the next day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random

from anju.casework import actions as casework
from anju.casework import queries as case_queries
from anju.casework.types import CaseState, Proposal, Submitted
from anju.demo.city import City, moment
from anju.demo.filing import file
from anju.demo.outside import PAUSE
from anju.demo.population import Resident
from anju.demo.settling import household_of
from anju.exchange.types import Kind
from anju.kernel.actor import Actor
from anju.kernel.month import Month

RENTS_YUAN = (1180, 1350, 1450, 1600, 1750, 1950, 2400)
LARGE_RENTS_YUAN = (2200, 2400, 2600, 2900, 3300)
VERY_LARGE_RENT_YUAN = 9900
SMALL_WAGE_FEN = 700_000
INCOME_SHARE = "withdraw.rent.income_share"
TROUBLED = frozenset({"unit4", "unit9"})
# The first few of two units have stories of their own.
SPOKEN_FOR = {"jiangnan": 5, "school": 2}
STEADY = ("jiangnan", "school", "unit6", "unit7")
EVERY_BY_PEOPLE = 14
DAYS = (3, 26)


@dataclass(frozen=True)
class Renter:
    """Somebody who takes out the rent: for which months, on which day, how much it is."""

    resident: Resident
    day: int
    rent_yuan: int
    months: tuple[Month, ...]


@dataclass(frozen=True)
class Ask:
    """One rent asked for."""

    actor: Actor
    rent_yuan: int
    at: datetime
    by_people: bool = False


def plan_renters(city: City) -> list[Renter]:
    """Who takes out rent, drawn from the people of every unit but those in trouble; each over some months on end.

    While the text in force wanted the rent to be large beside the wage, small wages with large rents are taken.
    """
    random, months = Random(city.seed), city.months  # noqa: S311  (a demo)
    units = [unit.key for unit in city.employers if unit.key not in TROUBLED]
    there = [one for key in units for one in city.residents[key][SPOKEN_FOR.get(key, 0) :]]
    chosen = random.sample([one for one in there if one.base_fen <= SMALL_WAGE_FEN], city.size.renters)
    found = []
    for resident in chosen:
        length = random.choice((1, 1, 2, 2, 3, 4))
        last = random.randrange(max(len(months) - 10, 3), len(months))
        first = max(3, last - length + 1)
        large = city.book.has(INCOME_SHARE, months[first].first_day)
        rent = random.choice(LARGE_RENTS_YUAN if large else RENTS_YUAN)
        found.append(Renter(resident, random.randint(*DAYS), rent, tuple(months[first : last + 1])))
    return found


def plan_rents(city: City) -> None:
    """Every rent of the nameless goes on the agenda, and before the first one the log-in and the card."""
    count = 0
    for renter in plan_renters(city):
        opened = moment(renter.months[0].first_day - timedelta(days=3), 19, renter.day * 2)
        who = household_of(city, renter.resident, opened)
        for month in renter.months:
            at = moment(month.first_day.replace(day=renter.day), 9 + renter.day % 11, renter.day * 2)
            put_rent(city, Ask(who, renter.rent_yuan, at, by_people=count % EVERY_BY_PEOPLE == 5))
            count += 1
        if renter.months[-1] == city.months[-1] and renter.day % 2:
            put_rent(city, Ask(who, renter.rent_yuan, city.this_month(renter.day % 9 + 1, 8 + renter.day % 12, 25)))


def not_online(city: City) -> list[Resident]:
    """The nameless of units that pay regularly who do not use the online service yet."""
    people = [one for key in STEADY for one in city.residents[key][SPOKEN_FOR.get(key, 0) :]]
    return [one for one in people if not city.uses_online(one)]


def put_rent(city: City, ask: Ask) -> None:
    """A rent to be asked for at its moment."""
    city.agenda.put(ask.at, partial(take_rent, city, ask))


def take_rent(city: City, ask: Ask) -> None:
    """Ask and have it decided; the bank does its part half a minute later, people theirs on the next working day."""
    outside = city.outside
    outside.silent = {Kind.MARRIAGE} if ask.by_people else set()
    made = file_rent(city, ask.actor, ask.rent_yuan, ask.at)
    outside.silent = set()
    outside.catch_up(ask.at + PAUSE)
    if ask.by_people:
        assert made.state is CaseState.REVIEW, made
        decided = moment(city.working_day_after(ask.at.date()), 10, 20)
        city.agenda.put(decided, partial(decide_by_people, city, made.case_id, decided))


def file_rent(city: City, actor: Actor, rent_yuan: int, at: datetime) -> Submitted:
    """The one field of a rent withdrawal, submitted."""
    return file(city, "rent_withdrawal", {"monthly_rent": str(rent_yuan)}, actor=actor, at=at)


def enough(city: City, rent_yuan: int, at: datetime) -> int:
    """This rent, or a very large one while the text in force wants it large beside the wage of a household."""
    return VERY_LARGE_RENT_YUAN if city.book.has(INCOME_SHARE, at.date()) else rent_yuan


def establish_single(city: City, case_id: int, clerk: Actor, at: datetime) -> None:
    """The clerk finds out what the register did not say."""
    casework.establish_fact(
        case_id, "marital_status", "single", evidence="电话核实民政登记窗口，查无婚姻登记", actor=clerk, at=at
    )


def decide_by_people(city: City, case_id: int, at: datetime) -> None:
    """A clerk establishes and proposes, a reviewer agrees; the two pairs of the desk take turns."""
    pair = ("clerk", "reviewer") if case_id % 2 else ("second_clerk", "second_reviewer")
    clerk, reviewer = (city.actor(key) for key in pair)
    establish_single(city, case_id, clerk, at)
    casework.propose(
        case_id, Proposal.AGREE, reasons="婚姻状况已经电话核实，其余事实齐全，同意系统的建议。", actor=clerk,
        at=at + timedelta(minutes=6),
    )  # fmt: skip
    seen = case_queries.desk_case(reviewer, case_id)
    decided = at + timedelta(minutes=50)
    casework.approve(case_id, seen_digest=seen.seen_digest, note="", actor=reviewer, at=decided)
    city.outside.catch_up(decided + PAUSE)
