"""Numbers of law and promise that pages say in words, read from the rules of the day; none stands in a template."""

from __future__ import annotations

from datetime import date

from django.conf import settings

from anju import policy

HANDLES = {
    "decision_days": "withdraw.decision_days",
    "review_days": "opening.review_working_days",
    "hiring_days": "member.hiring_days",
    "answer_days": "dispute.answer_days",
    "wait_hours": "card.wait_hours",
}


def promised(on: date, *names: str) -> dict[str, int | None]:
    """The numbers asked for by their page names; None where this city has no such rule on that day."""
    book = policy.book(settings.ANJU_CITY)
    return {name: book.integer(HANDLES[name], on) if book.has(HANDLES[name], on) else None for name in names}
