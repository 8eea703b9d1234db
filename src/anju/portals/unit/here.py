"""The unit a request acts for: always the caller's own capacity, never an id from the address. And its staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import HttpRequest

from anju.accounts import queries as accounts
from anju.contributions.queries.units import unit_of
from anju.kernel.identifiers import mask_id
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.parties import queries as parties
from anju.parties.types import UnitFacts
from anju.portals.common import actor_of, moment_of

LARGEST = 2**62
NATURES = {
    "10": "国家机关", "20": "事业单位", "30": "国有企业", "31": "城镇集体企业", "32": "外商投资企业",
    "33": "城镇私营企业", "39": "其他城镇企业", "40": "民办非企业单位", "50": "社会团体", "71": "个体工商户",
    "72": "自由职业者", "90": "其他",
}  # fmt: skip


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


def nature_of(unit: UnitFacts) -> str:
    """单位性质 in words; what was registered in words stays as it is."""
    return NATURES.get(unit.nature, unit.nature)


def ratios_of(unit: UnitFacts) -> str:
    """单位和个人各 12%, or both when they differ."""
    unit_ratio, person_ratio = unit.unit_ratio, unit.person_ratio
    if unit_ratio == person_ratio:
        return f"单位和个人各 {percent(unit_ratio)}"
    return f"单位 {percent(unit_ratio)}，个人 {percent(person_ratio)}"


def percent(ratio: Decimal | None) -> str:
    """12%, 5.5%; not set yet is said so."""
    return "未设定" if ratio is None else f"{(ratio * 100).normalize():f}%"


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


def id_in(number: int) -> int:
    """An id from an address; one that no table can hold is a 404 like any other that is missing."""
    if number > LARGEST:
        raise Refusal("id_unknown", "没有这一页。", status=404)
    return number


def number_of(raw: str | None, *, fallback: int = 0) -> int:
    """A whole number from a query or a hidden field; nonsense is the fallback."""
    text = raw or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else fallback


def days_until(day: date, *, today: date) -> str:
    """还有 2 天, 今天截止, 已过 3 天."""
    days = (day - today).days
    if days < 0:
        return f"已过 {-days} 天"
    return "今天截止" if days == 0 else f"还有 {days} 天"
