"""Booking what the bank did by itself and nobody ordered: one person says what it was, another one books it.

A fee the bank took, a debit to be got back, its interest: of each a notice is kept already. The voucher names the
notice as its event, so journal and books agree on it from then on. Money in lies in suspense since it was told; the
room that keeps the suspense posts it out of there in the same transaction (`ReceiptBooked`).
Refuses a second booking of an entry, a purpose of the other side of the account, and the proposer as the checker.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from anju.audit.actions import record
from anju.database.encryption import digest
from anju.database.sql import execute, row
from anju.kernel.actor import Actor
from anju.kernel.events import publish
from anju.kernel.money import format_fen
from anju.kernel.refusal import Refusal
from anju.kernel.text import clean_text
from anju.ledger import queries as books
from anju.ledger.actions import enter_gate, enter_gate_on, post_voucher, request_digest, reverse_voucher
from anju.ledger.posting_rules import INTEREST_RECEIVABLE, OTHER_RECEIVABLE, PostingRule, pair
from anju.ledger.types import VoucherDraft, VoucherKind
from anju.treasury.booking_types import BookingPurpose, BookingState
from anju.treasury.sql import insert_once, wait_turn
from anju.treasury.types import Direction, NoticeState, ReceiptBooked, ReceiptUnbooked

OFFICES = ("treasurer", "accountant")
_DRAWN_FROM = {
    BookingPurpose.ACCRUED_INTEREST: (INTEREST_RECEIVABLE, "应收利息"),
    BookingPurpose.RECOVERED: (OTHER_RECEIVABLE, "其他应收款"),
}
_MOST = 400
_ALIKE = """
SELECT 1 AS one FROM payment_order WHERE centre_id = %(centre)s AND bank_account_id = %(account)s
   AND amount_fen = %(fen)s AND state IN (2, 3)
UNION ALL
SELECT 1 FROM own_move WHERE centre_id = %(centre)s AND %(account)s IN (bank_account_id, to_account_id)
   AND amount_fen = %(fen)s AND state IN (2, 3, 4)
