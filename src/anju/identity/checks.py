"""Invariants of identity: what must hold of codes, mandates and sessions whatever happened."""

from __future__ import annotations

from anju.database.checks import Invariant
from anju.identity.duties import APART
from anju.identity.limits import LIMITS

_PAIRS = ", ".join(f"('{one.value}', '{other.value}')" for one, other in APART)

CHECKS = [
    Invariant(
        "identity: no code was tried more often than allowed",
        f"SELECT code_id FROM identity_code WHERE tries > {LIMITS.code_tries}",  # noqa: S608
    ),
    Invariant(
        "identity: a code is consumed within its life",
        "SELECT code_id FROM identity_code WHERE consumed_at >= expires_at OR consumed_at < sent_at",
    ),
    Invariant(
        "identity: staff hold their mandates as natural persons",
        "SELECT m.mandate_id FROM identity_mandate m JOIN identity_login l USING (login_id)"
        " WHERE m.ended_at IS NULL AND l.person_id IS NULL"
        " AND m.role IN ('member', 'clerk', 'reviewer', 'treasurer', 'administrator')",
    ),
    Invariant(
        "identity: nobody granted a staff role to himself",
        "SELECT mandate_id FROM identity_mandate WHERE granted_by = login_id"
        " AND role IN ('clerk', 'reviewer', 'treasurer', 'administrator')",
    ),
    Invariant(
        "identity: nobody holds two duties that may not meet",
        "SELECT a.mandate_id, b.mandate_id AS other_id FROM identity_mandate a"  # noqa: S608
        " JOIN identity_login la ON la.login_id = a.login_id"
        " JOIN identity_login lb ON lb.person_id = la.person_id"
        " JOIN identity_mandate b ON b.login_id = lb.login_id"
        f" WHERE a.ended_at IS NULL AND b.ended_at IS NULL AND (a.role, b.role) IN ({_PAIRS})",
    ),
    Invariant(
        "identity: a member's or unit administrator's mandate names its case or its granter",
        "SELECT mandate_id FROM identity_mandate WHERE role IN ('member', 'unit_admin')"
        " AND source_case_id IS NULL AND granted_by IS NOT NULL AND granted_by = login_id",
    ),
    Invariant(
        "identity: a disabled log-in has neither live session nor live mandate",
        "SELECT l.login_id FROM identity_login l WHERE l.disabled_at IS NOT NULL AND ("
        " EXISTS (SELECT 1 FROM identity_session s WHERE s.login_id = l.login_id AND s.ended_at IS NULL)"
        " OR EXISTS (SELECT 1 FROM identity_mandate m WHERE m.login_id = l.login_id AND m.ended_at IS NULL))",
    ),
    Invariant(
        "identity: a session's capacity is a mandate of its own log-in",
        "SELECT s.session_id FROM identity_session s JOIN identity_mandate m ON m.mandate_id = s.capacity_id"
        " WHERE m.login_id IS DISTINCT FROM s.login_id",
    ),
]
