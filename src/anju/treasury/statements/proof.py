"""Proving a statement before a line of it is believed: whole, in order, no serial twice, every balance right."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

from anju.kernel.money import format_fen
from anju.treasury.statements.shape import RawEntry, RawStatement, Statement, StatementEntry, fault
from anju.treasury.types import Direction

_SAME = tuple(one.name for one in fields(StatementEntry) if one.name in RawEntry.__dataclass_fields__)


def prove(raw: RawStatement) -> Statement:
    """The statement with a balance after every entry, or the first fault by its line."""
    _refuse_order(raw.entries)
    first, last = _period(raw)
    _refuse_count(raw)
    opening = _opening(raw)
    entries, balance = [], opening
    for entry in raw.entries:
        balance += effect(entry)
        if entry.told_fen is not None and entry.told_fen != balance:
            raise fault(
                "balance_jumps",
                f"{entry.place}的余额是 {format_fen(entry.told_fen)} 元，按上一笔余额和发生额应为"
                f" {format_fen(balance)} 元，文件有缺行、乱序或改动，请重新从银行下载完整的对账单。",
            )
        entries.append(StatementEntry(balance_after_fen=balance, **{name: getattr(entry, name) for name in _SAME}))
    closing = balance if raw.closing_fen is None else raw.closing_fen
    if closing != balance:
        raise fault(
            "balance_differs",
            f"期初余额 {format_fen(opening)} 元加全部 {len(entries)} 笔明细得 {format_fen(balance)} 元，与期末余额"
            f" {format_fen(closing)} 元不一致，文件可能没有传完，请重新从银行下载完整的对账单。",
        )
    return Statement(
        format=raw.format, digest=raw.digest, account=raw.account, first=first, last=last, opening_fen=opening,
        closing_fen=closing, entries=tuple(entries),
    )  # fmt: skip


def effect(entry: RawEntry) -> int:
    """By how many fen the entry raised the balance."""
    return entry.amount_fen if entry.direction is Direction.CREDIT else -entry.amount_fen


def _period(raw: RawStatement) -> tuple[date, date]:
    first = raw.first or (raw.entries[0].entry_date if raw.entries else raw.last)
    last = raw.last or (raw.entries[-1].entry_date if raw.entries else raw.first)
    if first is None or last is None:
        raise fault("period_missing", "文件里没有明细，也没有写起止日期，请重新从银行下载带起止日期的对账单。")
    if raw.first and raw.last and raw.first > raw.last:
        raise fault("period_order", f"起始日期 {raw.first} 晚于截止日期 {raw.last}，请重新从银行下载对账单。")
    for entry in raw.entries:
        if not first <= entry.entry_date <= last:
            raise fault(
                "outside_period",
                f"{entry.place}的日期 {entry.entry_date} 不在起止日期 {first} 至 {last} 之内，请重新从银行下载对账单。",
            )
    return first, last


def _refuse_order(entries: tuple[RawEntry, ...]) -> None:
    seen: dict[tuple[str, date], str] = {}
    before: RawEntry | None = None
    for entry in entries:
        # Within a day the running balance tells the order better than clocks of several systems.
        if before is not None and entry.entry_date < before.entry_date:
            raise fault(
                "order",
                f"{entry.place}（{entry.entry_date}）比上一笔（{before.entry_date}）早，顺序颠倒，请按时间从早到晚排列后重新上传。",
            )
        key = (entry.host_serial, entry.entry_date)
        if key in seen:
            raise fault(
                "serial_twice",
                f"{entry.place}的流水号与{seen[key]}相同，同一天的流水号不能重复，请重新从银行下载对账单。",
            )
        seen[key] = entry.place
        before = entry


def _refuse_count(raw: RawStatement) -> None:
    if raw.count is not None and raw.count != len(raw.entries):
        raise fault(
            "cut",
            f"对账单写明共 {raw.count} 笔，文件里只有 {len(raw.entries)} 笔，没有传完或有缺行，请重新从银行下载。",
        )
    for told, side, name in (
        (raw.debit_fen, Direction.DEBIT, "借方"),
        (raw.credit_fen, Direction.CREDIT, "贷方"),
    ):
        total = sum(entry.amount_fen for entry in raw.entries if entry.direction is side)
        if told is not None and told != total and not any(entry.reversal for entry in raw.entries):
            raise fault(
                "totals_differ",
                f"{name}合计写的是 {format_fen(told)} 元，明细相加是 {format_fen(total)} 元，"
                "文件有缺行或改动，请重新从银行下载。",
            )


def _opening(raw: RawStatement) -> int:
    if raw.opening_fen is not None:
        return raw.opening_fen
    if raw.entries and (told := raw.entries[0].told_fen) is not None:
        return told - effect(raw.entries[0])
    raise fault("opening_missing", "文件里没有期初余额，也没有逐笔余额，请重新从银行下载带余额的对账单。")
