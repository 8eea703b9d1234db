"""Real connections at the same moment: a month is declared once, money is used once, a list is applied once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from anju.contributions import actions, queries
from anju.contributions.tests.world import (
    AGENT,
    AT,
    CENTRE,
    NOVEMBER,
    TREASURER,
    apply,
    balances,
    broken,
    check,
    declare,
    items,
    open_centre,
    open_unit,
    pay,
    remittance,
    run_posting,
    staff_rows,
    wired,
)
from anju.contributions.types import ListSource, RemittanceState
from anju.kernel.refusal import Refusal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Run calls at the same moment, each on its own connection; answers, or the refusals they raised."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait(20)
            return call()
        except Refusal as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def refusals(answers: list[Any]) -> list[str]:
    return sorted(answer.code for answer in answers if isinstance(answer, Refusal))


def test_a_month_declared_eight_times_at_once_is_declared_once() -> None:
    open_centre()
    unit = open_unit()
    with wired():
        apply(unit, staff_rows(5))
        answers = together(*[lambda: declare(unit)] * 8)
    assert refusals(answers) == []
    assert len({answer.remittance_id for answer in answers}) == 1
    assert sorted(answer.replayed for answer in answers) == [False] + [True] * 7


def test_a_list_confirmed_eight_times_at_once_is_applied_once() -> None:
    open_centre()
    unit = open_unit()
    with wired():
        checked = check(unit, staff_rows(5))
        answers = together(
            *[
                lambda: actions.apply_changes(
                    checked, centre_id=CENTRE, unit_id=unit, source=ListSource.FILE, actor=AGENT, at=AT
                )
            ]
            * 8
        )
    assert refusals(answers) == []
    assert len({answer.list_id for answer in answers}) == 1
    assert len(queries.normal_accounts(unit)) == 5


def test_a_declaration_and_a_list_at_once_never_disagree() -> None:
    open_centre()
    unit = open_unit()
    with wired():
        apply(unit, staff_rows(5))
        checked = check(unit, staff_rows(5, base=9000))
        declared, applied = together(
            lambda: declare(unit),
            lambda: actions.apply_changes(
                checked, centre_id=CENTRE, unit_id=unit, source=ListSource.FILE, actor=AGENT, at=AT
            ),
        )
    frozen = {line.base_fen for line in queries.lines(CENTRE, declared.remittance_id)}
    assert frozen == ({860_000} if isinstance(applied, Refusal) else {900_000})
    assert refusals([applied]) in ([], ["month_frozen"])


def test_two_full_payments_at_once_post_one_and_keep_the_other() -> None:
    open_centre()
    unit = open_unit()
    with wired():
        apply(unit, staff_rows(3))
        declared = declare(unit)
        together(*[lambda: pay(declared.total_fen, declared.number)] * 4)
        run_posting()
    assert remittance(declared.remittance_id)["state"] == RemittanceState.POSTED
    assert [item["reason"] for item in items()] == ["double"] * 3
    assert balances() == [206_400] * 3
    assert broken() == {}


def test_the_same_money_is_either_allocated_or_refunded() -> None:
    open_centre()
    unit = open_unit()
    with wired():
        apply(unit, staff_rows(3))
        declared = declare(unit)
        pay(declared.total_fen, "公积金")
        item = items()[0]["suspense_id"]
        answers = together(
            *[lambda: actions.allocate(item, declared.remittance_id, actor=TREASURER, at=AT)] * 4,
            *[lambda: actions.refund(item, reason="退回", actor=TREASURER, at=AT)] * 4,
        )
        posted = remittance(declared.remittance_id)["state"] == RemittanceState.MATCHED
        assert len(refusals(answers)) == 7
        assert posted != bool(items()[0]["refunding_fen"])
    assert broken() == {}


def test_a_month_posted_by_eight_workers_at_once_is_posted_once() -> None:
    open_centre()
    unit = open_unit()
    with wired():
        apply(unit, staff_rows(3))
        declared = declare(unit)
        pay(declared.total_fen, declared.number)
        answers = together(*[lambda: actions.post_remittance(CENTRE, declared.remittance_id, at=AT)] * 8)
    assert sorted(answers) == [False] * 7 + [True]
    assert balances() == [206_400] * 3
    assert broken() == {}
    assert queries.remittances(CENTRE, unit)[0].month == NOVEMBER
