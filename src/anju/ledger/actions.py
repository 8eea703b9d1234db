"""All writes to the books.

Posting: gate, idempotency key, then the voucher with its lines in one statement; the database balances it at commit.
Nothing is changed or deleted: a mistake is mended by ``reverse_voucher``, once.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

import psycopg
from django.db import IntegrityError, transaction

from anju.audit.actions import record
from anju.database.sql import execute, row
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.ledger import queries
from anju.ledger.types import PostedVoucher, Voucher, VoucherDraft, VoucherKind

# The gate is entered before the voucher is written, by one statement.
_POST = """
WITH gate AS MATERIALIZED (
    SELECT enter_gate(%(centre_id)s, %(business_date)s) AS day
)
SELECT day, write_voucher(%(centre_id)s, %(voucher_id)s, %(idempotency_key)s, %(request_digest)s, %(kind)s,
    %(business_date)s, %(at)s, %(maker)s, %(checker)s, %(reverses_id)s, %(event_id)s, %(member_count)s,
    %(member_debit_fen)s, %(member_credit_fen)s, %(lines_digest)s, %(public_ref)s,
    %(subjects)s, %(units)s::bigint[], %(banks)s::bigint[], %(debits)s::bigint[], %(credits)s::bigint[]) AS id
  FROM gate
