"""Settling an interest year (年度结息) of a whole centre, chunk by chunk.

The old year's days are closed first, so the old rows cannot change and nothing in them is locked or rewritten: a chunk
inserts the interest lines and the new year's rows, and is its own transaction.
"""

# ruff: noqa: S608  statements are joined from this room's constants; every value is a parameter or a whole number
from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from anju.accounts.actions import carrying
from anju.accounts.actions._ground import DIGEST, act, enter, next_voucher_id
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
from anju.database.sql import execute, row
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.refusal import Refusal
from anju.ledger.actions import close_days


def settle_interest(centre_id: int, interest_year: int, *, at: datetime, actor: Actor | None = None) -> InterestRun:
    """Settle an interest year (结息) for every account of the centre that has not been carried yet.

    Call it outside a transaction: the old year's days are closed in one, then each chunk of accounts is carried in one
    of its own, so that it can be killed and started again, and postings go on beside it. Run twice, it settles once.
    Refuses a year that is not over. Closed accounts stay in the year they were closed in. Accounts that an earlier
    year's settlement never reached are carried from there first.
    """
    year = year_of(centre_id, interest_year)
    if at.astimezone(ZONE).date() <= year.last_day:
        raise Refusal("accounts.year_not_over", f"{interest_year} 结息年度到 {year.last_day} 才结束：请在次日办理。")
    close_days(
        centre_id, through=year.last_day, actor=actor or Actor.machine(centre_id, "accounts"), at=at
    )
    _settle_earlier(year, at=at, actor=actor)
    span = row(
        "SELECT min(account_id) / %(chunk)s AS first, max(account_id) / %(chunk)s AS last FROM balance"
        " WHERE interest_year = %(year)s AND centre_id = %(centre)s",
        {"chunk": carrying.CHUNK, "year": interest_year, "centre": centre_id},
    )
    if span is None or span["first"] is None:
        return InterestRun(interest_year, 0, 0, 0, 0)
    done = [_settle_chunk(year, chunk, at=at, actor=actor) for chunk in range(span["first"], span["last"] + 1)]
    release_accrual(year, at=at, actor=actor)
    return InterestRun(
        interest_year,
        accounts=sum(one["accounts"] for one in done),
        lines=sum(one["lines"] for one in done),
        interest_fen=sum(one["credited_fen"] - one["taken_fen"] for one in done),
        vouchers=sum(1 for one in done if one["lines"]),
    )


def _settle_earlier(year: Year, *, at: datetime, actor: Actor | None) -> None:
    if earlier_is_left(year):
        settle_interest(year.centre_id, year.year - 1, at=at, actor=actor)


@transaction.atomic
def _settle_chunk(year: Year, chunk: int, *, at: datetime, actor: Actor | None) -> dict[str, Any]:
    enter(year.centre_id, at=at)
    execute(f"SELECT pg_advisory_xact_lock({LOCK})", [chunk])
    # The new year's rows are not counted yet: a loop over them would read all that are being written for each account.
    execute("SELECT set_config('enable_nestloop', 'off', true)")
    due = _DUE.format(first=chunk * carrying.CHUNK, after=(chunk + 1) * carrying.CHUNK, **year.sql)
    voucher_id = next_voucher_id()
    totals = row(_CHUNK_LINES.format(due=due, **year.sql), {"voucher": voucher_id, "at": at})
    assert totals is not None
    if totals["lines"]:
        post_interest(year, totals, key=f"interest:{year.year}:{chunk}", voucher_id=voucher_id, at=at)
    totals["accounts"] = execute(_CHUNK_BALANCES.format(due=due, **year.sql))
    execute("SELECT set_config('enable_nestloop', NULL, true)")
    assert totals["accounts"] >= totals["lines"], totals
    if totals["accounts"]:
        act(
            "accounts.settle_interest", actor=actor, at=at, centre_id=year.centre_id, year=year.year, chunk=chunk,
            accounts=totals["accounts"], interest_fen=totals["credited_fen"] - totals["taken_fen"],
        )  # fmt: skip
    return totals


# Rows of the old year that have no row in the new one. Both statements of a chunk read it afresh; under the chunk's
# lock and with the old year's days closed it gives the same rows each time, and reading is cheaper than spooling.
_DUE = """SELECT b.*, {interest} AS interest FROM balance b
    LEFT JOIN balance n ON n.account_id = b.account_id AND n.interest_year = {next}
         AND n.account_id >= {first} AND n.account_id < {after}
    WHERE b.interest_year = {year} AND b.centre_id = {centre} AND b.account_id >= {first} AND b.account_id < {after}
      AND b.state IN (1, 2, 6) AND n.account_id IS NULL"""
_CHUNK_LINES = f"""
WITH written AS (
    INSERT INTO member_line ({LINE_COLUMNS})
    SELECT account_id, last_seq + 1, %(voucher)s, centre_id, %(at)s, greatest(-interest, 0), greatest(interest, 0),
           balance_fen + interest, (balance_fen + interest) * {{index}}, {{period}}, {{booked_on}}, {{value_on}},
           {{kind}}
      FROM ({{due}}) b WHERE interest <> 0 ORDER BY account_id
    RETURNING *
)
SELECT count(*) AS lines, coalesce(sum(credit_fen), 0)::bigint AS credited_fen,
       coalesce(sum(debit_fen), 0)::bigint AS taken_fen, {DIGEST} AS digest FROM written
"""
_CHUNK_BALANCES = (
    f"INSERT INTO balance ({BALANCE_COLUMNS})"
    " SELECT account_id, {next}, centre_id, balance_fen + interest, balance_fen + interest, balance_fen + interest,"
    " held_fen, own_paid_fen, unit_paid_fen, (balance_fen + interest) * {index}, interest_fen + interest,"
    " last_seq + (interest <> 0)::integer, paid_to, state FROM ({due}) b ORDER BY account_id"
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
