"""Rows of money in suspense and what every act on them shares: reading, closing, naming the unit, writing down moves.

Every change leaves a row in `suspense_move`; the sum of what is open and being refunded equals the balance of subject
219, detail by detail and unit by unit, at every commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from anju.contributions.ground import unknown_suspense
from anju.contributions.types import MoveKind, SuspenseReason, SuspenseSettled, SuspenseState
from anju.database.sql import execute, row, rows
from anju.kernel.actor import Actor
from anju.kernel.events import publish
from anju.ledger import queries as books
from anju.ledger.actions import post_voucher, request_digest
from anju.ledger.posting_rules import OVER_OR_SHORT, UNALLOCATED, UNKNOWN_RECEIPTS
from anju.ledger.types import GlLine, VoucherDraft, VoucherKind

_MOVE = """
INSERT INTO suspense_move (centre_id, suspense_id, n, kind, amount_fen, remittance_id, order_id, voucher_id, person_id,
    login_id, at, note)
SELECT %(centre)s, %(item)s, 1 + coalesce(max(n), 0), %(kind)s, %(fen)s, %(remittance)s, %(order)s, %(voucher)s,
       %(person)s, %(login)s, %(at)s, %(note)s
  FROM suspense_move WHERE centre_id = %(centre)s AND suspense_id = %(item)s
"""


_R = SuspenseReason
#: The detail of 219 that money stands on from the day it is put into suspense, by why it was.
SUBJECT_OF = {
    _R.NO_REFERENCE: UNKNOWN_RECEIPTS, _R.WRONG_REFERENCE: UNKNOWN_RECEIPTS, _R.UNKNOWN_REFERENCE: UNKNOWN_RECEIPTS,
    _R.SEVERAL_REFERENCES: UNKNOWN_RECEIPTS, _R.SHORT: OVER_OR_SHORT, _R.OVER: OVER_OR_SHORT,
    _R.DOUBLE: OVER_OR_SHORT, _R.COMPLETES: OVER_OR_SHORT, _R.CANCELLED: UNALLOCATED, _R.NOT_APPROVED: UNALLOCATED,
    _R.POSTING_REFUSED: UNALLOCATED, _R.REVERSAL_STUCK: UNALLOCATED,
}  # fmt: skip
assert set(SUBJECT_OF) == set(SuspenseReason), "every reason has its source"


def read_item(centre_id: int, suspense_id: int) -> dict[str, Any]:
    """One item, locked."""
    found = row("SELECT * FROM suspense WHERE centre_id = %s AND suspense_id = %s FOR UPDATE", [centre_id, suspense_id])
    if found is None:
        raise unknown_suspense()
    return found


def waiting_items(remittance: dict[str, Any]) -> list[dict[str, Any]]:
    """Items that wait for a month, the smaller rest last, locked."""
    return rows(
        "SELECT * FROM suspense WHERE centre_id = %s AND remittance_id = %s AND state = %s AND NOT owed"
        " ORDER BY suspense_id FOR UPDATE",
        [remittance["centre_id"], remittance["remittance_id"], SuspenseState.WAITING],
    )


def close_item(item: dict[str, Any], *, at: datetime) -> None:
    """Nothing of it is open or on its way any more."""
    execute(
        "UPDATE suspense SET state = %s, open_fen = 0, refunding_fen = 0, refund_order_id = NULL, settled_at = %s"
        " WHERE centre_id = %s AND suspense_id = %s",
        [SuspenseState.SETTLED, at, item["centre_id"], item["suspense_id"]],
    )


def write_move(
    item: dict[str, Any], kind: MoveKind, amount_fen: int, *, at: datetime, actor: Actor,
    remittance_id: int | None = None, order_id: int | None = None, voucher_id: int | None = None, note: str = "",
) -> None:  # fmt: skip
    """One line of what was done with an item."""
    execute(
        _MOVE,
        {"centre": item["centre_id"], "item": item["suspense_id"], "kind": int(kind), "fen": amount_fen,
         "remittance": remittance_id, "order": order_id, "voucher": voucher_id, "person": actor.person_id,
         "login": actor.login_id, "at": at, "note": note},
    )  # fmt: skip


def name_unit(
    item: dict[str, Any], unit_id: int | None, *, at: datetime, actor: Actor, back_to_first: bool = False
) -> None:
    """Move money in suspense from one unit's line of 219 to another's, so that each unit's 219 stays its own.

    `back_to_first` puts it back under the unit that the receipt's voucher named, before that voucher is reversed.
    """
    if back_to_first:
        first = next(
            line for line in books.voucher(item["voucher_id"], centre_id=item["centre_id"]).lines
            if line.subject == item["subject"]
        )  # fmt: skip
        unit_id = first.unit_id
    left = item["open_fen"] + item["refunding_fen"]
    if item["unit_id"] == unit_id or left == 0:
        return
    moves = row(
        "SELECT count(*) AS n FROM suspense_move WHERE centre_id = %s AND suspense_id = %s",
        [item["centre_id"], item["suspense_id"]],
    )
    assert moves is not None
    lines = (
        GlLine(item["subject"], debit_fen=left, unit_id=item["unit_id"]),
        GlLine(item["subject"], credit_fen=left, unit_id=unit_id),
    )
    voucher_id = suspense_voucher(
        centre_id=item["centre_id"], key=f"suspense-unit:{item['suspense_id']}:{moves['n']}",
        kind=VoucherKind.SUSPENSE, lines=lines, event_id=item["receipt_id"], at=at, actor=actor,
    )  # fmt: skip
    execute(
        "UPDATE suspense SET unit_id = %s WHERE centre_id = %s AND suspense_id = %s",
        [unit_id, item["centre_id"], item["suspense_id"]],
    )
    write_move(item, MoveKind.RELABELLED, left, at=at, actor=actor, voucher_id=voucher_id)
    item["unit_id"] = unit_id


def suspense_voucher(
    *, centre_id: int, key: str, kind: VoucherKind, lines: Sequence[GlLine], event_id: int | None, at: datetime,
    actor: Actor,
) -> int:  # fmt: skip
    """Post a voucher that only moves suspense and deposits; its id."""
    content = request_digest(
        lines=[[line.subject, line.debit_fen, line.credit_fen, line.unit_id, line.bank_account_id] for line in lines],
        event_id=event_id,
    )
    draft = VoucherDraft(
        centre_id=centre_id, idempotency_key=key, request_digest=content, kind=kind,
        business_date=books.business_date(centre_id, at), maker_person_id=actor.person_id,
        checker_person_id=None, lines=tuple(lines), event_id=event_id,
    )  # fmt: skip
    return post_voucher(draft, at=at).voucher_id


def tell_settled(item: dict[str, Any], how: MoveKind, amount_fen: int, *, at: datetime) -> None:
    """Publish that an item was dealt with."""
    publish(
        SuspenseSettled(
            item["centre_id"], item["suspense_id"], item["unit_id"], item["remittance_id"], amount_fen, how, at
        )
    )
