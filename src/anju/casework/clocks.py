"""The clock's columns of a case: started at acceptance, stopped for a correction, run on afterwards. Private."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from anju.casework import deadlines
from anju.casework.models import Case
from anju.casework.rulebook import book
from anju.casework.store import limits_of
from anju.casework.types import Service

STOPPED_TEXT = "补正期间停止计时，补正后接着计算。"


def started(service: Service, *, at: datetime) -> dict[str, Any]:
    """The clock of a case accepted now."""
    rules, on = book(), at.date()
    legal, working = limits_of(service, rules, on)
    clock = deadlines.run(on, legal_days=legal, working_days=working, calendar=rules.calendar)
    return {"accepted_at": at, "law_on": on, **_columns(clock)}


def stopped(case: Case, *, at: datetime) -> dict[str, Any]:
    """What changes when the clock stops now; nothing when it stands already."""
    if case.clock_from is None or case.clock_stopped:
        return {}
    running = deadlines.Deadline(
        case.clock_from, case.legal_days_left, case.working_days_left, case.legal_due_on, case.promised_on, ""
    )
    legal, working = deadlines.left(running, on=at.date(), calendar=book().calendar)
    return {
        "clock_stopped": True, "legal_days_left": legal, "working_days_left": working, "promise_text": STOPPED_TEXT,
    }  # fmt: skip


def resumed(case: Case, *, at: datetime) -> dict[str, Any]:
    """What changes when it runs on now with what was left."""
    clock = deadlines.run(
        at.date(), legal_days=case.legal_days_left, working_days=case.working_days_left, calendar=book().calendar
    )
    return {"clock_stopped": False, **_columns(clock)}


def _columns(clock: deadlines.Deadline) -> dict[str, Any]:
    return {
        "clock_from": clock.clock_from, "legal_days_left": clock.legal_days_left,
        "working_days_left": clock.working_days_left, "legal_due_on": clock.legal_due_on,
        "promised_on": clock.promised_on, "promise_text": clock.promise_text,
    }  # fmt: skip
