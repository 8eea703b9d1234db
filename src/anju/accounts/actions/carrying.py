# ruff: noqa: S608  statements are joined from this room's constants; every value is a parameter or a quoted literal
"""Carrying balances from one interest year into the next, with the year's interest (年度结息).

Two ways, one arithmetic. ``settlement`` carries a whole centre in chunks. ``carry`` does it for accounts that are
touched in the new year before their chunk ran; it marks the old row, so that a posting still under way into it is
refused. A chunk and a touch of the same accounts exclude each other by an advisory lock per chunk.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from anju.accounts.actions._ground import DIGEST, BookDay, next_voucher_id, row_in_order
from anju.accounts.types import CARRIED, PRODUCT, LineKind
from anju.database.sql import execute, prepared_row, row, rows
from anju.kernel.refusal import Refusal
from anju.ledger.actions import post_voucher_within, request_digest
from anju.ledger.posting_rules import interest_lines
from anju.ledger.types import VoucherDraft, VoucherKind

# Account numbers; a number of engineering, not of policy. A posting to an account whose chunk is being carried waits:
# with fifty thousand, which a prototype settled a fifteenth faster, one in twenty would in a city of a million.
CHUNK = 10_000
LOCK = "hashtext('carry'), hashint8(%s)"

# The arithmetic of interest_of() written out, because a function called for every row costs more than the row.
# Interest never takes back more than is free: a late correction may be larger than what is left.
_EARNED = "(b.balance_fen * {index} - b.weighted_sum)"
_INTEREST = """greatest(CASE WHEN {earned} >= 0 THEN ({earned} * {factor} + {half}) / {whole}
    ELSE -((-{earned} * {factor} + {half}) / {whole}) END, b.held_fen - b.balance_fen)"""

LINE_COLUMNS = """account_id, seq, voucher_id, centre_id, known_at, debit_fen, credit_fen, balance_after_fen,
    weighted_sum_after, period, booked_on, value_on, kind"""
BALANCE_COLUMNS = """account_id, interest_year, centre_id, opening_fen, balance_fen, carried_fen, held_fen,
    own_paid_fen, unit_paid_fen, weighted_sum, interest_fen, last_seq, paid_to, state"""
TOTALS = """count(*) AS accounts, count(*) FILTER (WHERE interest <> 0) AS lines,
    coalesce(sum(interest) FILTER (WHERE interest > 0), 0)::bigint AS credited_fen,
    coalesce(-sum(interest) FILTER (WHERE interest < 0), 0)::bigint AS taken_fen"""


def interest_sql(earned: str, *, factor: int, day_base: int) -> str:
    """The interest in fen of a balance row ``b`` from an expression of what it earned, index times fen."""
    return _INTEREST.format(earned=earned, factor=factor, half=day_base * 5_000, whole=day_base * 10_000)


@dataclass(frozen=True)
class Year:
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
            "interest": interest_sql(
                _EARNED.format(index=self.index), factor=self.factor, day_base=self.day_base
            ),
        }  # fmt: skip


def year_of(centre_id: int, year: int) -> Year:
    """An interest year with the index at its end; refuses when no rate is loaded."""
    end, last_day = date(year + 1, 7, 1), date(year + 1, 6, 30)
    found = row(
        "SELECT rate_index_at(%(p)s::smallint, %(end)s) AS index, factor, day_base FROM rate_index"
        " WHERE product = %(p)s AND day <= %(last)s ORDER BY day DESC LIMIT 1",
        {"p": PRODUCT, "end": end, "last": last_day},
    )
    if found is None:
        raise Refusal("accounts.no_rate", "还没有录入存款利率：请先由管理员载入利率。")
    return Year(centre_id, year, found["index"], found["factor"], found["day_base"])


def earlier_is_left(year: Year) -> bool:
    """Whether accounts of the year before have not been carried into this one."""
    left = row(
        "SELECT EXISTS (SELECT 1 FROM balance b WHERE b.interest_year = %(before)s AND b.centre_id = %(centre)s"
        " AND b.state IN (1, 2, 6) AND NOT EXISTS (SELECT 1 FROM balance n WHERE n.account_id = b.account_id"
        " AND n.interest_year = %(year)s)) AS behind",
        {"before": year.year - 1, "year": year.year, "centre": year.centre_id},
    )
    return bool(left and left["behind"])


# The old row is marked, so it is locked, and read as it stands then; a posting still under way into it is refused.
_TOUCH = f"""
WITH old AS (
    UPDATE balance b SET state = b.state + {CARRIED}
      FROM (SELECT DISTINCT account_id FROM ({{source}}) i ORDER BY account_id) s
     WHERE b.account_id = s.account_id AND b.interest_year = {{year}} AND b.centre_id = {{centre}}
       AND b.state IN (1, 2, 6, 7) AND NOT EXISTS (SELECT 1 FROM balance n
            WHERE n.account_id = b.account_id AND n.interest_year = {{next}})
    RETURNING b.*
), b AS (
    SELECT b.*, {{interest}} AS interest, b.state - {CARRIED} AS open_state FROM old b
), lines AS (
    INSERT INTO member_line ({LINE_COLUMNS})
    SELECT account_id, last_seq + 1, %(voucher)s, centre_id, %(at)s, greatest(-interest, 0),
           greatest(interest, 0), balance_fen + interest, (balance_fen + interest) * {{index}}, {{period}},
           {{booked_on}}, {{value_on}}, {{kind}} FROM b WHERE interest <> 0
), fresh AS (
    INSERT INTO balance ({BALANCE_COLUMNS})
    SELECT account_id, {{next}}, centre_id, balance_fen + interest, balance_fen + interest,
           balance_fen + interest, held_fen, own_paid_fen, unit_paid_fen, (balance_fen + interest) * {{index}},
           interest_fen + interest, last_seq + (interest <> 0)::integer, paid_to, open_state FROM b
), l AS (
    SELECT account_id, last_seq + 1 AS seq, {{period}} AS period, {{kind}} AS kind, {{booked_on}} AS booked_on,
           {{value_on}} AS value_on, NULL::integer AS month, greatest(-interest, 0) AS debit_fen,
           greatest(interest, 0) AS credit_fen, 0::bigint AS own_fen, 0::bigint AS unit_fen,
           NULL::bigint AS source_id, NULL::bigint AS reverses_seq FROM b WHERE interest <> 0
)
SELECT {TOTALS}, (SELECT {DIGEST} FROM l) AS digest FROM b
"""


_ONE = f"""
SELECT there, rate_index, rate_factor, rate_base, interest, (line).voucher_id AS voucher_id,
       CASE WHEN (line).seq IS NOT NULL THEN (SELECT {DIGEST} FROM (SELECT (line).*) l) END AS digest
  FROM carry_one(%(account)s, %(centre)s, %(year)s, %(chunk)s, %(at)s)
