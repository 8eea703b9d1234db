"""The unit a request acts for: always the caller's own capacity, never an id from the address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from anju.accounts import queries as accounts
from anju.contributions.queries.units import unit_of
from anju.kernel.identifiers import mask_id
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.parties import queries as parties
from anju.parties.types import UnitFacts
from anju.portals.common import actor_of, moment_of


@dataclass(frozen=True)
class Member:
    """A member as their employer sees them: contribution data, never the balance."""

    account_id: int
    person_id: int
    name: str
    number: str


def unit_id_of(request: HttpRequest) -> int:
    """The unit of the capacity acted in."""
    unit_id = actor_of(request).unit_id
    assert unit_id is not None, "the permission lets only unit roles in"
    return unit_id


def unit_here(request: HttpRequest) -> UnitFacts:
    """The unit with the terms of this month."""
    return unit_of(actor_of(request).centre_id, unit_id_of(request), month=Month.of(moment_of(request).date()))


def members(account_ids: Sequence[int]) -> dict[int, Member]:
    """Names and masked numbers behind accounts, in two statements."""
    people = accounts.person_ids(list(account_ids))
    known = parties.people(list(people.values()))
    return {
        account_id: Member(account_id, person_id, known[person_id].name, mask_id(known[person_id].id_number))
        for account_id, person_id in people.items()
        if person_id in known
    }


def month_of(number: int) -> Month:
    """A month from an address, or a 404."""
    try:
        return Month.from_number(number)
    except (ValueError, AssertionError) as error:
        raise Refusal("month_unknown", "没有这个月份。", status=404) from error
