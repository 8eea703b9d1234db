"""States of accounts: sealing (封存), unsealing (启封), moving to another unit (转移), closing; each a new spell.

Balance rows are locked first, in the order of accounts, so that no posting slips in between look and change.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from anju.accounts.actions._ground import BookDay, act, count_and_ids, enter_for, ids_source, unknown_account
from anju.accounts.actions.carrying import carry
from anju.accounts.types import CARRIED, CLOSING, FROZEN, AccountState
from anju.database.sql import execute, rows
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal

# Locks the balance rows by changing them; a freeze and a closing keep their own posting state.
_BALANCES = """
UPDATE balance b SET state = CASE WHEN b.state IN (%(frozen)s, %(closing)s) THEN b.state ELSE %(state)s END
  FROM (SELECT unnest(%(ids)s::bigint[]) AS account_id ORDER BY 1) s
 WHERE b.account_id = s.account_id AND b.interest_year = %(year)s AND b.centre_id = %(centre)s
   AND b.state < %(carried)s
RETURNING b.account_id
"""

_WRONG = """
SELECT account_id FROM account WHERE account_id = ANY(%(ids)s) AND NOT state = ANY(%(only_from)s)
 ORDER BY account_id
"""

_CHANGE = """
WITH ids AS (SELECT unnest(%(ids)s::bigint[]) AS account_id), accounts AS (
    UPDATE account a SET state = %(state)s, unit_id = coalesce(%(unit)s, a.unit_id) FROM ids
     WHERE a.account_id = ids.account_id RETURNING a.account_id, a.unit_id
), ended AS (
    UPDATE account_spell p SET ended_on = greatest(%(on)s::date, p.started_on) FROM ids
     WHERE p.account_id = ids.account_id AND p.ended_on IS NULL RETURNING p.account_id, p.n
)
SELECT e.account_id, e.n + 1 AS n, a.unit_id FROM ended e JOIN accounts a ON a.account_id = e.account_id
"""

_SPELL = """
INSERT INTO account_spell (account_id, n, state, unit_id, started_on, reason, known_at)
SELECT s.account_id, s.n, %(state)s, s.unit_id, greatest(%(on)s::date, p.started_on), %(reason)s, %(at)s
  FROM unnest(%(ids)s::bigint[], %(ns)s::integer[], %(units)s::bigint[]) AS s (account_id, n, unit_id)
  JOIN account_spell p ON p.account_id = s.account_id AND p.n = s.n - 1
"""


@transaction.atomic
def seal_accounts(
    ids: Sequence[int], *, reason: str, on: date, at: datetime, actor: Actor | None = None
) -> None:
    """Seal normal accounts from ``on``: no contribution for that month or a later one; interest goes on."""
    _change(
        ids, to=AccountState.SEALED, only_from=(AccountState.NORMAL,), on=on, at=at, reason=reason, actor=actor,
        name="accounts.seal", refused="不是正常状态，不能封存",
    )  # fmt: skip


@transaction.atomic
def unseal_accounts(
    ids: Sequence[int], *, on: date, at: datetime, reason: str = "启封", actor: Actor | None = None
) -> None:
    """Unseal sealed accounts under the same unit."""
    _change(
        ids, to=AccountState.NORMAL, only_from=(AccountState.SEALED,), on=on, at=at, reason=reason, actor=actor,
        name="accounts.unseal", refused="不是封存状态，不能启封",
    )  # fmt: skip


@transaction.atomic
def move_accounts(
    ids: Sequence[int], *, to_unit_id: int, on: date, at: datetime, reason: str = "转移",
    actor: Actor | None = None,
) -> None:  # fmt: skip
    """Move accounts, sealed or normal, under another unit, where they are normal; balance and history go with them."""
    _change(
        ids, to=AccountState.NORMAL, only_from=(AccountState.NORMAL, AccountState.SEALED), on=on, at=at,
        reason=reason, actor=actor, unit_id=to_unit_id, name="accounts.move", refused="已经销户，不能转移",
    )  # fmt: skip


def _change(
    ids: Sequence[int], *, to: AccountState, only_from: tuple[AccountState, ...], on: date, at: datetime,
    reason: str, actor: Actor | None, name: str, refused: str, unit_id: int | None = None,
) -> None:  # fmt: skip
    wanted = sorted(set(ids))
    if not wanted:
        return
    book = enter_for(wanted[0], at=at)
    values = {
        "ids": wanted, "state": int(to), "unit": unit_id, "frozen": FROZEN, "closing": CLOSING,
        "carried": CARRIED, "year": book.year, "centre": book.centre_id, "on": on, "reason": reason, "at": at,
        "only_from": [int(state) for state in only_from],
    }  # fmt: skip
    _lock(wanted, book, values)
    wrong = [line["account_id"] for line in rows(_WRONG, values)]
    if wrong:
        raise Refusal("accounts.wrong_state", f"{count_and_ids(wrong)}{refused}：请核对账户状态。", status=409)
    begin_spell(values)
    act(
        name, actor=actor, at=at, centre_id=book.centre_id, account_id=wanted[0] if len(wanted) == 1 else None,
        unit_id=unit_id, accounts=len(wanted), on=str(on), reason=reason, first=wanted[0], last=wanted[-1],
    )  # fmt: skip


def begin_spell(values: dict[str, object]) -> None:
    """End the current spell of accounts whose balance rows are locked, and begin the next.

    ``values``: ids, state, unit (None keeps it), on, reason, at.
    """
    changed = rows(_CHANGE, values)
    assert len(changed) == len(list(values["ids"])), "every account has one current spell"  # type: ignore[call-overload]
    columns = zip(*((line["account_id"], line["n"], line["unit_id"]) for line in changed), strict=True)
    execute(_SPELL, values | dict(zip(("ids", "ns", "units"), map(list, columns), strict=True)))


def _lock(ids: list[int], book: BookDay, values: dict[str, object]) -> None:
    if execute(_BALANCES, values) == len(ids):
        return
    carry(ids_source(ids), book=book, cause=f"account:{ids[0]}")
    if execute(_BALANCES, values) < len(ids):
        raise unknown_account()
