"""What happens to a unit's month and its money, told to the unit and written into the case of the month.

The unit's inbox is the record. A phone is troubled only where somebody must act: a second approval, money that does
not match, money the bank took back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from anju.casework import actions as cases
from anju.contributions import queries as contributions
from anju.contributions.types import (
    ActiveElsewhereFound,
    MoveKind,
    RemittanceDeclared,
    RemittancePosted,
    RemittanceReversed,
    SuspenseOpened,
    SuspenseReason,
    SuspenseSettled,
)
from anju.identity import queries as identity
from anju.identity.words import day_zh
from anju.kernel.identifiers import mask_id, mask_name
from anju.kernel.money import format_fen
from anju.notices.actions import send
from anju.parties import queries as parties

NEXT_STEP = {
    SuspenseReason.SHORT: "请补付差额，附言写同一个缴款书编号；到账后自动入账。",
    SuspenseReason.OVER: "中心会与您联系，多付的钱可以退回。",
    SuspenseReason.DOUBLE: "中心会退回重复的一笔，也可以留作下月使用。",
    SuspenseReason.NOT_APPROVED: "请本单位另一位有权的人复核这个月的名单。",
    SuspenseReason.POSTING_REFUSED: "请按上面的原因更正名单；更正后中心会重新入账。",
}
ELSE = "中心正在核对；请在“缴款”里查看，也可以告诉我们这笔钱是哪个月的。"
NO_ACT = (SuspenseReason.COMPLETES,)
"""The money completes what waited and is posted at once: the posting is told, this is not."""


def month_declared(event: RemittanceDeclared) -> None:
    """A second person of the unit is asked to approve; once they have, the case says so."""
    found = contributions.remittance(event.centre_id, event.remittance_id)
    if event.confirmed:
        if found.approved_by_person_id is not None and event.case_id is not None:
            cases.note(
                event.case_id, title="单位已复核", text=f"缴款书 {event.number}，等单位缴款。", at=event.at
            )
        return
    values = {"month": event.month.zh, "people": f"{event.headcount:,}", "amount": format_fen(event.total_fen)}
    _tell(
        event.unit_id, "approval_wanted", values, at=event.at, case_id=event.case_id, centre_id=event.centre_id,
        phone=_phone(event.unit_id, but=found.declared_by_person_id),
    )  # fmt: skip


def month_posted(event: RemittancePosted) -> None:
    """The case of the month is done, and the unit is told. A month posted again after a reversal adds to its story."""
    if event.case_id is not None:
        text = f"{event.month.zh}已记入 {event.headcount} 人账户"
        if not cases.complete(event.case_id, text=text, at=event.at):
            cases.note(event.case_id, title="重新入账", text=text, at=event.at)
    values = {"month": event.month.zh, "people": f"{event.headcount:,}", "amount": format_fen(event.total_fen)}
    _tell(event.unit_id, "remittance_posted", values, at=event.at, case_id=event.case_id, centre_id=event.centre_id)


def month_reversed(event: RemittanceReversed) -> None:
    """The month is unpaid again: the case says so, also when it was closed, and the unit is told to pay again."""
    amount = format_fen(event.total_fen)
    if event.case_id is not None:
        text = f"{event.month.zh}恢复为待缴款，请用缴款书 {event.number} 重新缴款。"
        cases.note(event.case_id, title="银行冲回了来款", text=text, at=event.at)
    _tell(
        event.unit_id, "receipt_reversed", {"month": event.month.zh, "amount": amount, "number": event.number},
        at=event.at, case_id=event.case_id, centre_id=event.centre_id, phone=_phone(event.unit_id),
    )  # fmt: skip


def money_waits(event: SuspenseOpened) -> None:
    """Money that does not match: whose unit it is reads why, and what they can do about it."""
    if event.unit_id is None or event.reason in NO_ACT:
        return
    amount = format_fen(event.amount_fen)
    if event.reason is SuspenseReason.REVERSAL_STUCK:
        values = {"amount": amount, "why": event.text}
        _tell(
            event.unit_id, "money_owed", values, at=event.at, centre_id=event.centre_id, phone=_phone(event.unit_id)
        )
        return
    values = {"amount": amount, "day": day_zh(event.at), "why": event.text,
              "next_step": NEXT_STEP.get(event.reason, ELSE)}  # fmt: skip
    _tell(
        event.unit_id, "receipt_unmatched", values, at=event.at, centre_id=event.centre_id,
        phone=_phone(event.unit_id),
    )  # fmt: skip


def money_dealt_with(event: SuspenseSettled) -> None:
    """A refund has arrived: the unit is told why. Money set to a month is told by the month's own posting."""
    if event.unit_id is None or event.how is not MoveKind.REFUNDED:
        return
    item = contributions.suspense_item(event.centre_id, event.suspense_id)
    moves = contributions.suspense_moves(event.centre_id, event.suspense_id)
    reason = next((one.note for one in reversed(moves) if one.kind is MoveKind.REFUND_ORDERED), "")
    values = {"amount": format_fen(event.amount_fen), "day": day_zh(item.received_at), "reason": reason.rstrip("。")}
    _tell(event.unit_id, "receipt_refunded", values, at=event.at, centre_id=event.centre_id)


def active_elsewhere(event: ActiveElsewhereFound) -> None:
    """Unit and member are told that another account is active. Which centre or unit it is stays unsaid."""
    person = parties.person(event.person_id)
    if person is None:
        return
    values = {"name": mask_name(person.name), "id_number": mask_id(person.id_number)}
    _tell(event.unit_id, "active_elsewhere_unit", values, at=event.at, centre_id=event.centre_id)
    login = identity.login_of_person(event.person_id)
    send(
        "active_elsewhere", person_id=event.person_id, at=event.at, centre_id=event.centre_id,
        phone=login.phone if login else None,
    )  # fmt: skip


def _tell(
    unit_id: int, kind: str, values: Mapping[str, str], *, at: datetime, centre_id: int, case_id: int | None = None,
    phone: str | None = None,
) -> None:  # fmt: skip
    send(kind, unit_id=unit_id, values=values, at=at, centre_id=centre_id, case_id=case_id, phone=phone)


def _phone(unit_id: int, *, but: int | None = None) -> str | None:
    """Whom to call to the inbox: the unit's first administrator, else an agent; not the person `but`."""
    for _, login in identity.unit_logins(unit_id):
        if but is None or login.person_id != but:
            return login.phone
    return None
