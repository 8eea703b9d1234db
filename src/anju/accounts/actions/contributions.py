# ruff: noqa: S608  statements are joined from this room's constants; every value is a parameter or a quoted literal
"""Posting contributions: one voucher, its general-ledger lines, and every member's line in one set statement.

Gate, idempotency key, then the accounts in ascending order. The register arrives as a SELECT of the calling room and
never passes through Python. What the statement wrote is compared with the voucher; anything else rolls back.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from anju.accounts.actions._ground import DIGEST, BookDay, act, enter, literal, row_in_order
from anju.accounts.actions.carrying import carry
from anju.accounts.actions.refusing import refuse_batch
from anju.accounts.types import PRODUCT, AccountState, ContributionBatch, MemberRows
from anju.database.sql import row
from anju.kernel.actor import Actor
from anju.kernel.money import format_fen
from anju.kernel.refusal import Refusal
from anju.ledger.actions import claim_key, post_voucher_within, request_digest
from anju.ledger.posting_rules import PostingRule, from_suspense, pair
from anju.ledger.types import GlLine, PostedVoucher, VoucherDraft, VoucherKind

_ASKED = f"""
SELECT count(*) AS accounts, coalesce(sum(own_fen + unit_fen), 0)::bigint AS fen, min(account_id) AS first,
       max(account_id) AS last, count(*) FILTER (WHERE own_fen < 0 OR unit_fen < 0 OR own_fen + unit_fen <= 0) AS bad,
       rate_index_at({PRODUCT}::smallint, %(value_on)s) AS index, nextval('voucher_id_seq') AS voucher_id
  FROM ({{source}}) r
"""

# One UPDATE feeds one INSERT: sequence, balance and weighted sum come from the locked row.
_POST = f"""
WITH moved AS (
    UPDATE balance b
       SET balance_fen = b.balance_fen + s.own_fen + s.unit_fen,
           own_paid_fen = b.own_paid_fen + s.own_fen,
           unit_paid_fen = b.unit_paid_fen + s.unit_fen,
           weighted_sum = b.weighted_sum + (s.own_fen + s.unit_fen) * %(index)s,
           last_seq = b.last_seq + 1,
           paid_to = greatest(b.paid_to, %(month)s)
      FROM (SELECT r.account_id, r.own_fen::bigint AS own_fen, r.unit_fen::bigint AS unit_fen
              FROM ({{source}}) r ORDER BY r.account_id) s
     WHERE b.account_id = s.account_id AND b.account_id BETWEEN %(first)s AND %(last)s
       AND b.interest_year = %(year)s AND b.centre_id = %(centre)s
       AND (b.state = {AccountState.NORMAL:d} OR b.state = {AccountState.SEALED:d} AND EXISTS (
            SELECT 1 FROM account_spell p WHERE p.account_id = b.account_id AND p.ended_on IS NULL
               AND p.state = {AccountState.SEALED:d} AND %(first_day)s < date_trunc('month', p.started_on)))
    RETURNING b.account_id, b.last_seq, b.balance_fen, b.weighted_sum, s.own_fen, s.unit_fen
), written AS (
    INSERT INTO member_line (account_id, seq, voucher_id, centre_id, known_at, debit_fen, credit_fen, own_fen, unit_fen,
        balance_after_fen, weighted_sum_after, source_id, period, month, booked_on, value_on, kind)
    SELECT account_id, last_seq, %(voucher)s, %(centre)s, %(at)s, 0, own_fen + unit_fen, own_fen, unit_fen, balance_fen,
           weighted_sum, %(source_id)s, %(period)s, %(month_number)s, %(day)s, %(value_on)s, %(kind)s
      FROM moved
)
SELECT count(*) AS accounts, coalesce(sum(credit_fen), 0)::bigint AS fen, {DIGEST} AS digest
  FROM (SELECT account_id, last_seq AS seq, %(period)s::integer AS period, %(kind)s::smallint AS kind,
               %(day)s::date AS booked_on, %(value_on)s::date AS value_on, %(month_number)s::integer AS month,
               0::bigint AS debit_fen, own_fen + unit_fen AS credit_fen, own_fen, unit_fen,
               %(source_id)s::bigint AS source_id, NULL::bigint AS reverses_seq FROM moved) m
