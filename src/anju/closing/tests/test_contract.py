"""The contract of posting, kept by what closes a month and a year: each voucher is posted by the rule of its event.

Which rule a kind of event has, and that it balances, is proven in ``ledger/tests/test_posting_rules.py``; here real
accruals, a settlement, months, a year and a distribution are posted, and each of their vouchers is read back. Their
event is a period: the key of the voucher names it.
"""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from anju.accounts import actions as accounts
from anju.closing import actions
from anju.closing.tests.test_months import DECEMBER, close_days, close_month, close_through, first_of, receive_interest
from anju.closing.tests.world import ACCOUNTANT, CENTRE, TREASURER, finish, town
from anju.database.checks import violations
from anju.database.sql import rows
from anju.kernel.month import Month
from anju.ledger import queries as books
from anju.ledger.business_events import EventKind
from anju.ledger.financial_statements import distribution_table
from anju.ledger.posting_rules import rule_of
from anju.ledger.types import DistributionPlan, GlLine, VoucherKind

pytestmark = pytest.mark.django_db
JUNE = Month(2027, 6)
E = EventKind
# What the key of a voucher of a period says, and the events that it may post under it.
EVENTS: dict[str, tuple[VoucherKind, frozenset[EventKind]]] = {
    r"accrual:\d{6}": (VoucherKind.ACCRUAL, frozenset({E.INTEREST_ACCRUED, E.INTEREST_ACCRUAL_REVERSED})),
    r"accrual:\d{4}:released": (VoucherKind.INTEREST, frozenset({E.INTEREST_ACCRUAL_REVERSED})),
    r"interest:\d{4}:.*": (
        VoucherKind.INTEREST,
        frozenset({E.INTEREST_ACCRUED, E.INTEREST_CREDITED, E.INTEREST_TAKEN_BACK, E.INTEREST_ACCRUAL_REVERSED}),
    ),
    r"close:\d{6}(:\d+)?:income": (VoucherKind.PERIOD_END, frozenset({E.MONTH_INCOME_CLOSED})),
    r"close:\d{6}(:\d+)?:expense": (VoucherKind.PERIOD_END, frozenset({E.MONTH_EXPENSE_CLOSED})),
    r"close:\d{4}(:\d+)?": (VoucherKind.YEAR_END, frozenset({E.YEAR_CLOSED})),
    r"distribution:\d{4}:drawn": (VoucherKind.YEAR_END, frozenset({E.DISTRIBUTION_SIGNED})),
    r"distribution:\d{4}:carried": (VoucherKind.YEAR_END, frozenset({E.DISTRIBUTION_CARRIED})),
}


def two_years() -> None:
    """A town from its first month to the settled June of the year after, its calendar year closed and distributed."""
    town()
    receive_interest(90_000, first_of(DECEMBER - 1))
    close_through(DECEMBER)
    at = first_of(DECEMBER)
    actions.close_year(CENTRE, DECEMBER.year, actor=ACCOUNTANT, at=at)
    income = distribution_table(CENTRE, DECEMBER.year).distributable_fen
    assert income > 0
    reserve = (income * 6 + 5) // 10
    plan = DistributionPlan("安房委〔2027〕1号", Decimal("0.6"), reserve, 0, income - reserve)
    actions.propose_distribution(CENTRE, DECEMBER.year, plan, actor=ACCOUNTANT, at=at)
    actions.sign_distribution(CENTRE, DECEMBER.year, actor=TREASURER, at=at)
    actions.sign_year(CENTRE, DECEMBER.year, actor=TREASURER, at=at)
    close_days(JUNE)
    for n in range(1, 6):
        close_month(Month(JUNE.year, n), at=first_of(JUNE))
    accounts.settle_interest(CENTRE, JUNE.year - 1, at=first_of(JUNE))
    finish(actions.start_month(CENTRE, JUNE, actor=ACCOUNTANT, at=first_of(JUNE)), at=first_of(JUNE))


def test_every_voucher_of_a_period_is_posted_by_the_rule_of_its_event() -> None:
    two_years()
    periods = rows(
        "SELECT id, idempotency_key FROM voucher WHERE kind = ANY(%s) ORDER BY id",
        [[int(one) for one in (VoucherKind.INTEREST, VoucherKind.PERIOD_END, VoucherKind.YEAR_END,
                               VoucherKind.ACCRUAL)]],
    )  # fmt: skip
    met: set[str] = set()
    for line in periods:
        pattern, (kind, events) = next(
            one for one in EVENTS.items() if re.fullmatch(one[0], line["idempotency_key"])
        )
        met.add(pattern)
        voucher = books.voucher(line["id"], centre_id=CENTRE)
        assert voucher.kind is kind
        moves = [move for event in events for move in rule_of(event).moves]
        sides = {(move.debit, True) for move in moves} | {(move.credit, False) for move in moves}
        told = {(one.subject, one.debit_fen > 0) for one in voucher.lines}
        assert told <= sides, f"{line['idempotency_key']}: {told - sides}"
        assert sum(map(effect, voucher.lines)) == 0
    assert met == set(EVENTS), "the years post each of them"
    assert violations() == []


def effect(line: GlLine) -> int:
    return line.debit_fen - line.credit_fen
