"""The audit only grows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import ProgrammingError, connection, transaction

from anju.audit import actions, queries
from anju.kernel.actor import Actor

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def _actor() -> Actor:
    return Actor(login_id=1, person_id=7, role="clerk", unit_id=None, name="许*", centre_id=990100)


@pytest.mark.django_db
def test_a_look_at_a_person_is_counted_for_that_person() -> None:
    actions.looked(actor=_actor(), at=AT, subject="person", person_id=42, purpose="case")
    assert queries.looks_at(42, since=AT) == 1
    assert queries.looks_at(7, since=AT) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE audit_record SET act = 'x'", "DELETE FROM audit_record"])
def test_the_serving_role_may_not_change_the_audit(statement: str) -> None:
    actions.record("seal", actor=_actor(), at=AT, subject="account", subject_id=1)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(statement)
