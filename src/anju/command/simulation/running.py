"""Living through steps, and stopping at the first thing that must not be."""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from anju.command.simulation import (  # noqa: F401  (what may happen registers itself)
    bank,
    bank_entries,
    batches,
    books,
    closing,
    employers,
    hours,
    rents,
    returns,
    statements,
    suspense,
)
from anju.command.simulation.acting import Violation
from anju.command.simulation.plan import OPERATIONS, Step
from anju.command.simulation.proving import Totals, prove_all
from anju.command.simulation.town import Town, town

LAST_SHOWN = 30


@dataclass(frozen=True)
class Failure:
    """The step at which something broke, what it was, and the steps before it with what they came to."""

    step: Step
    kind: str
    """The same for the same fault: the exception's type, and for a violation its words without numbers."""
    text: str
    history: tuple[str, ...]


Progress = Callable[[int, Town], None]


def run(steps: Iterable[Step], *, span: timedelta, check_every: int, progress: Progress | None = None
        ) -> Failure | None:  # fmt: skip
    """Live through the steps on an empty database; None when all held, else the first failure."""
    history: deque[str] = deque(maxlen=LAST_SHOWN)
    done, step = 0, None
    with town(span) as here:
        totals = Totals()
        for step in steps:
            failure = _live(here, step, totals, history, prove_now=check_every and (done + 1) % check_every == 0)
            if failure is not None:
                return failure
            done += 1
            if progress is not None:
                progress(done, here)
        return None if step is None else _guarded(here, step, history, lambda: prove_all(here))


def _live(town: Town, step: Step, totals: Totals, history: deque[str], *, prove_now: object) -> Failure | None:
    def live() -> None:
        town.pass_time(step.gap)
        OPERATIONS[step.name].run(town, Random(step.seed))  # noqa: S311  (a simulation, not a secret)
        totals.look(town)
        if prove_now:
            prove_all(town)

    town.said.clear()
    return _guarded(town, step, history, live)


def _guarded(town: Town, step: Step, history: deque[str], do: Callable[[], None]) -> Failure | None:
    kind, text = "", ""
    try:
        do()
    except Violation as violation:
        text = str(violation)
        kind = "".join(char for char in text if not char.isdigit())[:40]
    except Exception as error:  # whatever else is raised is a fault as well
        kind, text = type(error).__name__, "".join(traceback.format_exception(error, limit=-12))
    town.tally.update(f"{step.name}: {said}" for said in town.said)
    history.append(f"{town.at:%Y-%m-%d %H:%M:%S}  {step}  {', '.join(town.said)}")
    return Failure(step, kind, text, tuple(history)) if kind else None
