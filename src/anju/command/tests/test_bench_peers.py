"""The peers' bench without the peers: what they tell is read and proven. They themselves need the network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from anju.command import bench_peers
from anju.command.bench_ground import Options
from anju.command.bench_row import TotalsWrong

TOLD = [
    {"case": "django-hordak, a commit each", "single": True, "postings": 40, "seconds": 2.0, "fen": 4_000},
    {"case": "django-ledger, vouchers of 1,000 lines", "single": False, "postings": 50, "seconds": 1.0, "fen": 5_000},
    {"case": "Django ORM, bulk in one transaction", "single": False, "postings": 50, "seconds": 0.5, "fen": 5_000},
]


def told(*lines: dict[str, Any]) -> str:
    return "\n".join(json.dumps(line) for line in lines)


@pytest.mark.django_db(transaction=True)
def test_ours_are_proven_and_compared_with_the_best_batch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bench_peers, "environment", lambda folder: tmp_path)
    monkeypatch.setattr(bench_peers, "run_peers", lambda *arguments: bench_peers.read_cases(told(*TOLD)))
    found = {row.floor: row for row in bench_peers.run(Options(rows=20, rounds=1))}
    assert [found[line["case"]].target for line in TOLD] == [4.0, None, 10.0]
    assert found["django-hordak, a commit each"].floor_seconds == 0.05


@pytest.mark.parametrize("wrong", [{"fen": 4_001}, {"failed": "no such table"}])
def test_a_peer_that_moved_another_sum_or_failed_fails_the_run(wrong: dict[str, Any]) -> None:
    with pytest.raises(TotalsWrong, match="django-hordak"):
        bench_peers.read_cases(told(TOLD[0] | wrong))
