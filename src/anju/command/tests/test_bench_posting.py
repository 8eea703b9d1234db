"""Postings by processes of their own at a small size: each one is in the books once. Never a claim about time."""

from __future__ import annotations

import pytest

from anju.command import bench_posting
from anju.command.bench_ground import Options
from anju.command.bench_row import TotalsWrong


@pytest.mark.django_db(transaction=True)
def test_postings_of_two_clients_and_of_the_function_are_all_in_the_books() -> None:
    ours, _ = bench_posting.run(Options(accounts=50, rows=8, rounds=1, clients=(2,)))
    assert (ours.bench, ours.scale, ours.rows) == ("posting", "2 clients", 8)


@pytest.mark.django_db(transaction=True)
def test_postings_go_on_while_the_year_is_settled() -> None:
    mixed, p99 = bench_posting.run(Options(name="mixed", accounts=200, rows=40, rounds=1))
    assert mixed.rows > 0 and p99.seconds > 0


@pytest.mark.django_db(transaction=True)
def test_a_posting_that_is_not_in_the_books_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    posted = bench_posting._posted

    def one_too_many(bank: bench_posting._Bank, *arguments: object, **keywords: object) -> object:
        bank.posted += 1
        return posted(bank, *arguments, **keywords)

    monkeypatch.setattr(bench_posting, "_posted", one_too_many)
    with pytest.raises(TotalsWrong, match="withdrawals"):
        bench_posting.run(Options(accounts=50, rows=2, rounds=1, clients=(1,)))
