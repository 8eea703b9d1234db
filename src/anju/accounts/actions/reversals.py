# ruff: noqa: S608  statements are joined from this room's constants; every value is a parameter or a quoted literal
"""Counter-entries (冲账) on members' lines: the same amount on the other side, with the original's value date.

The original's value date makes the interest right by itself, also for a year already settled: the product is
corrected from that day on, and settled lines stay as they are.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from anju.accounts.actions._ground import (
    DIGEST,
    BookDay,
    act,
    count_and_ids,
    enter,
    enter_for,
    ids_source,
    next_voucher_id,
    row_in_order,
)
from anju.accounts.actions.carrying import carry
from anju.accounts.types import FROZEN, PRODUCT, AccountState, LineKind
from anju.database.sql import row, rows
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal
from anju.ledger import queries as books
from anju.ledger.actions import claim_key, post_voucher, refuse_unreversible, request_digest
from anju.ledger.posting_rules import MEMBERS, PostingRule, pair
from anju.ledger.types import GlLine, PostedVoucher, VoucherDraft, VoucherKind

_REVERSIBLE = (LineKind.REMITTANCE, LineKind.SUPPLEMENT, LineKind.TRANSFER_IN, LineKind.WITHDRAWAL)
_PAYING_IN = f"{LineKind.REMITTANCE:d}, {LineKind.SUPPLEMENT:d}"

# Lines of one voucher, seen from the other side.
_LINES = """
SELECT l.account_id, l.seq, l.credit_fen AS debit_fen, l.debit_fen AS credit_fen, l.own_fen, l.unit_fen, l.value_on,
       l.month, l.source_id, l.kind, l.reverses_seq
  FROM member_line l WHERE l.centre_id = {centre} AND l.voucher_id = {voucher} AND l.period = {period}
"""
_ONE = " AND l.account_id = {account} AND l.seq = {seq}"

_TOTALS = """
SELECT count(*) AS accounts, coalesce(sum(debit_fen), 0)::bigint AS debit_fen,
       coalesce(sum(credit_fen), 0)::bigint AS credit_fen,
       bool_or(reverses_seq IS NOT NULL OR NOT kind = ANY (%(reversible)s)) AS fixed
  FROM ({source}) s
"""

_OPEN = f"b.state IN ({AccountState.NORMAL:d}, {AccountState.SEALED:d})"
# Money that a freeze of all movements would have kept here had it not been paid comes back under it. Not where the
# account is being closed: what is paid for that is fixed already.
_OPEN_OR_FROZEN = f"""({_OPEN} OR b.state = {FROZEN:d} AND NOT EXISTS (
    SELECT 1 FROM hold h WHERE h.account_id = b.account_id AND h.closes_on IS NOT NULL AND h.ended_at IS NULL))"""

# Money that comes back goes to the carried-forward part first, up to what the year opened with.
_POST = f"""
WITH moved AS (
    UPDATE balance b
       SET balance_fen = b.balance_fen + s.credit_fen - s.debit_fen,
           own_paid_fen = b.own_paid_fen + sign(s.credit_fen - s.debit_fen)::bigint * s.own_fen,
           unit_paid_fen = b.unit_paid_fen + sign(s.credit_fen - s.debit_fen)::bigint * s.unit_fen,
           carried_fen = CASE WHEN s.debit_fen > 0 THEN least(b.carried_fen, b.balance_fen - s.debit_fen)
                              ELSE least(b.opening_fen, b.carried_fen + s.credit_fen) END,
           weighted_sum = b.weighted_sum + (s.credit_fen - s.debit_fen)
                          * rate_index_at({PRODUCT}::smallint, s.value_on),
           last_seq = b.last_seq + 1,
           paid_to = CASE WHEN s.kind NOT IN ({_PAYING_IN}) OR s.month < b.paid_to THEN b.paid_to ELSE coalesce((
               SELECT max(l.month) FROM member_line l
                WHERE l.account_id = b.account_id AND l.kind IN ({_PAYING_IN}) AND l.credit_fen > 0
                  AND l.seq <> s.seq AND NOT EXISTS (SELECT 1 FROM member_line r
                      WHERE r.account_id = l.account_id AND r.reverses_seq = l.seq)), 0) END
      FROM (SELECT * FROM ({{source}}) r ORDER BY r.account_id) s
     WHERE b.account_id = s.account_id AND b.interest_year = %(year)s AND b.centre_id = %(centre)s
       AND {{takes}}
       AND b.balance_fen - b.held_fen >= s.debit_fen
    RETURNING b.account_id, b.last_seq, b.balance_fen, b.weighted_sum, s.*
), written AS (
    INSERT INTO member_line (account_id, seq, voucher_id, centre_id, known_at, debit_fen, credit_fen, own_fen, unit_fen,
        balance_after_fen, weighted_sum_after, source_id, reverses_seq, period, month, booked_on, value_on, kind)
    SELECT m.id, m.last_seq, %(voucher)s, %(centre)s, %(at)s, m.debit_fen, m.credit_fen, m.own_fen, m.unit_fen,
           m.balance_fen, m.weighted_sum, m.source_id, m.seq, %(period)s, m.month, %(day)s, m.value_on, m.kind
      FROM moved m (id, last_seq, balance_fen, weighted_sum, account_id, seq, debit_fen, credit_fen, own_fen, unit_fen,
                    value_on, month, source_id, kind, reverses_seq)
    RETURNING *
)
SELECT count(*) AS accounts, {DIGEST} AS digest FROM written
"""

# Asked after the balance rows are locked, in a statement of its own: it sees a reversal that came in between.
_TWICE = """
SELECT s.account_id FROM ({source}) s JOIN member_line r ON r.account_id = s.account_id AND r.reverses_seq = s.seq
 WHERE r.voucher_id <> %(voucher)s ORDER BY 1
