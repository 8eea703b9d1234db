"""People: found or made in sets, reached, tied, renamed.

A document number is claimed in ``claims`` before the person's row is written; whoever comes second finds the
first. A known person is never changed by a list that names them differently: the difference is reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection, transaction

from anju.audit.actions import record
from anju.database.encryption import digest, seal
from anju.database.sql import execute, row, rows
from anju.identity.names import clean_person_name
from anju.kernel.actor import Actor
from anju.kernel.identifiers import check_id18, normalise_id
from anju.kernel.refusal import Refusal
from anju.parties.digests import id_digest, name_digest, phone_digest
from anju.parties.models import Person, PersonHistory, Tie
from anju.parties.types import ContactSource, FoundPerson, PersonDraft

_KNOWN = """
SELECT c.id_digest, c.person_id, p.name_digest
FROM claims c JOIN person p ON p.person_id = c.person_id
WHERE c.centre_id = %s AND c.id_digest = ANY(%s)
"""
# Claimed in ascending order: two lists with the same people in other orders wait for each other, never in a circle.
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
    """The person of each draft, in order; a handful of statements whatever the number of drafts.

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
            bytes(line["id_digest"]): int(line["person_id"]) for line in rows(_CLAIM, [centre_id, sorted(fresh)])
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
                    draft.id_kind.value, seal(number, where="person‖id_sealed"), found,
                    draft.birth_on or _told_by(number)[0], _told_by(number)[1] if draft.sex == "0" else draft.sex, at,
                )
            )  # fmt: skip


def _told_by(number: str) -> tuple[date | None, str]:
    """Birth date and sex (GB/T 2261.1) that an 18-character number tells; nothing for other documents."""
    check = check_id18(number)
    if not check.valid:
        return None, "0"
    return check.birth_on, {"男": "1", "女": "2"}.get(check.sex or "", "0")


_ENROLLED = """
SELECT DISTINCT ON (person_id) person_id, value_digest FROM person_contact
WHERE person_id = ANY(%s) AND kind = 'phone' AND source = %s ORDER BY person_id, since DESC, n DESC
"""
# Numbered by a sequence, not by counting: two employers may enrol the same person at the same moment.
_CONTACT = """
INSERT INTO person_contact (person_id, n, kind, value_sealed, value_digest, source, unit_id, since)
SELECT u.person_id, nextval('person_contact_n_seq'), %s, u.sealed, u.digest, %s, %s, %s
FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[]) AS u(person_id, sealed, digest)
"""


def _enrol_phones(
    drafts: Sequence[PersonDraft], found: Sequence[FoundPerson], *, unit_id: int, at: datetime
) -> None:
    """Keep the phones that are new; of a person named differently than we know them nothing is kept."""
    stated = {f.person_id: d.phone for d, f in zip(drafts, found, strict=True) if d.phone and not f.name_differs}
    if not stated:
        return
    enrolled = {
        line["person_id"]: bytes(line["value_digest"])
        for line in rows(_ENROLLED, [list(stated), ContactSource.EMPLOYER.value])
    }
    new = {person_id: phone for person_id, phone in stated.items() if enrolled.get(person_id) != phone_digest(phone)}
    _add_contacts("phone", new, source=ContactSource.EMPLOYER, unit_id=unit_id, at=at)


def _add_contacts(
    kind: str, values: dict[int, str], *, source: ContactSource, unit_id: int | None, at: datetime
) -> None:
    if not values:
        return
    sealed = [seal(value, where="person_contact‖value_sealed") for value in values.values()]
    digests = [phone_digest(value) if kind == "phone" else digest(kind, value) for value in values.values()]
    execute(_CONTACT, [kind, source.value, unit_id, at, list(values), sealed, digests])


def _next_n(table: str, person_id: int) -> int:
    _locked(person_id)
    found = row(f"SELECT coalesce(max(n), 0) + 1 AS n FROM {table} WHERE person_id = %s", [person_id])  # noqa: S608
    assert found is not None
    return int(found["n"])


def _locked(person_id: int) -> Person:
    found = Person.objects.select_for_update().filter(person_id=person_id).first()
    if found is None:
        raise Refusal("parties.no_person", "没有找到这个人。", status=404)
    return found


@transaction.atomic
def set_contact(
    person_id: int, kind: str, value: str, *, source: ContactSource, at: datetime, unit_id: int | None = None
) -> None:
    """Keep a phone or address; the newest of its kind and source counts."""
    if not Person.objects.filter(person_id=person_id).exists():
        raise Refusal("parties.no_person", "没有找到这个人。", status=404)
    _add_contacts(kind, {person_id: value}, source=source, unit_id=unit_id, at=at)


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
    found, name = _locked(person_id), clean_person_name(name)
    if found.name == name:
        raise Refusal("parties.same_name", "新姓名和原姓名一样，不用更改。", field="name")
    PersonHistory.objects.create(
        person_id=person_id, n=_next_n("person_history", person_id), at=at, field="name", before_sealed=found.name,
        after_sealed=name, login_id=actor.login_id, case_id=case_id,
    )  # fmt: skip
    found.name, found.name_digest = name, name_digest(name)
    found.save(update_fields=["name", "name_digest"])
    record("parties.rename", actor=actor, at=at, subject="person", subject_id=person_id, person_id=person_id,
           case_id=case_id)  # fmt: skip
