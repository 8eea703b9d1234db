"""What becomes of a released batch: instructed, taken by the bank, asked for, its results told one by one.

Like `machine`, and with the same care: each step is its own commit, and the next worker finds out from the rows
what may have happened.

- RELEASED: nobody told the bank. Wait for window and day limit; mark batch and orders INSTRUCTED, commit, send.
- INSTRUCTED: somebody may have sent. Ask first (BDC107). Only if the bank never saw the serial, and long enough
  after the last sending, send again under the same serial.
- ACCEPTED, PENDING: never sent again by the machine. Only ask; when the bank has finished, download (BDC108).

A downloaded result is believed line by line, each by the same door as a single payment's (`machine.record_result`).
A line the batch does not have, one told twice, one with another amount or a missing one is kept as a contradiction and
moves nothing; such payments are asked for one by one (BDC110). The batch is final when each of its payments is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from anju import jobs
from anju.audit.actions import record
from anju.database.encryption import unseal
from anju.database.sql import execute, row, rows
from anju.kernel.actor import Actor
from anju.treasury import batch_limits
from anju.treasury.bank import bank
from anju.treasury.batch_rows import (
    Batch,
    BatchLine,
    digest_of,
    drop_gone,
    end_empty,
    keep_digest,
    live_lines,
    read_batch,
    take_out,
)
from anju.treasury.batch_types import (
    SENT_BATCHES,
    BatchAnswer,
    BatchFile,
    BatchInstruction,
    BatchState,
    BatchTold,
    ContradictionKind,
    LineTold,
    NameState,
)
from anju.treasury.machine import QUIET_SECONDS, SERIAL_OF_ORDER, OrderTampered, instruction_of, record_result
from anju.treasury.orders import order_digest, read_order
from anju.treasury.sql import alone, wait_turn
from anju.treasury.types import OPEN_STATES, BankResult, CardStatus, PaymentState, ResultState

BATCH_JOB = "treasury.advance_batch"
NAMES_JOB = "treasury.check_batch_names"
_BUSY_SECONDS = 5
_NAMES_AGAIN_SECONDS = 60
_PAUSES = (2, 3, 5, 10, 20, 60, 120, 300, 600, 1800)
# How many payments one look asks for singly, so that a look stays short.
_SINGLE_QUESTIONS = 50
_SENT = [int(state) for state in SENT_BATCHES]
_OPEN = [int(state) for state in OPEN_STATES]


def batch_lock(centre_id: int, batch_id: int) -> str:
    return f"treasury.batch.{centre_id}.{batch_id}"


def plan_batch(centre_id: int, batch_id: int) -> None:
    """Look at the batch soon, after the current transaction."""
    jobs.plan(BATCH_JOB, queue="bank", lock=batch_lock(centre_id, batch_id), centre_id=centre_id, batch_id=batch_id)


def plan_names(centre_id: int, batch_id: int) -> None:
    """Ask for the payees' names soon, after the current transaction."""
    jobs.plan(NAMES_JOB, queue="bank", lock=batch_lock(centre_id, batch_id), centre_id=centre_id, batch_id=batch_id)


def check_batch_names(centre_id: int, batch_id: int, *, at: datetime) -> int | None:
    """Ask the bank whether each payee's account is the payee's own; a payment whose account is not is taken out.

    Seconds until the next look where the bank did not answer; None when every name is known. Outside a transaction.
    """
    with alone(batch_lock(centre_id, batch_id)) as held:
        if not held:
            return _BUSY_SECONDS
        for line in live_lines(centre_id, batch_id):
            if line.name_state is NameState.NOT_ASKED and line.state is PaymentState.RESERVED:
                payee = read_order(centre_id, line.order_id).payee
                check = bank().card_owner(payee.account, payee.name, "", id_kind="", at=at)
                if check.status is CardStatus.DOWN:
                    return _NAMES_AGAIN_SECONDS
                _keep_name(centre_id, batch_id, line, check.status is CardStatus.OK, check.serial, at)
    return None


