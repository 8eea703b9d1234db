"""Closing a year (年结) and distributing its value-added income: the books' own acts, by the offices of this room."""

from __future__ import annotations

from datetime import datetime

from anju.closing.actions.ground import accountant, signer
from anju.kernel.actor import Actor
from anju.ledger import periods
from anju.ledger import queries as books
from anju.ledger.types import Distribution, DistributionPlan, Period


def close_year(centre_id: int, year: int, *, actor: Actor, at: datetime) -> Period:
    """Carry the year's value-added income to what is to be distributed; by an accountant. Refuses as the books do."""
    accountant(actor)
    return periods.close_year(centre_id, year, actor=actor, at=at)


def reopen_year(centre_id: int, year: int, *, actor: Actor, at: datetime) -> Period:
    """Take back the closing of a year that nobody has signed; by an accountant. Refuses as the books do."""
    accountant(actor)
    return periods.reopen_year(centre_id, year, actor=actor, at=at)


def sign_year(centre_id: int, year: int, *, actor: Actor, at: datetime) -> Period:
    """Sign a closed year as a second person, when December is signed and the income is distributed."""
    signer(actor)
    return periods.sign_year(centre_id, year, actor=actor, at=at)


def propose_distribution(
    centre_id: int, year: int, plan: DistributionPlan, *, actor: Actor, at: datetime
) -> Distribution:
    """Enter the committee's plan for a closed year's income (FUND-21); by an accountant. Refuses as the books do.

    The same plan by the same person changes nothing.
    """
    person = accountant(actor)
    known = books.distribution(centre_id, year)
    if known is not None and known.signed_at is None and (known.plan, known.maker_person_id) == (plan, person):
        return known
    return periods.propose_distribution(centre_id, year, plan, actor=actor, at=at)


def sign_distribution(centre_id: int, year: int, *, actor: Actor, at: datetime) -> Distribution:
    """Sign the plan as a second person: its parts are drawn and carried."""
    signer(actor)
    return periods.sign_distribution(centre_id, year, actor=actor, at=at)
