"""Reading kept answers back: for a decision's receipt, a case's page, the desk's watch over the lines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from anju.database.sql import rows
from anju.exchange.actions import question_digest
from anju.exchange.models import ExchangeQuery
from anju.exchange.types import Answer, AnswerStatus, Kind


@dataclass(frozen=True)
class LineHealth:
    """How one agency's line did since a moment."""

    kind: Kind
    asked: int
    down: int
    last_down_at: datetime | None


def answer(query_id: int) -> Answer:
    """A kept answer; raises ExchangeQuery.DoesNotExist for a number never given."""
    return _answer(ExchangeQuery.objects.get(id=query_id))


def answers_of_case(case_id: int) -> list[Answer]:
    """All answers read for a case, in the order they were read."""
    return [_answer(kept) for kept in ExchangeQuery.objects.filter(case_id=case_id).order_by("id")]


def recent_answers(
    kind: Kind, questions: Sequence[Mapping[str, str]], *, centre_id: int, since: datetime
) -> list[Answer | None]:
    """For each question the newest answer that was given since then, or None; an agency that was down gave none.

    One statement, whatever the number of questions.
    """
    digests = [question_digest(kind, question) for question in questions]
    found = ExchangeQuery.objects.filter(
        centre_id=centre_id, kind=kind.value, question_digest__in=set(digests), read_at__gte=since,
        status__in=[AnswerStatus.OK.value, AnswerStatus.NOT_FOUND.value],
    ).order_by("read_at", "id") if digests else ()  # fmt: skip
    newest = {bytes(kept.question_digest): kept for kept in found}
    return [_answer(newest[digest]) if digest in newest else None for digest in digests]


def line_health(centre_id: int, *, since: datetime) -> list[LineHealth]:
    """One row a kind asked since then."""
    found = rows(
        "SELECT kind, count(*) AS asked, count(*) FILTER (WHERE status = 'down') AS down,"
        " max(read_at) FILTER (WHERE status = 'down') AS last_down_at"
        " FROM exchange_query WHERE centre_id = %s AND read_at >= %s GROUP BY kind ORDER BY kind",
        [centre_id, since],
    )
    return [LineHealth(Kind(r["kind"]), r["asked"], r["down"], r["last_down_at"]) for r in found]


def _answer(kept: ExchangeQuery) -> Answer:
    facts = json.loads(str(kept.facts_sealed))
    return Answer(AnswerStatus(kept.status), facts, kept.serial, kept.read_at, Kind(kept.kind), kept.id)
