"""People are found by what is exact, kept once, and changed only with their history."""

from __future__ import annotations

import random
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction

from anju.database.checks import Invariant
from anju.database.sql import execute, rows
from anju.kernel.actor import Actor
from anju.kernel.identifiers import IdKind
from anju.kernel.refusal import Refusal
from anju.parties import actions, queries
from anju.parties.checks import CHECKS
from anju.parties.digests import id_digest
from anju.parties.types import ContactSource, FoundPerson, PersonDraft

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CENTRE = 990100
NUMBER = "11010519491231002X"
STAFF = Actor(login_id=1, person_id=None, role="clerk", unit_id=None, name="许*", centre_id=CENTRE)


def _find(*drafts: PersonDraft, at: datetime = AT, unit_id: int | None = None) -> list[FoundPerson]:
    return actions.find_or_create_people(list(drafts), centre_id=CENTRE, at=at, unit_id=unit_id)


def _person(name: str = "林晓雨", phone: str = "") -> int:
    return _find(PersonDraft(name, IdKind.ID18, NUMBER, phone), unit_id=7)[0].person_id


@pytest.mark.django_db
def test_nobody_is_found_for_nothing() -> None:
    assert _find() == []


@pytest.mark.django_db
def test_an_18_character_number_tells_birth_and_sex() -> None:
    known = queries.person(_person())
    assert known is not None and (known.birth_on, known.sex) == (date(1949, 12, 31), "2")


@pytest.mark.django_db
def test_a_passport_tells_neither() -> None:
    found = _find(PersonDraft("Marie Anne", IdKind.PASSPORT, "e1234567"))[0]
    known = queries.person(found.person_id)
    assert known is not None and (known.birth_on, known.sex, known.id_number) == (None, "0", "E1234567")


@pytest.mark.django_db
def test_the_same_number_of_another_kind_is_another_person() -> None:
    passport, permit = ((kind, "12345678") for kind in (IdKind.PASSPORT, IdKind.HMT_PERMIT))
    first, second = _find(PersonDraft("甲", *passport), PersonDraft("乙", *permit))
    assert first.person_id != second.person_id


@pytest.mark.django_db
def test_a_duplicate_row_in_one_list_is_one_person() -> None:
    first, second = _find(*(PersonDraft("甲", IdKind.PASSPORT, number) for number in ("E1234567", "e1234567")))
    assert first.person_id == second.person_id


@pytest.mark.django_db
def test_each_row_that_names_a_known_person_otherwise_is_reported() -> None:
    _person()
    rows_found = _find(
        PersonDraft("林小雨", IdKind.ID18, NUMBER), PersonDraft("林 晓雨", IdKind.ID18, NUMBER),
        PersonDraft("王一", IdKind.PASSPORT, "E1234567"),
    )  # fmt: skip
    assert [found.name_differs for found in rows_found] == [True, False, False]


@pytest.mark.django_db
def test_an_employer_cannot_enrol_a_phone_for_somebody_it_cannot_name() -> None:
    person_id = _find(PersonDraft("林晓雨", IdKind.ID18, NUMBER))[0].person_id
    _find(PersonDraft("某某", IdKind.ID18, NUMBER, "13800000009"), unit_id=7)
    assert not queries.enrolled_phone_matches(person_id, "13800000009")


@pytest.mark.django_db
def test_the_same_phone_in_every_months_list_is_kept_once() -> None:
    for month in range(3):
        _find(PersonDraft("林晓雨", IdKind.ID18, NUMBER, "13800000001"), at=AT + timedelta(days=30 * month), unit_id=7)
    assert len(rows("SELECT 1 AS one FROM person_contact")) == 1


@pytest.mark.django_db
def test_the_own_phone_comes_before_the_employers_and_is_no_proof_by_an_employer() -> None:
    person_id = _person(phone="13800000001")
    actions.set_contact(person_id, "phone", "13800000002", source=ContactSource.SELF, at=AT)
    assert queries.phone_of(person_id) == "13800000002"
    assert not queries.enrolled_phone_matches(person_id, "13800000002")
    assert queries.enrolled_phone_matches(person_id, "13800000001")


@pytest.mark.django_db
@pytest.mark.parametrize("typed", [NUMBER, NUMBER.lower(), " 110105 19491231 002x", "13800000001", "林晓雨", "林 晓雨"])
def test_the_desk_finds_by_number_phone_or_whole_name(typed: str) -> None:
    person_id = _person(phone="13800000001")
    assert [found.person_id for found in queries.search_people(typed, centre_id=CENTRE)] == [person_id]


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", "林", "110105", "13800000000", "%", "91350100M000100Y43", "x" * 5000])
def test_what_is_not_exact_finds_nobody(typed: str) -> None:
    _person(phone="13800000001")
    assert queries.search_people(typed, centre_id=CENTRE) == []


