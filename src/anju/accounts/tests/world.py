"""A small world for tests of the accounts room: open books, loaded rates, one unit's staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from anju.accounts import actions
from anju.accounts.types import ClosingHold, ContributionBatch, LineKind, MemberRows
from anju.database.sql import rows
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.month import Month
from anju.ledger import actions as books
from anju.ledger.levels import turnover
from anju.ledger.posting_rules import PostingRule
from anju.ledger.types import PostedVoucher
from anju.policy import book
from anju.policy.formulas.interest import RateSegment

CENTRE = 990100
UNIT = 7
CLERK = Actor(1, 11, "clerk", None, "柜员", CENTRE)


def standing_on_subjects() -> dict[str, int]:
    """Debit less credit in fen of every subject that ever moved."""
    return {
        one.subject: one.debit_fen - one.credit_fen for one in turnover(CENTRE, date(2000, 1, 1), date(2100, 1, 1))
    }


def moment(day: date, hour: int = 10) -> datetime:
    """An instant of a day in Beijing."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)


def open_books(first: date = date(2024, 7, 1), *, rates: object = None) -> None:
    """Open the centre's days and load the demo city's rates, or others."""
    books.open_days(CENTRE, first, first)
    actions.load_rates(rates or book("anju"), centre_id=CENTRE, at=moment(first))


class _FakeBook:
    """A book with chosen rates; everything else is the demo city's."""

    def __init__(self, rates: Sequence[RateSegment], rate_change: str) -> None:
        self.rates, self.rate_change, self.release = rates, rate_change, "test"

    def history(self, handle: str) -> tuple[object, ...]:
        if handle != "interest.rate":
            return book("anju").history(handle)
        first = book("anju").history(handle)[0]
        return tuple(replace(first, starts_on=one.starts_on, value=one.annual_rate) for one in self.rates)

    def find(self, handle: str, on: date) -> object:
        found = book("anju").history(handle)[0]
        return replace(found, value=self.rate_change) if handle == "interest.rate_change" else found


def book_with_rates(rates: Sequence[RateSegment], rate_change: str = "SEGMENT") -> object:
    """A policy book with these deposit rates and this way of counting a change of rate."""
    return _FakeBook(rates, rate_change)


def open_staff(count: int = 3, *, on: date = date(2025, 7, 1), unit_id: int = UNIT, first_person: int = 1) -> list[int]:
    """Accounts of a unit's staff."""
    people = list(range(first_person, first_person + count))
    return actions.open_accounts(people, centre_id=CENTRE, unit_id=unit_id, opened_on=on, at=moment(on), actor=CLERK)


def register(lines: Sequence[tuple[int, int, int]]) -> MemberRows:
    """A register of (account, own, unit) as the SELECT a room above would give."""
    return MemberRows(
        "SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS t (account_id, own_fen, unit_fen)",
        [[line[0] for line in lines], [line[1] for line in lines], [line[2] for line in lines]],
    )


def contribute(
    lines: Sequence[tuple[int, int, int]], *, on: date, key: str | None = None, month: Month | None = None,
    value_on: date | None = None, rule: PostingRule = PostingRule.REMITTANCE_MATCHED,
    kind: LineKind = LineKind.REMITTANCE, total_fen: int | None = None,
) -> PostedVoucher:  # fmt: skip
    """Post a register as the month's remittance."""
    month = month or Month.of(on)
    batch = ContributionBatch(
        centre_id=CENTRE, key=key or f"remit:{UNIT}:{month}:{on}", unit_id=UNIT, month=month, source_id=1,
        total_fen=sum(own + unit for _, own, unit in lines) if total_fen is None else total_fen,
        value_on=value_on or on, maker_person_id=11, checker_person_id=12, rule=rule, kind=kind,
    )  # fmt: skip
    return actions.post_contributions(register(lines), batch=batch, at=moment(on), actor=CLERK)


def withdraw(account_id: int, fen: int, *, on: date, source_id: int = 1, value_on: date | None = None) -> PostedVoucher:
    """Hold and pay out at once."""
    hold_id = actions.hold(account_id, fen, purpose="withdrawal", source_id=source_id, at=moment(on))
    return actions.post_withdrawal(
        account_id, hold_id=hold_id, amount_fen=fen, key=f"withdrawal:{source_id}", value_on=value_on or on,
        reason="rent", source_id=source_id, maker=11, checker=None, at=moment(on, 15),
    )  # fmt: skip


def close_out(
    account_id: int, *, on: date, paid: date | None = None, source_id: int = 900, key: str | None = None
) -> PostedVoucher:
    """Hold all there is, and post what the bank paid for it that day or later."""
    held = actions.hold_for_close_out(account_id, purpose="withdrawal", source_id=source_id, at=moment(on))
    return pay_close_out(held, paid=paid or on, source_id=source_id, key=key)


def pay_close_out(
    held: ClosingHold, *, paid: date, source_id: int = 900, key: str | None = None
) -> PostedVoucher:
    """The bank paid what the hold promised."""
    return actions.post_close_out(
        held.account_id, hold_id=held.hold_id, amount_fen=held.amount_fen, interest_fen=held.interest_fen,
        key=key or f"close-out:{source_id}", paid_on=paid, reason="退休", source_id=source_id, maker=11,
        checker=12, at=moment(paid, 15), bank_account_id=5, event_id=source_id,
    )  # fmt: skip


def broken() -> dict[str, list[dict[str, object]]]:
    """Invariants of both rooms that do not hold, with the rows that break them."""
    from anju.accounts.checks import CHECKS as MEMBERS
    from anju.ledger.checks import CHECKS as BOOKS

    found = {check.name: rows(check.sql) for check in (*BOOKS, *MEMBERS)}
    return {name: lines for name, lines in found.items() if lines}
