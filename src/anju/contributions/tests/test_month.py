"""A unit's month: staff added by a list, the month declared, paid, posted."""

from __future__ import annotations

import pytest

from anju.contributions.tests.world import (
    apply,
    balances,
    broken,
    declare,
    open_centre,
    open_unit,
    pay,
    remittance,
    run_posting,
    staff_rows,
    wired,
)
from anju.contributions.types import RemittancePosted, RemittanceState

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def atomic(settings: object) -> None:
    settings.ANJU_TESTING_ATOMIC = True  # type: ignore[attr-defined]


def test_a_declared_month_that_is_paid_exactly_stands_on_every_account() -> None:
    open_centre()
    unit = open_unit()
    with wired(RemittancePosted) as told:
        applied = apply(unit, staff_rows(20))
        declared = declare(unit)
        assert (applied.joins, declared.headcount, declared.total_fen) == (20, 20, 20 * 2 * 103_200)
        pay(declared.total_fen, f"{declared.number} 11月公积金")
        assert remittance(declared.remittance_id)["state"] == RemittanceState.MATCHED
        run_posting()
    assert remittance(declared.remittance_id)["state"] == RemittanceState.POSTED
    assert balances() == [206_400] * 20
    assert [event.headcount for event in told] == [20]
    assert broken() == {}
