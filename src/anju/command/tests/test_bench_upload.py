"""The upload bench names every planted fault; at small size, for the answers and never for the time."""

from __future__ import annotations

import pytest

from anju.command import bench_upload
from anju.command.bench_ground import Options


@pytest.mark.django_db(transaction=True)
def test_every_planted_fault_is_named_and_nothing_else() -> None:
    [measured] = bench_upload.run(Options(rows=300, rounds=1))
    assert (measured.bench, measured.rows) == ("upload", 300)
    assert measured.ratio > 1


@pytest.mark.django_db(transaction=True)
def test_a_fault_that_is_not_named_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anju.contributions.roster.judge.base_fault", lambda base_fen, limits: None)
    with pytest.raises(bench_upload.FaultsMissed):
        bench_upload.run(Options(rows=300, rounds=1))
