"""Reads of people and units; one statement each, scoped by the caller's ids."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from anju.database.encryption import digest, unseal
from anju.database.sql import row, rows
from anju.identity.digests import kind_of_number
from anju.identity.types import UNIT_CODE_KIND
from anju.kernel.identifiers import IdKind, check_mobile, normalise_id
from anju.kernel.month import Month
from anju.parties.digests import id_digest, name_digest, phone_digest
from anju.parties.types import ContactSource, PersonFacts, UnitFacts, UnitState

_PERSON = """
SELECT person_id, centre_id, name, id_kind, id_sealed, id_digest, birth_on, sex FROM person
"""
_UNIT = """
SELECT u.*, t.unit_ratio, t.person_ratio FROM unit u
LEFT JOIN LATERAL (
    SELECT unit_ratio, person_ratio FROM unit_terms t
    WHERE t.centre_id = u.centre_id AND t.unit_id = u.unit_id AND t.from_month <= greatest(%s, u.first_month)
    ORDER BY t.from_month DESC LIMIT 1
) t ON true
"""


def _facts(line: dict[str, Any]) -> PersonFacts:
    return PersonFacts(
        person_id=line["person_id"], centre_id=line["centre_id"],
        name=unseal(line["name"], where="person‖name"), id_kind=IdKind(line["id_kind"]),
        id_number=unseal(line["id_sealed"], where="person‖id_sealed"), id_digest=bytes(line["id_digest"]),
        birth_on=line["birth_on"], sex=line["sex"],
    )  # fmt: skip


def person(person_id: int) -> PersonFacts | None:
    """One person, or None."""
    found = row(_PERSON + "WHERE person_id = %s", [person_id])
    return _facts(found) if found else None


def people(person_ids: Sequence[int]) -> dict[int, PersonFacts]:
    """Many people by id, in one statement."""
    found = rows(_PERSON + "WHERE person_id = ANY(%s)", [list(person_ids)])
    return {line["person_id"]: _facts(line) for line in found}


def person_by_document(kind: IdKind, number: str, *, centre_id: int) -> PersonFacts | None:
    """The person of a document in this centre, or None."""
    return person_by_digest(id_digest(kind, number), centre_id=centre_id)


def person_by_digest(found_digest: bytes, *, centre_id: int) -> PersonFacts | None:
    """The person of a document digest in this centre, or None."""
    found = row(
        f"{_PERSON} WHERE person_id = (SELECT person_id FROM claims WHERE id_digest = %s AND centre_id = %s)",  # noqa: S608
        [found_digest, centre_id],
    )
    return _facts(found) if found else None


def people_by_digest(digests: Sequence[bytes], *, centre_id: int) -> dict[bytes, PersonFacts]:
    """The known people of many document digests, in one statement."""
    found = rows(
        f"{_PERSON} WHERE person_id IN (SELECT person_id FROM claims WHERE id_digest = ANY(%s) AND centre_id = %s)",  # noqa: S608
        [list(digests), centre_id],
    )
    return {bytes(line["id_digest"]): _facts(line) for line in found}


def enrolled_phone_matches(person_id: int, phone: str) -> bool:
    """Whether the newest phone that an employer enrolled for this person is this one."""
    found = row(
        "SELECT value_digest FROM person_contact WHERE person_id = %s AND kind = 'phone' AND source = %s"
        " ORDER BY since DESC, n DESC LIMIT 1",
        [person_id, ContactSource.EMPLOYER.value],
    )
    return found is not None and bytes(found["value_digest"]) == phone_digest(phone)


def phone_of(person_id: int) -> str | None:
    """The newest phone of a person: their own before the employer's."""
    found = row(
        "SELECT value_sealed FROM person_contact WHERE person_id = %s AND kind = 'phone'"
        " ORDER BY (source = %s) DESC, since DESC, n DESC LIMIT 1",
        [person_id, ContactSource.SELF.value],
    )
    return unseal(found["value_sealed"], where="person_contact‖value_sealed") if found else None


def people_by_name(name: str, *, centre_id: int, limit: int = 20) -> list[PersonFacts]:
    """The people of exactly this name, whatever dots and spaces it is typed with."""
    found = rows(
        _PERSON + "WHERE name_digest = %s AND centre_id = %s ORDER BY person_id LIMIT %s",
        [name_digest(name), centre_id, limit],
    )
    return [_facts(line) for line in found]


def people_by_phone(phone: str, *, centre_id: int, limit: int = 20) -> list[PersonFacts]:
    """The people this phone was ever kept for."""
    found = rows(
        f"{_PERSON} WHERE person_id IN (SELECT person_id FROM person_contact WHERE value_digest = %s)"  # noqa: S608
        " AND centre_id = %s ORDER BY person_id LIMIT %s",
        [phone_digest(phone), centre_id, limit],
    )
    return [_facts(line) for line in found]


def search_people(text: str, *, centre_id: int, limit: int = 20) -> list[PersonFacts]:
    """The desk's search: a document number, a phone or a whole name; exact, because all of them are sealed."""
    typed = normalise_id(IdKind.OTHER, text)
    if check_mobile(typed):
        return people_by_phone(typed, centre_id=centre_id, limit=limit)
    if any(char.isdigit() for char in typed):
        kind = kind_of_number(typed)
        found = None if kind == UNIT_CODE_KIND else person_by_document(IdKind(kind), typed, centre_id=centre_id)
        return [found] if found else []
    return people_by_name(text, centre_id=centre_id, limit=limit)


