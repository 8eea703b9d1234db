"""Reads of bank statements: which were taken, what each told, and which days of an account none speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from anju.database.encryption import unseal
from anju.database.sql import row, rows
from anju.kernel.refusal import Refusal
from anju.treasury.types import Direction, NoticeState

# An entry was told by a statement when no notice of it was older than the statement.
_ENTRIES = """
SELECT e.entry_id, e.host_serial, e.entry_date, e.booked_time, e.direction, e.amount_fen, e.balance_after_fen,
       e.counter_name, e.counter_account, e.summary, e.reversal, n.notice_id, n.state, n.order_id,
       n.notice_id IS NOT NULL AND n.received_at >= s.imported_at AS told
  FROM bank_entry e JOIN bank_statement s USING (centre_id, statement_id)
  LEFT JOIN bank_notice n ON n.centre_id = e.centre_id AND n.bank_account_id = e.bank_account_id
   AND n.host_serial = e.host_serial AND n.entry_date = e.entry_date
 WHERE e.centre_id = %(centre)s AND e.statement_id = %(statement)s
"""
_SUMS = """
SELECT count(*) FILTER (WHERE n.notice_id IS NULL) AS untold,
       count(*) FILTER (WHERE n.received_at >= s.imported_at) AS told,
       coalesce(sum(e.amount_fen) FILTER (WHERE e.direction = 2), 0)::bigint AS in_fen,
       coalesce(sum(e.amount_fen) FILTER (WHERE e.direction = 1), 0)::bigint AS out_fen,
       count(*) FILTER (WHERE c.notice_id IS NOT NULL) AS contradicted
  FROM bank_entry e JOIN bank_statement s USING (centre_id, statement_id)
  LEFT JOIN bank_notice n ON n.centre_id = e.centre_id AND n.bank_account_id = e.bank_account_id
   AND n.host_serial = e.host_serial AND n.entry_date = e.entry_date
  LEFT JOIN LATERAL (SELECT notice_id FROM bank_contradiction c WHERE c.centre_id = n.centre_id
                      AND c.notice_id = n.notice_id AND c.settled_at IS NULL LIMIT 1) c ON true
 WHERE e.centre_id = %(centre)s AND e.statement_id = %(statement)s
"""
UNKNOWN_NOTICES = """
SELECT n.* FROM bank_notice n WHERE n.centre_id = %(centre)s AND n.bank_account_id = %(account)s
   AND n.entry_date BETWEEN %(first)s AND %(last)s AND NOT EXISTS (SELECT 1 FROM bank_entry e
       WHERE e.centre_id = n.centre_id AND e.bank_account_id = n.bank_account_id AND e.host_serial = n.host_serial
         AND e.entry_date = n.entry_date) ORDER BY n.notice_id LIMIT %(limit)s
