"""What caused a voucher (凭证依据): the notice, list, payment or case it records, by reference.

A voucher keeps no attachments of its own; it is posted under a key of what happened, and each room reads its own keys
back. Names of members do not appear: a withdrawal is told by its case.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from anju.casework import queries as cases
from anju.casework.queries import CaseMark
from anju.contributions.queries import evidence as contributions
from anju.contributions.types import RemittanceSeen
from anju.kernel.money import format_fen
from anju.kernel.month import Month
from anju.ledger.types import Voucher, VoucherKind
from anju.treasury import evidence as treasury
from anju.treasury.queries import NoticeSeen, PaymentSeen
from anju.withdrawals import evidence as withdrawals
from anju.withdrawals.types import SOURCE_KIND as WITHDRAWAL
from anju.withdrawals.types import Withdrawal

_CLOSING = re.compile(r"(?:re)?close:(\d{4,6})")
_INTEREST = re.compile(r"interest:(\d{4}):")
_ACCRUAL = re.compile(r"accrual:(\d{4,6})")
_DISTRIBUTION = re.compile(r"distribution:(\d{4}):")

OF_NOTICES = ("suspense%", "owed:%", "receipt-reversed:%", "remittance:%", "bank-booking%")
"""Keys of vouchers whose event may be a notice: events of other kinds have numbers of their own."""


class CauseKind(StrEnum):
    """What kind of thing a reference names."""

    NOTICE = "notice"
    REMITTANCE = "remittance"
    PAYMENT = "payment"
    CASE = "case"
    PERIOD = "period"
    INTEREST = "interest"

    @property
    def zh(self) -> str:
        """Name in Chinese."""
        return _KIND_ZH[self]


_KIND_ZH = {
    CauseKind.NOTICE: "银行流水", CauseKind.REMITTANCE: "汇缴书", CauseKind.PAYMENT: "付款指令",
    CauseKind.CASE: "办件", CauseKind.PERIOD: "会计期间", CauseKind.INTEREST: "结息年度",
}  # fmt: skip


@dataclass(frozen=True)
class Cause:
    """One reference: its kind and id, the number people know it by, a sentence, and how many papers it counts for."""

    kind: CauseKind
    cause_id: int
    number: str
    text: str
    papers: int = 1


@dataclass(frozen=True)
class _Found:
    """Everything that a set of vouchers refers to, read once."""

    remittances: dict[str, RemittanceSeen]
    taken: dict[str, Withdrawal]
    receipts: dict[str, int]
    refunds: dict[str, int]
    notices: dict[int, NoticeSeen]
    payments: dict[int, PaymentSeen]
    marks: dict[int, CaseMark]


@dataclass(frozen=True)
class Reference:
    """What a number names: the event that vouchers carry, and patterns of the keys they are posted under."""

    event_id: int | None = None
    keys: tuple[str, ...] | None = None


def found_by(centre_id: int, number: str) -> Reference:
    """What a number on a paper names: a case, a remittance or a serial of the bank; at most four statements."""
    remittance_ids = contributions.remittance_ids_of(centre_id, number)
    case_id = cases.case_id_of(centre_id, number)
    if case_id is not None:
        remittance_ids += contributions.remittance_ids_of_case(centre_id, case_id)
        taken = withdrawals.ids_of_case(centre_id, case_id)
    else:
        taken = []
    keys = [f"remittance%:{one}:%" for one in remittance_ids]
    keys += [pattern for one in taken for pattern in (f"{WITHDRAWAL}:{one}", f"{WITHDRAWAL}:{one}:%")]
    notice_id = None if keys else treasury.notice_of_serial(centre_id, number)
    return Reference(notice_id, tuple(keys) or (OF_NOTICES if notice_id else None))


def causes_of(centre_id: int, vouchers: Sequence[Voucher]) -> dict[int, tuple[Cause, ...]]:
    """The references of each voucher, by its id; at most five statements whatever their number."""
    keys = [one.idempotency_key for one in vouchers]
    remittances = contributions.remittances_of_keys(centre_id, keys)
    taken = withdrawals.of_keys(centre_id, keys)
    receipts = contributions.receipts_of_keys(keys)
    refunds = contributions.refunds_of_keys(keys)
    notice_ids = {*receipts.values(), *(one.event_id for one in vouchers if one.event_id and _by_notice(one))}
    order_ids = {*refunds.values(), *(_paid_by(one, taken) for one in vouchers if one.idempotency_key in taken)}
    case_ids = [one.case_id for one in remittances.values() if one.case_id]
    case_ids += [one.case_id for one in taken.values()]
    found = _Found(
        remittances, taken, receipts, refunds, treasury.notices_by_id(centre_id, sorted(notice_ids)),
        treasury.payments_by_id(centre_id, sorted(order_ids)), cases.case_marks(centre_id, case_ids),
    )  # fmt: skip
    return {one.voucher_id: tuple(_causes(one, found)) for one in vouchers}


def _by_notice(voucher: Voucher) -> bool:
    """Whether the event of a voucher is a notice: money that came in, or that was moved while it waited.

    A month that is paid out of suspense moves no deposit; its event is the remittance.
    """
    key = voucher.idempotency_key
    paid_in = key.startswith("remittance:") and any(line.subject.startswith("101") for line in voucher.lines)
    return paid_in or key.startswith(("suspense-unit:", "bank-booking"))


def _paid_by(voucher: Voucher, taken: dict[str, Withdrawal]) -> int:
    """The payment a withdrawal's voucher records: its event, or before vouchers had events the withdrawal's own."""
    return voucher.event_id or taken[voucher.idempotency_key].order_id


def _causes(voucher: Voucher, found: _Found) -> list[Cause]:
    key = voucher.idempotency_key
    made: list[Cause] = []
    if key in found.taken:
        taken = found.taken[key]
        made += _case(found.marks.get(taken.case_id)) + _payment(found.payments.get(_paid_by(voucher, found.taken)))
    if key in found.remittances:
        listed = found.remittances[key]
        made.append(_remittance(listed))
        made += _case(found.marks.get(listed.case_id or 0))
    notice_id = found.receipts.get(key) or (voucher.event_id if _by_notice(voucher) else None)
    made += _notice(found.notices.get(notice_id or 0))
    made += _payment(found.payments.get(found.refunds.get(key, 0)))
    return made + _by_period(voucher)


def _remittance(one: RemittanceSeen) -> Cause:
    text = f"{one.month.zh}汇缴，{one.headcount} 人，{format_fen(one.total_fen)} 元"
    return Cause(CauseKind.REMITTANCE, one.remittance_id, one.number, text)


def _case(mark: CaseMark | None) -> list[Cause]:
    if mark is None:
        return []
    papers = f"，材料 {mark.papers} 份" if mark.papers else "，事实由系统查询"
    return [Cause(CauseKind.CASE, mark.case_id, mark.number, f"{mark.title}，{mark.state.zh}{papers}", 1 + mark.papers)]


def _payment(one: PaymentSeen | None) -> list[Cause]:
    if one is None:
        return []
    text = f"付给尾号 {one.payee_tail}，{format_fen(one.amount_fen)} 元，{one.state.zh}"
    return [Cause(CauseKind.PAYMENT, one.order_id, one.business_serial or str(one.order_id), text)]


def _notice(one: NoticeSeen | None) -> list[Cause]:
    if one is None:
        return []
    side = "收" if one.direction == 2 else "付"
    text = f"{one.entry_date} {side} {format_fen(one.amount_fen)} 元，{one.state.zh}"
    return [Cause(CauseKind.NOTICE, one.notice_id, one.host_serial, text)]


def _by_period(voucher: Voucher) -> list[Cause]:
    """Entries that a period's end causes: the month or the year itself is what they rest on."""
    key = voucher.idempotency_key
    if match := _INTEREST.match(key):
        year = int(match[1])
        told = "随业务结清" if ":touch:" in key else "年度结息"
        return [Cause(CauseKind.INTEREST, year, f"{year} 年度", f"{told}，{year}年7月至{year + 1}年6月", 0)]
    if match := _ACCRUAL.match(key):
        return [_period(int(match[1]), "计提职工利息")]
    if match := _DISTRIBUTION.match(key):
        return [_period(int(match[1]), "增值收益分配方案")]
    if voucher.kind in (VoucherKind.PERIOD_END, VoucherKind.YEAR_END) and (match := _CLOSING.match(key)):
        return [_period(int(match[1]), "反结账" if key.startswith("re") else "结账")]
    return []


def _period(number: int, text: str) -> Cause:
    zh = f"{number}年" if number < 10_000 else Month.from_number(number).zh
    return Cause(CauseKind.PERIOD, number, zh, f"{zh}{text}", 0)
