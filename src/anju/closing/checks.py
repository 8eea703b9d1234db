"""What must always hold of closings; ``anju check`` runs all of it."""

from __future__ import annotations

from anju.closing.store import FINDING_DIGEST
from anju.database.checks import Invariant

CHECKS = [
    Invariant(
        "办理和签署是两个人",
        "SELECT r.centre_id, r.run_id FROM closing_run r WHERE r.signed_by_person_id = r.submitted_by_person_id"
        " OR EXISTS (SELECT 1 FROM closing_step s WHERE s.centre_id = r.centre_id AND s.run_id = r.run_id"
        " AND s.by_person_id = r.signed_by_person_id)",
    ),
    Invariant(
        "已签署的日结首尾相接，没有漏掉的日子",
        """
        SELECT centre_id, run_id, first_on, before FROM (
            SELECT centre_id, run_id, first_on, lag(last_on) OVER (PARTITION BY centre_id ORDER BY last_on) AS before
              FROM closing_run WHERE kind = 1 AND state = 3) r
         WHERE before IS NOT NULL AND first_on <> before + 1
        """,
    ),
    Invariant(
        "已签署的日子在总账里已关，已签署的月份在总账里已签署",
        """
        SELECT r.centre_id, r.run_id FROM closing_run r WHERE r.state = 3 AND (
            r.kind = 1 AND NOT EXISTS (SELECT 1 FROM centre_day d WHERE d.centre_id = r.centre_id AND d.state = 2
                                         AND d.business_date >= r.last_on)
            OR r.kind = 2 AND NOT EXISTS (SELECT 1 FROM period p WHERE p.centre_id = r.centre_id AND p.kind = 1
                AND p.state = 3 AND p.number = extract(year FROM r.last_on) * 100 + extract(month FROM r.last_on)))
        """,
    ),
    Invariant(
        "已签署的结账每一步都已办，每项差异都有说明",
        f"""
        SELECT r.centre_id, r.run_id, s.n FROM closing_run r
          JOIN closing_step s ON s.centre_id = r.centre_id AND s.run_id = r.run_id
         WHERE r.state IN (2, 3) AND (s.state <> 4 OR EXISTS (
               SELECT 1 FROM jsonb_array_elements(s.findings) f WHERE NOT EXISTS (
                   SELECT 1 FROM closing_explanation e WHERE e.centre_id = r.centre_id
                      AND e.digest = decode({FINDING_DIGEST}, 'hex') AND e.at <= coalesce(r.signed_at, e.at))))
        """,  # noqa: S608  (constants)
    ),
    Invariant(
        "轧账的日子都在办理中的日结里",
        """
        SELECT d.centre_id, d.business_date FROM centre_day d WHERE d.state = 3 AND NOT EXISTS (
            SELECT 1 FROM closing_run r WHERE r.centre_id = d.centre_id AND r.kind = 1 AND r.state IN (1, 2)
               AND d.business_date <= r.last_on)
        """,
    ),
]
