"""The benches that read, and those of pages and safeguards, at a small size: answers, never times."""

from __future__ import annotations

import pytest

from anju.command import bench_guard, bench_hot, bench_reading
from anju.command.bench_ground import Options
from anju.command.bench_row import TotalsWrong


@pytest.mark.django_db(transaction=True)
def test_the_check_finds_nothing_and_then_what_is_falsified() -> None:
    found = bench_reading.run(Options(name="check", accounts=40, rounds=1))
    assert [(one.bench, one.rows, one.target) for one in found] == [("check", 480, 3), ("check", 480, None)]


@pytest.mark.django_db(transaction=True)
def test_a_members_year_is_read_whole() -> None:
    [found] = bench_reading.run(Options(name="statement", accounts=40, rounds=1))
    assert (found.bench, found.rows) == ("statement", 12)


@pytest.mark.django_db(transaction=True)
def test_twelve_months_update_every_balance_twelve_times() -> None:
    updates, heap = bench_hot.run(Options(accounts=60))
    assert 0 < updates.ratio <= 1 and heap.ratio >= 1
    assert updates.rows == 720


@pytest.mark.django_db(transaction=True)
def test_guarded_lines_are_in_the_books() -> None:
    [found] = bench_guard.run(Options(rows=50, rounds=1))
    assert (found.bench, found.rows) == ("guard", 50)


@pytest.mark.django_db(transaction=True)
def test_a_check_that_finds_nothing_wrong_in_falsified_rows_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_reading, "_differences", lambda: 0)
    with pytest.raises(TotalsWrong, match="falsified"):
        bench_reading.run(Options(name="check", accounts=10, rounds=1))
