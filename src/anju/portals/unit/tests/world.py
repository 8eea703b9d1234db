"""A small world for the employer's pages: one unit with two people who may act for it, its staff, and another unit.

Everything is done through the rooms' own actions. Sessions are real; files land in a folder of the test's own.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from anju import jobs, policy
from anju.accounts import actions as accounts
from anju.contributions import actions as contributions
from anju.contributions import queries
from anju.contributions.roster.types import ChangeKind, CheckedList, RosterLine
from anju.contributions.types import ListSource
from anju.exchange import fakes
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
from anju.parties import actions as parties
from anju.parties.types import PersonDraft, UnitDraft
from anju.treasury import actions as treasury
from anju.treasury.types import Direction, EntryNotice

CENTRE = 990100
NOW = datetime(2026, 11, 12, 10, 41, tzinfo=ZONE)
OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
MACHINE = Actor.machine(CENTRE, "test")
TREASURY = "7001000000000001"
BANK = "622800000000110{n}"
BASE_FEN = 860_000
HEADINGS = ("姓名", "证件号码", "手机号", "缴存基数")
_DIGITS = "零一二三四五六七八九"


@dataclass
class Clock:
    """The hands of the clock."""

    at: datetime = NOW

    def later(self, **parts: float) -> None:
        """Move on."""
        self.at += timedelta(**parts)


HANDS = Clock()


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Iterator[Clock]:
    """The clock stands where the test puts it; agencies answer "nowhere else" unless a test says otherwise."""
    HANDS.at = NOW
    monkeypatch.setattr(clock, "now", lambda: HANDS.at)
    settings.ANJU_TESTING_ATOMIC = True
    settings.ANJU_FILES_DIR = str(tmp_path / "files")
    with fakes.agencies() as agencies:
        HANDS.agencies = agencies  # type: ignore[attr-defined]
        yield HANDS


def id_number(n: int, birth: str = "19850101") -> str:
    """A number of an invented region with the right check digit."""
    body = f"700100{birth}{n:03d}"
    return body + str(check_id18(body + "0").correct_char)


def staff_name(n: int) -> str:
    return "员工" + "".join(_DIGITS[int(digit)] for digit in str(n))


def staff_id(n: int) -> str:
    return id_number(n % 1000, f"19{60 + n // 1000:02d}0303")


def wrong_digit(number: str) -> str:
    """The same number with a check digit that does not fit."""
    return number[:17] + ("0" if number[17] != "0" else "1")


def staff_row(n: int, base: object = 8600) -> tuple[object, ...]:
    """One line of the agent's own sheet."""
    return (staff_name(n), staff_id(n), f"1391{n:07d}", base)


@dataclass(frozen=True)
class Unit:
    """A unit of the world and who may act for it."""

    unit_id: int
    n: int
    people: dict[str, Actor] = field(default_factory=dict)

    def client(self, who: str = "agent", **options: Any) -> Client:
        """A browser of one of them."""
        return client_of(self.people[who], **options)


def open_books() -> None:
    """Days, rates and the centre's bank account."""
    first = date(2025, 7, 1)
    open_days(CENTRE, first, first)
    at = datetime(2025, 7, 1, 9, tzinfo=ZONE)
    accounts.load_rates(policy.book("anju"), centre_id=CENTRE, at=at)
    treasury.open_bank_account(
        CENTRE, number=TREASURY, name="安居市住房公积金管理中心", bank_name="安居银行", actor=MACHINE, at=at
    )


