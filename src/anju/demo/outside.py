"""The world around the demo city: what bank and agencies answered on the days of its history, and what they know now.

History happens on other days than today, so it is answered here, in this process, and not by the simulators. What
the past knew of people is also told to the simulators, so that they answer alike from now on. What the city's acts
plan for later is done at once and at their own moment; a planned job that nobody here knows stops the building.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import httpx
from django.conf import settings

from anju import jobs
from anju.contributions import actions as contributions
from anju.exchange import ports
from anju.exchange.types import AnswerStatus, Kind, Reading
from anju.notices.actions import settle_sms
from anju.notices.types import SmsState
from anju.treasury import actions as treasury
from anju.treasury import bank as bank_port
from anju.treasury.bank import Balance
from anju.treasury.batch_types import BatchAnswer, BatchFile, BatchInstruction, BatchTold
from anju.treasury.deposit_types import MoveInstruction
from anju.treasury.types import (
    BankResult,
    CardCheck,
    CardStatus,
    Direction,
    EntryNotice,
    Instruction,
    ResultState,
)

BANK_NAME, BANK_CODE = "安居银行", "105331000001"
CENTRE_ACCOUNT, CENTRE_NAME = "7001000000000001", "安居市住房公积金管理中心"
PAUSE = timedelta(seconds=40)
# Done by the act itself, in the same breath: the planned job is the net under it.
NETS = frozenset({"casework.advance", "notices.forget_code", "treasury.tell_entries", "closing.close_yesterday"})


@dataclass(frozen=True)
class Known:
    """A person as the other agencies know them."""

    name: str
    id_number: str
    phone: str
    spouse: tuple[str, str] | None = None
    homes: int = 0
    cards: tuple[str, ...] = ()

    @property
    def home_list(self) -> list[dict[str, str]]:
        """The homes on record."""
        streets = ("清溪路 8 号", "长桥路 21 号")
        return [
            {"address": f"安居市{street}", "area": "89.40", "since": "2021-05-18"} for street in streets[: self.homes]
        ]


@dataclass(frozen=True)
class Company:
    """A company as the business registry knows it."""

    uscc: str
    name: str
    legal_person_name: str

    @property
    def entry(self) -> dict[str, str]:
        return {"uscc": self.uscc, "name": self.name, "legal_person_name": self.legal_person_name,
                "address": "安居市长桥路 16 号", "state": "normal"}  # fmt: skip


@dataclass(frozen=True, order=True)
class Booked:
    """One entry of the bank on the centre's account, in the order in which it was booked; fen signed."""

    at: datetime
    serial: str
    fen: int
    name: str
    account: str
    summary: str


@dataclass
class Outside:
    """Bank and agencies of the past, and the jobs that were planned meanwhile."""

    at: datetime
    people: dict[str, Known] = field(default_factory=dict)
    companies: dict[str, Company] = field(default_factory=dict)
    silent: set[Kind] = field(default_factory=set)
    bank_silent: bool = False
    closed_cards: set[str] = field(default_factory=set)
    planned: list[jobs.Held] = field(default_factory=list)
    answers: int = 0
    booked: list[Booked] = field(default_factory=list)
    stated_through: date | None = None
    """The last day of which the bank has handed out a statement, and the balance there."""
    stated_fen: int = 0
    _paid: set[str] = field(default_factory=set)

    # ---- agencies -------------------------------------------------------------------------------------------

    def ask(self, kind: Kind, params: Mapping[str, str]) -> Reading:  # the port of `exchange`
        """The answer of that day; whoever is not in the registers is single, owns nothing and is who they say."""
        if kind in self.silent:
            return Reading.down("timeout")
        facts = self._facts(kind, params)
        self.answers += 1
        serial = f"{kind.split('.')[0].upper()}-{self.at:%Y%m%d}-{self.answers:06d}"
        if facts is None:
            return Reading(AnswerStatus.NOT_FOUND, serial=serial)
        return Reading(AnswerStatus.OK, facts=facts, serial=serial)

    def _facts(self, kind: Kind, params: Mapping[str, str]) -> dict[str, Any] | None:
        if kind is Kind.COMPANY:
            company = self.companies.get(params["uscc"])
            return company.entry if company else None
        if kind is Kind.ELSEWHERE:
            return {"exists": False, "state": None, "centre": None}
        person = self.people.get(params["id_number"])
        if kind is Kind.IDENTITY:
            phone = person is None or person.phone == params["phone"]
            return {"match": person is None or person.name == params["name"], "phone_match": phone}
        if kind is Kind.HOMES:
            homes = person.home_list if person else []
            return {"homes": len(homes), "items": homes}
        spouse = person.spouse if person else None
        named = {"name": spouse[0], "id_number": spouse[1]} if spouse else None
        return {"status": "married" if named else "single", "spouse": named}

    # ---- bank -----------------------------------------------------------------------------------------------

    def pay(self, payment: Instruction, *, at: datetime) -> BankResult:  # the port of `treasury`
        """Paid on the day, unless the bank is silent or the card was closed."""
        if self.bank_silent:
            return BankResult(state=ResultState.UNKNOWN)
        if payment.payee.account in self.closed_cards:
            return BankResult(state=ResultState.FAILED, reason_code="E2004", reason="收款账户已销户")
        self._paid.add(payment.business_serial)
        serial = f"H{at:%Y%m%d}9{len(self._paid):05d}"
        payee = payment.payee
        self.booked.append(Booked(at, serial, -payment.amount_fen, payee.name, payee.account, payment.summary))
        return BankResult(state=ResultState.SUCCESS, host_serial=serial, value_on=at.date())

    def result_of(self, business_serial: str) -> BankResult:
        """Only what the bank never saw is asked for here."""
        assert business_serial not in self._paid
        return BankResult(state=ResultState.NONE)

    def card_owner(self, account: str, name: str, id_number: str, *, id_kind: str, at: datetime) -> CardCheck:
        """A silent bank says nothing; asked otherwise, everybody's card is their own."""
        if self.bank_silent:
            return CardCheck(status=CardStatus.DOWN, serial="", read_at=at, reason="银行现在没有回答，请稍后再试。")
        self.answers += 1
        serial = f"ACC-{at:%Y%m%d}-{self.answers:06d}"
        return CardCheck(status=CardStatus.OK, serial=serial, read_at=at, bank_name=BANK_NAME, bank_code=BANK_CODE)

    def book(self, notice: EntryNotice, at: datetime) -> None:
        """The bank books an entry that it tells of at once."""
        fen = notice.amount_fen if notice.direction is Direction.CREDIT else -notice.amount_fen
        self.booked.append(
            Booked(at, notice.host_serial, fen, notice.counter_name, notice.counter_account, notice.summary)
        )

    # ---- what was planned -----------------------------------------------------------------------------------

    def catch_up(self, at: datetime) -> None:
        """Do everything the acts so far have planned, as of this moment."""
        while self.planned:
            self._do(self.planned.pop(0), at)

    def _do(self, job: jobs.Held, at: datetime) -> None:
        if job.name in NETS:
            return
        if job.name == "notices.deliver_sms":
            settle_sms(job.arguments["sms_id"], SmsState.DELIVERED, at=at)
        elif job.name == "contributions.post_remittance":
            contributions.post_remittance(**job.arguments, at=at)
        elif job.name in ("treasury.instruct_payment", "treasury.ask_result"):
            treasury.advance(**job.arguments, at=at)
        elif job.name == "wiring.tell_interest":
            jobs.perform(job, at=at)
        else:
            raise AssertionError(f"nobody here does {job.name}")


