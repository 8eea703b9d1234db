"""Writing the audit: one row in the transaction of the act itself.

``details`` never holds identifiers, phones, cards or names: ids, counts, amounts and digests only.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from anju.database.sql import execute
from anju.kernel.actor import Actor

# In plain SQL: every act of the house writes one, and a model's way of saying it costs more than the row.
_WRITE = """
INSERT INTO audit_record (centre_id, act, at, login_id, actor_person_id, role, subject, subject_id, person_id, unit_id,
    case_id, details) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def record(
    act: str,
    *,
    actor: Actor,
    at: datetime,
    subject: str,
    subject_id: int | None = None,
    person_id: int | None = None,
    unit_id: int | None = None,
    case_id: int | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Write one act. ``person_id`` is the person it concerns, not the one who acts."""
    execute(_WRITE, [
        actor.centre_id, act, at, actor.login_id, actor.person_id, actor.role, subject, subject_id, person_id, unit_id,
        case_id, json.dumps(details or {}),
    ])  # fmt: skip


def looked(
    *, actor: Actor, at: datetime, subject: str, person_id: int, case_id: int | None = None, purpose: str = ""
) -> None:
    """Write that somebody read a person's file, and why."""
    record(
        "look", actor=actor, at=at, subject=subject, person_id=person_id, case_id=case_id,
        details={"purpose": purpose},
    )  # fmt: skip
