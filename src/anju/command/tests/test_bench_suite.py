"""The suite's own work, without measuring: medians, linearity, the projection, and the tables' place in the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from anju.command import bench_suite, main
from anju.command.bench_row import BenchRow
from anju.command.bench_suite import Run


def settled(accounts: int, seconds: float) -> BenchRow:
    return BenchRow(
        "settle", f"{accounts} accounts, 2 conn", accounts, seconds, "bare append, line", 2.0, seconds / 2.0, 90.0, 1.6,
        more={"wal_bytes_an_account": 400.0},
    )  # fmt: skip


RUNS = [
    *(Run(("settle",), (settled(1_000_000, seconds),)) for seconds in (3.0, 9.0, 2.0)),
    Run(("settle",), (settled(3_000_000, 12.0),)),
    Run(("peers",), (), "no network"),
]


def test_medians_are_of_each_figure_and_more_accounts_are_compared_with_a_million() -> None:
    rows = bench_suite.with_linear(bench_suite.medians(RUNS))
    assert [(row.bench, row.rows, row.ratio, row.reached) for row in rows] == [
        ("settle", 1_000_000, 1.5, True), ("settle", 3_000_000, 6.0, False),
        ("settle: linear", 3_000_000, pytest.approx(4 / 3), False),
    ]  # fmt: skip


def test_the_projection_multiplies_what_the_largest_run_measured() -> None:
    told = bench_suite.tables(bench_suite.medians(RUNS), RUNS, 3)
    assert "| yearly settlement, 2 conn | 4.00 µs an account (3000000 accounts, 2 conn) | 40.0 s | 11.3 min |" in told
    assert "| its WAL | 400 B an account | 4.0 GB | 68.0 GB |" in told
    assert "- `peers`: no network" in told


def test_the_tables_stand_between_the_marks_of_the_document(tmp_path: Path) -> None:
    real = Path(__file__).parents[4] / "docs" / "performance.md"
    copy = tmp_path / "performance.md"
    copy.write_text(real.read_text(encoding="utf-8"), encoding="utf-8")
    for text in ("first", "second"):
        bench_suite.put(copy, text)
    assert f"{bench_suite.BEGIN}\nsecond\n{bench_suite.END}" in copy.read_text(encoding="utf-8")


def test_every_case_of_the_suite_is_one_the_command_knows() -> None:
    for case in (*bench_suite.CASES, bench_suite.TEN_MILLION):
        assert main._parser().parse_args(["bench", *case]).name == case[0]
    assert {case[0] for case in bench_suite.CASES} == set(main.BENCHES)
