"""The small centre of a simulation: its staff, units and members, its bank, and the clock that only it moves."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import TypeVar

from django.conf import settings
from django.db import transaction

from anju import jobs, policy
from anju.accounts import actions as accounts
from anju.accounts.jobs import make_partitions
from anju.command.simulation.model import Model
from anju.contributions.types import RemittancePosted, RemittanceReversed
from anju.exchange import fakes
from anju.exchange.fakes import FakeAgencies
from anju.exchange.types import Kind
from anju.identity import actions as identity
from anju.identity.types import STAFF_ROLES, Role
from anju.kernel import clock
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.events import listen, listeners_kept
from anju.kernel.identifiers import IdKind, check_id18, check_uscc
from anju.kernel.month import Month
from anju.ledger import queries as books
from anju.ledger.actions import open_days
from anju.parties import actions as parties
from anju.parties.types import PersonDraft
from anju.policy.formulas.interest import basis_points
from anju.treasury import actions as treasury
from anju.treasury import bank as bank_port
from anju.treasury.fake_bank import FakeBank
from anju.treasury.types import EntryNotice, PaymentReturned, PaymentSettled
from anju.withdrawals import queries as withdrawals
from anju.withdrawals.types import Reason, WithdrawalPaid, WithdrawalPaidAgain, WithdrawalReturned, WithdrawalWaits

Chosen = TypeVar("Chosen")

CENTRE_ACCOUNT, CENTRE_NAME = "7001000000000001", "模拟中心"
RECENT = 40
"""How many notices, cases and payments are remembered for later mischief."""


@dataclass
class Person:
    """Somebody with an account, as their unit knows them."""

    name: str
    id_number: str
    phone: str
    person_id: int
    account_id: int
    bases: dict[int, int]
    """Base from a month's number on."""
    sealed: bool = False
    closed: bool = False
    actor: Actor | None = None
    """Their log-in, once they opened one; with a card bound."""

    @property
    def card(self) -> str:
        return f"62170098{self.phone}"

    def base_fen(self, month: Month) -> int | None:
        """The base in force in a month; None before the first one."""
        known = [number for number in self.bases if number <= month.number]
        return self.bases[max(known)] if known else None


@dataclass
class Unit:
    """An employer, its two agents and its people by account."""

    unit_id: int
    name: str
    bank_account: str
    agent: Actor
    second: Actor
    needs_second: bool
    first_month: date
    people: dict[int, Person] = field(default_factory=dict)

    def normal(self) -> list[Person]:
        return [one for one in self.people.values() if not one.sealed and not one.closed]

    def sealed(self) -> list[Person]:
        return [one for one in self.people.values() if one.sealed and not one.closed]


@dataclass
class Task:
    """A planned job and when it may run."""

    due: datetime
    held: jobs.Held


