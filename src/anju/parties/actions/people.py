"""People: found or made in sets, reached, tied, renamed.

A document number is claimed in ``claims`` before the person's row is written; whoever comes second finds the
first. A known person is never changed by a list that names them differently: the difference is reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from anju.audit.actions import record
from anju.database.encryption import digest, seal
from anju.database.sql import row, rows
from anju.kernel.actor import Actor
from anju.kernel.identifiers import normalise_id
from anju.kernel.refusal import Refusal
from anju.parties.digests import id_digest, name_digest
from anju.parties.models import Contact, Person, PersonHistory, Tie
from anju.parties.types import ContactSource, FoundPerson, PersonDraft

_KNOWN = """
SELECT c.id_digest, c.person_id, p.name_digest
FROM claims c JOIN person p ON p.person_id = c.person_id
WHERE c.centre_id = %s AND c.id_digest = ANY(%s)
"""
_CLAIM = """
INSERT INTO claims (id_digest, centre_id, person_id)
SELECT u.digest, %s, nextval('person_id_seq') FROM unnest(%s::bytea[]) WITH ORDINALITY AS u(digest, n) ORDER BY u.n
ON CONFLICT (id_digest, centre_id) DO NOTHING
RETURNING id_digest, person_id
"""


@transaction.atomic
def find_or_create_people(
    drafts: Sequence[PersonDraft], *, centre_id: int, at: datetime, unit_id: int | None = None
) -> list[FoundPerson]:
    """The person of each draft, in order; four statements whatever the number of drafts.

    With ``unit_id`` the phones of the drafts are kept as phones the employer enrolled (used as proof of identity
    at opening). The drafts' documents must have been checked.
    """
    if not drafts:
        return []
    digests = [id_digest(draft.id_kind, draft.id_number) for draft in drafts]
    known = _known(digests, centre_id)
    fresh = {d: draft for d, draft in zip(digests, drafts, strict=True) if d not in known}
    if fresh:
        claimed = {
            bytes(line["id_digest"]): int(line["person_id"]) for line in rows(_CLAIM, [centre_id, list(fresh)])
        }
        _write_people({d: (claimed[d], fresh[d]) for d in claimed}, centre_id=centre_id, at=at)
        known |= {d: (person_id, name_digest(fresh[d].name), False) for d, person_id in claimed.items()}
        known |= _known([d for d in fresh if d not in claimed], centre_id)
    found = [
        FoundPerson(known[d][0], known[d][2], known[d][1] != name_digest(draft.name))
        for d, draft in zip(digests, drafts, strict=True)
    ]
    if unit_id is not None:
        _enrol_phones(drafts, found, unit_id=unit_id, at=at)
    return found


def _known(digests: Sequence[bytes], centre_id: int) -> dict[bytes, tuple[int, bytes, bool]]:
    if not digests:
        return {}
    return {
        bytes(line["id_digest"]): (int(line["person_id"]), bytes(line["name_digest"]), True)
        for line in rows(_KNOWN, [centre_id, list(digests)])
    }


def _write_people(people: dict[bytes, tuple[int, PersonDraft]], *, centre_id: int, at: datetime) -> None:
    columns = "person_id, centre_id, name, name_digest, id_kind, id_sealed, id_digest, birth_on, sex, known_at"
    with connection.cursor() as cursor, cursor.copy(f"COPY person ({columns}) FROM STDIN") as copy:
        for found, (person_id, draft) in people.items():
            number = normalise_id(draft.id_kind, draft.id_number)
            copy.write_row(
                (
                    person_id, centre_id, seal(draft.name, where="person‖name"), name_digest(draft.name),
                    draft.id_kind.value, seal(number, where="person‖id_sealed"), found, draft.birth_on,
                    draft.sex, at,
                )
            )  # fmt: skip


def _enrol_phones(
    drafts: Sequence[PersonDraft], found: Sequence[FoundPerson], *, unit_id: int, at: datetime
) -> None:
    stated = {f.person_id: d.phone for d, f in zip(drafts, found, strict=True) if d.phone and not f.name_differs}
    if not stated:
        return
    last = {
        line["person_id"]: line["n"]
        for line in rows(
            "SELECT person_id, max(n) AS n FROM person_contact WHERE person_id = ANY(%s) GROUP BY 1", [list(stated)]
        )
    }
    columns = "person_id, n, kind, value_sealed, value_digest, source, unit_id, since"
    with connection.cursor() as cursor, cursor.copy(f"COPY person_contact ({columns}) FROM STDIN") as copy:
        for person_id, phone in stated.items():
            copy.write_row(
                (
                    person_id, last.get(person_id, 0) + 1, "phone",
                    seal(phone, where="person_contact‖value_sealed"), digest("phone", phone),
                    ContactSource.EMPLOYER.value, unit_id, at,
                )
            )  # fmt: skip


def _next_n(table: str, person_id: int) -> int:
    Person.objects.select_for_update().get(person_id=person_id)
    found = row(f"SELECT coalesce(max(n), 0) + 1 AS n FROM {table} WHERE person_id = %s", [person_id])  # noqa: S608
    assert found is not None
    return int(found["n"])


@transaction.atomic
def set_contact(
    person_id: int, kind: str, value: str, *, source: ContactSource, at: datetime, unit_id: int | None = None
) -> None:
    """Keep a phone or address; the newest of its kind and source counts."""
    Contact.objects.create(
        person_id=person_id, n=_next_n("person_contact", person_id), kind=kind, value_sealed=value,
        value_digest=digest(kind, value), source=source.value, unit_id=unit_id, since=at,
    )  # fmt: skip


@transaction.atomic
def set_tie(person_id: int, kind: str, *, other_name: str, other_digest: bytes, source: str, at: datetime) -> None:
    """Keep a family tie an agency confirmed."""
    Tie.objects.create(
        person_id=person_id, n=_next_n("person_tie", person_id), kind=kind, other_name=other_name,
        other_digest=other_digest, source=source, since=at,
    )  # fmt: skip


@transaction.atomic
def rename_person(person_id: int, name: str, *, actor: Actor, case_id: int, at: datetime) -> None:
    """Change a name as the outcome of a case; the old one stays in history. Refuses a name that is the same."""
    found = Person.objects.select_for_update().get(person_id=person_id)
    if found.name == name:
        raise Refusal("parties.same_name", "新姓名和原姓名一样，不用更改。", field="name")
    number = row("SELECT coalesce(max(n), 0) + 1 AS n FROM person_history WHERE person_id = %s", [person_id])
    assert number is not None
    PersonHistory.objects.create(
        person_id=person_id, n=number["n"], at=at, field="name", before_sealed=found.name, after_sealed=name,
        login_id=actor.login_id, case_id=case_id,
    )  # fmt: skip
    found.name, found.name_digest = name, name_digest(name)
    found.save(update_fields=["name", "name_digest"])
    record("parties.rename", actor=actor, at=at, subject="person", subject_id=person_id, person_id=person_id,
           case_id=case_id)  # fmt: skip
