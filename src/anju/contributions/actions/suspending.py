"""Opening, using and taking back money in suspense (219 暂收), as matching, posting and the bank's reversals need it.

The treasurer's own acts stand in `settling` and `refunding`; rows and moves in `items`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from anju.audit.actions import record
from anju.contributions.actions.items import (
    SUBJECT_OF,
    close_item,
    name_unit,
    read_item,
    suspense_voucher,
    tell_settled,
    waiting_items,
    write_move,
)
from anju.contributions.actions.matching import Meaning
from anju.contributions.ground import payer_digest
from anju.contributions.types import (
    MoveKind,
    SuspenseOpened,
    SuspenseReason,
    SuspenseState,
)
from anju.database.encryption import seal
from anju.database.sql import execute, row, rows
from anju.kernel.actor import Actor
from anju.kernel.events import publish
from anju.kernel.money import format_fen
from anju.ledger import queries as books
from anju.ledger.actions import reverse_voucher
from anju.ledger.posting_rules import PostingRule, pair
from anju.ledger.types import VoucherKind
from anju.treasury.types import MoneyReceived, ReceiptReversed

_WHERE = "suspense‖payer_sealed"
_OPEN = """
INSERT INTO suspense (centre_id, receipt_id, bank_account_id, unit_id, remittance_id, voucher_id, amount_fen, open_fen,
    received_at, value_on, state, owed, subject, reason, reason_text, summary, payer_tail, payer_sealed, payer_digest)
VALUES (%(centre)s, %(receipt)s, %(bank)s, %(unit)s, %(remittance)s, %(voucher)s, %(fen)s, %(fen)s, %(at)s,
    %(value_on)s, %(state)s, %(owed)s, %(subject)s, %(reason)s, %(text)s, %(summary)s, %(tail)s, %(payer)s, %(account)s)
RETURNING suspense_id
"""


def open_suspense(money: MoneyReceived, meaning: Meaning, *, state: SuspenseState, at: datetime, actor: Actor) -> int:
    """Post a receipt to suspense (Dr 101, Cr 219) and write down why."""
    assert meaning.reason is not None
    voucher_id = suspense_voucher(
        centre_id=money.centre_id, key=f"suspense:{money.receipt_id}", kind=VoucherKind.RECEIPT,
        lines=pair(
            PostingRule.RECEIPT_UNMATCHED, amount_fen=money.amount_fen, unit_id=meaning.unit_id,
            bank_account_id=money.bank_account_id, source=SUBJECT_OF[meaning.reason],
        ),
        event_id=money.receipt_id, at=at, actor=actor,
    )  # fmt: skip
    made = row(
        _OPEN,
        {"centre": money.centre_id, "receipt": money.receipt_id, "bank": money.bank_account_id,
         "unit": meaning.unit_id, "remittance": meaning.remittance_id, "voucher": voucher_id,
         "fen": money.amount_fen, "at": at, "value_on": money.value_on, "state": int(state), "owed": False,
         "subject": SUBJECT_OF[meaning.reason], "reason": meaning.reason.value,
         "text": meaning.text, "summary": money.summary[:200],
         "tail": money.payer_account[-4:], "payer": seal(money.payer_name, where=_WHERE),
         "account": payer_digest(money.payer_account)},
    )  # fmt: skip
    assert made is not None
    item = read_item(money.centre_id, made["suspense_id"])
    write_move(item, MoveKind.OPENED, money.amount_fen, at=at, actor=actor, voucher_id=voucher_id)
    if state is SuspenseState.WAITING:
        write_move(item, MoveKind.WAITED, money.amount_fen, at=at, actor=actor, remittance_id=item["remittance_id"])
    record("contributions.open_suspense", actor=actor, at=at, subject="suspense", subject_id=item["suspense_id"],
           unit_id=meaning.unit_id, details={"fen": money.amount_fen, "reason": meaning.reason.value})  # fmt: skip
    publish(
        SuspenseOpened(
            money.centre_id,
            item["suspense_id"],
            meaning.unit_id,
            meaning.remittance_id,
            money.amount_fen,
            meaning.reason,
            meaning.text,
            at,
        )  # fmt: skip
    )
    return int(item["suspense_id"])


def open_owed(
    reversal: ReceiptReversed, *, unit_id: int | None, remittance_id: int | None, why: str, at: datetime,
    actor: Actor,
) -> None:  # fmt: skip
    """The bank took money back that cannot be taken from where it went: the unit owes it (Dr 219, Cr 101)."""
    known = row(
        "SELECT 1 AS one FROM suspense WHERE centre_id = %s AND receipt_id = %s AND owed",
        [reversal.centre_id, reversal.receipt_id],
    )
    if known is not None:
        return
    voucher_id = suspense_voucher(
        centre_id=reversal.centre_id, key=f"owed:{reversal.receipt_id}", kind=VoucherKind.SUSPENSE,
        lines=pair(
            PostingRule.SUSPENSE_REFUNDED, amount_fen=reversal.amount_fen, unit_id=unit_id,
            bank_account_id=reversal.bank_account_id, source=SUBJECT_OF[SuspenseReason.REVERSAL_STUCK],
        ),
        event_id=reversal.receipt_id, at=at, actor=actor,
    )  # fmt: skip
    text = f"银行冲回了 {format_fen(reversal.amount_fen)} 元，但款项已经使用，单位须补回。{why}"
    made = row(
        _OPEN,
        {"centre": reversal.centre_id, "receipt": reversal.receipt_id, "bank": reversal.bank_account_id,
         "unit": unit_id, "remittance": remittance_id, "voucher": voucher_id, "fen": reversal.amount_fen,
         "at": at, "value_on": reversal.value_on, "state": int(SuspenseState.OPEN), "owed": True,
         "subject": SUBJECT_OF[SuspenseReason.REVERSAL_STUCK], "reason": SuspenseReason.REVERSAL_STUCK.value,
         "text": text, "summary": "", "tail": "",
         "payer": seal("", where=_WHERE), "account": None},
    )  # fmt: skip
    assert made is not None
    item = read_item(reversal.centre_id, made["suspense_id"])
    write_move(item, MoveKind.OPENED, reversal.amount_fen, at=at, actor=actor, voucher_id=voucher_id)
    publish(
        SuspenseOpened(
            reversal.centre_id,
            item["suspense_id"],
            unit_id,
            remittance_id,
            reversal.amount_fen,
            SuspenseReason.REVERSAL_STUCK,
            text,
            at,
        )  # fmt: skip
    )


def take_back(item: dict[str, Any], reversal: ReceiptReversed, *, at: datetime, actor: Actor) -> None:
    """The bank took back money that still lies in suspense whole: the receipt's voucher is reversed."""
    name_unit(item, None, at=at, actor=actor, back_to_first=True)
    posted = reverse_voucher(
        books.voucher(item["voucher_id"], centre_id=item["centre_id"]),
        key=f"suspense-reversed:{reversal.receipt_id}", maker=None, checker=None, at=at,
        event_id=reversal.receipt_id,
    )  # fmt: skip
    write_move(item, MoveKind.REVERSED, item["open_fen"], at=at, actor=actor, voucher_id=posted.voucher_id)
    execute(
        "UPDATE suspense SET state = %s, open_fen = 0, settled_at = %s WHERE centre_id = %s AND suspense_id = %s",
        [SuspenseState.REVERSED, at, item["centre_id"], item["suspense_id"]],
    )
    tell_settled(item, MoveKind.REVERSED, item["amount_fen"], at=at)


