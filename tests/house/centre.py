"""A small centre with something of everything: two members, two units, two applicants, the whole staff, and their work.

Everything is done through pages and the rooms' own actions. Each person has a browser with a session of their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client, override_settings
from xlsxwriter import Workbook

from anju import policy
from anju.accounts import actions as accounts
from anju.casework import actions as cases
from anju.casework.types import Proposal
from anju.contributions import actions as contributions
from anju.contributions.roster.types import ChangeKind, CheckedList, RosterLine
from anju.contributions.types import ListSource
from anju.exchange import fakes
from anju.exchange.types import Kind
from anju.identity import actions as identity
from anju.identity.actions.sessions import open_session
from anju.identity.http import COOKIE
from anju.identity.types import Browser, Role
from anju.kernel import clock
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.identifiers import IdKind, check_id18, check_uscc
from anju.kernel.month import Month
from anju.ledger.actions import open_days
from anju.notices import actions as notices
from anju.parties import actions as parties
from anju.parties.types import PersonDraft, UnitDraft
from anju.support import actions as support
from anju.treasury import actions as treasury
from anju.treasury.bank import using
from anju.treasury.fake_bank import FakeBank
from anju.treasury.types import CardCheck, CardStatus, Direction, EntryNotice, Payee, PaymentDraft

CENTRE = 990100
NOW = datetime(2026, 11, 23, 10, 41, tzinfo=ZONE)
MACHINE = Actor.machine(CENTRE, "test")
PASSWORD = "shanqing-shuixiu-77"
TREASURY = "7001000000000001"
CARD = "6217009900000006620"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
CHROME = "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36"
NAMES = (
    "林晓雨", "王国强", "方晴", "周启明", "高玉兰", "陈立", "简宁", "宋雨桐", "许文博", "何静", "孟涛", "沈岚",
    "唐晓雯", "秦海宁", "吕思远",
)  # fmt: skip

STARTS = {
    "nobody": "/", "applicant": "/open/", "other_applicant": "/open/", "member": "/me/", "other_member": "/me/",
    "unit_admin": "/unit/", "other_unit_admin": "/unit/", "unit_agent": "/unit/", "clerk": "/desk/",
    "reviewer": "/desk/", "treasurer": "/desk/", "administrator": "/desk/",
    "accountant": "/desk/ledger/", "auditor": "/desk/audit/",
}  # fmt: skip
"""Where each of them begins to look around."""


def id_number(n: int) -> str:
    """A number of an invented region with the right check digit."""
    body = f"70010019900101{n:03d}"
    return body + str(check_id18(body + "0").correct_char)


def uscc(n: int) -> str:
    """The code of an invented company."""
    body = f"9170010{n}MA00000{n:02d}X"[:17]
    return body + str(check_uscc(body + "0").correct_char)


def phone(n: int) -> str:
    return f"1380000{n:04d}"


@dataclass
class Hands:
    """The hands of the clock."""

    at: datetime = NOW

    def later(self, **parts: float) -> None:
        self.at += timedelta(**parts)


@dataclass
class Someone:
    """A person with a log-in and, once `come_in` was called, a browser."""

    n: int
    person_id: int
    login_id: int
    role: Role
    unit_id: int | None = None
    client: Client = field(default_factory=Client)

    @property
    def actor(self) -> Actor:
        person_id = None if self.role is Role.APPLICANT else self.person_id
        return Actor(self.login_id, person_id, self.role.value, self.unit_id, NAMES[self.n], CENTRE)


@dataclass
class Centre:
    """Everybody by name: `member`, `other_member`, `unit_admin`, `other_unit_admin`, …, and the hands of the clock."""

    people: dict[str, Someone]
    hands: Hands
    bank: FakeBank
    agencies: fakes.FakeAgencies
    known: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Addresses no link leads to any more: where each person's own work has taken them."""

    def client(self, who: str) -> Client:
        """The browser of one of them, or of nobody."""
        return self.people[who].client if who in self.people else browser()


def browser() -> Client:
    """A browser nobody has logged in with."""
    return Client(raise_request_exception=False, HTTP_USER_AGENT=CHROME, REMOTE_ADDR="10.1.2.3")


@contextmanager
def outside() -> Iterator[tuple[FakeBank, fakes.FakeAgencies]]:
    """A bank and agencies that answer at once."""
    bank = FakeBank()
    with using(bank), fakes.agencies() as agencies:
        agencies.knows(Kind.HOMES, {"homes": 0, "items": []})
        agencies.knows(Kind.MARRIAGE, {"status": "single", "spouse": None})
        agencies.knows(Kind.IDENTITY, {"match": True, "phone_match": False})
        yield bank, agencies


