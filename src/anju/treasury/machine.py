"""What becomes of a released payment: instructed, sent, asked for, final. The only module that pays.

A worker may die between any two lines here. Each step is its own commit, and the next worker finds out from the
row what may have happened:

- RESERVED and released: nobody told the bank. Mark INSTRUCTED, commit, send.
- INSTRUCTED: somebody may have sent. Ask first. Only if the bank never saw the serial, and long enough after the
  last sending that nothing of it can still be under way, send, under the same serial.
- PENDING: it was sent and the answer was none, broken or "not yet". Only ask, until the bank gives a final answer.
  It is never sent again by the machine; a person may decide so (`actions.send_again`).

An order in a payment batch leaves with it (`batch_machine`). Here it is only asked about.

One worker at a time holds an order, for as long as its connection lives. The bank is called outside any
transaction. The first final answer stands; later or other answers change nothing.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from anju import jobs
from anju.audit.actions import record
from anju.database.encryption import unseal
from anju.database.sql import execute, row, rows
from anju.kernel.actor import Actor
from anju.kernel.events import publish
from anju.kernel.identifiers import IdKind
from anju.ledger.actions import enter_gate
from anju.treasury.bank import bank
from anju.treasury.orders import Order, order_digest, read_order
from anju.treasury.reasons import NEVER_PAID, came_back_reason, return_reason
from anju.treasury.sql import alone
from anju.treasury.types import (
    OPEN_STATES,
    BankResult,
    CardCheck,
    Instruction,
    NoticeState,
    PaymentReturned,
    PaymentSettled,
    PaymentState,
    ResultState,
)

INSTRUCT_JOB = "treasury.instruct_payment"
ASK_JOB = "treasury.ask_result"

# Technical pauses in seconds, no promise to anybody. QUIET is longer than a message to the bank can be under way.
QUIET_SECONDS = 60
_BUSY_SECONDS = 5
SERIAL_OF_ORDER = (
    "'W' || to_char(reserved_at AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD') || lpad(order_id::text, 8, '0')"
)
_OPEN = [int(state) for state in OPEN_STATES]
_PAUSES = (3, 5, 10, 20, 60, 120, 300, 600, 1800)


class OrderTampered(Exception):
    """The row no longer fits the digest that was approved: it was changed behind the product's back."""


def job_lock(centre_id: int, order_id: int) -> str:
    return f"treasury.payment.{centre_id}.{order_id}"


def advance(centre_id: int, order_id: int, *, at: datetime) -> int | None:
    """Take an order one step on; seconds until the next look, or None when there is nothing more to do."""
    with alone(job_lock(centre_id, order_id)) as held:
        if not held:
            return _BUSY_SECONDS
        if _mark_instructed(centre_id, order_id, at):
            return _send(read_order(centre_id, order_id), at)
        order = read_order(centre_id, order_id)
        if order.state not in OPEN_STATES:
            return None
        return _ask(order, at)


def record_result(centre_id: int, order_id: int, result: BankResult, *, at: datetime) -> int | None:
    """Write down what the bank said. Each final answer is one transaction with everything that follows from it."""
    if result.state is ResultState.SUCCESS:
        _settle(centre_id, order_id, result, at)
        if result.returned_on is not None:
            return_settled(centre_id, order_id, value_on=result.returned_on, at=at)
        return None
    if result.state is ResultState.FAILED:
        order = read_order(centre_id, order_id)
        _return(order, return_reason(order, result), result.reason_code, at)
        return None
    return _note(centre_id, order_id, result, at)


def chase(centre_id: int, *, at: datetime, older_than: timedelta = timedelta(minutes=5)) -> int:
    """Plan a look at every order that should be moving and was not touched lately: the net under lost jobs."""
    found = rows(
        "SELECT order_id, state FROM payment_order WHERE centre_id = %s AND batch_id IS NULL"
        " AND (state = ANY(%s) OR (state = %s AND released_at IS NOT NULL))"
        " AND greatest(released_at, sent_at, asked_at) < %s ORDER BY order_id",
        [centre_id, _OPEN, PaymentState.RESERVED, at - older_than],
    )
    for order in found:
        plan_look(centre_id, order["order_id"])
    return len(found)