class _PastBank:
    """The bank's port: `Outside` has an `ask` of its own, for the agencies."""

    def __init__(self, outside: Outside) -> None:
        self.pay, self.card_owner = outside.pay, outside.card_owner
        self._outside = outside

    def ask(self, business_serial: str, *, amount_fen: int, at: datetime) -> BankResult:
        return self._outside.result_of(business_serial)

    def pay_batch(self, batch: BatchInstruction, *, at: datetime) -> BatchAnswer:
        return BatchAnswer(state=BatchTold.UNSENT, reason="the past paid one by one")

    def move(self, move: MoveInstruction, *, at: datetime) -> BankResult:
        return BankResult(state=ResultState.UNSENT, reason="the past had no deposits")

    def ask_batch(self, batch_serial: str, *, at: datetime) -> BatchAnswer:
        return BatchAnswer(state=BatchTold.NONE)

    def batch_file(self, batch_serial: str, *, at: datetime) -> BatchFile | None:
        return None

    def balance(self, account: str, *, at: datetime) -> Balance:
        raise bank_port.BankDown("nobody asks for balances here")

    def entries(self, account: str, first: date, last: date, *, at: datetime) -> Sequence[EntryNotice]:
        return ()


@contextmanager
def history(at: datetime) -> Iterator[Outside]:
    """The past answers and its jobs are held, for a block."""
    with ExitStack() as stack:
        outside = Outside(at, planned=stack.enter_context(jobs.held()))
        stack.enter_context(ports.using(outside))
        stack.enter_context(bank_port.using(_PastBank(outside)))
        yield outside


def teach_simulators(outside: Outside) -> None:
    """Tell bank and agencies what they are to answer from now on."""
    people = [
        {
            "name": known.name, "id_number": known.id_number, "phone": known.phone, "homes": known.home_list,
            "marital": "married" if known.spouse else "single",
            "spouse": {"name": known.spouse[0], "id_number": known.spouse[1]} if known.spouse else None,
        }
        for known in outside.people.values()
    ]  # fmt: skip
    units = [company.entry for company in outside.companies.values()]
    cards = {
        card: {"name": known.name, "id_number": known.id_number,
               "bank_name": BANK_NAME,
               "bank_code": BANK_CODE, "state": "closed" if card in outside.closed_cards else "open"}
        for known in outside.people.values() for card in known.cards
    }  # fmt: skip
    own = {CENTRE_ACCOUNT: {"name": CENTRE_NAME, "balance": "900000000.00"}}
    _post(settings.ANJU_AGENCIES_URL, "/world", {"people": people, "units": units, "other_accounts": []})
    _post(settings.ANJU_BANK_URL, "/world", {"own_accounts": own, "accounts": cards})


def _post(base: str, path: str, content: dict[str, object]) -> None:
    if base:
        httpx.post(f"{base}{path}", json=content, timeout=10).raise_for_status()
