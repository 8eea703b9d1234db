"""Movements in words: what a line of the sub-ledger is called on the member's pages, and the curve of month-ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from anju.accounts.types import LineKind, Movement
from anju.kernel.money import format_fen
from anju.kernel.month import Month, interest_year, months_between
from anju.withdrawals import queries as withdrawals
from anju.withdrawals.types import Withdrawal


@dataclass(frozen=True)
class Line:
    """One movement as a list shows it."""

    seq: int
    title: str
    note: str
    booked_on: date
    fen: int
    own_fen: int
    unit_fen: int
    balance_fen: int


def title_of(movement: Movement, *, today: date, withdrawal: Withdrawal | None = None) -> str:
    """11月缴存, 2025年11月缴存, 11月租房提取, 2025年度结息, 冲正."""
    if movement.kind is LineKind.INTEREST:
        named = f"{interest_year(movement.booked_on)}年度结息"
    elif movement.kind in (LineKind.WITHDRAWAL, LineKind.CLOSING):
        plain = "提取" if movement.kind is LineKind.WITHDRAWAL else movement.kind.zh
        named = f"{_month(withdrawal.period, today)}{withdrawal.reason.zh}" if withdrawal else plain
    elif movement.kind is LineKind.REMITTANCE:
        named = f"{_month(movement.month, today)}缴存"
    else:
        named = f"{_month(movement.month, today)}{movement.kind.zh}"
    return f"{named}（冲正）" if movement.reverses_seq is not None else named


def note_of(movement: Movement, *, today: date, withdrawal: Withdrawal | None = None) -> str:
    """11月12日 · 双方各 1,032.00; or where the money went."""
    parts = [_day(movement.booked_on, today)]
    if movement.own_fen or movement.unit_fen:
        parts.append(shares_text(movement))
    if withdrawal is not None:
        parts.append(f"转到尾号 {withdrawal.card_tail}")
    return " · ".join(parts)


def shares_text(movement: Movement) -> str:
    """Both shares in one phrase."""
    own, unit = movement.own_fen, movement.unit_fen
    if own == unit:
        return f"双方各 {format_fen(own)}"
    return f"个人 {format_fen(own)}，单位 {format_fen(unit)}"


def line_of(movement: Movement, *, today: date, paid_out: Mapping[int, Withdrawal] | None = None) -> Line:
    """A movement with its words."""
    paid = (paid_out or {}).get(movement.source_id or 0) if movement.kind is LineKind.WITHDRAWAL else None
    return Line(
        movement.seq, title_of(movement, today=today, withdrawal=paid),
        note_of(movement, today=today, withdrawal=paid), movement.booked_on, movement.change_fen, movement.own_fen,
        movement.unit_fen, movement.balance_after_fen,
    )  # fmt: skip


def lines_of(account_id: int, found: Sequence[Movement], *, today: date) -> list[Line]:
    """Lines with their words; the withdrawals behind them are one query however many there are."""
    ids = withdrawal_ids(found)
    paid = withdrawals.by_ids(account_id, ids) if ids else {}
    return [line_of(line, today=today, paid_out=paid) for line in found]


def withdrawal_ids(movements: Iterable[Movement]) -> list[int]:
    """The withdrawals behind these lines."""
    return [line.source_id for line in movements if line.kind is LineKind.WITHDRAWAL and line.source_id is not None]


def _month(month: Month | None, today: date) -> str:
    if month is None:
        return ""
    return f"{month.month}月" if month.year == today.year else month.zh


def _day(day: date, today: date) -> str:
    plain = f"{day.month}月{day.day}日"
    return plain if day.year == today.year else f"{day.year}年{plain}"


# ------------------------------------------------------------------------------------------------ the curve


@dataclass(frozen=True)
class Curve:
    """Month-end balances with their notes and the finding that stands above them."""

    points: tuple[tuple[Month, int], ...]
    notes: tuple[dict[str, Any], ...]
    title: str
    hint: str


def curve_of(movements: Sequence[Movement], *, balance_fen: int, since: Month, today: date) -> Curve | None:
    """The balance at the end of each month from `since` to now, out of the newest-first movements of that span."""
    months = months_between(since, Month.of(today))
    if len(months) < 2:
        return None
    ends = _month_ends(movements, balance_fen, months)
    first, last = ends[0][1], ends[-1][1]
    hint = f"每月月末余额，{months[0].zh}至{months[-1].zh}"
    return Curve(tuple(ends), tuple(_notes(movements)), _finding(first, last, len(months)), hint)


def _month_ends(
    movements: Sequence[Movement], balance_fen: int, months: Sequence[Month]
) -> list[tuple[Month, int]]:
    """Walks back from the balance of today: before a movement the balance was what it left, less its change."""
    ends, waiting, balance = [], list(movements), balance_fen
    for month in reversed(months):
        while waiting and Month.of(waiting[0].booked_on) > month:
            balance = waiting[0].balance_after_fen - waiting[0].change_fen
            waiting.pop(0)
        ends.append((month, waiting[0].balance_after_fen if waiting else balance))
    return list(reversed(ends))


def _finding(first: int, last: int, months: int) -> str:
    span = "两年里" if months == 24 else "一年里" if months == 12 else f"{months} 个月里"
    change = last - first
    if change == 0:
        return f"{span}，余额没有变化"
    return f"{span}，余额{'多' if change > 0 else '少'}了 {format_fen(abs(change))} 元"


def _notes(movements: Sequence[Movement]) -> Iterable[dict[str, Any]]:
    for line in movements:
        if line.kind is LineKind.INTEREST and line.reverses_seq is None:
            text = f"结息 +{format_fen(line.credit_fen)}"
            yield {"at": Month.of(line.booked_on), "text": text, "short": text}
    taken = [line for line in movements if line.kind is LineKind.WITHDRAWAL and line.reverses_seq is None]
    if taken:
        month = Month.of(taken[-1].booked_on)
        yield {"at": month, "text": f"{month.zh}开始提取", "short": "开始提取", "line": True}