"""


@transaction.atomic
def propose_booking(
    notice_id: int, purpose: BookingPurpose, *, reason: str = "", actor: Actor, at: datetime
) -> int:  # fmt: skip
    """Say what an entry of the bank was; the id of the proposal, which another person confirms.

    Sent twice by the same person it is one proposal. `UNDO` proposes to take back the booking that stands.
    """
    person_id = _require_office(actor)
    text = clean_text(reason, _MOST, "reason", multi_line=True, required=purpose.needs_reason)
    enter_gate(actor.centre_id)
    notice = _entry(actor.centre_id, notice_id)
    content = digest("bank_booking", "\x1f".join((str(notice_id), str(int(purpose)), str(notice["amount_fen"]), text)))
    waiting = _open_booking(actor.centre_id, notice_id)
    if waiting is not None:
        if waiting["maker_person_id"] == person_id and bytes(waiting["content_digest"]) == content:
            return int(waiting["booking_id"])
        raise Refusal("booking_waits", "这笔流水已经有人提出记账，请先确认或退回那一次。", status=409)
    undone = _refuse_unbookable(notice, purpose)
    booking_id = insert_once(
        "bank_booking",
        {
            "centre_id": actor.centre_id, "notice_id": notice_id, "purpose": purpose,
            "amount_fen": notice["amount_fen"], "reason_text": text, "content_digest": content,
            "state": BookingState.PROPOSED, "maker_person_id": person_id, "proposed_at": at, "answer_text": "",
            "undoes_id": undone["booking_id"] if undone else None,
        },
        "booking_id",
    )  # fmt: skip
    assert booking_id is not None, "the entry's turn was held"
    record(
        "treasury.propose_booking", actor=actor, at=at, subject="bank_booking", subject_id=booking_id,
        details={"notice_id": notice_id, "purpose": purpose.name, "amount_fen": notice["amount_fen"]},
    )  # fmt: skip
    return booking_id


@transaction.atomic
def confirm_booking(booking_id: int, *, digest: str, actor: Actor, at: datetime) -> int:
    """The second person agrees, and it is booked on the open business day; the id of the voucher. Twice is once."""
    person_id = _require_office(actor)
    business_date = enter_gate_on(actor.centre_id, at=at)
    notice, booking = _entry_of(actor.centre_id, booking_id)
    if booking["state"] == BookingState.BOOKED and booking["checker_person_id"] == person_id:
        return int(booking["voucher_id"])
    if booking["maker_person_id"] == person_id:
        raise Refusal("four_eyes", "这笔记账由您提出，须由另一位资金人员或会计确认。", status=403)
    _refuse_decided(booking)
    if bytes(booking["content_digest"]).hex() != digest:
        raise Refusal("booking_changed", "记账的内容与您看到的不一致，请刷新后重新核对。", status=409)
    purpose = BookingPurpose(booking["purpose"])
    undone = _refuse_unbookable(notice, purpose)
    if undone is not None:
        voucher_id = _undo(notice, undone, maker=booking["maker_person_id"], checker=person_id, at=at)
    else:
        voucher_id = _book(notice, booking, purpose, person_id, business_date, at)
    _decide(booking, BookingState.BOOKED, person_id, "", at, voucher_id=voucher_id)
    record(
        "treasury.confirm_booking", actor=actor, at=at, subject="bank_booking", subject_id=booking_id,
        details={"notice_id": notice["notice_id"], "purpose": purpose.name, "amount_fen": booking["amount_fen"],
                 "voucher_id": voucher_id, "digest": digest},
    )  # fmt: skip
    return voucher_id


@transaction.atomic
def decline_booking(booking_id: int, *, reason: str, actor: Actor, at: datetime) -> None:
    """Send a proposal back, or withdraw one's own, and say why. Declined twice is declined once."""
    person_id = _require_office(actor)
    text = clean_text(reason, _MOST, "reason", multi_line=True, required=True)
    enter_gate(actor.centre_id)
    _, booking = _entry_of(actor.centre_id, booking_id)
    own = booking["maker_person_id"] == person_id
    state = BookingState.WITHDRAWN if own else BookingState.REJECTED
    if booking["state"] == state and (own or booking["checker_person_id"] == person_id):
        return
    _refuse_decided(booking)
    _decide(booking, state, None if own else person_id, text, at)
    record(
        "treasury.withdraw_booking" if own else "treasury.reject_booking", actor=actor, at=at, subject="bank_booking",
        subject_id=booking_id, details={"notice_id": booking["notice_id"]},
    )  # fmt: skip


def take_back_booking(centre_id: int, notice_id: int, *, at: datetime) -> bool:
    """The bank took its entry back: what was booked of it is reversed, what was proposed falls. Whether any was booked.

    Within the transaction of the bank's reversal, which holds the entry's turn.
    """
    waiting = _open_booking(centre_id, notice_id)
    if waiting is not None:
        _decide(waiting, BookingState.WITHDRAWN, None, "银行已经冲回这笔流水，不用再记账。", at)
    standing = _standing(centre_id, notice_id)
    if standing is None:
        return False
    notice = row("SELECT * FROM bank_notice WHERE centre_id = %s AND notice_id = %s", [centre_id, notice_id])
    assert notice is not None
    voucher_id = _undo(notice, standing, maker=None, checker=None, at=at)
    record(
        "treasury.booking_taken_back", actor=Actor.machine(centre_id, "treasury"), at=at, subject="bank_booking",
        subject_id=standing["booking_id"], details={"notice_id": notice_id, "voucher_id": voucher_id},
    )  # fmt: skip
    return True


# ------------------------------------------------------------------------------------------------ what is refused


def _require_office(actor: Actor) -> int:
    if actor.role not in OFFICES or actor.person_id is None:
        raise Refusal("not_treasurer", "只有资金人员和会计可以办理银行流水记账。", status=403)
    return actor.person_id


