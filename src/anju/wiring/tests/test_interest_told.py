"""Interest day told to every member: once, part by part, whoever stops or repeats it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anju.accounts import actions
from anju.accounts.actions import carrying
from anju.accounts.queries import credited
from anju.accounts.tests.world import CENTRE, book_with_rates, contribute, moment, open_books, open_staff
from anju.accounts.types import InterestSettled
from anju.database.sql import rows
from anju.kernel.events import publish
from anju.notices import many
from anju.policy.formulas.interest import RateSegment
from anju.wiring.interest import TELL_JOB, tell

SETTLED_ON = date(2026, 7, 1)


@pytest.fixture
def staff(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Five members of a settled year, two of whom earned nothing; parts of two accounts."""
    from decimal import Decimal

    monkeypatch.setattr(carrying, "CHUNK", 2)
    monkeypatch.setattr(credited, "CHUNK", 2)
    rates = [RateSegment(date(2016, 2, 21), Decimal("0.0150")), RateSegment(date(2026, 1, 1), Decimal("0.0140"))]
    open_books(rates=book_with_rates(rates))
    staff = open_staff(5)
    contribute([(one, 500_000, 500_000) for one in staff[:3]], on=date(2025, 7, 1))
    actions.settle_interest(CENTRE, 2025, at=moment(SETTLED_ON))
    yield staff


def told() -> list[dict[str, object]]:
    return rows("SELECT person_id, text, line_seq, title FROM notice WHERE kind = 'interest_posted' ORDER BY person_id")


def test_everybody_who_earned_is_told_once_with_amount_rate_and_line(staff: list[int]) -> None:
    assert tell(CENTRE, 2025, at=moment(SETTLED_ON)) == 3
    assert tell(CENTRE, 2025, at=moment(SETTLED_ON)) == 0
    assert [(one["person_id"], one["line_seq"]) for one in told()] == [(1, 2), (2, 2), (3, 2)]
    text = str(told()[0]["text"])
    assert "利息 147.06 元已于 2026年6月30日" in text and "2025—2026结息年度" in text
    assert "2025年7月1日起 1.50%，2026年1月1日起 1.40%" in text and "结息后余额 10,147.06 元" in text


def test_a_part_that_was_told_is_passed_over_and_one_that_was_not_is_told(
    staff: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, last = credited.interest_parts(CENTRE, 2025) or (0, 0)
    assert last - first >= 2
    calls: list[int] = []

    def stopped(*arguments: object, **keywords: object) -> int | None:
        calls.append(keywords["part"])  # type: ignore[arg-type]
        if len(calls) == 2:
            raise KeyboardInterrupt
        return many.tell_many(*arguments, **keywords)  # type: ignore[arg-type]

    from anju.wiring import interest

    monkeypatch.setattr(interest, "tell_many", stopped)
    with pytest.raises(KeyboardInterrupt):
        tell(CENTRE, 2025, at=moment(SETTLED_ON))
    before = len(told())
    monkeypatch.setattr(interest, "tell_many", many.tell_many)
    assert before + tell(CENTRE, 2025, at=moment(SETTLED_ON)) == 3 == len(told())


def test_a_part_costs_the_same_statements_whatever_its_size(staff: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    def cost() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as seen:
            written = tell(CENTRE, 2025, at=moment(SETTLED_ON))
        parts = credited.interest_parts(CENTRE, 2025)
        assert parts is not None
        return len(seen) - 4 * (parts[1] - parts[0] + 1), written

    fixed, written = cost()
    assert written == 3
    connection.cursor().execute("DELETE FROM notice; DELETE FROM notice_part")
    monkeypatch.setattr(credited, "CHUNK", 50_000)
    assert cost() == (fixed, 3), "four statements a part: its savepoint, its claim, and one for all its people"


def test_the_end_of_a_settlement_plans_it(staff: list[int]) -> None:
    publish(InterestSettled(CENTRE, 2025))
    assert len(rows("SELECT 1 FROM procrastinate_jobs WHERE task_name = %s", [TELL_JOB])) == 1
