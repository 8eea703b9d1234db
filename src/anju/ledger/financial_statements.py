"""Statements of the books (会计报表): trial balance, balance sheet, income table and distribution table.

Each is one query over the lines of the ledger, never a stored total: what is printed today of last year is what the
lines of last year say. Details roll up to their subject. Amounts are fen; a statement knows whether it balances.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from anju.database.sql import row, rows
from anju.kernel.month import Month
from anju.ledger.chart import Section
from anju.ledger.types import VoucherKind

# A subject together with all beneath it; the chart is small, so the walk costs nothing.
_BENEATH = """
WITH RECURSIVE beneath AS (
    SELECT code AS top, code FROM subject
    UNION ALL
    SELECT b.top, s.code FROM beneath b JOIN subject s ON s.parent = b.code
), moved AS (
    SELECT l.subject, {sums}
      FROM voucher v JOIN gl_line l ON l.centre_id = v.centre_id AND l.voucher_id = v.id
     WHERE v.centre_id = %(centre)s AND v.business_date <= %(to)s AND {which}
     GROUP BY l.subject
)
SELECT s.code AS subject, s.name, s.parent, s.section, {totals}
  FROM beneath b JOIN moved m ON m.subject = b.code JOIN subject s ON s.code = b.top
 GROUP BY s.code ORDER BY s.code
"""
_TRIAL = _BENEATH.format(
    sums="coalesce(sum(l.debit_fen - l.credit_fen) FILTER (WHERE v.business_date < %(from)s), 0) AS opening_fen,"
    " coalesce(sum(l.debit_fen) FILTER (WHERE v.business_date >= %(from)s), 0) AS debit_fen,"
    " coalesce(sum(l.credit_fen) FILTER (WHERE v.business_date >= %(from)s), 0) AS credit_fen",
    which="true",
    totals="sum(m.opening_fen)::bigint AS opening_fen, sum(m.debit_fen)::bigint AS debit_fen,"
    " sum(m.credit_fen)::bigint AS credit_fen",
)
_SHEET = _BENEATH.format(
    sums="sum(l.debit_fen - l.credit_fen) AS fen", which="true", totals="sum(m.fen)::bigint AS fen"
)
# What closes income and expense at the end of a month is no income and no expense of that month.
_INCOME = _BENEATH.format(
    sums="coalesce(sum(l.credit_fen - l.debit_fen) FILTER (WHERE v.business_date >= %(from)s), 0) AS period_fen,"
    " sum(l.credit_fen - l.debit_fen) AS year_fen",
    which="v.business_date >= %(year_from)s AND v.kind <> %(closing)s"
    " AND l.subject IN (SELECT code FROM subject WHERE section IN ('income', 'expense'))",
    totals="sum(m.period_fen)::bigint AS period_fen, sum(m.year_fen)::bigint AS year_fen",
)
# The entries of the year's end alone move income here and parts of it away; a part is read where it arrives.
_DISTRIBUTION = """
SELECT coalesce(sum(fen) FILTER (WHERE top = '321' AND business_date < %(from)s), 0)::bigint AS opening_fen,
       coalesce(-sum(fen) FILTER (WHERE subject = '311' AND at_year_end), 0)::bigint AS income_fen,
       coalesce(sum(fen) FILTER (WHERE subject = '301' AND at_year_end), 0)::bigint AS reserve_fen,
       coalesce(sum(fen) FILTER (WHERE subject = '214-01' AND at_year_end), 0)::bigint AS management_fee_fen,
       coalesce(sum(fen) FILTER (WHERE subject = '214-02' AND at_year_end), 0)::bigint AS supplement_fen,
       coalesce(sum(fen) FILTER (WHERE top = '321'), 0)::bigint AS closing_fen
  FROM (SELECT l.subject, split_part(l.subject, '-', 1) AS top, v.business_date, l.credit_fen - l.debit_fen AS fen,
               v.kind = %(year_end)s AND v.business_date >= %(from)s AS at_year_end
          FROM voucher v JOIN gl_line l ON l.centre_id = v.centre_id AND l.voucher_id = v.id
         WHERE v.centre_id = %(centre)s AND v.business_date <= %(to)s
           AND (l.subject LIKE '321%%' OR l.subject IN ('311', '301', '214-01', '214-02'))) lines
"""


@dataclass(frozen=True)
class TrialLine:
    """One subject of a trial balance: balance before, turnover of both sides, balance after; debit less credit."""

    subject: str
    name: str
    parent: str | None
    section: Section
    opening_fen: int
    debit_fen: int
    credit_fen: int

    @property
    def closing_fen(self) -> int:
        """Balance after, debit less credit."""
        return self.opening_fen + self.debit_fen - self.credit_fen


@dataclass(frozen=True)
class TrialBalance:
    """Trial balance (试算平衡表) of a span of business days, both included; only subjects that ever moved."""

    from_date: date
    to_date: date
    lines: tuple[TrialLine, ...]

    @property
    def tops(self) -> tuple[TrialLine, ...]:
        """The subjects of the method; details are rolled up in them."""
        return tuple(line for line in self.lines if line.parent is None)

    @property
    def debit_fen(self) -> int:
        """Turnover on the debit side, over all subjects."""
        return sum(line.debit_fen for line in self.tops)

    @property
    def credit_fen(self) -> int:
        """Turnover on the credit side, over all subjects."""
        return sum(line.credit_fen for line in self.tops)

    @property
    def balances(self) -> bool:
        """Whether openings and closings sum to nothing and both sides turned over the same."""
        return (
            sum(line.opening_fen for line in self.tops) == 0
            and self.debit_fen == self.credit_fen
            and sum(line.closing_fen for line in self.tops) == 0
        )


@dataclass(frozen=True)
class SheetLine:
    """One subject of a balance sheet, on the side where its section's balance normally stands."""

    subject: str
    name: str
    parent: str | None
    fen: int