def unit_of(
    n: int = 1, *, staff: int = 3, second_approval: bool = False, first_month: Month = NOVEMBER,
    ratios: tuple[str, str] = ("0.12", "0.12"), nature: str = "30",
) -> Unit:  # fmt: skip
    """A unit with an agent (周敏), an administrator (陈立) and so many people."""
    body = f"91700100MA00000{n:02d}"
    draft = UnitDraft(
        name=f"安居江南第{n}机电有限公司", uscc=body + str(check_uscc(body + "0").correct_char), address="安居市临湖区",
        nature=nature, payday=10, first_month=first_month, unit_ratio=Decimal(ratios[0]),
        person_ratio=Decimal(ratios[1]), legal_person_name="周启明", bank_account=BANK.format(n=n),
        bank_name="安居银行", second_approval=second_approval,
    )  # fmt: skip
    unit_id = parties.register_unit(draft, centre_id=CENTRE, actor=MACHINE, at=NOW - timedelta(days=60))
    unit = Unit(unit_id, n)
    unit.people["agent"] = acting(n * 10 + 1, "周敏", Role.UNIT_AGENT, unit_id)
    unit.people["admin"] = acting(n * 10 + 2, "陈立", Role.UNIT_ADMIN, unit_id)
    if staff:
        enrol(unit, range(1, staff + 1), month=first_month)
    return unit


def acting(n: int, name: str, role: Role, unit_id: int | None = None) -> Actor:
    """A log-in bound to its person, with one capacity."""
    at = NOW - timedelta(days=30)
    number = id_number(n, "19800808")
    person = parties.find_or_create_people([PersonDraft(name, IdKind.ID18, number)], centre_id=CENTRE, at=at)[0]
    login_id = identity.register(
        name=name, id_kind=IdKind.ID18.value, id_number=number, phone=f"1380000{n:04d}", at=at
    )
    identity.bind_person(login_id, person.person_id, actor=MACHINE, at=at)
    identity.grant_mandate(login_id, role, actor=MACHINE, at=at, unit_id=unit_id)
    return Actor(login_id, person.person_id, role.value, unit_id, name, CENTRE)


def client_of(actor: Actor, *, stepped_up: bool = False) -> Client:
    """A browser with a real session of this log-in, behind TLS as every browser is."""
    assert actor.login_id is not None
    at = clock.now()
    anonymous = identity.open_anonymous_session(address="10.1.2.3", agent="Chrome/140.0", at=at)
    here = Browser(anonymous.session_id, "10.1.2.3", "Chrome/140.0")
    opened = open_session(actor.login_id, browser=here, at=at)
    if stepped_up:
        opened = identity.renew_session(Browser(opened.session_id, "10.1.2.3", "Chrome/140.0"), at=at, stepped_up=True)
    client = Client(REMOTE_ADDR="10.1.2.3")
    client.cookies[COOKIE] = opened.key
    return client


def enrol(unit: Unit, numbers: Sequence[int], *, month: Month = NOVEMBER, base_fen: int = BASE_FEN) -> None:
    """People are taken on from a month, without a page."""
    lines = tuple(
        RosterLine(
            row=n + 1, change=ChangeKind.NEW, name=staff_name(n), id_kind=IdKind.ID18, id_number=staff_id(n),
            phone="", base_fen=base_fen, unit_ratio=Decimal("0.12"), person_ratio=Decimal("0.12"), month=month,
            reason="",
        )
        for n in numbers
    )  # fmt: skip
    checked = CheckedList(
        month=month, full_roster=False, sheet="", columns={}, unused=(), lines=lines, problems=(), left_out=()
    )
    contributions.apply_changes(
        checked, centre_id=CENTRE, unit_id=unit.unit_id, source=ListSource.OPENING, actor=MACHINE,
        at=NOW - timedelta(days=5), verify_elsewhere=False,
    )  # fmt: skip


def paid(unit: Unit, month: Month) -> int:
    """A month declared, paid and posted without a page; its id."""
    at = datetime(month.year, month.month, 11, 9, tzinfo=ZONE)
    declared = contributions.declare_month(CENTRE, unit.unit_id, month, actor=unit.people["agent"], at=at)
    if declared.state.name == "AWAITING_APPROVAL":
        contributions.approve_remittance(
            CENTRE, unit.unit_id, declared.remittance_id, actor=unit.people["admin"], at=at
        )
    money(unit, declared.total_fen, declared.number, at=at)
    contributions.post_remittance(CENTRE, declared.remittance_id, at=at)
    return declared.remittance_id