@dataclass
class Town:
    """What the simulation knows. Everything it decides with comes from here or from the product's own queries."""

    at: datetime
    bank: FakeBank
    agencies: FakeAgencies
    planned: list[jobs.Held]
    model: Model = field(default_factory=Model)
    units: list[Unit] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    late: list[EntryNotice] = field(default_factory=list)
    told: deque[EntryNotice] = field(default_factory=lambda: deque(maxlen=RECENT))
    cases: deque[tuple[int, Actor]] = field(default_factory=lambda: deque(maxlen=RECENT))
    lines: list[EntryNotice] = field(default_factory=list)
    """Everything the bank booked on the account, in its order: what its statements say."""
    debits: dict[str, EntryNotice] = field(default_factory=dict)
    """Of our payments, by their serials; and what came back of them."""
    given_back: dict[str, EntryNotice] = field(default_factory=dict)
    stated: int = 0
    """How many of the lines a statement has told."""
    settled: deque[int] = field(default_factory=lambda: deque(maxlen=RECENT))
    actors: dict[str, Actor] = field(default_factory=dict)
    bank_account_id: int = 0
    count: int = 0
    rate_days: list[date] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """What the acts of the running step came to."""
    tally: Counter[str] = field(default_factory=Counter)
    """The same of all steps, counted by operation."""

    @property
    def centre_id(self) -> int:
        return settings.ANJU_CENTRE_ID

    @property
    def today(self) -> date:
        return self.at.date()

    @property
    def booked_on(self) -> date:
        """The business date of a posting now."""
        return books.business_date(self.centre_id, self.at)

    @property
    def people(self) -> list[Person]:
        return [one for unit in self.units for one in unit.people.values()]

    def actor(self, key: str) -> Actor:
        return self.actors[key]

    def next(self) -> int:
        self.count += 1
        return self.count

    def book(self, notice: EntryNotice) -> EntryNotice:
        """The bank writes a line; it stands in its next statement."""
        self.lines.append(notice)
        return notice

    @property
    def bank_day(self) -> date:
        """The bank's day never goes back."""
        return max(self.lines[-1].entry_date, self.today) if self.lines else self.today

    def pass_time(self, seconds: int) -> None:
        """Move the clock. It never runs past the last day that the rules of the city are known for."""
        from anju.command.simulation.plan import LAST_DAY

        month = self.at.month
        moved = self.at + timedelta(seconds=seconds)
        if moved.date() > LAST_DAY:
            moved = self.at + timedelta(seconds=min(seconds, 1))
        self.at = moved
        if month != self.at.month:
            make_partitions()

    def take_planned(self) -> None:
        """Jobs that committed acts planned join the queue."""
        self.tasks += [Task(self.at, held) for held in self.planned]
        self.planned.clear()

    def draw(self, chance: Random, among: list[Chosen]) -> Chosen | None:
        """One of a list, or None of an empty one."""
        return chance.choice(among) if among else None


# ------------------------------------------------------------------------------------------------------ identity


def id_number(n: int) -> str:
    """A citizen number of an invented person of a region that does not exist, with its check digit."""
    born = date(1970, 1, 1) + timedelta(days=n * 7 % 11_000)
    body = f"700100{born:%Y%m%d}{n % 1000:03d}"
    return body + (check_id18(body + "0").correct_char or "")


def unit_code(n: int) -> str:
    body = f"91700100MA{n:07d}"
    return body + (check_uscc(body + "0").correct_char or "")


def log_in(town: Town, name: str, role: Role, *, unit_id: int | None = None, person_id: int | None = None,
           number: str = "") -> Actor:  # fmt: skip
    """Somebody with a log-in and an office, bound to a person of their own."""
    n = town.next()
    number = number or id_number(n + 400_000)
    if person_id is None:
        person_id = parties.find_or_create_people(
            [PersonDraft(name, IdKind.ID18, number)], centre_id=town.centre_id, at=town.at
        )[0].person_id
    machine = Actor.machine(town.centre_id, "simulation")
    staff = role in STAFF_ROLES
    login_id = identity.register(
        name=name, id_kind=IdKind.ID18.value, id_number=number, phone=f"1601{n:07d}", at=town.at, staff=staff
    )
    identity.bind_person(login_id, person_id, actor=machine, at=town.at)
    identity.grant_mandate(login_id, role, actor=machine, at=town.at, unit_id=unit_id)
    return Actor(login_id, person_id, role.value, unit_id, name, town.centre_id)


STAFF = {
    "clerk": Role.CLERK, "second_clerk": Role.CLERK, "reviewer": Role.REVIEWER, "treasurer": Role.TREASURER,
    "second_treasurer": Role.TREASURER, "third_treasurer": Role.TREASURER, "accountant": Role.ACCOUNTANT,
    "second_accountant": Role.ACCOUNTANT,
}  # fmt: skip


@contextmanager
def town(span: timedelta) -> Iterator[Town]:
    """The centre on its first day, on an empty migrated database; clock, bank, agencies and jobs are its own."""
    from anju.command.simulation.plan import LAST_DAY

    first = datetime.combine(LAST_DAY, time(9), ZONE) - span
    with ExitStack() as stack:
        stack.enter_context(listeners_kept())
        agencies = stack.enter_context(fakes.agencies())
        bank = FakeBank()
        stack.enter_context(bank_port.using(bank))
        made = Town(first, bank, agencies, stack.enter_context(jobs.held()))
        stack.enter_context(_clock_of(made))
        _listen(made)
        _settle(made)
        yield made


