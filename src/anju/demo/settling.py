"""Who is there before anything happens: staff with their duties, units with their people, log-ins of both.

Staff and agents are entered at the counter; members open their online service themselves, as a case that is
approved by rule, signed, and followed by the card.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connections

from anju.accounts import actions as accounts
from anju.contributions import actions as contributions
from anju.contributions.roster.types import ChangeKind, CheckedList, RosterLine
from anju.contributions.types import ListSource
from anju.demo.characters import CHARACTERS, PASSWORD, Character
from anju.demo.city import City, Progress, moment
from anju.demo.filing import file, sign
from anju.demo.outside import BANK_CODE, BANK_NAME, CENTRE_ACCOUNT, CENTRE_NAME, Company, Known
from anju.demo.population import Employer, Resident
from anju.identity import actions as identity
from anju.identity.types import Role
from anju.kernel.actor import Actor
from anju.kernel.identifiers import IdKind
from anju.kernel.month import Month
from anju.ledger.actions import open_days
from anju.parties import actions as parties
from anju.parties import queries as party_queries
from anju.parties.types import PersonDraft, UnitDraft
from anju.treasury import actions as treasury

RATIO = Decimal("0.12")
YEAR = timedelta(days=365)


def settle_staff(city: City) -> None:
    """Books, staff, the centre's account at the bank, and the treasurer's standing mandates year after year."""
    begin = before_everything(city)
    open_days(city.centre_id, begin.date(), begin.date())
    accounts.load_rates(city.book, centre_id=city.centre_id, at=begin)
    staff = [one for one in CHARACTERS if one.is_staff]
    for character in staff:
        log_in_for(city, character, begin)
    _enter_people(city, staff, begin)
    for character in staff:
        # The first administrator has nobody above; everybody else has their duty from an administrator.
        first_one = character.role == Role.ADMINISTRATOR
        granted_by = city.machine if first_one else city.actor("administrator")
        identity.grant_mandate(city.logins[character.key], Role(character.role), actor=granted_by, at=begin)
    treasury.open_bank_account(
        city.centre_id, number=CENTRE_ACCOUNT, name=CENTRE_NAME, bank_name=BANK_NAME, bank_code=BANK_CODE,
        actor=city.actor("treasurer"), at=begin,
    )  # fmt: skip
    signed = begin
    while signed < city.at:
        treasury.sign_mandate(
            limit_fen=city.book.fen("treasury.mandate_limit", signed.date()), starts_on=signed.date(),
            ends_on=(signed + YEAR).date(), actor=city.actor("treasurer"), at=signed,
        )  # fmt: skip
        signed += YEAR


def before_everything(city: City) -> datetime:
    """When the centre opened."""
    return moment(city.opened_on)


def _enter_people(city: City, characters: list[Character], at: datetime) -> None:
    """Persons entered at the counter and bound to their log-ins."""
    drafts = [PersonDraft(c.name, IdKind.ID18, c.id_number, c.phone) for c in characters]
    found = parties.find_or_create_people(drafts, centre_id=city.centre_id, at=at)
    for character, person in zip(characters, found, strict=True):
        city.people[character.key] = person.person_id
        identity.bind_person(city.logins[character.key], person.person_id, actor=city.machine, at=at)


def log_in_for(city: City, character: Character, at: datetime) -> None:
    """The log-in of a named character, with the password of the demo."""
    city.logins[character.key] = identity.register(
        name=character.name, id_kind=IdKind.ID18.value, id_number=character.id_number, phone=character.phone,
        at=at, password=PASSWORD, staff=character.is_staff, password_set_at=city.at,
    )  # fmt: skip


@contextmanager
def everybody_registers(city: City) -> Iterator[None]:
    """All but staff register while the block runs: a password takes its time, and the database has other work."""

    def register_all() -> None:
        try:
            for character in CHARACTERS:
                if not character.is_staff:
                    log_in_for(city, character, registered_at(city, character))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=1) as beside:
        done = beside.submit(register_all)
        yield
        done.result()


def registered_at(city: City, character: Character) -> datetime:
    """Agents before their unit pays, members soon after it began, the newcomer lately, applicants these days."""
    if character.role.startswith("unit"):
        return before_units(city)
    if character.role == "applicant":
        return city.ago(character.days_ago, 9)
    if not character.joined:
        return moment(city.months[-1].first_day + timedelta(days=1), 20, 40)
    return moment(city.months[0].first_day + timedelta(days=5), 20, 15)


def before_units(city: City) -> datetime:
    """When the first units registered."""
    return moment(city.months[0].first_day - timedelta(days=10))


# ------------------------------------------------------------------------------------------------------ employers


def settle_units(city: City, progress: Progress) -> None:
    """Units with their opening lists, and their agents."""
    at = before_units(city)
    agents = [one for one in CHARACTERS if one.role.startswith("unit")]
    with everybody_registers(city):
        for employer in city.employers:
            progress.step(f"{employer.name}开户")
            named = [one for one in CHARACTERS if one.unit == employer.key and one.joined]
            city.residents[employer.key] = city.population.take(max(employer.people - len(named), 1))
            _settle_unit(city, employer, named, city.months[0], at)
    _enter_people(city, agents, at)
    for character in agents:
        _make_agent(city, character, at)
    for character in CHARACTERS:
        _make_known(city, character)


def _settle_unit(city: City, employer: Employer, named: list[Character], first: Month, at: datetime) -> None:
    unit_id = parties.register_unit(
        UnitDraft(
            name=employer.name, uscc=employer.uscc, address=f"安居市{employer.name[2:4]}路 1 号",
            nature=employer.nature, payday=employer.payday, first_month=first, unit_ratio=RATIO, person_ratio=RATIO,
            legal_person_name=city.residents[employer.key][0].name, bank_account=employer.bank_account,
            bank_name=BANK_NAME, second_approval=employer.key == "jiangnan",
        ),
        centre_id=city.centre_id, actor=city.actor("clerk"), at=at,
    )  # fmt: skip
    city.units[employer.key] = unit_id
    stated = [(c.name, c.id_number, c.employers_phone, c.base_yuan * 100) for c in named]
    stated += [(r.name, r.id_number, r.phone, r.base_fen) for r in city.residents[employer.key]]
    lines = tuple(
        _line(place, name, id_number, phone, base, first)
        for place, (name, id_number, phone, base) in enumerate(stated, start=2)
    )
    change_at_counter(city, unit_id, lines, first, source=ListSource.OPENING, at=at)


def _line(place: int, name: str, id_number: str, phone: str, base_fen: int, month: Month) -> RosterLine:
    return RosterLine(
        row=place, change=ChangeKind.NEW, name=name, id_kind=IdKind.ID18, id_number=id_number, phone=phone,
        base_fen=base_fen, unit_ratio=RATIO, person_ratio=RATIO, month=month, reason="",
    )  # fmt: skip


def leaving_line(
    name: str, id_number: str, month: Month, *, account_id: int, person_id: int, reason: str
) -> RosterLine:
    """The line of a list by which somebody's account is sealed."""
    return RosterLine(
        row=2, change=ChangeKind.SEAL, name=name, id_kind=IdKind.ID18, id_number=id_number, phone="", base_fen=None,
        unit_ratio=RATIO, person_ratio=RATIO, month=month, reason=reason, account_id=account_id, person_id=person_id,
    )  # fmt: skip


