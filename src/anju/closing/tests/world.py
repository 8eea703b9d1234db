"""The small world of this room's tests: the contributions' world with an accountant, a treasurer and their days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from anju import jobs
from anju.closing import actions
from anju.closing.types import Run, RunState
from anju.contributions.actions import post_remittance
from anju.contributions.tests.world import (
    ACCOUNT,
    AT,
    CENTRE,
    DAY,
    apply,
    declare,
    open_centre,
    open_unit,
    pay,
    staff_rows,
)
from anju.contributions.tests.world import (
    wired as listening,
)
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.treasury import actions as treasury
from anju.treasury.types import Direction, EntryNotice


@contextmanager
def wired() -> Iterator[None]:
    """Rooms listen to one another, and what they plan is held: a test does it itself, at its own moment."""
    with jobs.held(), listening():
        yield


ACCOUNTANT = Actor(480, 48, "accountant", None, "秦海宁", CENTRE)
OTHER_ACCOUNTANT = Actor(481, 49, "accountant", None, "会计二", CENTRE)
TREASURER = Actor(430, 43, "treasurer", None, "孟涛", CENTRE)
MACHINE = Actor.machine(CENTRE, "closing")
NEXT = AT + timedelta(days=1)
STATEMENT = "本中心按月取对账单，月底一并核对"


def town(people: int = 3) -> int:
    """Books open, one unit, and on the day one month paid and posted; the voucher's remittance."""
    open_centre()
    unit = open_unit()
    with wired():
        apply(unit, staff_rows(people))
        declared = declare(unit)
        pay(declared.total_fen, declared.number)
        post_remittance(CENTRE, declared.remittance_id, at=AT)
    return declared.remittance_id


def close_before(day: date = DAY) -> Run:
    """Everything up to the day before is closed and signed."""
    return close(day - timedelta(days=1), at=datetime.combine(day, datetime.min.time(), ZONE).replace(hour=8))


def close(day: date, *, at: datetime = NEXT, words: str = STATEMENT) -> Run:
    """Close a day from the start to the signature, explaining whatever differs."""
    run = actions.start_day(CENTRE, day, actor=ACCOUNTANT, at=at)
    return finish(run, at=at, words=words)


def finish(run: Run, *, at: datetime = NEXT, words: str = STATEMENT) -> Run:
    """Take a run to its signature."""
    run = actions.advance(CENTRE, run.run_id, actor=ACCOUNTANT, at=at)
    while not run.ready:
        step = run.next_step
        assert step is not None and step.findings, run
        for one in step.findings:
            explain(run, one.digest, words, at=at)
        before = step.n
        run = actions.advance(CENTRE, run.run_id, actor=ACCOUNTANT, at=at)
        assert run.next_step is None or run.next_step.n != before, run.next_step
    run = actions.submit(CENTRE, run.run_id, actor=ACCOUNTANT, at=at)
    return actions.sign(CENTRE, run.run_id, digest=run.report_digest, actor=TREASURER, at=at)


def explain(run: Run, digest: str, words: str = STATEMENT, *, at: datetime = NEXT) -> None:
    actions.explain(CENTRE, run.run_id, digest, words, actor=ACCOUNTANT, at=at)


def unknown_debit(fen: int = 3_500, *, at: datetime = AT, serial: str = "F1") -> None:
    """The bank took a fee nobody ordered."""
    treasury.receive_notice(
        EntryNotice(
            account=ACCOUNT, host_serial=serial, direction=Direction.DEBIT, amount_fen=fen, entry_date=at.date(),
            summary="回单打印费",
        ),
        at=at, centre_id=CENTRE,
    )  # fmt: skip


def texts(run: Run) -> list[tuple[str, str]]:
    return [(step.kind.name, step.state.name) for step in run.steps]


__all__ = [
    "ACCOUNTANT", "AT", "CENTRE", "DAY", "MACHINE", "NEXT", "OTHER_ACCOUNTANT", "STATEMENT", "TREASURER", "Any",
    "Callable", "RunState", "close", "close_before", "declare", "explain", "finish", "open_centre", "open_unit", "pay",
    "post_remittance", "texts", "town", "unknown_debit", "wired",
]  # fmt: skip