@contextmanager
def small_centre(folder: Path) -> Iterator[Centre]:
    """Build it inside one transaction, which is taken back at the end."""
    hands = Hands()
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(clock, "now", lambda: hands.at)
        stack.enter_context(override_settings(ANJU_TESTING_ATOMIC=True, ANJU_FILES_DIR=folder))
        bank, agencies = stack.enter_context(outside())
        block = transaction.atomic()
        block._from_testcase = True  # type: ignore[attr-defined]
        with block:
            yield _built(hands, bank, agencies)
            transaction.set_rollback(True)


def _built(hands: Hands, bank: FakeBank, agencies: fakes.FakeAgencies) -> Centre:
    _open_books()
    people = {
        "member": someone(0, Role.MEMBER), "other_member": someone(1, Role.MEMBER),
        "applicant": someone(6, Role.APPLICANT), "other_applicant": someone(7, Role.APPLICANT),
        "clerk": someone(8, Role.CLERK), "reviewer": someone(9, Role.REVIEWER),
        "treasurer": someone(10, Role.TREASURER), "administrator": someone(11, Role.ADMINISTRATOR),
        "accountant": someone(13, Role.ACCOUNTANT), "auditor": someone(14, Role.AUDITOR),
    }  # fmt: skip
    units = [_employ(people["member"], "6228000000001", 1), _employ(people["other_member"], "6228000000002", 2)]
    for n, who, role in ((2, "unit_admin", Role.UNIT_ADMIN), (3, "unit_agent", Role.UNIT_AGENT)):
        people[who] = someone(n, role, units[0])
        people[f"other_{who}"] = someone(n + 2, role, units[1])
    made = Centre(people, hands, bank, agencies)
    for one in people.values():
        come_in(one)
    _work_of_units(made, units)
    _work_of_the_desk(made)
    _work_of_members(made)
    _work_of_applicants(made)
    return made


def _open_books() -> None:
    first = Month(2026, 7).first_day
    at = datetime(first.year, first.month, first.day, 10, tzinfo=ZONE)
    open_days(CENTRE, first, first)
    accounts.load_rates(policy.book("anju"), centre_id=CENTRE, at=at)
    treasury.open_bank_account(
        CENTRE, number=TREASURY, name="安居市住房公积金管理中心", bank_name="安居银行", actor=MACHINE, at=at
    )


def someone(n: int, role: Role, unit_id: int | None = None) -> Someone:
    """A person known to the centre, with a log-in and one capacity."""
    at = NOW - timedelta(days=60)
    draft = PersonDraft(NAMES[n], IdKind.ID18, id_number(n), phone(n))
    person_id = parties.find_or_create_people([draft], centre_id=CENTRE, at=at)[0].person_id
    login_id = identity.register(
        name=NAMES[n], id_kind=IdKind.ID18.value, id_number=id_number(n), phone=phone(n), at=at,
        password=PASSWORD if n == 0 else None,
    )  # fmt: skip
    if role is not Role.APPLICANT:
        identity.bind_person(login_id, person_id, actor=MACHINE, at=at)
        identity.grant_mandate(login_id, role, actor=MACHINE, at=at, unit_id=unit_id)
    return Someone(n, person_id, login_id, role, unit_id)


def come_in(one: Someone) -> None:
    """A session that has just proved its owner again."""
    at = clock.now()
    anonymous = identity.open_anonymous_session(address="10.1.2.3", agent=CHROME, at=at)
    opened = open_session(one.login_id, browser=Browser(anonymous.session_id, "10.1.2.3", CHROME), at=at)
    opened = identity.renew_session(Browser(opened.session_id, "10.1.2.3", CHROME), at=at, stepped_up=True)
    one.client = browser()
    one.client.cookies[COOKIE] = opened.key