def taken_from(items: list[dict[str, Any]], total_fen: int) -> dict[str, int]:
    """How much a month takes from which detail of 219, item after item as ``use_waiting`` writes it down."""
    taken: dict[str, int] = {}
    left = total_fen
    for item in items:
        used = min(left, item["open_fen"])
        left -= used
        if used:
            taken[item["subject"]] = taken.get(item["subject"], 0) + used
    return taken


def use_waiting(remittance: dict[str, Any], *, voucher_id: int, at: datetime, actor: Actor) -> None:
    """Write down which waiting items a posted month was paid from; what it did not need is open again.

    More may wait than is due: money paid twice before the approval, of which the second was allocated as well.
    """
    left = remittance["total_fen"]
    for item in waiting_items(remittance):
        used = min(left, item["open_fen"])
        left -= used
        rest = item["open_fen"] - used
        if used:
            write_move(item, MoveKind.ALLOCATED, used, at=at, actor=actor, voucher_id=voucher_id,
                       remittance_id=remittance["remittance_id"])  # fmt: skip
        if rest:
            execute(
                "UPDATE suspense SET open_fen = %s, state = %s, reason = %s, reason_text = %s"
                " WHERE centre_id = %s AND suspense_id = %s",
                [rest, SuspenseState.OPEN, SuspenseReason.OVER.value,
                 f"已收到，尚未匹配，因为分摊后还余 {format_fen(rest)} 元。", item["centre_id"], item["suspense_id"]],
            )  # fmt: skip
        elif item["refunding_fen"]:  # a part of it is on its way back to the payer: its end is still to come
            execute(
                "UPDATE suspense SET open_fen = 0, state = %s WHERE centre_id = %s AND suspense_id = %s",
                [SuspenseState.OPEN, item["centre_id"], item["suspense_id"]],
            )
        else:
            close_item(item, at=at)
            tell_settled(item, MoveKind.ALLOCATED, used, at=at)
    assert left == 0, remittance["remittance_id"]


def restore_items(remittance: dict[str, Any], *, at: datetime, actor: Actor, why: str) -> None:
    """Put money that had paid, or was about to pay, for a month back into suspense, open again."""
    text = f"已收到，尚未入账，因为{why}"
    for item in waiting_items(remittance):
        execute(
            "UPDATE suspense SET state = %s, reason = %s, reason_text = %s WHERE centre_id = %s AND suspense_id = %s",
            [SuspenseState.OPEN, SuspenseReason.POSTING_REFUSED.value, text, item["centre_id"], item["suspense_id"]],
        )
    if remittance["voucher_id"] is None:
        return
    used = rows(
        "SELECT suspense_id, amount_fen FROM suspense_move WHERE centre_id = %s AND voucher_id = %s AND kind = %s"
        " ORDER BY suspense_id",
        [remittance["centre_id"], remittance["voucher_id"], int(MoveKind.ALLOCATED)],
    )
    for move in used:
        item = read_item(remittance["centre_id"], move["suspense_id"])
        execute(
            "UPDATE suspense SET state = %s, open_fen = open_fen + %s, settled_at = NULL, reason = %s, reason_text = %s"
            " WHERE centre_id = %s AND suspense_id = %s",
            [
                SuspenseState.OPEN,
                move["amount_fen"],
                SuspenseReason.POSTING_REFUSED.value,
                text,
                item["centre_id"],
                item["suspense_id"],
            ],
        )
        write_move(item, MoveKind.GIVEN_BACK, move["amount_fen"], at=at, actor=actor,
                   remittance_id=remittance["remittance_id"])  # fmt: skip
