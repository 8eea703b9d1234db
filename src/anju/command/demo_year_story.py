"""What happens in the year that ``anju demo-year`` lives through, month by month, each act at its own hour.

The town, its clock, bank and listening model are those of the simulation; nothing here is left to chance.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from anju import jobs
from anju.accounts.queries import account_ids, latest_trial
from anju.casework import actions as cases
from anju.closing import actions as closing
from anju.command.crashing.books import Books
from anju.command.simulation.bank import learn
from anju.command.simulation.employers import RATIO, month_fen
from anju.command.simulation.statements import _book_payments, effect, statement
from anju.command.simulation.town import CENTRE_ACCOUNT, Person, Town, Unit, id_number, log_in, unit_code
from anju.contributions import actions as contributions
from anju.contributions import queries as months
from anju.contributions.roster.types import ChangeKind, CheckedList, RosterLine
from anju.contributions.types import ListSource, RemittanceState
from anju.identity.types import Role
from anju.kernel.clock import ZONE
from anju.kernel.identifiers import IdKind
from anju.kernel.month import Month
from anju.ledger.actions import post_voucher, request_digest
from anju.ledger.posting_rules import PostingRule, pair
from anju.ledger.types import DistributionPlan, VoucherDraft, VoucherKind
from anju.parties import actions as parties
from anju.parties.queries import person_by_document
from anju.parties.types import UnitDraft
from anju.treasury import actions as treasury
from anju.treasury import queries as payments
from anju.treasury.booking_types import BookingPurpose
from anju.treasury.fake_bank import PayMood
from anju.treasury.types import Direction, EntryNotice

BASE_YUAN = (8600, 5500, 12000)
RENT_FEN, STRANGE_FEN = 330_000, 52_000
QUARTER_INTEREST_FEN, QUARTER_FEE_FEN, BANK_FEE_FEN = 1_250_000, 64_000, 3_500
RESERVE_RATE = Decimal("0.6")


@dataclass
class Told:
    """What the story did, for whoever computes the books by themselves."""

    income_fen: int = 0
    fee_fen: int = 0
    collected_fen: int = 0
    """Of the income what the bank paid within the year."""
    bank_fee_fen: int = 0
    """What the bank took by itself."""
    explained: list[str] = field(default_factory=list)


class Story:
    """One centre's year. ``people``: members of each of the two units."""

    def __init__(self, town: Town, year: int, people: int) -> None:
        self.town, self.year, self.told = town, year, Told()
        self.units = [self._unit(1, people), self._unit(2, max(people - 1, 2))]
        self.books = Books(town.centre_id, town.actor("accountant"), town.actor("second_accountant"))

    # ------------------------------------------------------------------------------------------------ the year

    def live(self) -> None:
        """From the first month to the distribution of its income."""
        for number in range(1, 13):
            month = Month(self.year, number)
            self._declare(month)
            self._pay(month)
            self._what_else(number)
            if number % 3 == 0:
                self._quarter(month)
            self._close(month)
        self._close_year()

    def _at(self, day: date, hour: int = 9) -> None:
        """The clock goes on to this hour, and what is due is done."""
        moment = datetime.combine(day, time(hour), ZONE)
        self.town.pass_time(max(int((moment - self.town.at).total_seconds()), 1))
        self._work()

    def _work(self) -> None:
        """The worker: every job that is planned, and those it plans, until none is left for today."""
        town = self.town
        for _ in range(200):
            town.take_planned()
            due = [task for task in town.tasks if not task.held.name.startswith(("notices.", "closing."))]
            town.tasks.clear()
            if not due:
                break
            for task in due:
                try:
                    jobs.perform(task.held)
                except jobs.Retry as again:
                    town.pass_time(again.seconds)
                    town.tasks.append(task)
        _book_payments(town)

    # ------------------------------------------------------------------------------------------- contributions

    def _unit(self, n: int, people: int) -> Unit:
        town, month = self.town, Month(self.year, 1)
        name, account = f"年度{n}有限公司", f"62280000{n:08d}"
        unit_id = parties.register_unit(
            UnitDraft(
                name=name, uscc=unit_code(n), address="", nature="33", payday=10, first_month=month, unit_ratio=RATIO,
                person_ratio=RATIO, legal_person_name="法人", bank_account=account, bank_name="模拟银行",
                second_approval=True,
            ),
            centre_id=town.centre_id, actor=town.actor("clerk"), at=town.at,
        )  # fmt: skip
        agent, second = (log_in(town, "经办", Role.UNIT_AGENT, unit_id=unit_id) for _ in range(2))
        unit = Unit(unit_id, name, account, agent, second, True, month.first_day)
        first = n * 100
        lines = tuple(
            RosterLine(
                row=place + 1, change=ChangeKind.NEW, name="职工", id_kind=IdKind.ID18,
                id_number=id_number(first + place), phone=f"1602{first + place:07d}",
                base_fen=BASE_YUAN[place % 3] * 100, unit_ratio=RATIO, person_ratio=RATIO, month=month, reason="",
            )
            for place in range(people)
        )  # fmt: skip
        contributions.apply_changes(
            CheckedList(month=month, full_roster=False, sheet="", columns={}, unused=(), lines=lines, problems=(),
                        left_out=()),
            centre_id=town.centre_id, unit_id=unit_id, source=ListSource.FORM, actor=agent, at=town.at,
            verify_elsewhere=False,
        )  # fmt: skip
        for line in lines:
            person = person_by_document(IdKind.ID18, line.id_number, centre_id=town.centre_id)
            assert person is not None and line.base_fen is not None
            account_id = account_ids([person.person_id])[person.person_id]
            unit.people[account_id] = Person(line.name, line.id_number, line.phone, person.person_id, account_id,
                                             {month.number: line.base_fen})  # fmt: skip
            town.model.open(account_id, town.booked_on)
        return unit

    def _declare(self, month: Month) -> None:
        """Declared by one agent, approved by the other."""
        self._at(month.first_day + timedelta(days=2))
        for unit in self.units:
            made = contributions.declare_month(
                self.town.centre_id, unit.unit_id, month, actor=unit.agent, at=self.town.at
            )
            self.town.model.frozen[made.remittance_id] = {
                one.account_id: month_fen(one.base_fen(month) or 0) for one in unit.people.values()
            }
            contributions.approve_remittance(
                self.town.centre_id, unit.unit_id, made.remittance_id, actor=unit.second, at=self.town.at
            )

    def _pay(self, month: Month) -> None:
        """Exactly on the tenth; in March the second unit in two halves, in April the first one twice."""
        self._at(month.first_day + timedelta(days=9), 10)
        for unit in self.units:
            self._pay_unit(unit, halves=month.month == 3 and unit is self.units[1])
        if month.month == 4:
            number = months.remittances(self.town.centre_id, self.units[0].unit_id, limit=1)[0].number
            self._money_in(month_fen(BASE_YUAN[0] * 100), f"汇缴 {number}", self.units[0])
            self._refund()
        self._work()

    def _pay_unit(self, unit: Unit, *, halves: bool = False) -> None:
        for found in months.remittances(self.town.centre_id, unit.unit_id, limit=12):
            if found.state is not RemittanceState.CONFIRMED:
                continue
            first = found.total_fen // 3 if halves else found.total_fen
            self._money_in(first, f"汇缴 {found.number}", unit)
            if halves:
                (item,) = months.suspense_items(self.town.centre_id, unit_id=unit.unit_id)
                contributions.wait_for_rest(
                    item.suspense_id, found.remittance_id, actor=self.town.actor("treasurer"), at=self.town.at
                )
                self._money_in(found.total_fen - first, f"汇缴 {found.number}", unit)
        self._work()

    def _money_in(self, fen: int, summary: str, unit: Unit | None) -> EntryNotice:
        town = self.town
        notice = town.book(EntryNotice(
            account=CENTRE_ACCOUNT, host_serial=f"D{town.next():08d}", direction=Direction.CREDIT, amount_fen=fen,
            entry_date=town.bank_day, booked_time=f"{town.at:%H%M%S}", summary=summary,
            counter_name=unit.name if unit else "别处公司",
            counter_account=unit.bank_account if unit else "6228111122223333",
        ))  # fmt: skip
        self._tell(notice)
        self._tell(notice)  # banks repeat themselves
        return notice

    def _tell(self, notice: EntryNotice) -> None:
        treasury.receive_notice(notice, at=self.town.at)
        learn(self.town, notice)
        self.town.take_planned()

    # ------------------------------------------------------------------------------------------ what else there is

    def _what_else(self, number: int) -> None:
        first = date(self.year, number, 12)
        if number == 2:
            self._at(first)
            self._money_in(STRANGE_FEN, "货款", None)
            self._refund()
        elif number in (5, 11):
            self._at(first)
            self._rent(list(self.units[0].people.values())[number % 2], silent=number == 11)
        elif number == 8:
            self._at(first)
            self._june_is_taken_back()

    def _refund(self) -> None:
        """What lies in suspense goes back: asked for by one treasurer, signed by another."""
        town = self.town
        for item in months.suspense_items(town.centre_id):
            contributions.refund(item.suspense_id, reason="多缴退回", actor=town.actor("treasurer"), at=town.at)
        for order in payments.release_queue(town.centre_id):
            treasury.release_payment(order.order_id, actor=town.actor("second_treasurer"), at=town.at,
                                     digest=order.digest)  # fmt: skip
        self._work()

    def _rent(self, person: Person, *, silent: bool) -> None:
        """A member takes out rent; the bank pays, in November without saying so."""
        town = self.town
        if person.actor is None:
            person.actor = log_in(town, person.name, Role.MEMBER, person_id=person.person_id, number=person.id_number)
        town.bank.cards[person.card] = (person.name, person.id_number)
        cases.submit("bank_card", {"card": person.card}, actor=person.actor, key=f"card-{town.next():020d}", at=town.at)
        self._at(town.today + timedelta(days=2))
        if silent:
            town.bank.will(PayMood.EXECUTE_THEN_SILENT)
        cases.submit("rent_withdrawal", {"monthly_rent": RENT_FEN}, actor=person.actor, key=f"rent-{town.next():020d}",
                     at=town.at)  # fmt: skip
        self._work()

    def _june_is_taken_back(self) -> None:
        """The bank takes back the first unit's money of June, months later: a counter-entry of June's value reaches
        back over the settled year, and the unit pays again."""
        paid = [one for one in self.town.lines if one.counter_name == self.units[0].name and one.entry_date.month == 6]
        (june,) = paid
        self._tell(self.town.book(EntryNotice(
            account=CENTRE_ACCOUNT, host_serial=f"R{self.town.next():08d}", direction=Direction.DEBIT,
            amount_fen=june.amount_fen, entry_date=self.town.bank_day, summary="冲正", counter_name=june.counter_name,
            counter_account=june.counter_account, reversal=True, original_host_serial=june.host_serial,
        )))  # fmt: skip
        self._work()
        self._pay_unit(self.units[0])

    def _quarter(self, month: Month) -> None:
        """Interest that the bank owes for the quarter, and the fee of collecting, are accrued by an accountant."""
        self._at(date(month.year, month.month, 21))
        for rule, fen in ((PostingRule.DEPOSIT_INTEREST_ACCRUED, QUARTER_INTEREST_FEN),
                          (PostingRule.COLLECTION_FEE_ACCRUED, QUARTER_FEE_FEN)):  # fmt: skip
            key = f"{rule.name}:{month}"
            post_voucher(
                VoucherDraft(
                    centre_id=self.town.centre_id, idempotency_key=key, request_digest=request_digest(key=key),
                    kind=VoucherKind.OTHER, business_date=self.town.today,
                    maker_person_id=self.town.actor("accountant").person_id,
                    checker_person_id=self.town.actor("second_accountant").person_id, lines=pair(rule, amount_fen=fen),
                ),
                at=self.town.at,
            )  # fmt: skip
        self.told.income_fen += QUARTER_INTEREST_FEN
        self.told.fee_fen += QUARTER_FEE_FEN
        self._bank_by_itself(month)

    def _bank_by_itself(self, month: Month) -> None:
        """The next day the bank pays what was accrued, but for the last quarter's, and takes a fee nobody ordered."""
        self._at(date(month.year, month.month, 22))
        if month.month < 12:
            paid = self._money_in(QUARTER_INTEREST_FEN, "单位活期存款结息", None)
            self._book(paid, BookingPurpose.ACCRUED_INTEREST)
            self.told.collected_fen += QUARTER_INTEREST_FEN
        fee = self.town.book(EntryNotice(
            account=CENTRE_ACCOUNT, host_serial=f"F{self.town.next():08d}", direction=Direction.DEBIT,
            amount_fen=BANK_FEE_FEN, entry_date=self.town.bank_day, summary="回单打印费",
        ))  # fmt: skip
        self._tell(fee)
        self._book(fee, BookingPurpose.BANK_FEE)
        self.told.bank_fee_fen += BANK_FEE_FEN
        self.town.model.deposits_fen -= BANK_FEE_FEN

    def _book(self, told: EntryNotice, purpose: BookingPurpose) -> None:
        """Said by a treasurer, booked by an accountant."""
        town = self.town
        (entry,) = payments.notices(town.centre_id, serial=told.host_serial)
        booking_id = treasury.propose_booking(entry.notice_id, purpose, actor=town.actor("treasurer"), at=town.at)
        proposed = payments.booking(booking_id, centre_id=town.centre_id)
        assert proposed is not None
        treasury.confirm_booking(booking_id, digest=proposed.digest, actor=town.actor("accountant"), at=town.at)

    # ------------------------------------------------------------------------------------------------- closing

    def _close(self, month: Month) -> None:
        """On the first of the next month: the statement, the days, in June the interest, the month; each signed."""
        self._at((month + 1).first_day, 10)
        self._statement(month)
        self.books.days(f"{month.last_day}")
        if month.month == 6:
            self._settle(month.year - 1)
        self.books.month(f"{month}")
        self.told.explained += self.books.explained
        self._work()

    def _statement(self, month: Month) -> None:
        town = self.town
        lines = [one for one in town.lines if Month.of(one.entry_date) == month]
        opening = sum(effect(one) for one in town.lines if Month.of(one.entry_date) < month)
        treasury.import_statement(statement(lines, opening), "a.csv", actor=town.actor("treasurer"), at=town.at)
        town.take_planned()

    def _settle(self, year: int) -> None:
        """Tried, ordered by one, signed by another, posted by the worker."""
        one, other = self.books.accountant, self.books.treasurer
        closing.try_interest(self.town.centre_id, year, actor=one, at=self.town.at)
        trial = latest_trial(self.town.centre_id, year)
        assert trial is not None
        closing.order_interest(self.town.centre_id, year, trial.run_id, actor=one, at=self.town.at)
        closing.sign_interest(self.town.centre_id, year, trial.run_id, actor=other, at=self.town.at)
        self._work()

    def _close_year(self) -> None:
        """Value-added income is carried, its distribution proposed by one person and signed by another."""
        town, one, other = self.town, self.books.accountant, self.books.treasurer
        closing.close_year(town.centre_id, self.year, actor=one, at=town.at)
        closing.propose_distribution(town.centre_id, self.year, self.plan(), actor=one, at=town.at)
        closing.sign_distribution(town.centre_id, self.year, actor=other, at=town.at)
        closing.sign_year(town.centre_id, self.year, actor=other, at=town.at)

    def plan(self) -> DistributionPlan:
        """Six tenths of the income for the reserve, the rest for fee and supplement; by our own arithmetic."""
        from anju.command.demo_year_books import income_of

        income = income_of(self)
        reserve = (income * 6 + 5) // 10
        fee = (income - reserve) // 2
        return DistributionPlan("（模拟）管委会 1 号", RESERVE_RATE, reserve, fee, income - reserve - fee)


