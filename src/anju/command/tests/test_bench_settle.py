"""The settlement bench at a small size: every fen is proven by adding up days. Never a claim about time."""

from __future__ import annotations

from typing import Any

import pytest

from anju.accounts.actions import carrying, settlement
from anju.command import bench_settle
from anju.command.bench_ground import Options
from anju.command.bench_row import TotalsWrong


@pytest.mark.django_db(transaction=True)
def test_two_years_settled_on_two_connections_prove_their_totals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying, "CHUNK", 70)
    found = bench_settle.run(Options(accounts=300, rounds=2, connections=2))
    assert [row.floor for row in found][0] == "bare append, line"
    assert all(row.rows == 300 and row.more["wal_bytes_an_account"] > 0 for row in found)


@pytest.mark.django_db(transaction=True)
def test_one_fen_too_much_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    right = carrying.Year.sql.fget
    assert right is not None

    def generous(year: carrying.Year) -> dict[str, Any]:
        values = right(year)
        return values | {"interest": f"({values['interest']} + (b.last_seq = 1)::integer)"}

    monkeypatch.setattr(settlement.Year, "sql", property(generous))
    with pytest.raises(TotalsWrong, match="interest year 2025"):
        bench_settle.run(Options(accounts=150, rounds=1))
