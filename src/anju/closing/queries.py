"""All reads of closing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from anju.closing.levels import reconcile_day as reconcile_day
from anju.closing.store import as_run, as_runs, interest_order, run_row
from anju.closing.store import explanations as _explanations
from anju.closing.types import Explanation, InterestOrder, OpenStretch, Run, RunKind, RunState
from anju.database.sql import row, rows
from anju.kernel.clock import ZONE
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.ledger import queries as books
from anju.ledger.days import days_posted
from anju.treasury.day_state import notices_between


def run(centre_id: int, run_id: int) -> Run:
    """A run with its steps; refuses an unknown one (404)."""
    found = run_row(centre_id, run_id)
    if found is None:
        raise Refusal("closing.unknown_run", "没有这次结账：请从“结账”页重新打开。", status=404)
    return as_runs([found])[0]


def live_run(centre_id: int, kind: RunKind) -> Run | None:
    """The run that is neither signed nor taken back; there is at most one."""
    found = rows(
        "SELECT * FROM closing_run WHERE centre_id = %s AND kind = %s AND state IN (1, 2)", [centre_id, int(kind)]
    )
    return as_runs(found)[0] if found else None


def runs(centre_id: int, kind: RunKind, *, limit: int = 14) -> list[Run]:
    """The latest runs, the newest first; without their steps."""
    found = rows(
        "SELECT * FROM closing_run WHERE centre_id = %s AND kind = %s ORDER BY last_on DESC, run_id DESC LIMIT %s",
        [centre_id, int(kind), limit],
    )
    return [as_run(one) for one in found]


def signed_through(centre_id: int, kind: RunKind = RunKind.DAY) -> date | None:
    """The last day whose closing is signed; None before the first one."""
    found = row(
        "SELECT max(last_on) AS day FROM closing_run WHERE centre_id = %s AND kind = %s AND state = %s",
        [centre_id, int(kind), int(RunState.SIGNED)],
    )
    return found["day"] if found else None


def first_open_day(centre_id: int) -> date:
    """The first day that nobody has closed and signed; refuses when the books were never opened."""
    last = signed_through(centre_id)
    return books.first_day(centre_id) if last is None else last + timedelta(days=1)


def first_open_month(centre_id: int) -> Month:
    """The first month that nobody has closed and signed."""
    last = signed_through(centre_id, RunKind.MONTH)
    return Month.of(books.first_day(centre_id)) if last is None else Month.of(last) + 1


def busy_days(centre_id: int, first: date, last: date) -> set[date]:
    """The days of a span on which something was booked or the bank told of an entry; two statements."""
    return days_posted(centre_id, first, last) | set(notices_between(centre_id, first, last))


def next_stretch(centre_id: int, *, at: datetime) -> OpenStretch | None:
    """What the next run closes: one day, or quiet days in a row with the first day after them that is not quiet.

    None when every day that is over is closed.
    """
    first, yesterday = first_open_day(centre_id), at.astimezone(ZONE).date() - timedelta(days=1)
    if first > yesterday:
        return None
    busy = sorted(busy_days(centre_id, first, yesterday))
    last = busy[0] if busy else yesterday
    return OpenStretch(first, last, quiet=not busy, open_days=(yesterday - first).days + 1)


def explanations_of(run: Run) -> dict[str, Explanation]:
    """What holds of what accountants said about a run's differences, by digest; one statement."""
    return _explanations(run, run.digests)


def workers_of(run: Run, said: dict[str, Explanation]) -> set[int]:
    """Everybody who did a part of a run and therefore does not sign it; ``said``: what holds of its explanations."""
    people = {run.submitted_by_person_id, run.started_by_person_id, *(step.by_person_id for step in run.steps),
              *(one.person_id for one in said.values() if one.unsigned)}  # fmt: skip
    return {one for one in people if one is not None}


def order_of(centre_id: int, interest_year: int) -> InterestOrder | None:
    """The order to post a year's interest, if somebody gave one."""
    return interest_order(centre_id, interest_year)