def plan_look(centre_id: int, order_id: int) -> None:
    """Look at the order soon, after the current transaction."""
    jobs.plan(ASK_JOB, queue="bank", lock=job_lock(centre_id, order_id), centre_id=centre_id, order_id=order_id)


def ask_card_owner(card: str, name: str, id_number: str, *, at: datetime, id_kind: IdKind = IdKind.ID18) -> CardCheck:
    """Ask the bank whether the card is this person's own. Outside a transaction; a silent bank answers DOWN."""
    return bank().card_owner(card, name, id_number, id_kind=id_kind.standard_code, at=at)


# ------------------------------------------------------------------------------------------------ the steps


@transaction.atomic
def _mark_instructed(centre_id: int, order_id: int, at: datetime) -> bool:
    """RESERVED → INSTRUCTED, if it is released and nobody was faster. Committed before the bank hears of it."""
    found = row(
        "UPDATE payment_order SET state = %s, instructed_at = %s, sent_at = %s, sent_count = 1,"  # noqa: S608
        f" business_serial = {SERIAL_OF_ORDER}"
        " WHERE centre_id = %s AND order_id = %s AND state = %s AND releaser_person_id IS NOT NULL AND batch_id IS NULL"
        " RETURNING business_serial",
        [PaymentState.INSTRUCTED, at, at, centre_id, order_id, PaymentState.RESERVED],
    )
    return found is not None


def _send(order: Order, at: datetime) -> int | None:
    """Call the bank with the instruction; the row already says that this may have happened."""
    if order_digest(order.draft) != order.digest:
        raise OrderTampered(f"payment order {order.order_id}")
    result = bank().pay(instruction_of(order), at=at)
    assert result.state is not ResultState.NONE, "a payment is never answered with none"
    return record_result(order.centre_id, order.order_id, result, at=at)


def _ask(order: Order, at: datetime) -> int | None:
    result = bank().ask(order.business_serial, amount_fen=order.amount_fen, at=at)
    if order.batch_id is not None:
        record_result(order.centre_id, order.order_id, result, at=at)
        return None
    if result.state is not ResultState.NONE or order.state is PaymentState.PENDING:
        return record_result(order.centre_id, order.order_id, result, at=at)
    assert order.sent_at is not None
    quiet_from = order.sent_at + timedelta(seconds=QUIET_SECONDS)
    if at < quiet_from:
        _note(order.centre_id, order.order_id, result, at)
        return int((quiet_from - at).total_seconds()) + 1
    execute(
        "UPDATE payment_order SET sent_at = %s, sent_count = sent_count + 1, asked_at = %s, last_answer = %s"
        " WHERE centre_id = %s AND order_id = %s AND state = %s",
        [at, at, str(result.state), order.centre_id, order.order_id, PaymentState.INSTRUCTED],
    )
    return _send(order, at)


@transaction.atomic
def _note(centre_id: int, order_id: int, result: BankResult, at: datetime) -> int:
    """No final answer yet. UNKNOWN means the bank may hold it: PENDING from now on. All else leaves the state."""
    found = row(
        "UPDATE payment_order SET asked_at = %s, asked_count = asked_count + 1, last_answer = %s,"
        " state = CASE WHEN %s THEN %s ELSE state END"
        " WHERE centre_id = %s AND order_id = %s AND state = ANY(%s) RETURNING asked_count",
        [at, str(result.state), result.state is ResultState.UNKNOWN, PaymentState.PENDING, centre_id, order_id,
         _OPEN],
    )  # fmt: skip
    asked = int(found["asked_count"]) if found else 1
    return _PAUSES[min(asked, len(_PAUSES)) - 1]


