"""A choice that was not made, or that nobody offers, is no choice: nothing is done, and the words say what to do."""

from __future__ import annotations

import pytest

from anju.casework import queries as cases
from anju.casework.types import CaseState
from anju.parties import queries as parties
from tests.house.centre import CENTRE, NOW, Centre
from tests.house.pages import undone

NEITHER = [(), ("",), ("maybe",), ("a\x00b",), ("AGREE",)]


@pytest.mark.parametrize("sent", NEITHER, ids=str)
def test_a_proposal_that_says_neither_yes_nor_no_is_none(centre: Centre, sent: tuple[str, ...]) -> None:
    case_id = _in_review(centre)
    with undone(centre.client("clerk")):
        answer = centre.client("clerk").post(f"/desk/cases/{case_id}/propose/", {"proposal": sent})
        assert answer.status_code == 422 and "建议同意" in answer.content.decode()
        assert cases.desk_case(centre.people["clerk"].actor, case_id).state is CaseState.REVIEW


def _in_review(centre: Centre) -> int:
    waiting = [line for line in cases.queue(centre.people["clerk"].actor) if line.state is CaseState.REVIEW]
    assert waiting
    return waiting[0].case_id


@pytest.mark.parametrize("sent", NEITHER, ids=str)
def test_the_second_approval_is_not_switched_off_by_nonsense(centre: Centre, sent: tuple[str, ...]) -> None:
    admin = centre.people["unit_admin"]
    assert admin.unit_id is not None
    with undone(centre.client("unit_admin")):
        answer = centre.client("unit_admin").post("/unit/mandates/second/", {"wanted": sent})
        assert answer.status_code == 422
        unit = parties.unit(CENTRE, admin.unit_id, on=NOW.date())
        assert unit is not None and unit.second_approval
