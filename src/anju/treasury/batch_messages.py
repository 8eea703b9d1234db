"""The bodies of BDC103, BDC107 and BDC108 (payment batches). Pure; docs/bank-messages.md shows them."""

from __future__ import annotations

from collections.abc import Mapping

from anju.kernel.money import yuan_to_fen
from anju.treasury.batch_types import BatchAnswer, BatchFile, BatchInstruction, BatchTold, LineTold
from anju.treasury.messages import Answer, Field, MessageUnreadable, is_amount, payment_fields, read_payment, yuan

# A message is at most 256 KiB, and a line of BDC103 takes up to 800 bytes.
MOST_LINES = 300
_PAYER = frozenset({"payer_account", "payer_name"})


def batch_fields(batch: BatchInstruction) -> tuple[Field, ...]:
    """Body of BDC103: one payer, and an `entry` of BDC101's fields for each payment."""
    assert 0 < len(batch.lines) <= MOST_LINES
    lines = tuple(
        ("entry", tuple(field for field in payment_fields(line) if field[0] not in _PAYER)) for line in batch.lines
    )
    return (
        ("batch_serial", batch.batch_serial), ("payer_account", batch.payer_account),
        ("payer_name", batch.payer_name), ("count", str(len(batch.lines))), ("total", yuan(batch.total_fen)), *lines,
    )  # fmt: skip


def read_batch_answer(answer: Answer) -> BatchAnswer:
    """State, count and sum of a batch. Without a readable state it is unknown."""
    body = answer.body
    try:
        state = BatchTold(body.get("state", ""))
    except ValueError:
        return BatchAnswer(state=BatchTold.UNKNOWN)
    return BatchAnswer(
        state=state, count=_count(body), total_fen=_fen(body.get("total", "")),
        reason_code=body.get("reason_code", "")[:20], reason=body.get("reason", "")[:200],
    )  # fmt: skip


def read_batch_file(answer: Answer) -> BatchFile:
    """The lines of BDC108 as they are written; raises `MessageUnreadable` where a line names no payment."""
    if any(not line.get("business_serial") for line in answer.entries):
        raise MessageUnreadable("a line names no payment")
    lines = tuple(
        LineTold(line["business_serial"][:40], _fen(line.get("amount", "")), read_payment(line))
        for line in answer.entries
    )
    return BatchFile(_count(answer.body), lines)


def _count(body: Mapping[str, str]) -> int | None:
    text = body.get("count", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None


def _fen(text: str) -> int | None:
    return yuan_to_fen(text) if is_amount(text) else None
