"""A renter, an employer and the desk, for the tests of services: real rooms, fake agencies and a fake bank."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.test import override_settings

from anju.accounts import actions as accounts
from anju.accounts.types import ContributionBatch, MemberRows
from anju.casework import actions as cases
from anju.casework import queries, registry, texts
from anju.casework.types import Case, Submitted
from anju.database.sql import execute
from anju.exchange import fakes
from anju.exchange.fakes import FakeAgencies
from anju.exchange.types import Kind
from anju.identity import actions as identity
from anju.identity.types import UNIT_CODE_KIND, Role
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.identifiers import IdKind, check_id18, check_uscc
from anju.kernel.month import Month, months_between
from anju.ledger import actions as books
from anju.parties import actions as parties
from anju.parties.types import PersonDraft
from anju.policy import Book, book
from anju.policy.book import CITIES, load_book
from anju.treasury import actions as treasury
from anju.treasury import bank as bank_port
from anju.treasury.fake_bank import FakeBank

CENTRE = settings.ANJU_CENTRE_ID
AT = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)
TODAY = AT.date()
NAME, PHONE, CARD = "林晓雨", "16000005678", "6217000010000006620"
MAKER, CHECKER, TREASURER = 9_001, 9_002, 9_003
CLERK = Actor(8_011, 9_011, "clerk", None, "许文博", CENTRE)
REVIEWER = Actor(8_012, 9_012, "reviewer", None, "何静", CENTRE)


def number(region_birth: str, n: int) -> str:
    """A citizen number of an invented person, with its check digit."""
    body = f"{region_birth}{n:03d}"
    return body + (check_id18(body + "0").correct_char or "")


def unit_code(n: int) -> str:
    """A unified social credit code of an invented unit."""
    body = f"91700100MA{n:07d}"
    return body + (check_uscc(body + "0").correct_char or "")


RENTER_ID, SPOUSE_ID = number("70010019950512", 12), number("70010019940809", 21)


@dataclass
class Renter:
    """A member with an account, months, a card past its wait, and agencies that answer for him."""

    actor: Actor
    person_id: int
    account_id: int
    agencies: FakeAgencies
    bank: FakeBank

    def ask_rent(self, *, yuan: int = 2600, at: datetime = AT, key: str = "k") -> Submitted:
        return cases.submit("rent_withdrawal", {"monthly_rent": yuan * 100}, actor=self.actor, key=key, at=at)

    def case(self, made: Submitted) -> Case:
        return queries.case_for(self.actor, made.case_id)


@contextmanager
def outside() -> Iterator[tuple[FakeAgencies, FakeBank]]:
    """Agencies and a bank in this process. Tests that ask agencies only may run in one rolled-back transaction."""
    with ExitStack() as stack:
        stack.enter_context(override_settings(ANJU_TESTING_ATOMIC=True))
        agencies = stack.enter_context(fakes.agencies())
        bank = FakeBank()
        stack.enter_context(bank_port.using(bank))
        yield agencies, bank


@contextmanager
def renter(*, on: date = TODAY, months: int = 12, base_yuan: int = 8600, paid_yuan: int = 1000) -> Iterator[Renter]:
    """The renter's world, as it stands on this day."""
    with outside() as (agencies, bank):
        at = datetime(on.year, on.month, on.day, 10, 0, tzinfo=ZONE)
        last = Month.of(on) - 1
        first = last - (months - 1)
        books.open_days(CENTRE, first.first_day, on + timedelta(days=40))
        accounts.load_rates(book("anju"), centre_id=CENTRE, at=at)
        _open_bank(at)
        person_id = parties.find_or_create_people(
            [PersonDraft(NAME, IdKind.ID18, RENTER_ID, PHONE)], centre_id=CENTRE, at=at
        )[0].person_id
        account_id = accounts.open_accounts(
            [person_id], centre_id=CENTRE, unit_id=7, opened_on=first.first_day, at=_at(first.first_day)
        )[0]
        for month in months_between(first, last):
            pay_month(account_id, month, yuan=paid_yuan)
        _base(account_id, first, base_yuan)
        actor = _member(person_id, at)
        bank.cards[CARD] = (NAME, RENTER_ID)
        bind_card(actor, at=at - timedelta(days=3))
        agencies.knows(Kind.MARRIAGE, {"status": "single", "spouse": None})
        agencies.knows(Kind.HOMES, {"homes": 0, "items": []})
        yield Renter(actor, person_id, account_id, agencies, bank)


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, 0, tzinfo=ZONE)