@transaction.atomic
def _settle(centre_id: int, order_id: int, result: BankResult, at: datetime) -> None:
    """The bank paid. Told to the business once, in the transaction that says so."""
    assert result.value_on is not None, "a paid order has the bank's date"
    enter_gate(centre_id)
    changed = execute(
        "UPDATE payment_order SET state = %s, value_on = %s, host_serial = %s, final_at = %s, last_answer = %s"
        " WHERE centre_id = %s AND order_id = %s AND state = ANY(%s)",
        [PaymentState.CONFIRMED, result.value_on, result.host_serial, at, str(result.state), centre_id,
         order_id, _OPEN],
    )  # fmt: skip
    if not changed:
        return
    order = read_order(centre_id, order_id)
    _claim_debit_notice(order)
    publish(
        PaymentSettled(order_id, order.source_kind, order.source_id, order.amount_fen, result.value_on,
                       centre_id, order.bank_account_id, at)
    )  # fmt: skip
    _record("treasury.payment_settled", order, at)


def give_up(order: Order, *, at: datetime) -> None:
    """A person established that the bank never paid (see `actions.give_up_payment`)."""
    _return(order, NEVER_PAID, "", at)


@transaction.atomic
def _return(order: Order, text: str, code: str, at: datetime) -> None:
    """The bank did not pay and will not."""
    enter_gate(order.centre_id)
    changed = execute(
        "UPDATE payment_order SET state = %s, reason_code = %s, reason_text = %s, final_at = %s, last_answer = %s"
        " WHERE centre_id = %s AND order_id = %s AND state = ANY(%s)",
        [PaymentState.RETURNED, code, text, at, "failed", order.centre_id, order.order_id, _OPEN],
    )
    if changed:
        publish(
            PaymentReturned(order.order_id, order.source_kind, order.source_id, text, order.centre_id,
                            order.bank_account_id, order.amount_fen, None, False, at)
        )  # fmt: skip
        _record("treasury.payment_returned", order, at)


@transaction.atomic
def return_settled(centre_id: int, order_id: int, *, value_on: date, at: datetime) -> bool:
    """Money that had been paid came back (退汇). True when it was the first to say so."""
    enter_gate(centre_id)
    order = read_order(centre_id, order_id)
    text = came_back_reason(order)
    changed = execute(
        "UPDATE payment_order SET state = %s, reason_text = %s, final_at = %s"
        " WHERE centre_id = %s AND order_id = %s AND state = %s",
        [PaymentState.RETURNED, text, at, centre_id, order_id, PaymentState.CONFIRMED],
    )
    if changed:
        publish(
            PaymentReturned(order_id, order.source_kind, order.source_id, text, centre_id,
                            order.bank_account_id, order.amount_fen, value_on, True, at)
        )  # fmt: skip
        _record("treasury.payment_came_back", order, at)
    return bool(changed)


def _claim_debit_notice(order: Order) -> None:
    """A debit notice that was here before the answer is recognised as this payment's."""
    if order.host_serial:
        execute(
            "UPDATE bank_notice SET state = %s, order_id = %s WHERE centre_id = %s AND bank_account_id = %s"
            " AND host_serial = %s AND amount_fen = %s AND state = %s",
            [NoticeState.OWN_PAYMENT, order.order_id, order.centre_id, order.bank_account_id,
             order.host_serial, order.amount_fen, NoticeState.UNEXPECTED],
        )  # fmt: skip


def instruction_of(order: Order) -> Instruction:
    account = row(
        "SELECT number_sealed, name FROM bank_account WHERE centre_id = %s AND bank_account_id = %s",
        [order.centre_id, order.bank_account_id],
    )
    assert account is not None
    return Instruction(
        business_serial=order.business_serial, business_kind=order.business_kind,
        payer_account=unseal(account["number_sealed"], where="bank_account‖number_sealed"),
        payer_name=account["name"], payee=order.payee, amount_fen=order.amount_fen,
        interest_fen=order.interest_fen, summary=order.summary,
    )  # fmt: skip


def _record(act: str, order: Order, at: datetime) -> None:
    record(
        act, actor=Actor.machine(order.centre_id, "treasury"), at=at, subject="payment_order",
        subject_id=order.order_id,
        details={"amount_fen": order.amount_fen, "source": order.source_kind, "source_id": order.source_id},
    )  # fmt: skip