def _employ(member: Someone, bank_account: str, n: int) -> int:
    """A unit whose months up to last month are paid, with one person on its list."""
    first = Month(2026, 7)
    at = datetime(2026, 7, 1, 10, tzinfo=ZONE)
    draft = UnitDraft(
        name=f"安居第{n}工厂", uscc=uscc(n), address="安居路 1 号", nature="33", payday=10, first_month=first,
        unit_ratio=Decimal("0.12"), person_ratio=Decimal("0.12"), legal_person_name="周正", bank_account=bank_account,
        bank_name="安居银行",
    )  # fmt: skip
    unit_id = parties.register_unit(draft, centre_id=CENTRE, actor=MACHINE, at=at)
    line = RosterLine(
        row=2, change=ChangeKind.NEW, name=NAMES[member.n], id_kind=IdKind.ID18, id_number=id_number(member.n),
        phone=phone(member.n), base_fen=860_000, unit_ratio=Decimal("0.12"), person_ratio=Decimal("0.12"), month=first,
        reason="", person_id=None,
    )  # fmt: skip
    checked = CheckedList(
        month=first, full_roster=True, sheet="", columns={}, unused=(), lines=(line,), problems=(), left_out=()
    )
    contributions.apply_changes(
        checked, centre_id=CENTRE, unit_id=unit_id, source=ListSource.OPENING, actor=MACHINE, at=at,
        verify_elsewhere=False,
    )  # fmt: skip
    for month in (first + past for past in range(4)):
        _pay(unit_id, month, bank_account)
    return unit_id


def _pay(unit_id: int, month: Month, bank_account: str) -> None:
    at = datetime(month.year, month.month, 12, 10, tzinfo=ZONE)
    declared = contributions.declare_month(CENTRE, unit_id, month, actor=MACHINE, at=at)
    receive(declared.total_fen, f"汇缴 {declared.number}", bank_account, at=at)
    contributions.post_remittance(CENTRE, declared.remittance_id, at=at)


def receive(fen: int, summary: str, bank_account: str, *, at: datetime) -> None:
    """Money comes in."""
    treasury.receive_notice(
        EntryNotice(
            account=TREASURY, host_serial=f"T{at:%m%d}{bank_account[-4:]}{fen}", direction=Direction.CREDIT,
            amount_fen=fen, entry_date=at.date(), counter_name="安居第一工厂", counter_account=bank_account,
            summary=summary,
        ),
        at=at,
    )  # fmt: skip


def _sent(made: Centre, who: str, path: str, **values: Any) -> str:
    """A form that is taken; where it leads is kept among what this person knows."""
    answer = made.client(who).post(path, values)
    assert answer.status_code == 302, answer.content.decode()[-4000:]
    made.known[who].append(answer["Location"])
    return str(answer["Location"])


def _work_of_units(made: Centre, units: list[int]) -> None:
    """A month that waits for the second person and one for its money, lists that were sent in, receipts, messages."""
    for place, (who, last) in enumerate((("unit_admin", "86000"), ("other_unit_admin", "7000"))):
        one = made.people[who]
        if place == 0:
            parties.set_second_approval(CENTRE, units[0], True, actor=one.actor, at=NOW)
        month = cases.submit(
            "employer_remittance", {"month": "2026-11", "expected_total_fen": 206_400}, actor=one.actor,
            key="the-month-of-november", at=NOW,
        )  # fmt: skip
        made.known[who].append(f"/unit/cases/{month.case_id}/")
        known, new = (f"{NAMES[n]},{id_number(n)}" for n in (place, 12))
        lines = ("姓名,证件号码,缴存基数", f"{known},8600", f"{new},{last}")
        where = _sent(made, who, "/unit/upload/", file=SimpleUploadedFile("名册.csv", "\n".join(lines).encode()))
        made.known[who].append(f"{where.split('?')[0]}errors/")
        _sent(made, who, "/unit/upload/", file=SimpleUploadedFile("两张表.xlsx", _two_sheets()))
        receive(123_400 + place, "公积金", f"622800000000{place + 1}", at=NOW)
        notices.send("case_accepted", at=NOW, unit_id=units[place], title="业务已受理", text="已受理。")


def _two_sheets() -> bytes:
    """A workbook whose owner has to say which sheet is meant."""
    target = BytesIO()
    with Workbook(target, {"in_memory": True}) as book:
        for name in ("10月", "11月"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ("姓名", "证件号码", "缴存基数"))
            sheet.write_row(1, 0, (NAMES[12], id_number(12), 7000))
    return target.getvalue()


def _work_of_the_desk(made: Centre) -> None:
    """A payment that waits for its signature, a mandate, a report."""
    treasury.order_payment(
        PaymentDraft(
            centre_id=CENTRE, idempotency_key="refund:1", source_kind="test", source_id=1, amount_fen=180_000,
            payee=Payee(name=NAMES[0], account=CARD, bank_name="安居银行"), summary="退款", maker_person_id=None,
            checker_person_id=None, checker_release="2026.11-test",
        ),
        at=NOW,
    )  # fmt: skip
    treasury.sign_mandate(
        limit_fen=100_000, starts_on=NOW.date(), ends_on=NOW.date() + timedelta(days=30),
        actor=made.people["treasurer"].actor, at=NOW,
    )  # fmt: skip
    support.report_wrong(
        text="九月的基数不对", page="/me/", login_id=made.people["member"].login_id, centre_id=CENTRE, at=NOW
    )
    for who in ("clerk", "treasurer"):
        made.known[who] += [f"/desk/people/{made.people['member'].person_id}/", f"/desk/units/{_unit_of(made)}/"]