"""

_STUCK = """
SELECT s.account_id FROM ({source}) s
  LEFT JOIN balance b ON b.account_id = s.account_id AND b.interest_year = %(year)s
 WHERE b.account_id IS NULL OR NOT {takes} OR b.balance_fen - b.held_fen < s.debit_fen ORDER BY 1
"""


@transaction.atomic
def reverse_contributions(
    voucher_id: int, *, centre_id: int, key: str, maker: int | None, checker: int | None, reason: str,
    at: datetime, actor: Actor | None = None, event_id: int | None = None,
) -> PostedVoucher:  # fmt: skip
    """Reverse a whole voucher with member lines, such as a remittance whose receipt the bank took back.

    Refuses a reversal, interest, a voucher already reversed, one of whose lines was reversed singly, and accounts
    whose money is gone, held, frozen or closed, naming them.
    """
    book = enter(centre_id, at=at)
    original = books.voucher(voucher_id, centre_id=centre_id)
    refuse_unreversible(original, key=key)
    if original.kind is VoucherKind.INTEREST or original.member_count == 0:
        raise _not_reversible()
    source = _source(centre_id, voucher_id, original.business_date)
    lines = tuple(line.reversed for line in original.lines)
    return _reverse(
        source, book, lines=lines, key=key, reverses_id=voucher_id, maker=maker, checker=checker, reason=reason,
        actor=actor, event_id=event_id,
    )  # fmt: skip


@transaction.atomic
def reverse_line(
    account_id: int, seq: int, *, key: str, rule: PostingRule, maker: int | None, checker: int | None, reason: str,
    at: datetime, actor: Actor | None = None, unit_id: int | None = None, bank_account_id: int | None = None,
    event_id: int | None = None,
) -> PostedVoucher:  # fmt: skip
    """Reverse one member's line; ``rule`` says where the money goes or comes from.

    A wrong contribution goes back by MEMBERS_TO_SUSPENSE or REMITTANCE_REVERSED, a returned withdrawal comes back by
    WITHDRAWAL_RETURNED. Refuses interest, a reversal, and a line already reversed.
    """
    book = enter_for(account_id, at=at)
    found = row(
        "SELECT voucher_id, booked_on, debit_fen, credit_fen, kind, reverses_seq FROM member_line"
        " WHERE account_id = %s AND seq = %s",
        [account_id, seq],
    )
    if found is None:
        raise Refusal("accounts.unknown_line", "没有这条明细：请核对流水。", status=404)
    if found["kind"] not in _REVERSIBLE or found["reverses_seq"] is not None:
        raise _not_reversible()
    source = _source(book.centre_id, found["voucher_id"], found["booked_on"]) + _ONE.format(
        account=account_id, seq=seq
    )
    takes_back = found["credit_fen"] > 0
    assert takes_back == (rule.debit == MEMBERS), f"{rule.name} does not reverse this side"
    lines = pair(
        rule, amount_fen=found["debit_fen"] + found["credit_fen"], unit_id=unit_id, bank_account_id=bank_account_id
    )
    return _reverse(
        source, book, lines=lines, key=key, reverses_id=None, maker=maker, checker=checker, reason=reason,
        actor=actor, event_id=event_id, takes=_OPEN if takes_back else _OPEN_OR_FROZEN,
    )  # fmt: skip


@transaction.atomic
def may_come_back(account_id: int, *, at: datetime) -> bool:
    """Whether money paid out of the account can come back onto it (`reverse_line`); true until the transaction ends.

    No for an account that is closed or moved out, and for one that is being closed: what is paid for that is fixed. A
    freeze keeps no money away that was the member's before. Locks the balance row; refuses an unknown account (404).
    """
    book = enter_for(account_id, at=at)
    carry(ids_source([account_id]), book=book, cause=f"account:{account_id}")
    locked = row(
        "SELECT 1 AS one FROM balance WHERE account_id = %s AND interest_year = %s FOR UPDATE", [account_id, book.year]
    )
    # Asked in a statement of its own, which sees what was done while this one waited for the lock.
    return locked is not None and row(
        f"SELECT 1 AS one FROM balance b WHERE b.account_id = %s AND b.interest_year = %s AND {_OPEN_OR_FROZEN}",
        [account_id, book.year],
    ) is not None  # fmt: skip


def _source(centre_id: int, voucher_id: int, booked_on: date) -> str:
    period = booked_on.year * 100 + booked_on.month
    return _LINES.format(centre=int(centre_id), voucher=int(voucher_id), period=period)


def _reverse(
    source: str, book: BookDay, *, lines: tuple[GlLine, ...], key: str, reverses_id: int | None, maker: int | None,
    checker: int | None, reason: str, actor: Actor | None, event_id: int | None, takes: str = _OPEN,
) -> PostedVoucher:  # fmt: skip
    totals = row(_TOTALS.format(source=source), {"reversible": [int(kind) for kind in _REVERSIBLE]})
    assert totals is not None
    if totals["fixed"]:
        raise _not_reversible()
    digest = request_digest(source=source, reason=reason)
    known = claim_key(book.centre_id, key, digest=digest)
    if known is not None:
        return known
    voucher_id = next_voucher_id()
    carry(f"SELECT account_id FROM ({source}) c", book=book, cause=f"voucher:{voucher_id}")
    values = {"year": book.year, "centre": book.centre_id, "voucher": voucher_id, "at": book.at,
              "period": book.period, "day": book.day}  # fmt: skip
    done = row_in_order(_POST.format(source=source, takes=takes), values)
    _refuse_undone(source, values, takes=takes, done=done["accounts"], expected=totals["accounts"])
    draft = VoucherDraft(
        centre_id=book.centre_id, idempotency_key=key, kind=VoucherKind.REVERSAL, business_date=book.day,
        request_digest=digest, maker_person_id=maker, checker_person_id=checker, lines=lines,
        member_count=totals["accounts"], reverses_id=reverses_id, voucher_id=voucher_id,
        member_debit_fen=totals["debit_fen"], member_credit_fen=totals["credit_fen"],
        lines_digest=bytes(done["digest"]), event_id=event_id,
    )  # fmt: skip
    posted = post_voucher(draft, at=book.at)
    assert not posted.replayed, "the key was claimed"
    act(
        "accounts.reverse", actor=actor, at=book.at, centre_id=book.centre_id, voucher_id=posted.voucher_id,
        reverses_id=reverses_id, accounts=totals["accounts"], fen=totals["debit_fen"] + totals["credit_fen"],
        reason=reason,
    )  # fmt: skip
    return posted


def _not_reversible() -> Refusal:
    return Refusal("accounts.not_reversible", "结息和冲账流水不能冲账：请以更正业务处理。", status=409)


def _refuse_undone(source: str, values: dict[str, Any], *, takes: str, done: int, expected: int) -> None:
    twice = [line["account_id"] for line in rows(_TWICE.format(source=source), values)]
    if twice:
        raise Refusal("accounts.already_reversed", f"已经单独冲账的不能再冲：{count_and_ids(twice)}。", status=409)
    if done < expected:
        stuck = [line["account_id"] for line in rows(_STUCK.format(source=source, takes=takes), values)]
        raise Refusal(
            "accounts.cannot_reverse",
            f"整笔没有冲账：可用余额不足、已冻结或已销户 {count_and_ids(stuck)}。请逐户处理后再办理。",
            status=409,
        )