def spouse_digest(person_id: int) -> bytes | None:
    """Digest of the document of the newest spouse an agency confirmed, or None."""
    found = row(
        "SELECT other_digest FROM person_tie WHERE person_id = %s AND kind = 'spouse'"
        " ORDER BY since DESC, n DESC LIMIT 1",
        [person_id],
    )
    return bytes(found["other_digest"]) if found else None


def _unit_facts(line: dict[str, Any]) -> UnitFacts:
    return UnitFacts(
        centre_id=line["centre_id"], unit_id=line["unit_id"],
        account_number=f"{line['centre_id']}{line['unit_id']:08d}", name=line["name"], uscc=line["uscc"],
        address=line["address"], nature=line["nature"], payday=line["payday"],
        first_month=Month.from_number(line["first_month"]), unit_ratio=line["unit_ratio"],
        person_ratio=line["person_ratio"], second_approval=line["second_approval"], state=UnitState(line["state"]),
        bank_account=unseal(line["bank_sealed"], where="unit‖bank_sealed"), bank_name=line["bank_name"],
        legal_person_name=unseal(line["legal_person_name"], where="unit‖legal_person_name"),
        opened_at=line["opened_at"],
    )  # fmt: skip


def unit(centre_id: int, unit_id: int, *, on: date | Month) -> UnitFacts | None:
    """One unit with the terms of a day's month, or None."""
    month = on if isinstance(on, Month) else Month.of(on)
    found = row(_UNIT + "WHERE u.centre_id = %s AND u.unit_id = %s", [month.number, centre_id, unit_id])
    return _unit_facts(found) if found else None


def unit_by_uscc(centre_id: int, uscc: str, *, on: date) -> UnitFacts | None:
    """The unit of a unified social credit code, or None."""
    code = normalise_id(IdKind.OTHER, uscc)
    found = row(_UNIT + "WHERE u.centre_id = %s AND u.uscc = %s", [Month.of(on).number, centre_id, code])
    return _unit_facts(found) if found else None


def units(centre_id: int, unit_ids: Sequence[int], *, on: date) -> dict[int, UnitFacts]:
    """Many units by id, in one statement."""
    found = rows(_UNIT + "WHERE u.centre_id = %s AND u.unit_id = ANY(%s)",
                 [Month.of(on).number, centre_id, list(unit_ids)])  # fmt: skip
    return {line["unit_id"]: _unit_facts(line) for line in found}


def unit_names(centre_id: int, unit_ids: Sequence[int]) -> dict[int, str]:
    """Names of many units, in one statement."""
    found = rows("SELECT unit_id, name FROM unit WHERE centre_id = %s AND unit_id = ANY(%s)",
                 [centre_id, list(unit_ids)])  # fmt: skip
    return {line["unit_id"]: line["name"] for line in found}


def search_units(centre_id: int, text: str, *, limit: int = 20) -> list[dict[str, Any]]:
    """Units whose name contains the text, or whose code it is."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return rows(
        "SELECT unit_id, name, uscc, state FROM unit WHERE centre_id = %s AND (name ILIKE %s OR uscc = %s)"
        " ORDER BY name LIMIT %s",
        [centre_id, f"%{escaped}%", text.upper(), limit],
    )


def unit_by_bank_account(centre_id: int, bank_account: str) -> int | None:
    """The unit that pays from a bank account, or None."""
    found = row(
        "SELECT unit_id FROM unit WHERE centre_id = %s AND bank_digest = %s AND bank_name <> '' LIMIT 1",
        [centre_id, digest("bank", bank_account)],
    )
    return found["unit_id"] if found else None


def units_by_bank_digest(centre_id: int, digests: Sequence[bytes]) -> dict[bytes, tuple[int, ...]]:
    """Which units registered an account, by the digest of its number, in one statement."""
    found = rows(
        "SELECT bank_digest, array_agg(unit_id ORDER BY unit_id) AS unit_ids FROM unit WHERE centre_id = %s"
        " AND bank_digest = ANY(%s) AND bank_name <> '' GROUP BY bank_digest",
        [centre_id, list(digests)],
    )
    return {bytes(line["bank_digest"]): tuple(line["unit_ids"]) for line in found}


def units_named(centre_id: int, plain_names: Sequence[str], unit_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Units of these ids, or that are or were called so: each with its name first and then its former ones.

    `plain_names` are upper case without spaces and round brackets; names are compared in the same way.
    """
    plain = "upper(translate({}, ' ()（）　', ''))"
    found = rows(
        "SELECT u.unit_id, u.name, coalesce(h.names, '{}') AS former FROM unit u LEFT JOIN"  # noqa: S608  (constants)
        " (SELECT centre_id, unit_id, array_agg(before ORDER BY n DESC) AS names FROM unit_history"
        "  WHERE centre_id = %(centre)s AND field = 'name' GROUP BY centre_id, unit_id) h USING (centre_id, unit_id)"
        f" WHERE u.centre_id = %(centre)s AND (u.unit_id = ANY(%(ids)s) OR {plain.format('u.name')} = ANY(%(names)s)"
        f" OR EXISTS (SELECT 1 FROM unnest(h.names) AS f(name) WHERE {plain.format('f.name')} = ANY(%(names)s)))"
        " ORDER BY u.unit_id",
        {"centre": centre_id, "ids": list(unit_ids), "names": list(plain_names)},
    )
    return {line["unit_id"]: (line["name"], *line["former"]) for line in found}
