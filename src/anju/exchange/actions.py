"""Asking another agency. The only writes of this room."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import connection

from anju.database.encryption import digest
from anju.exchange.models import ExchangeQuery
from anju.exchange.ports import agencies
from anju.exchange.shapes import check_parameters
from anju.exchange.types import Answer, Kind


def ask(kind: str, params: Mapping[str, str], *, centre_id: int, at: datetime, case_id: int | None = None) -> Answer:
    """Ask one question and keep the answer; status `down` when the agency is silent, sick or talks nonsense.

    May be called only outside a transaction: the wait is up to two seconds, and the kept answer must survive
    whatever the caller decides afterwards. Refuses nothing a citizen could cause.
    """
    assert settings.ANJU_TESTING_ATOMIC or not connection.in_atomic_block, "agencies are asked outside transactions"
    asked = Kind(kind)
    question = {key: value.strip() for key, value in params.items()}
    check_parameters(asked, question)
    began = time.monotonic()
    reading = agencies().ask(asked, question)
    facts = json.dumps(dict(reading.facts), ensure_ascii=False, sort_keys=True)
    kept = ExchangeQuery.objects.create(
        centre_id=centre_id,
        kind=asked.value,
        status=reading.status.value,
        serial=reading.serial,
        read_at=at,
        case_id=case_id,
        question_digest=question_digest(asked, question),
        answer_digest=digest("exchange-answer", f"{reading.status}\x1f{reading.serial}\x1f{facts}"),
        facts_sealed=facts,
        problem=reading.problem,
        took_ms=int((time.monotonic() - began) * 1000),
    )
    return Answer(reading.status, reading.facts, reading.serial, at, asked, kept.id)


def question_digest(kind: Kind, question: Mapping[str, str]) -> bytes:
    """The same question about the same person has the same digest."""
    return digest("exchange-question", json.dumps([kind.value, dict(question)], ensure_ascii=False, sort_keys=True))
