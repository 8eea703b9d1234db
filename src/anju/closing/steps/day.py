"""The steps of a day (日终, rules.md 6.6): cut it, look at what must not be left over, reconcile, report."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from anju.accounts import actions as accounts
from anju.accounts.queries import levels as members
from anju.closing.levels import reconcile_day
from anju.closing.report import day_report, digest_of
from anju.closing.steps import Outcome
from anju.closing.store import explanations
from anju.closing.types import Difference, LevelState, Run
from anju.contributions.queries import levels as units
from anju.jobs.overdue import overdue
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.money import format_fen
from anju.ledger.actions import cut_days
from anju.treasury import queries as treasury
from anju.treasury.day_state import notices_between, odd_notices, open_contradictions_through, payments_open

MONEY_ROOMS = ("contributions", "treasury", "accounts", "withdrawals")
NAMED = 20


def _end(run: Run) -> datetime:
    """The first moment after the last day."""
    return datetime.combine(run.last_on + timedelta(days=1), time(), ZONE)


def cut(run: Run, actor: Actor, at: datetime) -> Outcome:
    """Nothing more is booked on these days: what was in flight has ended, the next posting belongs to the day after."""
    cut_days(run.centre_id, through=run.last_on, actor=actor, at=at)
    return Outcome(f"之后的业务记在 {run.last_on + timedelta(days=1)} 或以后，办理没有停过。")


def notices(run: Run, actor: Actor, at: datetime) -> Outcome:
    """Every entry the bank told of is matched or in suspense; what is neither, and what it told twice, is named."""
    labels = {one.bank_account_id: f"{one.bank_name}尾号 {one.tail}" for one in treasury.bank_accounts(run.centre_id)}
    told = sum(notices_between(run.centre_id, run.first_on, run.last_on).values())
    odd = odd_notices(run.centre_id, through=run.last_on)
    unclear = open_contradictions_through(run.centre_id, through=run.last_on)
    findings = [
        Difference(
            0, "到账通知", labels.get(one.bank_account_id, ""), one.effect_fen, 0,
            f"{one.entry_date} {one.state.zh}，流水号 {one.host_serial}" + (f"，{one.summary}" if one.summary else ""),
            item=f"notice:{one.notice_id}:{one.effect_fen}", page="desk-movement", page_id=one.notice_id,
        )
        for one in odd
    ]  # fmt: skip
    findings += [
        Difference(
            0, "到账通知", labels.get(one.bank_account_id, ""), one.amount_fen, 0,
            f"{one.entry_date} 流水号 {one.host_serial} 银行前后说的不一样",
            item=f"contradiction:{one.contradiction_id}", page="desk-contradictions",
        )
        for one in unclear
    ]  # fmt: skip
    return Outcome(f"{told} 笔流水，{len(findings)} 笔没有着落。", findings=tuple(findings), figures={"notices": told})


def payments(run: Run, actor: Actor, at: datetime) -> Outcome:
    """Payments and batches without a final result are carried over, each named; an unknown result is no failure."""
    found = payments_open(run.centre_id, before=_end(run))
    batches = treasury.batches_unfinished(run.centre_id, through=run.last_on)
    named = [f"付款 {one.order_id}，{format_fen(one.amount_fen)} 元，{one.state.zh}" for one in found[:NAMED]]
    named += [f"批次 {one.batch_id}，{one.state.zh}" for one in batches[:NAMED]]
    left = len(found) + len(batches)
    text = f"{left} 笔没有最终结果，带到次日继续追查。" if left else "都有最终结果。"
    return Outcome(text, figures={"carried": named, "carried_count": left})


def due(run: Run, actor: Actor, at: datetime) -> Outcome:
    """What was due is done: freezes that ended, months whose money has come, jobs of the money rooms."""
    ended = accounts.end_lapsed_freezes(run.centre_id, today=run.last_on + timedelta(days=1), at=at, actor=actor)
    waiting = units.months_waiting(run.centre_id, before=_end(run))
    jobs_left = overdue(MONEY_ROOMS, before=_end(run))
    failed = tuple(
        Difference(0, "后台任务", one.name, 0, 0, f"{one.failed} 件没有办成，系统已经不再重试",
                   item=f"job:{one.name}:{one.failed}:{one.last_failed_id}")
        for one in jobs_left if one.failed
    )  # fmt: skip
    running = sum(one.waiting for one in jobs_left)
    if waiting or running:
        named = "、".join(one.number for one in waiting[:3])
        text = f"{len(waiting)} 份已到账的汇缴书还没有入账（{named}）" if waiting else f"{running} 件后台任务还没有办完"
        return Outcome(f"{text}：后台正在办理，稍后点“继续办理”。", waits=True, findings=failed)
    left = members.lapsed_freezes(run.centre_id, run.last_on)
    assert left == 0, f"{left} freezes are still there after they were ended"
    return Outcome(f"解除到期冻结 {ended} 户，没有积压的任务。", findings=failed)


def reconcile(run: Run, actor: Actor, at: datetime) -> Outcome:
    """All seven levels; each difference by itself."""
    found = reconcile_day(run.centre_id, run.last_on, first=run.first_on)
    kept = [
        {"number": one.number, "title": one.title, "state": int(one.state), "text": one.text,
         "left_fen": one.left_fen, "right_fen": one.right_fen}
        for one in found
    ]  # fmt: skip
    findings = tuple(difference for one in found for difference in one.differences)
    agree = sum(one.state is LevelState.AGREES for one in found)
    nothing = sum(one.state is LevelState.NOT_APPLICABLE for one in found)
    text = f"{agree} 级相符，{len(found) - agree - nothing} 级不符，{nothing} 级不适用。"
    return Outcome(text, findings=findings, figures={"levels": kept})


def report(run: Run, actor: Actor, at: datetime) -> Outcome:
    """The report is drawn up; what a signature binds to is its digest."""
    said = explanations(run, run.digests)
    made = day_report(run, said)
    return Outcome(
        f"{sum(one['n'] for one in made['vouchers'])} 张凭证，摘要 {digest_of(made).hex()[:16]}。",
        figures={"report": made},
    )


