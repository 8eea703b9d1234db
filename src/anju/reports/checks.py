"""Invariants of findings, recomputed by ``anju check``."""

from __future__ import annotations

from anju.database.checks import Invariant

CHECKS = [
    Invariant(
        "审计发现的答复逐步相连，了结之后没有再答",
        """
        SELECT centre_id, finding_id, n FROM (
            SELECT s.*, row_number() OVER w AS place, lag(act) OVER w AS before
              FROM finding_step s WINDOW w AS (PARTITION BY centre_id, finding_id ORDER BY n)) s
         WHERE n <> place OR (act = 1) <> (before IS NULL OR before = 3) OR before = 2
        """,
    ),
    Invariant(
        "写审计发现的人没有自己答复",
        """
        SELECT f.centre_id, f.finding_id FROM audit_finding f
          JOIN finding_step s ON s.centre_id = f.centre_id AND s.finding_id = f.finding_id
         WHERE s.act = 1 AND s.person_id = f.raised_by_person_id
        """,
    ),
]
