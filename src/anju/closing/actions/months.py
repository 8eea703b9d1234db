"""Beginning the closing of a month (月结)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anju.closing.actions.ground import accountant, new_run, refuse_second, turn
from anju.closing.queries import first_open_month
from anju.closing.types import JUNE_STEPS, MONTH_STEPS, Run, RunKind
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal

JUNE = 6


@transaction.atomic
def start_month(centre_id: int, month: Month, *, actor: Actor, at: datetime) -> Run:
    """Begin closing a month. By an accountant or the machine; its steps are days, accrual, closing and statements.

    June has one more: the interest year that ends with it is settled. Refuses a month that is not over, one before or
    after the next in order, and a second run beside one that is not signed (409).
    """
    if not actor.is_machine:
        accountant(actor)
    turn(centre_id)
    if month.last_day >= at.astimezone(ZONE).date():
        raise Refusal("closing.month_not_over", f"{month.zh}还没有过完：请在下月办理月结。")
    refuse_second(centre_id, RunKind.MONTH)
    due = first_open_month(centre_id)
    if month < due:
        raise Refusal("closing.month_closed", f"{month.zh}已经月结：下一个要办的是{due.zh}。", status=409)
    if month > due:
        raise Refusal("closing.earlier_month_open", f"{due.zh}还没有月结：请按月份先后办理。")
    steps = JUNE_STEPS if month.month == JUNE else MONTH_STEPS
    return new_run(centre_id, RunKind.MONTH, month.first_day, month.last_day, steps, actor=actor, at=at)