"""


@dataclass(frozen=True)
class StatementSeen:
    """One statement that was taken. Balances in fen; `new_count` of its entries no earlier one had brought."""

    statement_id: int
    bank_account_id: int
    format: str
    first_on: date
    last_on: date
    opening_fen: int
    closing_fen: int
    entry_count: int
    new_count: int
    imported_by_person_id: int
    imported_at: datetime

    @property
    def moved_fen(self) -> int:
        """What all its entries together did to the account."""
        return self.closing_fen - self.opening_fen


@dataclass(frozen=True)
class StatementTold:
    """What became of the entries a statement brought: told by it, still to be told, contradicted; their sums."""

    told: int
    untold: int
    in_fen: int
    out_fen: int
    contradicted: int


@dataclass(frozen=True)
class EntrySeen:
    """One entry of a statement, and the notice of it once there is one."""

    entry_id: int
    host_serial: str
    entry_date: date
    booked_time: str
    direction: Direction
    amount_fen: int
    balance_after_fen: int
    counter_name: str
    counter_account: str
    summary: str
    reversal: bool
    notice_id: int | None
    state: NoticeState | None
    order_id: int | None
    told: bool

    @property
    def counter_tail(self) -> str:
        return self.counter_account[-4:]


@dataclass(frozen=True)
class Coverage:
    """Which days of an account statements speak of, between two days."""

    bank_account_id: int
    days: tuple[tuple[date, bool], ...]
    first_on: date | None
    last_on: date | None

    @property
    def missing(self) -> tuple[tuple[date, date], ...]:
        """Runs of days after the first statement that no statement speaks of."""
        runs: list[tuple[date, date]] = []
        for day, known in self.days:
            if known or self.first_on is None or day < self.first_on:
                continue
            if runs and runs[-1][1] == day - timedelta(days=1):
                runs[-1] = (runs[-1][0], day)
            else:
                runs.append((day, day))
        return tuple(runs)


def statements(centre_id: int, *, limit: int = 100, offset: int = 0) -> list[StatementSeen]:
    """Statements of all accounts, the one taken last first."""
    found = rows(
        f"SELECT {_COLUMNS} FROM bank_statement WHERE centre_id = %s"  # noqa: S608  (a constant)
        " ORDER BY statement_id DESC LIMIT %s OFFSET %s",
        [centre_id, limit, offset],
    )
    return [StatementSeen(**line) for line in found]


def statement(centre_id: int, statement_id: int) -> StatementSeen:
    """One statement; a missing one is refused (404)."""
    found = row(
        f"SELECT {_COLUMNS} FROM bank_statement WHERE centre_id = %s AND statement_id = %s",  # noqa: S608  (a constant)
        [centre_id, statement_id],
    )
    if found is None:
        raise Refusal("statement_not_found", "没有找到这份对账单。", status=404)
    return StatementSeen(**found)


def statement_told(centre_id: int, statement_id: int) -> StatementTold:
    """What became of the entries a statement brought."""
    found = row(_SUMS, {"centre": centre_id, "statement": statement_id})
    assert found is not None
    return StatementTold(**found)


def statement_entries(
    centre_id: int, statement_id: int, *, only_told: bool = False, limit: int = 100
) -> list[EntrySeen]:
    """Entries a statement brought, in the bank's order; with `only_told` those no notice had told of."""
    only = " AND n.received_at >= s.imported_at" if only_told else ""
    found = rows(
        f"{_ENTRIES}{only} ORDER BY e.position LIMIT %(limit)s",
        {"centre": centre_id, "statement": statement_id, "limit": limit},
    )
    return [_entry(line) for line in found]


def stated_to(centre_id: int) -> tuple[int, date | None]:
    """How many open accounts have no statement at all, and the day that the statements of all others reach."""
    found = row(
        "SELECT count(*) FILTER (WHERE s.last_on IS NULL) AS without, min(s.last_on) AS last_on FROM bank_account a"
        " LEFT JOIN (SELECT centre_id, bank_account_id, max(last_on) AS last_on FROM bank_statement GROUP BY 1, 2) s"
        " USING (centre_id, bank_account_id) WHERE a.centre_id = %s AND a.closed_at IS NULL",
        [centre_id],
    )
    assert found is not None
    return found["without"], found["last_on"]


def coverage(centre_id: int, accounts: list[int], *, first: date, last: date) -> list[Coverage]:
    """For each account the days between two, and whether a statement speaks of them; one statement for all."""
    found = rows(
        "SELECT bank_account_id, first_on, last_on FROM bank_statement WHERE centre_id = %s ORDER BY first_on",
        [centre_id],
    )
    return [_coverage(account, found, first, last) for account in accounts]


_COLUMNS = ", ".join(StatementSeen.__dataclass_fields__)


def _coverage(account: int, found: list[dict[str, Any]], first: date, last: date) -> Coverage:
    own = [line for line in found if line["bank_account_id"] == account]
    known = {
        day for line in own for day in _days(max(line["first_on"], first), min(line["last_on"], last))
    }  # fmt: skip
    return Coverage(
        account, tuple((day, day in known) for day in _days(first, last)),
        min((line["first_on"] for line in own), default=None), max((line["last_on"] for line in own), default=None),
    )  # fmt: skip


def _days(first: date, last: date) -> Iterator[date]:
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)


def _entry(line: dict[str, Any]) -> EntrySeen:
    return EntrySeen(
        **line | {
            "direction": Direction(line["direction"]),
            "state": NoticeState(line["state"]) if line["state"] is not None else None,
            "counter_name": unseal(line["counter_name"], where="bank_entry‖counter_name"),
            "counter_account": unseal(line["counter_account"], where="bank_entry‖counter_account"),
        }
    )  # fmt: skip
