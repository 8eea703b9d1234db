"""Building the demo city (安居市): the same actions that staff, agents, members and the bank use, from a seed.

History is played month by month with its own moments; nothing is written past the actions. What the page shows
of the progress stands in one small file. Building again after the end changes nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from random import Random

import httpx
from django.conf import settings
from django.db import transaction

from anju import policy
from anju.accounts import actions as accounts
from anju.accounts import queries as account_queries
from anju.accounts.types import FreezeKind
from anju.contributions import actions as contributions
from anju.contributions.roster.types import ChangeKind, CheckedList, RosterLine
from anju.contributions.types import ListSource
from anju.database.sql import row
from anju.demo.characters import BY_KEY, CHARACTERS, PASSWORD, Character
from anju.demo.population import Employer, Resident, employers, residents
from anju.identity import actions as identity
from anju.identity.types import Role
from anju.kernel import clock
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.identifiers import IdKind
from anju.kernel.month import Month
from anju.ledger.actions import open_days
from anju.parties import actions as parties
from anju.parties.types import PersonDraft, UnitDraft
from anju.support.building import STATE_FILE
from anju.treasury import actions as treasury
from anju.treasury.types import CardCheck, CardStatus, Direction, EntryNotice

CENTRE_ACCOUNT = "7001000000000001"
CENTRE_BANK = "安居银行"


@dataclass(frozen=True)
class Size:
    """How large a city is built."""

    employers: int
    people: int
    months: int


SIZES = {"city": Size(40, 5000, 24), "small": Size(4, 48, 6)}


@dataclass
class City:
    """What has been built so far, by key."""

    centre_id: int
    at: datetime
    random: Random
    people: dict[str, int] = field(default_factory=dict)
    logins: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    size: Size = SIZES["city"]

    def actor(self, key: str) -> Actor:
        """A named character acting in the role of their story."""
        character = BY_KEY[key]
        return Actor(
            login_id=self.logins.get(key), person_id=self.people[key], role=character.role,
            unit_id=self.units.get(character.unit) if character.role.startswith("unit") else None,
            name=character.name, centre_id=self.centre_id,
        )  # fmt: skip


@dataclass
class Progress:
    """The file that the start page reads."""

    path: Path
    total: int
    done: int = 0

    def step(self, label: str, *, by: int = 1) -> None:
        """Advance and say what is being done."""
        self.done = min(self.done + by, self.total)
        self._write({"label": label, "done": self.done, "total": self.total, "finished": False})

    def finish(self) -> None:
        """The city stands."""
        self._write({"label": "演示城市已建好", "done": self.total, "total": self.total, "finished": True})

    def _write(self, state: dict[str, object]) -> None:
        temporary = self.path.with_suffix(".part")
        temporary.write_text(json.dumps(state, ensure_ascii=False))
        temporary.replace(self.path)


def built() -> bool:
    """Whether the city stands already."""
    try:
        return bool(json.loads((settings.DATA_DIR / STATE_FILE).read_text()).get("finished"))
    except (FileNotFoundError, ValueError):
        return False


def build(*, seed: int, size: Size | None = None, at: datetime | None = None) -> None:
    """Build the city once; refuses to build on top of a half-built one."""
    if built():
        return
    chosen = size or SIZES[os.environ.get("ANJU_DEMO_SIZE", "city")]
    if row("SELECT 1 AS one FROM unit LIMIT 1") is not None:
        raise RuntimeError("a half-built city lies in this data folder: remove the folder and start again")
    city = City(settings.ANJU_CENTRE_ID, at or clock.now(), Random(seed), size=chosen)  # noqa: S311  (a demo)
    months = _months(city)
    progress = Progress(settings.DATA_DIR / STATE_FILE, total=4 + chosen.employers + len(months))
    progress.step("请来工作人员，开立银行账户")
    _staff(city, months[0])
    _teach_simulators(city)
    found = employers(count=chosen.employers, people=chosen.people)
    _units(city, found, months[0], progress)
    for month in months:
        progress.step(f"{month.zh}汇缴")
        _month(city, found, month, last=month == months[-1])
    progress.step("人物的故事")
    _stories(city)
    progress.finish()


def _months(city: City) -> list[Month]:
    last = Month.of(city.at.astimezone(ZONE).date()) + -1
    return [last + -back for back in range(city.size.months - 1, -1, -1)]


def _moment(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), ZONE)


# -------------------------------------------------------------------------------------------- people and log-ins


def _draft(character: Character) -> PersonDraft:
    return PersonDraft(character.name, IdKind.ID18, character.id_number, character.phone)


def _staff(city: City, first: Month) -> None:
    begin = _moment(first.first_day - timedelta(days=20))
    open_days(city.centre_id, begin.date(), begin.date())
    accounts.load_rates(policy.book(settings.ANJU_CITY), centre_id=city.centre_id, at=begin)
    everybody = list(CHARACTERS)
    found = parties.find_or_create_people([_draft(c) for c in everybody], centre_id=city.centre_id, at=begin)
    for character, person in zip(everybody, found, strict=True):
        city.people[character.key] = person.person_id
    machine = Actor.machine(city.centre_id, policy.book(settings.ANJU_CITY).release)
    for character in everybody:
        _log_in_for(city, character, machine, begin)
    treasury.open_bank_account(
        city.centre_id, number=CENTRE_ACCOUNT, name="安居市住房公积金管理中心", bank_name=CENTRE_BANK,
        actor=city.actor("treasurer"), at=begin,
    )  # fmt: skip
    limit = policy.book(settings.ANJU_CITY).fen("treasury.mandate_limit", city.at.date())
    treasury.sign_mandate(
        limit_fen=limit, starts_on=city.at.date(), ends_on=city.at.date() + timedelta(days=365),
        actor=city.actor("treasurer"), at=city.at,
    )  # fmt: skip


def _log_in_for(city: City, character: Character, machine: Actor, at: datetime) -> None:
    login_id = identity.register(
        name=character.name, id_kind=IdKind.ID18.value, id_number=character.id_number, phone=character.phone,
        at=at, password=PASSWORD, staff=character.role != "member",
    )  # fmt: skip
    city.logins[character.key] = login_id
    identity.bind_person(login_id, city.people[character.key], actor=machine, at=at)
    if character.role != "member" and not character.role.startswith("unit"):
        identity.grant_mandate(login_id, Role(character.role), actor=machine, at=at)


# ------------------------------------------------------------------------------------------------------ employers


def _units(city: City, found: list[Employer], first: Month, progress: Progress) -> None:
    clerk, at = city.actor("clerk"), _moment(first.first_day - timedelta(days=10))
    number = 0
    for employer in found:
        progress.step(f"{employer.name}开户")
        unit_id = parties.register_unit(_unit_draft(employer, first), centre_id=city.centre_id, actor=clerk, at=at)
        city.units[employer.key] = unit_id
        named = [c for c in CHARACTERS if c.unit == employer.key and c.base_yuan]
        others = list(islice(residents(city.random, first=number), max(employer.people - len(named), 0)))
        number += len(others)
        _enrol(city, unit_id, named, others, first, at)
    machine = Actor.machine(city.centre_id, policy.book(settings.ANJU_CITY).release)
    for character in CHARACTERS:
        if character.role.startswith("unit"):
            identity.grant_mandate(
                city.logins[character.key], Role(character.role), actor=machine, at=at,
                unit_id=city.units[character.unit],
            )  # fmt: skip
        if character.base_yuan:
            identity.grant_mandate(city.logins[character.key], Role.MEMBER, actor=machine, at=at)


def _unit_draft(employer: Employer, first: Month) -> UnitDraft:
    return UnitDraft(
        name=employer.name, uscc=employer.uscc, address="安居市临湖区", nature=employer.nature,
        payday=employer.payday, first_month=first, unit_ratio=Decimal("0.12"), person_ratio=Decimal("0.12"),
        legal_person_name="（演示）", bank_account=f"6228{employer.uscc[8:17]}", bank_name=CENTRE_BANK,
        second_approval=employer.key == "jiangnan",
    )  # fmt: skip


def _enrol(
    city: City, unit_id: int, named: list[Character], others: list[Resident], first: Month, at: datetime
) -> None:
    """The opening list of a unit, as a checked list without problems."""
    stated = [(c.name, c.id_number, c.phone, c.base_yuan * 100) for c in named]
    stated += [(r.name, r.id_number, r.phone, r.base_fen) for r in others]
    lines = tuple(
        RosterLine(
            row=place, change=ChangeKind.NEW, name=name, id_kind=IdKind.ID18, id_number=id_number, phone=phone,
            base_fen=base, unit_ratio=Decimal("0.12"), person_ratio=Decimal("0.12"), month=first, reason="",
            person_id=None,
        )
        for place, (name, id_number, phone, base) in enumerate(stated, start=2)
    )  # fmt: skip
    checked = CheckedList(
        month=first, full_roster=True, sheet="", columns={}, unused=(), lines=lines, problems=(), left_out=()
    )
    contributions.apply_changes(
        checked, centre_id=city.centre_id, unit_id=unit_id, source=ListSource.OPENING, actor=city.actor("clerk"),
        at=at, verify_elsewhere=False,
    )  # fmt: skip


# --------------------------------------------------------------------------------------------------------- months


def _month(city: City, found: list[Employer], month: Month, *, last: bool) -> None:
    if month.month == 7:
        accounts.settle_interest(city.centre_id, month.year - 1, at=_moment(month.first_day, 1))
    for employer in found:
        late = employer.key == "unit5" and last
        if late or (last and employer.key in ("jiangnan", "qiming")):
            continue
        day = min(employer.payday + 2, month.last_day.day)
        _pay_month(city, employer, month, _moment(month.first_day.replace(day=day)))


def _pay_month(city: City, employer: Employer, month: Month, at: datetime) -> None:
    maker, second = _agents_of(city, employer)
    unit_id = city.units[employer.key]
    with transaction.atomic():
        # One transaction, so that the worker finds each month posted already, on its own day.
        _declare_and_pay(city, employer, unit_id, month, maker, second, at)


def _declare_and_pay(
    city: City, employer: Employer, unit_id: int, month: Month, maker: Actor, second: Actor | None, at: datetime
) -> None:
    declared = contributions.declare_month(city.centre_id, unit_id, month, actor=maker, at=at)
    if second is not None:
        contributions.approve_remittance(city.centre_id, unit_id, declared.remittance_id, actor=second, at=at)
    treasury.receive_notice(
        EntryNotice(
            account=CENTRE_ACCOUNT, host_serial=f"D{month.number}{unit_id}", direction=Direction.CREDIT,
            amount_fen=declared.total_fen, entry_date=at.date(), counter_name=employer.name,
            counter_account=f"6228{employer.uscc[8:17]}", summary=f"汇缴 {declared.number}",
        ),
        at=at,
    )  # fmt: skip
    contributions.post_remittance(city.centre_id, declared.remittance_id, at=at)


def _agents_of(city: City, employer: Employer) -> tuple[Actor, Actor | None]:
    if employer.key == "jiangnan":
        return city.actor("agent"), city.actor("approver")
    if employer.key == "qiming":
        return city.actor("wrong_file"), None
    clerk = city.actor("clerk")
    return clerk, None


# -------------------------------------------------------------------------------------------------------- stories


def _teach_simulators(city: City) -> None:
    """Tell bank and agencies of the named characters, as their own registers would hold them."""
    people = []
    cards: dict[str, dict[str, str]] = {}
    for character in CHARACTERS:
        spouse = BY_KEY.get(character.married_to)
        people.append(
            {
                "name": character.name, "id_number": character.id_number, "phone": character.phone,
                "marital": "married" if spouse or character.key == "spouse" else "single",
                "spouse": _spouse_of(character),
                "homes": [{"address": "安居市清溪路 8 号", "area": "89.40", "since": "2021-05-18"}] * character.homes,
            }
        )  # fmt: skip
        if character.card:
            cards[character.card] = {"name": character.name, "id_number": character.id_number}
    own = {CENTRE_ACCOUNT: {"name": "安居市住房公积金管理中心", "balance": "900000000.00"}}
    _post(settings.ANJU_AGENCIES_URL, "/world", {"people": people, "units": [], "other_accounts": []})
    _post(settings.ANJU_BANK_URL, "/world", {"own_accounts": own, "accounts": cards})


def _spouse_of(character: Character) -> dict[str, str] | None:
    other = BY_KEY.get(character.married_to) or next(
        (c for c in CHARACTERS if c.married_to == character.key), None
    )
    return {"name": other.name, "id_number": other.id_number} if other else None


def _post(base: str, path: str, content: dict[str, object]) -> None:
    if base:
        httpx.post(f"{base}{path}", json=content, timeout=10).raise_for_status()


def _stories(city: City) -> None:
    for tell in STORIES:
        tell(city)


def _cards(city: City) -> None:
    bound_at = city.at - timedelta(days=40)
    for character in CHARACTERS:
        if not character.card:
            continue
        check = CardCheck(status=CardStatus.OK, serial="DEMO", read_at=bound_at, bank_name=CENTRE_BANK)
        treasury.bind_card(
            city.people[character.key], card=character.card, holder=character.name, check=check,
            actor=city.actor(character.key), at=bound_at,
        )  # fmt: skip


def _sealed_and_frozen(city: City) -> None:
    sealed = account_queries.account_of_person(city.people["sealed"])
    frozen = account_queries.account_of_person(city.people["frozen"])
    assert sealed is not None and frozen is not None
    accounts.seal_accounts([sealed], reason="解除劳动合同", on=city.at.date(), at=city.at)
    accounts.freeze(
        frozen, kind=FreezeKind.RECEIVE_ONLY, authority="安居市临湖区人民法院（演示）", document="（2026）演示执 17 号",
        at=city.at,
    )  # fmt: skip


def _suspense(city: City) -> None:
    """Money that cannot be matched: without reference, one fen short."""
    at = city.at
    for serial, amount, summary in (("S1", 1_234_500, "公积金"), ("S2", 88_800_01, "十一月公积金")):
        treasury.receive_notice(
            EntryNotice(
                account=CENTRE_ACCOUNT, host_serial=f"D{serial}", direction=Direction.CREDIT, amount_fen=amount,
                entry_date=at.date(), counter_name="安居东湾物流有限公司", counter_account="62280000000001",
                summary=summary,
            ),
            at=at,
        )  # fmt: skip


STORIES: tuple[Callable[[City], None], ...] = (_cards, _sealed_and_frozen, _suspense)
