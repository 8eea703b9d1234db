"""Holds (止付): money reserved for a payment under way. Exactly one balance row is locked; money is held once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from anju.accounts.actions._ground import BookDay, act, enter_for, lock_balance
from anju.accounts.types import CLOSING, FROZEN, AccountState, FreezeKind, HoldOutcome
from anju.database.sql import execute, row
from anju.kernel.actor import Actor
from anju.kernel.money import format_fen
from anju.kernel.refusal import Refusal

_PAYING = (AccountState.NORMAL, AccountState.SEALED)

_HOLD = """
WITH kept AS (
    INSERT INTO hold (account_id, centre_id, amount_fen, source_id, held_at, purpose, held_year)
    VALUES (%(account)s, %(centre)s, %(fen)s, %(source)s, %(at)s, %(purpose)s, %(year)s) RETURNING id
), b AS (
    UPDATE balance SET held_fen = held_fen + %(fen)s WHERE account_id = %(account)s AND interest_year = %(year)s
)
SELECT id FROM kept
"""


@transaction.atomic
def hold(
    account_id: int, amount_fen: int, *, purpose: str, source_id: int, at: datetime, actor: Actor | None = None
) -> int:
    """Reserve money for one payment; the hold's id.

    The same purpose and source again answers the same hold; with another amount it is refused (409). Refuses more than
    is available (balance less holds less frozen amounts), a closed account, and one under a freeze that forbids paying.
    """
    assert amount_fen > 0, amount_fen
    book = enter_for(account_id, at=at)
    balance = lock_balance(account_id, book)
    known = row(
        "SELECT id, amount_fen FROM hold WHERE account_id = %s AND purpose = %s AND source_id = %s"
        " AND ended_at IS NULL",
        [account_id, purpose, source_id],
    )
    if known is not None:
        if known["amount_fen"] != amount_fen:
            raise Refusal("accounts.hold_differs", "这笔业务已经按另一金额止付：请先撤销再办理。", status=409)
        return int(known["id"])
    _refuse_unavailable(balance, amount_fen, on=book.day)
    made = row(
        _HOLD,
        {"account": account_id, "centre": book.centre_id, "fen": amount_fen, "source": source_id, "at": at,
         "purpose": purpose, "year": book.year},
    )  # fmt: skip
    assert made is not None
    act(
        "accounts.hold", actor=actor, at=at, centre_id=book.centre_id, account_id=account_id, fen=amount_fen,
        purpose=purpose, source_id=source_id, hold_id=made["id"],
    )  # fmt: skip
    return int(made["id"])


def refuse_unpayable(balance: dict[str, Any], *, on: date, whole: bool = False) -> int:
    """Refuse a closed or closing account and one under a freeze that forbids paying; what a freeze of an amount binds.

    ``whole``: any freeze forbids it.
    """
    # The freezes are read after the row is locked, in a statement of their own: a freeze locks the same row first.
    found = row(
        "SELECT coalesce(sum(amount_fen), 0)::bigint AS fen, count(*) FILTER (WHERE kind <> %s) AS forbidding"
        " FROM account_freeze WHERE account_id = %s AND ended_at IS NULL AND (until_on IS NULL OR until_on >= %s)",
        [FreezeKind.AMOUNT, balance["account_id"], on],
    )
    assert found is not None
    if balance["state"] == CLOSING:
        raise Refusal("accounts.closing", "账户正在办理销户，余额已经止付：请等付款完成，或先撤销。", status=409)
    if balance["state"] == FROZEN or found["forbidding"] or (whole and found["fen"]):
        raise Refusal("accounts.frozen", "账户已被冻结，不能支付：请向中心了解冻结机关，解除后再办理。", status=409)
    if balance["state"] not in _PAYING:
        raise Refusal("accounts.closed", "账户已经销户，不能支付。", status=409)
    return int(found["fen"])


def _refuse_unavailable(balance: dict[str, Any], amount_fen: int, *, on: date) -> None:
    frozen = refuse_unpayable(balance, on=on)
    available = max(balance["balance_fen"] - balance["held_fen"] - frozen, 0)
    if amount_fen > available:
        raise Refusal(
            "accounts.not_available",
            f"可用余额 {format_fen(available)} 元，不足 {format_fen(amount_fen)} 元：请按可用余额重新申请。",
            status=409,
        )


@transaction.atomic
def release_hold(account_id: int, hold_id: int, *, at: datetime, actor: Actor | None = None) -> None:
    """Give held money back to the member; a hold already released stays so.

    Refuses a hold whose payment has been posted.
    """
    book = enter_for(account_id, at=at)
    lock_balance(account_id, book)
    found = open_hold(account_id, hold_id)
    if found["outcome"] == HoldOutcome.RELEASED:
        return
    if found["outcome"] == HoldOutcome.POSTED:
        raise Refusal("accounts.hold_posted", "这笔止付对应的款项已经支付入账，不能解除。", status=409)
    end_hold(found, book, outcome=HoldOutcome.RELEASED)
    execute(
        "UPDATE balance b SET held_fen = held_fen - %s, state = CASE WHEN b.state = %s THEN (SELECT a.state"
        " FROM account a WHERE a.account_id = b.account_id) ELSE b.state END WHERE account_id = %s"
        " AND interest_year = %s",
        [found["amount_fen"], CLOSING, account_id, book.year],
    )
    act(
        "accounts.release_hold", actor=actor, at=at, centre_id=book.centre_id, account_id=account_id,
        fen=found["amount_fen"], hold_id=hold_id,
    )  # fmt: skip


def open_hold(account_id: int, hold_id: int) -> dict[str, Any]:
    """The hold's row; the caller has locked the balance, so it cannot change. Refuses an unknown hold."""
    found = row("SELECT * FROM hold WHERE account_id = %s AND id = %s", [account_id, hold_id])
    if found is None:
        raise Refusal("accounts.unknown_hold", "没有这笔止付：请核对业务。", status=404)
    return found


def end_hold(found: dict[str, Any], book: BookDay, *, outcome: HoldOutcome) -> None:
    """Mark an open hold as ended."""
    ended = execute(
        "UPDATE hold SET ended_at = %s, ended_year = %s, outcome = %s"
        " WHERE account_id = %s AND id = %s AND ended_at IS NULL",
        [book.at, book.year, int(outcome), found["account_id"], found["id"]],
    )
    assert ended == 1, found
