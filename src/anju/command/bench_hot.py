"""``anju bench hot``: a year of remittances over the same balance rows, without any vacuum.

Units of 1,000 whose numbers lie together, the hard case: each posting fills whole pages at once. Through the product's
own action, month by month, autovacuum off for the year's balances. Told are the share of updates that stayed on their
page (HOT), and the size of the heap beside what it was before the first month; the times beside it are those of the
last month and of the first.
"""

from __future__ import annotations

import time
from datetime import date

from anju.command.bench_city import City, build, month_of
from anju.command.bench_ground import CENTRE, Options, Owner, moment, owner, peak_mb, prove, prove_books, value
from anju.command.bench_row import BenchRow

UNIT_SIZE = 1_000
MONTHS = 12
FEN = 100_000  # of each share
_FIRST_MONTH = 1  # after the one that the city was built with


def run(options: Options) -> list[BenchRow]:
    """Pay every unit for twelve months; pages and HOT updates afterwards."""
    with owner() as connection:
        city = build(connection, options.accounts or 100_000, 1)
        connection.execute("ALTER TABLE balance_2025 SET (autovacuum_enabled = off)")
        try:
            connection.execute("VACUUM FULL balance_2025")
            heap, index = _sizes(connection)
            updates, hot = _updates(connection)
            times = [_month(city, place) for place in range(_FIRST_MONTH, _FIRST_MONTH + MONTHS)]
            heap_after, index_after = _sizes(connection)
            updates_after, hot_after = _updates(connection)
        finally:
            connection.execute("ALTER TABLE balance_2025 RESET (autovacuum_enabled)")
        _prove(connection, city, updates_after - updates)
    scale = f"{city.accounts} accounts"
    share = (hot_after - hot) / (updates_after - updates)
    common = (scale, city.accounts * MONTHS, times[-1])
    return [
        BenchRow("hot: HOT updates", *common, "all updates", times[0], share, peak_mb(), 0.95, at_least=True),
        BenchRow("hot: heap", *common, "start size", times[0], heap_after / heap, peak_mb(), 1.3,
                 more={"index_growth": index_after / index, "heap_mb": heap_after / 2**20}),
    ]  # fmt: skip


def _month(city: City, place: int) -> float:
    """Every unit's remittance of one month; seconds."""
    year, month = month_of(place % 12)  # a thirteenth is paid in arrears: still this interest year
    began = time.perf_counter()
    for first in range(city.first, city.last + 1, UNIT_SIZE):
        last = min(first + UNIT_SIZE - 1, city.last)
        pay(first, last, year=year, month=month, key=f"bench:hot:{place}:{first}", fen=FEN)
    return time.perf_counter() - began


def pay(first: int, last: int, *, year: int, month: int, key: str, fen: int) -> None:
    """The remittance of a span of accounts, so much of each share, on the 28th; through the product's action."""
    from anju.accounts.actions import post_contributions
    from anju.accounts.types import ContributionBatch, MemberRows
    from anju.kernel.month import Month

    day = date(year, month, 28)
    post_contributions(
        MemberRows("SELECT n AS account_id, %s::bigint AS own_fen, %s::bigint AS unit_fen"
                   " FROM generate_series(%s::bigint, %s::bigint) n", [fen, fen, first, last]),
        batch=ContributionBatch(
            centre_id=CENTRE, key=key, total_fen=2 * fen * (last - first + 1), unit_id=first // UNIT_SIZE,
            month=Month(year, month), source_id=1, value_on=day, bank_account_id=1,
        ),
        at=moment(day),
    )  # fmt: skip


def _sizes(connection: Owner) -> tuple[int, int]:
    """Bytes of the balances' heap and of their key."""
    return (
        value(connection, "SELECT pg_relation_size('balance_2025')"),
        value(connection, "SELECT pg_indexes_size('balance_2025')"),
    )


def _updates(connection: Owner) -> tuple[int, int]:
    """Rows updated so far, and how many of them on their page; the posting connection tells its counts first."""
    from django.db import connection as serving

    serving.close()
    time.sleep(0.2)
    connection.execute("SELECT pg_stat_clear_snapshot()")
    names = ("n_tup_upd", "n_tup_hot_upd")
    both = [
        value(connection, f"SELECT {name} FROM pg_stat_user_tables WHERE relname = 'balance_2025'")  # noqa: S608  (a constant)
        for name in names
    ]
    return both[0], both[1]


def _prove(connection: Owner, city: City, updates: int) -> None:
    prove("updates", updates, city.accounts * MONTHS)
    found = connection.execute(
        "SELECT count(*), sum(credit_fen)::bigint FROM member_line WHERE source_id > 0 AND seq > 1"
    ).fetchone()
    prove("lines", found, (city.accounts * MONTHS, city.accounts * MONTHS * 2 * FEN))
    prove_books()
