"""Reads of findings: all of them for auditors, those addressed to a duty for whoever holds it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from anju.database.sql import row, rows
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal
from anju.reports.finding_types import (
    Addressee,
    FindingSeen,
    FindingState,
    FindingStepSeen,
    Severity,
    StepAct,
)

_FINDINGS = """
SELECT f.finding_id, f.question, f.question_version, f.first, f.last, f.seed, f.digest, f.line_number, f.line::text,
       f.severity, f.addressee, f.text, f.due_on, f.raised_by_person_id, f.raised_at, s.act, coalesce(s.n, 0) AS steps
  FROM audit_finding f
  LEFT JOIN LATERAL (SELECT act, n FROM finding_step
                      WHERE centre_id = f.centre_id AND finding_id = f.finding_id ORDER BY n DESC LIMIT 1) s ON true
 WHERE f.centre_id = %(centre)s AND (%(role)s = 'auditor' OR f.addressee = %(role)s)
   AND (%(id)s::bigint IS NULL OR f.finding_id = %(id)s)
 ORDER BY (coalesce(s.act, 3) = 2), f.due_on, f.finding_id LIMIT %(limit)s OFFSET %(offset)s
"""
_COUNTS = """
SELECT coalesce(s.act, 3) AS act, count(*) AS n, count(*) FILTER (WHERE f.due_on < %(today)s) AS late
  FROM audit_finding f
  LEFT JOIN LATERAL (SELECT act FROM finding_step
                      WHERE centre_id = f.centre_id AND finding_id = f.finding_id ORDER BY n DESC LIMIT 1) s ON true
 WHERE f.centre_id = %(centre)s AND (%(role)s = 'auditor' OR f.addressee = %(role)s)
 GROUP BY 1
"""


def findings(actor: Actor, *, limit: int, offset: int = 0) -> list[FindingSeen]:
    """Findings this person may see, those that are not closed first, by their day; one statement."""
    return [_seen(line) for line in rows(_FINDINGS, _values(actor, None) | {"limit": limit, "offset": offset})]


def finding(actor: Actor, finding_id: int) -> FindingSeen:
    """One finding; one that is addressed to somebody else answers like a missing one (404)."""
    found = row(_FINDINGS, _values(actor, finding_id) | {"limit": 1, "offset": 0})
    if found is None:
        raise Refusal("reports.unknown_finding", "没有这条审计发现。", status=404)
    return _seen(found)


def steps(centre_id: int, finding_id: int) -> list[FindingStepSeen]:
    """What was said about a finding, in order."""
    found = rows(
        "SELECT n, act, text, person_id, at FROM finding_step WHERE centre_id = %s AND finding_id = %s ORDER BY n",
        [centre_id, finding_id],
    )
    return [FindingStepSeen(**line | {"act": StepAct(line["act"])}) for line in found]


def finding_counts(actor: Actor, *, today: date) -> dict[FindingState, tuple[int, int]]:
    """How many findings of this person are in each state, and how many of them are past their day; one statement."""
    found = rows(_COUNTS, {"centre": actor.centre_id, "role": actor.role, "today": today})
    return {FindingState.after(line["act"]): (line["n"], line["late"]) for line in found}


def _values(actor: Actor, finding_id: int | None) -> dict[str, Any]:
    return {"centre": actor.centre_id, "role": actor.role, "id": finding_id}


def _seen(line: dict[str, Any]) -> FindingSeen:
    plain = {name: line[name] for name in FindingSeen.__dataclass_fields__ if name in line}
    return FindingSeen(
        **plain | {
            "line": tuple((title, text) for title, text in json.loads(line["line"])),
            "severity": Severity(line["severity"]), "addressee": Addressee(line["addressee"]),
            "state": FindingState.after(line["act"]),
        }
    )  # fmt: skip
