"""Beginning the closing of a day (日结), or of quiet days in a row."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from anju.closing.actions.ground import accountant, new_run, refuse_second, turn
from anju.closing.queries import busy_days, first_open_day
from anju.closing.types import DAY_STEPS, Run, RunKind
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.refusal import Refusal


@transaction.atomic
def start_day(centre_id: int, day: date, *, actor: Actor, at: datetime) -> Run:
    """Begin closing every open day up to ``day``; nothing is cut yet. By an accountant or the machine.

    Days are closed in order. Several at once only where nothing happened on the earlier ones, or where all of them lie
    in a month that is over (补日结: nobody closed them in their time). Refuses a day that is not over, one that is
    closed already (409), and a second run beside one that is not signed (409).
    """
    if not actor.is_machine:
        accountant(actor)
    turn(centre_id)
    today = at.astimezone(ZONE).date()
    if day >= today:
        raise Refusal("closing.day_not_over", f"{day} 还没有过完：请在次日办理日结。")
    refuse_second(centre_id, RunKind.DAY)
    first = first_open_day(centre_id)
    if day < first:
        raise Refusal("closing.day_closed", f"{day} 已经日结：下一个要办的是 {first}。", status=409)
    if day >= today.replace(day=1):
        busy = busy_days(centre_id, first, day - timedelta(days=1)) if first < day else set()
        if busy:
            raise Refusal("closing.earlier_day_open", f"{min(busy)} 有业务，还没有日结：请先办理 {min(busy)} 的日结。")
    return new_run(centre_id, RunKind.DAY, first, day, DAY_STEPS, actor=actor, at=at)
