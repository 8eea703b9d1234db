# ruff: noqa: S608  statements are joined from this room's constants; every value is a parameter or a quoted literal
"""Posting a withdrawal (提取): once, when the bank has paid; the hold ends in the same transaction."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from anju.accounts.actions import carrying
from anju.accounts.actions._ground import DIGEST, BookDay, lock_balance, unknown_account
from anju.accounts.actions.holds import open_hold
from anju.accounts.types import HoldOutcome
from anju.database.sql import prepared_row
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.refusal import Refusal
from anju.ledger.actions import known_voucher, public_ref, refusing_closed_period, request_digest
from anju.ledger.posting_rules import PostingRule, interest_lines, pair
from anju.ledger.queries import opened
from anju.ledger.types import PostedVoucher, VoucherKind

# One call of the database (docs/decisions/0031): each room's own function writes its own tables, and what one gives the
# next one takes. Nothing is written unless the whole is.
_POST = f"""
WITH paid AS MATERIALIZED (
    SELECT * FROM pay_out_hold(%(account)s, %(hold)s, %(fen)s, %(source)s, %(value_on)s, %(key)s, %(at)s, %(today)s,
        %(chunk)s)
), carried AS MATERIALIZED (
    SELECT paid.*, 'interest:' || (interest).period / 100 || ':touch:account:' || (interest).account_id || ':'
           || (interest).voucher_id AS touch, (interest).debit_fen + (interest).credit_fen AS earned
      FROM paid
), credited AS MATERIALIZED (
    SELECT CASE WHEN (interest).seq IS NOT NULL THEN
           write_voucher(centre, (interest).voucher_id, touch,
               sha256(convert_to('{{"key":"' || touch || '"}}', 'UTF8')), {VoucherKind.INTEREST:d},
               (interest).booked_on, %(at)s, NULL, NULL, NULL, NULL, 1, (interest).debit_fen, (interest).credit_fen,
               (SELECT {DIGEST} FROM (SELECT (interest).*) l), %(touch_ref)s,
               CASE WHEN (interest).credit_fen > 0 THEN %(up)s::text[] ELSE %(down)s::text[] END,
               array_fill(NULL::bigint, ARRAY[4]), array_fill(NULL::bigint, ARRAY[4]),
               ARRAY[earned, 0, earned, 0], ARRAY[0, earned, 0, earned]) END AS interest_voucher_id
      FROM carried
), posted AS MATERIALIZED (
    SELECT paid.*, CASE WHEN (line).seq IS NOT NULL THEN
           write_voucher(centre, (line).voucher_id, %(key)s, %(request)s, {VoucherKind.WITHDRAWAL:d}, day, %(at)s,
               %(maker)s, %(checker)s, NULL, %(event)s, 1, %(fen)s, 0,
               (SELECT {DIGEST} FROM (SELECT (line).*) l), %(ref)s, ARRAY[%(debit)s, %(credit)s],
               ARRAY[%(debit_unit)s, %(credit_unit)s]::bigint[], ARRAY[%(debit_bank)s, %(credit_bank)s]::bigint[],
               ARRAY[%(fen)s, 0], ARRAY[0, %(fen)s]) END AS voucher_id
      FROM paid
)
SELECT centre, day, known_id, known_ref, known_request, (line).seq AS seq, voucher_id,
       CASE WHEN voucher_id IS NOT NULL THEN
       record_act(coalesce(%(actor_centre)s, centre), 'accounts.post_withdrawal', %(at)s, %(login)s, %(actor)s,
           %(role)s, 'account', %(account)s, jsonb_build_object('fen', %(fen)s, 'hold_id', %(hold)s,
           'voucher_id', voucher_id, 'seq', (line).seq, 'reason', %(reason)s::text, 'source_id', %(source)s)) END,
       interest_voucher_id
  FROM posted, credited
"""
_UP = [line.subject for line in interest_lines(credited_fen=1)]
_DOWN = [line.subject for line in interest_lines(credited_fen=0, taken_back_fen=1)]
assert len(_UP) == len(_DOWN) == 4, "the statement writes two pairs"


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
    not stop it. The same key and request answer the same. Refuses a hold that is released, posted under another key, of
    another amount, or made for another source.
    """
    digest = request_digest(
        account_id=account_id, hold_id=hold_id, fen=amount_fen, value_on=value_on, source_id=source_id
    )
    debit, credit = pair(PostingRule.WITHDRAWAL_PAID, amount_fen=amount_fen, bank_account_id=bank_account_id)
    by = actor or Actor.machine(0, "accounts")
    reference = public_ref(at)
    values = {
        "account": account_id, "hold": hold_id, "fen": amount_fen, "source": source_id, "value_on": value_on,
        "key": key, "at": at, "today": at.astimezone(ZONE).date(), "request": digest, "maker": maker,
        "checker": checker, "event": event_id, "ref": reference, "reason": reason,
        "debit": debit.subject, "debit_unit": debit.unit_id, "debit_bank": debit.bank_account_id,
        "credit": credit.subject, "credit_unit": credit.unit_id, "credit_bank": credit.bank_account_id,
        "actor_centre": actor.centre_id if actor else None, "login": by.login_id, "actor": by.person_id,
        "role": by.role, "chunk": carrying.CHUNK, "touch_ref": public_ref(at), "up": _UP, "down": _DOWN,
    }  # fmt: skip
    made = _post(values)
    known = known_voucher(made, digest=digest)
    if known is not None:
        return known
    if made["seq"] is None:
        _mend_or_refuse(values, BookDay(made["centre"], made["day"], at))
        made = _post(values)
    assert made["voucher_id"] is not None, "the key was claimed, the balance locked and the hold open"
    return PostedVoucher(made["voucher_id"], reference, replayed=False)


def _post(values: dict[str, Any]) -> dict[str, Any]:
    """One try: everything written, or nothing and how far it came. Refuses an unknown account, and books not open."""
    with refusing_closed_period():
        made = prepared_row(_POST, values)
    assert made is not None
    if made["centre"] is None:
        raise unknown_account()
    opened(made["day"])
    return made


def _mend_or_refuse(values: dict[str, Any], book: BookDay) -> None:
    """Carry an account that is years behind; refuse a hold that is not the one to be paid."""
    lock_balance(values["account"], book)
    held = open_hold(values["account"], values["hold"])
    if held["outcome"] != HoldOutcome.OPEN:
        raise Refusal("accounts.hold_ended", "这笔止付已经结束，不能再次入账：请核对付款结果。", status=409)
    if held["amount_fen"] != values["fen"] or held["closes_on"] is not None:
        raise Refusal("accounts.hold_differs", "支付金额与止付金额不一致：请核对付款结果。", status=409)
    if held["source_id"] != values["source"]:
        raise Refusal("accounts.hold_of_another", "这笔止付是为另一笔业务做的：请核对付款结果。", status=409)