def advance_batch(centre_id: int, batch_id: int, *, at: datetime) -> int | None:
    """Take a batch one step on; seconds until the next look, or None when there is nothing more to do."""
    with alone(batch_lock(centre_id, batch_id)) as held:
        if not held:
            return _BUSY_SECONDS
        if read_batch(centre_id, batch_id).state is BatchState.RELEASED:
            pause = _mark_instructed(centre_id, batch_id, at)
            if pause is not None:
                return pause
            batch = read_batch(centre_id, batch_id)
            return _send(batch, at) if batch.state is BatchState.INSTRUCTED else None
        batch = read_batch(centre_id, batch_id)
        return _ask(batch, at) if batch.state in SENT_BATCHES else None


def chase_batches(centre_id: int, *, at: datetime, older_than: timedelta = timedelta(minutes=5)) -> int:
    """Plan a look at every batch that should be moving and was not touched lately: the net under lost jobs."""
    found = rows(
        "SELECT batch_id, state FROM payment_batch WHERE centre_id = %(centre)s AND (state = ANY(%(sent)s)"
        " OR (state = %(released)s AND coalesce(waits_until, released_at) < %(at)s))"
        " AND greatest(gathered_at, released_at, sent_at, asked_at) < %(old)s ORDER BY batch_id",
        {"centre": centre_id, "sent": _SENT, "released": BatchState.RELEASED, "at": at, "old": at - older_than},
    )
    unnamed = rows(
        "SELECT DISTINCT batch_id FROM payment_batch JOIN payment_batch_line l USING (centre_id, batch_id)"
        " WHERE centre_id = %s AND state = %s AND l.taken_out_at IS NULL AND l.name_state = %s AND gathered_at < %s",
        [centre_id, BatchState.GATHERED, NameState.NOT_ASKED, at - older_than],
    )
    for batch in found:
        plan_batch(centre_id, batch["batch_id"])
    for batch in unnamed:
        plan_names(centre_id, batch["batch_id"])
    return len(found) + len(unnamed)


# ------------------------------------------------------------------------------------------------ the steps


@transaction.atomic
def _keep_name(centre_id: int, batch_id: int, line: BatchLine, same: bool, serial: str, at: datetime) -> None:
    batch = read_batch(centre_id, batch_id, lock=True)
    if batch.state is not BatchState.GATHERED:
        return
    if not same:
        take_out(centre_id, batch_id, [line.order_id], "银行核验：查不到收款账号、户名不符，或者账户已销户", at)
    execute(
        "UPDATE payment_batch_line SET name_state = %s, name_serial = %s, name_asked_at = %s"
        " WHERE centre_id = %s AND batch_id = %s AND line_no = %s",
        [NameState.SAME if same else NameState.DIFFERS, serial[:60], at, centre_id, batch_id, line.line_no],
    )
    if same:
        return
    left = live_lines(centre_id, batch_id)
    if left:
        keep_digest(batch, left)
    else:
        end_empty(batch, at)
    _record("treasury.batch_line_taken_out", batch, at, order_id=line.order_id, why="own_name")


