"""Taking a run on by one step: who is at it, what came of it, and what holds it up.

A step is claimed in a transaction of its own, so that others see who is at it, and done in a second one, which holds
the centre's closing lock to its end. Whoever finds the lock taken is told who has it; a step that is claimed and not
done while the lock is free was broken off, and is done again. Every step may be done twice.
"""

from __future__ import annotations

import json
import time as stopwatch
from datetime import datetime

from django.db import transaction

from anju.audit.actions import record
from anju.closing.queries import run as read_run
from anju.closing.steps import Act, day, month
from anju.closing.store import as_runs, explanations, findings_json, run_row
from anju.closing.types import Run, RunState, Step, StepKind, StepState
from anju.database.sql import execute, row
from anju.identity import queries as identity
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.refusal import Refusal
from anju.parties import queries as parties

ACTS: dict[StepKind, Act] = {
    StepKind.CUT: day.cut, StepKind.NOTICES: day.notices, StepKind.PAYMENTS: day.payments, StepKind.DUE: day.due,
    StepKind.RECONCILE: day.reconcile, StepKind.REPORT: day.report, StepKind.DAYS: month.days,
    StepKind.INTEREST_YEAR: month.interest_of_the_year, StepKind.ACCRUE: month.accrue, StepKind.CLOSE: month.close,
    StepKind.STATEMENTS: month.statements,
}  # fmt: skip
_CLAIM = """
UPDATE closing_step SET state = 2, began_at = %(at)s, by_person_id = %(person)s, claims = claims + 1
 WHERE centre_id = %(centre)s AND run_id = %(run)s AND n = %(n)s RETURNING claims
"""
_KEEP = """
UPDATE closing_step SET state = %s, text = %s, findings = %s, figures = %s, took_ms = %s
 WHERE centre_id = %s AND run_id = %s AND n = %s
"""


def enter(centre_id: int, run_id: int) -> Run:
    """Hold the centre's closing lock until the transaction ends; the run, locked. Or tells who has the lock (409)."""
    found = row("SELECT pg_try_advisory_xact_lock(hashtext('closing'), %s::integer) AS mine", [centre_id])
    if not (found and found["mine"]):
        raise busy(read_run(centre_id, run_id))
    line = run_row(centre_id, run_id, lock=True)
    if line is None:
        raise Refusal("closing.unknown_run", "没有这次结账：请从“结账”页重新打开。", status=404)
    return as_runs([line])[0]


def busy(run: Run) -> Refusal:
    """Somebody is at it: who, at which step, since when."""
    step = run.next_step
    who = name_of(step.by_person_id) if step else "另一位同事"
    doing = f"“{step.kind.zh}”（{_hour(step)}开始）" if step and step.began_at else "这次结账"
    return Refusal("closing.busy", f"{who}正在办理{run.title}{run.kind.zh}的{doing}：请稍等片刻再看结果。", status=409)


def _hour(step: Step) -> str:
    return f"{step.began_at.astimezone(ZONE):%H:%M}" if step.began_at else ""


def name_of(person_id: int | None) -> str:
    """A colleague's name; the machine's where nobody was."""
    if person_id is None:
        return "系统"
    found = parties.people([person_id]).get(person_id)
    if found is not None:
        return found.name
    login = identity.login_of_person(person_id)
    return login.name if login else f"人员 {person_id}"


def take_step(centre_id: int, run_id: int, *, actor: Actor, at: datetime) -> Run:
    """Do the next step of a run that is being worked on; a step that was held up is tried again.

    Call it outside a transaction, so that the claim is seen. Refuses when somebody is at it (409), and a run that is
    not running.
    """
    with transaction.atomic():
        before = enter(centre_id, run_id)
        step = _next(before)
        claim = row(_CLAIM, {"centre": centre_id, "run": run_id, "n": step.n, "at": at, "person": actor.person_id})
    assert claim is not None
    with transaction.atomic():
        run = enter(centre_id, run_id)
        now = next(one for one in run.steps if one.n == step.n)
        if now.claims != claim["claims"] or run.state is not RunState.RUNNING:
            raise busy(run)
        _do(run, step, actor=actor, at=at)
    return read_run(centre_id, run_id)


def _next(run: Run) -> Step:
    if run.state is not RunState.RUNNING:
        raise Refusal("closing.not_running", f"{run.title}的{run.kind.zh}{run.state.zh}，没有要办的步骤。", status=409)
    if run.next_step is None:
        raise Refusal("closing.all_done", f"{run.title}的步骤都已办完：请核对报告，提交签署。", status=409)
    return run.next_step


def _do(run: Run, step: Step, *, actor: Actor, at: datetime) -> None:
    """Do a step and keep what came of it; tried again with the same result, it leaves no second audit record."""
    began = stopwatch.perf_counter()
    outcome = ACTS[step.kind](run, actor, at)
    took_ms = round((stopwatch.perf_counter() - began) * 1000)
    unsaid = {one.digest for one in outcome.findings}
    unsaid -= set(explanations(run, unsaid))
    state = StepState.BLOCKED if outcome.waits or unsaid else StepState.DONE
    execute(_KEEP, [
        int(state), outcome.text, findings_json(outcome.findings), json.dumps(outcome.figures, ensure_ascii=False),
        took_ms, run.centre_id, run.run_id, step.n,
    ])  # fmt: skip
    if (state, outcome.text, outcome.findings) != (step.state, step.text, step.findings):
        record(
            "closing.step", actor=actor, at=at, subject="closing_run", subject_id=run.run_id,
            details={"step": int(step.kind), "state": int(state), "findings": len(outcome.findings)},
        )  # fmt: skip


def take_steps(centre_id: int, run_id: int, *, actor: Actor, at: datetime) -> Run:
    """Do one step after the other until one is held up or all are done; each is its own transaction."""
    run = read_run(centre_id, run_id)
    while run.state is RunState.RUNNING and run.next_step is not None:
        n = run.next_step.n
        run = take_step(centre_id, run_id, actor=actor, at=at)
        if run.next_step is not None and run.next_step.n == n:
            break
    return run


