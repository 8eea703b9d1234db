"""What every account and the bank must hold, by arithmetic of its own: plain additions, and interest day by day.

Learns of business from what was declared and from what the rooms tell once an act is committed; reads no balance.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from anju.kernel.month import interest_year

DAY_BASE = 360


@dataclass(frozen=True)
class Entry:
    """One movement: from when it bears interest, the interest year it is booked in, and the fen."""

    year: int
    value_on: date
    fen: int


@dataclass
class Account:
    """Movements by the interest year they are booked in; interest of years that are over, once computed."""

    first_year: int
    by_year: dict[int, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    interest: dict[int, int] = field(default_factory=dict)


@dataclass
class Model:
    """Balances of accounts, fen at the bank, and which months and withdrawals stand."""

    accounts: dict[int, Account] = field(default_factory=dict)
    rates: list[tuple[date, int]] = field(default_factory=list)
    """From which day, in ten-thousandths a year."""
    deposits_fen: int = 0
    frozen: dict[int, dict[int, int]] = field(default_factory=dict)
    """What each declared month will bring to which account, until it is taken back."""
    posted: dict[int, list[tuple[int, Entry]]] = field(default_factory=dict)
    paid: dict[int, tuple[int, Entry]] = field(default_factory=dict)
    waiting: dict[int, int] = field(default_factory=dict)
    """What came back of withdrawals to accounts that are closed, until it is paid again."""
    wrong: list[str] = field(default_factory=list)
    """What was told and cannot be true."""
    credits: dict[str, tuple[int, date]] = field(default_factory=dict)
    """Money in that the centre was told of, by the bank's serial."""
    reversals: dict[str, list[tuple[int, date]]] = field(default_factory=lambda: defaultdict(list))
    taken_back: set[str] = field(default_factory=set)

    def open(self, account_id: int, on: date) -> None:
        self.accounts[account_id] = Account(interest_year(on))

    def move(self, account_id: int, fen: int, *, booked_on: date, value_on: date) -> Entry:
        entry = Entry(interest_year(booked_on), value_on, fen)
        self.accounts[account_id].by_year[entry.year].append(entry)
        return entry

    def post(self, remittance_id: int, *, on: date) -> None:
        """A month stands on its members' accounts, from this day on."""
        lines = self.frozen[remittance_id].items()
        self.posted[remittance_id] = [
            (account_id, self.move(account_id, fen, booked_on=on, value_on=on)) for account_id, fen in lines
        ]

    def unpost(self, remittance_id: int, *, on: date) -> None:
        """The month was taken off again; one that was matched but not posted yet moves nothing."""
        for account_id, entry in self.posted.pop(remittance_id, []):
            self.move(account_id, -entry.fen, booked_on=on, value_on=entry.value_on)

    def months(self, account_id: int) -> int:
        """How many months stand on an account."""
        return sum(1 for lines in self.posted.values() if any(account == account_id for account, _ in lines))

    def pay_out(self, withdrawal_id: int, account_id: int, fen: int, *, booked_on: date, value_on: date) -> None:
        self.paid[withdrawal_id] = account_id, self.move(account_id, -fen, booked_on=booked_on, value_on=value_on)

    def give_back(self, withdrawal_id: int, *, on: date) -> None:
        """Money that came back; a withdrawal that had not been posted moves nothing."""
        if withdrawal_id in self.paid:
            account_id, entry = self.paid.pop(withdrawal_id)
            self.move(account_id, -entry.fen, booked_on=on, value_on=entry.value_on)

    def close_out(self, withdrawal_id: int, account_id: int, fen: int, *, closes_on: date, booked_on: date) -> None:
        """All there was is paid, with its interest up to the day before; then the account earns nothing."""
        year, closing_year = interest_year(booked_on), interest_year(closes_on)
        earned = self.accrued(account_id, closing_year, closes_on - timedelta(days=1))
        expected = self.balance(account_id, closing_year) + earned
        if fen != expected:
            self.wrong.append(f"account {account_id} was closed with {fen} fen instead of {expected}")
        value_on = closes_on if year == closing_year else date(year, 7, 1)
        entry = self.move(account_id, -self.balance(account_id, year), booked_on=booked_on, value_on=value_on)
        self.paid[withdrawal_id] = account_id, entry

    # ------------------------------------------------------------------------------------------------ the bank

    def told_credit(self, serial: str, fen: int, on: date) -> None:
        """The centre was told of money in; a serial told again is the same money."""
        if serial in self.credits:
            return
        self.credits[serial] = fen, on
        self.deposits_fen += fen
        self._take_back(serial)

    def told_reversal(self, original: str, fen: int, on: date) -> None:
        """The centre was told that a credit was taken back, before or after it was told of the credit."""
        self.reversals[original].append((fen, on))
        self._take_back(original)

    def _take_back(self, serial: str) -> None:
        if serial in self.taken_back or serial not in self.credits:
            return
        fen, on = self.credits[serial]
        if any(amount == fen and day >= on for amount, day in self.reversals[serial]):
            self.taken_back.add(serial)
            self.deposits_fen -= fen

    # ------------------------------------------------------------------------------------------------ balances

    def balance(self, account_id: int, year: int) -> int:
        """The balance in an interest year: all that was booked, and the interest of every year before."""
        account = self.accounts[account_id]
        fen = 0
        for earlier in range(account.first_year, year):
            moved = sum(entry.fen for entry in account.by_year[earlier])
            if earlier not in account.interest:
                account.interest[earlier] = self._interest(account, earlier, opening=fen)
            fen += moved + account.interest[earlier]
        return fen + sum(entry.fen for entry in account.by_year[year])

    def accrued(self, account_id: int, year: int, through: date) -> int:
        """Interest earned in a year through a day by what had moved then, as a settlement would round it."""
        account = self.accounts[account_id]
        if account.first_year > year:
            return 0
        opening = self.balance(account_id, year) - sum(entry.fen for entry in account.by_year[year])
        return self._interest(account, year, opening=opening, end=through + timedelta(days=1))

    def _interest(self, account: Account, year: int, *, opening: int, end: date | None = None) -> int:
        end = end or date(year + 1, 7, 1)
        earned = opening * self._rate_days(date(year, 7, 1), end)
        earned += sum(entry.fen * self._rate_days(entry.value_on, end) for entry in account.by_year[year])
        whole = DAY_BASE * 10_000
        rounded = (2 * abs(earned) + whole) // (2 * whole)
        return rounded if earned >= 0 else -rounded

    def _rate_days(self, first: date, end: date) -> int:
        """The sum of each day's rate from the first day to the one before the end."""
        total = 0
        for place, (since, rate) in enumerate(self.rates):
            until = self.rates[place + 1][0] if place + 1 < len(self.rates) else end
            total += max((min(until, end) - max(since, first)).days, 0) * rate
        return total
