"""What is done with a run once it has begun: steps, explanations, submitting, signing, taking it back."""

from __future__ import annotations

import json
from datetime import datetime

from django.db import transaction

from anju import jobs
from anju.accounts.queries.levels import year_settled
from anju.audit.actions import record
from anju.closing.actions.ground import accountant, signer, words
from anju.closing.engine import enter, take_step, take_steps
from anju.closing.queries import explanations_of, workers_of
from anju.closing.queries import run as read_run
from anju.closing.report import digest_of
from anju.closing.store import write_explanation
from anju.closing.types import Difference, Explanation, Run, RunKind, RunState
from anju.database.sql import execute
from anju.kernel.actor import Actor
from anju.kernel.month import Month, interest_year
from anju.kernel.refusal import Refusal
from anju.ledger import periods
from anju.ledger import queries as books
from anju.ledger.actions import close_days, uncut_days
from anju.ledger.types import PeriodKind, PeriodState

NEXT_JOB = "closing.close_yesterday"
JUNE = 6


def step_day(centre_id: int, run_id: int, *, actor: Actor, at: datetime) -> Run:
    """Do the next step of a run, or try again the one that was held up. Call it outside a transaction.

    By an accountant or the machine. Refuses while somebody else is at it (409), saying who and at what.
    """
    if not actor.is_machine:
        accountant(actor)
    return take_step(centre_id, run_id, actor=actor, at=at)


def advance(centre_id: int, run_id: int, *, actor: Actor, at: datetime) -> Run:
    """Do step after step until one is held up or all are done; as ``step_day``."""
    if not actor.is_machine:
        accountant(actor)
    return take_steps(centre_id, run_id, actor=actor, at=at)


@transaction.atomic
def explain(centre_id: int, run_id: int, digest: str, text: str, *, actor: Actor, at: datetime) -> Explanation:
    """Keep an accountant's words about a difference of a run (差异说明), for good.

    They hold for this very difference, also when it is still there the next day; another one blocks again, and so does
    this one when it was mended and is back. Refuses a difference that the run has not got (404), and one that was
    explained already with other words (409).
    """
    person = accountant(actor)
    said = words(text, field="words", what="差异的原因和处理办法")
    run = enter(centre_id, run_id)
    if not run.live:
        raise Refusal("closing.ended", f"{run.title}的{run.kind.zh}{run.state.zh}，不能再说明差异。", status=409)
    about = _finding(run, digest)
    known = explanations_of(run).get(digest)
    if known is not None:
        if known.words != said:
            raise Refusal("closing.explained", "这项差异已经有人说明过：请刷新页面查看。", status=409)
        return known
    made = Explanation(digest, run_id, said, person, at)
    write_explanation(centre_id, made, about)
    record(
        "closing.explain", actor=actor, at=at, subject="closing_run", subject_id=run_id,
        details={"level": about.level, "fen": about.apart_fen, "digest": digest},
    )  # fmt: skip
    return made


def _finding(run: Run, digest: str) -> Difference:
    found = next((one for step in run.steps for one in step.findings if one.digest == digest), None)
    if found is None:
        raise Refusal("closing.no_such_difference", "这次结账没有这项差异：请刷新页面。", status=404)
    return found


@transaction.atomic
def submit(centre_id: int, run_id: int, *, actor: Actor, at: datetime) -> Run:
    """Hand a run over to be signed, when all its steps are done; by an accountant, who may not sign it."""
    person = accountant(actor)
    run = enter(centre_id, run_id)
    if run.state is RunState.TO_SIGN and run.submitted_by_person_id == person:
        return run
    if not run.ready:
        raise Refusal("closing.not_ready", f"{run.title}的{run.kind.zh}还有没办完的步骤：请先继续办理。", status=409)
    report = run.steps[-1].figures["report"]
    execute(
        "UPDATE closing_run SET state = 2, submitted_at = %s, submitted_by_person_id = %s, report = %s,"
        " report_digest = %s WHERE centre_id = %s AND run_id = %s",
        [at, person, json.dumps(report, ensure_ascii=False), digest_of(report), centre_id, run_id],
    )
    record("closing.submit", actor=actor, at=at, subject="closing_run", subject_id=run_id,
           details={"digest": digest_of(report).hex()})  # fmt: skip
    return read_run(centre_id, run_id)


@transaction.atomic
def sign(centre_id: int, run_id: int, *, digest: str, actor: Actor, at: datetime) -> Run:
    """Sign a run as a second person: its days are closed for good, or its month is signed in the books.

    ``digest`` is that of the report that was read. Refuses whoever submitted it, took one of its steps or explained one
    of its differences, also in a run before it that was taken back (403), another report (409), and June before its
    interest year is settled.
    """
    run = enter(centre_id, run_id)
    if run.state is not RunState.TO_SIGN:
        raise Refusal("closing.not_to_sign", f"{run.title}的{run.kind.zh}{run.state.zh}，现在不能签署。", status=409)
    person = signer(actor, *workers_of(run, explanations_of(run)))
    if digest != run.report_digest:
        raise Refusal("closing.report_changed", "报告在您打开之后有变动：请重新核对再签署。", status=409)
    if run.kind is RunKind.DAY:
        close_days(centre_id, through=run.last_on, actor=actor, at=at)
    else:
        _sign_month(run, actor, at)
    execute(
        "UPDATE closing_run SET state = 3, signed_at = %s, signed_by_person_id = %s"
        " WHERE centre_id = %s AND run_id = %s",
        [at, person, centre_id, run_id],
    )
    record("closing.sign", actor=actor, at=at, subject="closing_run", subject_id=run_id, details={"digest": digest})
    jobs.plan(NEXT_JOB, centre_id=centre_id)
    return read_run(centre_id, run_id)


sign_day = sign


def _sign_month(run: Run, actor: Actor, at: datetime) -> None:
    month = Month.of(run.last_on)
    if month.month == JUNE and not year_settled(run.centre_id, interest_year(run.last_on)):
        raise Refusal("closing.interest_first", f"{month.zh}的年度结息还没有入账：请先完成结息，再签署。", status=409)
    periods.sign_month(run.centre_id, month, actor=actor, at=at)


@transaction.atomic
def reopen(centre_id: int, run_id: int, reason: str, *, actor: Actor, at: datetime) -> Run:
    """Take a run back that nobody has signed (撤回): its days are open again, its month's entries are countered.

    By an accountant or a treasurer, with a reason. The run stays to be read; the next one begins anew.
    """
    person = signer(actor)
    said = words(reason, field="reason", what="撤回的原因")
    run = enter(centre_id, run_id)
    if not run.live:
        raise Refusal("closing.ended", f"{run.title}的{run.kind.zh}{run.state.zh}，不能撤回。", status=409)
    if run.kind is RunKind.DAY:
        uncut_days(centre_id, actor=actor, at=at)
    elif books.period(centre_id, PeriodKind.MONTH, Month.of(run.last_on).number).state is PeriodState.CLOSING:
        periods.reopen_month(centre_id, Month.of(run.last_on), actor=actor, at=at)
    execute(
        "UPDATE closing_run SET state = 4, reopened_at = %s, reopened_by_person_id = %s, reason = %s"
        " WHERE centre_id = %s AND run_id = %s",
        [at, person, said, centre_id, run_id],
    )
    record("closing.reopen", actor=actor, at=at, subject="closing_run", subject_id=run_id, details={"reason": said})
    return read_run(centre_id, run_id)


reopen_day = reopen
