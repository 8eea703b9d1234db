"""``anju bench check`` and ``statement``: proving all balances, and one member's year, among twelve months of lines.

``check``: the invariant that recomputes every balance, every weighted sum and every sequence number from the lines, as
``anju check`` runs it, beside one sequential sum over the same lines; and beside the least that any proof account by
account needs, three totals for each account. It must find nothing; then a fen, a weighted
sum and a sequence number are falsified by the owner, and each must be found. ``statement``: a year of members drawn at
random, by the query behind their page, beside the bare query of the same lines by their index on the same connection.
"""

from __future__ import annotations

from datetime import date
from functools import partial
from random import Random

from anju.command.bench_city import FIRST, City, build
from anju.command.bench_ground import Options, Owner, interleave, owner, peak_mb, prove, value
from anju.command.bench_row import BenchRow

MONTHS = 12
_SUM = "SELECT sum(credit_fen - debit_fen)::bigint FROM member_line"
_BY_ACCOUNT = """
SELECT max(fen) AS fen, max(lines) AS lines, max(last) AS last FROM (
    SELECT account_id, sum(credit_fen - debit_fen) AS fen, count(*) AS lines, max(seq) AS last
      FROM member_line GROUP BY account_id) a
"""
_BARE = (
    "SELECT * FROM member_line WHERE account_id = %s AND period >= 202507 AND period <= 202606 ORDER BY seq"
)
_FALSE = (
    "UPDATE balance SET balance_fen = balance_fen + 1 WHERE account_id = {}",
    "UPDATE balance SET weighted_sum = weighted_sum + 1 WHERE account_id = {}",
    "UPDATE balance SET last_seq = last_seq + 1 WHERE account_id = {}",
)


def run(options: Options) -> list[BenchRow]:
    """Build the city with twelve lines an account, and read it."""
    with owner() as connection:
        city = build(connection, options.accounts or 1_000_000, MONTHS)
        for table in ("member_line", "balance"):
            connection.execute(f"VACUUM (FREEZE, ANALYZE) {table}")
        measured = _statement if options.name == "statement" else _check
        return measured(connection, city, options)


def _differences() -> int:
    """Accounts and years that the invariant on balance, weighted sum and numbers names."""
    from django.db import transaction

    from anju.accounts.checks import RECOMPUTED
    from anju.database.checks import make_room
    from anju.database.sql import rows

    with transaction.atomic():
        make_room()
        return len(rows(RECOMPUTED.sql))


def _check(connection: Owner, city: City, options: Options) -> list[BenchRow]:
    found = interleave(
        connection, options.rounds,
        {
            "ours": lambda turn: prove("differences", _differences(), 0),
            "sum": lambda turn: prove("a sum", _summed() > 0, True),
            "by account": lambda turn: prove("lines of an account", _by_account(), MONTHS),
        },
        warm=1,
    )  # fmt: skip
    prove("sum of lines and of balances", _summed(), value(connection, "SELECT sum(balance_fen) FROM balance"))
    for place, statement in enumerate(_FALSE):
        connection.execute(statement.format(city.first + place))
    prove("falsified rows are found", _differences(), len(_FALSE))
    ours, scale = found.time("ours"), f"{city.accounts} x {MONTHS} lines"
    floors = (("sum", "one sequential sum", 3), ("by account", "three totals by account", None))
    return [
        BenchRow("check", scale, city.accounts * MONTHS, ours, floor, found.time(act), ours / found.time(act),
                 peak_mb(), target)
        for act, floor, target in floors
    ]  # fmt: skip


def _by_account() -> int:
    from django.db import transaction

    from anju.database.checks import make_room
    from anju.database.sql import rows

    with transaction.atomic():
        make_room()
        return int(rows(_BY_ACCOUNT)[0]["last"])


def _summed() -> int:
    from anju.database.sql import rows

    return int(next(iter(rows(_SUM)[0].values())))


def _statement(connection: Owner, city: City, options: Options) -> list[BenchRow]:
    from anju.accounts.queries import statement

    members = [Random(turn).sample(range(city.first, city.last + 1), min(200, city.accounts))  # noqa: S311  (a load)
               for turn in range(options.rounds + 1)]  # fmt: skip

    def ours(turn: int) -> None:
        for account_id in members[turn]:
            read = statement(account_id, from_date=FIRST, to_date=date(FIRST.year + 1, 6, 30))
            assert len(read.movements) == MONTHS and read.opening_fen + read.credit_fen == read.closing_fen

    found = interleave(connection, options.rounds, {"ours": ours, "bare": partial(_bare, members)}, warm=1)
    each = len(members[0])
    seconds, floor = found.time("ours") / each, found.time("bare") / each
    return [
        BenchRow("statement", f"a year of {city.accounts * MONTHS} lines", MONTHS, seconds, "bare indexed query", floor,
                 seconds / floor, peak_mb(), 2)
    ]  # fmt: skip


def _bare(members: list[list[int]], turn: int) -> None:
    from django.db import connection

    for account_id in members[turn]:
        with connection.cursor() as cursor:
            cursor.execute(_BARE, [account_id])
            assert len(cursor.fetchall()) == MONTHS
