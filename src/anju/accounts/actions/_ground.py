"""What every action on accounts stands on: the gate and its day, one locked balance row, refusals in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from anju.accounts.types import CARRIED, AccountState, MemberRows
from anju.audit.actions import record
from anju.database.sql import execute, row, rows
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.month import interest_year
from anju.kernel.refusal import Refusal
from anju.ledger.actions import enter_gate_on
from anju.ledger.queries import opened

SHOWN_IDS = 20

#: The digest of a voucher's member lines, version 2: a byte that says so, then SHA-256 of one line of text each, in the
#: order of accounts and numbers. It covers everything but what follows from the lines before: balance and product.
#: Days count from 1970-01-01. ``checks`` and ``verify_books`` recompute it; docs/verify-books.md describes it.
DIGEST = r"""
    '\x02'::bytea || sha256(convert_to(string_agg(concat_ws('|', account_id, seq, period, kind,
        booked_on - date '1970-01-01', value_on - date '1970-01-01', coalesce(month::text, ''), debit_fen, credit_fen,
        own_fen, unit_fen, coalesce(source_id::text, ''), coalesce(reverses_seq::text, '')) || E'\n',
        '' ORDER BY account_id, seq), 'UTF8'))"""
#: Version 1, 32 bytes: vouchers that were posted with it keep it.
DIGEST_V1 = (
    "sha256(string_agg(int8send(account_id) || int8send(debit_fen) || int8send(credit_fen)"
    " || int8send(own_fen) || int8send(unit_fen), '' ORDER BY account_id))"
)


@dataclass(frozen=True)
class BookDay:
    """The day a posting is booked on, and what follows from it."""

    centre_id: int
    day: date
    at: datetime

    @property
    def year(self) -> int:
        """Interest year of the balance rows that may change."""
        return interest_year(self.day)

    @property
    def period(self) -> int:
        """Partition of the member lines."""
        return self.day.year * 100 + self.day.month


def enter(centre_id: int, *, at: datetime) -> BookDay:
    """Enter the gate; the first step of every action that touches a balance."""
    return BookDay(centre_id, enter_gate_on(centre_id, at=at), at)


def enter_for(account_id: int, *, at: datetime) -> BookDay:
    """Enter the gate of the account's centre; refuses an unknown account (404)."""
    assert connection.in_atomic_block, "the gate is held by a transaction"
    found = row(
        "SELECT centre_id, enter_gate(centre_id, %s) AS day FROM account WHERE account_id = %s",
        [at.astimezone(ZONE).date(), account_id],
    )
    if found is None:
        raise unknown_account()
    return BookDay(found["centre_id"], opened(found["day"]), at)


def unknown_account() -> Refusal:
    """The refusal for an account that is not there."""
    return Refusal("accounts.unknown", "没有这个个人账户：请核对账号。", status=404)


def literal(source: MemberRows) -> str:
    """The caller's SELECT with its values written in, ready to stand inside a larger statement that has parameters."""
    with connection.cursor() as cursor:
        return str(cursor.mogrify(source.sql, source.params or None)).replace("%", "%%")


def ids_source(ids: Sequence[int]) -> str:
    """A SELECT of ``account_id`` over given ids."""
    with connection.cursor() as cursor:
        return str(cursor.mogrify("SELECT unnest(%s::bigint[]) AS account_id", [list(ids)]))


# For one statement, until it is asked again with NULL, which gives each setting its default back.
_PLANS = ", ".join(
    f"set_config('{name}', %s, true)" for name in ("enable_hashjoin", "enable_nestloop", "enable_memoize", "work_mem")
)


def row_in_order(statement: str, values: Mapping[str, Any], *, dense: bool = False) -> dict[str, Any]:
    """Run a set statement whose sorted source drives the join, so that rows are locked in the order of accounts.

    With hash joins off the planner has no plan that loses the order. ``dense`` accounts, most of a span of numbers, are
    merged along the index; others are looked up one by one.
    """
    execute(f"SELECT {_PLANS}", ["off", "off" if dense else "on", "off", "64MB"])
    found = row(statement, values)
    execute(f"SELECT {_PLANS}", [None, None, None, None])
    assert found is not None
    return found


def lock_balance(account_id: int, book: BookDay) -> dict[str, Any]:
    """Lock the account's balance row of the current interest year, carrying it over first when it is missing."""
    from anju.accounts.actions.carrying import carry, carry_one

    sql = "SELECT * FROM balance WHERE account_id = %s AND interest_year = %s AND centre_id = %s FOR UPDATE"
    params = [account_id, book.year, book.centre_id]
    found = row(sql, params)
    if found is None:
        if not carry_one(account_id, book=book):
            carry(ids_source([account_id]), book=book, cause=f"account:{account_id}")
        found = row(sql, params)
    if found is None:
        raise _not_open(account_id)
    refuse_carried([found], book)
    return found


def _not_open(account_id: int) -> Refusal:
    """An account closed in an earlier interest year has no row in this one."""
    known = row("SELECT state FROM account WHERE account_id = %s", [account_id])
    if known is not None and known["state"] > AccountState.SEALED:
        return Refusal("accounts.closed", "账户已经销户，不能办理。", status=409)
    return unknown_account()


def refuse_carried(found: Sequence[dict[str, Any]], book: BookDay) -> None:
    """A row that has been carried into the next year takes no more postings of the old one."""
    if any(line["state"] > CARRIED for line in found):
        raise Refusal(
            "accounts.year_closed",
            f"{book.year} 结息年度已经结转，不能再记入 {book.day}：请按当前日期重新办理。",
            status=409,
        )


def count_and_ids(ids: Sequence[int]) -> str:
    """How many accounts and which, at most twenty of them by number."""
    shown = "、".join(str(one) for one in ids[:SHOWN_IDS])
    more = "等" if len(ids) > SHOWN_IDS else ""
    return f"{len(ids)} 个（账号 {shown}{more}）"


def act(name: str, *, actor: Actor | None, at: datetime, centre_id: int, account_id: int | None = None,
        person_id: int | None = None, unit_id: int | None = None, **details: Any) -> None:  # fmt: skip
    """Write the audit record of an action on accounts; without an actor it was a rule of the machine."""
    record(
        name, actor=actor or Actor.machine(centre_id, "accounts"), at=at, subject="account", subject_id=account_id,
        person_id=person_id, unit_id=unit_id, details=details,
    )  # fmt: skip


def next_voucher_id() -> int:
    """The id a voucher will have, for lines that are written before it."""
    return int(rows("SELECT nextval('voucher_id_seq') AS id")[0]["id"])
