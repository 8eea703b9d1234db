"""What a withdrawal's end means to its case and its member."""

from __future__ import annotations

from datetime import datetime

from anju.casework import actions as cases
from anju.identity.queries import login_of_person
from anju.identity.words import day_zh
from anju.kernel.money import format_fen
from anju.notices.actions import send
from anju.withdrawals.types import Reason, WithdrawalPaid, WithdrawalPaidAgain, WithdrawalReturned, WithdrawalWaits

# As it stands before 提取 in a message.
_REASON = {Reason.RENT: "租房", Reason.RETIREMENT: "退休销户"}


def withdrawal_paid(event: WithdrawalPaid) -> None:
    """The case is done, and the member is told: in the inbox with the balance, by SMS without it."""
    amount = format_fen(event.amount_fen)
    cases.complete(
        event.case_id, text=f"银行已付款 {amount} 元，转入尾号 {event.card_tail}", at=event.at,
        result={"paid_on": event.value_on.isoformat()},
    )  # fmt: skip
    login = login_of_person(event.person_id)
    send(
        "withdrawal_paid", person_id=event.person_id, at=event.at, case_id=event.case_id,
        phone=login.phone if login else None, centre_id=event.centre_id,
        values={"reason": _REASON[event.reason], "amount": amount, "day": day_zh(event.at), "tail": event.card_tail,
                "principal": format_fen(event.amount_fen - event.interest_fen),
                "interest": format_fen(event.interest_fen), "balance": format_fen(event.balance_fen)},
    )  # fmt: skip


def withdrawal_returned(event: WithdrawalReturned) -> None:
    """The case ends without effect; the member reads why and what to do."""
    amount = format_fen(event.amount_fen)
    cases.end_without_effect(
        event.case_id, title="银行退回了这笔付款",
        text=f"{event.reason_text} 钱已回到您的账户，可以重新申请。", at=event.at,
    )  # fmt: skip
    login = login_of_person(event.person_id)
    send(
        "withdrawal_returned", person_id=event.person_id, at=event.at, case_id=event.case_id,
        phone=login.phone if login else None, centre_id=event.centre_id,
        values={"reason": _REASON[event.reason], "amount": amount, "tail": event.card_tail,
                "reason_text": event.reason_text},
    )  # fmt: skip


def withdrawal_waits(event: WithdrawalWaits) -> None:
    """The account is closed, so the money waits at the centre; the member reads why, and which card to see to."""
    amount = format_fen(event.amount_fen)
    title = "银行退回了这笔付款" if event.came_back else "退回的款项这次没有付出"
    cases.note(
        event.case_id, title=title, at=event.at,
        text=f"{event.reason_text}您的账户已不能入账，{amount} 元由中心保管，等待再次付给您本人的银行卡。",
    )  # fmt: skip
    _tell("withdrawal_waits", event, at=event.at, reason_text=event.reason_text)


def withdrawal_paid_again(event: WithdrawalPaidAgain) -> None:
    """What had waited is paid: one more step of the closed case, and the member is told."""
    amount = format_fen(event.amount_fen)
    cases.note(
        event.case_id, title="退回的款项已再次付出", at=event.at,
        text=f"银行已付款 {amount} 元，转入尾号 {event.card_tail}",
    )  # fmt: skip
    _tell("withdrawal_paid_again", event, at=event.at, day=day_zh(event.at))


def _tell(kind: str, event: WithdrawalWaits | WithdrawalPaidAgain, *, at: datetime, **values: str) -> None:
    login = login_of_person(event.person_id)
    send(
        kind, person_id=event.person_id, at=at, case_id=event.case_id, phone=login.phone if login else None,
        centre_id=event.centre_id,
        values={"reason": _REASON[event.reason], "amount": format_fen(event.amount_fen), "tail": event.card_tail,
                **values},
    )  # fmt: skip