"""


@transaction.atomic
def post_contributions(
    source: MemberRows, *, batch: ContributionBatch, at: datetime, actor: Actor | None = None
) -> PostedVoucher:
    """Credit every row of ``source`` to its member, under one voucher; once per key.

    The same key with the same batch answers the same; another batch under it is refused (409). Refuses, naming how many
    and which accounts: unknown ones, ones named twice, closed ones, frozen ones, ones sealed for that month, amounts
    that are not greater than zero; and a sum that is not ``total_fen``. An account not yet carried into the current
    interest year is carried first. All or nothing.
    """
    book = enter(batch.centre_id, at=at)
    digest = batch.request_digest or _digest(batch)
    known = claim_key(batch.centre_id, batch.key, digest=digest)
    if known is not None:
        return known
    register = literal(source)
    asked = row(_ASKED.format(source=register), {"value_on": batch.value_on})
    assert asked is not None
    _refuse_asked(asked, batch, register, book)
    values = _values(batch, asked, book)
    done = _written(register, values, asked)
    if done is None:
        carry(register, book=book, cause=f"voucher:{asked['voucher_id']}")
        done = _written(register, values, asked) or refuse_batch(register, batch=batch, book=book)
    posted = post_voucher_within(_draft(batch, asked["voucher_id"], done, book, digest), at=at)
    assert not posted.replayed, "the key was claimed"
    act(
        "accounts.post_contributions", actor=actor, at=at, centre_id=batch.centre_id, unit_id=batch.unit_id,
        voucher_id=posted.voucher_id, accounts=done["accounts"], fen=done["fen"],
        month=str(batch.month) if batch.month else None, source_id=batch.source_id,
    )  # fmt: skip
    return posted


def _digest(batch: ContributionBatch) -> bytes:
    return request_digest(
        key=batch.key, total_fen=batch.total_fen, unit_id=batch.unit_id, month=str(batch.month),
        source_id=batch.source_id, value_on=batch.value_on, rule=batch.rule.name, kind=int(batch.kind),
        bank_account_id=batch.bank_account_id,
    )  # fmt: skip


def _refuse_asked(asked: dict[str, Any], batch: ContributionBatch, register: str, book: BookDay) -> None:
    if asked["accounts"] == 0:
        raise Refusal("accounts.empty_batch", "清册中没有可以入账的人员：请核对清册。")
    if asked["index"] is None:
        raise Refusal("accounts.no_rate", "还没有录入存款利率：请先由管理员载入利率。")
    if asked["bad"]:
        refuse_batch(register, batch=batch, book=book)
    if asked["fen"] != batch.total_fen:
        raise Refusal(
            "accounts.total_differs",
            f"清册合计 {format_fen(asked['fen'])} 元与入账金额 {format_fen(batch.total_fen)} 元不一致：请核对后重办。",
        )


def _draft(
    batch: ContributionBatch, voucher_id: int, done: dict[str, Any], book: BookDay, digest: bytes
) -> VoucherDraft:
    return VoucherDraft(
        centre_id=batch.centre_id, idempotency_key=batch.key, request_digest=digest,
        kind=VoucherKind.CONTRIBUTION, business_date=book.day, maker_person_id=batch.maker_person_id,
        checker_person_id=batch.checker_person_id, event_id=batch.event_id, member_count=done["accounts"],
        member_credit_fen=done["fen"], lines_digest=bytes(done["digest"]), voucher_id=voucher_id,
        lines=_gl_lines(batch, done["fen"]),
    )  # fmt: skip


def _gl_lines(batch: ContributionBatch, fen: int) -> tuple[GlLine, ...]:
    if batch.suspense_fen is None:
        return pair(batch.rule, amount_fen=fen, unit_id=batch.unit_id, bank_account_id=batch.bank_account_id)
    assert batch.rule is PostingRule.SUSPENSE_ALLOCATED and sum(batch.suspense_fen.values()) == fen, batch
    return from_suspense(batch.suspense_fen, unit_id=batch.unit_id)


def _values(batch: ContributionBatch, asked: dict[str, Any], book: BookDay) -> dict[str, Any]:
    month = batch.month
    return {
        "index": asked["index"], "first": asked["first"], "last": asked["last"], "voucher": asked["voucher_id"],
        "month": month.number if month else 0, "month_number": month.number if month else None,
        "first_day": month.first_day if month else None, "year": book.year, "centre": book.centre_id, "at": book.at,
        "source_id": batch.source_id, "period": book.period, "day": book.day, "value_on": batch.value_on,
        "kind": int(batch.kind),
    }  # fmt: skip


class _Differs(Exception):
    """Fewer accounts were posted to than the register names; undoes the statement."""


def _written(register: str, values: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any] | None:
    """Post the lines; None, with nothing written, when some accounts could not be posted to."""
    dense = asked["last"] - asked["first"] < 4 * asked["accounts"]
    try:
        with transaction.atomic():
            done = row_in_order(_POST.format(source=register), values, dense=dense)
            if done["accounts"] != asked["accounts"]:
                raise _Differs
            assert done["fen"] == asked["fen"], (done, asked)
    except _Differs:
        return None
    return done
