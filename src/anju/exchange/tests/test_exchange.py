"""Asking agencies: what is kept, what counts as no answer, and a real process on the other end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django.fixtures import Settings

from anju.database.sql import execute, row, rows
from anju.exchange import actions, fakes, queries
from anju.exchange.http import HttpAgencies
from anju.exchange.ports import using
from anju.exchange.types import Answer, AnswerStatus, Kind, Reading
from anju.kernel.clock import ZONE
from anju.simulators.testing import Simulator, running

AT = datetime(2026, 11, 24, 10, 15, tzinfo=ZONE)
LIN = {"name": "林小满", "id_number": "11010519491231002X"}


@pytest.fixture(autouse=True)
def inside_the_test_transaction(settings: Settings, db: None) -> None:
    settings.ANJU_TESTING_ATOMIC = True


@pytest.fixture(scope="module")
def shared_agencies() -> Iterator[Simulator]:
    with running("agencies") as simulator:
        person = {**LIN, "phone": "13800005678", "marital": "single", "homes": []}
        simulator.post("/world", {"people": [person], "other_accounts": [{**LIN, "state": "sealed", "centre": "邻市"}]})
        yield simulator


@pytest.fixture
def agencies(shared_agencies: Simulator) -> Iterator[Simulator]:
    shared_agencies.post("/control", {"fault": "none"})
    with using(HttpAgencies(shared_agencies.url, patience=0.5)):
        yield shared_agencies


def ask(kind: Kind = Kind.HOMES, params: dict[str, str] | None = None) -> Answer:
    return actions.ask(kind, params or LIN, centre_id=990100, at=AT, case_id=7)


def test_an_answer_is_kept_with_its_source_and_read_back_the_same(agencies: Simulator) -> None:
    answer = ask(Kind.IDENTITY, {**LIN, "phone": "13800005678"})
    assert (answer.status, answer.facts) == (AnswerStatus.OK, {"match": True, "phone_match": True})
    assert answer.serial.startswith("IDENTITY-") and answer.read_at == AT
    assert answer.query_id is not None and queries.answer(answer.query_id) == answer
    assert queries.answers_of_case(7) == [answer]


@pytest.mark.parametrize(
    ("kind", "params", "facts"),
    [
        (Kind.HOMES, LIN, {"homes": 0, "items": []}),
        (Kind.MARRIAGE, LIN, {"status": "single", "spouse": None}),
        (Kind.ELSEWHERE, {"id_number": LIN["id_number"]}, {"exists": True, "state": "sealed", "centre": "邻市"}),
    ],
)
def test_each_agency_is_asked_in_its_own_words(
    agencies: Simulator, kind: Kind, params: dict[str, str], facts: dict[str, object]
) -> None:
    assert ask(kind, params).facts == facts


def test_what_no_register_knows_is_not_found_and_not_down(agencies: Simulator) -> None:
    answer = ask(Kind.COMPANY, {"uscc": "91330100MA0000000X"})
    assert (answer.status, answer.facts, answer.known) == (AnswerStatus.NOT_FOUND, {}, False)
    assert answer.source_zh == "市场监管企业登记系统"


@pytest.mark.parametrize(
    ("fault", "problem"),
    [("down", "http_503"), ("drop", "remoteprotocolerror"), ("garbled", "unreadable"), ("silent", "timeout")],
)
def test_a_sick_agency_is_down_and_never_an_exception(agencies: Simulator, fault: str, problem: str) -> None:
    agencies.post("/control", {"agency": "realestate", "fault": fault})
    began = time.monotonic()
    answer = ask()
    assert (answer.status, answer.facts, answer.serial) == (AnswerStatus.DOWN, {}, "")
    assert time.monotonic() - began < 1.5
    kept = row("SELECT status, problem FROM exchange_query ORDER BY id DESC LIMIT 1")
    assert kept == {"status": "down", "problem": problem}
    assert ask().known


def test_a_slow_agency_is_given_up_and_an_answer_sent_twice_is_one_answer(agencies: Simulator) -> None:
    agencies.post("/control", {"agency": "realestate", "fault": "slow", "seconds": 2})
    assert ask().status is AnswerStatus.DOWN
    agencies.post("/control", {"agency": "realestate", "fault": "twice"})
    assert ask().known


def test_an_agency_nobody_listens_at_and_one_without_address_are_down(settings: Settings) -> None:
    with using(HttpAgencies("http://127.0.0.1:9")):
        assert ask().status is AnswerStatus.DOWN
    settings.ANJU_AGENCIES_URL = ""
    assert ask().status is AnswerStatus.DOWN


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        (Kind.HOMES, {"homes": 1, "items": []}),
        (Kind.HOMES, {"homes": True, "items": [{}]}),
        (Kind.IDENTITY, {"match": "yes", "phone_match": True}),
        (Kind.MARRIAGE, {"status": "engaged", "spouse": None}),
        (Kind.MARRIAGE, {"status": "married", "spouse": {"name": "周正"}}),
        (Kind.ELSEWHERE, {"exists": True, "state": "lost"}),
    ],
)
def test_facts_of_another_shape_are_no_facts(kind: Kind, facts: dict[str, object]) -> None:
    from anju.exchange.shapes import facts_fit

    assert not facts_fit(kind, facts)


def test_facts_are_sealed_and_the_question_is_not_readable() -> None:
    with fakes.agencies() as world:
        world.knows(Kind.MARRIAGE, {"status": "married", "spouse": {"name": "周正", "id_number": "x"}})
        ask(Kind.MARRIAGE)
        ask(Kind.MARRIAGE)
    kept = rows("SELECT question_digest, answer_digest, facts_sealed::text AS facts FROM exchange_query")
    assert len({bytes(k["question_digest"]) for k in kept}) == 1
    assert len({bytes(k["answer_digest"]) for k in kept}) == 2  # the serials differ
    assert all("周正".encode().hex() not in k["facts"] for k in kept)


def test_a_kept_answer_cannot_be_changed() -> None:
    with fakes.agencies() as world:
        world.down()
        answer = ask()
    for statement in (
        "UPDATE exchange_query SET serial = 'x' WHERE id = %s",
        "DELETE FROM exchange_query WHERE id = %s",
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            execute(statement, [answer.query_id])


def test_the_fake_is_slow_wrong_down_and_well_again() -> None:
    with fakes.agencies() as world:
        world.knows(Kind.HOMES, {"homes": 0, "items": []}, id_number=LIN["id_number"])
        world.wrong(Kind.HOMES)
        assert ask().status is AnswerStatus.DOWN
        world.up()
        assert ask().known
        assert ask(params={**LIN, "id_number": "other"}).status is AnswerStatus.NOT_FOUND
        assert world.asked[0] == (Kind.HOMES, LIN)


def test_asking_inside_a_transaction_is_a_mistake(settings: Settings) -> None:
    settings.ANJU_TESTING_ATOMIC = False
    assert connection.in_atomic_block
    with fakes.agencies() as world, pytest.raises(AssertionError, match="outside transactions"):
        ask()
    assert world.asked == []


def test_a_missing_parameter_is_a_mistake() -> None:
    with fakes.agencies(), pytest.raises(AssertionError, match="instead of"):
        ask(Kind.IDENTITY, LIN)


def test_the_watch_counts_how_the_lines_do() -> None:
    with fakes.agencies() as world:
        world.knows(Kind.HOMES, {"homes": 0, "items": []})
        ask()
        world.down(Kind.HOMES)
        ask()
    (health,) = queries.line_health(990100, since=AT)
    assert (health.kind, health.asked, health.down, health.last_down_at) == (Kind.HOMES, 2, 1, AT)


def test_a_reading_without_a_serial_is_refused_by_the_database() -> None:
    class Forgetful:
        def ask(self, kind: Kind, params: object) -> Reading:
            return Reading(AnswerStatus.OK, {"homes": 0, "items": []}, "")

    with using(Forgetful()), pytest.raises(DatabaseError), transaction.atomic():
        ask()
