"""The report of a day (日结报告) and of a month (月结报告): plain values, kept with the run and bound by one digest."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from anju.closing.types import Explanation, Run
from anju.kernel.month import Month
from anju.ledger import levels as books
from anju.ledger.financial_statements import balance_sheet, income_table, trial_balance
from anju.treasury import queries as treasury


def day_report(run: Run, said: dict[str, Explanation]) -> dict[str, Any]:
    """What happened on the days of a run, in totals; amounts in fen. A fixed number of statements."""
    centre_id, first, last = run.centre_id, run.first_on, run.last_on
    labels = {one.bank_account_id: f"{one.bank_name}尾号 {one.tail}" for one in treasury.bank_accounts(centre_id)}
    return {
        "first": first.isoformat(), "last": last.isoformat(),
        "vouchers": [
            {"kind": int(one.kind), "zh": one.kind.zh, "n": one.vouchers, "fen": one.debit_fen}
            for one in books.kind_totals(centre_id, first, last)
        ],
        "turnover": [
            {"subject": one.subject, "name": one.name, "debit_fen": one.debit_fen, "credit_fen": one.credit_fen}
            for one in books.turnover(centre_id, first, last)
        ],
        "money": [
            {"account": labels.get(one.bank_account_id, str(one.bank_account_id)), "opening_fen": one.opening_fen,
             "in_fen": one.in_fen, "out_fen": one.out_fen, "closing_fen": one.closing_fen}
            for one in books.account_money(centre_id, first, last)
        ],
        "steps": [{"title": step.kind.zh, "text": step.text} for step in run.steps if step.text],
        "levels": [
            {"number": one.number, "title": one.title, "state": int(one.state), "zh": one.state.zh, "text": one.text,
             "left_fen": one.left_fen, "right_fen": one.right_fen}
            for step in run.steps for one in step.levels
        ],
        "explained": _explained(run, said),
    }  # fmt: skip


def month_report(run: Run, said: dict[str, Explanation]) -> dict[str, Any]:
    """The statements of a closed month in figures: they can be drawn again from the lines at any time."""
    centre_id, month = run.centre_id, Month.of(run.last_on)
    trial = trial_balance(centre_id, from_date=month.first_day, to_date=month.last_day)
    sheet = balance_sheet(centre_id, on=month.last_day)
    income = income_table(centre_id, month)
    return {
        "first": month.first_day.isoformat(), "last": month.last_day.isoformat(),
        "turnover": [
            {"subject": one.subject, "name": one.name, "opening_fen": one.opening_fen, "debit_fen": one.debit_fen,
             "credit_fen": one.credit_fen, "closing_fen": one.closing_fen}
            for one in trial.tops
        ],
        "balances": trial.balances and sheet.balances,
        "assets_fen": sheet.assets_fen, "liabilities_fen": sheet.liabilities_fen,
        "net_assets_fen": sheet.net_assets_fen, "result_fen": income.period_fen,
        "income": [{"subject": one.subject, "name": one.name, "fen": one.period_fen}
                   for one in (*income.income, *income.expense)],
        "steps": [{"title": step.kind.zh, "text": step.text} for step in run.steps if step.text],
        "explained": _explained(run, said),
    }  # fmt: skip


def _explained(run: Run, said: dict[str, Explanation]) -> list[dict[str, Any]]:
    return [
        {"level": one.level, "where": one.where, "text": one.text, "fen": one.apart_fen,
         "words": said[one.digest].words, "person": said[one.digest].person_id,
         "at": said[one.digest].at.isoformat()}
        for step in run.steps for one in step.findings if one.digest in said
    ]  # fmt: skip


def digest_of(report: dict[str, Any]) -> bytes:
    """SHA-256 of a report's canonical JSON: what a signature binds to."""
    return hashlib.sha256(json.dumps(report, sort_keys=True, ensure_ascii=False).encode()).digest()
