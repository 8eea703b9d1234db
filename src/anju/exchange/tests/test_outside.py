"""Asking as it happens in life: outside any transaction, each answer committed by itself."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import transaction

from anju.exchange import actions, fakes, queries
from anju.exchange.types import AnswerStatus, Kind
from anju.kernel.clock import ZONE

AT = datetime(2026, 11, 24, 10, 15, tzinfo=ZONE)


@pytest.mark.django_db(transaction=True)
def test_an_answer_stays_kept_whatever_the_caller_undoes_later() -> None:
    with fakes.agencies() as world:
        world.down()
        answer = actions.ask(
            Kind.HOMES, {"name": "林小满", "id_number": "11010519491231002X"}, centre_id=990100, at=AT, case_id=7
        )
    with pytest.raises(RuntimeError), transaction.atomic():
        raise RuntimeError("the case is not written after all")
    assert answer.query_id is not None and queries.answer(answer.query_id).status is AnswerStatus.DOWN
    with pytest.raises(AssertionError, match="outside transactions"), transaction.atomic():
        actions.ask(Kind.HOMES, {"name": "a", "id_number": "b"}, centre_id=990100, at=AT)
