"""What was said beside what is there: the callers' yeses, the bank's own record, the jobs, the books.

Every sentence found here is a fault of the product. ``doubled`` counts what was done more than once, ``lost`` what was
said and is not there.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from anju.command.crashing.callers import Said
from anju.command.crashing.house import House
from anju.command.crashing.town import ACCOUNT, Town
from anju.command.worker import STALLED_AFTER_SECONDS
from anju.database.checks import violations
from anju.database.sql import row, rows
from anju.kernel import clock
from anju.kernel.money import format_fen
from anju.treasury import queries as treasury
from anju.treasury.actions import import_statement
from anju.treasury.journal import reconcile_bank

HEADINGS = ("账号", "交易时间", "借方发生额（支取）", "贷方发生额（收入）", "余额", "币种", "对方户名", "对方账号",
            "记账日期", "摘要", "备注", "账户明细编号-交易流水号", "企业流水号", "冲正标志", "原流水号")  # fmt: skip
CREDIT = "02"
SUCCESS = "success"
POSTED, PAID, CONFIRMED, RETURNED = 4, 2, 4, 5


@dataclass
class Verdict:
    """What was found, in words."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.wrong)


def compare(house: House, town: Town, said: Said, *, settled: int | None) -> Verdict:
    """Everything, at the end, when no job is left."""
    found, bank = Verdict(), house.bank("/state")
    _months(found, town, said)
    _rents(found, said, bank)
    _payments(found, bank)
    _notices(found, said, bank)
    _interest(found, settled)
    _jobs(found)
    found.wrong += said.faults + violations()
    return found


def _months(found: Verdict, town: Town, said: Said) -> None:
    """A month that was accepted is there once; one that was paid exactly is on every account once."""
    kept = {(one["unit_id"], one["month"]): one for one in rows(
        "SELECT unit_id, month, number, total_fen, state, count(*) OVER (PARTITION BY unit_id, month) AS times"
        " FROM remittance WHERE state <> 5")}  # fmt: skip
    paid = {number for _, _, number in said.paid}
    for unit_id, month, total_fen in said.declared:
        one = kept.get((unit_id, month))
        if one is None or one["total_fen"] != total_fen:
            found.lost.append(f"month {month} of unit {unit_id} was accepted with {total_fen} fen: {one}")
        elif one["times"] > 1:
            found.doubled.append(f"month {month} of unit {unit_id} stands {one['times']} times")
        elif one["number"] in paid and one["state"] != POSTED:
            found.lost.append(f"month {month} of unit {unit_id} was paid and is not posted: {one}")
    for line in rows(
        "SELECT l.account_id, r.month, count(*) AS times FROM member_line l JOIN remittance r ON r.remittance_id ="
        " l.source_id WHERE l.kind = 1 AND l.credit_fen > 0 GROUP BY 1, 2 HAVING count(*) > 1"
    ):
        found.doubled.append(f"account {line['account_id']} was given month {line['month']} {line['times']} times")


def _rents(found: Verdict, said: Said, bank: dict[str, Any]) -> None:
    """A request that was accepted is one case and came to its end; it was paid once, or the bank refused it."""
    paid = Counter(one["payee_account"] for one in bank["payments"].values() if one["state"] == SUCCESS)
    back = Counter(one["payee_account"] for one in bank["payments"].values() if one.get("returned_date"))
    for member, case_id in said.rents:
        seen = rows("SELECT case_id, state FROM casework_case WHERE case_id = %s", [case_id])
        if not seen:
            found.lost.append(f"case {case_id} was accepted and is not there")
        cases = rows("SELECT w.withdrawal_id, w.state FROM withdrawal w JOIN account a USING (account_id)"
                     " WHERE a.person_id = %s", [member.person_id])  # fmt: skip
        if len(cases) > 1:
            found.doubled.append(f"person {member.person_id} has {len(cases)} withdrawals")
        if paid[member.card] > 1:
            found.doubled.append(f"the bank paid {member.card} {paid[member.card]} times")
        state = cases[0]["state"] if cases else None
        expected = paid[member.card] - back[member.card]
        if (state == PAID) != (expected == 1):
            found.lost.append(f"case {case_id}: withdrawal {cases}, and the bank paid {expected}")


def _payments(found: Verdict, bank: dict[str, Any]) -> None:
    """Each order under its serial beside the bank's own record."""
    for order in rows("SELECT order_id, business_serial, state, last_answer FROM payment_order"):
        known = bank["payments"].get(order["business_serial"], {})
        paid = known.get("state") == SUCCESS and not known.get("returned_date")
        if paid != (order["state"] == CONFIRMED) or order["state"] < CONFIRMED:
            found.wrong.append(f"payment {order}, at the bank {known}")


