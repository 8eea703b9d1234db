# ruff: noqa: S608  statements are joined from this room's constants; every value is a parameter or a quoted literal
"""Closing an account (销户) and paying it out with its interest.

``hold_for_close_out`` says what is to be paid and holds all there is: from then on the account takes no money, so what
the bank is told stays true until it answers. ``post_close_out`` posts what the bank paid, in one voucher: the interest
is accrued (411-01 / 211) and paid (211 / 101) with the principal (201 / 101). ``reverse_close_out`` takes it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from anju.accounts.actions._ground import (
    DIGEST,
    BookDay,
    act,
    enter_for,
    lock_balance,
    next_voucher_id,
    unknown_account,
)
from anju.accounts.actions.freezes import mark
from anju.accounts.actions.holds import end_hold, open_hold, refuse_unpayable
from anju.accounts.actions.states import begin_spell
from anju.accounts.types import CLOSING, PRODUCT, AccountState, ClosingHold, HoldOutcome, LineKind
from anju.database.sql import execute, row, rows
from anju.kernel.actor import Actor
from anju.kernel.month import interest_year
from anju.kernel.refusal import Refusal
from anju.ledger import queries as books
from anju.ledger.actions import claim_key, post_voucher, refuse_unreversible, request_digest
from anju.ledger.posting_rules import INTEREST, PRINCIPAL, PostingRule, compose, interest_lines, pair
from anju.ledger.types import GlLine, PostedVoucher, VoucherDraft, VoucherKind

# What the row has earned by a day, rounded once; a correction takes back no more than there is.
_EARNED = f"""
SELECT greatest(interest_of(b.balance_fen * rate_index_at({PRODUCT}::smallint, %(on)s) - b.weighted_sum, r.factor,
                            r.day_base), -b.balance_fen) AS fen
  FROM balance b
 CROSS JOIN (SELECT factor, day_base FROM rate_index WHERE product = {PRODUCT} AND day < %(on)s
              ORDER BY day DESC LIMIT 1) r
 WHERE b.account_id = %(account)s AND b.interest_year = %(year)s
"""
_HOLD = """
INSERT INTO hold (account_id, centre_id, amount_fen, source_id, held_at, purpose, interest_fen, closes_on, held_year)
VALUES (%(account)s, %(centre)s, %(fen)s, %(source)s, %(at)s, %(purpose)s, %(interest)s, %(on)s, %(year)s) RETURNING id
"""
_BALANCE = """
UPDATE balance SET balance_fen = %(balance)s, held_fen = held_fen - %(released)s, carried_fen = %(carried)s,
       weighted_sum = %(weighted)s, interest_fen = interest_fen + %(interest)s, last_seq = %(seq)s, state = %(state)s
 WHERE account_id = %(account)s AND interest_year = %(year)s
