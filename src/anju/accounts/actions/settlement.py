"""Settling an interest year (年度结息) of a whole centre, chunk by chunk.

The old year's days are closed first, so the old rows cannot change and nothing in them is locked or rewritten: a chunk
inserts the interest lines and the new year's rows, and is its own transaction.
"""

# ruff: noqa: S608  statements are joined from this room's constants; every value is a parameter or a whole number
from __future__ import annotations

import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from anju.accounts.actions import carrying
from anju.accounts.actions._ground import act, enter
from anju.accounts.actions.accrual import release_accrual
from anju.accounts.actions.carrying import (
    BALANCE_COLUMNS,
    LINE_COLUMNS,
    LOCK,
    TOTALS,
    Year,
    earlier_is_left,
    post_interest,
    year_of,
)
from anju.accounts.types import InterestRun
from anju.database.sql import execute, row, rows
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.refusal import Refusal
from anju.ledger.actions import close_days


def settle_interest(
    centre_id: int, interest_year: int, *, at: datetime, actor: Actor | None = None, connections: int = 1
) -> InterestRun:
    """Settle an interest year (结息) for every account of the centre that has not been carried yet.

    Call it outside a transaction: the old year's days are closed in one, then each chunk of accounts is carried in one
    of its own, so that it can be killed and started again, and postings go on beside it. Run twice, it settles once.
    ``connections`` chunks are carried side by side, each on a connection of its own; with 1, or inside a transaction,
    on the caller's.
    Refuses a year that is not over. Closed accounts stay in the year they were closed in. Accounts that an earlier
    year's settlement never reached are carried from there first.
    """
    year = year_of(centre_id, interest_year)
    if at.astimezone(ZONE).date() <= year.last_day:
        raise Refusal("accounts.year_not_over", f"{interest_year} 结息年度到 {year.last_day} 才结束：请在次日办理。")
    close_days(
        centre_id, through=year.last_day, actor=actor or Actor.machine(centre_id, "accounts"), at=at
    )
    _settle_earlier(year, at=at, actor=actor, connections=connections)
    chunks = [
        one["chunk"]
        for one in rows(_CHUNKS, {"size": carrying.CHUNK, "year": interest_year, "centre": centre_id})
    ]
    if not chunks:
        return InterestRun(interest_year, 0, 0, 0, 0)
    if connection.in_atomic_block:
        done = [_settle_chunk(year, chunk, at=at, actor=actor) for chunk in chunks]
    elif connections == 1:
        done = [_settle_and_give_way(year, chunk, at=at, actor=actor) for chunk in chunks]
    else:
        done = _side_by_side(year, chunks, connections, at=at, actor=actor)
    release_accrual(year, at=at, actor=actor)
    return InterestRun(
        interest_year,
        accounts=sum(one["accounts"] for one in done),
        lines=sum(one["lines"] for one in done),
        interest_fen=sum(one["credited_fen"] - one["taken_fen"] for one in done),
        vouchers=sum(1 for one in done if one["lines"]),
    )


def _settle_earlier(year: Year, *, at: datetime, actor: Actor | None, connections: int) -> None:
    if earlier_is_left(year):
        settle_interest(year.centre_id, year.year - 1, at=at, actor=actor, connections=connections)


def _side_by_side(
    year: Year, chunks: list[int], connections: int, *, at: datetime, actor: Actor | None
) -> list[dict[str, Any]]:
    """Carry the chunks on several connections, whoever is free the next one; what fails stops the others too."""
    left = deque(chunks)

    def work() -> list[dict[str, Any]]:
        done = []
        try:
            while left:
                with suppress(IndexError):  # another one took the last
                    chunk = left.popleft()
                    done.append(_settle_and_give_way(year, chunk, at=at, actor=actor))
        except BaseException:
            left.clear()
            raise
        finally:
            connection.close()
        return done

    with ThreadPoolExecutor(connections) as pool:
        workers = [pool.submit(work) for _ in range(connections)]
        return [one for worker in workers for one in worker.result()]


# The first key of a chunk's lock as pg_locks shows it, without a sign.
_CARRY_CLASS = "(hashtext('carry')::bigint + 4294967296) %% 4294967296"
# Sessions inside the gate of a centre, without those that carry a chunk themselves.
_POSTING = f"""
SELECT EXISTS (
    SELECT 1 FROM pg_locks g
     WHERE g.locktype = 'advisory' AND g.granted AND g.pid <> pg_backend_pid() AND g.classid::bigint = gate_class()
       AND g.objid::bigint = %s AND g.database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND NOT EXISTS (SELECT 1 FROM pg_locks c WHERE c.pid = g.pid AND c.locktype = 'advisory'
            AND c.mode = 'ExclusiveLock' AND c.classid::bigint = {_CARRY_CLASS})) AS posting
"""
LONGEST_PAUSE = 2  # seconds


def _settle_and_give_way(year: Year, chunk: int, *, at: datetime, actor: Actor | None) -> dict[str, Any]:
    """Carry a chunk; where somebody is posting then, pause for as long as it took, so that people come first."""
    began = time.monotonic()
    done = _settle_chunk(year, chunk, at=at, actor=actor)
    posting = row(_POSTING, [year.centre_id])
    if posting and posting["posting"]:
        time.sleep(min(time.monotonic() - began, LONGEST_PAUSE))
    return done


