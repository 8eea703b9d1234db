"""The employer's month at one glance: what is due, what changed since last month, what is late, what is in suspense."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from anju.contributions.queries.differences import MonthAgainstLast, against_last
from anju.contributions.queries.remittances import Standing, late_months, standing
from anju.contributions.queries.turn import refuse_not_yet
from anju.contributions.queries.units import due_date, unit_of
from anju.contributions.types import Difference, DifferenceKind, RemittanceSeen, SuspenseSeen, UnitMonth
from anju.database.sql import row
from anju.kernel.clock import ZONE
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.parties.types import UnitFacts


def unit_month(
    centre_id: int, unit_id: int, *, at: datetime, listed: int = 0, kind: DifferenceKind | None = None,
    suspense: Sequence[SuspenseSeen] | None = None,
) -> UnitMonth:  # fmt: skip
    """The month the unit has to deal with now; five statements at most, however many people it has.

    Up to `listed` people who differ from the last month are named, of one `kind` when it is given. Who has read the
    unit's money in `suspense` already hands it in.
    """
    today = at.astimezone(ZONE).date()
    stands = standing(centre_id, unit_id)
    unit = unit_of(centre_id, unit_id, month=_month_of(stands) or Month.of(today))
    month = _month_of(stands) or unit.first_month
    current = stands.current
    seen = against_last(unit, month, current=current, last=stands.last, limit=listed, kind=kind)
    due_on = current.due_on if current else due_date(month, payday=unit.payday)
    why_not = _why_not(unit, month, stands, seen, at=at)
    return UnitMonth(
        centre_id=centre_id, unit_id=unit_id, month=month, remittance=current, **_amounts(current, seen),
        without_base=seen.without_base, due_on=due_on, joined=seen.people(DifferenceKind.JOINED),
        left=seen.people(DifferenceKind.LEFT), base_changed=seen.people(DifferenceKind.BASE),
        unchanged=seen.unchanged, sums=seen.sums, changed=seen.changed, last=stands.last,
        returned=stands.returned if current is None else None,
        arrears=late_months(unit, stands, today=today), suspense_fen=_suspense(centre_id, unit_id, suspense),
        second_approval=unit.second_approval, can_declare=not why_not, why_not=why_not, unit=unit,
    )  # fmt: skip


def differences(
    centre_id: int, unit_id: int, *, at: datetime, limit: int = 500, kind: DifferenceKind | None = None
) -> tuple[Difference, ...]:
    """Who differs from the last declared month, in four statements."""
    stands = standing(centre_id, unit_id)
    month = _month_of(stands)
    unit = unit_of(centre_id, unit_id, month=month or Month.of(at.astimezone(ZONE).date()))
    return against_last(
        unit, month or unit.first_month, current=stands.current, last=stands.last, limit=limit, kind=kind
    ).changed


def frozen_differences(
    found: RemittanceSeen, *, last: RemittanceSeen | None, limit: int, kind: DifferenceKind | None = None
) -> MonthAgainstLast:
    """A declared month's frozen list against the `last` one before it: what a second person looks at."""
    unit = unit_of(found.centre_id, found.unit_id, month=found.month)
    return against_last(unit, found.month, current=found, last=last, limit=limit, kind=kind)


def _month_of(stands: Standing) -> Month | None:
    """The declared month that is not posted yet, or the one after the last; None for a unit that never declared."""
    if stands.current is not None:
        return stands.current.month
    return stands.newest + 1 if stands.newest is not None else None


def _amounts(current: RemittanceSeen | None, seen: MonthAgainstLast) -> dict[str, int]:
    """A declared month shows what was frozen, an open one what it would be now."""
    if current is not None:
        return {"headcount": current.headcount, "own_fen": current.own_fen, "unit_fen": current.unit_fen,
                "total_fen": current.total_fen}  # fmt: skip
    return {"headcount": seen.headcount, "own_fen": seen.own_fen, "unit_fen": seen.unit_fen,
            "total_fen": seen.own_fen + seen.unit_fen}  # fmt: skip


def _why_not(unit: UnitFacts, month: Month, stands: Standing, seen: MonthAgainstLast, *, at: datetime) -> str:
    if stands.current is not None:
        return f"{month.zh}已经申报，{stands.current.state.zh}。"
    # With nothing open, the month after the newest one is the one whose turn it is.
    try:
        refuse_not_yet(unit, month, at=at)
    except Refusal as refusal:
        return refusal.text
    return f"有 {seen.without_base} 位职工还没有缴存基数，请先补上。" if seen.without_base else ""


def _suspense(centre_id: int, unit_id: int, known: Sequence[SuspenseSeen] | None) -> int:
    if known is not None:
        return sum(item.open_fen + item.refunding_fen for item in known if not item.owed)
    found: dict[str, Any] | None = row(
        "SELECT coalesce(sum(open_fen + refunding_fen), 0)::bigint AS fen FROM suspense"
        " WHERE centre_id = %s AND unit_id = %s AND state IN (1, 2) AND NOT owed",
        [centre_id, unit_id],
    )
    return int(found["fen"]) if found else 0