_SERIAL = iter(range(1, 10_000_000))


def money(unit: Unit, fen: int, summary: str, *, at: datetime | None = None) -> None:
    """The bank tells of a payment; what listens in the real house listens here."""
    moment = at or clock.now()
    treasury.receive_notice(
        EntryNotice(
            account=TREASURY, host_serial=f"U{next(_SERIAL):09d}", direction=Direction.CREDIT, amount_fen=fen,
            entry_date=moment.date(), counter_name="江南机电", counter_account=BANK.format(n=unit.n),
            summary=summary,
        ),
        at=moment,
    )  # fmt: skip


def post_all() -> None:
    """The worker's turn."""
    jobs.run_all()


def latest(unit: Unit) -> Any:
    """The unit's newest declaration, taken back or not."""
    return queries.remittances(CENTRE, unit.unit_id, limit=1, cancelled=True)[0]


# ------------------------------------------------------------------------------------------------- files


def sheet(rows: Sequence[Sequence[object]], headings: Sequence[str] = HEADINGS, *, name: str = "名册") -> bytes:
    """A workbook of one sheet."""
    return book({name: [headings, *rows]})


def book(sheets: dict[str, Sequence[Sequence[object]]], finish: Any = None) -> bytes:
    """A workbook of these sheets, each cell as a spreadsheet program would keep it."""
    stream = io.BytesIO()
    made = xlsxwriter.Workbook(stream, {"in_memory": True})
    for title, rows in sheets.items():
        page = made.add_worksheet(title)
        for line, row in enumerate(rows):
            page.write_row(line, 0, row)
        if finish:
            finish(made, page)
    made.close()
    return stream.getvalue()


def upload(client: Client, content: bytes, name: str = "十一月工资公积金.xlsx") -> Any:
    """Send a file as the page does."""
    return client.post("/unit/upload/", {"file": SimpleUploadedFile(name, content), "pasted": ""})


def answered(client: Client, answer: Any) -> Any:
    """The page after a redirect."""
    assert answer.status_code == 302, text_of(answer)[:1500]
    return client.get(answer["Location"])


def checked(client: Client, content: bytes, name: str = "十一月工资公积金.xlsx") -> tuple[str, Any]:
    """Upload and open the answer: its address and its page."""
    sent = upload(client, content, name)
    assert sent.status_code == 302, text_of(sent)[:1500]
    page = client.get(sent["Location"])
    assert page.status_code == 200
    return str(sent["Location"]).partition("?")[0], page


def apply(client: Client, address: str, page: Any, **more: str) -> Any:
    """Press the button under the differences."""
    fields = {"key": hidden(page, "key")}
    if "left_out" in page.content.decode():
        fields["left_out"] = "keep"
    return client.post(f"{address}apply/", {**fields, **more})


def confirm_fields(page: Any) -> dict[str, str]:
    """The hidden fields of the confirmation."""
    return {name: hidden(page, name) for name in ("key", "month", "total_fen")}


@contextmanager
def elsewhere(state: str) -> Iterator[None]:
    """Other centres know everybody who is asked about."""
    from anju.exchange.types import Kind

    HANDS.agencies.knows(Kind.ELSEWHERE, {"exists": True, "state": state})  # type: ignore[attr-defined]
    yield


def text_of(answer: Any) -> str:
    """The words of a page without its tags, white space made one."""
    body = answer.content.decode()
    main = re.search(r"<main.*?</main>", body, re.DOTALL)
    blocks = r"</?(dt|dd|p|li|td|th|tr|h\d|div|section|summary|a|option|label|button)\b[^>]*>"
    plain = re.sub(blocks, " ", main[0] if main else body)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", plain))


def hidden(answer: Any, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', answer.content.decode())
    assert found is not None, f"no field {name}"
    return found[1]