def _refuse_unbookable(notice: dict[str, Any], purpose: BookingPurpose) -> dict[str, Any] | None:
    """The booking that is taken back, when that is proposed; else a refusal of what cannot be booked (so)."""
    standing = _standing(notice["centre_id"], notice["notice_id"])
    if purpose is BookingPurpose.UNDO:
        if standing is None:
            raise Refusal("booking_none", "这笔流水没有记过账，没有可以冲销的。", status=409)
        return standing
    if standing is not None:
        raise Refusal("booking_done", "这笔流水已经记账。记错了请先冲销，再重新提出。", status=409)
    _refuse_other_entries(notice)
    if purpose.direction != notice["direction"]:
        side = "支出" if notice["direction"] == Direction.DEBIT else "收入"
        raise Refusal(
            "booking_direction", f"这笔流水是{side}，不能按“{purpose.zh}”记账，请另选。", field="purpose"
        )
    _refuse_beyond(notice, purpose)
    return None


def _refuse_other_entries(notice: dict[str, Any]) -> None:
    """Only a debit nobody ordered, and money that came in and was not taken back."""
    state = NoticeState(notice["state"])
    debit = notice["direction"] == Direction.DEBIT
    if notice["reversal"] or state is not (NoticeState.UNEXPECTED if debit else NoticeState.RECEIVED):
        raise Refusal("booking_not_open", f"这笔流水现在是“{state.zh}”，不用人工记账。", status=409)
    alike = {"centre": notice["centre_id"], "account": notice["bank_account_id"], "fen": notice["amount_fen"]}
    if debit and row(_ALIKE, alike) is not None:
        raise Refusal(
            "booking_maybe_ours", "本中心有一笔同样金额的付款或调拨正在等银行结果，可能就是它。请等结果出来再办。",
            status=409,
        )  # fmt: skip


def _refuse_beyond(notice: dict[str, Any], purpose: BookingPurpose) -> None:
    """What is drawn from a receivable must lie in it."""
    if purpose not in _DRAWN_FROM:
        return
    subject, name = _DRAWN_FROM[purpose]
    wait_turn(f"booking:{notice['centre_id']}:{subject}")
    left = books.subject_balance(notice["centre_id"], subject)
    if left < notice["amount_fen"]:
        raise Refusal(
            "booking_beyond",
            f"{subject} {name}只有 {format_fen(left)} 元，不够冲 {format_fen(notice['amount_fen'])} 元，请另选。",
            field="purpose",
        )  # fmt: skip


def _refuse_decided(booking: dict[str, Any]) -> None:
    if booking["state"] != BookingState.PROPOSED:
        state = BookingState(booking["state"]).zh
        raise Refusal("booking_decided", f"这次记账现在是“{state}”，不能再办。请刷新页面。", status=409)


# -------------------------------------------------------------------------------------------------- what is done


def _book(
    notice: dict[str, Any], booking: dict[str, Any], purpose: BookingPurpose, checker: int, day: date, at: datetime
) -> int:  # fmt: skip
    assert purpose.rule is not None
    key = f"bank-booking:{booking['booking_id']}"
    if notice["direction"] == Direction.CREDIT:
        publish(ReceiptBooked(
            notice["notice_id"], notice["centre_id"], notice["amount_fen"], purpose.rule, key, day,
            booking["maker_person_id"], checker, at,
        ))  # fmt: skip
        known = books.posted(notice["centre_id"], key)
        assert known is not None, "who keeps the suspense posts it or refuses"
        return known[0].voucher_id
    posted = post_voucher(_voucher(notice, booking, purpose.rule, key, checker, day), at=at)
    _set_state(notice, NoticeState.BOOKED)
    return posted.voucher_id


def _voucher(
    notice: dict[str, Any], booking: dict[str, Any], rule: PostingRule, key: str, checker: int, day: date
) -> VoucherDraft:  # fmt: skip
    return VoucherDraft(
        centre_id=notice["centre_id"], idempotency_key=key, kind=VoucherKind.OTHER, business_date=day,
        request_digest=request_digest(key=key, amount=notice["amount_fen"], rule=rule.name),
        maker_person_id=booking["maker_person_id"], checker_person_id=checker, event_id=notice["notice_id"],
        lines=pair(rule, amount_fen=notice["amount_fen"], bank_account_id=notice["bank_account_id"]),
    )  # fmt: skip


