"""Who is there before anything is killed: staff, employers with agents, members with months paid and a card.

Built by the rooms' own actions in this process, on the database of the running centre, in the past of its clock; the
bank outside is told of the same people, and begins with the balance that the books say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.conf import settings

from anju import jobs, policy
from anju.accounts import actions as accounts
from anju.accounts.jobs import make_partitions
from anju.command.crashing.house import House
from anju.command.simulation.town import id_number, unit_code
from anju.contributions import actions as contributions
from anju.contributions.roster.types import ChangeKind, CheckedList, RosterLine
from anju.contributions.types import ListSource
from anju.exchange import fakes
from anju.identity import actions as identity
from anju.identity.types import Role
from anju.kernel import clock
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.identifiers import IdKind
from anju.kernel.money import format_fen
from anju.kernel.month import Month
from anju.ledger.actions import open_days
from anju.parties import actions as parties
from anju.parties.queries import person_by_document
from anju.parties.types import PersonDraft, UnitDraft
from anju.treasury import actions as treasury
from anju.treasury.types import CardCheck, CardStatus, Direction, EntryNotice

ACCOUNT, NAME = "7001000000000001", "碰撞测试中心"
RATIO = Decimal("0.12")
BASE_FEN = 860_000
MONTH_FEN = BASE_FEN * 24 // 100
FIRST = 1000
"""Number of the first member; staff of the new employers begin a thousand later."""
SERIAL = "T"
"""What the bank's serials of the time before begin with."""


@dataclass(frozen=True)
class Member:
    """Somebody who may take out rent."""

    login_id: int
    person_id: int
    name: str
    phone: str
    card: str


@dataclass(frozen=True)
class Employer:
    """A unit whose months its agent declares and pays."""

    unit_id: int
    name: str
    bank_account: str
    login_id: int
    people: int


@dataclass
class Town:
    """Everybody by their log-ins; what was paid before, as the bank has it."""

    first_month: Month
    months: int
    employers: list[Employer] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    staff: dict[str, Actor] = field(default_factory=dict)
    before: list[EntryNotice] = field(default_factory=list)
    bank_account_id: int = 0

    @property
    def centre_id(self) -> int:
        return settings.ANJU_CENTRE_ID

    @property
    def before_fen(self) -> int:
        return sum(one.amount_fen for one in self.before)


STAFF = {
    "clerk": Role.CLERK, "accountant": Role.ACCOUNTANT, "second_accountant": Role.ACCOUNTANT,
    "treasurer": Role.TREASURER, "second_treasurer": Role.TREASURER,
}  # fmt: skip


def build(house: House, *, first_month: Month, months: int, staff: int, renters: int, units: int, people: int) -> Town:
    """An old employer of so many ``staff`` with ``months`` paid, the first of whom are ``renters``; ``units`` new
    employers of so many ``people``, who have every month since ``first_month`` still to declare."""
    town = Town(first_month, months)
    begin = _at(first_month.first_day)
    with jobs.held(), fakes.agencies():
        _settle(town, begin)
        old = _employer(town, 0, staff, begin)
        _history(town, old)
        for n in range(renters):
            town.members.append(_member(town, n, begin))
        for n in range(units):
            town.employers.append(_employer(town, n + 1, people, begin))
    _teach(house, town)
    return town


def _at(day: date) -> datetime:
    return datetime.combine(day, time(9), ZONE)


def _settle(town: Town, begin: datetime) -> None:
    make_partitions()
    # The books began with the running clock; the history below needs the days before.
    open_days(town.centre_id, begin.date(), begin.date())
    accounts.load_rates(policy.book(settings.ANJU_CITY), centre_id=town.centre_id, at=begin)
    for place, (key, role) in enumerate(STAFF.items()):
        person_id, number = _person(town, "职员", 9000 + place, begin)
        login_id = _log_in(town, "职员", number, person_id, role, 9000 + place, begin)
        town.staff[key] = Actor(login_id, person_id, role.value, None, "职员", town.centre_id)
    treasurer = town.staff["treasurer"]
    town.bank_account_id = treasury.open_bank_account(
        town.centre_id, number=ACCOUNT, name=NAME, bank_name="模拟银行", actor=treasurer, at=begin
    )
    treasury.sign_mandate(
        limit_fen=policy.book(settings.ANJU_CITY).fen("treasury.mandate_limit", begin.date()), starts_on=begin.date(),
        ends_on=begin.date() + timedelta(days=3 * 365), actor=treasurer, at=begin,
    )  # fmt: skip


def _person(town: Town, name: str, n: int, at: datetime) -> tuple[int, str]:
    number = id_number(n)
    made = parties.find_or_create_people([PersonDraft(name, IdKind.ID18, number)], centre_id=town.centre_id, at=at)
    return made[0].person_id, number


