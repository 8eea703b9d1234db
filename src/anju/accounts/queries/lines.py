"""Movements and statements. A span of days becomes a span of partitions, so old years are not opened."""

# ruff: noqa: S608  statements are joined from this room's constants; every value is a parameter
from __future__ import annotations

from datetime import date
from typing import Any

from anju.accounts.queries.overview import month_of
from anju.accounts.types import LineKind, Movement, Statement
from anju.database.sql import row, rows
from anju.kernel.month import interest_year
from anju.kernel.refusal import Refusal

_COLUMNS = """account_id, seq, voucher_id, kind, booked_on, value_on, known_at, debit_fen, credit_fen, own_fen,
    unit_fen, balance_after_fen, month, source_id, reverses_seq, period"""


def _movement(line: dict[str, Any]) -> Movement:
    return Movement(**line | {"kind": LineKind(line["kind"]), "month": month_of(line["month"])})


def _periods(from_date: date | None, to_date: date | None) -> tuple[str, dict[str, Any]]:
    """Condition on partitions and days; a year's interest lies in YYYY13, booked on the 30 June after it."""
    first, last = from_date or date(2022, 7, 1), to_date or date(9998, 12, 31)
    values: dict[str, Any] = {
        "from": first, "to": last, "p1": first.year * 100 + first.month, "p2": last.year * 100 + last.month,
    }  # fmt: skip
    if from_date is None:
        return "booked_on <= %(to)s AND period <= %(p2)s", values
    condition = "booked_on BETWEEN %(from)s AND %(to)s AND (period BETWEEN %(p1)s AND %(p2)s OR period IN ("
    years = range(interest_year(first), min(interest_year(last), interest_year(first) + 40) + 1)
    return condition + ", ".join(str(year * 100 + 13) for year in years) + "))", values


def movements(
    account_id: int,
    *,
    limit: int = 20,
    before: int | None = None,
    from_date: date | None = None,
    to_date: date | None = None,
) -> tuple[Movement, ...]:
    """The newest movements first, ``before`` a sequence number where the last page ended.

    A page that shows recent movements gives ``from_date``: without it every month's partition is looked into.
    """
    condition, values = _periods(from_date, to_date)
    found = rows(
        f"SELECT {_COLUMNS} FROM member_line WHERE account_id = %(account)s AND {condition}"
        " AND (%(before)s::bigint IS NULL OR seq < %(before)s) ORDER BY seq DESC LIMIT %(limit)s",
        values | {"account": account_id, "before": before, "limit": limit},
    )
    return tuple(_movement(line) for line in found)


def movement(account_id: int, seq: int) -> Movement:
    """One line; refuses one that is not there (404)."""
    found = row(f"SELECT {_COLUMNS} FROM member_line WHERE account_id = %s AND seq = %s", [account_id, seq])
    if found is None:
        raise Refusal("accounts.unknown_line", "没有这条明细：请核对流水。", status=404)
    return _movement(found)


def source_lines(voucher_id: int, *, booked_on: date) -> tuple[Movement, ...]:
    """The member lines of a voucher, by account."""
    found = rows(
        f"SELECT {_COLUMNS} FROM member_line WHERE voucher_id = %s AND booked_on = %s AND period = ANY(%s)"
        " ORDER BY account_id, seq",
        [voucher_id, booked_on, [booked_on.year * 100 + booked_on.month, interest_year(booked_on) * 100 + 13]],
    )
    return tuple(_movement(line) for line in found)


def statement(account_id: int, *, from_date: date, to_date: date) -> Statement:
    """All movements booked in a span of days with the balance before and after.

    The opening is what the interest year opened with plus its movements before the span: at most a year is read.
    """
    if from_date > to_date:
        raise Refusal("accounts.span", "起始日期不能晚于截止日期：请重新选择。", field="from_date")
    year = interest_year(from_date)
    condition, values = _periods(date(year, 7, 1), to_date)
    found = rows(
        f"SELECT {_COLUMNS} FROM member_line WHERE account_id = %(account)s AND {condition} ORDER BY seq",
        values | {"account": account_id},
    )
    lines = [_movement(line) for line in found]
    inside = tuple(line for line in lines if line.booked_on >= from_date)
    before = [line for line in lines if line.booked_on < from_date]
    if inside:
        opening = inside[0].balance_after_fen - inside[0].change_fen
    elif before:
        opening = before[-1].balance_after_fen
    else:
        opening = _opened_with(account_id, year)
    closing = inside[-1].balance_after_fen if inside else opening
    return Statement(account_id, from_date, to_date, opening, closing, inside)


def _opened_with(account_id: int, year: int) -> int:
    found = row(
        "SELECT CASE WHEN interest_year = %(year)s THEN opening_fen ELSE balance_fen END AS fen FROM balance"
        " WHERE account_id = %(account)s AND interest_year <= %(year)s ORDER BY interest_year DESC LIMIT 1",
        {"account": account_id, "year": year},
    )
    return int(found["fen"]) if found else 0
