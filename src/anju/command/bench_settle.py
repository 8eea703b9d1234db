"""``anju bench settle``: a whole city's interest year, beside the bare append of as many member lines.

Measured through the product's own action: days closed, chunks of 10,000 account numbers with their control totals and
vouchers, audit records, the new year's balance rows, commits. Before each round a unit's staff is paid on 1 July, so
that their accounts are settled on touch and the chunks have to leave them out. The floor appends one member line an
account, without arithmetic, checks, vouchers or balances, to a table with the same indexes; beside it stand the same
with the two B-trees of the prototype's floor, and the bare append of both rows that a settlement has to write.

Each round settles the next interest year. Totals are proven by adding up days from the lines, and every invariant of
the books holds at the end.
"""

# ruff: noqa: S608  whole numbers and names of this module only
from __future__ import annotations

from datetime import date
from functools import partial

from anju.command.bench_city import City, build
from anju.command.bench_ground import (
    CENTRE,
    Options,
    Owner,
    interleave,
    moment,
    owner,
    peak_mb,
    prove,
    prove_books,
    value,
)
from anju.command.bench_row import BenchRow

PROVED_WHOLE = 1_000_000  # accounts up to which every invariant is recomputed at the end
MEMORY_MB = 400

_TABLES = """
DROP TABLE IF EXISTS floor_line, floor_line_two, floor_both, floor_balance;
CREATE TABLE floor_line (LIKE member_line, PRIMARY KEY (account_id, seq, period));
CREATE INDEX ON floor_line USING brin (voucher_id) WITH (pages_per_range = 32, autosummarize = on);
CREATE TABLE floor_line_two (LIKE member_line, PRIMARY KEY (account_id, seq, period));
CREATE INDEX ON floor_line_two (voucher_id);
CREATE TABLE floor_both (LIKE floor_line INCLUDING INDEXES);
CREATE TABLE floor_balance (LIKE balance, PRIMARY KEY (account_id, interest_year)) WITH (fillfactor = 50);
"""
_DROP = "DROP TABLE IF EXISTS floor_line, floor_line_two, floor_both, floor_balance"
_APPEND = """
INSERT INTO {table} (account_id, seq, voucher_id, centre_id, known_at, debit_fen, credit_fen, own_fen, unit_fen,
    balance_after_fen, weighted_sum_after, period, booked_on, value_on, kind)
SELECT account_id, last_seq + 1, account_id / 50000, centre_id, now(), 0, 1, 0, 0, balance_fen, weighted_sum, {period},
       current_date, current_date, 9 FROM balance WHERE interest_year = {year} ORDER BY account_id
"""
_APPEND_BALANCE = "INSERT INTO floor_balance SELECT * FROM balance WHERE interest_year = {year} ORDER BY account_id"

# Every fen for every day it lay there in the year, the opening balance for all of them; rounded half up, once.
_BY_DAYS = """
WITH rate AS (SELECT rate_bp, day_base FROM rate_index WHERE day < '{end}' ORDER BY day DESC LIMIT 1)
SELECT sum(div(fen_days * 2 * rate_bp + day_base * 10000, day_base * 20000))::bigint
  FROM rate, (SELECT b.account_id, b.opening_fen::numeric * ('{end}'::date - '{start}'::date) + coalesce(l.fen_days, 0)
                     AS fen_days
                FROM balance b
                LEFT JOIN (SELECT account_id, sum((credit_fen - debit_fen)::numeric * ('{end}'::date - value_on))
                                  AS fen_days
                             FROM member_line WHERE period BETWEEN {year}07 AND {next}06 AND period % 100 <> 13
                            GROUP BY account_id) l USING (account_id)
               WHERE b.interest_year = {year}) d
"""
_SETTLED = """
SELECT (SELECT count(*) FROM member_line WHERE period = {year}13),
       (SELECT sum(credit_fen - debit_fen)::bigint FROM member_line WHERE period = {year}13),
       (SELECT count(*) FROM balance WHERE interest_year = {next}),
       (SELECT sum(opening_fen)::bigint FROM balance WHERE interest_year = {next})
       - (SELECT sum(balance_fen)::bigint FROM balance WHERE interest_year = {year}),
       (SELECT sum(member_credit_fen)::bigint FROM voucher WHERE kind = 5 AND business_date = '{end}'::date - 1)
"""


