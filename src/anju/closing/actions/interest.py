"""A year's interest from trial to posting (INT-11): tried, looked at, ordered by one person, signed by another."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anju import jobs
from anju.accounts.actions import trial_interest
from anju.accounts.queries import latest_trial
from anju.accounts.queries.levels import year_settled
from anju.accounts.types import TrialRun
from anju.audit.actions import record
from anju.closing.actions.ground import accountant, signer
from anju.closing.store import interest_order
from anju.closing.types import InterestOrder
from anju.database.sql import execute
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.refusal import Refusal

SETTLE_JOB = "accounts.settle_interest"


def try_interest(centre_id: int, interest_year: int, *, actor: Actor, at: datetime) -> TrialRun:
    """Compute what the year's interest would be, posting nothing; by an accountant or the machine, at any time."""
    if not actor.is_machine:
        accountant(actor)
    return trial_interest(centre_id, interest_year, at=at, actor=actor)


@transaction.atomic
def order_interest(centre_id: int, interest_year: int, run_id: int, *, actor: Actor, at: datetime) -> InterestOrder:
    """Order the posting of a year's interest as its newest trial run showed it; by an accountant.

    Nothing is posted until a second person has signed. Refuses a year that is not over, an older trial (409), and a
    year that is ordered and signed, or settled, already (409).
    """
    person = accountant(actor)
    _wait_turn(centre_id)
    _refuse_settled(centre_id, interest_year)
    if (at.astimezone(ZONE).year, at.astimezone(ZONE).month) < (interest_year + 1, 7):
        raise Refusal("closing.year_not_over", f"{interest_year} 结息年度还没有结束：请在 7 月 1 日以后办理。")
    trial = latest_trial(centre_id, interest_year)
    if trial is None or trial.run_id != run_id:
        raise Refusal("closing.old_trial", "这不是最近的一次试算：请重新打开页面，核对最近的试算。", status=409)
    known = interest_order(centre_id, interest_year)
    if known is not None and (known.trial_run_id, known.ordered_by_person_id) == (run_id, person):
        return known
    done = execute(
        "INSERT INTO closing_interest (centre_id, interest_year, trial_run_id, accounts, interest_fen,"
        " ordered_by_person_id, ordered_at) VALUES (%s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT ON CONSTRAINT closing_interest_pk DO UPDATE SET trial_run_id = excluded.trial_run_id,"
        " accounts = excluded.accounts, interest_fen = excluded.interest_fen,"
        " ordered_by_person_id = excluded.ordered_by_person_id, ordered_at = excluded.ordered_at"
        " WHERE closing_interest.signed_at IS NULL",
        [centre_id, interest_year, run_id, trial.accounts, trial.interest_fen, person, at],
    )
    if not done:
        raise Refusal("closing.interest_signed", f"{interest_year} 结息年度的入账已经签署，正在办理。", status=409)
    record("closing.order_interest", actor=actor, at=at, subject="closing_interest", subject_id=interest_year,
           details={"trial": run_id, "accounts": trial.accounts, "fen": trial.interest_fen})  # fmt: skip
    made = interest_order(centre_id, interest_year)
    assert made is not None
    return made


@transaction.atomic
def sign_interest(centre_id: int, interest_year: int, run_id: int, *, actor: Actor, at: datetime) -> InterestOrder:
    """Sign an order as a second person; the posting is planned in the same transaction and posts every account once.

    Refuses an order that was replaced since it was read, and one of a trial that is not the newest any more (409).
    """
    _wait_turn(centre_id)
    order = interest_order(centre_id, interest_year)
    if order is None:
        raise Refusal("closing.no_order", "还没有人提交结息入账：请先由会计人员核对试算并提交。", status=404)
    if order.signed_at is not None:
        raise Refusal("closing.interest_signed", f"{interest_year} 结息年度的入账已经签署，正在办理。", status=409)
    person = signer(actor, order.ordered_by_person_id)
    if order.trial_run_id != run_id:
        raise Refusal("closing.old_trial", "提交的试算在您打开之后换过：请重新核对再签署。", status=409)
    newest = latest_trial(centre_id, interest_year)
    if newest is None or newest.run_id != run_id:
        raise Refusal("closing.newer_trial", "提交以后又试算过：请会计人员核对最近的试算，重新提交。", status=409)
    execute(
        "UPDATE closing_interest SET signed_by_person_id = %s, signed_at = %s WHERE centre_id = %s"
        " AND interest_year = %s",
        [person, at, centre_id, interest_year],
    )
    record("closing.sign_interest", actor=actor, at=at, subject="closing_interest", subject_id=interest_year,
           details={"trial": run_id})  # fmt: skip
    jobs.plan(SETTLE_JOB, centre_id=centre_id, interest_year=interest_year)
    signed = interest_order(centre_id, interest_year)
    assert signed is not None
    return signed


def _wait_turn(centre_id: int) -> None:
    """Ordering and signing one after the other: nobody signs an order that another takes the place of meanwhile."""
    execute("SELECT pg_advisory_xact_lock(hashtext('closing interest'), %s::integer)", [centre_id])


def _refuse_settled(centre_id: int, interest_year: int) -> None:
    """A year without accounts has nothing to settle and no trial; it is refused for want of that."""
    if latest_trial(centre_id, interest_year) is not None and year_settled(centre_id, interest_year):
        raise Refusal("closing.settled", f"{interest_year} 结息年度已经结息入账，不用再办。", status=409)
