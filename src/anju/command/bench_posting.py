"""``anju bench posting`` and ``mixed``: one withdrawal a commit, through the product's action from Python processes.

``posting``: 1, 4 and 8 clients, each a process with a connection of its own; holds are there beforehand, as they are
when the bank reports a payment. Floors in the same rounds: the same posting as one function of the server, called by
pgbench, with the same rows written to the same tables behind the same guards; and pgbench's own simple-update.
``mixed``: four clients post on 1 July while the year that just ended is settled on one connection, against the same
clients after it. Of the accounts they touch, those not yet settled are carried by the posting itself.

The ratio is our rate over the floor's, at least so much. Every posting of every case is in the books at the end, and
every invariant holds.
"""

# ruff: noqa: S608  whole numbers and names of this module only
from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from statistics import median
from tempfile import NamedTemporaryFile

from psycopg.conninfo import conninfo_to_dict

from anju.command import postgres
from anju.command.bench_city import FIRST, City, build
from anju.command.bench_ground import CENTRE, Options, Owner, moment, owner, peak_mb, prove, prove_books, value
from anju.command.bench_poster import FEN, Holds, post
from anju.command.bench_row import BenchRow

SCALE = 10  # of pgbench's own tables: 100,000 rows each
DAY = date(2025, 8, 15)
MIXED_CLIENTS = 4

_HOLDS = """
INSERT INTO hold (account_id, id, centre_id, amount_fen, source_id, held_at, purpose, held_year)
SELECT {first} + n * 7919 % {accounts}, {base} + n, {centre}, {fen}, n, '{at}', 'withdrawal', {year}
  FROM generate_series(0::bigint, {count} - 1) n ORDER BY 1;
UPDATE balance b SET held_fen = h.fen
  FROM (SELECT account_id, sum(amount_fen) AS fen FROM hold GROUP BY account_id) h
 WHERE h.account_id = b.account_id AND b.interest_year = {year};
"""

# What post_withdrawal does, in one call: gate and day, balance locked and moved, hold ended, member line, voucher with
# its key, digest and lines, audit record.
_FUNCTION = """
CREATE OR REPLACE FUNCTION bench_withdraw(the_turn bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    the_account bigint := {first} + the_turn * 7919 % {accounts};
    the_voucher bigint := nextval('voucher_id_seq');
    the_day date := enter_gate({centre}, '{day}');
    held record;
    b record;
    line record;
BEGIN
    PERFORM 1 FROM balance WHERE account_id = the_account AND interest_year = {year} AND state < 10 FOR UPDATE;
    IF NOT FOUND THEN RAISE EXCEPTION 'no balance'; END IF;
    SELECT amount_fen, outcome INTO held FROM hold WHERE account_id = the_account AND id = {base} + the_turn;
    IF held.outcome <> 0 OR held.amount_fen <> {fen} THEN RAISE EXCEPTION 'no hold'; END IF;
    UPDATE balance SET balance_fen = balance_fen - {fen}, held_fen = held_fen - {fen},
           carried_fen = greatest(carried_fen - {fen}, 0), last_seq = last_seq + 1,
           weighted_sum = weighted_sum - {fen} * rate_index_at(1::smallint, the_day)
     WHERE account_id = the_account AND interest_year = {year}
    RETURNING last_seq, balance_fen, weighted_sum INTO b;
    WITH written AS (
        INSERT INTO member_line (account_id, seq, voucher_id, centre_id, known_at, debit_fen, credit_fen,
            balance_after_fen, weighted_sum_after, source_id, period, booked_on, value_on, kind)
        VALUES (the_account, b.last_seq, the_voucher, {centre}, '{at}', {fen}, 0, b.balance_fen, b.weighted_sum,
            the_turn, {period}, the_day, the_day, 11)
        RETURNING *
    ) SELECT {digest} AS digest INTO line FROM written;
    INSERT INTO voucher (centre_id, id, idempotency_key, request_digest, kind, business_date, known_at,
        maker_person_id, checker_person_id, member_count, member_debit_fen, lines_digest, public_ref)
    VALUES ({centre}, the_voucher, 'bench:withdrawal:' || the_turn, '', 4, the_day, '{at}', 1, 2, 1, {fen},
        line.digest, gen_random_uuid())
    ON CONFLICT ON CONSTRAINT voucher_key DO NOTHING;
    IF NOT FOUND THEN RAISE EXCEPTION 'posted before'; END IF;
    INSERT INTO gl_line (centre_id, voucher_id, n, subject, bank_account_id, debit_fen, credit_fen)
    VALUES ({centre}, the_voucher, 1, '{debit}', NULL, {fen}, 0), ({centre}, the_voucher, 2, '{credit}', 1, 0, {fen});
    UPDATE hold SET ended_at = '{at}', ended_year = {year}, outcome = 1
     WHERE account_id = the_account AND id = {base} + the_turn AND ended_at IS NULL;
    INSERT INTO audit_record (centre_id, act, at, role, subject, subject_id, details)
    VALUES ({centre}, 'bench', '{at}', 'machine', 'account', the_account,
            jsonb_build_object('fen', {fen}, 'voucher_id', the_voucher, 'seq', b.last_seq));
    RETURN the_voucher;
END $$
"""
_SCRIPT = "\\set turn :turn + :step\nSELECT bench_withdraw(:turn::bigint + :client_id::bigint);\n"


