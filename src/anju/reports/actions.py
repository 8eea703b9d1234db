"""Asking a stored question, which is itself kept in the audit."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta

from anju.audit.actions import record
from anju.kernel.actor import Actor
from anju.kernel.refusal import Refusal
from anju.reports.questions import QUESTIONS
from anju.reports.types import MOST_LINES, Answer, Asked, Question

LONGEST_SPAN = timedelta(days=3 * 366)


def question(code: str) -> Question:
    """A question by its code, or a Refusal that reads like a missing page."""
    found = QUESTIONS.get(code)
    if found is None:
        raise Refusal("reports.unknown_question", "没有这个审计提问。", status=404)
    return found


def ask(code: str, asked: Asked, *, actor: Actor, at: datetime) -> Answer:
    """Answer a stored question and keep that it was asked, by whom, about which span, and the answer's digest.

    Refuses an unknown question (404), a span that ends before it begins or is longer than three years (422).
    """
    found = question(code)
    if asked.last < asked.first:
        raise Refusal("reports.span", "截止日期不能早于起始日期：请重新选择。", field="last")
    if asked.last - asked.first > LONGEST_SPAN:
        raise Refusal("reports.span_long", "一次最多看三年：请把起止日期选近一些。", field="first")
    lines = found.find(asked)
    more = len(lines) > MOST_LINES
    shown = tuple(lines[:MOST_LINES])
    answer = Answer(found, asked, at, shown, more, _digest(found, asked, shown))
    record(
        "reports.ask", actor=actor, at=at, subject="question",
        details={"question": code, "version": found.version, "first": str(asked.first), "last": str(asked.last),
                 "seed": asked.seed, "lines": len(shown), "more": more, "digest": answer.digest},
    )  # fmt: skip
    return answer


def _digest(found: Question, asked: Asked, lines: tuple[tuple[object, ...], ...]) -> str:
    told = [found.code, found.version, asked.centre_id, str(asked.first), str(asked.last)]
    text = json.dumps([*told, asked.seed if found.sampled else 0, lines], default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