@transaction.atomic
def _mark_instructed(centre_id: int, batch_id: int, at: datetime) -> int | None:
    """RELEASED → INSTRUCTED with all its orders, committed before the bank hears of it; or seconds to wait."""
    batch = read_batch(centre_id, batch_id, lock=True)
    if batch.state is not BatchState.RELEASED:
        return None
    wait_turn(f"batch_day:{centre_id}")
    lines = live_lines(centre_id, batch_id)
    waits = batch_limits.waits_until(centre_id, sum(line.amount_fen for line in lines), at)
    if waits is not None:
        what, until = waits
        execute(
            "UPDATE payment_batch SET waits_for = %s, waits_until = %s WHERE centre_id = %s AND batch_id = %s",
            [str(what), until, centre_id, batch_id],
        )
        return max(1, int((until - at).total_seconds()))
    execute(
        "UPDATE payment_order SET state = %s, instructed_at = %s, sent_at = %s, sent_count = 1,"  # noqa: S608
        f" business_serial = {SERIAL_OF_ORDER}, releaser_person_id = %s, released_at = %s"
        " WHERE centre_id = %s AND batch_id = %s AND state = %s",
        [PaymentState.INSTRUCTED, at, at, batch.releaser_person_id, batch.released_at, centre_id, batch_id,
         PaymentState.RESERVED],
    )  # fmt: skip
    lines = drop_gone(batch, live_lines(centre_id, batch_id), at, keep=PaymentState.INSTRUCTED)
    if not lines:
        end_empty(batch, at)
        return None
    execute(
        "UPDATE payment_batch_line SET sent = TRUE WHERE centre_id = %s AND batch_id = %s AND taken_out_at IS NULL",
        [centre_id, batch_id],
    )
    execute(
        "UPDATE payment_batch SET state = %s, instructed_at = %s, sent_at = %s, sent_count = 1, sent_lines = %s,"
        " sent_fen = %s, waits_for = '', waits_until = NULL, batch_serial ="
        " 'B' || to_char(released_at AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD') || lpad(batch_id::text, 8, '0')"
        " WHERE centre_id = %s AND batch_id = %s",
        [BatchState.INSTRUCTED, at, at, len(lines), sum(line.amount_fen for line in lines), centre_id, batch_id],
    )
    return None


def _send(batch: Batch, at: datetime) -> int | None:
    """Call the bank with the batch; the rows already say that this may have happened."""
    told = bank().pay_batch(_instruction(batch), at=at)
    if told.state is BatchTold.REFUSED:
        _refuse_whole(batch, told, at)
        return None
    return _note(batch, told.state, at)


def _ask(batch: Batch, at: datetime) -> int | None:
    told = bank().ask_batch(batch.batch_serial, at=at)
    if told.state is BatchTold.FINISHED:
        file = bank().batch_file(batch.batch_serial, at=at)
        if file is None:
            return _note(batch, BatchTold.SILENT, at)
        _note(batch, BatchTold.FINISHED, at)
        _take_results(batch, told, file, at)
        _ask_singly(batch, at)
        return None if _finish(batch, at) else _PAUSES[min(batch.asked_count, len(_PAUSES) - 1)]
    if told.state is BatchTold.REFUSED:
        _refuse_whole(batch, told, at)
        return None
    if told.state is not BatchTold.NONE or batch.state is not BatchState.INSTRUCTED:
        return _note(batch, told.state, at)
    assert batch.sent_at is not None
    quiet_from = batch.sent_at + timedelta(seconds=QUIET_SECONDS)
    if at < quiet_from:
        _note(batch, told.state, at)
        return int((quiet_from - at).total_seconds()) + 1
    execute(
        "UPDATE payment_batch SET sent_at = %s, sent_count = sent_count + 1, asked_at = %s, last_answer = %s"
        " WHERE centre_id = %s AND batch_id = %s AND state = %s",
        [at, at, str(told.state), batch.centre_id, batch.batch_id, BatchState.INSTRUCTED],
    )
    return _send(batch, at)


@transaction.atomic
def _note(batch: Batch, told: BatchTold, at: datetime) -> int:
    """No final answer. What the bank has, or may have, is from now on only asked for; so are its payments."""
    later = {
        BatchTold.ACCEPTED: BatchState.ACCEPTED, BatchTold.PROCESSING: BatchState.ACCEPTED,
        BatchTold.FINISHED: BatchState.ACCEPTED, BatchTold.UNKNOWN: BatchState.PENDING,
    }.get(told)  # fmt: skip
    found = row(
        "UPDATE payment_batch SET asked_at = %s, asked_count = asked_count + 1, last_answer = %s,"
        " state = coalesce(%s::smallint, state) WHERE centre_id = %s AND batch_id = %s AND state = ANY(%s)"
        " RETURNING asked_count",
        [at, str(told), later, batch.centre_id, batch.batch_id, _SENT],
    )
    if later is not None:
        execute(
            "UPDATE payment_order SET state = %s WHERE centre_id = %s AND batch_id = %s AND state = %s",
            [PaymentState.PENDING, batch.centre_id, batch.batch_id, PaymentState.INSTRUCTED],
        )
    asked = int(found["asked_count"]) if found else 1
    return _PAUSES[min(asked, len(_PAUSES)) - 1]


