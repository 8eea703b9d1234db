"""What is going to happen is known before anything happens: counted here without a database."""

from __future__ import annotations

from datetime import datetime
from random import Random

import pytest

from anju.demo.agenda import Agenda
from anju.demo.city import SIZES, City, chosen_size
from anju.demo.months import owes
from anju.demo.outside import Outside
from anju.demo.population import Population, employers
from anju.demo.rents import TROUBLED, plan_renters
from anju.kernel.clock import ZONE

AT = datetime(2026, 11, 25, 14, 30, tzinfo=ZONE)


def city(seed: int = 1, size: str = "city") -> City:
    """A city whose people are known, and to whom nothing has happened."""
    planned = City(990100, AT, seed, SIZES[size], Outside(AT), Population(Random(seed)))
    planned.employers = employers(count=planned.size.employers, people=planned.size.people, today=AT.date())
    planned.residents = {unit.key: planned.population.take(unit.people) for unit in planned.employers}
    return planned


def test_the_whole_city_has_forty_units_and_nine_hundred_and_sixty_months() -> None:
    planned = city()
    owed = [(unit.key, month) for unit in planned.employers for month in planned.months if owes(planned, unit, month)]
    assert len(planned.employers) == 40 and len(planned.months) == 24
    assert len(planned.employers) * len(planned.months) == 960
    assert [unit for unit, _ in owed] == ["unit4", "unit4", "unit9"]


def test_the_months_end_with_the_one_before_this_one() -> None:
    assert [str(month) for month in city().months][-2:] == ["2026-09", "2026-10"]


def test_some_forty_people_take_out_rent_each_over_months_on_end() -> None:
    planned = city()
    renters = plan_renters(planned)
    troubled = {one.id_number for key in TROUBLED for one in planned.residents[key]}
    assert len({one.resident.id_number for one in renters}) == len(renters) == 42
    assert 60 <= sum(len(one.months) for one in renters) <= 140
    for one in renters:
        assert one.resident.id_number not in troubled
        assert one.months[0] >= planned.months[3] and one.months[-1] - one.months[0] == len(one.months) - 1


def test_the_same_seed_plans_the_same_rents() -> None:
    assert plan_renters(city(1)) == plan_renters(city(1))
    assert plan_renters(city(1)) != plan_renters(city(2))


def test_the_agenda_is_played_in_the_order_of_time_and_may_grow() -> None:
    agenda, played = Agenda(), list[str]()
    later = AT.replace(hour=16)
    agenda.put(later, lambda: played.append("later"))
    agenda.put(AT, lambda: agenda.put(AT.replace(hour=15), lambda: played.append("added")))
    agenda.put(AT, lambda: played.append("first"))
    agenda.play(before=later)
    assert played == ["first", "added"] and agenda.left == 1
    agenda.play(before=AT.replace(hour=17))
    assert played[-1] == "later" and agenda.left == 0


def test_an_unknown_size_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANJU_DEMO_SIZE", "enormous")
    with pytest.raises(RuntimeError, match="'enormous'.*city or small"):
        chosen_size()
