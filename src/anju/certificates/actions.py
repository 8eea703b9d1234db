"""Issuing and revoking papers. What a paper says is given by the caller; this room draws, seals and keeps it."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from anju.audit.actions import record
from anju.certificates import queries
from anju.certificates.numbers import code_digest, make_code, make_number, write_code
from anju.certificates.paper import contribution_paper, draw, shown_lines
from anju.certificates.types import CertificateKind, ContributionFacts, Issued
from anju.database.encryption import seal
from anju.database.sql import execute, row
from anju.kernel.actor import Actor
from anju.kernel.clock import ZONE
from anju.kernel.refusal import Refusal
from anju.kernel.text import clean_text


@transaction.atomic
def issue_contribution_certificate(
    facts: ContributionFacts, *, centre_id: int, person_id: int, account_id: int, purpose: str, valid_until: date,
    key: str, actor: Actor, at: datetime,
) -> Issued:  # fmt: skip
    """Issue a contribution certificate (缴存证明) once per `key`; asked again, the same paper is named.

    Refuses a name or unit with a character the font lacks, before anything is written.
    """
    purpose = clean_text(purpose, 40, "purpose", required=True)
    assert valid_until >= at.astimezone(ZONE).date(), "a paper is valid on the day it is issued"
    _one_issue(centre_id, key)
    before = _issued_before(centre_id, key)
    if before is not None:
        return before
    certificate_id = _next_id()
    number, code = make_number(at.astimezone(ZONE).date(), certificate_id), make_code()
    paper = contribution_paper(
        facts, number=number, code_text=write_code(code), purpose=purpose, issued_at=at,
        valid_until=valid_until, check_address=queries.check_address(), demo=settings.ANJU_DEMO,
    )  # fmt: skip
    content = draw(paper, link=queries.check_link(number, code), issued_at=at)
    kept = {
        "certificate_id": certificate_id, "number": number, "kind": int(CertificateKind.CONTRIBUTION),
        "idempotency_key": key, "person_id": person_id, "account_id": account_id, "purpose": purpose,
        "facts_sealed": _sealed_facts(number, code, facts, paper),
        "code_digest": code_digest(number, code, queries.code_key()), "issued_at": at, "valid_until": valid_until,
    }  # fmt: skip
    _keep(centre_id, kept, content)
    record(
        "certificates.issue", actor=actor, at=at, subject="certificate", subject_id=certificate_id,
        person_id=person_id, details={"kind": int(CertificateKind.CONTRIBUTION)},
    )  # fmt: skip
    return Issued(certificate_id, number, False)


@transaction.atomic
def revoke_certificate(certificate_id: int, *, centre_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Declare a paper void from now on; the check page says so at once. Twice is once."""
    reason = clean_text(reason, 200, "reason", required=True)
    found = row(
        "SELECT person_id FROM certificate WHERE centre_id = %s AND certificate_id = %s", [centre_id, certificate_id]
    )
    if found is None:
        raise Refusal("certificate_unknown", "没有找到这张证明。请返回列表重新选择。", status=404)
    made = execute(
        "INSERT INTO certificate_revocation (centre_id, certificate_id, revoked_at, reason, revoked_by_person_id)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [centre_id, certificate_id, at, reason, actor.person_id],
    )
    if made:
        record(
            "certificates.revoke", actor=actor, at=at, subject="certificate", subject_id=certificate_id,
            person_id=found["person_id"],
        )  # fmt: skip


def _one_issue(centre_id: int, key: str) -> None:
    """Two requests of one key meet here: the second waits and then finds the paper of the first."""
    execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"certificate:{centre_id}:{key}"])


def _issued_before(centre_id: int, key: str) -> Issued | None:
    found = row(
        "SELECT certificate_id, number FROM certificate WHERE centre_id = %s AND idempotency_key = %s",
        [centre_id, key],
    )
    return None if found is None else Issued(found["certificate_id"], found["number"], True)


def _next_id() -> int:
    found = row("SELECT nextval('certificate_id_seq') AS id")
    assert found is not None
    return int(found["id"])


def _sealed_facts(number: str, code: str, facts: ContributionFacts, paper: dict[str, Any]) -> bytes:
    monthly = facts.monthly
    content = {
        "code": code,
        "shown": shown_lines(paper),
        "amounts_fen": [facts.balance_fen, *([monthly.own_fen + monthly.unit_fen] if monthly else [])],
    }
    return seal(json.dumps(content, ensure_ascii=False), where=queries.facts_place(number))


def _keep(centre_id: int, kept: dict[str, object], content: bytes) -> None:
    values = {"centre_id": centre_id, **kept, "pdf_sha256": hashlib.sha256(content).digest()}
    execute(
        f"INSERT INTO certificate ({', '.join(values)}) VALUES ({', '.join(['%s'] * len(values))})",  # noqa: S608
        list(values.values()),
    )
    execute(
        "INSERT INTO certificate_paper (centre_id, certificate_id, content_sealed) VALUES (%s, %s, %s)",
        [centre_id, kept["certificate_id"],
         seal(base64.b64encode(content).decode(), where=queries.paper_place(str(kept["number"])))],
    )  # fmt: skip