def _refuse_whole(batch: Batch, told: BatchAnswer, at: datetime) -> None:
    """The bank takes the batch not at all: every payment of it is returned, each by the common door."""
    result = BankResult(state=ResultState.FAILED, reason_code=told.reason_code, reason=told.reason)
    for line in _open(batch):
        record_result(batch.centre_id, line.order_id, result, at=at)
    text = f"银行没有受理整个批次（{told.reason_code or '未说明原因'}）"
    execute(
        "UPDATE payment_batch SET reason_text = %s, last_answer = %s, asked_at = %s"
        " WHERE centre_id = %s AND batch_id = %s",
        [text, str(told.state), at, batch.centre_id, batch.batch_id],
    )
    _finish(batch, at)


# ------------------------------------------------------------------------------------------------ the results


def _take_results(batch: Batch, told: BatchAnswer, file: BatchFile, at: datetime) -> None:
    """Believe what fits, payment by payment, and keep what does not. A worker may die between any two of them."""
    lines = {line.business_serial: line for line in live_lines(batch.centre_id, batch.batch_id)}
    times = Counter(one.business_serial for one in file.lines)
    for one in file.lines:
        line = lines.get(one.business_serial)
        if line is None:
            _contradict(batch, ContradictionKind.UNKNOWN_LINE, one, None, at)
        elif times[one.business_serial] > 1:
            _contradict(batch, ContradictionKind.DOUBLE_LINE, one, line, at)
        elif one.amount_fen != line.amount_fen:
            _contradict(batch, ContradictionKind.AMOUNT, one, line, at)
        elif line.state not in OPEN_STATES:
            if _turned(line, one.result):
                _contradict(batch, ContradictionKind.TURNED, one, line, at)
        elif _final(one.result):
            record_result(batch.centre_id, line.order_id, one.result, at=at)
    for serial, line in lines.items():
        if serial not in times and line.state in OPEN_STATES:
            missing = LineTold(serial, None, BankResult(state=ResultState.NONE))
            _contradict(batch, ContradictionKind.MISSING_LINE, missing, line, at)
    _compare_totals(batch, told, file, at)
    execute(
        "UPDATE payment_batch SET results_at = %s WHERE centre_id = %s AND batch_id = %s AND results_at IS NULL",
        [at, batch.centre_id, batch.batch_id],
    )


def _final(result: BankResult) -> bool:
    paid = result.state is ResultState.SUCCESS and result.value_on is not None
    return paid or result.state is ResultState.FAILED


def _turned(line: BatchLine, result: BankResult) -> bool:
    """Whether a final result is the opposite of the one that stands. Money that came back had been paid before."""
    if result.state is ResultState.SUCCESS:
        return line.state is PaymentState.RETURNED and not line.value_settled
    return result.state is ResultState.FAILED and line.value_settled


def _compare_totals(batch: Batch, told: BatchAnswer, file: BatchFile, at: datetime) -> None:
    wrong = (
        told.count not in (None, batch.sent_lines) or told.total_fen not in (None, batch.sent_fen)
        or file.count not in (None, len(file.lines))
    )  # fmt: skip
    if wrong:
        sums = LineTold("", told.total_fen, BankResult(state=ResultState.UNKNOWN))
        _contradict(batch, ContradictionKind.TOTALS, sums, None, at)