def _open_bank(at: datetime) -> None:
    treasurer = _treasurer(at)
    treasury.open_bank_account(
        CENTRE, number="3301040160000000018", name="安居市住房公积金管理中心", bank_name="安居银行", actor=treasurer,
        at=at,
    )  # fmt: skip
    treasury.sign_mandate(
        limit_fen=5_000_000, starts_on=at.date() - timedelta(days=30), ends_on=at.date() + timedelta(days=60),
        actor=treasurer, at=at,
    )  # fmt: skip


def _treasurer(at: datetime) -> Actor:
    """A mandate for payments is signed by somebody who holds the office."""
    login_id = identity.register(
        name="钱敏", id_kind=IdKind.ID18, id_number=number("70010019800101", 13), phone="13800008013", at=at, staff=True
    )
    machine = Actor.machine(CENTRE, "test")
    identity.bind_person(login_id, TREASURER, actor=machine, at=at)
    identity.grant_mandate(login_id, Role.TREASURER, actor=machine, at=at)
    return Actor(login_id, TREASURER, Role.TREASURER.value, None, "钱敏", CENTRE)


def pay_month(account_id: int, month: Month, *, yuan: int) -> None:
    """One month's remittance, half from each side."""
    half = yuan * 50
    source = MemberRows(
        "SELECT %s::bigint AS account_id, %s::bigint AS own_fen, %s::bigint AS unit_fen", [account_id, half, half]
    )
    day = month.first_day + timedelta(days=9)
    batch = ContributionBatch(
        centre_id=CENTRE, key=f"test:{account_id}:{month}", total_fen=2 * half, unit_id=7, month=month, source_id=1,
        value_on=day, maker_person_id=MAKER, checker_person_id=CHECKER,
    )  # fmt: skip
    accounts.post_contributions(source, batch=batch, at=_at(day))


def _base(account_id: int, first: Month, yuan: int) -> None:
    execute(
        "INSERT INTO contribution_term"
        " (account_id, from_month, revision, centre_id, unit_id, list_id, base_fen, known_at)"
        " VALUES (%s, %s, 1, %s, 7, 1, %s, %s)",
        [account_id, first.number, CENTRE, yuan * 100, AT],
    )


def _member(person_id: int, at: datetime) -> Actor:
    login_id = identity.register(name=NAME, id_kind=IdKind.ID18, id_number=RENTER_ID, phone=PHONE, at=at)
    machine = Actor.machine(CENTRE, "test")
    identity.bind_person(login_id, person_id, actor=machine, at=at)
    identity.grant_mandate(login_id, Role.MEMBER, actor=machine, at=at)
    return Actor(login_id, person_id, Role.MEMBER.value, None, NAME, CENTRE)


def bind_card(actor: Actor, *, card: str = CARD, at: datetime = AT, key: str = "card") -> Submitted:
    return cases.submit("bank_card", {"card": card}, actor=actor, key=key, at=at)


def log_in(name: str, kind: str, id_number: str, phone: str, *, at: datetime = AT) -> Actor:
    """A fresh log-in that proved its phone and nothing else."""
    login_id = identity.register(name=name, id_kind=kind, id_number=id_number, phone=phone, at=at)
    return Actor(login_id, None, Role.APPLICANT.value, None, name, CENTRE)


def unit_log_in(name: str, code: str, phone: str) -> Actor:
    return log_in(name, UNIT_CODE_KIND, code, phone)


def sign(actor: Actor, case_id: int, *, at: datetime = AT) -> None:
    """Read and sign what is in force."""
    service = registry.service(queries.case_for(actor, case_id).service)
    agreement = texts.agreement(service)
    cases.sign(case_id, version=agreement.version, text_digest=agreement.text_digest, actor=actor, at=at)


def city_without(folder: Path, *codes: str) -> Callable[[], Book]:
    """The demo city's rules, less some services; what `registry.book` answers with while a test has it so."""
    cities = folder / "cities"
    shutil.copytree(CITIES, cities)
    path = cities / "anju/parameters/services.on.yaml"
    text = path.read_text(encoding="utf-8")
    for code in codes:
        assert f'      - "{code}"\n' in text
        text = text.replace(f'      - "{code}"\n', "")
    path.write_text(text, encoding="utf-8")
    rules = load_book("anju", folder=cities)
    return lambda: rules