@pytest.mark.django_db
def test_another_centre_finds_nobody_and_may_know_the_same_person_as_its_own() -> None:
    person_id = _person(phone="13800000001")
    assert queries.search_people(NUMBER, centre_id=CENTRE + 1) == []
    assert queries.person_by_document(IdKind.ID18, NUMBER, centre_id=CENTRE + 1) is None
    draft = PersonDraft("林晓雨", IdKind.ID18, NUMBER)
    assert actions.find_or_create_people([draft], centre_id=CENTRE + 1, at=AT)[0].person_id != person_id


@pytest.mark.django_db
def test_a_new_name_keeps_the_old_one_in_history() -> None:
    person_id = _person()
    actions.rename_person(person_id, "林晓", actor=STAFF, case_id=5, at=AT)
    actions.rename_person(person_id, "林晓雯", actor=STAFF, case_id=6, at=AT)
    known = queries.person(person_id)
    assert known is not None and known.name == "林晓雯"
    assert [line["n"] for line in rows("SELECT n FROM person_history ORDER BY n")] == [1, 2]
    assert queries.search_people("林晓雯", centre_id=CENTRE) and not queries.search_people("林晓雨", centre_id=CENTRE)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "code"), [("林晓雨", "parties.same_name"), ("林晓雨9", "name_character"), ("", "text_missing"),
                       ("林" * 61, "text_length")],
)  # fmt: skip
def test_a_name_that_is_no_change_or_no_name_is_refused(name: str, code: str) -> None:
    person_id = _person()
    with pytest.raises(Refusal) as refused:
        actions.rename_person(person_id, name, actor=STAFF, case_id=5, at=AT)
    assert refused.value.code == code and refused.value.field == "name"


@pytest.mark.django_db
def test_acts_on_an_unknown_person_are_not_found() -> None:
    for act in (
        lambda: actions.rename_person(10**15, "甲", actor=STAFF, case_id=1, at=AT),
        lambda: actions.set_contact(10**15, "phone", "13800000001", source=ContactSource.SELF, at=AT),
        lambda: actions.set_tie(10**15, "spouse", other_name="甲", other_digest=b"", source="民政", at=AT),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.status == 404
    assert queries.person(10**15) is None and queries.people([10**15]) == {}


@pytest.mark.django_db
def test_the_newest_confirmed_spouse_counts() -> None:
    person_id = _person()
    assert queries.spouse_digest(person_id) is None
    for n, number in enumerate(("E1", "E2")):
        actions.set_tie(person_id, "spouse", other_name="韩东", other_digest=id_digest(IdKind.PASSPORT, number),
                        source="民政部门", at=AT + timedelta(days=n))  # fmt: skip
    assert queries.spouse_digest(person_id) == id_digest(IdKind.PASSPORT, "E2")


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE person_history SET field = 'x'", "DELETE FROM unit_history"])
def test_history_is_never_changed(statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        execute(statement)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_lists_with_the_same_people_in_other_orders_do_not_lock_each_other_for_ever() -> None:
    drafts = [PersonDraft(f"甲{n}", IdKind.PASSPORT, f"E{n:07d}", f"138{n:08d}") for n in range(150)]
    found: list[tuple[int, ...]] = []
    wrong: list[BaseException] = []

    def enrol(n: int) -> None:
        mine = drafts[:]
        random.Random(n).shuffle(mine)
        try:
            ids = {d.id_number: f.person_id for d, f in zip(mine, _find(*mine, unit_id=n), strict=True)}
            found.append(tuple(ids[d.id_number] for d in drafts))
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=enrol, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == [] and len(found) == 6 and len(set(found)) == 1
    assert len(rows("SELECT 1 AS one FROM person")) == 150


@pytest.mark.django_db
@pytest.mark.parametrize("invariant", CHECKS, ids=lambda check: check.name)
def test_each_invariant_holds_and_sees_its_breach(invariant: Invariant) -> None:
    person_id = _person(phone="13800000001")
    assert rows(invariant.sql) == []
    execute("DELETE FROM claims")
    execute("INSERT INTO claims (id_digest, centre_id, person_id) VALUES (%s, %s, %s)", [b"x", CENTRE, person_id])
    execute("UPDATE person_contact SET person_id = 999999")
    execute(
        "INSERT INTO unit_terms (centre_id, unit_id, from_month, unit_ratio, person_ratio, known_at)"
        " VALUES (1, 1, 202601, 0.05, 0.05, %s)", [AT],
    )  # fmt: skip
    execute(
        "INSERT INTO unit (centre_id, unit_id, name, uscc, address, nature, payday, first_month, second_approval,"
        " state, legal_person_name, bank_sealed, bank_digest, bank_name, opened_at)"
        " VALUES (2, 2, '甲', 'X', '', '33', 1, 202601, false, '02', '', '', '', '', %s)", [AT],
    )  # fmt: skip
    assert rows(invariant.sql) != []
