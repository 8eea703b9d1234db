"""The steps of a month (月结, rules.md 6.6): its days, June's interest, the accrual, income and expense, statements."""

from __future__ import annotations

from datetime import datetime

from anju.accounts.actions import accrue_interest
from anju.accounts.queries.levels import year_settled
from anju.closing.levels import reconcile_books
from anju.closing.queries import signed_through
from anju.closing.report import month_report
from anju.closing.steps import Outcome
from anju.closing.store import explanations
from anju.closing.types import Run
from anju.kernel.actor import Actor
from anju.kernel.money import format_fen
from anju.kernel.month import Month, interest_year
from anju.kernel.refusal import Refusal
from anju.ledger import periods
from anju.ledger import queries as books
from anju.ledger.types import PeriodKind, PeriodState


def days(run: Run, actor: Actor, at: datetime) -> Outcome:
    """Every day of the month is closed and signed."""
    through = signed_through(run.centre_id)
    if through is None or through < run.last_on:
        told = f"只到 {through}" if through else "还没有开始"
        return Outcome(f"日结{told}：请先把到 {run.last_on} 为止的日结办完。", waits=True)
    return Outcome(f"日结已签署到 {through}。")


def interest_of_the_year(run: Run, actor: Actor, at: datetime) -> Outcome:
    """June is closed with the interest of the year that ended: tried, looked at, approved and posted."""
    year = interest_year(run.last_on)
    if not year_settled(run.centre_id, year):
        return Outcome(f"{year} 结息年度还没有结息入账：请先到“年度结息”试算、审批、入账。", waits=True)
    return Outcome(f"{year} 结息年度已经全部结息入账。")


def accrue(run: Run, actor: Actor, at: datetime) -> Outcome:
    """Members' interest of the month, 411-01 against 211; asked again it answers what was posted."""
    try:
        made = accrue_interest(run.centre_id, Month.of(run.last_on), at=at, actor=actor)
    except Refusal as refusal:
        return Outcome(refusal.text, waits=True)
    return Outcome(f"本月计提 {format_fen(made.amount_fen)} 元，累计应付 {format_fen(made.accrued_fen)} 元。")


def close(run: Run, actor: Actor, at: datetime) -> Outcome:
    """Income and expense go to 311; done by a person, who may not sign."""
    month = Month.of(run.last_on)
    known = books.period(run.centre_id, PeriodKind.MONTH, month.number)
    if known.state is PeriodState.OPEN:
        if actor.person_id is None:
            return Outcome("等会计人员结转收入和支出。", waits=True)
        try:
            periods.close_month(run.centre_id, month, actor=actor, at=at)
        except Refusal as refusal:
            return Outcome(refusal.text, waits=True)
    return Outcome("业务收入和业务支出已结转到增值收益。")


def statements(run: Run, actor: Actor, at: datetime) -> Outcome:
    """Trial balance, balance sheet and income table of the month; levels 3, 4 and 6 at its end once more."""
    said = explanations(run, run.digests)
    made = month_report(run, said)
    if not made["balances"]:
        text = "试算平衡表或资产负债表不平：请先运行 anju check 查明原因。"
        return Outcome(text, waits=True, figures={"report": made})
    levels = reconcile_books(run.centre_id, run.last_on)
    return Outcome(
        f"资产 {format_fen(made['assets_fen'])} 元，增值收益 {format_fen(made['result_fen'])} 元，各表平衡。",
        findings=tuple(difference for one in levels for difference in one.differences), figures={"report": made},
    )  # fmt: skip