@transaction.atomic
def _settle_chunk(year: Year, chunk: int, *, at: datetime, actor: Actor | None) -> dict[str, Any]:
    enter(year.centre_id, at=at)
    execute(f"SELECT pg_advisory_xact_lock({LOCK}), {_PLANS}", [chunk, *["off"] * 4])
    due = _DUE.format(first=chunk * carrying.CHUNK, after=(chunk + 1) * carrying.CHUNK, **year.sql)
    totals = row(_CHUNK_TOTALS.format(due=due, **_days(year), **year.sql))
    assert totals is not None
    if totals["accounts"]:
        voucher_id = totals["voucher_id"]
        lines = execute(_CHUNK_LINES.format(due=due, **year.sql), {"voucher": voucher_id, "at": at})
        balances = execute(_CHUNK_BALANCES.format(due=due, **year.sql))
        assert (lines, balances) == (totals["lines"], totals["accounts"]), (lines, balances, totals)
        if lines:
            post_interest(year, totals, key=f"interest:{year.year}:{chunk}", voucher_id=voucher_id, at=at)
    execute(f"SELECT {_PLANS}", [None] * 4)
    if totals["accounts"]:
        act(
            "accounts.settle_interest", actor=actor, at=at, centre_id=year.centre_id, year=year.year, chunk=chunk,
            accounts=totals["accounts"], interest_fen=totals["credited_fen"] - totals["taken_fen"],
        )  # fmt: skip
    return totals


def _days(year: Year) -> dict[str, int]:
    """Booking and value day as the digest counts them."""
    booked = (year.last_day - date(1970, 1, 1)).days
    return {"booked_day": booked, "value_day": booked + 1}


# The chunks that hold accounts, each found by one look into the index: numbers between them are not walked through.
_CHUNKS = """
WITH RECURSIVE c AS (
    SELECT min(account_id) / %(size)s AS chunk FROM balance WHERE interest_year = %(year)s AND centre_id = %(centre)s
    UNION ALL
    SELECT (SELECT min(b.account_id) / %(size)s FROM balance b WHERE b.interest_year = %(year)s
               AND b.centre_id = %(centre)s AND b.account_id >= (c.chunk + 1) * %(size)s)
      FROM c WHERE c.chunk IS NOT NULL
)
SELECT chunk FROM c WHERE chunk IS NOT NULL
"""

# The one plan wanted in a chunk: both years merged along their keys, so that rows come in the order of accounts without
# a sort. The new year's rows are not counted yet, and a loop over them would read all that are being written for each
# account.
_PLANS = ", ".join(
    f"set_config('enable_{plan}', %s, true)" for plan in ("nestloop", "hashjoin", "seqscan", "bitmapscan")
)

# Rows of the old year that have no row in the new one. Every statement of a chunk reads it afresh; under the chunk's
# lock and with the old year's days closed it gives the same rows each time, and reading is cheaper than spooling.
_DUE = """SELECT b.*, {interest} AS interest FROM balance b
    LEFT JOIN balance n ON n.account_id = b.account_id AND n.interest_year = {next}
         AND n.account_id >= {first} AND n.account_id < {after}
    WHERE b.interest_year = {year} AND b.centre_id = {centre} AND b.account_id >= {first} AND b.account_id < {after}
      AND b.state IN (1, 2, 6) AND n.account_id IS NULL"""

# Ordered inside, so that interest is computed once a row. The digest is that of ``DIGEST``, its text put together from
# fewer pieces: of an interest line only account, number and amount differ from one to the next.
_CHUNK_TOTALS = rf"""
SELECT {TOTALS}, nextval('voucher_id_seq') AS voucher_id,
       '\x02'::bytea || sha256(convert_to(string_agg(concat(account_id, '|', last_seq + 1,
           '|{{period}}|{{kind}}|{{booked_day}}|{{value_day}}||', greatest(-interest, 0), '|', greatest(interest, 0),
           E'|0|0||\n'), '' ORDER BY account_id) FILTER (WHERE interest <> 0), 'UTF8')) AS digest
  FROM ({{due}} ORDER BY b.account_id) b
"""
_CHUNK_LINES = f"""
INSERT INTO member_line ({LINE_COLUMNS})
SELECT account_id, last_seq + 1, %(voucher)s, centre_id, %(at)s, greatest(-interest, 0), greatest(interest, 0),
       balance_fen + interest, (balance_fen + interest) * {{index}}, {{period}}, {{booked_on}}, {{value_on}}, {{kind}}
  FROM ({{due}} ORDER BY b.account_id) b WHERE interest <> 0
"""
_CHUNK_BALANCES = (
    f"INSERT INTO balance ({BALANCE_COLUMNS})"
    " SELECT account_id, {next}, centre_id, balance_fen + interest, balance_fen + interest, balance_fen + interest,"
    " held_fen, own_paid_fen, unit_paid_fen, (balance_fen + interest) * {index}, interest_fen + interest,"
    " last_seq + (interest <> 0)::integer, paid_to, state FROM ({due} ORDER BY b.account_id) b"
)


def all_due(year: Year) -> str:
    """A SELECT of the balance rows that a settlement would carry, each with its ``interest``."""
    return _DUE.format(first=0, after=1 << 62, **year.sql)


def preview_interest(centre_id: int, interest_year: int) -> InterestRun:
    """What ``settle_interest`` would credit to the accounts not yet carried; writes nothing."""
    year = year_of(centre_id, interest_year)
    due = all_due(year)
    totals = row(f"SELECT {TOTALS} FROM ({due}) b")
    assert totals is not None
    interest_fen = totals["credited_fen"] - totals["taken_fen"]
    return InterestRun(interest_year, totals["accounts"], totals["lines"], interest_fen, 0)