@transaction.atomic
def _contradict(batch: Batch, kind: ContradictionKind, told: LineTold, line: BatchLine | None, at: datetime) -> None:
    found = row(
        "INSERT INTO batch_contradiction (centre_id, batch_id, kind, line_serial, order_id, sent_fen, told_fen,"
        " told_state, told_first_at, told_last_at, told_count) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 1)"
        " ON CONFLICT ON CONSTRAINT batch_contradiction_once DO UPDATE SET told_last_at = excluded.told_last_at,"
        " told_count = batch_contradiction.told_count + 1 RETURNING contradiction_id, told_count",
        [batch.centre_id, batch.batch_id, kind, told.business_serial, line.order_id if line else None,
         line.amount_fen if line else None, told.amount_fen or 0, str(told.result.state), at, at],
    )  # fmt: skip
    assert found is not None
    if found["told_count"] == 1:
        _record("treasury.batch_contradiction", batch, at, kind=kind.name, line=told.business_serial)


def _ask_singly(batch: Batch, at: datetime) -> None:
    """What the results left open is asked for payment by payment (BDC110); only asked."""
    for line in _open(batch)[:_SINGLE_QUESTIONS]:
        result = bank().ask(line.business_serial, amount_fen=line.amount_fen, at=at)
        record_result(batch.centre_id, line.order_id, result, at=at)


def _open(batch: Batch) -> list[BatchLine]:
    return [line for line in live_lines(batch.centre_id, batch.batch_id) if line.state in OPEN_STATES]


@transaction.atomic
def _finish(batch: Batch, at: datetime) -> bool:
    """Final when every payment still in it is; True when it is."""
    now = read_batch(batch.centre_id, batch.batch_id, lock=True)
    if now.state not in SENT_BATCHES:
        return True
    if _open(batch):
        return False
    execute(
        "UPDATE payment_batch SET state = %s, final_at = %s WHERE centre_id = %s AND batch_id = %s",
        [BatchState.FINAL, at, batch.centre_id, batch.batch_id],
    )
    _record("treasury.batch_final", batch, at)
    return True


def _instruction(batch: Batch) -> BatchInstruction:
    """The batch as it is sent; raises `OrderTampered` where a row no longer fits what was signed."""
    account = row(
        "SELECT number_sealed, name FROM bank_account WHERE centre_id = %s AND bank_account_id = %s",
        [batch.centre_id, batch.bank_account_id],
    )
    assert account is not None
    if digest_of(batch, _signed_lines(batch)) != batch.content_digest:
        raise OrderTampered(f"payment batch {batch.batch_id}")
    sent = []
    for line in live_lines(batch.centre_id, batch.batch_id):
        order = read_order(batch.centre_id, line.order_id)
        if (order_digest(order.draft), order.digest, order.amount_fen) != (
            order.digest, line.order_digest, line.amount_fen,
        ):  # fmt: skip
            raise OrderTampered(f"payment order {order.order_id} of batch {batch.batch_id}")
        sent.append(instruction_of(order))
    return BatchInstruction(
        batch.batch_serial, unseal(account["number_sealed"], where="bank_account‖number_sealed"), account["name"],
        tuple(sent),
    )


def _signed_lines(batch: Batch) -> list[BatchLine]:
    """The lines the signatures cover, also those taken out since."""
    found = rows(
        "SELECT line_no, order_id, amount_fen, order_digest FROM payment_batch_line"
        " WHERE centre_id = %s AND batch_id = %s AND signed ORDER BY line_no",
        [batch.centre_id, batch.batch_id],
    )
    blank = BatchLine(0, 0, 0, b"", NameState.SAME, PaymentState.INSTRUCTED, "", False, None, None)
    return [replace(blank, **{**one, "order_digest": bytes(one["order_digest"])}) for one in found]


def _record(act: str, batch: Batch, at: datetime, **details: object) -> None:
    record(
        act, actor=Actor.machine(batch.centre_id, "treasury"), at=at, subject="payment_batch",
        subject_id=batch.batch_id, details=details,
    )  # fmt: skip
