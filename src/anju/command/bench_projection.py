"""What measured costs mean for a city of 10 million and a nation of 170 million accounts, on one such machine.

Plain multiplication of costs an account, an employee or a posting; settlement was measured to be linear as far as the
suite went, everything else is taken to be. Hot tables in memory, one server, no standby.
"""

from __future__ import annotations

from anju.command.bench_row import BenchRow

CITY, NATION = 10_000_000, 170_000_000
WITHDRAWALS = {CITY: 100_000, NATION: 2_000_000}  # a day


def projection(rows: list[BenchRow]) -> str:
    """A Markdown table of what can be computed from these rows; empty where nothing can."""
    lines = [*_settlement(rows), *_remittance(rows), *_check(rows), *_posting(rows)]
    if not lines:
        return ""
    head = ["| | measured | city, 10 M accounts | nation, 170 M accounts |", "|---|---|---:|---:|"]
    return "\n".join([*head, *lines])


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _bytes(amount: float) -> str:
    return f"{amount / 1e9:.1f} GB" if amount < 1e12 else f"{amount / 1e12:.2f} TB"


def _both(name: str, measured: str, each: float, unit: str = "s") -> str:
    told = _span if unit == "s" else _bytes
    return f"| {name} | {measured} | {told(each * CITY)} | {told(each * NATION)} |"


def _settlement(rows: list[BenchRow]) -> list[str]:
    """From the largest settlement of each number of connections."""
    found: dict[str, BenchRow] = {}
    for row in rows:
        if row.bench == "settle" and row.floor == "bare append, line":
            kind = row.scale.partition(", ")[2]
            if kind not in found or found[kind].rows < row.rows:
                found[kind] = row
    lines = []
    for kind, row in found.items():
        each, wal = row.seconds / row.rows, row.more["wal_bytes_an_account"]
        lines.append(_both(f"yearly settlement, {kind}", f"{each * 1e6:.2f} µs an account ({row.scale})", each))
        lines.append(_both("its WAL", f"{wal:.0f} B an account", wal, "bytes"))
    return lines


def _remittance(rows: list[BenchRow]) -> list[str]:
    found = [row for row in rows if row.bench == "remittance" and row.rows >= 10_000]
    lines = []
    for row in found:
        each, wal = row.seconds / row.rows, row.more["wal_bytes_a_row"]
        name = f"a month's remittances, units of {row.rows}"
        lines.append(_both(name, f"{each * 1e6:.2f} µs an employee", each))
        lines.append(_both("their WAL", f"{wal:.0f} B an employee", wal, "bytes"))
    return lines


def _check(rows: list[BenchRow]) -> list[str]:
    return [
        _both("proving balances, products, sequences of a year", f"{row.seconds / row.rows * 1e6:.2f} µs a line",
              row.seconds / row.rows * 12)
        for row in rows if row.bench == "check"
    ]  # fmt: skip


def _posting(rows: list[BenchRow]) -> list[str]:
    found = [row for row in rows if row.bench == "posting" and "function" in row.floor]
    if not found:
        return []
    best = max(found, key=lambda row: row.more["postings_a_second"])
    rate = best.more["postings_a_second"]
    days = [_span(WITHDRAWALS[size] / rate) for size in (CITY, NATION)]
    return [
        f"| a day's withdrawals ({WITHDRAWALS[CITY]:,} and {WITHDRAWALS[NATION]:,}) |"
        f" {rate:,.0f} a second, {best.scale} | {days[0]} | {days[1]} |"
    ]
