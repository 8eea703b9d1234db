"""Planning and running of jobs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from anju.database.sql import execute, rows
from anju.kernel import clock

Handler = Callable[..., None]
_HANDLERS: dict[str, Handler] = {}
_PATIENCE_SECONDS = (5, 15, 60, 300, 900, 3600)


@dataclass(frozen=True)
class Held:
    """A job that was planned while jobs were held."""

    name: str
    arguments: dict[str, Any]


_HOLDERS: list[list[Held]] = []


class Retry(Exception):
    """The job is not done and asks to be run again after ``seconds``."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


class JobFailed(Exception):
    """A job raised while ``run_all`` ran it."""


class _AgainLater(BaseRetryStrategy):
    """``Retry`` names its own pause; any other failure is tried again with growing pauses, six times."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Pause before the next attempt, or None to give up and leave the row as failed."""
        if isinstance(exception, Retry):
            return RetryDecision(retry_in={"seconds": exception.seconds})
        if job.attempts >= len(_PATIENCE_SECONDS):
            return None
        return RetryDecision(retry_in={"seconds": _PATIENCE_SECONDS[job.attempts]})


def handler(name: str) -> Callable[[Handler], Handler]:
    """Register the handler of a named job; the name is ``room.verb_noun`` and never changes."""

    def register(function: Handler) -> Handler:
        assert name not in _HANDLERS or _HANDLERS[name].__qualname__ == function.__qualname__, name
        if name not in _HANDLERS:
            app.task(name=name, retry=_AgainLater(), pass_context=False)(function)
        _HANDLERS[name] = function
        return function

    return register


def every(cron: str, name: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Run a function at the minutes a cron line names, once whatever the number of workers."""

    def register(function: Callable[[], None]) -> Callable[[], None]:
        def at_the_hour(timestamp: int) -> None:
            function()

        app.periodic(cron=cron)(app.task(name=name, pass_context=False)(at_the_hour))
        _HANDLERS[name] = lambda timestamp=0: function()
        return function

    return register


def plan(
    name: str, *, at: datetime | None = None, queue: str = "default", lock: str | None = None, **arguments: Any
) -> int:
    """Write a job row in the current transaction; it runs after commit, not before ``at``.

    ``arguments`` are plain JSON values: ids, never names, identifiers or phones. ``lock`` runs jobs of that
    lock one after another. Returns the job's id.
    """
    if _HOLDERS:
        transaction.on_commit(partial(_HOLDERS[-1].append, Held(name, arguments)))
        return 0
    pause = None
    if at is not None:
        seconds = int((at - clock.now()).total_seconds())
        pause = {"seconds": seconds} if seconds > 0 else None
    options: dict[str, Any] = {"queue": queue}
    if lock is not None:
        options["lock"] = lock
    if pause is not None:
        options["schedule_in"] = pause
    return int(app.configure_task(name, **options).defer(**arguments))


@contextmanager
def held() -> Iterator[list[Held]]:
    """For whoever plays history: jobs planned in this block by this process are not written but handed over.

    The list grows as transactions commit, and whoever holds it does the work himself, at the moments of his history.
    Nothing else does: a worker that runs beside would do it at the hour of the clock.
    """
    mine: list[Held] = []
    _HOLDERS.append(mine)
    try:
        yield mine
    finally:
        _HOLDERS.pop()


def perform(job: Held, **more: Any) -> None:
    """Do a held job now, in this process; whatever its handler raises is raised, ``Retry`` too.

    ``more`` is what only whoever plays history knows, such as the moment.
    """
    _HANDLERS[job.name](**job.arguments, **more)


def run_all(*, until: timedelta = timedelta(0), limit: int = 1000) -> int:
    """Run every due job in this process, oldest first, also those they plan; the number run.

    For tests, the demo's building and the simulation. ``until`` also runs what is scheduled that far ahead.
    A handler's ``Retry`` puts the job back after its pause; any other error is raised as ``JobFailed``.
    """
    done = 0
    while done < limit:
        due = rows(
            "SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo'"
            " AND (scheduled_at IS NULL OR scheduled_at <= clock_timestamp() + %s) ORDER BY id LIMIT 1",
            [until],
        )
        if not due:
            return done
        _run_one(due[0])
        done += 1
    raise JobFailed(f"more than {limit} jobs: does one plan itself for ever?")


def _run_one(found: dict[str, Any]) -> None:
    arguments = found["args"] if isinstance(found["args"], dict) else json.loads(found["args"])
    execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [found["id"]])
    try:
        _HANDLERS[found["task_name"]](**arguments)
    except Retry as again:
        execute(
            "UPDATE procrastinate_jobs SET status = 'todo', attempts = attempts + 1,"
            " scheduled_at = clock_timestamp() + make_interval(secs => %s) WHERE id = %s",
            [again.seconds, found["id"]],
        )
        return
    except Exception as error:
        execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [found["id"]])
        raise JobFailed(found["task_name"]) from error
    execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [found["id"]])
