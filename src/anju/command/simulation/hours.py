"""What happens by the hour: planned jobs, run late, twice or not at all, and the work of the night."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from random import Random

from anju import jobs
from anju.accounts import actions as accounts
from anju.command.simulation.acting import TWICE, act
from anju.command.simulation.plan import operation
from anju.command.simulation.proving import numbering
from anju.command.simulation.town import Task, Town
from anju.notices.actions import settle_sms
from anju.notices.types import SmsState
from anju.treasury import actions as treasury
from anju.withdrawals.actions import renew_close_outs

MOST_WAITING = 200


@operation(40)
def run_jobs(town: Town, chance: Random) -> None:
    """Some of the jobs that are due, in any order; a bank's job may be lost, and the night finds its order again."""
    for _ in range(chance.randint(1, 6)):
        due = [task for task in town.tasks if task.due <= town.at]
        task = town.draw(chance, due)
        if task is None:
            return
        town.tasks.remove(task)
        if task.held.name.startswith("treasury.") and chance.random() < 0.03:
            town.said.append("lost a job")
            continue
        _run(town, chance, task)


def _run(town: Town, chance: Random, task: Task) -> None:
    if task.held.name == "notices.deliver_sms":
        settle_sms(task.held.arguments["sms_id"], SmsState.DELIVERED, at=town.at)
        return

    def do() -> int | None:
        try:
            jobs.perform(task.held)
        except jobs.Retry as again:
            return again.seconds
        return None

    town.said.append(task.held.name)
    # A second look at a payment may learn what the first did not, and post it: that is no double posting.
    asks = task.held.name.startswith("treasury.")
    again = act(town, chance, do, whole=False, once=not asks).value
    if asks and chance.random() < TWICE:
        again = act(town, chance, do, whole=False, once=False).value
    if again is not None and len(town.tasks) < MOST_WAITING:
        town.tasks.append(Task(town.at + timedelta(seconds=again), task.held))


@operation(5)
def night(town: Town, chance: Random) -> None:
    """Lost payments are looked for, vouchers numbered, lapsed freezes ended, unsigned closings ordered anew.

    Each may not run, or die.
    """
    for work in (
        partial(treasury.chase, town.centre_id, at=town.at),
        partial(jobs.perform, numbering(town)),
        partial(accounts.end_lapsed_freezes, town.centre_id, today=town.today, at=town.at),
        partial(renew_close_outs, town.centre_id, today=town.today, at=town.at),
    ):
        if chance.random() < 0.7:
            act(town, chance, work, whole=False)
    if chance.random() < 0.3:
        town.bank.finish()
