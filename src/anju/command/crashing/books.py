"""What an accountant and a treasurer do in a process of their own; everything here may be begun again at any point."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from anju.accounts.queries import latest_trial
from anju.accounts.queries.levels import year_settled
from anju.closing import actions, queries
from anju.closing.types import Run, RunKind, RunState
from anju.kernel import clock
from anju.kernel.actor import Actor
from anju.kernel.month import Month
from anju.treasury.actions import import_statement

WORDS = "本中心按季取对账单，季末一并核对"
SETTLING_SECONDS = 110
"""How long the worker may take to post a signed year's interest, killed and taken up again."""


@dataclass(frozen=True)
class Books:
    """One who works and one who signs; the second may be an accountant too."""

    centre_id: int
    accountant: Actor
    treasurer: Actor
    explained: list[str] = field(default_factory=list)
    """What differed and had to be explained."""

    @property
    def at(self) -> datetime:
        return clock.now()

    def statement(self, path: str) -> None:
        """Take what the bank says of the account."""
        import_statement(Path(path).read_bytes(), "statement.csv", actor=self.treasurer, at=self.at)

    def days(self, through: str) -> None:
        """Close every day up to this one, and sign."""
        last = date.fromisoformat(through)
        while (queries.signed_through(self.centre_id) or date.min) < last:
            live = queries.live_run(self.centre_id, RunKind.DAY)
            if live is None:
                live = actions.start_day(self.centre_id, last, actor=self.accountant, at=self.at)
            self._finish(live)

    def month(self, text: str) -> None:
        """Close the month and sign."""
        month = Month.parse(text)
        while queries.first_open_month(self.centre_id).number <= month.number:
            live = queries.live_run(self.centre_id, RunKind.MONTH)
            if live is None:
                live = actions.start_month(self.centre_id, month, actor=self.accountant, at=self.at)
            self._finish(live)

    def _finish(self, run: Run) -> None:
        run = queries.run(self.centre_id, run.run_id)
        while run.state is RunState.RUNNING and not run.ready:
            step = run.next_step
            for one in step.findings if step else ():
                self.explained.append(f"{run.title}: {one.level} {one.text} {one.left_fen} {one.right_fen}")
                actions.explain(self.centre_id, run.run_id, one.digest, WORDS, actor=self.accountant, at=self.at)
            run = actions.advance(self.centre_id, run.run_id, actor=self.accountant, at=self.at)
        if run.state is RunState.RUNNING:
            run = actions.submit(self.centre_id, run.run_id, actor=self.accountant, at=self.at)
        if run.state is RunState.TO_SIGN:
            actions.sign(self.centre_id, run.run_id, digest=run.report_digest, actor=self.treasurer, at=self.at)

    def interest(self, text: str) -> None:
        """Try the year's interest, order it, sign it; the worker posts it."""
        year = int(text)
        order = queries.order_of(self.centre_id, year)
        if order is None or order.signed_at is None:
            actions.try_interest(self.centre_id, year, actor=self.accountant, at=self.at)
            trial = latest_trial(self.centre_id, year)
            assert trial is not None
            actions.order_interest(self.centre_id, year, trial.run_id, actor=self.accountant, at=self.at)
            actions.sign_interest(self.centre_id, year, trial.run_id, actor=self.treasurer, at=self.at)
        until = time.monotonic() + SETTLING_SECONDS
        while not year_settled(self.centre_id, year) and time.monotonic() < until:
            time.sleep(0.2)
        assert year_settled(self.centre_id, year), "the worker never posted the interest"
