"""What the accountants do: days and months closed step by step, signed by a second person, taken back; accruals."""

from __future__ import annotations

from functools import partial
from random import Random

from anju.accounts import actions as accounts
from anju.closing import actions, queries
from anju.closing.types import Run, RunKind, RunState
from anju.command.simulation.acting import Violation, act
from anju.command.simulation.plan import operation
from anju.command.simulation.town import Town
from anju.database.sql import row
from anju.kernel.actor import Actor
from anju.kernel.month import Month, interest_year

OF_THE_BOOKS = (3, 5, 6)
"""Levels that compare our own records: nothing in this town may make them differ."""
WORDS = "模拟中心的差异，已核对"


@operation(7)
def close_days(town: Town, chance: Random) -> None:
    """The next day, or the quiet days before it, one step further."""
    live = queries.live_run(town.centre_id, RunKind.DAY)
    who = town.actor(chance.choice(("accountant", "second_accountant")))
    if live is not None:
        _further(town, chance, live, who)
        return
    if chance.random() < 0.1:
        act(town, chance, lambda: actions.start_day(town.centre_id, town.today, actor=who, at=town.at), refused=True)
    stretch = queries.next_stretch(town.centre_id, at=town.at)
    if stretch is not None:
        last = stretch.last_on
        act(town, chance, lambda: actions.start_day(town.centre_id, last, actor=who, at=town.at), once=False)


@operation(5)
def close_month(town: Town, chance: Random) -> None:
    """The next month, one step further; June waits for its interest."""
    live = queries.live_run(town.centre_id, RunKind.MONTH)
    who = town.actor(chance.choice(("accountant", "second_accountant")))
    if live is not None:
        _further(town, chance, live, who)
        return
    month = queries.first_open_month(town.centre_id)
    over = month.last_day < town.today
    act(town, chance, lambda: actions.start_month(town.centre_id, month, actor=who, at=town.at), once=False,
        refused=not over)  # fmt: skip


def _further(town: Town, chance: Random, live: Run, who: Actor) -> None:
    run = queries.run(town.centre_id, live.run_id)
    if chance.random() < 0.05:
        act(town, chance, lambda: actions.reopen(town.centre_id, run.run_id, "重新核对", actor=who, at=town.at),
            once=False)  # fmt: skip
    elif run.state is RunState.TO_SIGN:
        _sign(town, chance, run)
    elif run.ready:
        act(town, chance, lambda: actions.submit(town.centre_id, run.run_id, actor=who, at=town.at))
    else:
        _explain(town, chance, run, who)
        do = actions.advance if chance.random() < 0.7 else actions.step_day
        act(town, chance, lambda: do(town.centre_id, run.run_id, actor=who, at=town.at), whole=False, once=False)


def _explain(town: Town, chance: Random, run: Run, who: Actor) -> None:
    for one in run.next_step.findings if run.next_step is not None else ():
        if one.level in OF_THE_BOOKS:
            raise Violation(f"level {one.level} differs: {one.text}, {one.left_fen} and {one.right_fen} fen")
        said = partial(actions.explain, town.centre_id, run.run_id, one.digest, WORDS, actor=who, at=town.at)
        act(town, chance, said)


def _sign(town: Town, chance: Random, run: Run) -> None:
    if chance.random() < 0.2:
        maker = next(one for one in town.actors.values() if one.person_id == run.submitted_by_person_id)
        act(town, chance, lambda: actions.sign(
            town.centre_id, run.run_id, digest=run.report_digest, actor=maker, at=town.at), refused=True)  # fmt: skip
    treasurer = town.actor("treasurer")
    act(town, chance, lambda: actions.sign(
        town.centre_id, run.run_id, digest=run.report_digest, actor=treasurer, at=town.at), once=False)  # fmt: skip


@operation(3)
def accrue(town: Town, chance: Random) -> None:
    """Interest of a month that is over, to the fen of the model's; of one that is not over never."""
    who = town.actor("accountant")
    if chance.random() < 0.1:
        act(town, chance, lambda: accounts.accrue_interest(
            town.centre_id, Month.of(town.today), at=town.at, actor=who), refused=True)  # fmt: skip
    month = Month.of(town.today) + -chance.choice((1, 1, 2))
    known = row("SELECT 1 AS one FROM interest_accrual WHERE centre_id = %s AND month = %s",
                [town.centre_id, month.number])  # fmt: skip
    done = act(town, chance, lambda: accounts.accrue_interest(town.centre_id, month, at=town.at, actor=who))
    if not done.done or known is not None:
        return
    year = interest_year(month.last_day)
    left = [one.account_id for one in town.people if not one.closed and not _carried(one.account_id, year)
            and not _closing_since(one.account_id, year)]  # fmt: skip
    expected = sum(town.model.accrued(account_id, year, month.last_day) for account_id in left)
    if done.value.accrued_fen != expected:
        raise Violation(f"{month} was accrued with {done.value.accrued_fen} fen instead of {expected}")


def _carried(account_id: int, year: int) -> bool:
    found = row("SELECT 1 AS one FROM balance WHERE account_id = %s AND interest_year > %s", [account_id, year])
    return found is not None


def _closing_since(account_id: int, year: int) -> bool:
    """Whether an account is being closed since the year before: what it is paid was promised then."""
    return row(
        "SELECT 1 AS one FROM hold h WHERE h.account_id = %s AND h.closes_on IS NOT NULL AND h.ended_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM balance b WHERE b.account_id = h.account_id AND b.interest_year = %s)",
        [account_id, year],
    ) is not None  # fmt: skip
