"""People are found or made in sets; a document has one person."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection

from anju.kernel.actor import Actor
from anju.kernel.identifiers import IdKind
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.parties import actions, queries
from anju.parties.types import PersonDraft, UnitDraft

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CENTRE = 990100
STAFF = Actor(login_id=1, person_id=None, role="clerk", unit_id=None, name="许*", centre_id=CENTRE)


def _draft(name: str = "林晓雨", number: str = "11010519491231002X", phone: str = "") -> PersonDraft:
    return PersonDraft(name, IdKind.ID18, number, phone, date(1949, 12, 31), "2")


@pytest.mark.django_db
def test_the_same_document_is_the_same_person_whatever_its_last_letter() -> None:
    first = actions.find_or_create_people([_draft()], centre_id=CENTRE, at=AT)[0]
    again = actions.find_or_create_people([_draft(number="11010519491231002x")], centre_id=CENTRE, at=AT)[0]
    assert (again.person_id, again.known, again.name_differs) == (first.person_id, True, False)


@pytest.mark.django_db
def test_a_known_document_under_another_name_is_reported_and_changes_nothing() -> None:
    first = actions.find_or_create_people([_draft()], centre_id=CENTRE, at=AT)[0]
    other = actions.find_or_create_people([_draft(name="林小雨")], centre_id=CENTRE, at=AT)[0]
    assert other.name_differs
    found = queries.person(first.person_id)
    assert found is not None and found.name == "林晓雨"


@pytest.mark.django_db
def test_a_thousand_people_cost_as_many_statements_as_two(django_assert_max_num_queries: object) -> None:
    drafts = [PersonDraft(f"甲{n}", IdKind.PASSPORT, f"E{n:08d}") for n in range(1000)]
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        found = actions.find_or_create_people(drafts, centre_id=CENTRE, at=AT)
    assert len({f.person_id for f in found}) == 1000


@pytest.mark.django_db
def test_an_enrolled_phone_is_proof_until_another_is_enrolled() -> None:
    found = actions.find_or_create_people([_draft(phone="13800000001")], centre_id=CENTRE, at=AT, unit_id=7)[0]
    assert queries.enrolled_phone_matches(found.person_id, "13800000001")
    later = AT.replace(hour=5)
    actions.find_or_create_people([_draft(phone="13800000002")], centre_id=CENTRE, at=later, unit_id=7)
    assert not queries.enrolled_phone_matches(found.person_id, "13800000001")


@pytest.mark.django_db
def test_a_name_of_four_byte_characters_and_a_middle_dot_is_kept() -> None:
    name = "阿卜杜拉·𠮷𡈽"
    found = actions.find_or_create_people([_draft(name=name)], centre_id=CENTRE, at=AT)[0]
    known = queries.person(found.person_id)
    assert known is not None and known.name == name


@pytest.mark.django_db
def test_names_are_not_readable_in_the_table() -> None:
    actions.find_or_create_people([_draft()], centre_id=CENTRE, at=AT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, id_sealed FROM person")
        name, number = cursor.fetchone()
    assert "林晓雨".encode() not in bytes(name)
    assert b"11010519491231002X" not in bytes(number)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_lists_at_once_make_one_person() -> None:
    found: list[int] = []

    def enrol() -> None:
        try:
            found.append(actions.find_or_create_people([_draft()], centre_id=CENTRE, at=AT)[0].person_id)
        finally:
            connection.close()

    threads = [threading.Thread(target=enrol) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6 and len(set(found)) == 1


def _unit_draft(uscc: str = "91350100M000100Y43") -> UnitDraft:
    return UnitDraft(
        name="安居江南机电有限公司", uscc=uscc, address="", nature="33", payday=20, first_month=Month(2026, 1),
        unit_ratio=Decimal("0.12"), person_ratio=Decimal("0.12"), legal_person_name="陈立",
    )  # fmt: skip


@pytest.mark.django_db
def test_a_unit_is_registered_once() -> None:
    actions.register_unit(_unit_draft(), centre_id=CENTRE, actor=STAFF, at=AT)
    with pytest.raises(Refusal) as refused:
        actions.register_unit(_unit_draft(), centre_id=CENTRE, actor=STAFF, at=AT)
    assert refused.value.code == "parties.unit_known"


@pytest.mark.django_db
def test_a_unit_with_a_wrong_code_is_refused_beside_the_field() -> None:
    with pytest.raises(Refusal) as refused:
        actions.register_unit(_unit_draft("91350100M000100Y44"), centre_id=CENTRE, actor=STAFF, at=AT)
    assert refused.value.field == "uscc"


@pytest.mark.django_db
def test_ratios_hold_from_their_month_on() -> None:
    unit_id = actions.register_unit(_unit_draft(), centre_id=CENTRE, actor=STAFF, at=AT)
    actions.change_unit_terms(
        CENTRE, unit_id, from_month=Month(2026, 7), unit_ratio=Decimal("0.08"), person_ratio=Decimal("0.08"),
        actor=STAFF, at=AT,
    )  # fmt: skip
    before = queries.unit(CENTRE, unit_id, on=Month(2026, 6))
    after = queries.unit(CENTRE, unit_id, on=Month(2026, 7))
    assert before is not None and after is not None
    assert (before.unit_ratio, after.unit_ratio) == (Decimal("0.1200"), Decimal("0.0800"))