def change_at_counter(
    city: City, unit_id: int, lines: tuple[RosterLine, ...], month: Month, *, source: ListSource, at: datetime
) -> None:
    """A list brought to the counter by a unit without an agent online; checked there, without a problem."""
    checked = CheckedList(
        month=month, full_roster=source is ListSource.OPENING, sheet="", columns={}, unused=(), lines=lines,
        problems=(), left_out=(),
    )  # fmt: skip
    contributions.apply_changes(
        checked, centre_id=city.centre_id, unit_id=unit_id, source=source, actor=city.actor("clerk"), at=at,
        verify_elsewhere=False,
    )  # fmt: skip


def _make_agent(city: City, character: Character, at: datetime) -> None:
    unit_id = city.units[character.unit]
    identity.grant_mandate(
        city.logins[character.key], Role(character.role), actor=city.machine, at=at, unit_id=unit_id
    )
    identity.grant_mandate(city.logins[character.key], Role.MEMBER, actor=city.machine, at=at)


def _make_known(city: City, character: Character) -> None:
    """Other agencies know everybody by name; the phone of two is registered to somebody else."""
    spouse = next((c for c in CHARACTERS if c.key == character.married_to), None)
    strange = character.role == "applicant" and character.key != "to_sign"
    city.outside.people[character.id_number] = Known(
        character.name, character.id_number, "" if strange else character.phone,
        spouse=(spouse.name, spouse.id_number) if spouse else None, homes=character.homes,
        cards=tuple(card for card in (character.card, character.new_card) if card),
    )  # fmt: skip


def know_company(city: City, uscc: str, name: str, legal_person_name: str) -> None:
    """The business registry knows a company."""
    city.outside.companies[uscc] = Company(uscc, name, legal_person_name)


# -------------------------------------------------------------------------------------------------- online service


def open_online(city: City, actor: Actor, at: datetime) -> None:
    """A person applies, is approved by rule, reads and signs."""
    made = file(city, "member_opening", {}, actor=actor, at=at)
    signed_at = at + timedelta(minutes=4)
    sign("member_opening", made.case_id, actor=actor, at=signed_at)
    city.outside.catch_up(signed_at)


def bind_card(city: City, actor: Actor, card: str, at: datetime) -> None:
    """The member binds a card of their own; it waits, and pays from the next day on."""
    file(city, "bank_card", {"card": card}, actor=actor, at=at)
    city.outside.catch_up(at)


def settle_member(city: City, character: Character) -> None:
    """A named member opens the online service and binds the card."""
    at = registered_at(city, character)
    open_online(city, city.actor(character.key), at)
    person = party_queries.person_by_document(IdKind.ID18, character.id_number, centre_id=city.centre_id)
    assert person is not None
    city.people[character.key] = person.person_id
    if character.card:
        bind_card(city, city.actor(character.key), character.card, at + timedelta(minutes=20))


def applicant_of(city: City, resident: Resident, at: datetime, *, phone_known: bool = True) -> Actor:
    """A nameless person with a log-in whose password nobody knows; other agencies know them."""
    login_id = identity.register(
        name=resident.name, id_kind=IdKind.ID18.value, id_number=resident.id_number, phone=resident.phone, at=at
    )
    city.outside.people[resident.id_number] = Known(
        resident.name, resident.id_number, resident.phone if phone_known else "", cards=(resident.card,)
    )
    return Actor(login_id, None, Role.APPLICANT.value, None, resident.name, city.centre_id)


def household_of(city: City, resident: Resident, at: datetime, *, card: bool = True) -> Actor:
    """A nameless member opens the online service and binds the card."""
    stranger = applicant_of(city, resident, at)
    open_online(city, stranger, at)
    person = party_queries.person_by_document(IdKind.ID18, resident.id_number, centre_id=city.centre_id)
    assert person is not None
    actor = replace(stranger, person_id=person.person_id, role=Role.MEMBER.value)
    if card:
        bind_card(city, actor, resident.card, at + timedelta(minutes=10))
    return actor
