"""The moment of proving: it waits for postings in flight, sees none that begins later, and holds none up."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.db import InternalError, connections, transaction

from anju.database.checks import prove, violations
from anju.database.sql import execute, rows
from anju.ledger import actions
from anju.ledger.proving import one_moment
from anju.ledger.tests.test_posting import AT, CENTRE, DAY, draft

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
PATIENCE = 10.0


@pytest.fixture(autouse=True)
def books() -> None:
    actions.open_days(CENTRE, DAY, DAY)


@pytest.fixture
def posting() -> Iterator[tuple[threading.Event, threading.Thread]]:
    """A posting that has entered the gate and waits to be let go."""
    inside, go = threading.Event(), threading.Event()

    def post() -> None:
        try:
            with transaction.atomic():
                actions.post_voucher(draft("in flight"), at=AT)
                inside.set()
                assert go.wait(PATIENCE)
        finally:
            connections.close_all()

    thread = threading.Thread(target=post)
    thread.start()
    assert inside.wait(PATIENCE)
    yield go, thread
    go.set()
    thread.join()


def count() -> int:
    return len(rows("SELECT id FROM voucher"))


def test_proving_waits_for_the_posting_in_flight_and_sees_it_whole(
    posting: tuple[threading.Event, threading.Thread],
) -> None:
    go, thread = posting
    seen: list[int] = []

    def look() -> None:
        try:
            with one_moment(CENTRE):
                seen.append(count())
        finally:
            connections.close_all()

    prover = threading.Thread(target=look)
    prover.start()
    prover.join(0.5)
    assert prover.is_alive() and seen == []
    go.set()
    thread.join()
    prover.join(PATIENCE)
    assert seen == [1]


def test_a_posting_that_begins_during_the_proof_is_neither_held_up_nor_seen() -> None:
    posted = threading.Event()

    def post() -> None:
        try:
            actions.post_voucher(draft("meanwhile"), at=AT)
            posted.set()
        finally:
            connections.close_all()

    with one_moment(CENTRE):
        thread = threading.Thread(target=post)
        thread.start()
        assert posted.wait(PATIENCE), "the proof holds up a posting"
        thread.join()
        assert count() == 0
        assert violations() == []
    assert count() == 1
    assert len(list(prove())) > 20


def test_nothing_is_written_while_proving_and_the_gate_is_given_back_whatever_happens() -> None:
    with pytest.raises(InternalError, match="read-only"), one_moment(CENTRE):
        execute("INSERT INTO centre_day (centre_id, business_date, state) VALUES (%s, '2030-01-01', 1)", [CENTRE])
    assert rows(
        "SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()"
        " WHERE l.locktype = 'advisory' AND l.classid = gate_class()::bigint::oid"
    ) == []  # fmt: skip
    actions.post_voucher(draft("after"), at=AT)
    assert count() == 1


def test_a_proof_does_not_begin_inside_a_transaction() -> None:
    with transaction.atomic(), pytest.raises(AssertionError, match="under the gate"), one_moment(CENTRE):
        raise AssertionError("never reached")