"""
_LINES = f"""
WITH written AS (
    INSERT INTO member_line (account_id, seq, voucher_id, centre_id, known_at, debit_fen, credit_fen, balance_after_fen,
        weighted_sum_after, source_id, reverses_seq, period, booked_on, value_on, kind)
    SELECT %(account)s, l.seq, %(voucher)s, %(centre)s, %(at)s, l.debit_fen, l.credit_fen, l.balance_fen, l.weighted,
           %(source)s, l.reverses_seq, %(period)s, %(day)s, l.value_on, l.kind
      FROM unnest(%(seqs)s::bigint[], %(debits)s::bigint[], %(credits)s::bigint[], %(balances)s::bigint[],
                  %(weights)s::bigint[], %(reverses)s::bigint[], %(values)s::date[], %(kinds)s::smallint[])
        AS l (seq, debit_fen, credit_fen, balance_fen, weighted, reverses_seq, value_on, kind)
    RETURNING *
)
SELECT {DIGEST} AS digest FROM written
"""


@dataclass(frozen=True)
class _Change:
    """One movement of the account: fen greater than zero come in."""

    fen: int
    kind: LineKind
    value_on: date
    reverses_seq: int | None = None


@transaction.atomic
def hold_for_close_out(
    account_id: int, *, purpose: str, source_id: int, at: datetime, actor: Actor | None = None
) -> ClosingHold:
    """Hold all there is and say what closing the account on the business day pays: the balance and its interest.

    Interest counts up to the day before. The account is closing from now on (a posting state of its own): nothing is
    credited or held until the payment is made or the hold released. The same purpose and source again answers the same.
    Refuses an account that is closed, closing, frozen in any way or has a payment on its way, and one with nothing to
    pay.
    """
    book = enter_for(account_id, at=at)
    balance = lock_balance(account_id, book)
    known = row(
        "SELECT * FROM hold WHERE account_id = %s AND purpose = %s AND source_id = %s AND ended_at IS NULL"
        " AND closes_on IS NOT NULL",
        [account_id, purpose, source_id],
    )
    if known is not None:
        return _closing_hold(known)
    refuse_unpayable(balance, on=book.day, whole=True)
    if balance["held_fen"]:
        raise Refusal("accounts.payment_under_way", "账户还有一笔款项正在支付：请等它完成，再办理销户。", status=409)
    earned = _earned(account_id, book)
    if balance["balance_fen"] + earned <= 0:
        raise Refusal("accounts.nothing_to_pay", "账户没有可以支付的本金和利息：请办理无款销户。", status=409)
    made = row(
        _HOLD,
        {"account": account_id, "centre": book.centre_id, "fen": balance["balance_fen"], "source": source_id, "at": at,
         "purpose": purpose, "interest": earned, "on": book.day, "year": book.year},
    )  # fmt: skip
    assert made is not None
    execute(
        "UPDATE balance SET held_fen = balance_fen, state = %s WHERE account_id = %s AND interest_year = %s",
        [CLOSING, account_id, book.year],
    )
    held = ClosingHold(made["id"], account_id, book.day, balance["balance_fen"], earned)
    act(
        "accounts.hold_for_close_out", actor=actor, at=at, centre_id=book.centre_id, account_id=account_id,
        principal_fen=held.principal_fen, interest_fen=held.interest_fen, purpose=purpose, source_id=source_id,
        hold_id=held.hold_id,
    )  # fmt: skip
    return held


def _earned(account_id: int, book: BookDay) -> int:
    found = row(_EARNED, {"account": account_id, "on": book.day, "year": book.year})
    if found is None:
        raise Refusal("accounts.no_rate", "还没有录入存款利率：请先由管理员载入利率。")
    return int(found["fen"])


def _closing_hold(found: dict[str, Any]) -> ClosingHold:
    return ClosingHold(
        found["id"], found["account_id"], found["closes_on"], found["amount_fen"], found["interest_fen"]
    )


@transaction.atomic
def post_close_out(
    account_id: int, *, hold_id: int, amount_fen: int, interest_fen: int, key: str, paid_on: date, reason: str,
    source_id: int, maker: int | None, checker: int | None, at: datetime, bank_account_id: int | None = None,
    event_id: int | None = None, actor: Actor | None = None,
) -> PostedVoucher:  # fmt: skip
    """Post what the bank has paid for a closing hold and close the account; one voucher, once.

    ``amount_fen`` is all the bank paid, ``interest_fen`` the interest in it, ``event_id`` the payment order. Lines have
    the day of closing as value date, so interest ends the day before whenever the bank answered. If the interest year
    turned meanwhile, the settlement has credited the whole year: then the difference is corrected, all is paid from
    201, and lines have 1 July as value date. The same key and request answer the same. Refuses a hold that has ended,
    one that closes nothing, and other amounts than it promised.
    """
    book = enter_for(account_id, at=at)
    digest = request_digest(
        account_id=account_id, hold_id=hold_id, fen=amount_fen, interest_fen=interest_fen, source_id=source_id
    )
    known = claim_key(book.centre_id, key, digest=digest)
    if known is not None:
        return known
    balance = lock_balance(account_id, book)
    found = open_hold(account_id, hold_id)
    held = _refuse_hold(found, amount_fen=amount_fen, interest_fen=interest_fen)
    changes, interest = _changes(balance, held)
    corrected = sum(one.fen for one in changes if one.kind is LineKind.INTEREST)
    principal = -sum(one.fen for one in changes if one.kind is LineKind.CLOSING)
    assert balance["balance_fen"] + corrected == principal and principal + interest == amount_fen, (balance, held)
    voucher_id = next_voucher_id()
    lines_digest = _write(
        balance, changes, book=book, voucher_id=voucher_id, source_id=source_id, released=found["amount_fen"],
        state=AccountState.WITHDRAWN, carried=0,
    )  # fmt: skip
    end_hold(found, book, outcome=HoldOutcome.POSTED)
    state_before = _turn(account_id, to=AccountState.WITHDRAWN, on=held.closes_on, reason=reason, at=at)
    _register(book, held, voucher_id=voucher_id, seq=balance["last_seq"] + len(changes) if principal else None,
              principal=principal, interest=interest, corrected=corrected, paid_on=paid_on,
              state_before=state_before)  # fmt: skip
    posted = post_voucher(
        VoucherDraft(
            centre_id=book.centre_id, idempotency_key=key, kind=VoucherKind.CLOSING, business_date=book.day,
            request_digest=digest, maker_person_id=maker, checker_person_id=checker, member_count=len(changes),
            member_debit_fen=principal + max(-corrected, 0), member_credit_fen=max(corrected, 0),
            lines_digest=lines_digest, voucher_id=voucher_id, event_id=event_id,
            lines=_gl_lines(principal, interest, corrected, bank_account_id),
        ),
        at=at,
    )  # fmt: skip
    assert not posted.replayed, "the key was claimed"
    act(
        "accounts.close_out", actor=actor, at=at, centre_id=book.centre_id, account_id=account_id, hold_id=hold_id,
        principal_fen=principal, interest_fen=interest, corrected_fen=corrected, voucher_id=voucher_id, reason=reason,
        source_id=source_id,
    )  # fmt: skip
    return posted


def _refuse_hold(found: dict[str, Any], *, amount_fen: int, interest_fen: int) -> ClosingHold:
    if found["outcome"] != HoldOutcome.OPEN:
        raise Refusal("accounts.hold_ended", "这笔止付已经结束，不能再次入账：请核对付款结果。", status=409)
    if found["closes_on"] is None:
        raise Refusal("accounts.hold_differs", "这笔止付不是销户止付：请核对业务。", status=409)
    held = _closing_hold(found)
    if (held.amount_fen, held.interest_fen) != (amount_fen, interest_fen):
        raise Refusal("accounts.hold_differs", "支付的本金、利息与销户止付不一致：请核对付款结果。", status=409)
    return held


def _changes(balance: dict[str, Any], held: ClosingHold) -> tuple[list[_Change], int]:
    """The account's movements, and the interest that is paid beside them."""
    if balance["interest_year"] == interest_year(held.closes_on):
        corrected, interest, on = min(held.earned_fen, 0), held.interest_fen, held.closes_on
    else:
        corrected, interest = held.amount_fen - balance["balance_fen"], 0
        on = date(balance["interest_year"], 7, 1)
    closing = held.amount_fen - interest
    moved = [_Change(corrected, LineKind.INTEREST, on), _Change(-closing, LineKind.CLOSING, on)]
    return [one for one in moved if one.fen], interest


