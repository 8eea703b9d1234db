"""The statements of the books (会计报表) as tables: each line with its period and the one before it.

Chooses words and order; every amount comes from ``ledger.financial_statements``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from anju.kernel.month import Month
from anju.ledger.financial_statements import (
    IncomeLine,
    SheetLine,
    balance_sheet,
    distribution_table,
    income_table,
    trial_balance,
)
from anju.ledger.types import PeriodKind

Amounts = tuple[int | None, ...]


class Look(StrEnum):
    """How a line of a statement is drawn."""

    HEAD = "head"
    LINE = "line"
    DETAIL = "detail"
    SUM = "sum"


@dataclass(frozen=True)
class Line:
    """One line: a subject, a heading or a sum, with an amount for each column."""

    look: Look
    code: str
    name: str
    amounts: Amounts = ()


@dataclass(frozen=True)
class Span:
    """A month or a year of the books."""

    kind: PeriodKind
    number: int

    @property
    def first(self) -> date:
        """Its first day."""
        return self._month(1).first_day

    @property
    def last(self) -> date:
        """Its last day."""
        return self._month(12).last_day

    @property
    def zh(self) -> str:
        """2026年11月, or 2026年."""
        return f"{self.number}年" if self.kind is PeriodKind.YEAR else Month.from_number(self.number).zh

    @property
    def before(self) -> Span:
        """The month or the year before."""
        if self.kind is PeriodKind.YEAR:
            return Span(self.kind, self.number - 1)
        return Span(self.kind, (Month.from_number(self.number) - 1).number)

    @property
    def query(self) -> str:
        """How an address names it."""
        return f"year={self.number}" if self.kind is PeriodKind.YEAR else f"month={Month.from_number(self.number)}"

    def _month(self, month: int) -> Month:
        return Month(self.number, month) if self.kind is PeriodKind.YEAR else Month.from_number(self.number)


@dataclass(frozen=True)
class StatementTable:
    """A statement with its columns; ``balances`` says whether the books agree with themselves."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    balances: bool
    note: str = ""


@dataclass(frozen=True)
class Report:
    """One kind of statement: its code in the address, its name, whether a month has one."""

    code: str
    title: str
    what: str
    build: Callable[[int, Span], StatementTable]
    monthly: bool = True


def _subjects(now: Sequence[SheetLine], before: Sequence[SheetLine]) -> list[Line]:
    old = {line.subject: line.fen for line in before}
    known = {line.subject: line for line in (*before, *now)}
    current = {line.subject: line.fen for line in now}
    return [
        Line(Look.DETAIL if one.parent else Look.LINE, code, one.name,
             (current.get(code, 0), old.get(code, 0), current.get(code, 0) - old.get(code, 0)))
        for code, one in sorted(known.items())
    ]  # fmt: skip


def _sum(name: str, now: int, before: int) -> Line:
    return Line(Look.SUM, "", name, (now, before, now - before))


def _sheet(centre_id: int, span: Span) -> StatementTable:
    """资产负债表: at the end of the period beside the end of the one before."""
    now, before = balance_sheet(centre_id, on=span.last), balance_sheet(centre_id, on=span.before.last)
    lines = [
        Line(Look.HEAD, "", "资产"), *_subjects(now.assets, before.assets),
        _sum("资产合计", now.assets_fen, before.assets_fen),
        Line(Look.HEAD, "", "负债"), *_subjects(now.liabilities, before.liabilities),
        _sum("负债合计", now.liabilities_fen, before.liabilities_fen),
        Line(Look.HEAD, "", "净资产"), *_subjects(now.net_assets, before.net_assets),
    ]  # fmt: skip
    if now.unclosed_fen or before.unclosed_fen:
        unclosed = (now.unclosed_fen, before.unclosed_fen, now.unclosed_fen - before.unclosed_fen)
        lines.append(Line(Look.LINE, "", "尚未结转的收支差额", unclosed))
    lines += [
        _sum("净资产合计", now.net_assets_fen, before.net_assets_fen),
        _sum("负债和净资产总计", now.liabilities_fen + now.net_assets_fen,
             before.liabilities_fen + before.net_assets_fen),
    ]  # fmt: skip
    return StatementTable(("期末（元）", "上期末（元）", "变动（元）"), tuple(lines), now.balances)


