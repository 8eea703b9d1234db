"""A small world for the member's pages: one unit, its month by month, a member with a card, agencies that answer.

Everything is done through the rooms' own actions; a log-in goes through the log-in pages, with the code of its SMS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from anju import policy
from anju.accounts import actions as accounts
from anju.accounts import queries as account_queries
from anju.contributions import actions as contributions
from anju.contributions.roster.types import ChangeKind, CheckedList, RosterLine
from anju.contributions.types import ListSource
from anju.exchange import fakes
from anju.exchange.types import Kind
from anju.identity import actions as identity
from anju.identity.types import Role
from anju.kernel import clock
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.identifiers import IdKind, check_id18
from anju.kernel.month import Month
from anju.ledger.actions import open_days
from anju.notices.models import Sms
from anju.parties import actions as parties
from anju.parties.types import PersonDraft, UnitDraft
from anju.treasury import actions as treasury
from anju.treasury.bank import using
from anju.treasury.fake_bank import FakeBank
from anju.treasury.machine import advance
from anju.treasury.types import CardCheck, CardStatus, Direction, EntryNotice
from anju.withdrawals import queries as withdrawals

CENTRE = 990100
NOW = datetime(2026, 11, 23, 10, 41, tzinfo=ZONE)
TODAY = NOW.date()
PASSWORD = "shanqing-shuixiu-77"
CHROME = "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36"
MACHINE = Actor.machine(CENTRE, "test")
BASE_FEN = 860_000
CARD = "6217009900000006620"
TREASURY = "7001000000000001"


def id_number(n: int) -> str:
    """A number of an invented region with the right check digit."""
    body = f"70010019900101{n:03d}"
    return body + str(check_id18(body + "0").correct_char)


def phone(n: int) -> str:
    """One of the world's phones."""
    return f"1380000{n:04d}"


@dataclass(frozen=True)
class Member:
    """A person of the world."""

    n: int
    name: str
    person_id: int
    login_id: int

    @property
    def account_id(self) -> int:
        found = account_queries.account_of_person(self.person_id)
        assert found is not None
        return found


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Clock]:
    """The clock stands still where the test puts it; agencies may be asked inside the test's own transaction."""
    HANDS.at = NOW
    monkeypatch.setattr(clock, "now", lambda: HANDS.at)
    settings.ANJU_TESTING_ATOMIC = True
    yield HANDS


@dataclass
class Clock:
    """The hands of the clock."""

    at: datetime = NOW

    def later(self, **parts: float) -> None:
        """Move on."""
        self.at += timedelta(**parts)


HANDS = Clock()


def moment(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), ZONE)


def register(n: int = 1, name: str = "林晓雨", *, opened: bool = True) -> Member:
    """A person with a log-in; `opened`: with a member's capacity."""
    at = NOW - timedelta(days=900)
    draft = PersonDraft(name, IdKind.ID18, id_number(n), phone(n))
    person = parties.find_or_create_people([draft], centre_id=CENTRE, at=at)[0]
    login_id = identity.register(
        name=name, id_kind=IdKind.ID18.value, id_number=id_number(n), phone=phone(n), password=PASSWORD, at=at,
        password_set_at=NOW,
    )
    if opened:
        identity.bind_person(login_id, person.person_id, actor=MACHINE, at=at)
        identity.grant_mandate(login_id, Role.MEMBER, actor=MACHINE, at=at)
    return Member(n, name, person.person_id, login_id)


def open_books() -> None:
    """Days, rates and the centre's bank account."""
    first = date(2024, 7, 1)
    open_days(CENTRE, first, first)
    accounts.load_rates(policy.book("anju"), centre_id=CENTRE, at=moment(first))
    treasury.open_bank_account(
        CENTRE, number=TREASURY, name="安居市住房公积金管理中心", bank_name="安居银行", actor=MACHINE, at=moment(first)
    )


def employ(*members: Member, first: Month, name: str = "安居启明软件有限公司") -> int:
    """A unit that takes these people on from a month."""
    at = moment(first.first_day)
    unit_id = parties.register_unit(
        UnitDraft(
            name=name, uscc="91700100MA0000001X", address="安居市临湖区", nature="33", payday=10, first_month=first,
            unit_ratio=Decimal("0.12"), person_ratio=Decimal("0.12"), legal_person_name="周启明",
            bank_account="6228000000001", bank_name="安居银行",
        ),
        centre_id=CENTRE, actor=MACHINE, at=at,
    )  # fmt: skip
    lines = tuple(
        RosterLine(
            row=member.n + 1, change=ChangeKind.NEW, name=member.name, id_kind=IdKind.ID18,
            id_number=id_number(member.n), phone=phone(member.n), base_fen=BASE_FEN, unit_ratio=Decimal("0.12"),
            person_ratio=Decimal("0.12"), month=first, reason="", person_id=None,
        )
        for member in members
    )  # fmt: skip
    checked = CheckedList(
        month=first, full_roster=True, sheet="", columns={}, unused=(), lines=lines, problems=(), left_out=()
    )
    contributions.apply_changes(
        checked, centre_id=CENTRE, unit_id=unit_id, source=ListSource.OPENING, actor=MACHINE, at=at,
        verify_elsewhere=False,
    )  # fmt: skip
    return unit_id


