"""Matching money to declared months: what a receipt means, decided from its summary, payer and amount.

Reads only. Only a valid payment number with exactly the amount due is a match (CON-34); everything else goes to
suspense with a reason that says what is missing, and, where one is likely, the month it was probably meant for. Where
a centre allows it (parameter `matching.certain_untouched`), money without a number is matched as well when it is
certain by the strict rule of docs/decisions/0026.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from anju import policy
from anju.contributions.ground import payer_digest
from anju.contributions.numbers import looks_like_number, numbers_in
from anju.contributions.proposals import Money
from anju.contributions.queries.proposals import certain_month
from anju.contributions.types import RemittanceState, SuspenseReason, SuspenseState
from anju.database.sql import row, rows
from anju.kernel.money import format_fen
from anju.kernel.month import Month
from anju.parties import queries as parties
from anju.treasury.types import MoneyReceived

_PAYABLE = (RemittanceState.AWAITING_APPROVAL, RemittanceState.CONFIRMED)
ALLOWED = "YES"
_STARTS = "已收到，尚未匹配，因为"


@dataclass(frozen=True)
class Meaning:
    """What a receipt is taken for. `reason` is None for an exact match."""

    reason: SuspenseReason | None
    text: str = ""
    remittance_id: int | None = None
    unit_id: int | None = None


def meaning_of(money: MoneyReceived) -> Meaning:
    """What this receipt means now; the caller holds the remittance's row lock afterwards and asks again if needed."""
    numbers = numbers_in(money.summary)
    found = rows(
        "SELECT * FROM remittance WHERE centre_id = %s AND number = ANY(%s) ORDER BY remittance_id FOR UPDATE",
        [money.centre_id, numbers],
    )
    if len(found) == 1:
        return _of_remittance(found[0], money)
    if len(found) > 1:
        named = "、".join(one["number"] for one in found)
        return _unclear(
            SuspenseReason.SEVERAL_REFERENCES,
            f"付款附言里有 {len(found)} 个缴款书编号（{named}），无法确定各缴多少",
            money,
        )
    if numbers:
        return _unclear(SuspenseReason.UNKNOWN_REFERENCE, f"没有编号为 {numbers[0]} 的缴款书", money)
    if looks_like_number(money.summary):
        return _unclear(SuspenseReason.WRONG_REFERENCE, "付款附言里的缴款书编号有误", money)
    certain = _certain(money)
    if certain is not None:
        return certain
    return _unclear(SuspenseReason.NO_REFERENCE, "付款附言里没有缴款书编号", money)


def _certain(money: MoneyReceived) -> Meaning | None:
    """A match without a number, where the centre allows it and nothing about it is in doubt."""
    if policy.book(settings.ANJU_CITY).text("matching.certain_untouched", money.value_on) != ALLOWED:
        return None
    item = Money(
        0, money.amount_fen, money.value_on, money.summary, money.payer_name, payer_digest(money.payer_account),
        money.payer_account[-4:],
    )  # fmt: skip
    remittance_id = certain_month(money.centre_id, item)
    if remittance_id is None:
        return None
    found = row(
        "SELECT * FROM remittance WHERE centre_id = %s AND remittance_id = %s FOR UPDATE",
        [money.centre_id, remittance_id],
    )
    assert found is not None
    # Another receipt may have been faster than this lock.
    meaning = _of_remittance(found, money)
    return meaning if meaning.reason is None else None


def waiting_fen(centre_id: int, remittance_id: int) -> int:
    """Money in suspense that waits for this remittance."""
    found = row(
        "SELECT coalesce(sum(open_fen), 0)::bigint AS fen FROM suspense"
        " WHERE centre_id = %s AND remittance_id = %s AND state = %s AND NOT owed",
        [centre_id, remittance_id, SuspenseState.WAITING],
    )
    return int(found["fen"]) if found else 0


def _of_remittance(found: dict[str, Any], money: MoneyReceived) -> Meaning:
    state = RemittanceState(found["state"])
    month = Month.from_number(found["month"]).zh

    def said(reason: SuspenseReason | None, text: str = "") -> Meaning:
        return Meaning(reason, f"{_STARTS}{text}。" if text else "", found["remittance_id"], found["unit_id"])

    if state is RemittanceState.CANCELLED:
        return said(SuspenseReason.CANCELLED, f"{month}的缴款书 {found['number']} 已撤回")
    if state not in _PAYABLE:
        return said(SuspenseReason.DOUBLE, f"{month}的缴款书 {found['number']} 已经收到过足额款项，这是重复的一笔")
    waiting = waiting_fen(money.centre_id, found["remittance_id"])
    missing = found["total_fen"] - waiting - money.amount_fen
    if missing > 0:
        return said(
            SuspenseReason.SHORT,
            f"{month}应缴 {format_fen(found['total_fen'])} 元，"
            + (f"连同已等待的 {format_fen(waiting)} 元，" if waiting else "")
            + f"还差 {format_fen(missing)} 元",
        )
    if missing < 0:
        return said(
            SuspenseReason.OVER,
            f"{month}应缴 {format_fen(found['total_fen'] - waiting)} 元，多付了 {format_fen(-missing)} 元",
        )
    if state is RemittanceState.AWAITING_APPROVAL:
        return said(SuspenseReason.NOT_APPROVED, f"{month}的名单还没有复核；复核后自动入账")
    if waiting:
        return said(SuspenseReason.COMPLETES, "补足了此前等待的款项，正在入账")
    return said(None)


def _unclear(reason: SuspenseReason, text: str, money: MoneyReceived) -> Meaning:
    """Without a usable number: the unit by the account it pays from, the month by the amount; only a suggestion."""
    unit_id = parties.unit_by_bank_account(money.centre_id, money.payer_account) if money.payer_account else None
    if unit_id is None:
        return Meaning(reason, f"{_STARTS}{text}，付款账户也不是任何单位登记的账户。")
    likely = rows(
        "SELECT remittance_id, month FROM remittance WHERE centre_id = %s AND unit_id = %s AND total_fen = %s"
        " AND state = ANY(%s) ORDER BY month LIMIT 2",
        [money.centre_id, unit_id, money.amount_fen, [int(state) for state in _PAYABLE]],
    )
    if len(likely) != 1:
        return Meaning(reason, f"{_STARTS}{text}。", None, unit_id)
    month = Month.from_number(likely[0]["month"]).zh
    return Meaning(
        reason, f"{_STARTS}{text}；金额与 {month}应缴相同，等待中心确认。", likely[0]["remittance_id"], unit_id
    )