"""


def request_digest(**request: object) -> bytes:
    """SHA-256 of a request's canonical JSON: the same key with another digest is another request."""
    text = json.dumps(request, sort_keys=True, default=str, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


def public_ref(at: datetime) -> UUID:
    """A version 7 identifier: rises with time, tells nothing else."""
    millis = int(at.timestamp() * 1000) & ((1 << 48) - 1)
    chance = int.from_bytes(os.urandom(10), "big")
    value = millis << 80 | 0x7 << 76 | (chance >> 68) << 64 | 0b10 << 62 | chance & ((1 << 62) - 1)
    return UUID(int=value)


def enter_gate(centre_id: int) -> None:
    """Share the centre's gate until the transaction ends; the first statement of any posting.

    Opening and closing days, loading rates and numbering hold the gate alone, and ``proving.one_moment`` does until
    its snapshot stands: none of them meets half of a movement.
    """
    assert transaction.get_connection().in_atomic_block, "the gate is held by a transaction"
    execute("SELECT enter_gate(%s, %s)", [centre_id, date.max])


def enter_gate_on(centre_id: int, *, at: datetime) -> date:
    """Share the gate and read, under it, the business date on which ``at`` is booked."""
    assert transaction.get_connection().in_atomic_block, "the gate is held by a transaction"
    found = row("SELECT enter_gate(%s, %s) AS day", [centre_id, at.astimezone(ZONE).date()])
    return queries.opened(found["day"] if found else None)


def shut_gate(centre_id: int) -> None:
    """Hold the gate alone until the transaction ends: waits for postings in flight, lets none begin."""
    assert transaction.get_connection().in_atomic_block, "the gate is held by a transaction"
    execute("SELECT shut_gate(%s)", [centre_id])


@transaction.atomic
def open_days(centre_id: int, from_date: date, to_date: date) -> None:
    """Open the books: business days from a first one on. Later days follow the calendar until they are closed."""
    shut_gate(centre_id)
    execute(
        "INSERT INTO centre_day (centre_id, business_date, state)"
        " SELECT %s, d::date, 1 FROM generate_series(%s::date, %s::date, interval '1 day') d"
        " ON CONFLICT DO NOTHING",
        [centre_id, from_date, to_date],
    )


@transaction.atomic
def cut_days(centre_id: int, *, through: date, actor: Actor, at: datetime) -> None:
    """Cut every open business day up to ``through`` (轧账): postings in flight end, later ones are booked after it.

    Can be taken back by ``uncut_days`` until the days are closed. Refuses a day that has not ended by ``at``. Cutting
    again changes nothing, and a day that is closed stays closed.
    """
    _refuse_running_day(through, at)
    shut_gate(centre_id)
    changed = execute(
        "UPDATE centre_day SET state = 3 WHERE centre_id = %s AND business_date <= %s AND state = 1",
        [centre_id, through],
    )
    # Where a later day is closed, as the settlement of an interest year closes its days, this one is closed with it.
    changed += execute(
        "INSERT INTO centre_day (centre_id, business_date, state) SELECT %s, %s, 3 WHERE NOT EXISTS (SELECT 1 FROM"
        " centre_day WHERE centre_id = %s AND business_date > %s AND state = 2) ON CONFLICT DO NOTHING",
        [centre_id, through, centre_id, through],
    )
    if changed:
        record("ledger.cut_days", actor=actor, at=at, subject="centre_day", details={"through": str(through)})


@transaction.atomic
def uncut_days(centre_id: int, *, actor: Actor, at: datetime) -> None:
    """Open every day again that is cut and not closed; a correction can be booked on it until it is cut anew."""
    shut_gate(centre_id)
    opened = execute("UPDATE centre_day SET state = 1 WHERE centre_id = %s AND state = 3", [centre_id])
    if opened:
        record("ledger.uncut_days", actor=actor, at=at, subject="centre_day", details={"days": opened})


def _refuse_running_day(through: date, at: datetime) -> None:
    if through >= at.astimezone(ZONE).date():
        raise Refusal("ledger.day_not_over", f"{through} 尚未结束，不能关账：请在次日办理。")


@transaction.atomic
def close_days(centre_id: int, *, through: date, actor: Actor, at: datetime) -> None:
    """Close every business day up to ``through``, for good: later postings are booked on the day after.

    Refuses to close a day that has not ended by ``at``. Closing again changes nothing.
    """
    _refuse_running_day(through, at)
    shut_gate(centre_id)
    changed = execute(
        "UPDATE centre_day SET state = 2 WHERE centre_id = %s AND business_date <= %s AND state <> 2",
        [centre_id, through],
    )
    changed += execute(
        "INSERT INTO centre_day (centre_id, business_date, state) VALUES (%s, %s, 2) ON CONFLICT DO NOTHING",
        [centre_id, through],
    )
    if changed:
        record("ledger.close_days", actor=actor, at=at, subject="centre_day", details={"through": str(through)})


def claim_key(centre_id: int, key: str, *, digest: bytes) -> PostedVoucher | None:
    """Take an idempotency key until the transaction ends, where lines are written before their voucher.

    None when the key is free: whoever asks for it now waits. The voucher when the same request was posted before;
    refuses (409) when it was another request. Comes after the gate and before any account.
    """
    found = row("SELECT * FROM claim_voucher_key(%s, %s)", [centre_id, key])
    assert found is not None
    return known_voucher(found, digest=digest)


def known_voucher(found: Mapping[str, Any], *, digest: bytes) -> PostedVoucher | None:
    """What ``claim_voucher_key`` found, as ``claim_key`` answers it; for statements that claim a key and do more."""
    if found["known_id"] is None:
        return None
    known = PostedVoucher(found["known_id"], found["known_ref"], replayed=True)
    return _same_request((known, bytes(found["known_request"])), digest)


def _same_request(known: tuple[PostedVoucher, bytes], digest: bytes) -> PostedVoucher:
    voucher, posted_digest = known
    if posted_digest != digest:
        raise Refusal(
            "ledger.key_reused", "这个业务流水号已经用于另一笔内容不同的业务：请核对后重新发起。", status=409
        )
    return voucher


@transaction.atomic
def post_voucher(draft: VoucherDraft, *, at: datetime) -> PostedVoucher:
    """Post a voucher with its lines, once per idempotency key.

    The same key with the same request answers the same (``replayed``); with another request it is refused (409).
    Refuses a business date that is closed (entries of a period's end: a period that is closed); the database refuses
    what does not balance at commit.
    The caller writes the audit record of the act that the voucher belongs to.
    """
    return post_voucher_within(draft, at=at)


def post_voucher_within(draft: VoucherDraft, *, at: datetime) -> PostedVoucher:
    """As ``post_voucher``, for an action whose own transaction ends with whatever is refused here."""
    assert transaction.get_connection().in_atomic_block, "a voucher is part of a transaction"
    made = _insert(draft, at)
    if made["id"] is not None:
        _refuse_closed(draft, made["day"])
        return PostedVoucher(made["id"], made["public_ref"], replayed=False)
    known = queries.posted(draft.centre_id, draft.idempotency_key)
    assert known is not None, "a conflicting key is a committed voucher"
    return _same_request(known, draft.request_digest)


def _insert(draft: VoucherDraft, at: datetime) -> dict[str, Any]:
    """The new voucher's id, None when its key is taken, its reference, and the day on which the books stand."""
    values = _parameters(draft, at)
    with refusing_closed_period():
        made = row(_POST, values)
    assert made is not None
    return made | {"public_ref": values["public_ref"]}


@contextmanager
def refusing_closed_period() -> Iterator[None]:
    """Refuse in words what the database refuses: a voucher of a period that is closed."""
    try:
        yield
    except IntegrityError as refused:
        cause = refused.__cause__
        if not isinstance(cause, psycopg.Error) or cause.diag.constraint_name != "voucher_period_open":
            raise
        raise Refusal(
            "ledger.period_closed",
            f"{cause.diag.message_detail} 所在的会计期间已经结账：请按当前会计日期记账，或先反结账。",
        ) from refused


def _parameters(draft: VoucherDraft, at: datetime) -> dict[str, object]:
    lines = draft.lines
    return {
        "centre_id": draft.centre_id, "idempotency_key": draft.idempotency_key,
        "request_digest": draft.request_digest, "kind": int(draft.kind), "business_date": draft.business_date,
        "at": at, "maker": draft.maker_person_id, "checker": draft.checker_person_id,
        "reverses_id": draft.reverses_id, "voucher_id": draft.voucher_id, "event_id": draft.event_id,
        "member_count": draft.member_count,
        "member_debit_fen": draft.member_debit_fen, "member_credit_fen": draft.member_credit_fen,
        "lines_digest": draft.lines_digest, "public_ref": public_ref(at),
        "subjects": [line.subject for line in lines], "units": [line.unit_id for line in lines],
        "banks": [line.bank_account_id for line in lines], "debits": [line.debit_fen for line in lines],
        "credits": [line.credit_fen for line in lines],
    }  # fmt: skip


def _refuse_closed(draft: VoucherDraft, open_day: date | None) -> None:
    # These belong to the last day of their period, whenever it is that they are posted: the database holds them to
    # periods that are not closed, and yearly interest, which belongs to 30 June, to its own year.
    if draft.kind in (VoucherKind.INTEREST, VoucherKind.PERIOD_END, VoucherKind.YEAR_END):
        return
    if draft.kind is VoucherKind.ACCRUAL:
        if draft.business_date != Month.of(draft.business_date).last_day:
            raise Refusal("ledger.not_month_end", "期末计提记在当月最后一日：请更正会计日期。")
        queries.opened(open_day)
        return
    if queries.opened(open_day) != draft.business_date:
        raise Refusal("ledger.day_closed", f"{draft.business_date} 已经关账：请按当前会计日期重新记账。")


@transaction.atomic
def reverse_voucher(
    original: Voucher, *, key: str, maker: int | None, checker: int | None, at: datetime, event_id: int | None = None
) -> PostedVoucher:
    """Post the counter-entry (冲账) of a voucher that has no member lines.

    Refuses a voucher with member lines (the accounts room reverses those), a reversal, a second reversal, and an
    entry of a period's end (``periods.reopen_month`` takes those back).
    """
    business_date = enter_gate_on(original.centre_id, at=at)
    refuse_unreversible(original, key=key)
    assert original.member_count == 0, "member lines are reversed by the accounts room"
    if original.kind in (VoucherKind.PERIOD_END, VoucherKind.YEAR_END):
        raise Refusal("ledger.period_entry", "期末结转凭证不能单独冲账：请由会计反结账，系统会一并冲回。")
    draft = VoucherDraft(
        centre_id=original.centre_id, idempotency_key=key, kind=VoucherKind.REVERSAL, business_date=business_date,
        request_digest=request_digest(reverses=original.voucher_id), maker_person_id=maker,
        checker_person_id=checker, lines=tuple(line.reversed for line in original.lines), event_id=event_id,
        reverses_id=original.voucher_id,
    )  # fmt: skip
    return post_voucher(draft, at=at)


def refuse_unreversible(original: Voucher, *, key: str) -> None:
    """Refuse to reverse a reversal, or a voucher that another request has reversed already."""
    # Two requests to reverse the same voucher look one after the other.
    execute("SELECT pg_advisory_xact_lock(hashtext('reverse'), hashint8(%s))", [original.voucher_id])
    if original.reverses_id is not None:
        raise Refusal("ledger.reversal_of_reversal", "冲账凭证不能再冲账：请按正确内容重新记账。")
    known = queries.reversal_key(original.centre_id, original.voucher_id)
    if known is not None and known != key:
        raise Refusal("ledger.already_reversed", "这张凭证已经冲账：请查看冲账凭证。", status=409)


@transaction.atomic
def number_vouchers(centre_id: int) -> int:
    """Give consecutive numbers (凭证号) to vouchers that have none, in the order of posting; how many."""
    found = row("SELECT number_vouchers(%s) AS given", [centre_id])
    return int(found["given"]) if found else 0
