# ruff: noqa: S608  statements are joined from this room's constants; every value is a parameter or a quoted literal
"""Posting a withdrawal (提取): once, when the bank has paid; the hold ends in the same transaction."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from anju.accounts.actions._ground import DIGEST, BookDay, act, enter_for, lock_balance
from anju.accounts.actions.holds import open_hold
from anju.accounts.types import CARRIED, PRODUCT, HoldOutcome, LineKind
from anju.database.sql import row
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal
from anju.ledger.actions import claim_key, post_voucher_within, request_digest
from anju.ledger.posting_rules import PostingRule, pair
from anju.ledger.types import PostedVoucher, VoucherDraft, VoucherKind

# Carried-forward money goes first, then the current year's; one rate makes that a split of fields only. The balance row
# is locked before the hold, as everywhere. A hold that is not open, or of another amount, leaves both as they are,
# unless it ended while this statement waited for the balance: then ``ended`` is 0 and the transaction is taken back.
_POST = f"""
WITH b AS (
    UPDATE balance SET balance_fen = balance_fen - %(fen)s, held_fen = held_fen - %(fen)s,
           carried_fen = greatest(carried_fen - %(fen)s, 0), last_seq = last_seq + 1,
           weighted_sum = weighted_sum - %(fen)s * rate_index_at({PRODUCT}::smallint, %(value_on)s)
     WHERE account_id = %(account)s AND interest_year = %(year)s AND centre_id = %(centre)s AND state < {CARRIED}
       AND EXISTS (SELECT 1 FROM hold WHERE account_id = %(account)s AND id = %(hold)s AND ended_at IS NULL
                      AND amount_fen = %(fen)s AND closes_on IS NULL)
    RETURNING last_seq, balance_fen, weighted_sum, nextval('voucher_id_seq') AS voucher_id
), ended AS (
    UPDATE hold SET ended_at = %(at)s, ended_year = %(year)s, outcome = {HoldOutcome.POSTED:d}
      FROM b WHERE hold.account_id = %(account)s AND hold.id = %(hold)s AND hold.ended_at IS NULL
    RETURNING 1
), written AS (
    INSERT INTO member_line (account_id, seq, voucher_id, centre_id, known_at, debit_fen, credit_fen, balance_after_fen,
        weighted_sum_after, source_id, period, booked_on, value_on, kind)
    SELECT %(account)s, last_seq, voucher_id, %(centre)s, %(at)s, %(fen)s, 0, balance_fen, weighted_sum,
           %(source_id)s, %(period)s, %(day)s, %(value_on)s, {LineKind.WITHDRAWAL:d} FROM b
    RETURNING *
)
SELECT max(voucher_id) AS voucher_id, max(seq) AS seq, (SELECT count(*) FROM ended) AS ended, {DIGEST} AS digest
  FROM written
"""


@transaction.atomic
def post_withdrawal(
    account_id: int,
    *,
    hold_id: int,
    amount_fen: int,
    key: str,
    value_on: date,
    reason: str,
    source_id: int,
    maker: int | None,
    checker: int | None,
    at: datetime,
    bank_account_id: int | None = None,
    event_id: int | None = None,
    actor: Actor | None = None,
) -> PostedVoucher:
    """Post what the bank has paid (Dr 201, Cr 101) with the bank's value date, and end its hold.

    ``event_id`` is the payment order. Called once the payment is confirmed, so a seal or a freeze that came later does
    not stop it. The same key and request answer the same. Refuses a hold that is released, posted under another key, or
    of another amount.
    """
    book = enter_for(account_id, at=at)
    digest = request_digest(
        account_id=account_id, hold_id=hold_id, fen=amount_fen, value_on=value_on, source_id=source_id
    )
    known = claim_key(book.centre_id, key, digest=digest)
    if known is not None:
        return known
    line = _post_line(
        {"fen": amount_fen, "account": account_id, "hold": hold_id, "value_on": value_on, "source_id": source_id}, book
    )
    posted = post_voucher_within(
        VoucherDraft(
            centre_id=book.centre_id, idempotency_key=key, kind=VoucherKind.WITHDRAWAL, business_date=book.day,
            request_digest=digest, maker_person_id=maker, checker_person_id=checker, member_count=1,
            member_debit_fen=amount_fen, lines_digest=bytes(line["digest"]), event_id=event_id,
            voucher_id=line["voucher_id"],
            lines=pair(PostingRule.WITHDRAWAL_PAID, amount_fen=amount_fen, bank_account_id=bank_account_id),
        ),
        at=at,
    )  # fmt: skip
    assert not posted.replayed, "the key was claimed"
    act(
        "accounts.post_withdrawal", actor=actor, at=at, centre_id=book.centre_id, account_id=account_id,
        fen=amount_fen, hold_id=hold_id, voucher_id=posted.voucher_id, seq=line["seq"], reason=reason,
        source_id=source_id,
    )  # fmt: skip
    return posted


def _post_line(values: dict[str, Any], book: BookDay) -> dict[str, Any]:
    """The member's line with its voucher's id; balance moved and hold ended. Refuses a hold that is not open."""
    values |= {"year": book.year, "centre": book.centre_id, "at": book.at, "period": book.period, "day": book.day}
    made = row(_POST, values)
    assert made is not None
    if made["ended"]:
        return made
    lock_balance(values["account"], book)  # carries an account that is not in this interest year yet
    _refuse_hold(open_hold(values["account"], values["hold"]), values["fen"])
    made = row(_POST, values)
    assert made is not None and made["ended"] == 1, "the balance was locked and the hold open"
    return made


def _refuse_hold(held: dict[str, Any], amount_fen: int) -> None:
    if held["outcome"] != HoldOutcome.OPEN:
        raise Refusal("accounts.hold_ended", "这笔止付已经结束，不能再次入账：请核对付款结果。", status=409)
    if held["amount_fen"] != amount_fen or held["closes_on"] is not None:
        raise Refusal("accounts.hold_differs", "支付金额与止付金额不一致：请核对付款结果。", status=409)