@dataclass
class _Bank:
    """Holds waiting to be paid out, and which are used."""

    connection: Owner
    city: City
    base: int
    count: int
    used: int = 0
    posted: int = 0

    def take(self, wanted: int) -> int:
        """The first of so many unused holds."""
        prove("holds are enough", self.used + wanted <= self.count, True)
        self.used += wanted
        return self.used - wanted


@dataclass
class _Rate:
    """Postings and seconds of a run, and each posting's waiting time."""

    count: int
    seconds: float
    waits: list[float] = field(default_factory=list)

    @property
    def each(self) -> float:
        """Seconds a posting, all clients together."""
        return self.seconds / self.count

    def wait(self, share: float) -> float:
        """The waiting time that this share of the postings did not exceed."""
        return sorted(self.waits)[min(int(len(self.waits) * share), len(self.waits) - 1)]


def run(options: Options) -> list[BenchRow]:
    """Post ``options.rows`` withdrawals a round, case and number of clients; floors beside them."""
    options = replace(options, rows=options.rows or (15_000 if options.name == "mixed" else 3_000))
    if options.name == "mixed":
        return _mixed(options)
    with owner() as connection:
        bank = open_holds(connection, options, len(options.clients) * options.rounds * (2 * options.rows + 32))
        values = _values(bank, DAY)
        connection.execute(_FUNCTION.format(**values))
        _pgbench("-i", "-q", "-s", str(SCALE if options.rows > 500 else 1))
        rows = []
        try:
            for clients in options.clients:
                rows += _row(clients, _rounds(bank, clients, options))
        finally:
            _pgbench("-i", "-I", "d", "-q")
            connection.execute("DROP FUNCTION bench_withdraw(bigint)")
        _prove(connection, bank)
        return rows


