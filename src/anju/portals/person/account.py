"""Which account a page is about, and the words for a member who has none or whose account stands still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse

from anju.accounts import queries as accounts
from anju.accounts.types import AccountState, Movement, Overview
from anju.identity.principal import Principal
from anju.identity.types import MandateFacts, Role
from anju.parties import queries as parties
from anju.parties.types import UnitFacts
from anju.portals.common import actor_of, moment_of
from anju.portals.person.promises import promised

LONGEST_SEQ = 2**63 - 1
#: Two years of month-ends are drawn on the home page.
CHART_MONTHS = 24


@dataclass(frozen=True)
class Standing:
    """A state of the account that a member must be told of: why, and what to do."""

    title: str
    text: str
    to_do: str
    state: str = "wait"
    href: str = ""
    act: str = ""


def address(name: str, *args: object, fallback: str = "") -> str:
    """The address of a page of any portal, or the fallback while no such page is served."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return fallback


def to_step_up(wanted: str) -> HttpResponse:
    """To the page that asks for a fresh proof, and on to `wanted` from there."""
    return redirect(f"{reverse('step-up')}?{urlencode({'next': wanted})}")


def account_id_of(request: HttpRequest) -> int | None:
    """The caller's own account; never taken from the address."""
    person_id = actor_of(request).person_id
    return None if person_id is None else accounts.account_of_person(person_id)


def own_overview(request: HttpRequest) -> Overview | None:
    """The caller's own account with its money, in one query; None for somebody who has none here."""
    person_id = actor_of(request).person_id
    return None if person_id is None else accounts.own_overview(person_id)


def own_movement(request: HttpRequest, seq: int) -> Movement:
    """One line of the caller's own account, in two queries; anybody else's is not there."""
    person_id = actor_of(request).person_id
    if person_id is None or not 0 < seq <= LONGEST_SEQ:
        raise Http404("没有这条明细：请核对流水。")
    return accounts.own_movement(person_id, seq)


def tail_of(account_id: int) -> str:
    """The last four digits of an account's number."""
    return f"{account_id:04d}"[-4:]


def unit_of(account: Overview, *, on: date) -> UnitFacts | None:
    """The employer the account stands under now."""
    if account.unit_id is None:
        return None
    return parties.unit(account.centre_id, account.unit_id, on=on)


def member_capacity(principal: Principal) -> MandateFacts | None:
    """The member's capacity of somebody who acts in another one now."""
    return next((held for held in principal.mandates if held.role is Role.MEMBER), None)


def standing_of(account: Overview) -> Standing | None:
    """Why this account cannot do everything, if so; frozen weighs more than sealed."""
    if account.frozen:
        return Standing(
            "账户已冻结", "有权机关要求冻结了您的账户。冻结期间可以查询和开证明，不能提取；利息照常计算。",
            "请向作出冻结决定的机关了解原因和解除办法。不知道是哪个机关，可以致电 12329 或到柜台查询。",
        )  # fmt: skip
    if account.state is AccountState.SEALED:
        return Standing(
            "账户已封存",
            "单位不再为您缴存，账户转为封存。钱还在您名下，照常计息，可以查询、开证明，符合条件的可以提取。",
            "到新单位后请新单位为您“启封”，不要另开新户。离职后再就业但一直没有启封，请联系单位经办人。",
            state="info",
        )  # fmt: skip
    if account.state > AccountState.SEALED:
        return Standing(
            f"账户已{account.state.zh}", "这个账户已经结束，只能查询历史明细。",
            "以后重新就业缴存时，单位会为您设立账户，仍用您本人的证件号码。", state="info",
        )  # fmt: skip
    return None


def no_account_page(request: HttpRequest) -> HttpResponse:
    """The page in place of any page about an account, for a member who has none here."""
    return render(request, "person/no_account.html", promised(moment_of(request).date(), "hiring_days"))