def pay(unit_id: int, month: Month) -> None:
    """The unit declares and pays a month; the money is matched and posted."""
    at = moment(month.first_day.replace(day=12))
    declared = contributions.declare_month(CENTRE, unit_id, month, actor=MACHINE, at=at)
    treasury.receive_notice(
        EntryNotice(
            account=TREASURY, host_serial=f"T{month.number}{unit_id}", direction=Direction.CREDIT,
            amount_fen=declared.total_fen, entry_date=at.date(), counter_name="安居启明软件有限公司",
            counter_account="6228000000001", summary=f"汇缴 {declared.number}",
        ),
        at=at,
    )  # fmt: skip
    contributions.post_remittance(CENTRE, declared.remittance_id, at=at)


def bind(member: Member, *, at: datetime = NOW - timedelta(days=40), card: str = CARD) -> None:
    """A card the bank confirmed."""
    check = CardCheck(status=CardStatus.OK, serial="T1", read_at=at, bank_name="安居银行")
    actor = Actor(member.login_id, member.person_id, "member", None, member.name, CENTRE)
    treasury.bind_card(member.person_id, card=card, holder=member.name, check=check, actor=actor, at=at)


def member_with_history(months: int = 5, *, card: bool = True, until: date = TODAY) -> Member:
    """林晓雨: paid for `months` months up to the one of `until`, with a card past its wait."""
    open_books()
    member = register()
    first = Month.of(until) - (months - 1)
    unit_id = employ(member, first=first)
    for n in range(months):
        month = first + n
        if month.month == 7 and n:
            accounts.settle_interest(CENTRE, month.year - 1, at=moment(month.first_day, 1))
        pay(unit_id, month)
    if card:
        bind(member, at=moment(until - timedelta(days=40)))
    return member


def sign_mandate() -> None:
    """The treasurer lets payments by rule go, as far as his mandate reaches."""
    treasurer = register(90, "孟涛", opened=False)
    identity.bind_person(treasurer.login_id, treasurer.person_id, actor=MACHINE, at=NOW)
    identity.grant_mandate(treasurer.login_id, Role.TREASURER, actor=MACHINE, at=NOW)
    actor = Actor(treasurer.login_id, treasurer.person_id, "treasurer", None, treasurer.name, CENTRE)
    treasury.sign_mandate(
        limit_fen=5_000_000, starts_on=NOW.date(), ends_on=NOW.date() + timedelta(days=30), actor=actor, at=NOW
    )


@contextmanager
def bank_and_agencies(**answers: Any) -> Iterator[tuple[FakeBank, fakes.FakeAgencies]]:
    """Everything outside that a withdrawal needs, without a line."""
    bank = FakeBank()
    with using(bank), agencies(**answers) as world:
        yield bank, world


def pay_out(member: Member, case_id: int, *, at: datetime) -> None:
    """The worker's next turns: the instruction goes to the bank, its answer comes back."""
    found = withdrawals.of_case(member.account_id, case_id)
    assert found is not None
    for _ in range(3):
        advance(CENTRE, found.order_id, at=at)


@contextmanager
def agencies(*, homes: int = 0, marital: str = "single") -> Iterator[fakes.FakeAgencies]:
    """Registers that answer for everybody alike."""
    with fakes.agencies() as world:
        world.knows(Kind.HOMES, {"homes": homes, "items": [{"address": "安居市清溪路 8 号"}] * homes})
        world.knows(Kind.MARRIAGE, {"status": marital, "spouse": None})
        yield world


# ---------------------------------------------------------------------------------------------------- browsers


def newest_code() -> str:
    """The code of the last SMS that bore one."""
    for sms in Sms.objects.filter(bears_code=True).order_by("-id"):
        found = re.search(r"验证码(\d{6})", str(sms.text_sealed or ""))
        if found:
            return found[1]
    raise AssertionError("no SMS bears a code")


def newest_sms() -> str:
    """The text of the last SMS."""
    return str(Sms.objects.latest("id").text_sealed)


def browser() -> Client:
    """A browser on the real host, over TLS as the session cookie wants it."""
    return Client(HTTP_USER_AGENT=CHROME, REMOTE_ADDR="10.1.2.3")


def logged_in(member: Member) -> Client:
    """Through the log-in pages with password and code; a minute later, so that another code may be sent."""
    client = browser()
    answer = client.post("/login/", {"name": phone(member.n), "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    answer = client.post("/login/code/", {"code": newest_code()})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    HANDS.later(seconds=61)
    return client


def text_of(answer: Any) -> str:
    """The words of a page without its tags, white space made one."""
    blocks = r"</?(dt|dd|p|li|td|th|tr|h\d|div|section|summary|a|option|label)\b[^>]*>"
    plain = re.sub(blocks, " ", answer.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", plain))


def hidden(answer: Any, name: str) -> str:
    """The value of a hidden field of a page."""
    page = answer.content.decode()
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found is not None, f"no field {name}"
    return found[1]
