"""All writes of closing. Nothing else in the house closes a day, a month or a year."""

from __future__ import annotations

from anju.closing.actions.days import start_day
from anju.closing.actions.interest import order_interest, sign_interest, try_interest
from anju.closing.actions.months import start_month
from anju.closing.actions.runs import NEXT_JOB, advance, explain, reopen, reopen_day, sign, sign_day, step_day, submit
from anju.closing.actions.years import (
    close_year,
    propose_distribution,
    reopen_year,
    sign_distribution,
    sign_year,
)

__all__ = [
    "NEXT_JOB",
    "advance",
    "close_year",
    "explain",
    "order_interest",
    "propose_distribution",
    "reopen",
    "reopen_day",
    "reopen_year",
    "sign",
    "sign_day",
    "sign_distribution",
    "sign_interest",
    "sign_year",
    "start_day",
    "start_month",
    "step_day",
    "submit",
    "try_interest",
]
