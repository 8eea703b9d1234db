"""Movements and statements. A span of days becomes a span of partitions, so old years are not opened."""

# ruff: noqa: S608  statements are joined from this room's constants; every value is a parameter
from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from anju.accounts.queries.close_outs import close_out_of
from anju.accounts.queries.overview import OWN_ACCOUNT, month_of
from anju.accounts.types import CloseOut, LineKind, Movement, Statement
from anju.database.sql import row, rows
from anju.kernel.month import interest_year
from anju.kernel.refusal import Refusal

COLUMNS = """account_id, seq, voucher_id, kind, booked_on, value_on, known_at, debit_fen, credit_fen, own_fen,
    unit_fen, balance_after_fen, month, source_id, reverses_seq, period"""


def as_movement(line: dict[str, Any]) -> Movement:
    """A line's row, its columns as ``COLUMNS``."""
    return Movement(**line | {"kind": LineKind(line["kind"]), "month": month_of(line["month"])})


def _years(account_id: int) -> list[tuple[int, int]]:
    """(interest year, last sequence number in it) of an account, oldest first."""
    found = rows(
        "SELECT interest_year, last_seq FROM balance WHERE account_id = %s ORDER BY interest_year", [account_id]
    )
    return _in_order(found)


def _in_order(found: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(line["interest_year"], line["last_seq"]) for line in found]


def _spanned(first_year: int, last_year: int) -> tuple[str, dict[str, Any]]:
    """Condition on the partitions of whole interest years, and of the interest that opened the first of them."""
    values = {"p1": first_year * 100 + 7, "p2": (last_year + 1) * 100 + 6, "opening": first_year * 100 - 87}
    return "(period BETWEEN %(p1)s AND %(p2)s OR period = %(opening)s)", values


def movements(
    account_id: int,
    *,
    limit: int = 20,
    before: int | None = None,
    from_date: date | None = None,
    to_date: date | None = None,
) -> tuple[Movement, ...]:
    """The newest movements first, ``before`` a sequence number where the last page ended.

    Only the partitions of the interest years that hold the wanted lines are opened.
    """
    years = _years(account_id)
    last = min(before - 1 if before else 1 << 60, years[-1][1] if years else 0)
    if to_date is not None:
        years = [one for one in years if one[0] <= interest_year(to_date)]
        last = min(last, years[-1][1] + 1 if years else 0)  # and the year's own interest, the next line
    if last <= 0:
        return ()
    newest = _year_of(years, last)
    oldest = interest_year(from_date) if from_date else _year_of(years, max(last - limit, 0) + 1)
    if to_date is not None and from_date is None:
        oldest = years[0][0]
    condition, values = _spanned(min(oldest, newest), newest)
    found = rows(
        f"SELECT {COLUMNS} FROM member_line WHERE account_id = %(account)s AND {condition}"
        " AND seq <= %(last)s AND booked_on BETWEEN %(from)s AND %(to)s ORDER BY seq DESC LIMIT %(limit)s",
        values | {"account": account_id, "last": last, "limit": limit, "from": from_date or date.min,
                  "to": to_date or date.max},
    )  # fmt: skip
    return tuple(as_movement(line) for line in found)


def _year_of(years: list[tuple[int, int]], seq: int) -> int:
    """The interest year whose row counts a line; a year's own interest counts to the next."""
    return next((year for year, last_seq in years if last_seq >= seq), years[-1][0])


def movement(account_id: int, seq: int) -> Movement:
    """One line; refuses one that is not there (404)."""
    return _line(account_id, seq, _years(account_id))


def own_movement(person_id: int, seq: int) -> Movement:
    """One line of the person's own account; refuses one that is not there (404).

    Two statements, not one: only with the year as a plain value are the other years' partitions left out.
    """
    found = rows(
        f"SELECT account_id, interest_year, last_seq FROM balance WHERE account_id = ({OWN_ACCOUNT})"
        " ORDER BY interest_year",
        {"person": person_id},
    )
    return _line(found[0]["account_id"] if found else 0, seq, _in_order(found))


def _line(account_id: int, seq: int, years: list[tuple[int, int]]) -> Movement:
    found = None
    if years and 1 <= seq <= years[-1][1]:
        year = _year_of(years, seq)
        condition, values = _spanned(year, year)
        found = row(
            f"SELECT {COLUMNS} FROM member_line WHERE account_id = %(account)s AND {condition} AND seq = %(seq)s",
            values | {"account": account_id, "seq": seq},
        )
    if found is None:
        raise unknown_line()
    return as_movement(found)


def unknown_line() -> Refusal:
    """The one answer for a line that is not there and for somebody else's."""
    return Refusal("accounts.unknown_line", "没有这条明细：请核对流水。", status=404)


def source_lines(voucher_id: int, *, booked_on: date) -> tuple[Movement, ...]:
    """The member lines of a voucher, by account."""
    found = rows(
        f"SELECT {COLUMNS} FROM member_line WHERE voucher_id = %s AND booked_on = %s AND period = ANY(%s)"
        " ORDER BY account_id, seq",
        [voucher_id, booked_on, [booked_on.year * 100 + booked_on.month, interest_year(booked_on) * 100 + 13]],
    )
    return tuple(as_movement(line) for line in found)


def statement(account_id: int, *, from_date: date, to_date: date) -> Statement:
    """All movements booked in a span of days with the balance before and after.

    The opening is what the interest year opened with plus its movements before the span: at most a year is read.
    """
    refuse_span(from_date, to_date)
    year = interest_year(from_date)
    condition, values = _spanned(year, min(interest_year(to_date), year + 60))
    found = rows(
        f"SELECT {COLUMNS} FROM member_line WHERE account_id = %(account)s AND {condition}"
        " AND booked_on BETWEEN %(from)s AND %(to)s ORDER BY seq",
        values | {"account": account_id, "from": date(year, 7, 1), "to": to_date},
    )
    lines = [as_movement(line) for line in found]
    inside = tuple(line for line in lines if line.booked_on >= from_date)
    before = [line for line in lines if line.booked_on < from_date]
    if inside:
        opening = inside[0].balance_after_fen - inside[0].change_fen
    elif before:
        opening = before[-1].balance_after_fen
    else:
        opening = _opened_with(account_id, year)
    closing = inside[-1].balance_after_fen if inside else opening
    return Statement(account_id, from_date, to_date, opening, closing, inside, close_out=closing_among(inside))


def closing_among(lines: Sequence[Movement]) -> CloseOut | None:
    """The closing paid by one of these lines and not taken back by another; a statement without one asks nothing."""
    back = {line.reverses_seq for line in lines}
    paid = [line for line in lines if line.kind is LineKind.CLOSING and line.debit_fen and line.seq not in back]
    return close_out_of(paid[-1].account_id, paid[-1].voucher_id) if paid else None


def refuse_span(from_date: date, to_date: date) -> None:
    """Refuse a span that ends before it begins."""
    if from_date > to_date:
        raise Refusal("accounts.span", "起始日期不能晚于截止日期：请重新选择。", field="from_date")


def _opened_with(account_id: int, year: int) -> int:
    found = row(
        "SELECT CASE WHEN interest_year = %(year)s THEN opening_fen ELSE balance_fen END AS fen FROM balance"
        " WHERE account_id = %(account)s AND interest_year <= %(year)s ORDER BY interest_year DESC LIMIT 1",
        {"account": account_id, "year": year},
    )
    return int(found["fen"]) if found else 0
