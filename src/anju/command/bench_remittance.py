"""``anju bench remittance``: a month's register to posted, beside bare append plus bare update of as many rows.

Measured through the product's own action: gate, checks, totals and digest of the register, voucher with its two
general-ledger lines, every member's line and balance, audit record, commit. The floor runs in the same rounds on
tables of the same shape without checks, triggers, voucher or audit: one INSERT .. SELECT and one UPDATE .. FROM, each
committed by itself. Totals are proven at the end; a run whose totals are wrong has failed whatever its time.

Expects Django set up on a migrated database of its own and ``OWNER_DATABASE_URL`` in the environment.
"""

# ruff: noqa: S608  table names and whole numbers of this module only
from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from anju.command.bench_ground import (
    CENTRE,
    Options,
    Owner,
    Statements,
    interleave,
    moment,
    owner,
    peak_mb,
    prove,
    prove_books,
)
from anju.command.bench_row import BenchRow

UNIT = 1
OWN_FEN, UNIT_FEN = 103_200, 103_200
FIRST = date(2025, 7, 1)
TARGETS = ((100, 4.0), (10_000, 1.5), (1 << 62, 1.4))  # members at most, ratio at most
FEW, QUERIES = 100, 30
NEIGHBOURS = 20_000  # accounts of other units before and behind, so that the tables are not the unit's alone

_DROP = "DROP TABLE IF EXISTS bench_register, floor_line, floor_balance"
_FLOOR_TABLES = """
CREATE TABLE bench_register (account_id bigint NOT NULL, remittance_id bigint NOT NULL, own_fen bigint NOT NULL,
    unit_fen bigint NOT NULL, PRIMARY KEY (account_id, remittance_id));
CREATE INDEX ON bench_register (remittance_id, account_id);
GRANT SELECT ON bench_register TO anju_app;
CREATE TABLE floor_line (LIKE member_line) PARTITION BY RANGE (period);
ALTER TABLE floor_line ADD PRIMARY KEY (account_id, seq, period);
CREATE INDEX ON floor_line USING brin (voucher_id) WITH (pages_per_range = 32, autosummarize = on);
CREATE TABLE floor_balance (LIKE balance, PRIMARY KEY (account_id, interest_year)) WITH (fillfactor = 50);
INSERT INTO floor_balance SELECT * FROM balance;
"""
_REGISTER = """
INSERT INTO bench_register SELECT n, %(round)s, %(own)s, %(unit)s
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
"""
_BARE_APPEND = """
INSERT INTO floor_line (account_id, seq, voucher_id, centre_id, known_at, debit_fen, credit_fen, own_fen, unit_fen,
    balance_after_fen, weighted_sum_after, source_id, period, month, booked_on, value_on, kind)
SELECT account_id, remittance_id, remittance_id, 990100, %(at)s, 0, own_fen + unit_fen, own_fen, unit_fen,
       own_fen + unit_fen, own_fen + unit_fen, 1, %(period)s, %(period)s, %(day)s, %(day)s, 1
  FROM bench_register WHERE remittance_id = %(round)s
"""
_BARE_UPDATE = """
UPDATE floor_balance b SET balance_fen = b.balance_fen + r.own_fen + r.unit_fen,
       own_paid_fen = b.own_paid_fen + r.own_fen, unit_paid_fen = b.unit_paid_fen + r.unit_fen,
       weighted_sum = b.weighted_sum + (r.own_fen + r.unit_fen) * 500000, last_seq = b.last_seq + 1
  FROM bench_register r
 WHERE b.account_id = r.account_id AND b.interest_year = 2025 AND r.remittance_id = %(round)s
"""


@dataclass
class _Town:
    """The unit's accounts, and how many queries each of its remittances took."""

    owner: Owner
    first: int
    members: int
    queries: list[int] = field(default_factory=list)