def _log_in(town: Town, name: str, number: str, person_id: int, role: Role, n: int, at: datetime,
            unit_id: int | None = None) -> int:  # fmt: skip
    machine = Actor.machine(town.centre_id, "crash")
    login_id = identity.register(
        name=name, id_kind=IdKind.ID18.value, id_number=number, phone=f"1601{n:07d}", at=at,
        staff=role in STAFF.values(), password_set_at=clock.now(),
    )  # fmt: skip
    identity.bind_person(login_id, person_id, actor=machine, at=at)
    identity.grant_mandate(login_id, role, actor=machine, at=at, unit_id=unit_id)
    return login_id


def _employer(town: Town, n: int, people: int, at: datetime) -> Employer:
    """Registered, with its staff on the list and an agent who has a log-in."""
    name, account = f"碰撞{n}有限公司", f"62280000{n:08d}"
    unit_id = parties.register_unit(
        UnitDraft(
            name=name, uscc=unit_code(n), address="", nature="33", payday=10, first_month=town.first_month,
            unit_ratio=RATIO, person_ratio=RATIO, legal_person_name="法人", bank_account=account, bank_name="模拟银行",
            second_approval=False,
        ),
        centre_id=town.centre_id, actor=town.staff["clerk"], at=at,
    )  # fmt: skip
    person_id, number = _person(town, "经办", 8000 + n, at)
    login_id = _log_in(town, "经办", number, person_id, Role.UNIT_AGENT, 8000 + n, at, unit_id)
    first = FIRST + n * 100 + (n > 0) * 1000
    lines = tuple(
        RosterLine(
            row=place + 1, change=ChangeKind.NEW, name="职工", id_kind=IdKind.ID18,
            id_number=id_number(first + place), phone=f"1602{first + place:07d}", base_fen=BASE_FEN,
            unit_ratio=RATIO, person_ratio=RATIO, month=town.first_month, reason="",
        )
        for place in range(people)
    )  # fmt: skip
    agent = Actor(login_id, person_id, Role.UNIT_AGENT.value, unit_id, "经办", town.centre_id)
    contributions.apply_changes(
        CheckedList(month=town.first_month, full_roster=False, sheet="", columns={}, unused=(), lines=lines,
                    problems=(), left_out=()),
        centre_id=town.centre_id, unit_id=unit_id, source=ListSource.OPENING, actor=agent, at=at,
        verify_elsewhere=False,
    )  # fmt: skip
    return Employer(unit_id, name, account, login_id, people)


def _history(town: Town, old: Employer) -> None:
    """The old employer's months, each declared, paid and posted on its tenth."""
    agent = Actor(old.login_id, None, Role.UNIT_AGENT.value, old.unit_id, "经办", town.centre_id)
    for place in range(town.months):
        month = town.first_month + place
        at = _at(month.first_day + timedelta(days=9))
        declared = contributions.declare_month(town.centre_id, old.unit_id, month, actor=agent, at=at)
        notice = EntryNotice(
            account=ACCOUNT, host_serial=f"{SERIAL}{place:06d}", direction=Direction.CREDIT,
            amount_fen=declared.total_fen, entry_date=at.date(), summary=declared.number, counter_name=old.name,
            counter_account=old.bank_account,
        )  # fmt: skip
        treasury.receive_notice(notice, at=at)
        contributions.post_remittance(town.centre_id, declared.remittance_id, at=at)
        town.before.append(notice)


def _member(town: Town, n: int, at: datetime) -> Member:
    number = id_number(FIRST + n)
    person = person_by_document(IdKind.ID18, number, centre_id=town.centre_id)
    assert person is not None
    login_id = _log_in(town, "职工", number, person.person_id, Role.MEMBER, n, at)
    card = f"62170098{n:08d}"
    treasury.bind_card(
        person.person_id, card=card, holder="职工",
        check=CardCheck(status=CardStatus.OK, bank_name="模拟银行", serial="T", read_at=at),
        actor=Actor(login_id, person.person_id, Role.MEMBER.value, None, "职工", town.centre_id), at=at,
    )  # fmt: skip
    return Member(login_id, person.person_id, "职工", f"1601{n:07d}", card)


def _teach(house: House, town: Town) -> None:
    """Agencies and bank know everybody."""
    house.agencies("/world", {"people": [
        {"name": one.name, "id_number": id_number(FIRST + n), "phone": one.phone, "homes": [], "marital": "single",
         "spouse": None} for n, one in enumerate(town.members)
    ], "units": [], "other_accounts": []})  # fmt: skip
    cards = {one.card: {"name": one.name, "id_number": id_number(FIRST + n), "bank_name": "模拟银行",
                        "bank_code": "105331000001"} for n, one in enumerate(town.members)}  # fmt: skip
    own = {ACCOUNT: {"name": NAME, "balance": format_fen(town.before_fen).replace(",", "")}}
    house.bank("/world", {"own_accounts": own, "accounts": cards})