"""


def carry_one(account_id: int, *, book: BookDay) -> bool:
    """Carry one account into the book day's year by one prepared statement, and one for its interest voucher.

    Whether its row is there now, carried here or by somebody else. False when there is none to be carried from the year
    before: the account is unknown, closed, further behind, or no rate is loaded; `carry` says which or does it.
    """
    found = prepared_row(
        _ONE,
        {"account": account_id, "centre": book.centre_id, "year": book.year, "chunk": CHUNK, "at": book.at},
    )
    assert found is not None
    if found["voucher_id"] is not None:
        ended = Year(
            book.centre_id, book.year - 1, found["rate_index"], found["rate_factor"], found["rate_base"]
        )
        fen = found["interest"]
        totals = {"lines": 1, "credited_fen": max(fen, 0), "taken_fen": max(-fen, 0), "digest": found["digest"]}
        key = f"interest:{ended.year}:touch:account:{account_id}:{found['voucher_id']}"
        post_interest(ended, totals, key=key, voucher_id=found["voucher_id"], at=book.at)
    return bool(found["there"])


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
        f"SELECT pg_advisory_xact_lock_shared({LOCK % 'c.chunk'}) FROM"
        f" (SELECT DISTINCT s.account_id / %s AS chunk FROM ({ids_sql}) s ORDER BY 1) c",
        [CHUNK],
    )
    first = min(line["year"] for line in behind)
    years = [year_of(book.centre_id, year) for year in range(first, book.year)]
    return sum(_carry_year(ids_sql, year, cause=cause, at=book.at) for year in years)


def _carry_year(ids_sql: str, year: Year, *, cause: str, at: datetime) -> int:
    voucher_id = next_voucher_id()
    totals = row_in_order(_TOUCH.format(source=ids_sql, **year.sql), {"voucher": voucher_id, "at": at})
    if totals["lines"]:
        key = f"interest:{year.year}:touch:{cause}:{voucher_id}"
        post_interest(year, totals, key=key, voucher_id=voucher_id, at=at)
    return int(totals["accounts"])


def post_interest(year: Year, totals: dict[str, Any], *, key: str, voucher_id: int, at: datetime) -> None:
    """Post the voucher of interest lines that are written."""
    draft = VoucherDraft(
        centre_id=year.centre_id, idempotency_key=key, kind=VoucherKind.INTEREST, business_date=year.last_day,
        request_digest=request_digest(key=key), maker_person_id=None, checker_person_id=None,
        lines=interest_lines(credited_fen=totals["credited_fen"], taken_back_fen=totals["taken_fen"]),
        member_count=totals["lines"], member_debit_fen=totals["taken_fen"],
        member_credit_fen=totals["credited_fen"], lines_digest=bytes(totals["digest"]), voucher_id=voucher_id,
    )  # fmt: skip
    posted = post_voucher_within(draft, at=at)
    assert not posted.replayed, f"{key} was settled before, yet rows were left"
