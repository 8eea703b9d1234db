"""Reading one payment batch as it stands, taking payments out of it, and the digest its signatures cover.

For the room's own use. A payment belongs to a batch while its line is not taken out and its order names the batch;
both change together here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from anju.database.encryption import digest
from anju.database.sql import execute, row, rows
from anju.kernel.refusal import Refusal
from anju.treasury.batch_types import BatchState, NameState
from anju.treasury.types import PaymentState

_SELECT = "SELECT * FROM payment_batch WHERE centre_id = %s AND batch_id = %s"


@dataclass(frozen=True)
class Batch:
    """A row of `payment_batch`."""

    centre_id: int
    batch_id: int
    bank_account_id: int
    state: BatchState
    content_digest: bytes
    maker_person_id: int
    checker_person_id: int | None
    releaser_person_id: int | None
    released_at: datetime | None
    batch_serial: str
    instructed_at: datetime | None
    sent_at: datetime | None
    sent_lines: int
    sent_fen: int
    asked_count: int
    last_answer: str
    results_at: datetime | None


@dataclass(frozen=True)
class BatchLine:
    """A payment still in the batch, with where its order stands."""

    line_no: int
    order_id: int
    amount_fen: int
    order_digest: bytes
    name_state: NameState
    state: PaymentState
    business_serial: str
    value_settled: bool
    maker_person_id: int | None
    checker_person_id: int | None


def read_batch(centre_id: int, batch_id: int, *, lock: bool = False) -> Batch:
    """One batch; a foreign or missing id is refused alike (404)."""
    found = row(_SELECT + (" FOR UPDATE" if lock else ""), [centre_id, batch_id])
    if found is None:
        raise Refusal("batch_unknown", "没有找到这个付款批次。请返回列表重新选择。", status=404)
    plain = {name: found[name] for name in Batch.__dataclass_fields__ if name not in ("state", "content_digest")}
    return Batch(**plain, state=BatchState(found["state"]), content_digest=bytes(found["content_digest"]))


def live_lines(centre_id: int, batch_id: int) -> list[BatchLine]:
    """Payments still in the batch, in its order."""
    found = rows(
        "SELECT l.line_no, l.order_id, l.amount_fen, l.order_digest, l.name_state, o.state, o.business_serial,"
        " o.value_on IS NOT NULL AS value_settled, o.maker_person_id, o.checker_person_id"
        " FROM payment_batch_line l JOIN payment_order o USING (centre_id, order_id)"
        " WHERE l.centre_id = %s AND l.batch_id = %s AND l.taken_out_at IS NULL ORDER BY l.line_no",
        [centre_id, batch_id],
    )
    return [
        BatchLine(
            **{name: one[name] for name in BatchLine.__dataclass_fields__
               if name not in ("order_digest", "name_state", "state")},
            order_digest=bytes(one["order_digest"]), name_state=NameState(one["name_state"]),
            state=PaymentState(one["state"]),
        )
        for one in found
    ]  # fmt: skip


def lines_digest(centre_id: int, bank_account_id: int, lines: Iterable[tuple[int, int, bytes]]) -> bytes:
    """Keyed digest of what a batch's signatures cover: order, amount and content of each payment in it."""
    parts = [f"{order_id}:{amount_fen}:{content.hex()}" for order_id, amount_fen, content in lines]
    return digest("payment_batch", "\x1f".join([str(centre_id), str(bank_account_id), *parts]))


def digest_of(batch: Batch, lines: Sequence[BatchLine]) -> bytes:
    content = ((line.order_id, line.amount_fen, line.order_digest) for line in lines)
    return lines_digest(batch.centre_id, batch.bank_account_id, content)


def take_out(centre_id: int, batch_id: int, order_ids: Sequence[int], text: str, at: datetime) -> None:
    """Take payments out of a batch, in the caller's transaction. An order that still waits is free again."""
    execute(
        "UPDATE payment_batch_line SET taken_out_at = %s, taken_out_text = %s WHERE centre_id = %s AND batch_id = %s"
        " AND order_id = ANY(%s) AND taken_out_at IS NULL",
        [at, text[:200], centre_id, batch_id, list(order_ids)],
    )
    execute(
        "UPDATE payment_order SET batch_id = NULL WHERE centre_id = %s AND batch_id = %s AND order_id = ANY(%s)",
        [centre_id, batch_id, list(order_ids)],
    )


def drop_gone(batch: Batch, lines: Sequence[BatchLine], at: datetime, *, keep: PaymentState) -> list[BatchLine]:
    """Take out what was cancelled or declined meanwhile; the lines that remain."""
    for state, text in (
        (PaymentState.CANCELLED, "申请人已撤销"), (PaymentState.RETURNED, "资金人员已退回，不予付款"),
    ):  # fmt: skip
        gone = [line.order_id for line in lines if line.state is state]
        if gone:
            take_out(batch.centre_id, batch.batch_id, gone, text, at)
    kept = [line for line in lines if line.state not in (PaymentState.CANCELLED, PaymentState.RETURNED)]
    assert all(line.state is keep for line in kept), "an order in a batch waits with it"
    return kept


def keep_digest(batch: Batch, lines: Sequence[BatchLine]) -> bytes:
    """Write down the digest of the lines that remain; nobody has signed yet. Gives it back."""
    now = digest_of(batch, lines)
    if now != batch.content_digest:
        execute(
            "UPDATE payment_batch SET content_digest = %s WHERE centre_id = %s AND batch_id = %s AND state = %s",
            [now, batch.centre_id, batch.batch_id, BatchState.GATHERED],
        )
    return now


def end_empty(batch: Batch, at: datetime) -> None:
    """A batch nothing is left of is cancelled by itself."""
    execute(
        "UPDATE payment_batch SET state = %s, final_at = %s, reason_text = %s, waits_for = '', waits_until = NULL"
        " WHERE centre_id = %s AND batch_id = %s",
        [BatchState.CANCELLED, at, "批次里已经没有要付的款", batch.centre_id, batch.batch_id],
    )


def batch_answered(centre_id: int, batch_id: int) -> bool:
    """Whether the bank said that it finished this batch, so that its payments can be judged one by one."""
    return read_batch(centre_id, batch_id).results_at is not None