@dataclass(frozen=True)
class BalanceSheet:
    """Balance sheet (资产负债表) at the end of a business day.

    ``unclosed_fen`` is income less expense that no month has closed yet; it belongs to the net assets.
    """

    on: date
    assets: tuple[SheetLine, ...]
    liabilities: tuple[SheetLine, ...]
    net_assets: tuple[SheetLine, ...]
    unclosed_fen: int

    @property
    def assets_fen(self) -> int:
        """Sum of the assets."""
        return _sum_of(self.assets)

    @property
    def liabilities_fen(self) -> int:
        """Sum of the liabilities."""
        return _sum_of(self.liabilities)

    @property
    def net_assets_fen(self) -> int:
        """Sum of the net assets, with what is not closed yet."""
        return _sum_of(self.net_assets) + self.unclosed_fen

    @property
    def balances(self) -> bool:
        """Whether assets are liabilities and net assets together."""
        return self.assets_fen == self.liabilities_fen + self.net_assets_fen


@dataclass(frozen=True)
class IncomeLine:
    """One subject of income or expense: the period's sum and the year's to the end of the period."""

    subject: str
    name: str
    parent: str | None
    period_fen: int
    year_fen: int


@dataclass(frozen=True)
class IncomeTable:
    """Income table (增值收益表) of a month or of a year, before income and expense are closed."""

    from_date: date
    to_date: date
    income: tuple[IncomeLine, ...]
    expense: tuple[IncomeLine, ...]

    @property
    def period_fen(self) -> int:
        """Value-added income of the period: income less expense; below zero it is a loss."""
        return _tops(self.income, "period_fen") - _tops(self.expense, "period_fen")

    @property
    def year_fen(self) -> int:
        """Value-added income of the year to the end of the period."""
        return _tops(self.income, "year_fen") - _tops(self.expense, "year_fen")


@dataclass(frozen=True)
class DistributionTable:
    """Distribution table (增值收益分配表) of an accounting year (FUND-21)."""

    year: int
    opening_fen: int
    income_fen: int
    reserve_fen: int
    management_fee_fen: int
    supplement_fen: int
    closing_fen: int

    @property
    def distributable_fen(self) -> int:
        """What was left over before and what the year earned."""
        return self.opening_fen + self.income_fen

    @property
    def balances(self) -> bool:
        """Whether what was to be distributed is what was drawn and what is left."""
        drawn = self.reserve_fen + self.management_fee_fen + self.supplement_fen
        return self.distributable_fen == drawn + self.closing_fen


def trial_balance(centre_id: int, *, from_date: date, to_date: date) -> TrialBalance:
    """Opening, turnover and closing of each subject over the business days from one to another, both included."""
    found = rows(_TRIAL, {"centre": centre_id, "from": from_date, "to": to_date})
    return TrialBalance(
        from_date, to_date, tuple(TrialLine(**line | {"section": Section(line["section"])}) for line in found)
    )


def balance_sheet(centre_id: int, *, on: date) -> BalanceSheet:
    """Assets, liabilities and net assets at the end of a business day."""
    found = rows(_SHEET, {"centre": centre_id, "to": on})

    def of(section: Section) -> tuple[SheetLine, ...]:
        return tuple(
            SheetLine(line["subject"], line["name"], line["parent"], line["fen"] * (1 if section.debit_side else -1))
            for line in found
            if line["section"] == section
        )

    return BalanceSheet(
        on, of(Section.ASSET), of(Section.LIABILITY), of(Section.NET_ASSETS),
        _sum_of(of(Section.INCOME)) - _sum_of(of(Section.EXPENSE)),
    )  # fmt: skip


def income_table(centre_id: int, period: Month | int) -> IncomeTable:
    """Income and expense of a month, or of a whole year when a year's number is given; with the year's sums so far."""
    if isinstance(period, Month):
        from_date, to_date = period.first_day, period.last_day
    else:
        from_date, to_date = date(period, 1, 1), date(period, 12, 31)
    found = rows(_INCOME, {
        "centre": centre_id, "from": from_date, "to": to_date, "year_from": date(from_date.year, 1, 1),
        "closing": int(VoucherKind.PERIOD_END),
    })  # fmt: skip
    return IncomeTable(from_date, to_date, _income(found, Section.INCOME), _income(found, Section.EXPENSE))


def distribution_table(centre_id: int, year: int) -> DistributionTable:
    """What a year had to distribute, what was drawn from it and what is left, at its 31 December."""
    found = row(_DISTRIBUTION, {
        "centre": centre_id, "from": date(year, 1, 1), "to": date(year, 12, 31),
        "year_end": int(VoucherKind.YEAR_END),
    })  # fmt: skip
    assert found is not None, "sums are always one row"
    return DistributionTable(year, **found)


def _income(found: Iterable[dict[str, Any]], section: Section) -> tuple[IncomeLine, ...]:
    side = -1 if section.debit_side else 1
    return tuple(
        IncomeLine(line["subject"], line["name"], line["parent"], line["period_fen"] * side, line["year_fen"] * side)
        for line in found
        if line["section"] == section
    )


def _sum_of(lines: Iterable[SheetLine]) -> int:
    return sum(line.fen for line in lines if line.parent is None)


def _tops(lines: Iterable[IncomeLine], column: str) -> int:
    return sum(int(getattr(line, column)) for line in lines if line.parent is None)
