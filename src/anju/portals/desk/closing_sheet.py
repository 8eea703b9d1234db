"""The report of a day or a month as a workbook: what was moved, money by account, levels, explanations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from anju.closing.types import Run
from anju.portals.desk.sheet import Sheets
from anju.reports.types import Column, Show, Value


def workbook(run: Run, names: Mapping[int | None, str]) -> bytes:
    """The report of a run as xlsx; each part a sheet, above it what it is of and who answers for it."""
    report, sheets = run.report, Sheets()
    notes = [
        f"提交 {names.get(run.submitted_by_person_id, '')}",
        f"签署 {names.get(run.signed_by_person_id, '')}" if run.signed_at else "尚未签署",
        f"报告摘要（SHA-256）{run.report_digest}",
    ]

    def add(name: str, columns: Sequence[Column], lines: Sequence[Sequence[Value]]) -> None:
        sheets.add(name, title=f"{run.title} {name}", notes=notes, columns=columns, lines=lines)

    if "vouchers" in report:
        add("凭证", (Column("种类"), Column("张数", Show.NUMBER), Column("金额（元）", Show.FEN)),
            [(one["zh"], one["n"], one["fen"]) for one in report["vouchers"]])  # fmt: skip
    add("科目发生额", (Column("科目"), Column("名称"), Column("借方（元）", Show.FEN), Column("贷方（元）", Show.FEN)),
        [(one["subject"], one["name"], one["debit_fen"], one["credit_fen"]) for one in report["turnover"]])  # fmt: skip
    if "money" in report:
        add("存款账户", (Column("账户"), Column("期初（元）", Show.FEN), Column("收入（元）", Show.FEN),
                     Column("支出（元）", Show.FEN), Column("期末（元）", Show.FEN)),
            [(one["account"], one["opening_fen"], one["in_fen"], one["out_fen"], one["closing_fen"])
             for one in report["money"]])  # fmt: skip
    if "levels" in report:
        add("对账", (Column("级"), Column("内容"), Column("左（元）", Show.FEN), Column("右（元）", Show.FEN),
                    Column("结果")),
            [(str(one["number"]), one["title"], one["left_fen"], one["right_fen"], one["zh"])
             for one in report["levels"]])  # fmt: skip
    add("差异说明", (Column("在哪里"), Column("差异"), Column("相差（元）", Show.FEN), Column("说明"),
                  Column("说明人")),
        [(one["where"], one["text"], one["fen"], one["words"], names.get(one["person"], ""))
         for one in report.get("explained", ())])  # fmt: skip
    return sheets.content()
