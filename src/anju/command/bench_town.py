"""What ``anju bench pages`` looks at: an employer with 300 people and a member paid twice a month for two years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from anju import policy
from anju.accounts import actions as accounts
from anju.accounts import queries as account_queries
from anju.accounts.types import ContributionBatch, MemberRows
from anju.casework import actions as casework
from anju.contributions import actions as contributions
from anju.contributions.roster.types import ChangeKind, CheckedList, RosterLine
from anju.contributions.types import ListSource
from anju.identity import actions as identity
from anju.identity.actions.sessions import open_session
from anju.identity.types import Browser, Role
from anju.kernel import clock
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.identifiers import IdKind
from anju.kernel.month import Month
from anju.ledger.actions import open_days
from anju.parties import actions as parties
from anju.parties.types import PersonDraft, UnitDraft
from anju.treasury import actions as treasury
from anju.treasury.types import Direction, EntryNotice

PASSWORD = "bench-qingshan-26"  # noqa: S105  (a database that lives for minutes)
PEOPLE = 300
MONTHS = 26
LINES_A_MONTH = 2
RATIO = Decimal("0.12")
CENTRE_ACCOUNT = "7001000000000001"


@dataclass(frozen=True)
class Town:
    """Sessions and addresses."""

    member_key: str
    agent_key: str
    case_id: int
    until: date

    def statement(self, lines: int) -> str:
        """The statement's address for the last so many contributions."""
        since = (Month.of(self.until) + -(lines // LINES_A_MONTH - 1)).first_day
        parts = [(f"{end}_{n}", part) for end, day in (("since", since), ("until", self.until))
                 for n, part in enumerate((day.year, day.month, day.day))]  # fmt: skip
        return "/me/statement/?" + "&".join(f"{name}={part}" for name, part in parts)


def build() -> Town:
    """Built by the rooms' own actions."""
    centre_id, at = settings.ANJU_CENTRE_ID, clock.now()
    first = Month.of(at.date()) + -MONTHS
    begin = datetime.combine(first.first_day - timedelta(days=5), at.timetz())
    machine = Actor.machine(centre_id, policy.book(settings.ANJU_CITY).release)
    open_days(centre_id, begin.date(), begin.date())
    accounts.load_rates(policy.book(settings.ANJU_CITY), centre_id=centre_id, at=begin)
    unit_id = _unit("测量单位", "91350100M000100Y43", centre_id, machine, at=begin)
    elsewhere = _unit("测量二单位", "91350100M000200Y4T", centre_id, machine, at=begin)
    person = parties.find_or_create_people(
        [PersonDraft("测量", IdKind.PASSPORT, "E00000000")], centre_id=centre_id, at=begin
    )[0]
    accounts.open_accounts(
        [person.person_id], centre_id=centre_id, unit_id=elsewhere, opened_on=begin.date(), at=begin
    )
    account_id = account_queries.account_of_person(person.person_id)
    assert account_id is not None
    _pay(account_id, centre_id=centre_id, unit_id=elsewhere, first=first)
    member_key, member = _log_in("E00000000", "13800138000", person.person_id, Role.MEMBER, None, machine, at)
    agent = parties.find_or_create_people(
        [PersonDraft("经办", IdKind.PASSPORT, "E00000999")], centre_id=centre_id, at=begin
    )[0]
    agent_key, agent_actor = _log_in(
        "E00000999", "13800138999", agent.person_id, Role.UNIT_AGENT, unit_id, machine, at
    )
    _enrol(centre_id, unit_id, agent_actor, at)
    case = casework.submit(
        "deposit_certificate", {"purpose": "residence"}, actor=member, key="bench-certificate-0001", at=at
    )
    return Town(member_key, agent_key, case.case_id, (Month.of(at.date()) + -1).last_day)


def _unit(name: str, uscc: str, centre_id: int, actor: Actor, *, at: datetime) -> int:
    return parties.register_unit(
        UnitDraft(name=name, uscc=uscc, address="", nature="33", payday=10,
                  first_month=Month.of(clock.now().date()) + -1, unit_ratio=RATIO, person_ratio=RATIO,
                  legal_person_name="测量"),
        centre_id=centre_id, actor=actor, at=at,
    )  # fmt: skip


def _pay(account_id: int, *, centre_id: int, unit_id: int, first: Month) -> None:
    for number in range(MONTHS * LINES_A_MONTH):
        month = first + number // LINES_A_MONTH
        at = datetime.combine(date(month.year, month.month, 15), clock.now().astimezone(ZONE).timetz())
        with transaction.atomic():
            accounts.post_contributions(
                MemberRows("SELECT %s::bigint AS account_id, 103200::bigint AS own_fen, 103200::bigint AS unit_fen",
                           [account_id]),
                batch=ContributionBatch(
                    centre_id=centre_id, key=f"bench:{number}", total_fen=206_400, unit_id=unit_id, month=month,
                    source_id=number + 1, value_on=at.date(),
                ),
                at=at,
            )  # fmt: skip


def _log_in(
    id_number: str, phone: str, person_id: int, role: Role, unit_id: int | None, machine: Actor, at: datetime
) -> tuple[str, Actor]:
    login_id = identity.register(
        name="测量", id_kind=IdKind.PASSPORT.value, id_number=id_number, phone=phone, at=at, password=PASSWORD
    )
    identity.bind_person(login_id, person_id, actor=machine, at=at)
    identity.grant_mandate(login_id, role, actor=machine, at=at, unit_id=unit_id)
    nobody = identity.open_anonymous_session(address="127.0.0.1", agent="", at=at)
    key = open_session(login_id, browser=Browser(nobody.session_id, "127.0.0.1"), at=at).key
    actor = Actor(login_id=login_id, person_id=person_id, role=role.value, unit_id=unit_id, name="测量",
                  centre_id=settings.ANJU_CENTRE_ID)  # fmt: skip
    return key, actor


def _enrol(centre_id: int, unit_id: int, agent: Actor, at: datetime) -> None:
    """The staff, and their last month declared, paid and posted: this month is an unchanged one."""
    month = Month.of(at.date()) + -1
    lines = tuple(
        RosterLine(
            row=place + 1, change=ChangeKind.NEW, name="测量", id_kind=IdKind.PASSPORT, id_number=f"E{place:08d}",
            phone="", base_fen=860_000, unit_ratio=RATIO, person_ratio=RATIO, month=month, reason="", person_id=None,
        )
        for place in range(1, PEOPLE + 1)
    )  # fmt: skip
    checked = CheckedList(
        month=month, full_roster=False, sheet="", columns={}, unused=(), lines=lines, problems=(), left_out=()
    )
    contributions.apply_changes(
        checked, centre_id=centre_id, unit_id=unit_id, source=ListSource.OPENING, actor=agent, at=at,
        verify_elsewhere=False,
    )  # fmt: skip
    paid_on = datetime.combine(month.last_day, at.timetz())
    declared = contributions.declare_month(centre_id, unit_id, month, actor=agent, at=paid_on)
    treasury.open_bank_account(
        centre_id, number=CENTRE_ACCOUNT, name="测量中心", bank_name="测量银行", actor=agent, at=paid_on
    )
    treasury.receive_notice(
        EntryNotice(
            account=CENTRE_ACCOUNT, host_serial="B1", direction=Direction.CREDIT, amount_fen=declared.total_fen,
            entry_date=paid_on.date(), counter_name="测量单位", counter_account="6228000000000001",
            summary=declared.number,
        ),
        at=paid_on,
    )  # fmt: skip
    contributions.post_remittance(centre_id, declared.remittance_id, at=paid_on)
