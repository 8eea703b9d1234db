"""Handlers of the treasury's jobs. All idempotent: they look at the row and take it one step on."""

from __future__ import annotations

from datetime import timedelta

from anju import jobs
from anju.kernel import clock
from anju.treasury.actions.agreeing import agree_last_day
from anju.treasury.actions.notices import fetch_entries
from anju.treasury.actions.statements import TELL_JOB, tell_entries
from anju.treasury.bank import BankDown
from anju.treasury.batch_machine import BATCH_JOB, NAMES_JOB, advance_batch, chase_batches, check_batch_names
from anju.treasury.machine import ASK_JOB, INSTRUCT_JOB, advance, chase
from anju.treasury.move_machine import MOVE_JOB, advance_move, chase_moves

_BANK_DOWN_SECONDS = 300


@jobs.handler(INSTRUCT_JOB)
def instruct_payment(centre_id: int, order_id: int) -> None:
    _step(centre_id, order_id)


@jobs.handler(ASK_JOB)
def ask_result(centre_id: int, order_id: int) -> None:
    _step(centre_id, order_id)


@jobs.handler("treasury.chase_payments")
def chase_payments(centre_id: int) -> None:
    """The net under lost jobs; the schedule plans it every few minutes."""
    at = clock.now()
    chase(centre_id, at=at)
    chase_batches(centre_id, at=at)
    chase_moves(centre_id, at=at)


@jobs.handler(NAMES_JOB)
def ask_payees_names(centre_id: int, batch_id: int) -> None:
    """Whether each payee's account is the payee's own; a silent bank is asked again."""
    _again(check_batch_names(centre_id, batch_id, at=clock.now()))


@jobs.handler(BATCH_JOB)
def step_batch(centre_id: int, batch_id: int) -> None:
    """Send a released batch, or ask for its results, with growing pauses."""
    _again(advance_batch(centre_id, batch_id, at=clock.now()))


@jobs.handler("treasury.fetch_entries")
def fetch_missed_entries(centre_id: int, bank_account_id: int, days: int = 1) -> None:
    """The net under lost notices: read what the bank booked and keep what never arrived."""
    at = clock.now()
    try:
        fetch_entries(centre_id, bank_account_id, at.date() - timedelta(days=days), at.date(), at=at)
    except BankDown as down:
        raise jobs.Retry(_BANK_DOWN_SECONDS) from down


@jobs.handler("treasury.agree_last_day")
def agree_last_covered_day(centre_id: int, bank_account_id: int) -> None:
    """Tables of later days start where an account agreed last."""
    agree_last_day(centre_id, bank_account_id, at=clock.now())


@jobs.handler(TELL_JOB)
def tell_statement_entries(centre_id: int, statement_id: int) -> None:
    """The net under an import that broke off: tell what no notice has told."""
    tell_entries(centre_id, statement_id, at=clock.now())


@jobs.handler(MOVE_JOB)
def step_move(centre_id: int, move_id: int) -> None:
    """Tell the bank of a checked move of own money, or ask for its result."""
    _again(advance_move(centre_id, move_id, at=clock.now()))


def _step(centre_id: int, order_id: int) -> None:
    _again(advance(centre_id, order_id, at=clock.now()))


def _again(pause: int | None) -> None:
    if pause is not None:
        raise jobs.Retry(pause)
