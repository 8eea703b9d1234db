"""Units: every refusal, what is remembered of each change, and that numbers kept are not readable."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from anju.database.sql import row, rows
from anju.kernel.actor import Actor
from anju.kernel.month import Month
from anju.kernel.refusal import Refusal
from anju.parties import actions, queries
from anju.parties.types import UnitDraft, UnitState

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CENTRE = 990100
STAFF = Actor(login_id=1, person_id=None, role="clerk", unit_id=None, name="许*", centre_id=CENTRE)
DRAFT = UnitDraft(
    name="安居江南机电有限公司", uscc="91350100M000100Y43", address="安居市临湖区", nature="33", payday=20,
    first_month=Month(2026, 1), unit_ratio=Decimal("0.12"), person_ratio=Decimal("0.12"), legal_person_name="陈立",
    bank_account="6227000012345678901", bank_name="安居银行",
)  # fmt: skip


def _register(**more: Any) -> int:
    return actions.register_unit(replace(DRAFT, **more), centre_id=CENTRE, actor=STAFF, at=AT, case_id=3)


def _known(unit_id: int) -> Any:
    known = queries.unit(CENTRE, unit_id, on=date(2026, 11, 23))
    assert known is not None
    return known


@pytest.mark.django_db
def test_a_registered_unit_is_opened_and_not_yet_contributing() -> None:
    known = _known(_register())
    assert known.state is UnitState.OPENED and known.state.zh == "已开户，尚未汇缴"
    assert (known.legal_person_name, known.bank_account) == ("陈立", "6227000012345678901")
    assert known.account_number.startswith(str(CENTRE)) and len(known.account_number) <= 20


@pytest.mark.django_db
def test_bank_account_and_representative_are_not_readable_in_the_table() -> None:
    _register()
    kept = row("SELECT bank_sealed, legal_person_name FROM unit")
    assert kept is not None
    assert b"6227000012345678901" not in bytes(kept["bank_sealed"])
    assert "陈立".encode() not in bytes(kept["legal_person_name"])


@pytest.mark.django_db
def test_a_unit_is_found_by_code_name_part_and_paying_account() -> None:
    unit_id = _register()
    by_code = queries.unit_by_uscc(CENTRE, DRAFT.uscc, on=date(2026, 11, 23))
    assert by_code is not None and by_code.unit_id == unit_id
    assert [line["unit_id"] for line in queries.search_units(CENTRE, "江南")] == [unit_id]
    assert [line["unit_id"] for line in queries.search_units(CENTRE, DRAFT.uscc.lower())] == [unit_id]
    assert queries.unit_by_bank_account(CENTRE, "6227000012345678901") == unit_id
    assert queries.unit_names(CENTRE, [unit_id]) == {unit_id: DRAFT.name}
    assert list(queries.units(CENTRE, [unit_id], on=date(2026, 11, 23))) == [unit_id]


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["%", "_", "\\", "江南' OR 1=1 --"])
def test_a_search_takes_no_pattern_from_outside(typed: str) -> None:
    _register()
    assert queries.search_units(CENTRE, typed) == []


@pytest.mark.django_db
def test_another_centres_unit_is_not_there() -> None:
    unit_id = _register()
    assert queries.unit(CENTRE + 1, unit_id, on=date(2026, 11, 23)) is None
    assert queries.unit_by_bank_account(CENTRE + 1, "6227000012345678901") is None
    with pytest.raises(Refusal) as refused:
        actions.set_unit_state(CENTRE + 1, unit_id, UnitState.SEALED, actor=STAFF, at=AT)
    assert refused.value.status == 404


@pytest.mark.django_db
def test_a_month_has_one_pair_of_ratios() -> None:
    unit_id = _register()
    change = {"unit_ratio": Decimal("0.08"), "person_ratio": Decimal("0.08"), "actor": STAFF, "at": AT}
    with pytest.raises(Refusal) as refused:
        actions.change_unit_terms(CENTRE, unit_id, from_month=Month(2026, 1), **change)
    assert refused.value.code == "parties.terms_known"
    actions.change_unit_terms(CENTRE, unit_id, from_month=Month(2026, 7), **change)
    before, after = (queries.unit(CENTRE, unit_id, on=month) for month in (Month(2026, 6), Month(2026, 7)))
    assert before is not None and after is not None
    assert (before.unit_ratio, after.unit_ratio) == (Decimal("0.1200"), Decimal("0.0800"))


@pytest.mark.django_db
def test_before_its_first_month_a_unit_shows_its_first_ratios() -> None:
    known = queries.unit(CENTRE, _register(), on=Month(2025, 3))
    assert known is not None and known.unit_ratio == Decimal("0.1200")


@pytest.mark.django_db
def test_each_change_is_remembered_once_and_audited() -> None:
    unit_id = _register()
    for _ in range(2):
        actions.set_second_approval(CENTRE, unit_id, True, actor=STAFF, at=AT)
        actions.set_unit_state(CENTRE, unit_id, UnitState.NORMAL, actor=STAFF, at=AT)
    kept = rows("SELECT n, field, before, after FROM unit_history ORDER BY n")
    assert kept == [
        {"n": 1, "field": "second_approval", "before": "False", "after": "True"},
        {"n": 2, "field": "state", "before": "02", "after": "01"},
    ]
    assert _known(unit_id).second_approval and _known(unit_id).state is UnitState.NORMAL
    acts = [line["act"] for line in rows("SELECT act FROM audit_record ORDER BY id")]
    assert acts == ["parties.register_unit", "parties.unit_second_approval", "parties.unit_state"]


@pytest.mark.django_db
@pytest.mark.parametrize("payday", [0, 32])
def test_the_database_refuses_a_payday_that_no_month_has(payday: int) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        _register(payday=payday)


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["", "91350100M000100Y4", "91350100M000100Y4I", "9" * 400])
def test_a_code_that_cannot_be_one_is_refused_beside_its_field(code: str) -> None:
    with pytest.raises(Refusal) as refused:
        _register(uscc=code)
    assert (refused.value.code, refused.value.field) == ("parties.uscc", "uscc")


@pytest.mark.django_db
def test_a_code_typed_in_small_letters_is_the_same_code() -> None:
    _register()
    with pytest.raises(Refusal) as refused:
        _register(uscc=DRAFT.uscc.lower())
    assert refused.value.code == "parties.unit_known"