def _notices(found: Verdict, said: Said, bank: dict[str, Any]) -> None:
    """Every entry of the bank is known once, and the books say what the bank says."""
    kept = Counter(one["host_serial"] for one in rows("SELECT host_serial FROM bank_notice"))
    for serial, fen, number in said.paid:
        if kept[serial] != 1:
            list_ = found.lost if kept[serial] == 0 else found.doubled
            list_.append(f"{fen} fen for {number} under {serial} are known {kept[serial]} times")
    own = bank["own"][ACCOUNT]
    at_bank = int(own.get("balance_fen") or 0) + int(own["turnover_fen"])
    books = row("SELECT coalesce(sum(debit_fen - credit_fen), 0)::bigint AS fen FROM gl_line WHERE subject = '101'")
    if books is None or books["fen"] != at_bank:
        found.wrong.append(f"the bank holds {at_bank} fen, the books say {books}")


def _interest(found: Verdict, settled: int | None) -> None:
    """The year was settled for each account once."""
    if settled is None:
        return
    for one in rows("SELECT account_id, count(*) AS times FROM member_line WHERE period = %s GROUP BY 1"
                    " HAVING count(*) > 1", [settled * 100 + 13]):  # fmt: skip
        found.doubled.append(f"interest of {settled}: {one}")
    left = row("SELECT count(*) AS n FROM balance b WHERE interest_year = %s AND NOT EXISTS (SELECT 1 FROM balance n"
               " WHERE n.account_id = b.account_id AND n.interest_year = b.interest_year + 1)", [settled])  # fmt: skip
    if left is None or left["n"]:
        found.lost.append(f"interest of {settled} was settled and is missing on {left} accounts")


def _jobs(found: Verdict) -> None:
    for job in rows("SELECT id, task_name, status, attempts FROM procrastinate_jobs WHERE status NOT IN"
                    " ('succeeded', 'todo') OR (status = 'todo' AND scheduled_at IS NULL)"):  # fmt: skip
        found.wrong.append(f"job {job} is not done")


def taken_up_seconds() -> float:
    """The longest that a job stood still under a worker that was killed, until another took it up; 0: none did."""
    found = row(
        "SELECT coalesce(extract(epoch FROM max(r.at - s.at)), 0)::float8 AS seconds FROM procrastinate_events r"
        " CROSS JOIN LATERAL (SELECT max(at) AS at FROM procrastinate_events e WHERE e.job_id = r.job_id"
        " AND e.type = 'started' AND e.at < r.at) s WHERE r.type = 'deferred_for_retry' AND r.at - s.at > %s",
        [timedelta(seconds=STALLED_AFTER_SECONDS)],
    )
    return float(found["seconds"]) if found else 0.0


def reconcile(town: Town, on: date) -> list[str]:
    """The bank's statement, the journal and the books, where a statement was taken of everything."""
    seen = reconcile_bank(town.centre_id, town.bank_account_id, on)
    if seen.settled:
        return []
    items = [*seen.not_at_bank, *seen.not_in_journal, *seen.differing]
    return [f"bank {seen.bank_fen}, journal {seen.journal_fen}, books {seen.books_fen} fen: {items[:5]}"]


def take_statement(house: House, town: Town) -> None:
    """A treasurer takes the bank's whole statement, whatever of it was taken before."""
    path = house.folder / "statement.csv"
    write_statement(house, town, path)
    import_statement(path.read_bytes(), path.name, actor=town.staff["treasurer"], at=clock.now())


def never_seen() -> list[int]:
    """Payments of which the bank says that it never saw them: a treasurer lets them leave again."""
    from django.conf import settings

    return [one.order_id for one in treasury.unknown_payments(settings.ANJU_CENTRE_ID) if one.never_seen]


def write_statement(house: House, town: Town, path: Path) -> None:
    """What the bank says of the account from its first day on, as a large bank exports it."""
    lines = [(one.entry_date.strftime("%Y%m%d"), one.amount_fen, one.counter_name, one.counter_account, one.summary,
              one.host_serial, "", "", "") for one in town.before]  # fmt: skip
    for one in house.bank("/state")["entries"].values():
        came_in = (one["direction"] == CREDIT) is (one["reversal"] != "1")
        lines.append((
            one["date"], one["amount_fen"] * (1 if came_in else -1), one["counter_name"], one["counter_account"],
            one["summary"], one["host_serial"], one["original_serial"], "是" if one["reversal"] == "1" else "",
            one["original_host_serial"],
        ))  # fmt: skip
    text, balance = io.StringIO(), 0
    sheet = csv.writer(text)
    sheet.writerow(HEADINGS)
    for on, fen, name, account, summary, serial, own, reversal, original in lines:
        balance += fen
        sheet.writerow([ACCOUNT, f"{on} 10:05:30", _yuan(max(-fen, 0)), _yuan(max(fen, 0)), _yuan(balance), "人民币",
                        name, account, on, summary, "", serial, own, reversal, original])  # fmt: skip
    out, came = (sum(abs(one[1]) for one in lines if (one[1] < 0) is gone) for gone in (True, False))
    sheet.writerow([f"合计 {len(lines)} 笔", "", _yuan(out), _yuan(came), _yuan(balance)])
    path.write_bytes(text.getvalue().encode("gb18030"))


def _yuan(fen: int) -> str:
    return format_fen(fen).replace(",", "")