def run(options: Options) -> list[BenchRow]:
    """Build the unit, post ``options.rounds`` months of it beside the floor, prove the totals."""
    members, rounds = options.members, options.rounds
    with owner() as connection:
        connection.execute(_DROP)
        try:
            town = _build(connection, members)
            found = interleave(
                connection, rounds, {"ours": partial(_post, town), "floor": partial(_bare, town)}, warm=1,
                before=partial(_prepare, town),
            )  # fmt: skip
            _prove(town, rounds + 1)
        finally:
            connection.execute(_DROP)
    ours, floor = found.time("ours"), found.time("floor")
    queries = max(town.queries)
    if members <= FEW:
        prove(f"a remittance of {members} takes at most {QUERIES} queries", queries <= QUERIES, True)
    return [
        BenchRow(
            bench="remittance", scale=f"{members} members", rows=members, seconds=ours,
            floor="bare append + bare update", floor_seconds=floor, ratio=ours / floor, peak_mb=peak_mb(),
            target=next(target for most, target in TARGETS if members <= most),
            more={"queries": queries, "wal_bytes_a_row": found.wal_bytes("ours") / members},
        )
    ]  # fmt: skip


def _build(owner: Owner, members: int) -> _Town:
    from anju import policy
    from anju.accounts.actions import load_rates, open_accounts
    from anju.ledger.actions import open_days

    at = moment(FIRST)
    open_days(CENTRE, FIRST, FIRST)
    load_rates(policy.book("anju"), centre_id=CENTRE, at=at)
    firsts, person = [], int(time.time()) * 1_000_000  # people of their own in a database used twice
    for count, unit_id in ((NEIGHBOURS, 2), (members, UNIT), (NEIGHBOURS, 3)):
        people = range(person, person + count)
        firsts.append(open_accounts(people, centre_id=CENTRE, unit_id=unit_id, opened_on=FIRST, at=at)[0])
        person += count
    owner.execute(_FLOOR_TABLES)
    for n in range(12):
        period = _day(n).year * 100 + _day(n).month
        owner.execute(
            f"CREATE TABLE floor_line_{period} PARTITION OF floor_line FOR VALUES FROM ({period}) TO ({period + 1})"
        )
    return _Town(owner, firsts[1], members)


def _day(turn: int) -> date:
    month = FIRST.month - 1 + turn % 12
    return date(FIRST.year + month // 12, month % 12 + 1, 20)


def _prepare(town: _Town, turn: int) -> None:
    town.owner.execute(
        _REGISTER,
        {"round": turn, "own": OWN_FEN, "unit": UNIT_FEN, "first": town.first, "last": town.first + town.members - 1},
    )
    for table in ("bench_register", "balance_2025", "floor_balance", "account_spell"):
        town.owner.execute(f"ANALYZE {table}")


def _post(town: _Town, turn: int) -> None:
    from django.db import connection

    from anju.accounts.actions import post_contributions
    from anju.accounts.types import ContributionBatch, MemberRows
    from anju.kernel.actor import Actor
    from anju.kernel.month import Month

    day = _day(turn)
    counted = Statements()
    with connection.execute_wrapper(counted):
        post_contributions(
            MemberRows("SELECT account_id, own_fen, unit_fen FROM bench_register WHERE remittance_id = %s", [turn]),
            batch=ContributionBatch(
                centre_id=CENTRE, key=f"bench:{town.first}:{turn}", total_fen=(OWN_FEN + UNIT_FEN) * town.members,
                unit_id=UNIT, month=Month.of(day), source_id=turn, value_on=day, maker_person_id=1,
                checker_person_id=2, bank_account_id=1,
            ),
            at=moment(day),
            actor=Actor(1, 1, "treasurer", None, "出纳", CENTRE),
        )  # fmt: skip
    town.queries.append(counted.count + 2)  # BEGIN and COMMIT


def _bare(town: _Town, turn: int) -> None:
    day = _day(turn)
    values = {"round": turn, "at": moment(day), "period": day.year * 100 + day.month, "day": day}
    town.owner.execute(_BARE_APPEND, values)
    town.owner.execute(_BARE_UPDATE, values)


def _prove(town: _Town, turns: int) -> None:
    last = town.first + town.members - 1
    expected = (town.members * turns, (OWN_FEN + UNIT_FEN) * town.members * turns)
    for lines, balances in (("member_line", "balance"), ("floor_line", "floor_balance")):
        found = town.owner.execute(
            f"SELECT (SELECT count(*) FROM {lines} WHERE account_id BETWEEN %(a)s AND %(b)s),"
            f" (SELECT sum(balance_fen)::bigint FROM {balances} WHERE account_id BETWEEN %(a)s AND %(b)s)",
            {"a": town.first, "b": last},
        ).fetchone()
        prove(lines, found, expected)
    prove_books()