def _unit_of(made: Centre) -> int:
    unit_id = made.people["unit_admin"].unit_id
    assert unit_id is not None
    return unit_id


def _work_of_members(made: Centre) -> None:
    """Drafts, cards, a case that came back for papers, a case with the reviewer, a certificate, messages."""
    for who in ("member", "other_member"):
        one = made.people[who]
        made.bank.cards[_card(one.n)] = made.bank.cards[_card(one.n + 2)] = (NAMES[one.n], id_number(one.n))
        check = CardCheck(status=CardStatus.OK, serial="T1", read_at=NOW, bank_name="安居银行")
        treasury.bind_card(
            one.person_id, card=_card(one.n), holder=NAMES[one.n], check=check, actor=one.actor,
            at=NOW - timedelta(days=9),
        )  # fmt: skip
        notices.send("case_accepted", at=NOW, login_id=one.login_id, title="业务已受理", text="已受理。")
        _sent(made, who, "/me/services/rent/", monthly_rent="2600")
        made.hands.later(seconds=61)
        _sent(made, who, "/me/card/", card=_card(one.n + 2))
        made.hands.later(seconds=61)
        cases.submit("deposit_certificate", {"purpose": "residence"}, actor=one.actor, key="paper", at=NOW)
    made.agencies.down(Kind.MARRIAGE)
    for who in ("member", "other_member"):
        _rent_with_a_paper(made, who)


def _card(n: int) -> str:
    return f"{CARD[:-1]}{n}"


def _rent_with_a_paper(made: Centre, who: str) -> None:
    """Asked for, sent in, and asked for again from the first member; from the other one it goes to the reviewer."""
    one, clerk = made.people[who], made.people["clerk"].actor
    rent = cases.submit("rent_withdrawal", {"monthly_rent": 260_000}, actor=one.actor, key="rent", at=NOW)
    where = f"/me/cases/{rent.case_id}/"
    cases.claim(rent.case_id, actor=clerk, at=NOW)
    cases.request_correction(rent.case_id, items=["marriage"], note="请补上。", actor=clerk, at=NOW)
    upload = SimpleUploadedFile("结婚证.pdf", PDF, content_type="application/pdf")
    _sent(made, who, f"{where}supplement/", **{"paper-marriage": upload})
    paper = cases.open_case(rent.case_id, actor=clerk, at=NOW).papers[0]
    made.known[who].append(f"{where}papers/{paper.file_id}/")
    made.known["clerk"].append(f"/desk/cases/{rent.case_id}/papers/{paper.file_id}/")
    if who == "member":
        cases.request_correction(rent.case_id, items=["marriage"], note="请再补。", actor=clerk, at=NOW)
        return
    made.agencies.up(Kind.MARRIAGE)
    cases.ask_again(rent.case_id, actor=clerk, at=NOW)
    cases.propose(rent.case_id, Proposal.AGREE, reasons="材料齐全", actor=clerk, at=NOW)


def _work_of_applicants(made: Centre) -> None:
    """Two who want to be let in: one may sign, one is asked for papers; and each applies for a company as well."""
    clerk = made.people["clerk"].actor
    for n, who in enumerate(("applicant", "other_applicant")):
        one = made.people[who]
        made.agencies.knows(Kind.IDENTITY, {"match": True, "phone_match": n == 0})
        opening = cases.submit("member_opening", {}, actor=one.actor, key="opening", at=NOW)
        if n:
            cases.request_correction(opening.case_id, items=["document"], note="请补上。", actor=clerk, at=NOW)
        company = uscc(5 + n)
        made.agencies.knows(
            Kind.COMPANY,
            {"name": f"安居第{5 + n}商店", "legal_person_name": "周正", "address": "安居路 5 号", "state": "normal",
             "nature": "33"}, uscc=company,
        )  # fmt: skip
        answers = {"uscc": company, "id_number": id_number(one.n), "payday": 10, "first_month": "2026-11", "ratio": 12,
                   "person_ratio": 12, "nature": ""}  # fmt: skip
        unit = cases.submit("employer_opening", answers, actor=one.actor, key="company", at=NOW)
        made.known[who] += [f"/open/cases/{case.case_id}/" for case in (opening, unit)]