def run(options: Options) -> list[BenchRow]:
    """Settle ``options.rounds`` interest years of as many accounts beside the floors; prove every fen."""
    accounts = options.accounts or 1_000_000
    with owner() as connection:
        connection.execute("SELECT make_partitions(make_date(%s, 12, 31))", [2027 + options.rounds])
        city = build(connection, accounts, 1)
        try:
            found = interleave(
                connection, options.rounds,
                {
                    "settle": partial(_settle, connection, city, options.connections),
                    "line": partial(_floor, connection, ("floor_line",)),
                    "line, two B-trees": partial(_floor, connection, ("floor_line_two",)),
                    "both rows": partial(_floor, connection, ("floor_both", "floor_balance")),
                },
                before=partial(_before, connection, city), after=partial(_after, connection, city),
            )  # fmt: skip
        finally:
            connection.execute(_DROP)
        if accounts <= PROVED_WHOLE:
            prove_books()
    scale = f"{accounts} accounts, {options.connections} conn"
    ours = found.time("settle")
    rows = []
    for floor, target in (("line", 1.6), ("line, two B-trees", None), ("both rows", None)):
        rows.append(
            BenchRow(
                "settle", scale, accounts, ours, f"bare append, {floor}", found.time(floor),
                ours / found.time(floor), peak_mb(), target,
                more={
                    "us_an_account": ours / accounts * 1e6,
                    "wal_bytes_an_account": found.wal_bytes("settle") / accounts,
                    "floor_wal_bytes_an_account": found.wal_bytes(floor) / accounts,
                },
            )
        )  # fmt: skip
    prove("our process's memory is at most 400 MB", peak_mb() <= MEMORY_MB, True)
    return rows


def _year(turn: int) -> int:
    return 2025 + turn


def _before(connection: Owner, city: City, turn: int) -> None:
    """Fresh floors, and a unit that is paid on 1 July before its accounts were settled."""
    from anju.accounts.actions import post_contributions
    from anju.accounts.types import ContributionBatch, MemberRows
    from anju.kernel.month import Month

    connection.execute(_TABLES)
    day = date(_year(turn) + 1, 7, 1)
    staff = min(1000, city.accounts // 10)
    first = city.first + city.accounts // 2
    post_contributions(
        MemberRows("SELECT n AS account_id, 100::bigint AS own_fen, 100::bigint AS unit_fen"
                   " FROM generate_series(%s::bigint, %s::bigint) n", [first, first + staff - 1]),
        batch=ContributionBatch(centre_id=CENTRE, key=f"bench:touch:{day}", total_fen=200 * staff, unit_id=1,
                                month=Month.of(day), source_id=1, value_on=day, bank_account_id=1),
        at=moment(day),
    )  # fmt: skip


def _settle(connection: Owner, city: City, connections: int, turn: int) -> None:
    from anju.accounts.actions import settle_interest

    year = _year(turn)
    settle_interest(CENTRE, year, at=moment(date(year + 1, 7, 1)), connections=connections)


def _after(connection: Owner, city: City, turn: int) -> None:
    """Interest from the lines by days, one row of each kind an account, and the control totals of the chunks."""
    year = _year(turn)
    names = {"year": year, "next": year + 1, "start": date(year, 7, 1), "end": date(year + 1, 7, 1)}
    by_days = value(connection, _BY_DAYS.format(**names))
    found = connection.execute(_SETTLED.format(**names)).fetchone()
    prove(f"interest year {year}", found, (city.accounts, by_days, city.accounts, by_days, by_days))


def _floor(connection: Owner, tables: tuple[str, ...], turn: int) -> None:
    values = {"year": _year(turn), "period": _year(turn) * 100 + 13}
    for table in tables:
        statement = _APPEND_BALANCE if table == "floor_balance" else _APPEND
        connection.execute(statement.format(table=table, **values))
