"""Faults in the middle of an act: a process that dies at some statement, a database without space; and what is left."""

# ruff: noqa: S608  names of tables and keys are this file's constants
from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, NoReturn

from django.db import connection

from anju.database.sql import row
from anju.kernel.month import Month, interest_year


class Crash(BaseException):
    """The process died here. No part of the product catches it, as none survives a kill."""


@contextmanager
def dying_at(statement: int) -> Iterator[None]:
    """Die before the given statement of the block, counted from 0; a block with fewer statements lives."""
    left = statement

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        if left == 0:
            raise Crash(sql[:80])
        left -= 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield


@contextmanager
def no_space_at(statement: int) -> Iterator[None]:
    """The server answers the given statement of the block as it does when no byte is left on its disk (53100)."""
    left = statement

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        left -= 1
        return execute(_NO_SPACE, None, False, context) if left == -1 else execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield


_NO_SPACE = "DO $$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$"


def killed(call: Callable[[], object], *, statement: int) -> None:
    """A process of its own does it and is killed with -9 before the given statement, or else before its first commit.

    Nobody else hears of what it did, so it is never let come to a commit; ``dying_at`` dies between two of them.
    """
    connection.close()
    pid = os.fork()
    if pid == 0:
        _live_until(call, statement)
    os.waitpid(pid, 0)


def _live_until(call: Callable[[], object], statement: int) -> NoReturn:
    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    left = statement

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        if left == 0 or not (connection.in_atomic_block or sql.lstrip().startswith("SELECT")):
            die()
        left -= 1
        return execute(sql, params, many, context)

    try:
        connection._commit = die  # type: ignore[attr-defined]  # no other door hears of a commit
        with connection.execute_wrapper(count):
            call()
    finally:
        os._exit(0)


def bury() -> None:
    """What the system does with a dead process: its connection ends, and with it its locks and open transaction."""
    connection.close()


_COUNTS = """
SELECT (SELECT max(id) FROM voucher) AS vouchers,
       (SELECT count(*) FROM member_line WHERE period IN (%(month)s, %(before)s, %(interest)s)) AS member_lines,
       (SELECT count(*) FROM hold) AS holds, (SELECT count(*) FROM payment_order) AS payments
"""
# Of what grows for ever, the newest: an act that is refused or dies has no business with what is older, and the checks
# read that as well.
_NEWEST = "(SELECT sum(hashtext(t::text)) FROM (SELECT * FROM {table} ORDER BY centre_id DESC, {key} DESC LIMIT 400) t)"
_STATES = """
SELECT (SELECT max(voucher_id) FROM gl_line) AS gl_lines, (SELECT count(*) FROM account) AS accounts,
       (SELECT count(*) FROM account_freeze WHERE ended_at IS NULL) AS freezes,
       (SELECT count(*) FROM change_list) AS lists, (SELECT max(id) FROM audit_record) AS audited,
       (SELECT count(*) FROM bank_entry) AS entries, {newest},
       (SELECT sum(hashtext(t::text)) FROM withdrawal t) AS withdrawals,
       (SELECT sum(hashtext(t::text)) FROM withdrawal_return t) AS returned,
       (SELECT sum(hashtext(t::text)) FROM close_out t) AS closed,
       (SELECT sum(hashtext(t::text)) FROM hold t) AS held,
       (SELECT sum(hashtext(t::text)) FROM balance t) AS balances
""".format(newest=", ".join(f"{_NEWEST.format(table=table, key=key)} AS {table}" for table, key in (
    ("remittance", "remittance_id"), ("suspense", "suspense_id"), ("suspense_move", "suspense_id"),
    ("bank_notice", "notice_id"), ("payment_order", "order_id"), ("payment_batch", "batch_id"),
    ("closing_run", "run_id"), ("bank_booking", "booking_id"),
)))  # fmt: skip


def counts(today: date) -> dict[str, int]:
    """How many rows the money tables have, of lines those of the months an act of today writes in."""
    month, before = Month.of(today), Month.of(today) - 1
    found = row(
        _COUNTS,
        {"month": month.number, "before": before.number, "interest": (interest_year(today) - 1) * 100 + 13},
    )
    assert found is not None
    return found


def trace(today: date) -> dict[str, int]:
    """Everything an act may leave behind."""
    found = row(_STATES)
    assert found is not None
    return counts(today) | found