def _undo(
    notice: dict[str, Any], booking: dict[str, Any], *, maker: int | None, checker: int | None, at: datetime
) -> int:  # fmt: skip
    """Reverse a booking's voucher: the entry is as it was before."""
    centre_id, notice_id = notice["centre_id"], notice["notice_id"]
    posted = reverse_voucher(
        books.voucher(booking["voucher_id"], centre_id=centre_id), key=f"bank-booking-back:{booking['booking_id']}",
        maker=maker, checker=checker, at=at, event_id=notice_id,
    )  # fmt: skip
    execute(
        "UPDATE bank_booking SET state = %s WHERE centre_id = %s AND booking_id = %s",
        [BookingState.UNDONE, centre_id, booking["booking_id"]],
    )
    if notice["direction"] == Direction.CREDIT:
        publish(ReceiptUnbooked(notice_id, centre_id, notice["amount_fen"], posted.voucher_id, maker, at))
    else:
        _set_state(notice, NoticeState.UNEXPECTED)
    return posted.voucher_id


def _decide(
    booking: dict[str, Any], state: BookingState, checker: int | None, text: str, at: datetime, *,
    voucher_id: int | None = None,
) -> None:  # fmt: skip
    execute(
        "UPDATE bank_booking SET state = %s, checker_person_id = %s, answer_text = %s, decided_at = %s,"
        " voucher_id = %s WHERE centre_id = %s AND booking_id = %s",
        [state, checker, text, at, voucher_id, booking["centre_id"], booking["booking_id"]],
    )


def _set_state(notice: dict[str, Any], state: NoticeState) -> None:
    execute(
        "UPDATE bank_notice SET state = %s WHERE centre_id = %s AND notice_id = %s",
        [state, notice["centre_id"], notice["notice_id"]],
    )


# ------------------------------------------------------------------------------------------------------- rows


def _entry(centre_id: int, notice_id: int) -> dict[str, Any]:
    """One entry, its turn held; the same turn in which an entry and the bank's reversal of it meet."""
    sql = "SELECT * FROM bank_notice WHERE centre_id = %s AND notice_id = %s"
    found = row(sql, [centre_id, notice_id])
    if found is None:
        raise Refusal("notice_unknown", "没有找到这笔银行流水。请返回列表重新选择。", status=404)
    serial = found["original_host_serial"] or found["host_serial"]
    wait_turn(f"entry:{centre_id}:{found['bank_account_id']}:{serial}")
    locked = row(f"{sql} FOR UPDATE", [centre_id, notice_id])
    assert locked is not None
    return locked


def _entry_of(centre_id: int, booking_id: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A proposal with its entry, both locked, the entry first."""
    sql = "SELECT * FROM bank_booking WHERE centre_id = %s AND booking_id = %s"
    found = row(sql, [centre_id, booking_id])
    if found is None:
        raise Refusal("booking_unknown", "没有找到这次记账。请返回列表重新选择。", status=404)
    notice = _entry(centre_id, found["notice_id"])
    locked = row(f"{sql} FOR UPDATE", [centre_id, booking_id])
    assert locked is not None
    return notice, locked


def _open_booking(centre_id: int, notice_id: int) -> dict[str, Any] | None:
    return row(
        "SELECT * FROM bank_booking WHERE centre_id = %s AND notice_id = %s AND state = %s FOR UPDATE",
        [centre_id, notice_id, BookingState.PROPOSED],
    )


def _standing(centre_id: int, notice_id: int) -> dict[str, Any] | None:
    """The booking of an entry that is in force."""
    return row(
        "SELECT * FROM bank_booking WHERE centre_id = %s AND notice_id = %s AND state = %s AND purpose <> %s"
        " FOR UPDATE",
        [centre_id, notice_id, BookingState.BOOKED, BookingPurpose.UNDO],
    )
