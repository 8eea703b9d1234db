"""The offer of the home page: what rent could be taken now and why, before anything is typed.

Where the member has stated a rent before, it is that rent. Where not, the rules are asked with a rent so high that
it binds nothing, and every line that would repeat this made-up rent is left out of what is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from anju.casework import actions as casework
from anju.casework import queries as cases
from anju.casework.types import Outcome, Verdict
from anju.kernel.actor import Actor
from anju.kernel.explained import Condition, Working
from anju.kernel.money import format_fen
from anju.kernel.month import Month
from anju.portals.person.filing import RENT
from anju.portals.person.receipts import as_read

FIELD = "monthly_rent"
UNSTATED_FEN = 999_999_999_99
UNSTATED = format_fen(UNSTATED_FEN)


@dataclass(frozen=True)
class Offer:
    """What the rules answered now. `stated`: with a rent the member gave before."""

    verdict: Verdict
    working: Working
    month: Month
    stated: bool
    running: bool

    @property
    def granted(self) -> bool:
        return self.verdict.outcome is Outcome.GRANT

    @property
    def refused(self) -> bool:
        return self.verdict.outcome is Outcome.REFUSE

    @property
    def amount_fen(self) -> int | None:
        return self.verdict.amount_fen

    @property
    def broken(self) -> tuple[Condition, ...]:
        """The tests that stand against it."""
        return tuple(test for test in self.working.conditions if test.met is False)

    @property
    def text(self) -> str:
        """One sentence: the rule's own where the rent is known, else what the amount depends on."""
        if self.stated or not self.granted:
            return self.verdict.text
        return "您符合条件。这是按上限和余额算的；房租低于这个数的，按实际房租提取。"


def last_rent(actor: Actor) -> int | None:
    """The rent stated in the newest case of this kind."""
    found = cases.cases_of(actor, service=RENT, limit=1)
    rent = cases.case_for(actor, found[0].case_id).answers.get(FIELD) if found else None
    return rent if isinstance(rent, int) else None


def rent_offer(actor: Actor, *, at: datetime) -> Offer:
    """Ask the rules; agencies are asked too, so this is no part of a page that must come at once."""
    rent = last_rent(actor)
    seen = casework.preview(
        RENT, {FIELD: UNSTATED_FEN if rent is None else rent}, actor=actor, at=at
    )
    working = seen.verdict.working or Working()
    shown = working if rent is not None else without_unstated(working)
    running = bool(seen.facts.get("other_case_running", False))
    return Offer(seen.verdict, as_read(shown), Month.of(at.date()), rent is not None, running)


def without_unstated(working: Working) -> Working:
    """The same working without the lines that speak of the made-up rent."""
    return replace(
        working,
        conditions=tuple(test for test in working.conditions if not _speaks(*(fact.text for fact in test.facts))),
        terms=tuple(term for term in working.terms if not _speaks(term.expression)),
        steps=tuple(step for step in working.steps if not _speaks(step.expression, step.value)),
    )


def _speaks(*texts: str) -> bool:
    return any(UNSTATED in text for text in texts)
