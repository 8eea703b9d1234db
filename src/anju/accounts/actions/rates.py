"""Loading the deposit rate of a policy book into the cumulative index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from anju.accounts.actions._ground import act
from anju.accounts.types import PRODUCT
from anju.database.sql import execute, row, rows
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal
from anju.ledger.actions import shut_gate
from anju.policy import Book
from anju.policy.formulas.interest import RateChange, basis_points


@dataclass(frozen=True)
class _Breakpoint:
    day: date
    value: int
    rate_bp: int
    daily_step: int
    factor: int
    day_base: int


def _in_force(book: Book, handle: str, day: date) -> object:
    """The rule of the day, or the first one known where the rate is older than the rule's record."""
    return (book.find(handle, day) or book.history(handle)[0]).value


def breakpoints(book: Book) -> list[_Breakpoint]:
    """The index of the book's ``interest.rate``: one row a change, with what was earned before it."""
    found: list[_Breakpoint] = []
    by_segment_before = False
    for parameter in book.history("interest.rate"):
        day = parameter.starts_on
        assert isinstance(parameter.value, Decimal), "interest.rate is not a rate"
        rate_bp = basis_points(parameter.value)
        day_base = _in_force(book, "interest.day_base", day)
        assert isinstance(day_base, int)
        by_segment = _in_force(book, "interest.rate_change", day) == RateChange.SEGMENT
        step, factor = (rate_bp, 1) if by_segment else (1, rate_bp)
        last = found[-1] if found else None
        assert last is None or by_segment == by_segment_before, "how a rate change counts is settled for ever"
        by_segment_before = by_segment
        value = last.value + last.daily_step * (day - last.day).days if last else 0
        found.append(_Breakpoint(day, value, rate_bp, step, factor, day_base))
    return found


@transaction.atomic
def load_rates(book: Book, *, centre_id: int, at: datetime, actor: Actor | None = None) -> int:
    """Load what the book's rates add to the index; how many rows were new.

    Loading the same book again adds nothing. Refuses a book that changes the index of days that lines already bear
    interest from: a published rate is followed by another, never rewritten.
    """
    shut_gate(centre_id)
    wanted = breakpoints(book)
    known = {line["day"]: line for line in rows("SELECT * FROM rate_index WHERE product = %s", [PRODUCT])}
    fresh = [one for one in wanted if one.day not in known]
    changed = [one for one in wanted if one.day in known and not _same(one, known[one.day])]
    if changed or (known and fresh and _used_after(min(one.day for one in fresh))):
        raise Refusal("accounts.rate_rewritten", "已经用于计息的利率不能改写：请以新的起始日期发布新利率。")
    for one in fresh:
        execute(
            "INSERT INTO rate_index (product, day, value, rate_bp, daily_step, factor, day_base)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [PRODUCT, one.day, one.value, one.rate_bp, one.daily_step, one.factor, one.day_base],
        )
    if fresh:
        act(
            "accounts.load_rates", actor=actor, at=at, centre_id=centre_id, release=book.release,
            days=[str(one.day) for one in fresh],
        )  # fmt: skip
    return len(fresh)


def _same(one: _Breakpoint, known: dict[str, object]) -> bool:
    names = ("value", "rate_bp", "daily_step", "factor", "day_base")
    return all(getattr(one, name) == known[name] for name in names)


def _used_after(day: date) -> bool:
    """Whether a line bears interest from a later day, or a year that ends later was settled."""
    found = row("SELECT EXISTS (SELECT 1 FROM member_line WHERE value_on > %s) AS used", [day])
    return bool(found and found["used"])