def _rounds(bank: _Bank, clients: int, options: Options) -> dict[str, list[_Rate]]:
    most = max(options.rows // clients, 1)
    cases: dict[str, Callable[[], _Rate]] = {
        "ours": lambda: _posted(bank, clients, most, DAY),
        "the same as one server function": lambda: _function(bank, clients, most),
        "pgbench simple-update": lambda: _simple_update(clients, most),
    }
    found: dict[str, list[_Rate]] = {name: [] for name in cases}
    for turn in range(options.rounds):
        for name, case in list(cases.items()) if turn % 2 else list(cases.items())[::-1]:
            found[name].append(case())
    return found


def _row(clients: int, found: dict[str, list[_Rate]]) -> list[BenchRow]:
    each = {name: median(rate.each for rate in rates) for name, rates in found.items()}
    p99 = median(rate.wait(0.99) for rate in found["ours"])
    return [
        BenchRow(
            "posting", f"{clients} clients", found["ours"][0].count, each["ours"], floor, each[floor],
            each[floor] / each["ours"], peak_mb(), target, at_least=True,
            more={"postings_a_second": 1 / each["ours"], "floor_a_second": 1 / each[floor], "p99_ms": p99 * 1000},
        )
        for floor, target in (("the same as one server function", 0.25), ("pgbench simple-update", None))
    ]  # fmt: skip


def open_holds(connection: Owner, options: Options, holds: int) -> _Bank:
    """A city with so many holds of one yuan waiting to be paid out, spread over its accounts."""
    city = build(connection, options.accounts or 100_000, 1)
    base = value(connection, "SELECT setval('hold_id_seq', nextval('hold_id_seq') + %s)", [holds]) - holds
    connection.execute(
        _HOLDS.format(first=city.first, accounts=city.accounts, base=base, centre=CENTRE, fen=FEN, at=moment(FIRST),
                      count=holds, year=FIRST.year)
    )  # fmt: skip
    connection.execute("ANALYZE hold")
    return _Bank(connection, city, base, holds)


def _values(bank: _Bank, day: date) -> dict[str, object]:
    from anju.accounts.actions._ground import DIGEST
    from anju.ledger.posting_rules import PostingRule, pair

    debit, credit = pair(PostingRule.WITHDRAWAL_PAID, amount_fen=1, bank_account_id=1)
    return {
        "first": bank.city.first, "accounts": bank.city.accounts, "base": bank.base, "centre": CENTRE, "fen": FEN,
        "day": day, "at": moment(day), "debit": debit.subject, "credit": credit.subject, "year": FIRST.year,
        "period": day.year * 100 + day.month, "digest": DIGEST,
    }  # fmt: skip


def _posted(
    bank: _Bank, clients: int, most: int, day: date, *, meanwhile: Callable[[], None] | None = None
) -> _Rate:
    """Withdrawals of several clients: so many each, or until what happens meanwhile is done."""
    first = bank.take(clients * (most + 1))
    waits, took = post(
        Holds(bank.city.first, bank.city.accounts, bank.base),
        [range(first + place, bank.used, clients) for place in range(clients)], day=day, meanwhile=meanwhile,
    )  # fmt: skip
    bank.posted += len(waits) + clients  # and the first of each
    return _Rate(len(waits), took, waits)


def _function(bank: _Bank, clients: int, most: int) -> _Rate:
    """The same by pgbench, calling the function."""
    first = bank.take(clients * most)
    with NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(_SCRIPT)
        script.flush()
        rate = _pgbench(
            "-n", "-M", "prepared", "-c", str(clients), "-j", str(min(clients, 2)), "-t", str(most),
            "-f", script.name, "-D", f"turn={first - clients}", "-D", f"step={clients}",
        )  # fmt: skip
    bank.posted += rate.count
    return rate


def _simple_update(clients: int, most: int) -> _Rate:
    return _pgbench(
        "-n", "-M", "prepared", "-N", "-c", str(clients), "-j", str(min(clients, 2)), "-t", str(most)
    )  # fmt: skip


def _pgbench(*arguments: str) -> _Rate:
    """Run the server's own load generator as the owner; transactions and seconds it tells."""
    program = postgres._program_dir() / "pginstall" / "bin" / "pgbench"
    known = conninfo_to_dict(os.environ["OWNER_DATABASE_URL"])
    names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password", "PGDATABASE": "dbname"}
    done = subprocess.run(
        [str(program), *arguments], capture_output=True, text=True, check=False,
        env=os.environ | {name: str(known[key]) for name, key in names.items()},
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    count = re.search(r"actually processed: (\d+)", done.stdout)
    rate = re.search(r"tps = ([\d.]+)", done.stdout)
    return _Rate(int(count[1]), int(count[1]) / float(rate[1])) if count and rate else _Rate(0, 0.0)


def _prove(connection: Owner, bank: _Bank) -> None:
    """Every posting that was answered is in the books once, with its hold ended; nothing else is."""
    found = connection.execute(
        "SELECT (SELECT count(*) FROM member_line WHERE kind = 11), (SELECT count(*) FROM hold WHERE outcome = 1),"
        " (SELECT sum(debit_fen)::bigint FROM gl_line l JOIN voucher v ON v.centre_id = l.centre_id"
        " AND v.id = l.voucher_id WHERE v.kind = 4)"
    ).fetchone()
    prove("withdrawals", found, (bank.posted, bank.posted, bank.posted * FEN))
    prove_books()


def _mixed(options: Options) -> list[BenchRow]:
    from anju.accounts.actions import settle_interest

    with owner() as connection:
        bank = open_holds(connection, replace(options, accounts=options.accounts or 1_000_000),
                     options.rounds * MIXED_CLIENTS * (2 * options.rows + 16))  # fmt: skip
        connection.execute("SELECT make_partitions(make_date(%s, 12, 31))", [FIRST.year + 2 + options.rounds])
        beside: list[_Rate] = []
        alone: list[_Rate] = []
        settled: list[float] = []
        for turn in range(options.rounds):
            day = date(FIRST.year + 1 + turn, 7, 1)

            def settle(day: date = day) -> None:
                began = time.perf_counter()
                settle_interest(CENTRE, day.year - 1, at=moment(day))
                settled.append(time.perf_counter() - began)

            beside.append(_posted(bank, MIXED_CLIENTS, options.rows, day, meanwhile=settle))
            alone.append(_posted(bank, MIXED_CLIENTS, min(options.rows, beside[-1].count // MIXED_CLIENTS + 1), day))
        _prove(connection, bank)
    ours, floor = median(rate.each for rate in beside), median(rate.each for rate in alone)
    p99, p99_alone = (median(rate.wait(0.99) for rate in rates) for rates in (beside, alone))
    scale = f"{MIXED_CLIENTS} clients, {bank.city.accounts} accounts"
    return [
        BenchRow(
            "mixed", scale, beside[0].count, ours, "postings alone", floor, floor / ours, peak_mb(), 0.5, at_least=True,
            more={"postings_a_second": 1 / ours, "alone_a_second": 1 / floor, "settlement_s": median(settled)},
        ),
        BenchRow(
            "mixed: p99", scale, beside[0].count, p99, "postings alone", p99_alone, p99 / p99_alone, peak_mb(), 5,
            more={"median_ms": median(rate.wait(0.5) for rate in beside) * 1000,
                  "longest_ms": max(rate.wait(1) for rate in beside) * 1000},
        ),
    ]  # fmt: skip