def _income(centre_id: int, span: Span) -> StatementTable:
    """增值收益表: the period, the one before it, and the year so far."""
    year = span.kind is PeriodKind.YEAR
    now = income_table(centre_id, span.number if year else Month.from_number(span.number))
    before = income_table(centre_id, span.before.number if year else Month.from_number(span.before.number))
    lines = [
        Line(Look.HEAD, "", "业务收入"), *_earned(now.income, before.income),
        Line(Look.HEAD, "", "业务支出"), *_earned(now.expense, before.expense),
        Line(Look.SUM, "", "增值收益", (now.period_fen, before.period_fen, now.year_fen)),
    ]  # fmt: skip
    return StatementTable(("本期（元）", "上期（元）", "本年累计（元）"), tuple(lines), True)


def _earned(now: Sequence[IncomeLine], before: Sequence[IncomeLine]) -> list[Line]:
    old = {line.subject: line.period_fen for line in before}
    known = {line.subject: line for line in (*before, *now)}
    current = {line.subject: line for line in now}
    return [
        Line(
            Look.DETAIL if one.parent else Look.LINE, code, one.name,
            (current[code].period_fen if code in current else 0, old.get(code, 0),
             current[code].year_fen if code in current else 0),
        )
        for code, one in sorted(known.items())
    ]  # fmt: skip


def _distribution(centre_id: int, span: Span) -> StatementTable:
    """增值收益分配表 of a year, beside the year before."""
    year = span.number if span.kind is PeriodKind.YEAR else span.number // 100
    now, before = distribution_table(centre_id, year), distribution_table(centre_id, year - 1)

    def line(name: str, part: str, look: Look = Look.LINE) -> Line:
        return Line(look, "", name, (getattr(now, part), getattr(before, part)))

    lines = (
        line("年初未分配的增值收益", "opening_fen"), line("加：本年增值收益", "income_fen"),
        line("可供分配的增值收益", "distributable_fen", Look.SUM),
        line("提取贷款风险准备", "reserve_fen"), line("提取管理费用", "management_fee_fen"),
        line("提取城市廉租住房建设补充资金", "supplement_fen"),
        line("年末未分配的增值收益", "closing_fen", Look.SUM),
    )  # fmt: skip
    note = "" if now.balances else "可供分配的与已分配的、未分配的合计不等：请先核对 311 和 321。"
    return StatementTable(("本年（元）", "上年（元）"), lines, now.balances, note)


def _trial(centre_id: int, span: Span) -> StatementTable:
    """科目余额表: both sides before, during and after."""
    found = trial_balance(centre_id, from_date=span.first, to_date=span.last)
    lines = [
        Line(Look.DETAIL if one.parent else Look.LINE, one.subject, one.name,
             (*_sides(one.opening_fen), one.debit_fen, one.credit_fen, *_sides(one.closing_fen)))
        for one in found.lines
    ]  # fmt: skip
    sums = [_sides(one.opening_fen) + (one.debit_fen, one.credit_fen) + _sides(one.closing_fen) for one in found.tops]
    lines.append(Line(Look.SUM, "", "合计", _added(sums, columns=6)))
    heads = ("期初借方（元）", "期初贷方（元）", "本期借方（元）", "本期贷方（元）", "期末借方（元）", "期末贷方（元）")
    return StatementTable(heads, tuple(lines), found.balances)


def _sides(fen: int) -> tuple[int, int]:
    return max(fen, 0), max(-fen, 0)


def _added(amounts: Iterable[tuple[int, ...]], *, columns: int) -> tuple[int, ...]:
    known = list(amounts)
    return tuple(sum(one[column] for one in known) for column in range(columns))


REPORTS = {
    one.code: one
    for one in (
        Report("trial", "科目余额表", "每个科目的期初、本期发生和期末，借贷各自相等", _trial),
        Report("sheet", "资产负债表", "期末有什么、欠什么、剩什么，与上期末比较", _sheet),
        Report("income", "增值收益表", "本期和本年的业务收入、支出和增值收益", _income),
        Report("distribution", "增值收益分配表", "一年的增值收益分到哪里，年末还剩多少", _distribution, monthly=False),
    )
}


def usual_span(today: date) -> Span:
    """The last month that is over: what a report is usually wanted of."""
    return Span(PeriodKind.MONTH, Month.of(today.replace(day=1) - timedelta(days=1)).number)
