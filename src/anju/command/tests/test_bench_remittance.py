"""The remittance bench at a small size: its totals are proven, its row is complete. Never a claim about time."""

from __future__ import annotations

import pytest

from anju.command import bench_remittance
from anju.command.bench_ground import Options
from anju.command.bench_row import TotalsWrong


@pytest.mark.django_db(transaction=True)
def test_a_small_run_proves_its_totals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_remittance, "NEIGHBOURS", 20)
    [found] = bench_remittance.run(Options(members=30, rounds=2))
    assert (found.bench, found.rows) == ("remittance", 30)
    assert min(found.seconds, found.floor_seconds, found.ratio, found.peak_mb) > 0


@pytest.mark.django_db(transaction=True)
def test_a_run_whose_totals_are_wrong_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_remittance, "NEIGHBOURS", 20)
    monkeypatch.setattr(bench_remittance, "_post", lambda town, turn: town.queries.append(0))
    with pytest.raises(TotalsWrong):
        bench_remittance.run(Options(members=30, rounds=1))
