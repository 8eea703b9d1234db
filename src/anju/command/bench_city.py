"""A city of any number of accounts, written by set statements in the order of accounts; ``anju check`` holds on it.

What the product's actions would have left after some months of contributions: accounts with their first spell, this
interest year's balances with their weighted sums, lines, and a voucher for each 10,000 lines of a month. Amounts and
value dates differ from account to account, so that interest has something to be wrong about.
"""

# ruff: noqa: S608  whole numbers and names of this module only
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from anju.command.bench_ground import CENTRE, Owner, moment, value

FIRST = date(2025, 7, 1)
A_VOUCHER = 10_000  # lines

# Own and unit share alike, from 500.00 to 1,099.99 yuan; from the 1st to the 28th of the month.
_AMOUNT = "(50000 + (n * 7919 + {m} * 104729) % 60000)"
_VALUE_ON = "make_date({year}, {month}, (1 + (n * 31 + {m} * 7) % 28)::integer)"

_PEOPLE = """
INSERT INTO account (account_id, centre_id, person_id, unit_id, opened_on, state)
SELECT n, {centre}, n, n / 1000, '{first_day}', 1 FROM generate_series({first}::bigint, {last}::bigint) n;
INSERT INTO account_spell (account_id, n, state, unit_id, started_on, reason, known_at)
SELECT n, 1, 1, n / 1000, '{first_day}', '', '{at}' FROM generate_series({first}::bigint, {last}::bigint) n;
"""
_LINES = """
INSERT INTO member_line (account_id, seq, voucher_id, centre_id, known_at, debit_fen, credit_fen, own_fen, unit_fen,
    balance_after_fen, weighted_sum_after, source_id, period, month, booked_on, value_on, kind)
SELECT n, {m} + 1, {voucher} + (n - {first}) / {a_voucher}, {centre}, '{at}', 0, 2 * {amount}, {amount}, {amount},
       2 * {so_far}, 2 * {weighted}, {m} + 1, {period}, {period}, '{day}', {value_on}, 1
  FROM generate_series({first}::bigint, {last}::bigint) n;
"""
_VOUCHERS = """
WITH made AS (
    INSERT INTO voucher (centre_id, id, idempotency_key, request_digest, kind, business_date, known_at, member_count,
        member_credit_fen, lines_digest, public_ref)
    SELECT {centre}, voucher_id, 'bench:' || voucher_id, '', 2, '{day}', '{at}', count(*), sum(credit_fen), {digest},
           gen_random_uuid()
      FROM member_line WHERE period = {period} AND voucher_id >= {voucher} GROUP BY voucher_id
    RETURNING id, member_credit_fen
)
INSERT INTO gl_line (centre_id, voucher_id, n, subject, unit_id, bank_account_id, debit_fen, credit_fen)
SELECT {centre}, made.id, l.n, l.subject, NULL, l.bank, l.debit * member_credit_fen, l.credit * member_credit_fen
  FROM made, (VALUES (1, '{debit}', 1, 1, 0), (2, '{credit}', NULL, 0, 1)) l (n, subject, bank, debit, credit);
"""
_BALANCES = """
INSERT INTO balance (account_id, interest_year, centre_id, balance_fen, own_paid_fen, unit_paid_fen, weighted_sum,
    last_seq, paid_to, state)
SELECT n, {year}, {centre}, 2 * {so_far}, {so_far}, {so_far}, 2 * {weighted}, {months}, {paid_to}, 1
  FROM generate_series({first}::bigint, {last}::bigint) n;
"""


@dataclass(frozen=True)
class City:
    """Its account numbers, without a gap, and how many months were paid."""

    first: int
    accounts: int
    months: int

    @property
    def last(self) -> int:
        """The highest account number."""
        return self.first + self.accounts - 1


def month_of(place: int) -> tuple[int, int]:
    """Year and month at a place after the first month."""
    number = FIRST.year * 12 + FIRST.month - 1 + place
    return number // 12, number % 12 + 1


def open_books() -> None:
    """The centre's first day and the demo city's rates, by the product's actions."""
    from anju import policy
    from anju.accounts.actions import load_rates
    from anju.ledger.actions import open_days

    open_days(CENTRE, FIRST, FIRST)
    load_rates(policy.book("anju"), centre_id=CENTRE, at=moment(FIRST))


def build(connection: Owner, accounts: int, months: int) -> City:
    """Write the city: at most twelve months, all in the interest year that begins on 1 July 2025."""
    assert 1 <= months <= 12, months
    open_books()
    taken = value(connection, "SELECT take_account_numbers(%s)", [accounts])
    city = City(CENTRE * 1_000_000_000 + taken, accounts, months)
    common: dict[str, Any] = {
        "centre": CENTRE, "first": city.first, "last": city.last, "first_day": FIRST, "at": moment(FIRST),
        "a_voucher": A_VOUCHER, "months": months, "year": FIRST.year,
    }  # fmt: skip
    connection.execute(_PEOPLE.format(**common))
    so_far = weighted = "0"
    paid_to = 0
    for place in range(months):
        year, month = month_of(place)
        paid_to = year * 100 + month
        amount = _AMOUNT.format(m=place)
        so_far += f" + {amount}"
        weighted += f" + {amount} * {_index(connection, year, month, place)}"
        _month(connection, common, place, amount=amount, so_far=f"({so_far})", weighted=f"({weighted})")
    connection.execute(
        _BALANCES.format(**common, so_far=f"({so_far})", weighted=f"({weighted})", paid_to=paid_to)
    )
    for table in ("account", "account_spell", "balance", "member_line", "voucher", "gl_line"):
        connection.execute(f"ANALYZE {table}")
    return city


def _index(connection: Owner, year: int, month: int, place: int) -> str:
    """The index on an account's value date of a month; the rate does not change within it."""
    start = value(connection, "SELECT rate_index_at(1::smallint, make_date(%s, %s, 1))", [year, month])
    after = value(connection, "SELECT rate_index_at(1::smallint, make_date(%s, %s, 28))", [year, month])
    assert (after - start) % 27 == 0, "a rate changes within the month"
    return f"({start} + (n * 31 + {place} * 7) % 28 * {(after - start) // 27})"


def _month(
    connection: Owner, common: dict[str, Any], place: int, *, amount: str, so_far: str, weighted: str
) -> None:
    """The lines of one month and their vouchers."""
    from anju.accounts.actions._ground import DIGEST
    from anju.ledger.posting_rules import PostingRule, pair

    year, month = month_of(place)
    count = -(-(common["last"] - common["first"] + 1) // A_VOUCHER)
    debit, credit = pair(PostingRule.REMITTANCE_MATCHED, amount_fen=1, unit_id=1, bank_account_id=1)
    values = common | {
        "m": place, "month": month, "year": year, "period": year * 100 + month, "day": date(year, month, 28),
        "amount": amount, "so_far": so_far, "weighted": weighted, "digest": DIGEST, "debit": debit.subject,
        "credit": credit.subject, "value_on": _VALUE_ON.format(year=year, month=month, m=place),
        "voucher": value(
            connection, "SELECT setval('voucher_id_seq', nextval('voucher_id_seq') + %s) - %s", [count - 1, count - 1]
        ),
    }  # fmt: skip
    connection.execute(_LINES.format(**values))
    connection.execute(_VOUCHERS.format(**values))
