"""Notices that contradict one another: the first stands, the other is kept beside it until the bank has spoken.

Nothing here moves money. Whatever the bank really did, it undoes or tells again under a serial of its own, and that
arrives as a notice like every other.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anju.audit.actions import record
from anju.database.encryption import seal
from anju.database.sql import execute, row
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal
from anju.kernel.text import clean_text
from anju.treasury.actions.mandates import require_treasurer
from anju.treasury.messages import notice_digest
from anju.treasury.types import EntryNotice

_KEEP = """
INSERT INTO bank_contradiction AS c (centre_id, notice_id, direction, amount_fen, counter_name, counter_account,
    summary, reversal, original_host_serial, content_digest, told_first_at, told_last_at, told_count, answer)
VALUES (%(centre)s, %(notice)s, %(direction)s, %(amount)s, %(name)s, %(account)s, %(summary)s, %(reversal)s,
    %(original)s, %(digest)s, %(at)s, %(at)s, 1, '')
ON CONFLICT (centre_id, notice_id, content_digest)
    DO UPDATE SET told_last_at = EXCLUDED.told_last_at, told_count = c.told_count + 1
RETURNING contradiction_id, told_count
"""


def keep_contradiction(centre_id: int, notice_id: int, told: EntryNotice, *, at: datetime) -> None:
    """Keep what was told the second time; in the transaction of the notice. The same again only counts."""
    kept = row(
        _KEEP,
        {
            "centre": centre_id, "notice": notice_id, "direction": int(told.direction), "amount": told.amount_fen,
            "name": seal(told.counter_name, where="bank_contradiction‖counter_name"),
            "account": seal(told.counter_account, where="bank_contradiction‖counter_account"),
            "summary": told.summary, "reversal": told.reversal, "original": told.original_host_serial,
            "digest": notice_digest(told), "at": at,
        },
    )  # fmt: skip
    assert kept is not None
    if kept["told_count"] == 1:
        record(
            "treasury.notice_contradicts", actor=Actor.machine(centre_id, "treasury"), at=at, subject="bank_notice",
            subject_id=notice_id,
            details={"amount_fen": told.amount_fen, "contradiction_id": kept["contradiction_id"]},
        )  # fmt: skip


@transaction.atomic
def settle_contradiction(contradiction_id: int, *, answer: str, actor: Actor, at: datetime) -> None:
    """Write down what the bank said, and close the matter. Refuses an empty answer, and a second one (409)."""
    person_id = require_treasurer(actor)
    text = clean_text(answer, 400, "answer", multi_line=True, required=True)
    closed = execute(
        "UPDATE bank_contradiction SET settled_at = %s, settled_by_person_id = %s, answer = %s"
        " WHERE centre_id = %s AND contradiction_id = %s AND settled_at IS NULL",
        [at, person_id, text, actor.centre_id, contradiction_id],
    )
    if not closed:
        _refuse_closed(actor.centre_id, contradiction_id)
    record(
        "treasury.settle_contradiction", actor=actor, at=at, subject="bank_contradiction", subject_id=contradiction_id
    )


def _refuse_closed(centre_id: int, contradiction_id: int) -> None:
    known = row(
        "SELECT 1 AS one FROM bank_contradiction WHERE centre_id = %s AND contradiction_id = %s",
        [centre_id, contradiction_id],
    )
    if known is None:
        raise Refusal("contradiction_unknown", "没有找到这两条通知。", status=404)
    raise Refusal("contradiction_settled", "银行的答复已经由同事记下，请刷新页面。", status=409)
