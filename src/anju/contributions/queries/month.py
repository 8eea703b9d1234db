"""The employer's month at one glance: what is due, what changed since last month, what is late, what is in suspense."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anju.contributions.queries.people import normal_accounts, roster_sql, roster_values
from anju.contributions.queries.remittances import arrears, remittances
from anju.contributions.queries.turn import refuse_out_of_turn
from anju.contributions.queries.units import due_date, next_month, rules_of, unit_of
from anju.contributions.types import Arrears, RemittanceSeen, RemittanceState, UnitMonth
from anju.database.sql import row, rows
from anju.kernel.clock import ZONE
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.parties.types import UnitFacts

_NO_LAST = -1

# The roster against the lines of the last declared month, in one statement.
_SUMS = """
WITH roster AS MATERIALIZED ({roster}), last AS (
    SELECT account_id, base_fen FROM remittance_line WHERE remittance_id = %(last)s AND centre_id = %(centre)s
)
SELECT count(r.account_id) AS headcount, coalesce(sum(r.own_fen), 0)::bigint AS own_fen,
       coalesce(sum(r.unit_fen), 0)::bigint AS unit_fen,
       count(*) FILTER (WHERE r.account_id IS NOT NULL AND r.base_fen IS NULL) AS without_base,
       count(*) FILTER (WHERE r.account_id IS NOT NULL AND l.account_id IS NULL) AS joined,
       count(*) FILTER (WHERE r.account_id IS NULL) AS left_over,
       count(*) FILTER (WHERE r.base_fen <> l.base_fen) AS base_changed,
       count(*) FILTER (WHERE r.base_fen = l.base_fen) AS unchanged
  FROM roster r FULL JOIN last l ON l.account_id = r.account_id
"""

_CHANGED = """
WITH roster AS MATERIALIZED ({roster}), last AS (
    SELECT account_id, base_fen, own_fen, unit_fen FROM remittance_line
     WHERE remittance_id = %(last)s AND centre_id = %(centre)s
)
SELECT coalesce(r.account_id, l.account_id) AS account_id, r.account_id IS NOT NULL AS here,
       l.account_id IS NOT NULL AS was_here, r.base_fen, l.base_fen AS last_base_fen, r.own_fen, r.unit_fen
  FROM roster r FULL JOIN last l ON l.account_id = r.account_id
 WHERE r.account_id IS NULL OR l.account_id IS NULL OR r.base_fen IS DISTINCT FROM l.base_fen
 ORDER BY 1 LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Difference:
    """One person whose month differs from the last one."""

    account_id: int
    what: str
    """新增, 减少 or 基数变化"""
    base_fen: int | None
    last_base_fen: int | None
    own_fen: int | None
    unit_fen: int | None


def unit_month(centre_id: int, unit_id: int, *, at: datetime) -> UnitMonth:
    """The month the unit has to deal with now; at most ten statements, however many people it has."""
    today = at.astimezone(ZONE).date()
    unit = unit_of(centre_id, unit_id, month=Month.of(today))
    latest = remittances(centre_id, unit_id, limit=2)
    current = latest[0] if latest and latest[0].state is not RemittanceState.POSTED else None
    last = latest[1] if current and len(latest) > 1 else (latest[0] if latest and current is None else None)
    month = current.month if current else (latest[0].month + 1 if latest else unit.first_month)
    sums = _sums(unit, month, last)
    due_on = current.due_on if current else due_date(month, payday=unit.payday)
    why_not = "" if current is None else f"{month.zh}已经申报，{current.state.zh}。"
    if current is None:
        why_not = _why_not(unit, month, at)
    if not why_not and sums["without_base"]:
        why_not = f"有 {sums['without_base']} 位职工还没有缴存基数，请先补上。"
    return UnitMonth(
        centre_id=centre_id, unit_id=unit_id, month=month, remittance=current,
        **_amounts(current, sums), without_base=sums["without_base"], due_on=due_on, joined=sums["joined"],
        left=sums["left_over"], base_changed=sums["base_changed"], unchanged=sums["unchanged"], last=last,
        arrears=_arrears(centre_id, unit_id, today=today), suspense_fen=_suspense(centre_id, unit_id),
        second_approval=unit.second_approval, can_declare=not why_not, why_not=why_not,
    )  # fmt: skip


def differences(centre_id: int, unit_id: int, *, at: datetime, limit: int = 500) -> list[Difference]:
    """Who differs from the last declared month: the roster as it stands against the frozen lines."""
    today = at.astimezone(ZONE).date()
    unit = unit_of(centre_id, unit_id, month=Month.of(today))
    month = next_month(centre_id, unit_id, first_month=unit.first_month)
    latest = remittances(centre_id, unit_id, limit=1)
    values = _values(unit, month, latest[0] if latest else None) | {"limit": limit}
    found = rows(_CHANGED.format(roster=roster_sql(rules_of(month).rounding)), values)
    return [
        Difference(
            line["account_id"], _what(line), line["base_fen"], line["last_base_fen"], line["own_fen"], line["unit_fen"]
        )
        for line in found
    ]


def _what(line: dict[str, Any]) -> str:
    if not line["was_here"]:
        return "新增"
    return "基数变化" if line["here"] else "减少"


def _sums(unit: UnitFacts, month: Month, last: RemittanceSeen | None) -> dict[str, Any]:
    sums = row(_SUMS.format(roster=roster_sql(rules_of(month).rounding)), _values(unit, month, last))
    assert sums is not None
    return sums


def _values(unit: UnitFacts, month: Month, last: RemittanceSeen | None) -> dict[str, Any]:
    values = roster_values(
        normal_accounts(unit.unit_id), month=month, unit_ratio=unit.unit_ratio, person_ratio=unit.person_ratio
    )
    return values | {"last": last.remittance_id if last else _NO_LAST, "centre": unit.centre_id}


def _amounts(current: RemittanceSeen | None, sums: dict[str, Any]) -> dict[str, int]:
    """A declared month shows what was frozen, an open one what it would be now."""
    if current is not None:
        return {"headcount": current.headcount, "own_fen": current.own_fen, "unit_fen": current.unit_fen,
                "total_fen": current.total_fen}  # fmt: skip
    return {"headcount": sums["headcount"], "own_fen": sums["own_fen"], "unit_fen": sums["unit_fen"],
            "total_fen": sums["own_fen"] + sums["unit_fen"]}  # fmt: skip


def _why_not(unit: UnitFacts, month: Month, at: datetime) -> str:
    try:
        refuse_out_of_turn(unit, month, at=at)
    except Refusal as refusal:
        return refusal.text
    return ""


def _arrears(centre_id: int, unit_id: int, *, today: Any) -> Arrears:
    return arrears(centre_id, unit_id, today=today)


def _suspense(centre_id: int, unit_id: int) -> int:
    found = row(
        "SELECT coalesce(sum(open_fen + refunding_fen), 0)::bigint AS fen FROM suspense"
        " WHERE centre_id = %s AND unit_id = %s AND state IN (1, 2) AND NOT owed",
        [centre_id, unit_id],
    )
    return int(found["fen"]) if found else 0
