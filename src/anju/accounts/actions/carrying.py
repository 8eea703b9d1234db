# ruff: noqa: S608  statements are joined from this room's constants; every value is a parameter or a quoted literal
"""Carrying balances from one interest year into the next, with the year's interest (年度结息).

Two ways, one arithmetic. ``settle_interest`` carries a whole centre in chunks: the old year's days are closed first, so
the old rows cannot change and nothing in them is locked or rewritten. ``carry`` does it for accounts that are touched
in the new year before their chunk ran; it marks the old row, so that a posting still under way into it is refused.
A chunk and a touch of the same accounts exclude each other by an advisory lock per chunk.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from anju.accounts.actions._ground import DIGEST, BookDay, act, enter, next_voucher_id
from anju.accounts.types import CARRIED, PRODUCT, InterestRun, LineKind
from anju.database.sql import execute, row, rows
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.refusal import Refusal
from anju.ledger.actions import close_days, post_voucher, request_digest
from anju.ledger.posting_rules import interest_lines
from anju.ledger.types import VoucherDraft, VoucherKind

CHUNK = 50_000  # account numbers; a number of engineering, not of policy
_LOCK = "hashtext('carry'), hashint8(%s)"

# Interest never takes back more than is free: a late correction may be larger than what is left.
_INTEREST = """greatest(interest_of(b.balance_fen * {index} - b.weighted_sum, {factor}, {day_base}::smallint),
    b.held_fen - b.balance_fen)"""

_LINE_COLUMNS = """account_id, seq, voucher_id, centre_id, known_at, debit_fen, credit_fen, balance_after_fen,
    weighted_sum_after, period, booked_on, value_on, kind"""
_BALANCE_COLUMNS = """account_id, interest_year, centre_id, opening_fen, balance_fen, carried_fen, held_fen,
    own_paid_fen, unit_paid_fen, weighted_sum, interest_fen, last_seq, paid_to, state"""
_TOTALS = """count(*) AS accounts, count(*) FILTER (WHERE interest <> 0) AS lines,
    coalesce(sum(interest) FILTER (WHERE interest > 0), 0)::bigint AS credited_fen,
    coalesce(-sum(interest) FILTER (WHERE interest < 0), 0)::bigint AS taken_fen"""


@dataclass(frozen=True)
class _Year:
    """One interest year of a centre at its end, and the rate it earned."""

    centre_id: int
    year: int
    index: int
    factor: int
    day_base: int

    @property
    def last_day(self) -> date:
        """30 June."""
        return date(self.year + 1, 6, 30)

    @property
    def sql(self) -> dict[str, Any]:
        """Values for the statements."""
        end = date(self.year + 1, 7, 1)
        return {
            "year": self.year, "next": self.year + 1, "centre": self.centre_id, "index": self.index,
            "period": self.year * 100 + 13, "booked_on": f"'{self.last_day}'::date", "value_on": f"'{end}'::date",
            "kind": int(LineKind.INTEREST),
            "interest": _INTEREST.format(index=self.index, factor=self.factor, day_base=self.day_base),
        }  # fmt: skip


def _year(centre_id: int, year: int) -> _Year:
    end, last_day = date(year + 1, 7, 1), date(year + 1, 6, 30)
    found = row(
        "SELECT rate_index_at(%(p)s::smallint, %(end)s) AS index, factor, day_base FROM rate_index"
        " WHERE product = %(p)s AND day <= %(last)s ORDER BY day DESC LIMIT 1",
        {"p": PRODUCT, "end": end, "last": last_day},
    )
    if found is None:
        raise Refusal("accounts.no_rate", "还没有录入存款利率：请先由管理员载入利率。")
    return _Year(centre_id, year, found["index"], found["factor"], found["day_base"])


def carry(ids_sql: str, *, book: BookDay, cause: str) -> int:
    """Carry into the book day's year those accounts of a SELECT of ``account_id`` whose rows end earlier.

    Called by an action that already holds the gate; posts one interest voucher a year carried. How many were carried.
    """
    behind = rows(
        "SELECT DISTINCT max(b.interest_year) AS year FROM balance b"
        f" JOIN ({ids_sql}) s ON s.account_id = b.account_id"
        " WHERE b.centre_id = %s GROUP BY b.account_id HAVING max(b.interest_year) < %s",
        [book.centre_id, book.year],
    )
    if not behind:
        return 0
    execute(
        f"SELECT pg_advisory_xact_lock_shared({_LOCK % 'c.chunk'}) FROM"
        f" (SELECT DISTINCT s.account_id / %s AS chunk FROM ({ids_sql}) s ORDER BY 1) c",
        [CHUNK],
    )
    first = min(line["year"] for line in behind)
    years = [_year(book.centre_id, year) for year in range(first, book.year)]
    return sum(_carry_year(ids_sql, year, cause=cause, at=book.at) for year in years)


def _carry_year(ids_sql: str, year: _Year, *, cause: str, at: datetime) -> int:
    voucher_id = next_voucher_id()
    sql = f"""
    WITH old AS (
        UPDATE balance b SET state = b.state + {CARRIED}
          FROM (SELECT DISTINCT account_id FROM ({ids_sql}) i ORDER BY account_id) s
         WHERE b.account_id = s.account_id AND b.interest_year = {{year}} AND b.centre_id = {{centre}}
           AND b.state < {CARRIED} AND NOT EXISTS (SELECT 1 FROM balance n
                WHERE n.account_id = b.account_id AND n.interest_year = {{next}})
        RETURNING b.*
    ), b AS (
        SELECT b.*, {{interest}} AS interest, b.state - {CARRIED} AS open_state FROM old b
    ), lines AS (
        INSERT INTO member_line ({_LINE_COLUMNS})
        SELECT account_id, last_seq + 1, %(voucher)s, centre_id, %(at)s, greatest(-interest, 0),
               greatest(interest, 0), balance_fen + interest, (balance_fen + interest) * {{index}}, {{period}},
               {{booked_on}}, {{value_on}}, {{kind}} FROM b WHERE interest <> 0
    ), fresh AS (
        INSERT INTO balance ({_BALANCE_COLUMNS})
        SELECT account_id, {{next}}, centre_id, balance_fen + interest, balance_fen + interest,
               balance_fen + interest, held_fen, own_paid_fen, unit_paid_fen, (balance_fen + interest) * {{index}},
               interest_fen + interest, last_seq + (interest <> 0)::integer, paid_to, open_state FROM b
    ), l AS (
        SELECT account_id, greatest(-interest, 0) AS debit_fen, greatest(interest, 0) AS credit_fen,
               0::bigint AS own_fen, 0::bigint AS unit_fen FROM b WHERE interest <> 0
    )
    SELECT {_TOTALS}, (SELECT {DIGEST} FROM l) AS digest FROM b
    """.format(**year.sql)
    totals = row(sql, {"voucher": voucher_id, "at": at})
    assert totals is not None
    if totals["lines"]:
        _post(year, totals, key=f"interest:{year.year}:touch:{cause}:{voucher_id}", voucher_id=voucher_id, at=at)
    return int(totals["accounts"])


def _post(year: _Year, totals: dict[str, Any], *, key: str, voucher_id: int, at: datetime) -> None:
    draft = VoucherDraft(
        centre_id=year.centre_id, idempotency_key=key, kind=VoucherKind.INTEREST, business_date=year.last_day,
        request_digest=request_digest(key=key), maker_person_id=None, checker_person_id=None,
        lines=interest_lines(credited_fen=totals["credited_fen"], taken_back_fen=totals["taken_fen"]),
        member_count=totals["lines"], member_debit_fen=totals["taken_fen"],
        member_credit_fen=totals["credited_fen"], lines_digest=bytes(totals["digest"]), voucher_id=voucher_id,
    )  # fmt: skip
    posted = post_voucher(draft, at=at)
    assert not posted.replayed, f"{key} was settled before, yet rows were left"


def settle_interest(centre_id: int, interest_year: int, *, at: datetime, actor: Actor | None = None) -> InterestRun:
    """Settle an interest year (结息) for every account of the centre that has not been carried yet.

    Call it outside a transaction: the old year's days are closed in one, then each chunk of accounts is carried in one
    of its own, so that it can be killed and started again, and postings go on beside it. Run twice, it settles once.
    Refuses a year that is not over. Closed accounts stay in the year they were closed in.
    """
    year = _year(centre_id, interest_year)
    if at.astimezone(ZONE).date() <= year.last_day:
        raise Refusal("accounts.year_not_over", f"{interest_year} 结息年度到 {year.last_day} 才结束：请在次日办理。")
    close_days(
        centre_id, through=year.last_day, actor=actor or Actor.machine(centre_id, "accounts"), at=at
    )
    span = row(
        f"SELECT min(account_id) / {CHUNK} AS first, max(account_id) / {CHUNK} AS last FROM balance"
        " WHERE interest_year = %s AND centre_id = %s",
        [interest_year, centre_id],
    )
    if span is None or span["first"] is None:
        return InterestRun(interest_year, 0, 0, 0, 0)
    done = [_settle_chunk(year, chunk, at=at, actor=actor) for chunk in range(span["first"], span["last"] + 1)]
    return InterestRun(
        interest_year,
        accounts=sum(one["accounts"] for one in done),
        lines=sum(one["lines"] for one in done),
        interest_fen=sum(one["credited_fen"] - one["taken_fen"] for one in done),
        vouchers=sum(1 for one in done if one["lines"]),
    )


@transaction.atomic
def _settle_chunk(year: _Year, chunk: int, *, at: datetime, actor: Actor | None) -> dict[str, Any]:
    enter(year.centre_id, at=at)
    execute(f"SELECT pg_advisory_xact_lock({_LOCK})", [chunk])
    due = _DUE.format(first=chunk * CHUNK, after=(chunk + 1) * CHUNK, carried=CARRIED, **year.sql)
    totals = row(f"SELECT {_TOTALS}, (SELECT {DIGEST} FROM ({_DUE_LINES.format(due=due)}) l) AS digest FROM ({due}) b")
    assert totals is not None
    if totals["accounts"] == 0:
        return totals
    if totals["lines"]:
        voucher_id = next_voucher_id()
        written = execute(_CHUNK_LINES.format(due=due, **year.sql), {"voucher": voucher_id, "at": at})
        assert written == totals["lines"], (written, totals)
        key = f"interest:{year.year}:{chunk}"
        _post(year, totals, key=key, voucher_id=voucher_id, at=at)
    fresh = execute(_CHUNK_BALANCES.format(due=due, **year.sql))
    assert fresh == totals["accounts"], (fresh, totals)
    act(
        "accounts.settle_interest", actor=actor, at=at, centre_id=year.centre_id, year=year.year, chunk=chunk,
        accounts=totals["accounts"], interest_fen=totals["credited_fen"] - totals["taken_fen"],
    )  # fmt: skip
    return totals


# Rows of the old year that have no row in the new one. Every statement of a chunk reads it afresh; under the chunk's
# lock and with the old year's days closed it gives the same rows each time, and reading is cheaper than spooling.
_DUE = """SELECT b.*, {interest} AS interest FROM balance b
    LEFT JOIN balance n ON n.account_id = b.account_id AND n.interest_year = {next}
    WHERE b.interest_year = {year} AND b.centre_id = {centre} AND b.account_id >= {first} AND b.account_id < {after}
      AND b.state IN (1, 2, 6) AND n.account_id IS NULL"""
_DUE_LINES = """SELECT account_id, greatest(-interest, 0) AS debit_fen, greatest(interest, 0) AS credit_fen,
    0::bigint AS own_fen, 0::bigint AS unit_fen FROM ({due}) b WHERE interest <> 0"""
_CHUNK_LINES = (
    f"INSERT INTO member_line ({_LINE_COLUMNS})"
    " SELECT account_id, last_seq + 1, %(voucher)s, centre_id, %(at)s, greatest(-interest, 0), greatest(interest, 0),"
    " balance_fen + interest, (balance_fen + interest) * {index}, {period}, {booked_on}, {value_on}, {kind}"
    " FROM ({due}) b WHERE interest <> 0 ORDER BY account_id"
)
_CHUNK_BALANCES = (
    f"INSERT INTO balance ({_BALANCE_COLUMNS})"
    " SELECT account_id, {next}, centre_id, balance_fen + interest, balance_fen + interest, balance_fen + interest,"
    " held_fen, own_paid_fen, unit_paid_fen, (balance_fen + interest) * {index}, interest_fen + interest,"
    " last_seq + (interest <> 0)::integer, paid_to, state FROM ({due}) b ORDER BY account_id"
)


def preview_interest(centre_id: int, interest_year: int) -> InterestRun:
    """What ``settle_interest`` would credit to the accounts not yet carried; writes nothing."""
    year = _year(centre_id, interest_year)
    due = _DUE.format(first=0, after=1 << 62, **year.sql)
    totals = row(f"SELECT {_TOTALS} FROM ({due}) b")
    assert totals is not None
    interest_fen = totals["credited_fen"] - totals["taken_fen"]
    return InterestRun(interest_year, totals["accounts"], totals["lines"], interest_fen, 0)
