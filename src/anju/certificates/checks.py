"""What must always hold of issued papers."""

from __future__ import annotations

from anju.database.checks import Invariant

CHECKS = [
    Invariant(
        "certificates: every certificate has its paper",
        "SELECT centre_id, certificate_id FROM certificate c WHERE NOT EXISTS (SELECT 1 FROM certificate_paper p"
        " WHERE p.centre_id = c.centre_id AND p.certificate_id = c.certificate_id)",
    ),
    Invariant(
        "certificates: nothing is revoked before it was issued",
        "SELECT c.centre_id, c.certificate_id FROM certificate c JOIN certificate_revocation r"
        " USING (centre_id, certificate_id) WHERE r.revoked_at < c.issued_at",
    ),
    Invariant(
        "certificates: valid at least on the day of issue",
        "SELECT centre_id, certificate_id FROM certificate"
        " WHERE valid_until < (issued_at AT TIME ZONE 'Asia/Shanghai')::date",
    ),
]
