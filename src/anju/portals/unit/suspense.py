"""Money of the unit that has come and is not matched: why, and what the agent has to do, or that nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from anju.contributions.types import SuspenseReason, SuspenseSeen, SuspenseState
from anju.kernel.money import format_fen

_TO_DO = {
    SuspenseReason.SHORT: "请把差的金额补足，附言写同一个汇缴书编号。",
    SuspenseReason.NO_REFERENCE: "不用再付。中心会按金额认领；想快一点，请告诉我们这笔款缴的是哪份汇缴书。",
    SuspenseReason.WRONG_REFERENCE: "不用再付。请把正确的汇缴书编号告诉我们，中心核对后入账。",
    SuspenseReason.UNKNOWN_REFERENCE: "不用再付。请对照缴款通知，把正确的汇缴书编号告诉我们。",
    SuspenseReason.SEVERAL_REFERENCES: "不用再付。请告诉我们每份汇缴书各缴多少。",
    SuspenseReason.OVER: "不用再付。请告诉我们多付的部分是退回还是留给下月，中心会先把应缴的入账。",
    SuspenseReason.DOUBLE: "不用再付。请告诉我们这一笔是退回还是留给下月。",
    SuspenseReason.CANCELLED: "请重新申报这个月。申报后告诉我们新的汇缴书编号，这笔款不用重付。",
    SuspenseReason.NOT_APPROVED: "请复核人同意名册，同意后自动入账，不用再付。",
    SuspenseReason.COMPLETES: "不用做什么，正在入账。",
    SuspenseReason.POSTING_REFUSED: "不用做什么，中心工作人员正在处理，办好会通知您。",
    SuspenseReason.REVERSAL_STUCK: "银行收回了这笔来款。请按缴款通知重新缴款。",
}
_ASKS_US = frozenset({
    SuspenseReason.NO_REFERENCE, SuspenseReason.WRONG_REFERENCE, SuspenseReason.UNKNOWN_REFERENCE,
    SuspenseReason.SEVERAL_REFERENCES, SuspenseReason.OVER, SuspenseReason.DOUBLE, SuspenseReason.CANCELLED,
})  # fmt: skip

assert set(_TO_DO) == set(SuspenseReason), "every reason says what to do"


@dataclass(frozen=True)
class Unmatched:
    """One sum in suspense as the agent reads it."""

    item: SuspenseSeen
    title: str
    to_do: str
    asks_us: bool
    """Whether telling the centre something would help."""


def unmatched(items: Sequence[SuspenseSeen]) -> list[Unmatched]:
    """Each with what to do."""
    return [_unmatched(item) for item in items]


def _unmatched(item: SuspenseSeen) -> Unmatched:
    if item.owed:
        title = f"银行收回了 {format_fen(item.open_fen)} 元，需要补缴"
        return Unmatched(item, title, _TO_DO[SuspenseReason.REVERSAL_STUCK], False)
    title = f"已收到 {format_fen(item.open_fen or item.refunding_fen)} 元，尚未匹配"
    if item.refunding_fen and not item.open_fen:
        return Unmatched(item, title, "正在退回原账户，退到后会通知您。", False)
    if item.missing_fen and (item.reason is SuspenseReason.SHORT or item.state is SuspenseState.WAITING):
        return Unmatched(item, title, _rest(item), False)
    return Unmatched(item, title, _TO_DO[item.reason], item.reason in _ASKS_US)


def _rest(item: SuspenseSeen) -> str:
    missing = format_fen(item.missing_fen or 0)
    return f"请再转 {missing} 元，附言仍写 {item.remittance_number}。补足后自动入账，已收到的不用重付。"