def _gl_lines(principal: int, interest: int, corrected: int, bank_account_id: int | None) -> tuple[GlLine, ...]:
    """Interest is accrued before 211 is debited; nothing is paid that was not expensed."""
    lines = interest_lines(credited_fen=max(corrected, 0), taken_back_fen=max(-corrected, 0))
    if interest:
        lines += pair(PostingRule.INTEREST_ACCRUED, amount_fen=interest)
    parts = {part: fen for part, fen in ((PRINCIPAL, principal), (INTEREST, interest)) if fen}
    return lines + compose(PostingRule.CLOSE_OUT_PAID, parts, bank_account_id=bank_account_id)


def _write(
    balance: dict[str, Any], changes: list[_Change], *, book: BookDay, voucher_id: int, source_id: int | None,
    released: int, state: AccountState, carried: int,
) -> bytes:  # fmt: skip
    """Write the movements of a locked balance row and the row after them; the digest of the lines."""
    account_id, fen, weighted = balance["account_id"], balance["balance_fen"], balance["weighted_sum"]
    written: list[tuple[int, int, int, int, int, int | None, date, int]] = []
    for n, one in enumerate(changes, start=1):
        fen += one.fen
        weighted += one.fen * _index(one.value_on)
        written.append((balance["last_seq"] + n, max(-one.fen, 0), max(one.fen, 0), fen, weighted, one.reverses_seq,
                        one.value_on, int(one.kind)))  # fmt: skip
    execute(
        _BALANCE,
        {"balance": fen, "released": released, "carried": carried, "weighted": weighted, "state": int(state),
         "interest": sum(one.fen for one in changes if one.kind is LineKind.INTEREST), "account": account_id,
         "seq": balance["last_seq"] + len(changes), "year": balance["interest_year"]},
    )  # fmt: skip
    if not written:
        return b""
    names = ("seqs", "debits", "credits", "balances", "weights", "reverses", "values", "kinds")
    made = row(
        _LINES,
        {"account": account_id, "voucher": voucher_id, "centre": book.centre_id, "at": book.at, "source": source_id,
         "period": book.period, "day": book.day} | dict(zip(names, map(list, zip(*written, strict=True)), strict=True)),
    )  # fmt: skip
    assert made is not None
    return bytes(made["digest"])


def _index(day: date) -> int:
    found = row(f"SELECT rate_index_at({PRODUCT}::smallint, %s) AS value", [day])
    assert found is not None and found["value"] is not None, day
    return int(found["value"])


