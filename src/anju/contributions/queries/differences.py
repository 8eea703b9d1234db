"""A month against the one declared before it: sums by kind of difference, and who differs, in one statement.

A declared month is read from its frozen lines, an open one from the roster as it stands now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from anju.contributions.queries.people import normal_accounts, roster_sql, roster_values
from anju.contributions.queries.units import rules_of
from anju.contributions.roster.types import ChangeKind, SealReason
from anju.contributions.types import Difference, DifferenceKind, DifferenceSum, RemittanceSeen
from anju.database.sql import rows
from anju.kernel.month import Month
from anju.parties.types import UnitFacts

_NONE = -1
_FROZEN = """
SELECT account_id, base_fen, own_fen, unit_fen FROM remittance_line
 WHERE remittance_id = %(current)s AND centre_id = %(centre)s
"""

_AGAINST_LAST = """
WITH present AS MATERIALIZED ({present}), last AS (
    SELECT account_id, base_fen, own_fen, unit_fen FROM remittance_line
     WHERE remittance_id = %(last)s AND centre_id = %(centre)s
), paired AS (
    SELECT coalesce(n.account_id, l.account_id) AS account_id,
           CASE WHEN l.account_id IS NULL THEN 'joined' WHEN n.account_id IS NULL THEN 'left'
                WHEN n.base_fen IS DISTINCT FROM l.base_fen THEN 'base'
                WHEN (n.own_fen, n.unit_fen) IS DISTINCT FROM (l.own_fen, l.unit_fen) THEN 'ratio'
                ELSE 'same' END AS kind,
           n.account_id IS NOT NULL AND n.base_fen IS NULL AS without_base, n.base_fen, l.base_fen AS last_base_fen,
           coalesce(n.own_fen, 0) AS own_fen, coalesce(n.unit_fen, 0) AS unit_fen,
           coalesce(n.own_fen, 0) - coalesce(l.own_fen, 0) AS own_more,
           coalesce(n.unit_fen, 0) - coalesce(l.unit_fen, 0) AS unit_more
      FROM present n FULL JOIN last l ON l.account_id = n.account_id
), shown AS (
    SELECT * FROM paired WHERE kind <> 'same' AND (%(kind)s = '' OR kind = %(kind)s)
     ORDER BY array_position(ARRAY['joined', 'left', 'base', 'ratio'], kind), account_id LIMIT %(limit)s
), because AS (
    SELECT DISTINCT ON (l.account_id) l.account_id, l.kind AS change, l.reason
      FROM change_list c JOIN change_line l ON l.centre_id = c.centre_id AND l.list_id = c.list_id
     WHERE c.centre_id = %(centre)s AND c.unit_id = %(unit)s AND c.month BETWEEN %(since)s AND %(month)s
       AND l.account_id IN (SELECT account_id FROM shown)
     ORDER BY l.account_id, l.list_id DESC
)
SELECT NULL::bigint AS account_id, kind, count(*) AS people, count(*) FILTER (WHERE without_base) AS without_base,
       sum(own_fen)::bigint AS own_fen, sum(unit_fen)::bigint AS unit_fen, sum(own_more)::bigint AS own_more,
       sum(unit_more)::bigint AS unit_more, NULL::bigint AS base_fen, NULL::bigint AS last_base_fen,
       NULL AS change, NULL AS reason
  FROM paired GROUP BY kind
UNION ALL
SELECT s.account_id, s.kind, 1, 0, s.own_fen, s.unit_fen, s.own_more, s.unit_more, s.base_fen, s.last_base_fen,
       b.change, b.reason
  FROM shown s LEFT JOIN because b ON b.account_id = s.account_id
"""


@dataclass(frozen=True)
class MonthAgainstLast:
    """The month's own sums, and what leads there from the last one."""

    headcount: int
    own_fen: int
    unit_fen: int
    without_base: int
    unchanged: int
    sums: tuple[DifferenceSum, ...]
    changed: tuple[Difference, ...]

    def people(self, kind: DifferenceKind) -> int:
        return sum(one.people for one in self.sums if one.kind is kind)


def against_last(
    unit: UnitFacts, month: Month, *, current: RemittanceSeen | None, last: RemittanceSeen | None, limit: int,
    kind: DifferenceKind | None = None,
) -> MonthAgainstLast:  # fmt: skip
    """One statement (and one more for the roster of an open month), whatever the number of people.

    Without a last month everybody has joined. `limit` and `kind` say who is named; the sums are always of all.
    """
    values = {
        "centre": unit.centre_id, "unit": unit.unit_id, "last": last.remittance_id if last else _NONE,
        "since": (last.month + 1).number if last else 0, "month": month.number, "limit": limit,
        "kind": kind.value if kind else "",
    }  # fmt: skip
    if current is not None:
        values["current"] = current.remittance_id
        found = rows(_AGAINST_LAST.format(present=_FROZEN), values)
    else:
        values |= roster_values(
            normal_accounts(unit.unit_id), month=month, unit_ratio=unit.unit_ratio, person_ratio=unit.person_ratio
        )
        found = rows(_AGAINST_LAST.format(present=roster_sql(rules_of(month).rounding)), values)
    return _read(found)


def _read(found: list[dict[str, Any]]) -> MonthAgainstLast:
    by_kind = {line["kind"]: line for line in found if line["account_id"] is None}
    here = [line for kind, line in by_kind.items() if kind != "left"]
    return MonthAgainstLast(
        headcount=sum(line["people"] for line in here), own_fen=sum(line["own_fen"] for line in here),
        unit_fen=sum(line["unit_fen"] for line in here), without_base=sum(line["without_base"] for line in here),
        unchanged=by_kind["same"]["people"] if "same" in by_kind else 0,
        sums=tuple(
            DifferenceSum(kind, line["people"], line["own_more"], line["unit_more"])
            for kind in DifferenceKind
            if (line := by_kind.get(kind.value)) is not None
        ),
        changed=tuple(_difference(line) for line in found if line["account_id"] is not None),
    )  # fmt: skip


def _difference(line: dict[str, Any]) -> Difference:
    return Difference(
        line["account_id"], DifferenceKind(line["kind"]), line["base_fen"], line["last_base_fen"], line["own_more"],
        line["unit_more"], _how(line["change"], line["reason"]),
    )  # fmt: skip


def _how(change: str | None, reason: str | None) -> str:
    if not change or change == ChangeKind.SAME.value:
        return ""
    words = ChangeKind(change).zh
    return f"{words}：{SealReason(reason).zh}" if reason else words
