"""Building the demo city (安居市): the same actions that staff, agents, members and the bank use, from a seed.

History is played in the order of time, each act at its own moment; nothing is written past the actions. What the
page shows of the progress stands in one small file. Building again after the end changes nothing.
"""

from __future__ import annotations

from datetime import datetime
from random import Random

from django.conf import settings

from anju.database.sql import execute, row
from anju.demo.city import City, Progress, Size, built, chosen_size
from anju.demo.desk import open_cases
from anju.demo.lives import plan_changes_of_this_month, plan_lives, read_old_messages
from anju.demo.money import plan_money
from anju.demo.months import MONTH_WEIGHT, play_months, play_this_month
from anju.demo.outside import history, teach_simulators
from anju.demo.population import Population, employers
from anju.demo.rents import plan_rents
from anju.demo.settling import settle_staff, settle_units
from anju.kernel import clock
from anju.kernel.clock import ZONE
from anju.support.building import STATE_FILE

STAFF_WEIGHT, PEOPLE_WEIGHT, TODAY_WEIGHT = 6, 20, 20

__all__ = ["build", "built"]


def build(*, seed: int, size: Size | None = None, at: datetime | None = None) -> None:
    """Build the city once; refuses to build on top of a half-built one."""
    if built():
        return
    if row("SELECT 1 AS one FROM unit LIMIT 1") is not None:
        raise RuntimeError("a half-built city lies in this data folder: remove the folder and start again")
    chosen, now = size or chosen_size(), (at or clock.now()).astimezone(ZONE)
    with history(now) as outside:
        random = Random(seed)  # noqa: S311  (a demo)
        city = City(settings.ANJU_CENTRE_ID, now, seed, chosen, outside, Population(random))
        city.employers = employers(count=chosen.employers, people=chosen.people, today=now.date())
        # The last commit below waits for the disk, and with it everything before it.
        execute("SET synchronous_commit TO off")
        progress = _play(city)
        execute("SET synchronous_commit TO on")
        progress.finish()


def _play(city: City) -> Progress:
    size = city.size
    total = STAFF_WEIGHT + size.employers + PEOPLE_WEIGHT + size.months * MONTH_WEIGHT + TODAY_WEIGHT
    progress = Progress(settings.DATA_DIR / STATE_FILE, total=total)
    progress.step("请来工作人员，开立银行账户", by=STAFF_WEIGHT)
    settle_staff(city)
    settle_units(city, progress)
    progress.step("职工开通网上业务", by=PEOPLE_WEIGHT)
    plan_lives(city)
    plan_rents(city)
    play_months(city, progress)
    progress.step("本月和今天要办的件", by=TODAY_WEIGHT)
    read_old_messages(city)
    plan_changes_of_this_month(city)
    plan_money(city)
    play_this_month(city)
    open_cases(city)
    assert not city.agenda.left, "everything on the agenda has happened"
    teach_simulators(city.outside)
    return progress
