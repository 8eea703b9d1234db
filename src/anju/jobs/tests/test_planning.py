"""Jobs are planned in the transaction that needs them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from anju import jobs
from anju.kernel import clock

RAN: list[int] = []


@jobs.handler("jobs.test_note")
def note(number: int) -> None:
    """Remember that it ran."""
    RAN.append(number)


@jobs.handler("jobs.test_twice")
def twice(number: int) -> None:
    """Not ready the first time."""
    RAN.append(number)
    if len(RAN) < 2:
        raise jobs.Retry(30)


@pytest.fixture(autouse=True)
def _forget() -> None:
    RAN.clear()


@pytest.mark.django_db
def test_a_job_of_a_rolled_back_transaction_never_runs() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        jobs.plan("jobs.test_note", number=1)
        raise ZeroDivisionError
    assert jobs.run_all() == 0
    assert RAN == []


@pytest.mark.django_db
def test_a_job_waits_for_its_hour() -> None:
    jobs.plan("jobs.test_note", at=clock.now() + timedelta(hours=2), number=1)
    assert jobs.run_all() == 0
    assert jobs.run_all(until=timedelta(hours=3)) == 1
    assert RAN == [1]


@pytest.mark.django_db
def test_a_job_that_asks_for_another_try_gets_it() -> None:
    jobs.plan("jobs.test_twice", number=5)
    assert jobs.run_all() == 1
    assert jobs.run_all() == 0
    assert jobs.run_all(until=timedelta(minutes=1)) == 1
    assert RAN == [5, 5]


@pytest.mark.django_db(transaction=True)
def test_held_jobs_are_handed_over_and_those_of_a_rolled_back_transaction_are_not() -> None:
    with jobs.held() as planned:
        jobs.plan("jobs.test_note", number=1)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            jobs.plan("jobs.test_note", number=2)
            raise ZeroDivisionError
    assert planned == [jobs.Held("jobs.test_note", {"number": 1})]
    assert jobs.run_all(until=timedelta(days=1)) == 0
    jobs.plan("jobs.test_note", number=3)
    assert jobs.run_all() == 1
    assert RAN == [3]
