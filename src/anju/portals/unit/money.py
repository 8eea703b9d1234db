"""How far a month has come: the steps over the page, and where its money is. Pure."""

from __future__ import annotations

from typing import Any

from anju.contributions.types import RemittanceSeen, RemittanceState, UnitMonth
from anju.kernel.clock import ZONE
from anju.kernel.money import format_fen

_NUMBER = {
    RemittanceState.AWAITING_APPROVAL: 2, RemittanceState.CONFIRMED: 3, RemittanceState.MATCHED: 5,
    RemittanceState.POSTED: 6, RemittanceState.CANCELLED: 1,
}  # fmt: skip
APPROVING, PAYING = 2, 3


def step_number(found: RemittanceSeen | None) -> int:
    """核对名册 1, 复核 2, 缴款 3, 到账 4, 入账 5, done 6."""
    return 1 if found is None else _NUMBER[found.state]


def steps(found: RemittanceSeen | None, *, second_approval: bool) -> tuple[str, int]:
    """The steps of a month as `c-steps` takes them, and which is now; nobody reads 复核 where nobody approves."""
    now = step_number(found)
    names = ["核对名册", "复核", "缴款", "到账", "入账"]
    if found is not None and found.state is not RemittanceState.CANCELLED:
        names[0] += f"~{_day(found.declared_at)}申报"
        for place, at in ((1, found.approved_at), (3, found.matched_at), (4, found.posted_at)):
            names[place] += f"~{_day(at)}" if at else ""
    if not (second_approval or (found and found.approved_at) or now == APPROVING):
        del names[1]
        now = now if now < APPROVING else now - 1
    return "|".join(names), now


def _day(at: Any) -> str:
    local = at.astimezone(ZONE)
    return f"{local.month}月{local.day}日"


def money_steps(month: UnitMonth) -> list[dict[str, Any]]:
    """钱到哪一步了: declared, approved, received, posted; money that came and is not matched is never left out."""
    found, now = month.remittance, step_number(month.remittance)

    def state(number: int) -> str:
        return "done" if now > number else "now" if now == number else ""

    said = [{"title": "名册确认", "state": state(1), "at": found.declared_at if found else None,
             "note": "" if found else "等您确认"}]  # fmt: skip
    if month.second_approval:
        said.append({"title": "第二人复核", "state": state(APPROVING), "at": found.approved_at if found else None,
                     "note": "等复核人同意" if now == APPROVING else ""})  # fmt: skip
    if month.suspense_fen and now <= PAYING:
        said.append({"title": f"已收到 {format_fen(month.suspense_fen)} 元", "state": "done", "at": None,
                     "note": "尚未匹配，原因在左边"})  # fmt: skip
    said.append({"title": "足额到账并匹配", "state": state(PAYING), "at": found.matched_at if found else None,
                 "note": "银行通知到账后自动完成" if now <= PAYING else ""})  # fmt: skip
    said.append({"title": f"记入 {month.headcount} 人账户", "state": state(5), "at": found.posted_at if found else None,
                 "note": "当天完成，并通知每位职工" if now <= 5 else ""})  # fmt: skip
    return said