@contextmanager
def _clock_of(town: Town) -> Iterator[None]:
    """Who asks what time it is, is answered by the town."""
    real = clock.now
    clock.now = lambda: town.at
    try:
        yield
    finally:
        clock.now = real


def _settle(town: Town) -> None:
    make_partitions()
    open_days(town.centre_id, town.today, town.today)
    book = policy.book(settings.ANJU_CITY)
    accounts.load_rates(book, centre_id=town.centre_id, at=town.at)
    for one in book.history("interest.rate"):
        assert isinstance(one.value, Decimal), "a rate is a number"
        town.model.rates.append((one.starts_on, basis_points(one.value)))
    for key, role in STAFF.items():
        town.actors[key] = log_in(town, "职员", role)
    town.bank_account_id = treasury.open_bank_account(
        town.centre_id, number=CENTRE_ACCOUNT, name=CENTRE_NAME, bank_name="模拟银行", actor=town.actor("treasurer"),
        at=town.at,
    )  # fmt: skip
    treasury.sign_mandate(
        limit_fen=book.fen("treasury.mandate_limit", town.today), starts_on=town.today,
        ends_on=town.today + timedelta(days=4 * 365), actor=town.actor("treasurer"), at=town.at,
    )  # fmt: skip
    town.agencies.knows(Kind.MARRIAGE, {"status": "single", "spouse": None})
    town.agencies.knows(Kind.HOMES, {"homes": 0, "items": []})


# ---------------------------------------------------------------------------------------------------------- news


def _listen(town: Town) -> None:
    """The model learns what is committed, and only that."""
    model = town.model

    def after_commit(learn: Callable[[], object]) -> None:
        transaction.on_commit(lambda: learn() and None)

    def posted(news: RemittancePosted) -> None:
        after_commit(partial(model.post, news.remittance_id, on=news.posted_on))

    def reversed_(news: RemittanceReversed) -> None:
        after_commit(partial(model.unpost, news.remittance_id, on=town.booked_on))

    def closed(account_id: int, is_closed: bool) -> None:
        for person in town.people:
            if person.account_id == account_id:
                person.closed = is_closed

    def paid(news: WithdrawalPaid) -> None:
        closing = withdrawals.by_ids(news.account_id, [news.withdrawal_id])[news.withdrawal_id].closes_on
        if closing is not None:
            after_commit(
                partial(model.close_out, news.withdrawal_id, news.account_id, news.amount_fen, closes_on=closing,
                        booked_on=town.booked_on)  # fmt: skip
            )
            after_commit(partial(closed, news.account_id, True))
            return
        after_commit(
            partial(model.pay_out, news.withdrawal_id, news.account_id, news.amount_fen, booked_on=town.booked_on,
                    value_on=news.value_on)  # fmt: skip
        )

    def returned(news: WithdrawalReturned) -> None:
        after_commit(partial(model.give_back, news.withdrawal_id, on=town.booked_on))
        if news.reason is Reason.RETIREMENT:
            after_commit(partial(closed, news.account_id, False))

    def waits(news: WithdrawalWaits) -> None:
        if news.came_back:
            after_commit(partial(model.waiting.__setitem__, news.withdrawal_id, news.amount_fen))

    def paid_again(news: WithdrawalPaidAgain) -> None:
        after_commit(partial(model.waiting.pop, news.withdrawal_id))

    def left(news: PaymentSettled) -> None:
        def learn() -> None:
            model.deposits_fen -= news.amount_fen
            town.settled.append(news.order_id)

        after_commit(learn)

    def came_back(news: PaymentReturned) -> None:
        def learn() -> None:
            model.deposits_fen += news.amount_fen if news.after_settlement else 0

        after_commit(learn)

    listen(RemittancePosted, posted)
    listen(RemittanceReversed, reversed_)
    listen(WithdrawalPaid, paid)
    listen(WithdrawalReturned, returned)
    listen(WithdrawalWaits, waits)
    listen(WithdrawalPaidAgain, paid_again)
    listen(PaymentSettled, left)
    listen(PaymentReturned, came_back)