def _turn(account_id: int, *, to: AccountState, on: date, reason: str, at: datetime) -> int:
    """Begin a spell in another state; the state before."""
    found = row("SELECT state FROM account WHERE account_id = %s", [account_id])
    assert found is not None
    begin_spell({"ids": [account_id], "state": int(to), "unit": None, "on": on, "reason": reason, "at": at})
    return int(found["state"])


def _register(
    book: BookDay, held: ClosingHold, *, voucher_id: int, seq: int | None, principal: int, interest: int,
    corrected: int, paid_on: date, state_before: int,
) -> None:  # fmt: skip
    execute(
        "INSERT INTO close_out (account_id, voucher_id, centre_id, hold_id, seq, principal_fen, interest_fen,"
        " corrected_fen, known_at, closes_on, paid_on, interest_year, state_before)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [held.account_id, voucher_id, book.centre_id, held.hold_id, seq, principal, interest, corrected, book.at,
         held.closes_on, paid_on, book.year, state_before],
    )  # fmt: skip


@transaction.atomic
def reverse_close_out(
    account_id: int, voucher_id: int, *, key: str, maker: int | None, checker: int | None, reason: str, at: datetime,
    event_id: int | None = None, actor: Actor | None = None,
) -> PostedVoucher:  # fmt: skip
    """Take a close-out back whole, when the bank sent the money back: the account is what it was before.

    The counter-entries have the value date of the closing, so interest goes on as if it had never ended. Refuses a
    voucher that closed nothing, and one that was reversed.
    """
    book = enter_for(account_id, at=at)
    found = row("SELECT * FROM close_out WHERE account_id = %s AND voucher_id = %s", [account_id, voucher_id])
    if found is None:
        raise Refusal("accounts.no_close_out", "这张凭证不是这个账户的销户凭证：请核对业务。", status=404)
    original = books.voucher(voucher_id, centre_id=book.centre_id)
    refuse_unreversible(original, key=key)
    digest = request_digest(account_id=account_id, reverses=voucher_id, reason=reason)
    known = claim_key(book.centre_id, key, digest=digest)
    if known is not None:
        return known
    _open_again(account_id, state=found["state_before"], year=found["interest_year"])
    balance = lock_balance(account_id, book)
    lines = rows(
        "SELECT seq, credit_fen - debit_fen AS fen, kind, value_on, source_id FROM member_line"
        " WHERE account_id = %s AND voucher_id = %s AND period = %s ORDER BY seq DESC",
        [account_id, voucher_id, original.business_date.year * 100 + original.business_date.month],
    )
    changes = [_Change(-one["fen"], LineKind(one["kind"]), one["value_on"], one["seq"]) for one in lines]
    reverse_id = next_voucher_id()
    lines_digest = _write(
        balance, changes, book=book, voucher_id=reverse_id, source_id=lines[0]["source_id"] if lines else None,
        released=0, state=AccountState(found["state_before"]), carried=_carried(balance, changes),
    )  # fmt: skip
    _turn(account_id, to=AccountState(found["state_before"]), on=book.day, reason=reason, at=at)
    mark(account_id, book.year)
    draft = VoucherDraft(
        centre_id=book.centre_id, idempotency_key=key, kind=VoucherKind.REVERSAL, business_date=book.day,
        request_digest=digest, maker_person_id=maker, checker_person_id=checker, member_count=len(changes),
        member_debit_fen=original.member_credit_fen, member_credit_fen=original.member_debit_fen,
        lines_digest=lines_digest, voucher_id=reverse_id, event_id=event_id, reverses_id=voucher_id,
        lines=tuple(line.reversed for line in original.lines),
    )  # fmt: skip
    posted = post_voucher(draft, at=at)
    assert not posted.replayed, "the key was claimed"
    act(
        "accounts.reverse_close_out", actor=actor, at=at, centre_id=book.centre_id, account_id=account_id,
        voucher_id=reverse_id, reverses_id=voucher_id, reason=reason,
        fen=found["principal_fen"] + found["interest_fen"],
    )  # fmt: skip
    return posted


def _open_again(account_id: int, *, state: int, year: int) -> None:
    """Let the row the account was closed in be carried again; what it had earned by then is credited with that year."""
    opened = execute(
        "UPDATE balance SET state = %s WHERE account_id = %s AND interest_year = %s AND state = %s",
        [state, account_id, year, int(AccountState.WITHDRAWN)],
    )
    if opened != 1:
        raise unknown_account()


def _carried(balance: dict[str, Any], changes: list[_Change]) -> int:
    """Money that comes back goes to the carried-forward part first, up to what the year opened with."""
    fen, carried = int(balance["balance_fen"]), int(balance["carried_fen"])
    for one in changes:
        fen += one.fen
        carried = min(carried, fen) if one.fen < 0 else min(int(balance["opening_fen"]), carried + one.fen)
    return carried
