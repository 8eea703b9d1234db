"""Which month may be declared now (CON-31): read by the dashboard, and again by the act itself."""

from __future__ import annotations

from datetime import datetime

from anju.contributions.queries.units import next_month
from anju.contributions.types import RemittanceState
from anju.database.sql import row
from anju.kernel.clock import ZONE
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.parties.types import UnitFacts, UnitState


def refuse_out_of_turn(unit: UnitFacts, month: Month, *, at: datetime) -> None:
    """Refuse a month that may not be declared now, saying which may."""
    refuse_not_yet(unit, month, at=at)
    unpaid = row(
        "SELECT month, number, state FROM remittance WHERE centre_id = %s AND unit_id = %s AND month < %s"
        " AND state IN (%s, %s) ORDER BY month LIMIT 1",
        [unit.centre_id, unit.unit_id, month.number, RemittanceState.AWAITING_APPROVAL, RemittanceState.CONFIRMED],
    )
    if unpaid is not None:
        earlier = Month.from_number(unpaid["month"])
        what = "复核" if unpaid["state"] == RemittanceState.AWAITING_APPROVAL else "缴款"
        raise Refusal(
            "earlier_month_unpaid",
            f"{earlier.zh}（{unpaid['number']}）还没有{what}。请先完成 {earlier.zh}，再申报 {month.zh}。",
            field="month", status=409,
        )  # fmt: skip
    turn = next_month(unit.centre_id, unit.unit_id, first_month=unit.first_month)
    if month != turn:
        raise Refusal("month_out_of_turn", f"现在应申报的是 {turn.zh}。请先申报 {turn.zh}。", field="month", status=409)


def refuse_not_yet(unit: UnitFacts, month: Month, *, at: datetime) -> None:
    """Refuse what needs no look at other months: a unit that is closed, a month that has not begun."""
    if unit.state in (UnitState.CLOSED, UnitState.SEALED):
        raise Refusal("unit_closed", f"单位账户已{unit.state.zh}，不能申报。", status=409)
    if month > Month.of(at.astimezone(ZONE).date()):
        raise Refusal("month_not_begun", f"{month.zh}还没有开始，请到当月再申报。", field="month", status=409)
