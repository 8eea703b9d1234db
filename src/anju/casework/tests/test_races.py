"""Real connections at once: of two acts on one case exactly one counts, and an effect happens once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from anju.casework import actions, queries
from anju.casework.checks import CHECKS
from anju.casework.models import Case, CaseDecision, CaseStep
from anju.casework.tests.world import (
    AT,
    MEMBER,
    REVIEWER,
    SECOND_REVIEWER,
    World,
    file_case,
    in_approval,
    seen,
    service_on_offer,
)
from anju.casework.types import CaseState
from anju.database.sql import rows
from anju.kernel.refusal import Refusal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


@pytest.fixture
def world() -> Iterator[World]:
    with service_on_offer() as made:
        yield made
        for check in CHECKS:
            assert rows(check.sql) == [], check.name


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run each act on a connection of its own, started together; results, or the Refusal each met."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=20)
            return act()
        except Refusal as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def refusals(results: list[Any]) -> list[Refusal]:
    return [result for result in results if isinstance(result, Refusal)]


def test_approve_and_withdraw_at_once_exactly_one_counts(world: World) -> None:
    for n in range(5):
        case_id = in_approval(world, key=f"k{n}")
        digest = seen(case_id).seen_digest
        results = at_once(
            lambda case_id=case_id, digest=digest: actions.approve(
                case_id, seen_digest=digest, actor=REVIEWER, at=AT
            ),
            lambda case_id=case_id: actions.withdraw(case_id, actor=MEMBER, at=AT),
        )
        assert len(refusals(results)) == 1, results
        state = CaseState(Case.objects.get(pk=case_id).state)
        decided = CaseDecision.objects.filter(case_id=case_id).exists()
        assert (state, decided) in ((CaseState.CLOSED, True), (CaseState.WITHDRAWN, False))


def test_two_reviewers_at_once_decide_once(world: World) -> None:
    case_id = in_approval(world)
    digest = seen(case_id).seen_digest
    results = at_once(
        *[
            lambda actor=actor: actions.approve(case_id, seen_digest=digest, actor=actor, at=AT)
            for actor in (REVIEWER, SECOND_REVIEWER)
        ]
    )
    assert len(refusals(results)) == 1
    assert CaseDecision.objects.filter(case_id=case_id).count() == 1


def test_approve_and_return_at_once_exactly_one_counts(world: World) -> None:
    case_id = in_approval(world)
    digest = seen(case_id).seen_digest
    results = at_once(
        lambda: actions.approve(case_id, seen_digest=digest, actor=REVIEWER, at=AT),
        lambda: actions.return_to_clerk(case_id, reason="再核实", actor=SECOND_REVIEWER, at=AT),
    )
    assert len(refusals(results)) == 1


def test_eight_runs_of_advance_take_one_effect(world: World) -> None:
    with service_on_offer(gather=_crash):
        made = file_case()
    with service_on_offer() as fresh:
        states = at_once(*[lambda: actions.advance(made.case_id, at=AT)] * 8)
        assert set(states) <= {CaseState.CLOSED, CaseState.ACCEPTED}
        assert fresh.effects == [made.case_id]
    assert CaseStep.objects.filter(case_id=made.case_id, act="decide_grant").count() == 1


def _crash(asking: object) -> None:
    raise ZeroDivisionError


def test_sixteen_submissions_at_once_make_one_running_case(world: World) -> None:
    world.homes = None
    results = at_once(*[lambda n=n: file_case(key=f"k{n}") for n in range(16)])
    assert len(refusals(results)) == 15
    assert {refusal.code for refusal in refusals(results)} == {"case_running"}
    assert len(queries.cases_of(MEMBER)) == 1


def test_one_key_submitted_eight_times_at_once_is_one_case(world: World) -> None:
    results = at_once(*[lambda: file_case(key="same")] * 8)
    assert refusals(results) == []
    assert len({result.case_id for result in results}) == 1
    assert sum(result.progress_code is not None for result in results) == 1


def test_sixteen_clerks_claim_a_case_once(world: World) -> None:
    from anju.casework.tests.world import in_review, person

    case_id = in_review(world)
    results = at_once(*[lambda n=n: actions.claim(case_id, actor=person(50 + n, "clerk"), at=AT) for n in range(16)])
    assert results.count(True) == 1
