"""Freezes (冻结) ordered by courts and other authorities: records with document and end, never a change of money."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from anju.accounts.actions._ground import act, enter_for, lock_balance
from anju.accounts.types import CLOSING, FROZEN, FreezeKind
from anju.database.sql import execute, row, rows
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal

# A full freeze stands in the balance row, where every posting looks; it goes when no other full freeze is left. A
# closing that was on its way goes on behind it. What is closed stays closed.
_MARK = """
UPDATE balance b SET state = CASE
        WHEN a.state IN (1, 2) AND EXISTS (SELECT 1 FROM account_freeze f
             WHERE f.account_id = b.account_id AND f.kind = %(full)s AND f.ended_at IS NULL) THEN %(frozen)s
        WHEN a.state IN (1, 2) AND EXISTS (SELECT 1 FROM hold h
             WHERE h.account_id = b.account_id AND h.closes_on IS NOT NULL AND h.ended_at IS NULL) THEN %(closing)s
        ELSE a.state END
  FROM account a
 WHERE a.account_id = b.account_id AND b.account_id = %(account)s AND b.interest_year = %(year)s
"""


@transaction.atomic
def freeze(
    account_id: int,
    *,
    kind: FreezeKind,
    authority: str,
    document: str,
    at: datetime,
    amount_fen: int | None = None,
    until_on: date | None = None,
    actor: Actor | None = None,
) -> int:
    """Freeze an amount, all payments, or all movements; the number of the freeze within the account.

    An amount may be larger than the balance: it then also binds what comes later. Payments already instructed to the
    bank are posted all the same. Refuses a freeze without authority or document, and a closed account.
    """
    if not authority.strip() or not document.strip():
        raise Refusal("accounts.freeze_without_document", "冻结须写明冻结机关和文书号：请补充后再办理。")
    if (kind is FreezeKind.AMOUNT) != (amount_fen is not None and amount_fen > 0):
        raise Refusal("accounts.freeze_amount", "部分冻结须写明大于零的金额，其他冻结不写金额。", field="amount_fen")
    book = enter_for(account_id, at=at)
    balance = lock_balance(account_id, book)
    if balance["state"] in (3, 4, 5):
        raise Refusal("accounts.closed", "账户已经销户，不能冻结。", status=409)
    made = row(
        "INSERT INTO account_freeze (account_id, n, amount_fen, started_at, until_on, kind, authority, document)"
        " SELECT %(id)s, coalesce(max(n), 0) + 1, %(fen)s, %(at)s, %(until)s, %(kind)s, %(authority)s, %(document)s"
        " FROM account_freeze WHERE account_id = %(id)s RETURNING n",
        {"id": account_id, "fen": amount_fen, "at": at, "until": until_on, "kind": int(kind),
         "authority": authority.strip(), "document": document.strip()},
    )  # fmt: skip
    assert made is not None
    mark(account_id, book.year)
    act(
        "accounts.freeze", actor=actor, at=at, centre_id=book.centre_id, account_id=account_id, kind=kind.name,
        fen=amount_fen, n=made["n"],
    )  # fmt: skip
    return int(made["n"])


@transaction.atomic
def unfreeze(account_id: int, n: int, *, document: str, at: datetime, actor: Actor | None = None) -> None:
    """End a freeze by its releasing document; refuses one that has ended or does not exist."""
    if not document.strip():
        raise Refusal("accounts.freeze_without_document", "解除冻结须写明文书号：请补充后再办理。")
    book = enter_for(account_id, at=at)
    lock_balance(account_id, book)
    ended = execute(
        "UPDATE account_freeze SET ended_at = %s, release_document = %s"
        " WHERE account_id = %s AND n = %s AND ended_at IS NULL",
        [at, document.strip(), account_id, n],
    )
    if ended == 0:
        raise Refusal("accounts.no_freeze", "没有这笔生效中的冻结：请核对冻结记录。", status=409)
    mark(account_id, book.year)
    act("accounts.unfreeze", actor=actor, at=at, centre_id=book.centre_id, account_id=account_id, n=n)


def end_lapsed_freezes(centre_id: int, *, today: date, at: datetime, actor: Actor | None = None) -> int:
    """End freezes whose last day is over and that nobody prolonged; how many. Each account is its own transaction."""
    lapsed = rows(
        "SELECT f.account_id, f.n FROM account_freeze f JOIN account a ON a.account_id = f.account_id"
        " WHERE a.centre_id = %s AND f.ended_at IS NULL AND f.until_on < %s ORDER BY f.account_id, f.n",
        [centre_id, today],
    )
    for line in lapsed:
        unfreeze(line["account_id"], line["n"], document="到期自动解除", at=at, actor=actor)
    return len(lapsed)


def mark(account_id: int, year: int) -> None:
    """Write the posting state of an account that follows from its state, its freezes and its holds."""
    execute(
        _MARK,
        {"account": account_id, "year": year, "full": int(FreezeKind.FULL), "frozen": FROZEN, "closing": CLOSING},
    )
