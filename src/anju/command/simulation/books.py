"""What happens to accounts and books themselves: freezes, counter-entries, new rates, the year's interest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from django.conf import settings

from anju import policy
from anju.accounts import actions as accounts
from anju.accounts import queries as account_queries
from anju.accounts.types import FreezeKind, LineKind
from anju.command.simulation.acting import act
from anju.command.simulation.model import Entry
from anju.command.simulation.plan import LAST_DAY, operation
from anju.command.simulation.town import Town
from anju.database.sql import row
from anju.kernel.month import interest_year
from anju.ledger.posting_rules import PostingRule
from anju.policy import Book


@operation(4)
def freeze(town: Town, chance: Random) -> None:
    """An authority freezes an amount, all payments or all movements, for a while or for good."""
    person = town.draw(chance, town.people)
    if person is None:
        return
    kind = chance.choice(list(FreezeKind))
    amount = chance.randint(1, 900_000) if kind is FreezeKind.AMOUNT else None
    until = town.today + timedelta(days=chance.randint(0, 60)) if chance.random() < 0.5 else None
    document = chance.choice(("（模拟）1 号", "（模拟）1 号", "（模拟）1 号", " "))
    act(
        town, chance,
        lambda: accounts.freeze(
            person.account_id, kind=kind, authority="模拟法院", document=document, at=town.at, amount_fen=amount,
            until_on=until,
        ),
        once=False, refused=not document.strip(),
    )  # fmt: skip


@operation(6)
def lift_freeze(town: Town, chance: Random) -> None:
    """A freeze ends by its document; one that has ended cannot end again."""
    person = town.draw(chance, [one for one in town.people if account_queries.freezes(one.account_id)])
    if person is None:
        return
    found = chance.choice(account_queries.freezes(person.account_id))
    act(town, chance, lambda: accounts.unfreeze(person.account_id, found.n, document="（模拟）2 号", at=town.at))


@operation(2)
def reverse_line(town: Town, chance: Random) -> None:
    """One person's line of a month goes back to where the money came from, once; then the whole month cannot."""
    remittance_id = town.draw(chance, [key for key, lines in town.model.posted.items() if lines][-12:])
    if remittance_id is None:
        return
    account_id, entry = chance.choice(town.model.posted[remittance_id])
    lines = account_queries.movements(account_id, limit=100)
    line = next(
        (one for one in lines if one.kind is LineKind.REMITTANCE and one.credit_fen
         and one.source_id == remittance_id), None,
    )  # fmt: skip
    if line is None:
        return
    key = f"simulation:line:{account_id}:{line.seq}"
    clerk, reviewer = town.actor("clerk").person_id, town.actor("reviewer").person_id
    whose = row("SELECT unit_id FROM remittance WHERE remittance_id = %s", [remittance_id])
    assert whose is not None

    def reverse() -> object:
        return accounts.reverse_line(
            account_id, line.seq, key=key, rule=PostingRule.REMITTANCE_REVERSED, maker=clerk, checker=reviewer,
            reason="记错", at=town.at, bank_account_id=town.bank_account_id, unit_id=whose["unit_id"],
        )  # fmt: skip

    if act(town, chance, reverse).done:
        _learn_reversed(town, key, account_id, entry)


def _learn_reversed(town: Town, key: str, account_id: int, entry: Entry) -> None:
    """A line is reversed once under one key, however often it was asked for."""
    if key in town.model.taken_back:
        return
    town.model.taken_back.add(key)
    town.model.move(account_id, -entry.fen, booked_on=town.booked_on, value_on=entry.value_on)
    town.model.deposits_fen -= entry.fen


@operation(1)
def new_rate(town: Town, chance: Random) -> None:
    """A rate is published for a day to come; one for a day that bears interest already is refused."""
    if town.today >= LAST_DAY - timedelta(days=40) or len(town.model.rates) > 20:
        return
    day = max(town.today, town.model.rates[-1][0]) + timedelta(days=chance.randint(1, 30))
    rate = chance.randint(30, 350)
    clerk = town.actor("clerk")
    done = act(town, chance, lambda: accounts.load_rates(
        _book(town, (day, rate)), centre_id=town.centre_id, at=town.at, actor=clerk))  # fmt: skip
    if done.done and (day, rate) not in town.model.rates:
        town.model.rates.append((day, rate))


def _book(town: Town, *fresh: tuple[date, int]) -> Book:
    """The city's rules with the rates that were published in this run."""
    book = policy.book(settings.ANJU_CITY)
    published = book.history("interest.rate")
    known = {one.starts_on for one in published}
    later = [one for one in (*town.model.rates, *fresh) if one[0] not in known]
    added = tuple(
        replace(published[-1], starts_on=day, ends_on=None, value=Decimal(rate) / 10_000) for day, rate in later
    )
    files = dict(book.parameters)
    values = tuple(replace(one, ends_on=None) for one in published) + added
    files["interest.rate"] = replace(files["interest.rate"], values=values, beneath=None)
    return replace(book, parameters=files)


@operation(3)
def settle_year(town: Town, chance: Random) -> None:
    """The year's interest: too early it is refused; late, twice or stopped half-way it is settled once."""
    year = interest_year(town.today)
    if chance.random() < 0.2:
        act(town, chance, lambda: accounts.settle_interest(town.centre_id, year, at=town.at), whole=False, refused=True)
    act(town, chance, lambda: accounts.settle_interest(town.centre_id, year - 1, at=town.at), whole=False)
